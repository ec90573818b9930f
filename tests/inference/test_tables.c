/* Operators of tables: CheckFinite, LookUp, OneHot, Impute, ImputeText.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/model.h"
#include "tests/inference/one_operator.h"
#include "tests/inference/strings.h"

#include <stdio.h>

#define NAMED(name_)                                                                               \
    {                                                                                              \
        "name", strings(1, (const char *const[]){name_})                                           \
    }

/* Runs O, which must fail with a text that holds TEXT. */
static void expect_failure(struct one *o, enum lar_error_code code, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_int_eq(o->err.code, code);
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

static struct one checked(struct lar_tensor x, bool allow_nan, bool float32)
{
    struct one o = {.op = "larder.CheckFinite",
                    .inputs = {x},
                    .n_inputs = 1,
                    .params = {{"who", strings(1, (const char *const[]){"Ridge"})},
                               {"allow_nan", BOOLS(LAR_SCALAR, allow_nan)},
                               {"float32", BOOLS(LAR_SCALAR, float32)}}};
    static uint8_t flags[2];
    flags[0] = allow_nan, flags[1] = float32;
    o.params[1].tensor.data = &flags[0];
    o.params[2].tensor.data = &flags[1];
    return o;
}

START_TEST(finite_numbers_pass)
{
    struct lar_tensor x = F64(S(2, 2), 1, -2, 1e300, 5e-324);
    struct one o = checked(x, false, false);
    EXPECT_F64(&o, S(2, 2), 1, -2, 1e300, 5e-324);
    struct lar_tensor nan = F64(S(1, 2), NAN, 3);
    o = checked(nan, true, true);
    EXPECT_F64(&o, S(1, 2), NAN, 3);
    struct lar_tensor narrow = F32(S(1, 1), 2);
    o = checked(narrow, false, false);
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(1, 1), 2);
}
END_TEST

START_TEST(what_is_not_finite_is_named)
{
    struct lar_tensor nan = F64(S(2, 3), 1, 2, 3, 4, NAN, 6);
    struct one o = checked(nan, false, false);
    expect_failure(&o, LAR_ERR_INVALID, "Ridge does not accept such input: row 1, column 1 is NaN");
    struct lar_tensor infinite = F64(S(3, 1), NAN, 2, -INFINITY);
    o = checked(infinite, true, false);
    expect_failure(&o, LAR_ERR_INVALID, "row 2, column 0 is infinite");
    struct lar_tensor float32 = F32(S(1, 2), 0, NAN);
    o = checked(float32, false, false);
    expect_failure(&o, LAR_ERR_INVALID, "row 0, column 1 is NaN");
}
END_TEST

START_TEST(float32_has_an_end)
{
    double most = (double)0x1.fffffep127f, next = nextafter(0x1.ffffffp127, 0);
    struct lar_tensor fits = F64(S(1, 2), most, -next);
    struct one o = checked(fits, false, true);
    EXPECT_F64(&o, S(1, 2), most, -next);
    ck_assert(isfinite((float)next) && isinf((float)0x1.ffffffp127));
    struct lar_tensor large = F64(S(1, 1), -0x1.ffffffp127);
    o = checked(large, true, true);
    expect_failure(&o, LAR_ERR_INVALID, "too large for float32");
    o = checked(large, true, false);
    EXPECT_F64(&o, S(1, 1), -0x1.ffffffp127);
}
END_TEST

START_TEST(sparse_matrices_are_checked)
{
    struct lar_tensor x = {.type = LAR_TYPE_F64,
                           .layout = LAR_LAYOUT_CSR,
                           .shape = S(2, 5),
                           .data = (double[]){1, NAN},
                           .indptr = (uint64_t[]){0, 1, 2},
                           .indices = (uint32_t[]){3, 4}};
    struct one o = checked(x, false, false);
    expect_failure(&o, LAR_ERR_INVALID, "row 1, column 4 is NaN");
    o = checked(x, true, false);
    ck_assert(one_run(&o));
    ck_assert_ptr_eq(o.out.data, x.data);
    one_finish(&o);
}
END_TEST

