/* SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/graph/tiny.h"

static struct lar_draft *new_draft(void)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&tiny_operators, 1 << 20, &err);
    ck_assert_ptr_nonnull(d);
    return d;
}

static void expect_failure(struct lar_draft *d, enum lar_error_code code, const char *text)
{
    struct lar_error err = {0};
    ck_assert(!lar_draft_ok(d, &err));
    ck_assert_msg(err.code == code && strstr(err.text, text), "%d: %s", err.code, err.text);
    lar_draft_free(d);
}

START_TEST(types_follow_as_nodes_are_added)
{
    struct lar_draft *d = new_draft();
    struct lar_error err = {0};
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_value y = lar_draft_apply(d, "Add", 2, x, x);
    const struct lar_value_info *info = lar_draft_info(d, y);
    ck_assert_int_eq(info->type, LAR_TYPE_F64);
    ck_assert_int_eq(info->shape.dims[0], LAR_DIM_ROWS);
    ck_assert_int_eq(info->shape.dims[1], 3);
    for (int i = 0; i < 100; i++)
        y = lar_draft_apply(d, "Add", 2, y, x);
    ck_assert_int_eq(lar_draft_info(d, y)->shape.rank, 2);
    ck_assert_int_eq(info->shape.dims[1], 3);
    lar_value s = lar_draft_scalar_f64(d, 2.5);
    ck_assert_double_eq(*(double *)lar_draft_info(d, s)->constant->data, 2.5);
    s = lar_draft_scalar_i64(d, -7);
    ck_assert_int_eq(*(int64_t *)lar_draft_info(d, s)->constant->data, -7);
    ck_assert(lar_draft_ok(d, &err));
    lar_draft_free(d);
    lar_draft_free(NULL);
}
END_TEST

START_TEST(strings_have_lengths_and_kinds)
{
    struct lar_draft *d = new_draft();
    const char *const texts[] = {"a\0b", NULL, "cd"};
    const size_t lengths[] = {3, 0, 1};
    const uint8_t kinds[] = {LAR_STRING_TEXT, LAR_STRING_NONE, LAR_STRING_TEXT};
    lar_value v = lar_draft_strings(d, texts, lengths, kinds, 3);
    const struct lar_tensor *t = lar_draft_info(d, v)->constant;
    ck_assert_uint_eq(t->offsets[1], 3);
    ck_assert_uint_eq(t->offsets[2], 3);
    ck_assert_uint_eq(t->offsets[3], 4);
    ck_assert_mem_eq(t->data, "a\0bc", 4);
    ck_assert_int_eq(t->kinds[1], LAR_STRING_NONE);
    v = lar_draft_strings(d, NULL, NULL, NULL, 0);
    ck_assert_int_eq(lar_draft_info(d, v)->shape.dims[0], 0);
    lar_draft_free(d);
}
END_TEST

START_TEST(the_first_failure_sticks)
{
    struct lar_draft *d = new_draft();
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    ck_assert_uint_eq(lar_draft_fail(d, LAR_ERR_UNSUPPORTED, "no %s", "luck"), LAR_NO_VALUE);
    lar_draft_fail(d, LAR_ERR_FORMAT, "later");
    lar_value none[] = {
        lar_draft_apply(d, "Add", 2, x, x),
        lar_draft_input(d, "Y", LAR_TYPE_F64, LAR_SCALAR),
        lar_draft_scalar_bool(d, true),
        lar_draft_f64(d, (double[]){1}, LAR_SHAPE(1)),
        lar_draft_strings(d, (const char *const[]){"a"}, NULL, NULL, 1),
        lar_draft_method(d, "predict"),
    };
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        ck_assert_uint_eq(none[i], LAR_NO_VALUE);
    lar_draft_unread_input(d, "Z");
    lar_draft_input_columns(d, x, (const char *const[]){"a", "b", "c"}, 3);
    lar_draft_output(d, none[5], "predict", none[0], LAR_NO_VALUE);
    lar_draft_default_method(d, "predict");
    ck_assert_int_eq(lar_draft_info(d, none[0])->type, LAR_TYPE_F64);
    expect_failure(d, LAR_ERR_UNSUPPORTED, "no luck");
}
END_TEST

START_TEST(wrong_nodes_are_refused)
{
    struct lar_draft *d = new_draft();
    lar_draft_apply(d, "Mul", 0);
    expect_failure(d, LAR_ERR_UNSUPPORTED, "operator Mul is not supported");
    d = new_draft();
    lar_draft_node(d, &(struct lar_node_args){.op = "Add", .version = 9});
    expect_failure(d, LAR_ERR_UNSUPPORTED, "operator Add version 9 is not supported");
    d = new_draft();
    lar_draft_apply(d, "Add", 2, 0, 0);
    expect_failure(d, LAR_ERR_INTERNAL, "Add: input 0 is no value");
    d = new_draft();
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_draft_apply(d, "Add", 2, x, lar_draft_scalar_f64(d, 1));
    expect_failure(d, LAR_ERR_UNSUPPORTED, "Add: the inputs differ");
    d = new_draft();
    x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_draft_node(d, &(struct lar_node_args){
                          .op = "test.Scale", .inputs = &x, .n_inputs = 1, .params = {{"f", x}}});
    expect_failure(d, LAR_ERR_INTERNAL, "test.Scale: parameter 'f' is no constant");
}
END_TEST

START_TEST(wrong_constants_are_refused)
{
    struct lar_draft *d = new_draft();
    lar_draft_f64(d, NULL, LAR_SHAPE(LAR_DIM_ROWS));
    expect_failure(d, LAR_ERR_FORMAT, "a dimension is no count");
    d = new_draft();
    lar_draft_f64(d, NULL, LAR_SHAPE(INT64_C(1) << 40, INT64_C(1) << 40));
    expect_failure(d, LAR_ERR_FORMAT, "larger than memory");
    d = new_draft();
    lar_draft_constant(d, &(struct lar_tensor){.type = LAR_TYPE_F32,
                                               .layout = LAR_LAYOUT_DENSE,
                                               .shape = {.rank = 9}});
    expect_failure(d, LAR_ERR_FORMAT, "its shape is out of range");
    d = new_draft();
    lar_draft_f64(d, NULL, LAR_SHAPE(2));
    expect_failure(d, LAR_ERR_FORMAT, "without elements");
    d = new_draft();
    lar_draft_strings(d, (const char *const[]){"\xFF"}, NULL, NULL, 1);
    expect_failure(d, LAR_ERR_FORMAT, "not UTF-8");
}
END_TEST

START_TEST(wrong_interfaces_are_refused)
{
    static const char *const names[] = {"a", "b"};
    char longest[1026];
    memset(longest, 'n', sizeof longest);
    longest[1025] = '\0';
    struct lar_draft *d = new_draft();
    lar_draft_input(d, "X", LAR_TYPE_END, LAR_SCALAR);
    expect_failure(d, LAR_ERR_FORMAT, "input 'X'");
    d = new_draft();
    lar_draft_input(d, "X", (enum lar_type)0, LAR_SCALAR);
    expect_failure(d, LAR_ERR_FORMAT, "input 'X'");
    d = new_draft();
    lar_draft_input(d, "X", LAR_TYPE_U8, LAR_SHAPE(INT64_MAX));
    expect_failure(d, LAR_ERR_FORMAT, "input 'X'");
    d = new_draft();
    lar_draft_unread_input(d, longest);
    expect_failure(d, LAR_ERR_UNSUPPORTED, "longer than 1024");
    d = new_draft();
    lar_draft_method(d, "\xC3");
    expect_failure(d, LAR_ERR_UNSUPPORTED, "a method is not UTF-8");
    d = new_draft();
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_draft_input_columns(d, x, names, 2);
    expect_failure(d, LAR_ERR_FORMAT, "input 'X': there are not as many names as columns");
    d = new_draft();
    x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(2));
    lar_draft_input_columns(d, x, names, 2);
    expect_failure(d, LAR_ERR_FORMAT, "input 'X': there are not as many names as columns");
    d = new_draft();
    lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SCALAR);
    lar_draft_input_columns(d, lar_draft_scalar_f64(d, 1), names, 2);
    expect_failure(d, LAR_ERR_INTERNAL, "no input");
    d = new_draft();
    lar_draft_output(d, lar_draft_method(d, "predict"), "y", 4, LAR_NO_VALUE);
    expect_failure(d, LAR_ERR_INTERNAL, "no such value");
    d = new_draft();
    lar_draft_output(d, 0, "y", lar_draft_scalar_f64(d, 1), LAR_NO_VALUE);
    expect_failure(d, LAR_ERR_INTERNAL, "no such method");
    d = new_draft();
    lar_value s = lar_draft_scalar_f64(d, 1);
    lar_draft_output(d, lar_draft_method(d, "predict"), "y", s, 7);
    expect_failure(d, LAR_ERR_INTERNAL, "no such labels");
    d = new_draft();
    s = lar_draft_scalar_f64(d, 1);
    lar_draft_output(d, lar_draft_method(d, "predict"), "y", s,
                     lar_draft_strings(d, names, NULL, NULL, 2));
    expect_failure(d, LAR_ERR_INTERNAL, "a scalar has no labels");
}
END_TEST

START_TEST(the_limit_holds)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&tiny_operators, 10000, &err);
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    for (int i = 0; i < 1000; i++)
        x = lar_draft_apply(d, "Add", 2, x, x);
    ck_assert_uint_eq(x, LAR_NO_VALUE);
    expect_failure(d, LAR_ERR_LIMIT, "10000 bytes");
}
END_TEST

/* Whichever allocation fails first, the failure is reported and nothing else happens. */
START_TEST(any_limit_is_survived)
{
    bool written = false;
    for (size_t limit = 0; !written; limit += 16) {
        struct lar_error err = {0};
        struct lar_draft *d = tiny_draft_within(limit, &err);
        ck_assert_ptr_nonnull(d);
        written = lar_flat_size(d, 0, &err) > 0;
        ck_assert_int_eq(err.code, written ? LAR_ERR_NONE : LAR_ERR_LIMIT);
        lar_draft_free(d);
        ck_assert_uint_lt(limit, 1 << 20);
    }
}
END_TEST

