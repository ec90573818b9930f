/* SPDX-License-Identifier: MIT */
#include "loader/options.h"

#include "graph/flat.h"
#include "inference/operator.h"
#include "tests/check_main.h"

#include <stdlib.h>

/* Two methods over one matrix of two columns. */
static struct lar_draft *matrix(void)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&lar_operators, 1 << 20, &err);
    ck_assert_ptr_nonnull(d);
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 2));
    lar_value y = lar_draft_apply(d, "Add", 2, x, lar_draft_scalar_f64(d, 1));
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict", y, LAR_NO_VALUE);
    lar_draft_output(d, lar_draft_method(d, "transform"), "transform", y, LAR_NO_VALUE);
    return d;
}

static struct lar_draft *columns(void)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&lar_operators, 1 << 20, &err);
    lar_value x = lar_draft_input(d, "x0", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS));
    lar_value y = lar_draft_input(d, "x1", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS));
    lar_value sum = lar_draft_apply(d, "Add", 2, x, y);
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict", sum, LAR_NO_VALUE);
    return d;
}

static void *block(struct lar_draft *d, struct lar_flat *flat, struct lar_error *err)
{
    size_t size = lar_flat_size(d, 0, err);
    void *ret = size ? aligned_alloc(64, (size + 63) / 64 * 64) : NULL;
    if (!ret)
        return NULL;
    lar_flat_fill(d, "", 0, ret);
    ck_assert_msg(lar_flat_open(flat, ret, size, &lar_operators, err), "%s", err->text);
    return ret;
}

START_TEST(the_default_method_is_chosen)
{
    struct lar_error err = {0};
    struct lar_flat flat;
    struct lar_draft *d = matrix();
    ck_assert(lar_options_apply(d, "", &err));
    ck_assert(lar_options_apply(d, "{\"default_method\":\"transform\"}", &err));
    void *bytes = block(d, &flat, &err);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_str_eq(flat.methods[flat.default_method].name, "transform");
    lar_flat_finish(&flat);
    free(bytes);
    lar_draft_free(d);
    d = matrix();
    ck_assert(lar_options_apply(d, "{\"default_method\":\"guess\"}", &err));
    ck_assert_ptr_null(block(d, &flat, &err));
    ck_assert_msg(strstr(err.text, "guess") != NULL, "%s", err.text);
    lar_draft_free(d);
}
END_TEST

START_TEST(columns_and_inputs_are_named)
{
    struct lar_error err = {0};
    struct lar_flat flat;
    struct lar_draft *d = matrix();
    ck_assert_msg(lar_options_apply(d, "{\"inputs\":[\"wide\",\"high\"]}", &err), "%s", err.text);
    void *bytes = block(d, &flat, &err);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_str_eq(flat.inputs[0].name, "X");
    ck_assert_uint_ne(flat.inputs[0].columns, LAR_NO_VALUE);
    lar_flat_finish(&flat);
    free(bytes);
    lar_draft_free(d);
    d = columns();
    ck_assert(lar_options_apply(d, "{\"inputs\":[\"wide\",\"high\"]}", &err));
    bytes = block(d, &flat, &err);
    ck_assert_ptr_nonnull(bytes);
    ck_assert_str_eq(flat.inputs[0].name, "wide");
    ck_assert_str_eq(flat.inputs[1].name, "high");
    lar_flat_finish(&flat);
    free(bytes);
    lar_draft_free(d);
}
END_TEST

START_TEST(another_number_of_names_is_refused)
{
    struct lar_error err = {0};
    struct lar_draft *d = matrix();
    ck_assert(!lar_options_apply(d, "{\"inputs\":[\"wide\"]}", &err));
    ck_assert_str_eq(err.text, "model.yaml: 1 names for the 2 columns of 'X'");
    lar_draft_free(d);
    d = columns();
    lar_error_clear(&err);
    ck_assert(!lar_options_apply(d, "{\"inputs\":[\"a\",\"b\",\"c\"]}", &err));
    ck_assert_str_eq(err.text, "model.yaml: 3 names for 2 inputs");
    lar_draft_free(d);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {the_default_method_is_chosen, columns_and_inputs_are_named,
                                  another_number_of_names_is_refused, NULL};
    return check_main("options", tests);
}