START_TEST(texts_are_looked_up)
{
    const char *const words[] = {"blue", NULL, "red", "", "blue", "green"};
    struct one o = {.op = "larder.LookUp",
                    .inputs = {strings(6, words)},
                    .n_inputs = 1,
                    .params = {{"keys", strings(3, (const char *const[]){"red", "blue", NULL})},
                               {"values", I64(S(3), 10, 20, 30)},
                               NAMED("colour"),
                               {"unknown", SCALAR_I64(-1)}}};
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(6), 20, 30, 10, -1, 20, -1);
    o.params[3].name = NULL; /* without an answer for others */
    expect_failure(&o, LAR_ERR_INVALID, "column colour, row 3: unknown category ''");
}
END_TEST

START_TEST(missing_texts_have_kinds)
{
    struct lar_tensor keys = strings(2, (const char *const[]){"a", NULL});
    struct lar_tensor x = strings(2, (const char *const[]){NULL, NULL});
    keys.kinds[1] = LAR_STRING_NONE;
    x.kinds[1] = LAR_STRING_NONE;
    struct one o = {.op = "larder.LookUp",
                    .inputs = {x},
                    .n_inputs = 1,
                    .params = {{"keys", keys},
                               {"values", F64(S(2), 1, 2)},
                               NAMED("x0"),
                               {"unknown", F64(LAR_SCALAR, NAN)}}};
    EXPECT_F64(&o, S(2), NAN, 2);
    o.params[4].name = "refuse_nan";
    o.params[4].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    expect_failure(&o, LAR_ERR_INVALID, "row 0: a missing value (NaN)");
}
END_TEST

START_TEST(numbers_are_looked_up_by_value)
{
    struct one o = {.op = "larder.LookUp",
                    .inputs = {F64(S(3, 2), 9, -0.0, 9, 30, 9, NAN)},
                    .n_inputs = 1,
                    .params = {{"keys", F64(S(4), 30, NAN, -5, 0)},
                               {"values", F64(S(4), 1, 2, 3, 4)},
                               NAMED("x1"),
                               {"column", SCALAR_I64(1)}}};
    EXPECT_F64(&o, S(3), 4, 1, 2);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 9, 0.5);
    expect_failure(&o, LAR_ERR_INVALID, "column x1, row 0: unknown category 0.5");
    o.inputs[0] = (struct lar_tensor)F64(S(1, 2), 9, INFINITY);
    expect_failure(&o, LAR_ERR_INVALID, "infinity is not accepted");
    o.params[3].tensor = (struct lar_tensor)SCALAR_I64(2);
    EXPECT_REFUSED(&o, "there is no column 2");
    o.params[0].tensor = strings(4, (const char *const[]){"a", "b", "c", "d"});
    o.params[3].tensor = (struct lar_tensor)SCALAR_I64(1);
    EXPECT_REFUSED(&o, "keys are string, the input is float64");
}
END_TEST

START_TEST(many_keys_are_found)
{
    enum { N = 3000 };
    static char texts[N][8];
    static const char *keys[N];
    static int64_t values[N];
    for (int i = 0; i < N; i++) {
        snprintf(texts[i], sizeof texts[i], "k%d", i * 7);
        keys[i] = texts[i];
        values[i] = i;
    }
    struct one o = {.op = "larder.LookUp",
                    .inputs = {strings(N, keys)},
                    .n_inputs = 1,
                    .params = {{"keys", strings(N, keys)},
                               {"values", ARRAY(LAR_TYPE_I64, values, N)},
                               NAMED("k")}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_bytes(&o.out, LAR_TYPE_I64, S(N), values);
    one_finish(&o);
}
END_TEST

#define ONE_HOT                                                                                    \
    {                                                                                              \
        .op = "larder.OneHot", .inputs = {I64(S(3), 0, -1, 2), I64(S(3), 1, 0, -1)},               \
        .n_inputs = 2, .params = {                                                                 \
            {"widths", I64(S(2), 3, 2)},                                                           \
            {"columns", SCALAR_I64(5)}                                                             \
        }                                                                                          \
    }

START_TEST(codes_become_ones)
{
    struct one o = ONE_HOT;
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_int_eq(o.out.layout, LAR_LAYOUT_CSR);
    ck_assert_mem_eq(o.out.indptr, ((uint64_t[]){0, 2, 3, 4}), 4 * sizeof(uint64_t));
    ck_assert_mem_eq(o.out.indices, ((uint32_t[]){0, 4, 3, 2}), 4 * sizeof(uint32_t));
    ck_assert_mem_eq(o.out.data, ((double[]){1, 1, 1, 1}), 4 * sizeof(double));
    one_finish(&o);
}
END_TEST

START_TEST(codes_out_of_range_are_refused)
{
    struct one o = ONE_HOT;
    o.inputs[1] = (struct lar_tensor)I64(S(3), 1, 2, 0);
    expect_failure(&o, LAR_ERR_INVALID, "column 1, row 1: there is no code 2");
    o = (struct one)ONE_HOT;
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 3, 3);
    expect_failure(&o, LAR_ERR_FORMAT, "widths do not add up to 5");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 3, 1);
    expect_failure(&o, LAR_ERR_FORMAT, "widths add up to 4");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), -1, 6);
    expect_failure(&o, LAR_ERR_FORMAT, "widths do not add up");
    o.params[0].tensor = (struct lar_tensor)I64(S(1), 5);
    EXPECT_REFUSED(&o, "2 columns, but 1 widths");
}
END_TEST