START_TEST(params_may_be_left_out_and_names_are_owned)
{
    struct lar_draft *d = new_draft();
    struct lar_error err = {0};
    char name[] = "factor";
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 1));
    const double two = 2;
    lar_value f = lar_draft_f64(d, &two, LAR_SHAPE(1));
    lar_value y =
        lar_draft_node(d, &(struct lar_node_args){.op = "test.Scale",
                                                  .inputs = &x,
                                                  .n_inputs = 1,
                                                  .params = {{"sparse", LAR_NO_VALUE}, {name, f}}});
    name[0] = 'x';
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict", y, LAR_NO_VALUE);
    size_t size;
    void *block = tiny_block(d, "", &size, &err);
    struct lar_flat flat;
    ck_assert_msg(block && lar_flat_open(&flat, block, size, &tiny_operators, &err), "%s",
                  err.text);
    ck_assert_uint_eq(flat.nodes[0].n_params, 1);
    ck_assert_str_eq(flat.nodes[0].params[0].name, "factor");
    lar_flat_finish(&flat);
    free(block);
}
END_TEST

int main(void)
{
    return check_main(
        "draft", (const TTest *[]){types_follow_as_nodes_are_added, strings_have_lengths_and_kinds,
                                   the_first_failure_sticks, wrong_nodes_are_refused,
                                   wrong_constants_are_refused, wrong_interfaces_are_refused,
                                   the_limit_holds, any_limit_is_survived,
                                   params_may_be_left_out_and_names_are_owned, NULL});
}
