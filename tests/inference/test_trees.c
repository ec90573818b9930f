/* larder.TreeEnsemble, TreeLeaves and TreePaths against a walk in plain C.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"
#include "tests/inference/one_operator.h"

/* Two trees over 2 columns:
 *   0: x0 <= 0.5 ? (1: x1 <= -1 ? 3 : 4) : 2          5: x1 <= 2 ? 6 : 7 */
static struct one two_trees(struct lar_tensor x)
{
    static int64_t roots[] = {0, 5};
    static int32_t left[] = {1, 3, -1, -1, -1, 6, -1, -1}, right[] = {2, 4, -1, -1, -1, 7, -1, -1};
    static int32_t feature[] = {0, 1, -2, -2, -2, 1, -2, -2};
    static double threshold[] = {0.5, -1, -2, -2, -2, 2, -2, -2};
    static double value[] = {1, 0, 0, 1, 0.25, 0.75, 0.5, 0.5, 0.125, 0.875};
    return (struct one){.op = "larder.TreeEnsemble",
                        .inputs = {x},
                        .n_inputs = 1,
                        .rows = 1,
                        .params = {{"roots", ARRAY(LAR_TYPE_I64, roots, 2)},
                                   {"left", ARRAY(LAR_TYPE_I32, left, 8)},
                                   {"right", ARRAY(LAR_TYPE_I32, right, 8)},
                                   {"feature", ARRAY(LAR_TYPE_I32, feature, 8)},
                                   {"threshold", ARRAY(LAR_TYPE_F64, threshold, 8)},
                                   {"value", ARRAY(LAR_TYPE_F64, value, 5, 2)}}};
}

#define X(...) ((struct lar_tensor)F64(__VA_ARGS__))

START_TEST(leaves_are_summed)
{
    struct one o = two_trees(X(S(4, 2), 1, 0, 0.5, -1, 0.5, 0, 0, 3));
    EXPECT_F64(&o, S(4, 2), 1 + 0.5, 0 + 0.5, 0 + 0.5, 1 + 0.5, 0.25 + 0.5, 0.75 + 0.5,
               0.25 + 0.125, 0.75 + 0.875);
    o = two_trees(X(S(1, 2), 0, 3));
    o.params[6].name = "divisor";
    o.params[6].tensor = (struct lar_tensor)F64(LAR_SCALAR, 3);
    EXPECT_F64(&o, S(1, 2), (0.25 + 0.125) / 3, (0.75 + 0.875) / 3);
    o = two_trees(X(S(0, 2), 0));
    EXPECT_F64(&o, S(0, 2), 0);
}
END_TEST

START_TEST(nan_goes_where_it_should)
{
    struct one o = two_trees(X(S(2, 2), NAN, 0, 0, NAN)); /* not special: right */
    EXPECT_F64(&o, S(2, 2), 1 + 0.5, 0 + 0.5, 0.25 + 0.125, 0.75 + 0.875);
    o.params[6].name = "missing_left";
    o.params[6].tensor = (struct lar_tensor)BOOLS(S(8), 1, 0, 0, 0, 0, 1, 0, 0);
    EXPECT_F64(&o, S(2, 2), 0.25 + 0.5, 0.75 + 0.5, 0.25 + 0.5, 0.75 + 0.5);
}
END_TEST

START_TEST(values_may_be_given_by_node)
{
    struct one o = two_trees(X(S(1, 2), 0, 3));
    o.params[5].tensor = (struct lar_tensor)F64(S(8, 1), 9, 9, 1, 2, 3, 9, 5, 7);
    EXPECT_F64(&o, S(1, 1), 3 + 7);
}
END_TEST

START_TEST(float32_rounding_is_scikit_learns)
{
    /* 0.1 as float32 is above 0.1: x = 0.1 goes right of a threshold of 0.1 */
    struct one o = two_trees(X(S(4, 2), 0.1, 0, 0.1f, 0, 0x1.99999ap-4 - 0x1p-28, 0, 0.3, 0));
    o.params[4].tensor = (struct lar_tensor)F64(S(8), 0.1, -1, -2, -2, -2, 2, -2, -2);
    EXPECT_F64(&o, S(4, 2), 1.5, 0.5, 1.5, 0.5, 0.75, 1.25, 1.5, 0.5);
    const double t[] = {0.1, -0.1, 0, -0.0, 1e-60, -1e-60, 1e300, -1e300, INFINITY, -INFINITY, 2};
    for (size_t i = 0; i < sizeof t / sizeof *t; i++) {
        float f = lar_tree_threshold(t[i]);
        ck_assert(f <= t[i]);
        ck_assert(f == INFINITY || nextafterf(f, INFINITY) > t[i]);
    }
}
END_TEST

