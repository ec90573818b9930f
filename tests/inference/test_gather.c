/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#define GATHER(axis_, ...)                                                                         \
    {                                                                                              \
        .op = "Gather", .inputs = {__VA_ARGS__}, .n_inputs = 2, .params = {                        \
            {"axis", SCALAR_I64(axis_)}                                                            \
        }                                                                                          \
    }

START_TEST(numbers)
{
    struct one o = GATHER(0, F64(S(3), 10, 20, 30), I64(S(4), 2, 0, -1, 1));
    o.rows = 2;
    EXPECT_F64(&o, S(4), 30, 10, 30, 20);
    o = (struct one)GATHER(1, F64(S(2, 3), 1, 2, 3, 4, 5, 6), I64(S(2), 2, 0));
    o.rows = 1;
    o.constants = 2;
    EXPECT_F64(&o, S(2, 2), 3, 1, 6, 4);
    o = (struct one)GATHER(0, F64(S(2, 3), 1, 2, 3, 4, 5, 6), I32(S(1, 1), 1));
    EXPECT_F64(&o, S(1, 1, 3), 4, 5, 6);
    o = (struct one)GATHER(1, F64(S(2, 2), 1, 2, 3, 4), I64(LAR_SCALAR, 1));
    EXPECT_F64(&o, S(2), 2, 4);
    o = (struct one)GATHER(0, I32(S(2), 7, 9), I64(S(2), 1, 1));
    EXPECT_BYTES(&o, LAR_TYPE_I32, int32_t, S(2), 9, 9);
    o = (struct one)GATHER(0, F64(S(3), 10, 20, 30), I64(S(0), 0));
    EXPECT_F64(&o, S(0), 0);
    o = (struct one)GATHER(1, F64(S(0, 3), 0), I64(S(1), 2));
    EXPECT_F64(&o, S(0, 1), 0);
}
END_TEST

START_TEST(strings)
{
    struct lar_tensor words = {.type = LAR_TYPE_STRING,
                               .layout = LAR_LAYOUT_DENSE,
                               .shape = S(3),
                               .data = (char[]){"yesno"},
                               .offsets = (uint64_t[]){0, 3, 3, 5},
                               .kinds = (uint8_t[]){0, LAR_STRING_NONE, 0}};
    struct one o = GATHER(0, words, I64(S(4), 2, 2, 1, 0));
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_texts(&o.out, S(4), (const char *const[]){"no", "no", "", "yes"});
    ck_assert_int_eq(o.out.kinds[2], LAR_STRING_NONE);
    one_finish(&o);
    words.shape = S(1, 3);
    o = (struct one)GATHER(1, words, I64(S(200), 0)); /* the bytes outgrow their first room */
    static int64_t zeros[200];
    o.inputs[1].data = zeros;
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_uint_eq(o.out.offsets[200], 600);
    ck_assert_ptr_null(lar_tensor_fault(&o.out, 600));
    ck_assert_mem_eq((char *)o.out.data + 597, "yes", 3);
    one_finish(&o);
}
END_TEST

START_TEST(indices_are_checked)
{
    struct one o = GATHER(0, F64(S(3), 10, 20, 30), I64(S(1), 3));
    ck_assert(!one_run(&o)); /* not constant: the request's fault */
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    ck_assert_str_eq(o.err.text, "index 3 is not among 3");
    one_finish(&o);
    o.constants = 2; /* constant: the model's */
    ck_assert(!one_run(&o));
    ck_assert_int_eq(o.err.code, LAR_ERR_FORMAT);
    one_finish(&o);
    o.inputs[1] = (struct lar_tensor)I64(S(1), -4);
    ck_assert(!one_run(&o));
    one_finish(&o);
    o.inputs[1] = (struct lar_tensor)I64(S(1), INT64_MIN);
    ck_assert(!one_run(&o));
    one_finish(&o);
    o = (struct one)GATHER(1, F64(S(3), 10, 20, 30), I64(S(1), 0));
    EXPECT_REFUSED(&o, "axis out of range");
    o = (struct one)GATHER(0, F64(S(3), 10, 20, 30), F64(S(1), 0));
    EXPECT_REFUSED(&o, "input 1");
    o = (struct one)GATHER(0, F64(S(1, 1, 1, 1, 1), 0), I64(S(1, 1, 1, 1, 1), 0));
    EXPECT_REFUSED(&o, "more than 8 dimensions");
}
END_TEST

int main(void)
{
    return check_main("gather", (const TTest *[]){numbers, strings, indices_are_checked, NULL});
}
