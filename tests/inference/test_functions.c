/* Splines, Function, TextSets.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"
#include "tests/inference/strings.h"

static void expect_failure(struct one *o, enum lar_error_code code, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_int_eq(o->err.code, code);
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

/* Hats over 0, 1, 2: two columns with the same knots. */
#define HATS(extrapolation_, ...)                                                                  \
    {                                                                                              \
        .op = "larder.Splines", .inputs = {F64(S(1, 2), __VA_ARGS__)}, .n_inputs = 1, .params = {  \
            {"knots", F64(S(2, 5), -1, 0, 1, 2, 3, -1, 0, 1, 2, 3)},                               \
            {"coefficients", F64(S(3, 3), 1, 0, 0, 0, 1, 0, 0, 0, 1)},                             \
            {"degree", SCALAR_I64(1)},                                                             \
            {"extrapolation", SCALAR_I64(extrapolation_)}                                          \
        }                                                                                          \
    }

START_TEST(hats)
{
    struct one o = HATS(0, 0.25, 2);
    EXPECT_F64(&o, S(1, 6), 0.75, 0.25, 0, 0, 0, 1);
    o = (struct one)HATS(0, -1, 3); /* the outermost lines go on */
    EXPECT_F64(&o, S(1, 6), 2, -1, 0, 0, -1, 2);
    o = (struct one)HATS(1, 0.5, 2.5);
    expect_failure(&o, LAR_ERR_INVALID, "row 0, column 1: beyond the limits");
    o = (struct one)HATS(2, -1, 3);
    EXPECT_F64(&o, S(1, 6), 1, 0, 0, 0, 0, 1);
    o = (struct one)HATS(4, -0.5, 2.5);
    EXPECT_F64(&o, S(1, 6), 0, 0.5, 0.5, 0.5, 0.5, 0);
    o = (struct one)HATS(0, NAN, 1);
    EXPECT_F64(&o, S(1, 6), NAN, NAN, NAN, 0, 1, 0);
    o.params[4].name = "zeros";
    o.params[4].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    o.params[5].name = "drop";
    o.params[5].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    EXPECT_F64(&o, S(1, 4), 0, 0, 0, 1);
}
END_TEST

START_TEST(splines_are_verified)
{
    struct one o = HATS(5, 0, 0);
    expect_failure(&o, LAR_ERR_FORMAT, "no extrapolation 5");
    o = (struct one)HATS(0, 0, 0);
    o.params[0].tensor = (struct lar_tensor)F64(S(2, 5), -1, 0, 1, 2, 3, -1, 0, 1, 0.5, 3);
    expect_failure(&o, LAR_ERR_FORMAT, "column 1: knots are not ascending");
    o.params[0].tensor = (struct lar_tensor)F64(S(2, 5), -1, 0, 1, 2, NAN, -1, 0, 1, 2, 3);
    expect_failure(&o, LAR_ERR_FORMAT, "column 0: knots are not ascending");
    o = (struct one)HATS(0, 0, 0);
    o.params[2].tensor = (struct lar_tensor)SCALAR_I64(2);
    EXPECT_REFUSED(&o, "5 knots and 3 coefficients for degree 2");
    o = (struct one)HATS(0, 0, 0);
    o.inputs[0] = (struct lar_tensor)F64(S(1, 3), 0, 0, 0);
    EXPECT_REFUSED(&o, "3 columns, but knots for 2");
}
END_TEST

START_TEST(functions)
{
    static const struct {
        const char *name;
        double y;
    } known[] = {{"sign", 1}, {"rint", 0}, {"floor", 0}, {"ceil", 1}, {"fabs", 0.5}, {"trunc", 0}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        struct one o = {.op = "larder.Function",
                        .inputs = {F64(S(1, 2), 0.5, NAN)},
                        .n_inputs = 1,
                        .params = {{"name", strings(1, &known[i].name)}}};
        EXPECT_F64(&o, S(1, 2), known[i].y, NAN);
    }
    struct one o = {.op = "larder.Function",
                    .inputs = {F64(S(1), 0.5)},
                    .n_inputs = 1,
                    .params = {{"name", strings(1, (const char *const[]){"system"})}}};
    expect_failure(&o, LAR_ERR_FORMAT, "no such function");
}
END_TEST

START_TEST(sets_of_texts)
{
    struct lar_tensor texts = strings(6, (const char *const[]){"b", "a", "b", "c", NULL, "x"});
    texts.shape = LAR_SHAPE(2, 3);
    struct one o = {.op = "larder.TextSets",
                    .inputs = {texts},
                    .n_inputs = 1,
                    .params = {{"vocabulary", strings(3, (const char *const[]){"a", "b", "c"})}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_ptr_null(lar_tensor_fault(&o.out, o.out.indptr[2]));
    ck_assert_uint_eq(o.out.indptr[1], 2);
    ck_assert_uint_eq(o.out.indptr[2], 3);
    ck_assert_uint_eq(o.out.indices[1], 1);
    ck_assert_uint_eq(o.out.indices[2], 2);
    ck_assert(((double *)o.out.data)[1] == 1);
    one_finish(&o);
}
END_TEST

int main(void)
{
    return check_main(
        "functions", (const TTest *[]){hats, splines_are_verified, functions, sets_of_texts, NULL});
}