START_TEST(a_lone_leaf_keeps_its_sign)
{
    struct one o = {.op = "larder.TreeEnsemble",
                    .inputs = {F64(S(1, 1), 5)},
                    .n_inputs = 1,
                    .params = {{"roots", I64(S(1), 0)},
                               {"left", I32(S(1), -1)},
                               {"right", I32(S(1), -1)},
                               {"feature", I32(S(1), -2)},
                               {"threshold", F64(S(1), -2)},
                               {"value", F64(S(1, 1), -0.0)}}};
    EXPECT_F64(&o, S(1, 1), -0.0);
}
END_TEST

static void rejects(struct one *o, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_int_eq(o->err.code, LAR_ERR_FORMAT);
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

START_TEST(bad_arrays_are_refused)
{
    const struct lar_tensor x = F64(S(1, 2), 0, 0);
    struct one o = two_trees(x);
    o.params[1].tensor = (struct lar_tensor)I32(S(8), 1, 3, 0, -1, -1, 6, -1, -1);
    rejects(&o, "node 2 has child 0"); /* a cycle */
    o = two_trees(x);
    o.params[1].tensor = (struct lar_tensor)I32(S(8), 1, 1, -1, -1, -1, 6, -1, -1);
    rejects(&o, "node 1 has child 1");
    o = two_trees(x);
    o.params[2].tensor = (struct lar_tensor)I32(S(8), 2, 8, -1, -1, -1, 7, -1, -1);
    rejects(&o, "node 1 has child 8");
    o = two_trees(x);
    o.params[1].tensor = (struct lar_tensor)I32(S(8), 1, -7, -1, -1, -1, 6, -1, -1);
    rejects(&o, "node 1 has child -7");
    o = two_trees(x);
    o.params[2].tensor = (struct lar_tensor)I32(S(8), 2, 3, -1, -1, -1, 7, -1, -1);
    rejects(&o, "node 3 has two parents");
    o = two_trees(x);
    o.params[3].tensor = (struct lar_tensor)I32(S(8), 0, 2, -2, -2, -2, 1, -2, -2);
    rejects(&o, "node 1 reads column 2 of 2");
    o = two_trees(x);
    o.params[3].tensor = (struct lar_tensor)I32(S(8), 0, -1, -2, -2, -2, 1, -2, -2);
    rejects(&o, "node 1 reads column -1");
    o = two_trees(x);
    o.params[4].tensor = (struct lar_tensor)F64(S(8), 0.5, NAN, 0, 0, 0, 2, 0, 0);
    rejects(&o, "node 1 has threshold nan");
    o = two_trees(x);
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 0, 8);
    rejects(&o, "root 8");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 0, 0);
    rejects(&o, "root 0");
    o.params[0].tensor = (struct lar_tensor)I64(S(2), 0, 1);
    rejects(&o, "root 1");
    o = two_trees(x);
    o.params[5].tensor = (struct lar_tensor)F64(S(4, 1), 1, 2, 3, 4);
    rejects(&o, "4 rows of values for 5 leaves of 8 nodes");
    o = two_trees(x);
    o.params[6].name = "divisor";
    o.params[6].tensor = (struct lar_tensor)F64(LAR_SCALAR, 0);
    rejects(&o, "divisor");
    o = two_trees(x);
    o.params[3].tensor = (struct lar_tensor)I32(S(7), 0, 1, -2, -2, -2, 1, -2);
    EXPECT_REFUSED(&o, "feature has 7 elements, left has 8");
    o = two_trees(X(S(1, 2), 0, 0));
    o.params[0].tensor = (struct lar_tensor)I64(S(0), 0);
    EXPECT_REFUSED(&o, "no trees");
}
END_TEST

/* The same two trees, each with one value, boosted into 2 of 3 outputs. */
static struct one boosted(struct lar_tensor x)
{
    static int64_t column[] = {2, 0};
    static double start[] = {0.5, 7, 0.25}, value[] = {1, 2, 4, 8, 16};
    struct one o = two_trees(x);
    o.params[5].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_F64, value, 5, 1);
    o.params[6].name = "column";
    o.params[6].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_I64, column, 2);
    o.params[7].name = "start";
    o.params[7].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_F64, start, 3);
    return o;
}

