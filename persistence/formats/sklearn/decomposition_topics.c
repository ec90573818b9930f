/* sklearn.decomposition: LatentDirichletAllocation.
 *
 * Each row is solved for by itself, whatever n_jobs is (larder.TopicShares). Tolerance: 1e-12 of
 * the largest number in a row's result.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"

#include <math.h>

/* The operator's own bounds. */
enum { TOPICS = 65536, ROUNDS = 100000 };
#define PRODUCTS 2e10

/* exp_dirichlet_component_, with which fit leaves what transform needs of components_. */
static bool read_topics(struct sk_context *sk, const struct pk_node *object, struct sk_matrix *ret)
{
    struct sk_matrix components;
    if (!sk_get_matrix(sk, object, "components_", 0, 0, &components) ||
        !sk_get_matrix(sk, object, "exp_dirichlet_component_", components.rows, components.columns,
                       ret))
        return false;
    if (components.float32 || ret->float32)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "components_: is of float32, in which scikit-learn then computes");
    if (ret->rows > TOPICS)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "components_: has %zu rows, more than %d",
                       ret->rows, TOPICS);
    for (size_t i = 0; i < ret->rows * ret->columns; i++)
        if (!(ret->data[i] >= 0) || isinf(ret->data[i]))
            return sk_fail(sk, LAR_ERR_FORMAT, "exp_dirichlet_component_: has %g in it",
                           ret->data[i]);
    return true;
}

/* A number that is not below 0. */
static bool read_amount(struct sk_context *sk, const struct pk_node *object, const char *name,
                        double *ret)
{
    return sk_get_number(sk, object, name, ret) &&
           ((*ret >= 0 && isfinite(*ret)) ||
            sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: is %g, not a number from 0 on", name, *ret));
}

bool sk_read_latent_dirichlet(struct sk_context *sk, const struct pk_node *object,
                              const struct sk_frame *in, struct sk_result *ret)
{
    static const char name[] = "max_doc_update_iter";
    struct sk_matrix topics;
    struct lar_draft *d = sk->draft;
    double prior, tolerance;
    size_t rounds = 0;
    if (!read_topics(sk, object, &topics) || !read_amount(sk, object, "doc_topic_prior_", &prior) ||
        !read_amount(sk, object, "mean_change_tol", &tolerance) || !sk_fitted(sk, object, name) ||
        !sk_get_size(sk, object, name, 0, &rounds))
        return false;
    if (rounds > ROUNDS || (double)rounds * (double)topics.rows * (double)topics.columns > PRODUCTS)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: is %zu, too many with %zu topics of %zu words",
                       name, rounds, topics.rows, topics.columns);
    lar_value x = sk_enter(sk, object, in, topics.columns, "components_", true);
    if (x == LAR_NO_VALUE)
        return false;
    lar_value table =
        lar_draft_f64(d, topics.data, LAR_SHAPE((int64_t)topics.rows, (int64_t)topics.columns));
    return sk_give(
        sk, ret,
        lar_draft_node(d, &(struct lar_node_args){
                              .op = "larder.TopicShares",
                              .inputs = &x,
                              .n_inputs = 1,
                              .params = {{"topics", table},
                                         {"prior", lar_draft_scalar_f64(d, prior)},
                                         {"rounds", lar_draft_scalar_i64(d, (int64_t)rounds)},
                                         {"tolerance", lar_draft_scalar_f64(d, tolerance)}}}));
}
