/* SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"

static struct one binary(const char *op, struct lar_tensor a, struct lar_tensor b)
{
    return (struct one){.op = op, .inputs = {a, b}, .n_inputs = 2};
}

#define T(...) ((struct lar_tensor)__VA_ARGS__)

START_TEST(same_shapes)
{
    struct one o = binary("Add", T(F64(S(3), 1, 2, -0.5)), T(F64(S(3), 10, NAN, 0.25)));
    EXPECT_F64(&o, S(3), 11, NAN, -0.25);
    o = binary("Sub", T(F64(S(2), 1, 2)), T(F64(S(2), 10, 0.5)));
    EXPECT_F64(&o, S(2), -9, 1.5);
    o = binary("Mul", T(F64(S(2), 3, -2)), T(F64(S(2), 0.5, 4)));
    EXPECT_F64(&o, S(2), 1.5, -8);
    o = binary("Div", T(F64(S(3), 1, -1, 0)), T(F64(S(3), 4, 0, 0)));
    EXPECT_F64(&o, S(3), 0.25, -INFINITY, NAN);
}
END_TEST

START_TEST(broadcasting)
{
    /* a row vector, a column, a scalar, both sides, and three dimensions */
    struct one o = binary("Add", T(F64(S(2, 3), 1, 2, 3, 4, 5, 6)), T(F64(S(3), 10, 20, 30)));
    o.rows = 1;
    EXPECT_F64(&o, S(2, 3), 11, 22, 33, 14, 25, 36);
    o = binary("Sub", T(F64(S(3), 10, 20, 30)), T(F64(S(2, 3), 1, 2, 3, 4, 5, 6)));
    EXPECT_F64(&o, S(2, 3), 9, 18, 27, 6, 15, 24);
    o = binary("Mul", T(F64(S(2, 3), 1, 2, 3, 4, 5, 6)), T(F64(S(2, 1), 1, -1)));
    EXPECT_F64(&o, S(2, 3), 1, 2, 3, -4, -5, -6);
    o = binary("Mul", T(F64(LAR_SCALAR, 2)), T(F64(S(2, 2), 1, 2, 3, 4)));
    EXPECT_F64(&o, S(2, 2), 2, 4, 6, 8);
    o = binary("Add", T(F64(S(2, 1), 10, 20)), T(F64(S(1, 3), 1, 2, 3)));
    EXPECT_F64(&o, S(2, 3), 11, 12, 13, 21, 22, 23);
    o = binary("Add", T(F64(S(2, 1, 2), 1, 2, 3, 4)), T(F64(S(2, 1), 10, 20)));
    EXPECT_F64(&o, S(2, 2, 2), 11, 12, 21, 22, 13, 14, 23, 24);
    o = binary("Add", T(F64(S(1, 1), 1)), T(F64(S(1), 2)));
    EXPECT_F64(&o, S(1, 1), 3);
}
END_TEST

START_TEST(zero_rows)
{
    struct one o = binary("Add", T(F64(S(0, 3), 0)), T(F64(S(3), 10, 20, 30)));
    o.rows = 1;
    EXPECT_F64(&o, S(0, 3), 0);
    ck_assert_int_eq(o.result.shape.dims[0], LAR_DIM_ROWS);
}
END_TEST

START_TEST(powers)
{
    struct one o = binary("Pow", T(F64(S(4), 2, -3, 2, 9)), T(F64(S(4), 10, 3, -1, 0.5)));
    EXPECT_F64(&o, S(4), 1024, -27, 0.5, 3);
    o = binary("Pow", T(I64(S(1), 2)), T(I64(S(1), 3)));
    EXPECT_REFUSED(&o, "of a type");
}
END_TEST

START_TEST(other_types)
{
    struct one o = binary("Add", T(I64(S(2), INT64_MAX, 1)), T(I64(S(2), 1, 1)));
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(2), INT64_MIN, 2);
    o = binary("Mul", T(I32(S(2), 1 << 30, -3)), T(I32(S(1), 4)));
    EXPECT_BYTES(&o, LAR_TYPE_I32, int32_t, S(2), 0, -12);
    o = binary("Sub", T(F32(S(2), 1, 2)), T(F32(S(2), 0.5f, 4)));
    EXPECT_BYTES(&o, LAR_TYPE_F32, float, S(2), 0.5f, -2);
    o = binary("Max", T(I64(S(2), -1, 5)), T(I64(S(2), 1, 2)));
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(2), 1, 5);
}
END_TEST