START_TEST(trees_add_to_their_columns)
{
    struct one o = boosted(X(S(2, 2), 1, 0, 0.5, 3));
    EXPECT_F64(&o, S(2, 3), 8.5, 7, 1.25, 16.5, 7, 4.25);
    o.params[7].name = NULL;
    o.inputs[1] = X(S(2, 3), 0, 1, 2, 3, 4, 5);
    o.n_inputs = 2;
    o.rows = 3;
    EXPECT_F64(&o, S(2, 3), 8, 1, 3, 19, 4, 9);
    o.inputs[1] = X(S(1, 3), 0, 1, 2);
    ck_assert(!one_run(&o));
    one_finish(&o);
}
END_TEST

START_TEST(bad_columns_are_refused)
{
    struct one o = boosted(X(S(1, 2), 1, 0));
    o.params[6].tensor = (struct lar_tensor)I64(S(2), 2, 3);
    rejects(&o, "tree 1 adds to column 3 of 3");
    o.params[6].tensor = (struct lar_tensor)I64(S(2), -1, 0);
    rejects(&o, "tree 0 adds to column -1 of 3");
    o.params[6].tensor = (struct lar_tensor)I64(S(1), 0);
    EXPECT_REFUSED(&o, "column has 1 elements");
    o = boosted(X(S(1, 2), 1, 0));
    o.params[7].name = NULL;
    EXPECT_REFUSED(&o, "columns for leaves");
    o = two_trees(X(S(1, 2), 1, 0));
    o.params[6].name = "start";
    o.params[6].tensor = (struct lar_tensor)F64(S(3), 1, 2, 3);
    EXPECT_REFUSED(&o, "leaves with 2 values for 3 outputs");
}
END_TEST

START_TEST(a_wide_tree_compares_float64)
{
    struct one o = two_trees(X(S(2, 2), 0.5 + 0x1p-40, 0, 0.5, -1 + 0x1p-40));
    EXPECT_F64(&o, S(2, 2), 0.75, 1.25, 0.5, 1.5);
    o.params[6].name = "wide";
    o.params[6].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    EXPECT_F64(&o, S(2, 2), 1.5, 0.5, 0.75, 1.25);
    o.inputs[0] = (struct lar_tensor)F32(S(1, 2), 0.5f, NAN);
    EXPECT_F64(&o, S(1, 2), 0.25 + 0.125, 0.75 + 0.875);
}
END_TEST

/* Node 0 asks whether x0 is one of the categories 1, 40 and 255; node 5 is numeric. */
static struct one categories(struct lar_tensor x, uint8_t missing_left)
{
    static int32_t category[] = {0, -1, -1, -1, -1, -1, -1, -1};
    static uint32_t sets[] = {2, 256, 0, 0, 0, 0, 0, 0x80000000u};
    static uint8_t missing[] = {0, 0, 0, 0, 0, 0, 0, 0}, wide = 1;
    struct one o = two_trees(x);
    missing[0] = missing_left;
    o.params[6].name = "wide";
    o.params[6].tensor = (struct lar_tensor){
        .type = LAR_TYPE_BOOL, .layout = LAR_LAYOUT_DENSE, .shape = LAR_SCALAR, .data = &wide};
    o.params[7].name = "category";
    o.params[7].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_I32, category, 8);
    o.params[8].name = "sets";
    o.params[8].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_U32, sets, 1, 8);
    o.params[9].name = "missing_left";
    o.params[9].tensor = (struct lar_tensor)ARRAY(LAR_TYPE_BOOL, missing, 8);
    return o;
}

START_TEST(categories_are_looked_up)
{
    const double x[] = {1,   40,    255,    257,       1.9, /* left */
                        0,   41,    -1,     -0.5,      254, /* right; some of them missing */
                        NAN, 1e300, 0x1p31, -INFINITY, INFINITY};
    for (uint8_t missing = 0; missing < 2; missing++)
        for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
            bool none = isnan(x[i]) || x[i] < 0, left = i < 5 || (none && missing);
            struct one o = categories(X(S(1, 2), x[i], 0), missing);
            EXPECT_F64(&o, S(1, 2), left ? 0.75 : 1.5, left ? 1.25 : 0.5);
        }
}
END_TEST

START_TEST(negative_categories_may_count)
{
    const double x[] = {-255, -1, -216.5, -0.5, -2, -1e10, NAN}; /* 1, 255, 40, 0, 254, 0 */
    for (size_t i = 0; i < sizeof x / sizeof *x; i++) {
        bool left = i < 3;
        struct one o = categories(X(S(1, 2), x[i], 0), 0);
        o.params[10].name = "negative";
        o.params[10].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
        EXPECT_F64(&o, S(1, 2), left ? 0.75 : 1.5, left ? 1.25 : 0.5);
    }
}
END_TEST

