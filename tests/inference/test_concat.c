/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#define CONCAT(axis_, n, ...)                                                                      \
    {                                                                                              \
        .op = "Concat", .inputs = {__VA_ARGS__}, .n_inputs = n, .params = {                        \
            {"axis", SCALAR_I64(axis_)}                                                            \
        }                                                                                          \
    }

START_TEST(numbers)
{
    struct one o = CONCAT(1, 2, F64(S(2, 2), 1, 2, 3, 4), F64(S(2, 1), 5, 6));
    o.rows = 3;
    EXPECT_F64(&o, S(2, 3), 1, 2, 5, 3, 4, 6);
    o = (struct one)CONCAT(0, 2, F64(S(1, 2), 1, 2), F64(S(2, 2), 3, 4, 5, 6));
    EXPECT_F64(&o, S(3, 2), 1, 2, 3, 4, 5, 6);
    o.rows = 1; /* a number of rows that no dimension can express */
    EXPECT_F64(&o, S(3, 2), 1, 2, 3, 4, 5, 6);
    ck_assert_int_eq(o.result.shape.dims[0], LAR_DIM_UNKNOWN);
    o = (struct one)CONCAT(-1, 1, I64(S(2), 1, 2));
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(2), 1, 2);
    o = (struct one)CONCAT(1, 2, F64(S(0, 2), 0), F64(S(0, 1), 0));
    EXPECT_F64(&o, S(0, 3), 0);
}
END_TEST

START_TEST(strings)
{
    const struct lar_tensor a = {.type = LAR_TYPE_STRING,
                                 .layout = LAR_LAYOUT_DENSE,
                                 .shape = S(2, 1),
                                 .data = (char[]){"abc"},
                                 .offsets = (uint64_t[]){0, 1, 3},
                                 .kinds = (uint8_t[]){0, 0}};
    struct lar_tensor b = a;
    b.kinds = (uint8_t[]){LAR_STRING_NAN, 0};
    b.offsets = (uint64_t[]){0, 0, 3};
    struct one o = CONCAT(1, 2, a, b);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_texts(&o.out, S(2, 2), (const char *const[]){"a", "", "bc", "abc"});
    ck_assert_int_eq(o.out.kinds[1], LAR_STRING_NAN);
    one_finish(&o);
    o = (struct one)CONCAT(0, 2, a, b);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_texts(&o.out, S(4, 1), (const char *const[]){"a", "bc", "", "abc"});
    one_finish(&o);
}
END_TEST

START_TEST(refused)
{
    struct one o = CONCAT(1, 2, F64(S(2, 2), 1, 2, 3, 4), F64(S(1, 1), 5));
    EXPECT_REFUSED(&o, "the shape of input 1 does not fit");
    o = (struct one)CONCAT(0, 2, F64(S(1), 1), I64(S(1), 5));
    EXPECT_REFUSED(&o, "input 1 is dense int64 [1]");
    o = (struct one)CONCAT(1, 2, F64(S(1), 1), F64(S(1), 5));
    EXPECT_REFUSED(&o, "axis out of range");
    o = (struct one)CONCAT(0, 2, F64(S(1), 1), F64(S(1), 5));
    o.left_out = 2;
    EXPECT_REFUSED(&o, "input 1 is missing");
}
END_TEST

int main(void)
{
    return check_main("concat", (const TTest *[]){numbers, strings, refused, NULL});
}
