/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#define TWO(op_, ...)                                                                              \
    {                                                                                              \
        .op = op_, .inputs = {__VA_ARGS__}, .n_inputs = 2                                          \
    }
#define EXPECT_BOOLS(o, shape_, ...) EXPECT_BYTES(o, LAR_TYPE_BOOL, uint8_t, shape_, __VA_ARGS__)

START_TEST(comparisons)
{
    struct one o = TWO("Greater", F64(S(4), 1, 2, 3, NAN), F64(S(1), 2));
    EXPECT_BOOLS(&o, S(4), 0, 0, 1, 0);
    o.op = "GreaterOrEqual";
    EXPECT_BOOLS(&o, S(4), 0, 1, 1, 0);
    o.op = "Less";
    EXPECT_BOOLS(&o, S(4), 1, 0, 0, 0);
    o.op = "LessOrEqual";
    EXPECT_BOOLS(&o, S(4), 1, 1, 0, 0);
    o.op = "Equal";
    EXPECT_BOOLS(&o, S(4), 0, 1, 0, 0);
    o = (struct one)TWO("Greater", I64(S(2, 1), 1, 5), I64(S(1, 2), 0, 3));
    EXPECT_BOOLS(&o, S(2, 2), 1, 0, 1, 1);
    o = (struct one)TWO("Equal", BOOLS(S(3), 0, 1, 1), BOOLS(S(3), 0, 0, 1));
    EXPECT_BOOLS(&o, S(3), 1, 0, 1);
    o = (struct one)TWO("Less", F32(S(2), 1, 2), F32(S(2), 2, 1));
    EXPECT_BOOLS(&o, S(2), 1, 0);
    o = (struct one)TWO("Equal", I32(S(2), -1, 2), I32(S(2), -1, 1));
    EXPECT_BOOLS(&o, S(2), 1, 0);
}
END_TEST

START_TEST(strings_are_compared)
{
    struct lar_tensor a = {.type = LAR_TYPE_STRING,
                           .layout = LAR_LAYOUT_DENSE,
                           .shape = S(4),
                           .data = (char[]){"abab"},
                           .offsets = (uint64_t[]){0, 2, 2, 4, 4},
                           .kinds = (uint8_t[]){0, 0, 0, LAR_STRING_NAN}};
    struct lar_tensor b = a;
    b.offsets = (uint64_t[]){0, 2, 3, 4, 4}; /* ab, a, b, NaN */
    struct one o = TWO("Equal", a, b);
    EXPECT_BOOLS(&o, S(4), 1, 0, 0, 0);
    b.shape = S(1);
    o.inputs[1] = b;
    EXPECT_BOOLS(&o, S(4), 1, 0, 1, 0);
}
END_TEST

START_TEST(bools)
{
    struct one o = TWO("And", BOOLS(S(4), 0, 0, 1, 1), BOOLS(S(4), 0, 1, 0, 1));
    EXPECT_BOOLS(&o, S(4), 0, 0, 0, 1);
    o.op = "Or";
    EXPECT_BOOLS(&o, S(4), 0, 1, 1, 1);
    o.op = "Not";
    o.n_inputs = 1;
    EXPECT_BOOLS(&o, S(4), 1, 1, 0, 0);
    o = (struct one)TWO("And", I64(S(1), 1), I64(S(1), 1));
    EXPECT_REFUSED(&o, "And: input 0");
}
END_TEST

START_TEST(where_broadcasts_three)
{
    struct one o = {.op = "Where",
                    .inputs = {BOOLS(S(2, 1), 1, 0), F64(S(3), 1, 2, 3), F64(LAR_SCALAR, NAN)},
                    .n_inputs = 3};
    EXPECT_F64(&o, S(2, 3), 1, 2, 3, NAN, NAN, NAN);
    o.inputs[0] = (struct lar_tensor)BOOLS(S(3), 0, 1, 0);
    EXPECT_F64(&o, S(3), NAN, 2, NAN);
    o.inputs[1] = (struct lar_tensor)I64(S(3), 1, 2, 3);
    EXPECT_REFUSED(&o, "inputs of types int64 and float64");
    o.inputs[2] = (struct lar_tensor)I64(S(2), 7, 8);
    EXPECT_REFUSED(&o, "do not fit");
    o.inputs[2] = (struct lar_tensor)I64(S(1), 7);
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(3), 7, 2, 7);
    o.inputs[1] = (struct lar_tensor)BOOLS(S(3), 1, 0, 1);
    o.inputs[2] = (struct lar_tensor)BOOLS(S(3), 0, 1, 1);
    EXPECT_BYTES(&o, LAR_TYPE_BOOL, uint8_t, S(3), 0, 0, 1);
    o.inputs[1] = (struct lar_tensor)F32(LAR_SCALAR, 0.5f);
    o.inputs[2] = (struct lar_tensor)F32(S(2, 3), 1, 2, 3, 4, 5, 6);
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(2, 3), 1, 0.5f, 3, 4, 0.5f, 6);
    o.inputs[1] = (struct lar_tensor)TENSOR(LAR_TYPE_U16, uint16_t, S(1), 9);
    o.inputs[2] = (struct lar_tensor)TENSOR(LAR_TYPE_U16, uint16_t, S(3), 1, 2, 3);
    EXPECT_BYTES(&o, LAR_TYPE_U16, uint16_t, S(3), 1, 9, 3);
}
END_TEST

int main(void)
{
    return check_main("logic", (const TTest *[]){comparisons, strings_are_compared, bools,
                                                 where_broadcasts_three, NULL});
}