START_TEST(bad_sets_are_refused)
{
    struct one o = categories(X(S(1, 2), 1, 0), 0);
    o.params[7].tensor = (struct lar_tensor)I32(S(8), 1, -1, -1, -1, -1, -1, -1, -1);
    rejects(&o, "node 0 reads set 1 of 1");
    o = categories(X(S(1, 2), 1, 0), 0);
    o.params[6].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 0);
    EXPECT_REFUSED(&o, "not wide");
    o = categories(X(S(1, 2), 1, 0), 0);
    o.params[8].tensor.shape = LAR_SHAPE(2, 4);
    EXPECT_REFUSED(&o, "without sets");
}
END_TEST

START_TEST(leaves_and_paths)
{
    struct one o = two_trees(X(S(3, 2), 1, 0, 0.5, -1, NAN, NAN));
    o.op = "larder.TreeLeaves";
    o.params[5].name = NULL;
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(3, 2), 2, 1, 3, 1, 2, 2);
    o.op = "larder.TreePaths";
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(3, 8), 1, 0, 1, 0, 0, 1, 1, 0, /* */
                 1, 1, 0, 1, 0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1);
    o.params[5].name = "missing_left";
    o.params[5].tensor = (struct lar_tensor)BOOLS(S(8), 1, 0, 0, 0, 0, 0, 0, 0);
    EXPECT_BYTES(&o, LAR_TYPE_I64, int64_t, S(3, 8), 1, 0, 1, 0, 0, 1, 1, 0, /* */
                 1, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 0, 1, 1, 0, 1);
    o.params[1].tensor = (struct lar_tensor)I32(S(8), 1, 3, 0, -1, -1, 6, -1, -1);
    rejects(&o, "node 2 has child 0");
}
END_TEST

/* Random trees, compared with a walk as scikit-learn writes it. */

enum { COLUMNS = 7, OUTPUTS = 3, TREES = 29, MAX_NODES = 4000, ROWS = 150 };

struct forest {
    int64_t roots[TREES];
    int32_t left[MAX_NODES], right[MAX_NODES], feature[MAX_NODES];
    double threshold[MAX_NODES], value[MAX_NODES][OUTPUTS];
    uint8_t missing[MAX_NODES];
    int32_t n;
    uint64_t state;
};

static uint64_t draw(struct forest *f)
{
    f->state = f->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return f->state >> 33;
}

static double some_number(struct forest *f)
{
    uint64_t r = draw(f);
    return r % 5 == 0 ? (double)(r / 5 % 8) / 8 : (double)draw(f) / 0x1p31;
}

static void grow(struct forest *f, int depth)
{
    int32_t i = f->n++;
    f->left[i] = f->right[i] = -1;
    f->feature[i] = -2;
    f->threshold[i] = -2;
    for (int k = 0; k < OUTPUTS; k++)
        f->value[i][k] = some_number(f);
    if (depth == 0 || draw(f) % 6 == 0 || f->n > MAX_NODES - 200)
        return;
    f->feature[i] = (int32_t)(draw(f) % COLUMNS);
    f->threshold[i] = some_number(f);
    f->missing[i] = (uint8_t)(draw(f) % 2);
    f->left[i] = f->n;
    grow(f, depth - 1);
    f->right[i] = f->n;
    grow(f, depth - 1);
}

static const double *leaf_of(const struct forest *f, int64_t i, const double *x, bool wide)
{
    while (f->left[i] != -1) {
        double v = wide ? x[f->feature[i]] : (double)(float)x[f->feature[i]];
        if (isnan(v))
            i = f->missing[i] ? f->left[i] : f->right[i];
        else
            i = v <= f->threshold[i] ? f->left[i] : f->right[i];
    }
    return f->value[i];
}