START_TEST(max_and_min_keep_nan)
{
    struct one o = binary("Max", T(F64(S(4), 1, NAN, 3, 2)), T(F64(S(4), 2, 1, NAN, 2)));
    EXPECT_F64(&o, S(4), 2, NAN, NAN, 2);
    o = binary("Min", T(F64(S(4), 1, NAN, 3, 2)), T(F64(S(4), 2, 1, NAN, 2)));
    EXPECT_F64(&o, S(4), 1, NAN, NAN, 2);
}
END_TEST

START_TEST(refused)
{
    struct one o = binary("Add", T(F64(S(2), 1, 2)), T(F64(S(3), 1, 2, 3)));
    EXPECT_REFUSED(&o, "Add: shapes [2] and [3] do not fit together");
    o = binary("Add", T(F64(S(1), 1)), T(F32(S(1), 1)));
    EXPECT_REFUSED(&o, "inputs of types float64 and float32");
    o = binary("Div", T(I64(S(1), 1)), T(I64(S(1), 0)));
    EXPECT_REFUSED(&o, "Div: input 0 is dense int64 [1]");
    o = binary("Add", T(F64(S(2, 2), 1, 2, 3, 4)), T(F64(S(2, 2), 1, 2, 3, 4)));
    o.rows = 1; /* the batch and a count meet by chance only */
    EXPECT_REFUSED(&o, "do not fit");
}
END_TEST

START_TEST(unknown_dimensions_are_checked_when_run)
{
    struct one o = binary("Add", T(F64(S(2), 1, 2)), T(F64(S(3), 1, 2, 3)));
    ck_assert(!one_infer(&o));
    /* as if input 0 had been declared [unknown] */
    struct lar_value_info a = {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(LAR_DIM_UNKNOWN), NULL};
    o.info_list[0] = &a;
    o.err = (struct lar_error){0};
    ck_assert(lar_node_infer(&o.node, &o.result, &o.err));
    ck_assert_int_eq(o.result.shape.dims[0], 3);
    struct lar_scratch *scratch = lar_scratch_new(1 << 20, 1 << 20, &o.err);
    double y[3];
    struct lar_tensor out = {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(3), y, NULL, NULL, NULL,
                             NULL};
    struct lar_call call = {.node = &o.node,
                            .inputs = (const struct lar_tensor *[]){&o.inputs[0], &o.inputs[1]},
                            .outputs = &out,
                            .scratch = scratch};
    ck_assert(!lar_operator_of(o.node.signature)->run(&call, &o.err));
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    lar_scratch_free(scratch);
}
END_TEST

START_TEST(logarithms_of_sums)
{
    struct one o =
        binary("larder.LogAddExp", T(F64(S(7), 0, -800, -INFINITY, -INFINITY, INFINITY, 3, NAN)),
               T(F64(S(7), 0, -800, -INFINITY, -2, INFINITY, -1000, 1)));
    EXPECT_F64(&o, S(7), M_LN2, -800 + M_LN2, -INFINITY, -2, INFINITY, 3, NAN);
    o = binary("larder.LogAddExp", T(F64(S(2), -1, 5)), T(F64(S(2), 5, -1)));
    EXPECT_F64(&o, S(2), 5 + log1p(exp(-6)), 5 + log1p(exp(-6)));
    o = binary("larder.LogAddExp", T(I64(S(1), 1)), T(I64(S(1), 1)));
    EXPECT_REFUSED(&o, "larder.LogAddExp");
}
END_TEST

int main(void)
{
    return check_main("arithmetic", (const TTest *[]){same_shapes, broadcasting, zero_rows,
                                                      other_types, max_and_min_keep_nan, refused,
                                                      unknown_dimensions_are_checked_when_run,
                                                      logarithms_of_sums, powers, NULL});
}
