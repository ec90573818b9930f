/* Votes, SpreadColumns, Repeat, Interpolate.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"
#include "tests/inference/strings.h"

static struct one voted(struct lar_tensor a, struct lar_tensor b)
{
    return (struct one){.op = "larder.Votes",
                        .inputs = {a, b},
                        .n_inputs = 2,
                        .rows = 3,
                        .params = {{"classes", SCALAR_I64(3)}}};
}

START_TEST(votes_are_counted)
{
    static int64_t three = 3;
    struct lar_tensor a = I64(S(4), 0, 2, 1, 1), b = I64(S(4), 2, 2, -1, 3);
    struct one o = voted(a, b);
    o.params[0].tensor.data = &three;
    EXPECT_F64(&o, S(4, 3), 1, 0, 1, 0, 0, 2, 0, 1, 0, 0, 1, 0);
    o.params[1].name = "weights";
    o.params[1].tensor = (struct lar_tensor)F64(S(2), 0.5, 0.25);
    EXPECT_F64(&o, S(4, 3), 0.5, 0, 0.25, 0, 0, 0.75, 0, 0.5, 0, 0, 0.5, 0);
    struct lar_tensor none = I64(S(0), 0);
    o = voted(none, none);
    o.params[0].tensor.data = &three;
    EXPECT_F64(&o, S(0, 3), 0);
}
END_TEST

START_TEST(voters_must_fit)
{
    static int64_t classes[] = {3, 0};
    struct lar_tensor a = I64(S(2), 0, 1), real = F64(S(2), 0, 1), many = I64(S(3), 0, 1, 2);
    struct one o = voted(a, real);
    o.params[0].tensor.data = &classes[0];
    EXPECT_REFUSED(&o, "input 1");
    o = voted(a, many);
    o.params[0].tensor.data = &classes[0];
    o.rows = 0;
    EXPECT_REFUSED(&o, "another number of rows");
    o = voted(a, a);
    o.params[0].tensor.data = &classes[1];
    EXPECT_REFUSED(&o, "0 classes");
    o.params[0].tensor.data = &classes[0];
    o.params[1].name = "weights";
    o.params[1].tensor = (struct lar_tensor)F64(S(1), 1);
    EXPECT_REFUSED(&o, "1 weights for 2 voters");
}
END_TEST

static struct one spread(struct lar_tensor x, struct lar_tensor places, int64_t *width)
{
    return (struct one){
        .op = "larder.SpreadColumns",
        .inputs = {x},
        .n_inputs = 1,
        .rows = 1,
        .params = {{"places", places},
                   {"width", {.type = LAR_TYPE_I64, .layout = LAR_LAYOUT_DENSE, .data = width}}}};
}

START_TEST(columns_are_spread)
{
    static int64_t width = 4;
    static double fill = -INFINITY;
    struct lar_tensor x = F64(S(2, 2), 1, 2, 3, NAN), places = I64(S(2), 3, 1);
    struct one o = spread(x, places, &width);
    EXPECT_F64(&o, S(2, 4), 0, 2, 0, 1, 0, NAN, 0, 3);
    o.params[2].name = "fill";
    o.params[2].tensor = (struct lar_tensor)F64(LAR_SCALAR, 0);
    o.params[2].tensor.data = &fill;
    EXPECT_F64(&o, S(2, 4), fill, 2, fill, 1, fill, NAN, fill, 3);
}
END_TEST

START_TEST(places_are_checked)
{
    static int64_t width[] = {2, 0};
    struct lar_tensor x = F64(S(1, 2), 1, 2), far = I64(S(2), 0, 2), before = I64(S(2), -1, 0);
    struct lar_tensor one = I64(S(1), 0);
    struct one o = spread(x, far, &width[0]);
    ck_assert(!one_run(&o));
    ck_assert_msg(strstr(o.err.text, "place 2 is not among 2") != NULL, "%s", o.err.text);
    one_finish(&o);
    o = spread(x, before, &width[0]);
    ck_assert(!one_run(&o));
    ck_assert_msg(strstr(o.err.text, "place -1 is not among 2") != NULL, "%s", o.err.text);
    one_finish(&o);
    o = spread(x, one, &width[0]);
    EXPECT_REFUSED(&o, "not one place for each column");
    o = spread(x, far, &width[1]);
    EXPECT_REFUSED(&o, "0 columns");
}
END_TEST

#define T(...) ((struct lar_tensor)__VA_ARGS__)

static struct one repeated(struct lar_tensor x, struct lar_tensor value)
{
    return (struct one){.op = "larder.Repeat",
                        .inputs = {x},
                        .n_inputs = 1,
                        .rows = 1,
                        .params = {{"value", value}}};
}

START_TEST(values_are_repeated)
{
    struct lar_tensor rows = F64(S(3, 1), NAN, 1, 2), none = F64(S(0, 1), 0);
    struct one o = repeated(rows, T(F64(S(2), 1.5, -2)));
    EXPECT_F64(&o, S(3, 2), 1.5, -2, 1.5, -2, 1.5, -2);
    o = repeated(rows, T(I64(LAR_SCALAR, 7)));
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(3), 7, 7, 7);
    o = repeated(none, T(F64(S(2), 1, 2)));
    EXPECT_F64(&o, S(0, 2), 0);
    o = repeated(rows, T(F64(S(0), 0)));
    EXPECT_F64(&o, S(3, 0), 0);
    o = repeated(rows, strings(2, (const char *const[]){"yes", NULL}));
    ck_assert(one_run(&o));
    assert_shape(&o.out.shape, S(3, 2));
    ck_assert_int_eq(o.out.offsets[6], 9);
    ck_assert_mem_eq(o.out.data, "yesyesyes", 9);
    ck_assert_int_eq(o.out.kinds[1], LAR_STRING_NAN);
    one_finish(&o);
    o = repeated(T(F64(LAR_SCALAR, 0)), T(F64(S(1), 1)));
    o.rows = 0;
    EXPECT_REFUSED(&o, "an input without rows");
}
END_TEST

static int64_t ways[] = {0, 1, 2, 3};

static struct one between(struct lar_tensor at, struct lar_tensor x, struct lar_tensor y,
                          int64_t *outside)
{
    return (struct one){
        .op = "larder.Interpolate",
        .inputs = {at},
        .n_inputs = 1,
        .rows = 1,
        .params = {
            {"x", x},
            {"y", y},
            {"outside", {.type = LAR_TYPE_I64, .layout = LAR_LAYOUT_DENSE, .data = outside}}}};
}

START_TEST(straight_between_points)
{
    struct lar_tensor x = F64(S(3), -1, 1, 5), y = F64(S(3), 0, 4, 2);
    struct lar_tensor at = F64(S(8), -1, 0, 1, 4, 5, NAN, -1.5, 6);
    struct one o = between(at, x, y, &ways[0]);
    EXPECT_F64(&o, S(8), 0, 2, 4, 2.5, 2, NAN, NAN, NAN);
    o = between(at, x, y, &ways[1]);
    EXPECT_F64(&o, S(8), 0, 2, 4, 2.5, 2, NAN, 0, 2);
    o = between(T(F64(S(2), NAN, 3)), x, y, &ways[2]);
    EXPECT_F64(&o, S(2), NAN, 3);
    o = between(T(F64(S(3), NAN, -INFINITY, 9)), T(F64(S(1), 2)), T(F64(S(1), 7)), &ways[2]);
    EXPECT_F64(&o, S(3), 7, 7, 7);
    o = between(T(F64(S(0), 0)), x, y, &ways[2]);
    EXPECT_F64(&o, S(0), 0);
}
END_TEST

/* Runs O, which must fail with a text that holds TEXT. */
static void expect_failure(struct one *o, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

START_TEST(outside_of_points)
{
    struct lar_tensor x = F64(S(2), 0, 1), y = F64(S(2), 0, 1), at = F64(S(3), 0, 1, 1.5);
    struct one o = between(at, x, y, &ways[2]);
    expect_failure(&o, "row 2: 1.5 is outside");
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    o = between(at, T(F64(S(2), 1, 1)), y, &ways[0]);
    expect_failure(&o, "not ascending");
    o = between(at, T(F64(S(2), NAN, 1)), y, &ways[0]);
    expect_failure(&o, "not ascending");
    o = between(at, x, T(F64(S(1), 1)), &ways[0]);
    EXPECT_REFUSED(&o, "equally long");
    o = between(at, x, y, &ways[3]);
    EXPECT_REFUSED(&o, "no way 3");
}
END_TEST

int main(void)
{
    return check_main("votes",
                      (const TTest *[]){votes_are_counted, voters_must_fit, columns_are_spread,
                                        places_are_checked, values_are_repeated,
                                        straight_between_points, outside_of_points, NULL});
}