START_TEST(random_forests_agree)
{
    static struct forest f;
    static double x[ROWS * COLUMNS], should[ROWS * OUTPUTS];
    static float x32[ROWS * COLUMNS];
    f.state = 7;
    for (int t = 0; t < TREES; t++) {
        f.roots[t] = f.n;
        grow(&f, t % 9);
    }
    for (int i = 0; i < ROWS * COLUMNS; i++)
        x[i] = draw(&f) % 20 == 0 ? NAN : some_number(&f);
    for (int i = 0; i < ROWS * COLUMNS; i++)
        x32[i] = (float)x[i];
    for (int i = 0; i < ROWS; i++)
        for (int k = 0; k < OUTPUTS; k++) {
            double sum = 0;
            for (int t = 0; t < TREES; t++)
                sum += leaf_of(&f, f.roots[t], x + i * COLUMNS, false)[k];
            should[i * OUTPUTS + k] = sum / TREES;
        }
    struct one o = {.op = "larder.TreeEnsemble",
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"roots", ARRAY(LAR_TYPE_I64, f.roots, TREES)},
                               {"left", ARRAY(LAR_TYPE_I32, f.left, f.n)},
                               {"right", ARRAY(LAR_TYPE_I32, f.right, f.n)},
                               {"feature", ARRAY(LAR_TYPE_I32, f.feature, f.n)},
                               {"threshold", ARRAY(LAR_TYPE_F64, f.threshold, f.n)},
                               {"missing_left", ARRAY(LAR_TYPE_BOOL, f.missing, f.n)},
                               {"value", ARRAY(LAR_TYPE_F64, f.value, f.n, OUTPUTS)},
                               {"divisor", F64(LAR_SCALAR, TREES)}}};
    for (int rows = 0; rows <= ROWS; rows = rows < 20 ? rows + 1 : rows + 65) {
        o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, x, rows, COLUMNS);
        ck_assert_msg(one_run(&o), "%s", o.err.text);
        assert_f64(&o.out, S(rows, OUTPUTS), should);
        one_finish(&o);
        o.inputs[0] = (struct lar_tensor)ARRAY(LAR_TYPE_F32, x32, rows, COLUMNS);
        ck_assert_msg(one_run(&o), "%s", o.err.text);
        assert_f64(&o.out, S(rows, OUTPUTS), should);
        one_finish(&o);
    }
}
END_TEST

/* Boosted trees of float64 and of float32, into the columns t mod 3. */
START_TEST(random_boosted_trees_agree)
{
    static struct forest f;
    static double x[ROWS * COLUMNS], should[ROWS * OUTPUTS], value[MAX_NODES];
    static int64_t column[TREES];
    f.state = 8;
    for (int t = 0; t < TREES; t++) {
        f.roots[t] = f.n;
        column[t] = t % 3;
        grow(&f, t % 7);
    }
    for (int i = 0; i < f.n; i++)
        value[i] = f.value[i][0];
    for (int k = 0; k < 4; k++) {
        bool wide = k & 1, nan = k & 2;
        for (int i = 0; i < ROWS * COLUMNS; i++)
            x[i] = nan && draw(&f) % 20 == 0 ? NAN : some_number(&f);
        for (int i = 0; i < ROWS; i++) {
            for (int c = 0; c < 3; c++)
                should[i * 3 + c] = c / 8.0;
            for (int t = 0; t < TREES; t++)
                should[i * 3 + t % 3] += leaf_of(&f, f.roots[t], x + i * COLUMNS, wide)[0];
        }
        struct one o = {.op = "larder.TreeEnsemble",
                        .inputs = {ARRAY(LAR_TYPE_F64, x, ROWS, COLUMNS)},
                        .n_inputs = 1,
                        .rows = 1,
                        .params = {{"roots", ARRAY(LAR_TYPE_I64, f.roots, TREES)},
                                   {"left", ARRAY(LAR_TYPE_I32, f.left, f.n)},
                                   {"right", ARRAY(LAR_TYPE_I32, f.right, f.n)},
                                   {"feature", ARRAY(LAR_TYPE_I32, f.feature, f.n)},
                                   {"threshold", ARRAY(LAR_TYPE_F64, f.threshold, f.n)},
                                   {"missing_left", ARRAY(LAR_TYPE_BOOL, f.missing, f.n)},
                                   {"value", ARRAY(LAR_TYPE_F64, value, f.n, 1)},
                                   {"column", ARRAY(LAR_TYPE_I64, column, TREES)},
                                   {"start", F64(S(3), 0, 0.125, 0.25)},
                                   {"wide", BOOLS(LAR_SCALAR, wide)}}};
        ck_assert_msg(one_run(&o), "%s", o.err.text);
        assert_f64(&o.out, S(ROWS, OUTPUTS), should);
        one_finish(&o);
    }
}
END_TEST

int main(void)
{
    return check_main(
        "trees",
        (const TTest *[]){
            leaves_are_summed, nan_goes_where_it_should, values_may_be_given_by_node,
            float32_rounding_is_scikit_learns, a_lone_leaf_keeps_its_sign, bad_arrays_are_refused,
            trees_add_to_their_columns, bad_columns_are_refused, a_wide_tree_compares_float64,
            categories_are_looked_up, negative_categories_may_count, bad_sets_are_refused,
            leaves_and_paths, random_forests_agree, random_boosted_trees_agree, NULL});
}
