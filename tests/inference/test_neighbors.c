/* Neighbors, Distances, RadiusNeighbors, NeighborVotes, NeighborMeans.
 * SPDX-License-Identifier: MIT */
#include "graph/metrics.h"
#include "tests/inference/one_operator.h"

static void expect_failure(struct one *o, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

/* Five points of two columns; two are the same. */
#define POINTS F64(S(5, 2), 0, 0, 3, 4, 0, 1, 3, 4, -2, 0)

static void check_metric(enum lar_metric metric, double p, const double should[5])
{
    struct one o = {.op = "larder.Distances",
                    .inputs = {F64(S(1, 2), 0, 1)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"points", POINTS},
                               {"metric", SCALAR_I64(metric)},
                               {"p", F64(LAR_SCALAR, p)},
                               {"weights", F64(S(2), 4, 2)},
                               {"matrix", F64(S(2, 2), 2, 1, 1, 3)}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_shape(&o.out.shape, S(1, 5));
    for (int i = 0; i < 5; i++) {
        double is = ((double *)o.out.data)[i];
        ck_assert_msg(fabs(is - should[i]) < 1e-15 * (1 + should[i]), "metric %d: %d is %.17g",
                      (int)metric, i, is);
    }
    one_finish(&o);
}

START_TEST(metrics)
{
    double root = sqrt(18);
    check_metric(LAR_METRIC_EUCLIDEAN, 2, (double[]){1, root, 0, root, sqrt(5)});
    check_metric(LAR_METRIC_SQEUCLIDEAN, 2, (double[]){1, 18, 0, 18, 5});
    check_metric(LAR_METRIC_MANHATTAN, 2, (double[]){1, 6, 0, 6, 3});
    check_metric(LAR_METRIC_CHEBYSHEV, 2, (double[]){1, 3, 0, 3, 2});
    check_metric(LAR_METRIC_MINKOWSKI, 1, (double[]){2, 18, 0, 18, 10});
    check_metric(LAR_METRIC_WMINKOWSKI, 1, (double[]){2, 18, 0, 18, 10});
    check_metric(LAR_METRIC_WMINKOWSKI, 2,
                 (double[]){2, sqrt(144 + 36), 0, sqrt(144 + 36), sqrt(64 + 4)});
    check_metric(LAR_METRIC_SEUCLIDEAN, 2,
                 (double[]){sqrt(0.5), sqrt(6.75), 0, sqrt(6.75), sqrt(1.5)});
    check_metric(LAR_METRIC_MAHALANOBIS, 2,
                 (double[]){sqrt(3), sqrt(63), 0, sqrt(63), sqrt(8 + 4 + 3)});
    check_metric(LAR_METRIC_HAMMING, 2, (double[]){0.5, 1, 0, 1, 1});
    check_metric(LAR_METRIC_CANBERRA, 2, (double[]){1, 1.6, 0, 1.6, 2});
    check_metric(LAR_METRIC_BRAYCURTIS, 2, (double[]){1, 0.75, 0, 0.75, 1});
    check_metric(LAR_METRIC_BRAYCURTIS_SUM, 2, (double[]){1, 0.75, 0, 0.75, 1});
    check_metric(LAR_METRIC_COSINE, 2, (double[]){1, 0.2, 0, 0.2, 1});
    check_metric(LAR_METRIC_NAN_EUCLIDEAN, 2, (double[]){1, root, 0, root, sqrt(5)});
    check_metric(LAR_METRIC_JACCARD, 2, (double[]){1, 0.5, 0, 0.5, 1});
    check_metric(LAR_METRIC_DICE, 2, (double[]){1, 1. / 3, 0, 1. / 3, 1});
    check_metric(LAR_METRIC_ROGERSTANIMOTO, 2, (double[]){2. / 3, 2. / 3, 0, 2. / 3, 1});
    check_metric(LAR_METRIC_RUSSELLRAO, 2, (double[]){1, 0.5, 0.5, 0.5, 1});
    check_metric(LAR_METRIC_SOKALSNEATH, 2, (double[]){1, 2. / 3, 0, 2. / 3, 1});
    check_metric(LAR_METRIC_MATCHING, 2, (double[]){0.5, 0.5, 0, 0.5, 1});
    check_metric(LAR_METRIC_KULSINSKI, 2, (double[]){1, 2. / 3, 0.5, 2. / 3, 1});
}
END_TEST

START_TEST(missing_columns_are_scaled_up)
{
    struct one o = {.op = "larder.Distances",
                    .inputs = {F64(S(2, 2), NAN, 2, NAN, NAN)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"points", F64(S(2, 2), 7, 5, 1, NAN)},
                               {"metric", SCALAR_I64(LAR_METRIC_NAN_EUCLIDEAN)}}};
    EXPECT_F64(&o, S(2, 2), sqrt(18), NAN, NAN, NAN);
}
END_TEST

#define SEARCH(k_, ties_)                                                                          \
    {                                                                                              \
        .op = "larder.Neighbors", .inputs = {F64(S(2, 2), 0, 1, 3, 3)}, .n_inputs = 1,             \
        .n_outputs = 2, .rows = 1, .params = {                                                     \
            {"points", POINTS},                                                                    \
            {"metric", SCALAR_I64(LAR_METRIC_SQEUCLIDEAN)},                                        \
            {"k", SCALAR_I64(k_)},                                                                 \
            {"ties", SCALAR_I64(ties_)}                                                            \
        }                                                                                          \
    }

START_TEST(nearest)
{
    for (int64_t ties = 0; ties < LAR_TIES; ties++) {
        struct one o = SEARCH(3, ties);
        ck_assert_msg(one_run(&o), "%s", o.err.text);
        assert_f64(&o.out, S(2, 3), (const double[]){0, 1, 5, 1, 1, 13});
        const int64_t *is = o.out_1.data;
        ck_assert(is[0] == 2 && is[1] == 0 && is[2] == 4 && is[5] == 2);
        ck_assert((is[3] == 1 && is[4] == 3) || (ties != LAR_TIES_SELECT && is[3] == 3));
        one_finish(&o);
    }
    struct one o = SEARCH(6, 0);
    EXPECT_REFUSED(&o, "the 6 nearest of 5 points");
    o = (struct one)SEARCH(0, 0);
    EXPECT_REFUSED(&o, "the 0 nearest of 5 points");
    o = (struct one)SEARCH(1, LAR_TIES);
    EXPECT_REFUSED(&o, "there is no order");
    o = (struct one)SEARCH(1, 0);
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(LAR_METRICS);
    EXPECT_REFUSED(&o, "there is no metric");
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(LAR_METRIC_MAHALANOBIS);
    EXPECT_REFUSED(&o, "needs a matrix");
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(LAR_METRIC_SEUCLIDEAN);
    EXPECT_REFUSED(&o, "needs weights");
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(0);
    o.params[0].tensor = (struct lar_tensor)F64(S(1, 3), 0, 0, 0);
    EXPECT_REFUSED(&o, "2 columns, but points have 3");
    o.params[0].tensor = (struct lar_tensor)F64(S(0, 2), 0);
    EXPECT_REFUSED(&o, "there are no points");
}
END_TEST

/* A kd-tree over POINTS: the left leaf holds points 4, 0, 2, the right one 1, 3. */
#define TREE                                                                                       \
    {                                                                                              \
        .op = "larder.Neighbors", .inputs = {F64(S(2, 2), 0, 1, 3, 3)}, .n_inputs = 1,             \
        .n_outputs = 2, .rows = 1, .params = {                                                     \
            {"points", POINTS},                                                                    \
            {"metric", SCALAR_I64(LAR_METRIC_EUCLIDEAN)},                                          \
            {"k", SCALAR_I64(3)},                                                                  \
            {"ties", SCALAR_I64(LAR_TIES_INTRO)},                                                  \
            {"order", I64(S(5), 4, 0, 2, 1, 3)},                                                   \
            {"starts", I64(S(3), 0, 0, 3)},                                                        \
            {"ends", I64(S(3), 5, 3, 5)},                                                          \
            {"leaf", I64(S(3), 0, 1, 1)},                                                          \
            {"radius", F64(S(3), 9, 9, 9)},                                                        \
            {"bounds", F64(S(2, 3, 2), -2, 0, -2, 0, 3, 4, 3, 4, 0, 1, 3, 4)}                      \
        }                                                                                          \
    }

START_TEST(a_tree_finds_the_same)
{
    struct one o = TREE;
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_f64(&o.out, S(2, 3), (const double[]){0, 1, sqrt(5), 1, 1, sqrt(13)});
    assert_bytes(&o.out_1, LAR_TYPE_I64, S(2, 3), (const int64_t[]){2, 0, 4, 1, 3, 2});
    one_finish(&o);
}
END_TEST

START_TEST(trees_are_verified)
{
    struct one o = TREE;
    o.params[9].name = NULL;
    EXPECT_REFUSED(&o, "a part of the tree is missing");
    o = (struct one)TREE;
    o.params[8].tensor = (struct lar_tensor)F64(S(2), 9, 9);
    EXPECT_REFUSED(&o, "do not fit together");
    o = (struct one)TREE;
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(LAR_METRIC_COSINE);
    EXPECT_REFUSED(&o, "cannot bound this metric");
    o = (struct one)TREE;
    o.params[4].tensor = (struct lar_tensor)I64(S(5), 4, 0, 2, 1, 5);
    expect_failure(&o, "there is no point 5 of 5");
    o.params[4].tensor = (struct lar_tensor)I64(S(5), 4, 0, 2, 1, 1);
    expect_failure(&o, "point 1 is there twice");
    o = (struct one)TREE;
    o.params[6].tensor = (struct lar_tensor)I64(S(3), 6, 3, 5);
    expect_failure(&o, "node 0 has points 0 to 6 of 5");
    o.params[6].tensor = (struct lar_tensor)I64(S(3), 5, 2, 5);
    expect_failure(&o, "do not share");
    o = (struct one)TREE;
    o.params[7].tensor = (struct lar_tensor)I64(S(3), 0, 0, 1);
    expect_failure(&o, "node 1 is no leaf");
}
END_TEST

/* Point 1 has class 0, points 0, 2, 3 class 1, point 4 class 2. */
#define VOTES(weighted_)                                                                           \
    {                                                                                              \
        .op = "larder.NeighborVotes",                                                              \
        .inputs = {F64(S(2, 3), 1, 2, 4, 0, 0, 1), I64(S(2, 3), 1, 0, 2, 4, 3, 1)}, .n_inputs = 2, \
        .n_outputs = 2, .rows = 3, .params = {                                                     \
            {"codes", I64(S(5), 1, 0, 1, 1, 2)},                                                   \
            {"classes", SCALAR_I64(3)},                                                            \
            {"weighted", BOOLS(LAR_SCALAR, weighted_)}                                             \
        }                                                                                          \
    }

START_TEST(votes_are_counted)
{
    struct one o = VOTES(false);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_f64(&o.out, S(2, 3), (const double[]){1, 2, 0, 1, 1, 1});
    assert_f64(&o.out_1, S(2, 3), (const double[]){1. / 3, 2. / 3, 0, 1. / 3, 1. / 3, 1. / 3});
    one_finish(&o);
    o = (struct one)VOTES(true);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    assert_f64(&o.out, S(2, 3), (const double[]){1, 0.75, 0, 0, 1, 1});
    assert_f64(&o.out_1, S(2, 3), (const double[]){1 / 1.75, 0.75 / 1.75, 0, 0, 0.5, 0.5});
    one_finish(&o);
    o.inputs[1] = (struct lar_tensor)I64(S(2, 3), 1, 0, 5, 4, 3, 1);
    expect_failure(&o, "there is no point 5 of 5");
    o = (struct one)VOTES(false);
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(2);
    expect_failure(&o, "there is no class 2 of 2");
    o.inputs[1] = (struct lar_tensor)I64(S(2, 2), 1, 0, 1, 0);
    EXPECT_REFUSED(&o, "differ in shape");
    o.n_inputs = 1;
    EXPECT_REFUSED(&o, "no graph");
}
END_TEST

START_TEST(means)
{
    struct one o = {.op = "larder.NeighborMeans",
                    .inputs = {F64(S(2, 2), 1, 1, 0, 7), I64(S(2, 2), 1, 0, 2, 0)},
                    .n_inputs = 2,
                    .rows = 3,
                    .params = {{"targets", F64(S(3, 2), 4, 40, 8, 80, 1, 10)}}};
    EXPECT_F64(&o, S(2, 2), 6, 60, 2.5, 25);
    o.params[1].name = "weighted";
    o.params[1].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    o.inputs[0] = (struct lar_tensor)F64(S(2, 2), 1, 0.5, 0, 7);
    EXPECT_F64(&o, S(2, 2), 16. / 3, 160. / 3, 1, 10);
}
END_TEST

START_TEST(within_a_radius)
{
    struct one o = {.op = "larder.RadiusNeighbors",
                    .inputs = {F64(S(3, 2), 0, 1, 3, 3, 90, 90)},
                    .n_inputs = 1,
                    .rows = 1,
                    .params = {{"points", POINTS},
                               {"metric", SCALAR_I64(LAR_METRIC_EUCLIDEAN)},
                               {"radius", F64(LAR_SCALAR, 1)}}};
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_mem_eq(o.out.indptr, ((const uint64_t[]){0, 2, 4, 4}), 4 * sizeof(uint64_t));
    ck_assert_mem_eq(o.out.indices, ((const uint32_t[]){0, 2, 1, 3}), 4 * sizeof(uint32_t));
    ck_assert_mem_eq(o.out.data, ((const double[]){1, 0, 1, 1}), 4 * sizeof(double));
    struct one v = VOTES(true);
    v.inputs[0] = o.out;
    v.n_inputs = 1;
    v.rows = 1;
    expect_failure(&v, "row 2 has no neighbours");
    v.params[3].name = "outlier";
    v.params[3].tensor = (struct lar_tensor)SCALAR_I64(2);
    ck_assert_msg(one_run(&v), "%s", v.err.text);
    assert_f64(&v.out, S(3, 3), (const double[]){0, 1, 0, 0.5, 0.5, 0, 0, 0, 1});
    one_finish(&v);
    one_finish(&o);
}
END_TEST

int main(void)
{
    return check_main("neighbors",
                      (const TTest *[]){metrics, missing_columns_are_scaled_up, nearest,
                                        a_tree_finds_the_same, trees_are_verified,
                                        votes_are_counted, means, within_a_radius, NULL});
}
