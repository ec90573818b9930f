/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

#define VIEW(op_, x, ...)                                                                          \
    {                                                                                              \
        .op = op_, .inputs = {x, __VA_ARGS__}, .n_inputs = 2, .constants = 2                       \
    }
#define SIX F64(S(2, 3), 1, 2, 3, 4, 5, 6)

/* Whether the shape inferred is SHOULD. */
static void infers(struct one *o, struct lar_shape should)
{
    ck_assert_msg(one_infer(o), "%s", o->err.text);
    assert_shape(&o->result.shape, should);
}

START_TEST(reshape)
{
    struct one o = VIEW("Reshape", SIX, I64(S(2), 3, 2));
    EXPECT_F64(&o, S(3, 2), 1, 2, 3, 4, 5, 6);
    o = (struct one)VIEW("Reshape", SIX, I64(S(1), -1));
    EXPECT_F64(&o, S(6), 1, 2, 3, 4, 5, 6);
    o = (struct one)VIEW("Reshape", SIX, I64(S(3), 0, -1, 1));
    o.rows = 1;
    EXPECT_F64(&o, S(2, 3, 1), 1, 2, 3, 4, 5, 6);
    infers(&o, S(LAR_DIM_ROWS, 3, 1));
    o = (struct one)VIEW("Reshape", SIX, I64(S(2), -1, 3));
    o.rows = 1;
    infers(&o, S(LAR_DIM_ROWS, 3));
    o = (struct one)VIEW("Reshape", SIX, I64(S(2), -1, 1));
    o.rows = 1;
    EXPECT_F64(&o, S(6, 1), 1, 2, 3, 4, 5, 6);
    infers(&o, S(LAR_DIM_UNKNOWN, 1));
    o = (struct one)VIEW("Reshape", F64(S(2, 1), 8, 9), I64(S(1), -1));
    o.rows = 1;
    EXPECT_F64(&o, S(2), 8, 9);
    infers(&o, S(LAR_DIM_ROWS));
    o = (struct one)VIEW("Reshape", F64(S(0, 1), 0), I64(S(1), -1));
    o.rows = 1;
    EXPECT_F64(&o, S(0), 0);
    o = (struct one)VIEW("Reshape", F64(S(1), 4), I64(S(0), 0));
    EXPECT_F64(&o, LAR_SCALAR, 4);
}
END_TEST

START_TEST(reshape_refuses)
{
    struct one o = VIEW("Reshape", SIX, I64(S(1), 5));
    EXPECT_REFUSED(&o, "[2,3] cannot take the shape");
    o = (struct one)VIEW("Reshape", SIX, I64(S(2), -1, 4));
    EXPECT_REFUSED(&o, "cannot take");
    o = (struct one)VIEW("Reshape", SIX, I64(S(2), -1, -1));
    EXPECT_REFUSED(&o, "cannot take");
    o = (struct one)VIEW("Reshape", SIX, I64(S(2), -2, 3));
    EXPECT_REFUSED(&o, "cannot take");
    o = (struct one)VIEW("Reshape", SIX, I64(S(3), 2, 3, 0));
    EXPECT_REFUSED(&o, "cannot take");
    o = (struct one)VIEW("Reshape", SIX, I64(S(9), 1, 1, 1, 1, 1, 1, 1, 2, 3));
    EXPECT_REFUSED(&o, "cannot take");
    o = (struct one)VIEW("Reshape", SIX, I64(S(2), 2, 3));
    o.rows = 1; /* would fit one number of rows only */
    EXPECT_REFUSED(&o, "cannot take");
    o.constants = 0;
    EXPECT_REFUSED(&o, "a constant list");
    o = (struct one)VIEW("Reshape", SIX, I64(S(2), INT64_MAX, INT64_MAX));
    EXPECT_REFUSED(&o, "cannot take");
    o = (struct one)VIEW("Reshape", F64(S(0, 3), 0), I64(S(2), 0, 7));
    o.params[0].name = "allowzero";
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(1);
    EXPECT_F64(&o, S(0, 7), 0);
}
END_TEST

START_TEST(squeeze_and_unsqueeze)
{
    struct one o = VIEW("Unsqueeze", F64(S(2), 1, 2), I64(S(1), 1));
    o.rows = 1;
    EXPECT_F64(&o, S(2, 1), 1, 2);
    infers(&o, S(LAR_DIM_ROWS, 1));
    o = (struct one)VIEW("Unsqueeze", F64(S(2), 1, 2), I64(S(2), -1, 0));
    EXPECT_F64(&o, S(1, 2, 1), 1, 2);
    o = (struct one)VIEW("Unsqueeze", F64(S(2), 1, 2), I64(S(2), 0, 0));
    EXPECT_REFUSED(&o, "axes out of range");
    o = (struct one)VIEW("Unsqueeze", F64(S(2), 1, 2), I64(S(1), 2));
    EXPECT_REFUSED(&o, "axes out of range");
    o = (struct one)VIEW("Squeeze", F64(S(2, 1), 1, 2), I64(S(1), 1));
    o.rows = 1;
    EXPECT_F64(&o, S(2), 1, 2);
    o = (struct one)VIEW("Squeeze", F64(S(2, 1), 1, 2), I64(S(1), 0));
    EXPECT_REFUSED(&o, "not 1");
    o.rows = 1;
    EXPECT_REFUSED(&o, "not 1");
    o = (struct one)VIEW("Squeeze", F64(S(1, 2, 1), 1, 2), I64(S(1), 0));
    o.n_inputs = 1;
    EXPECT_F64(&o, S(2), 1, 2);
    o.rows = 1;
    EXPECT_REFUSED(&o, "a dimension that is not known");
}
END_TEST

START_TEST(identity_takes_everything)
{
    struct one o = {.op = "Identity", .inputs = {SIX}, .n_inputs = 1};
    EXPECT_F64(&o, S(2, 3), 1, 2, 3, 4, 5, 6);
    o.inputs[0] = (struct lar_tensor){.type = LAR_TYPE_F64,
                                      .layout = LAR_LAYOUT_CSR,
                                      .shape = S(1, 1),
                                      .data = (double[]){2},
                                      .indptr = (uint64_t[]){0, 1},
                                      .indices = (uint32_t[]){0}};
    ck_assert(one_run(&o));
    ck_assert_int_eq(o.out.layout, LAR_LAYOUT_CSR);
    ck_assert_ptr_null(lar_tensor_fault(&o.out, 1));
    one_finish(&o);
}
END_TEST

int main(void)
{
    return check_main("reshape", (const TTest *[]){reshape, reshape_refuses, squeeze_and_unsqueeze,
                                                   identity_takes_everything, NULL});
}