START_TEST(holes_are_filled)
{
    struct one o = {.op = "larder.Impute",
                    .inputs = {F64(S(2, 3), NAN, 2, 3, 4, NAN, NAN)},
                    .n_inputs = 1,
                    .params = {{"columns", I64(S(2), 2, 0)},
                               {"values", F64(S(2), 0.5, -1)},
                               {"missing", F64(LAR_SCALAR, NAN)},
                               {"indicators", I64(S(1), 1)}}};
    EXPECT_F64(&o, S(2, 3), 3, -1, 0, 0.5, 4, 1);
    o.params[2].tensor = (struct lar_tensor)F64(LAR_SCALAR, 3);
    EXPECT_F64(&o, S(2, 3), 0.5, NAN, 0, NAN, 4, 0);
    o.params[3].tensor = (struct lar_tensor)I64(S(1), 3);
    expect_failure(&o, LAR_ERR_FORMAT, "there is no column 3");
    o.params[1].tensor = (struct lar_tensor)F64(S(1), 1);
    EXPECT_REFUSED(&o, "1 values for 2 columns");
}
END_TEST

START_TEST(holes_in_texts_are_filled_and_marked)
{
    struct model m;
    struct lar_draft *d = model_draft();
    struct lar_error err = {0};
    const uint8_t nan[] = {LAR_STRING_NAN};
    const char *none[] = {""}, *fill[] = {"?"}, *name[] = {"city"};
    lar_value x = lar_draft_input(d, "city", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS));
    lar_value y = lar_draft_node(
        d,
        &(struct lar_node_args){.op = "larder.ImputeText",
                                .inputs = &x,
                                .n_inputs = 1,
                                .n_outputs = 2,
                                .params = {{"missing", lar_draft_strings(d, none, NULL, nan, 1)},
                                           {"value", lar_draft_strings(d, fill, NULL, NULL, 1)},
                                           {"name", lar_draft_strings(d, name, NULL, NULL, 1)}}});
    uint32_t method = lar_draft_method(d, "transform");
    lar_draft_output(d, method, "filled", y, LAR_NO_VALUE);
    lar_draft_output(d, method, "marked", y + 1, LAR_NO_VALUE);
    model_plan(&m, d);
    struct lar_scratch *scratch = lar_scratch_new(1 << 20, 1 << 24, &err);
    struct lar_tensor in = strings(3, (const char *const[]){"Oslo", NULL, ""}), out[2];
    ck_assert_msg(lar_plan_run(m.plan, scratch, &in, 3, (uint32_t[]){0, 1}, 2, out, &err), "%s",
                  err.text);
    assert_texts(&out[0], S(3), (const char *const[]){"Oslo", "?", ""});
    assert_f64(&out[1], S(3), (const double[]){0, 1, 0});
    lar_scratch_free(scratch);
    model_finish(&m);
}
END_TEST

int main(void)
{
    return check_main("tables", (const TTest *[]){finite_numbers_pass, what_is_not_finite_is_named,
                                                  float32_has_an_end, sparse_matrices_are_checked,
                                                  texts_are_looked_up, missing_texts_have_kinds,
                                                  numbers_are_looked_up_by_value,
                                                  many_keys_are_found, codes_become_ones,
                                                  codes_out_of_range_are_refused, holes_are_filled,
                                                  holes_in_texts_are_filled_and_marked, NULL});
}
