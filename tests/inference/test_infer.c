/* SPDX-License-Identifier: MIT */
#include "inference/infer.h"

#include "inference/operator.h"
#include "tests/check_main.h"

#include <string.h>

#define UNKNOWN LAR_DIM_UNKNOWN
#define T LAR_DIM_SYMBOL(1)

static void broadcasts(struct lar_shape a, struct lar_shape b, struct lar_shape should)
{
    struct lar_shape got, back;
    char s[128], t[128];
    ck_assert(lar_shape_broadcast(&got, &a, &b) && lar_shape_broadcast(&back, &b, &a));
    ck_assert_msg(lar_shape_equal(&got, &should), "%s, not %s", lar_shape_print(&got, s, sizeof s),
                  lar_shape_print(&should, t, sizeof t));
    ck_assert(lar_shape_equal(&back, &should));
}

static void refuses(struct lar_shape a, struct lar_shape b)
{
    struct lar_shape got;
    ck_assert(!lar_shape_broadcast(&got, &a, &b));
    ck_assert(!lar_shape_broadcast(&got, &b, &a));
}

START_TEST(broadcasting)
{
    const int64_t rows = LAR_DIM_ROWS;
    broadcasts(LAR_SHAPE(2, 3), LAR_SHAPE(3), LAR_SHAPE(2, 3));
    broadcasts(LAR_SHAPE(rows, 3), LAR_SHAPE(1, 3), LAR_SHAPE(rows, 3));
    broadcasts(LAR_SHAPE(rows, 1), LAR_SHAPE(4), LAR_SHAPE(rows, 4));
    broadcasts(LAR_SHAPE(rows), LAR_SHAPE(rows), LAR_SHAPE(rows));
    broadcasts(LAR_SHAPE(rows), LAR_SCALAR, LAR_SHAPE(rows));
    broadcasts(LAR_SHAPE(UNKNOWN), LAR_SHAPE(rows), LAR_SHAPE(rows));
    broadcasts(LAR_SHAPE(UNKNOWN), LAR_SHAPE(5), LAR_SHAPE(5));
    broadcasts(LAR_SHAPE(UNKNOWN), LAR_SHAPE(1), LAR_SHAPE(UNKNOWN));
    broadcasts(LAR_SHAPE(UNKNOWN), LAR_SHAPE(UNKNOWN), LAR_SHAPE(UNKNOWN));
    broadcasts(LAR_SHAPE(0), LAR_SHAPE(1), LAR_SHAPE(0));
    refuses(LAR_SHAPE(rows), LAR_SHAPE(3));
    refuses(LAR_SHAPE(rows), LAR_SHAPE(T));
    refuses(LAR_SHAPE(2), LAR_SHAPE(3));
    refuses(LAR_SHAPE(0), LAR_SHAPE(3));
}
END_TEST

START_TEST(axes)
{
    uint32_t axis;
    ck_assert(lar_axis(-1, 3, &axis) && axis == 2);
    ck_assert(lar_axis(0, 1, &axis) && axis == 0);
    ck_assert(!lar_axis(3, 3, &axis));
    ck_assert(!lar_axis(-4, 3, &axis));
    ck_assert(!lar_axis(0, 0, &axis));
    ck_assert(!lar_axis(INT64_MIN, 3, &axis));
}
END_TEST

START_TEST(every_operator_is_found)
{
    const struct lar_signature *add = lar_operators.find("Add", 0);
    ck_assert_ptr_nonnull(add);
    ck_assert_ptr_eq(lar_operators.find("Add", add->version), add);
    ck_assert_ptr_null(lar_operators.find("Add", 1));
    ck_assert_ptr_null(lar_operators.find("add", 0));
    ck_assert_ptr_null(lar_operators.find("", 0));
    ck_assert_ptr_eq(&lar_operator_of(add)->signature, add);
    ck_assert(lar_operator_of(lar_operators.find("larder.TreeEnsemble", 1))->verify != NULL);
}
END_TEST

START_TEST(refusals_say_what_was_met)
{
    struct lar_error err = {0};
    struct lar_value_info x = {LAR_TYPE_STRING, LAR_LAYOUT_DENSE, LAR_SHAPE(LAR_DIM_ROWS, 3), NULL};
    const struct lar_value_info *inputs[] = {&x, NULL};
    struct lar_node_info node = {lar_operators.find("MatMul", 0), inputs, NULL, 1, 0, 1};
    ck_assert(!lar_infer_dense(&node, 0, LAR_TYPES_FLOAT, 2, &err));
    ck_assert_str_eq(err.text, "input 0 is dense string [rows,3], not of a type that this operator "
                               "takes");
    lar_error_clear(&err);
    x.type = LAR_TYPE_F64;
    ck_assert(lar_infer_dense(&node, 0, LAR_TYPES_FLOAT, 2, &err));
    ck_assert(!lar_infer_dense(&node, 0, LAR_TYPES_FLOAT, 1, &err));
    ck_assert_str_eq(err.text, "input 0 is dense float64 [rows,3], not of rank 1");
    lar_error_clear(&err);
    node.n_inputs = 2;
    ck_assert(!lar_infer_matrix(&node, 1, &err));
    ck_assert_str_eq(err.text, "input 1 is missing");
}
END_TEST

int main(void)
{
    return check_main("infer", (const TTest *[]){broadcasting, axes, every_operator_is_found,
                                                 refusals_say_what_was_met, NULL});
}
