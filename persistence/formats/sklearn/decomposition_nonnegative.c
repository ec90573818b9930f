/* sklearn.decomposition: NMF, MiniBatchNMF.
 *
 * transform solves for the weights of all rows of a call together (larder.NonnegativeWeights), so
 * that what a row gets depends, within tol, on the others: the answer is scikit-learn's for exactly
 * these rows.
 *
 * Tolerance: 1e-12 of the largest number in a row's result. What depends on a rounding is left to
 * chance in scikit-learn as well: whether one more round is made where the error is all but 0.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dense.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

/* The operator's own bounds. */
enum { COMPONENTS = 2048, ROUNDS = 100000 };
#define PRODUCTS 2e10
/* Its rules. */
enum { DESCENT, UPDATES_ERROR, UPDATES_CHANGE };

struct factorization {
    struct sk_matrix components;
    int64_t rule;
    size_t rounds;
    double beta, tolerance, l1, l2;
};

/* A count that OBJECT keeps of what components_ has as rows. MISSING: what it is where it is not
 * there. */
static bool check_count(struct sk_context *sk, const struct pk_node *object, const char *name,
                        size_t missing, const struct sk_matrix *components)
{
    size_t n;
    if (!sk_get_size(sk, object, name, missing, &n))
        return false;
    return n == components->rows ||
           sk_fail(sk, LAR_ERR_FORMAT, "%s: is %zu, components_ has %zu rows", name, n,
                   components->rows);
}

static bool read_components(struct sk_context *sk, const struct pk_node *object,
                            struct sk_matrix *ret)
{
    double greatest = 0;
    if (!sk_get_matrix(sk, object, "components_", 0, 0, ret))
        return false;
    for (size_t i = 0; i < ret->rows * ret->columns; i++) {
        if (!(ret->data[i] >= 0) || isinf(ret->data[i]))
            return sk_fail(sk, LAR_ERR_FORMAT, "components_: has %g in it", ret->data[i]);
        greatest = fmax(greatest, ret->data[i]);
    }
    if (greatest == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "components_: is full of zeros");
    if (ret->rows > COMPONENTS)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "components_: has %zu rows, more than %d",
                       ret->rows, COMPONENTS);
    if (ret->float32)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "components_: is of float32, in which scikit-learn then computes");
    return true;
}

/* A number that is not below 0. */
static bool read_amount(struct sk_context *sk, const struct pk_node *object, const char *name,
                        double *ret)
{
    if (!sk_get_number(sk, object, name, ret))
        return false;
    return (*ret >= 0 && isfinite(*ret)) ||
           sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: is %g, not a number from 0 on", name, *ret);
}

static bool read_rounds(struct sk_context *sk, const struct pk_node *object, const char *name,
                        struct factorization *f)
{
    double k = (double)f->components.rows, n = (double)f->components.columns;
    if (!sk_fitted(sk, object, name) || !sk_get_size(sk, object, name, 0, &f->rounds))
        return false;
    if (f->rounds < 1 || f->rounds > ROUNDS)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: is %zu, not from 1 to %d", name, f->rounds,
                       ROUNDS);
    return (double)f->rounds * k * (f->rule == DESCENT ? k : k + n) <= PRODUCTS ||
           sk_fail(sk, LAR_ERR_UNSUPPORTED, "%s: is %zu, too many with %g components of %g columns",
                   name, f->rounds, k, n);
}

/* beta_loss: a name or a number. */
static bool read_beta(struct sk_context *sk, const struct pk_node *object, const char *name,
                      double *ret)
{
    static const char *const losses[] = {"itakura-saito", "kullback-leibler", "frobenius"};
    const struct pk_node *loss = sk_fitted(sk, object, name);
    if (!loss)
        return false;
    for (int i = 0; i < 3; i++)
        if (pk_text_equal(loss, losses[i])) {
            *ret = i;
            return true;
        }
    if (loss->kind == PK_TEXT)
        return sk_refuse_attribute(sk, loss, name, "must be a number or the name of a loss");
    if (!sk_get_number(sk, object, name, ret))
        return false;
    return isfinite(*ret) || sk_fail(sk, LAR_ERR_FORMAT, "%s: is %g", name, *ret);
}

/* What the weights cost. alpha_W (since release 1.0) is by column; else alpha (until 1.1) counts,
 * unless regularization leaves it to the components. */
static bool read_costs(struct sk_context *sk, const struct pk_node *object, struct factorization *f)
{
    double alpha = 0, ratio;
    const struct pk_node *old = pk_attribute(object, "alpha");
    bool newer = pk_attribute(object, "alpha_W");
    if (newer && !read_amount(sk, object, "alpha_W", &alpha))
        return false;
    if (newer && (alpha != 0 || !sk_option_is(object, "alpha_H", "same", "same")))
        alpha *= (double)f->components.columns;
    else if (old && !pk_text_equal(old, "deprecated") && !read_amount(sk, object, "alpha", &alpha))
        return false;
    else if (!sk_option_is(object, "regularization", "both", "both") &&
             !sk_option_is(object, "regularization", "both", "transformation") &&
             !sk_option_is(object, "regularization", "both", "deprecated"))
        alpha = 0;
    if (!read_amount(sk, object, "l1_ratio", &ratio))
        return false;
    f->l1 = alpha * ratio;
    f->l2 = alpha * (1 - ratio);
    return ratio <= 1 || sk_fail(sk, LAR_ERR_UNSUPPORTED, "l1_ratio: is %g, above 1", ratio);
}

static bool read_solver(struct sk_context *sk, const struct pk_node *object,
                        struct factorization *f)
{
    bool shuffle;
    const struct pk_node *solver = sk_fitted(sk, object, "solver");
    if (!solver || !sk_get_flag(sk, object, "shuffle", false, &shuffle) ||
        !read_beta(sk, object, "beta_loss", &f->beta))
        return false;
    if (!pk_text_equal(solver, "cd") && !pk_text_equal(solver, "mu"))
        return sk_refuse_attribute(sk, solver, "solver", "must be 'cd' or 'mu'");
    f->rule = pk_text_equal(solver, "cd") ? DESCENT : UPDATES_ERROR;
    if (f->rule == DESCENT && f->beta != 2)
        return sk_fail(sk, LAR_ERR_FORMAT, "beta_loss: is %g, which 'cd' does not solve for",
                       f->beta);
    if (f->rule == DESCENT && shuffle && f->components.rows > 1)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "shuffle: is True: scikit-learn then solves for the components in an order "
                       "drawn at random for each call");
    return true;
}

/* The components that n_components asks for, which since release 1.0 transform looks at again. */
static bool check_asked(struct sk_context *sk, const struct pk_node *object,
                        const struct sk_matrix *components)
{
    const struct pk_node *asked = pk_attribute(object, "n_components");
    if (sk_release(object) < SK_RELEASE(1, 0) || pk_text_equal(asked, "auto"))
        return true;
    return check_count(sk, object, "n_components", components->columns, components);
}

/* Whether OBJECT is a DictVectorizer or a pipeline or union with one in it. */
static bool has_dictionaries(const struct pk_node *object, unsigned depth)
{
    static const char *const lists[] = {"steps", "transformer_list", "transformers_"};
    const struct sk_class *class = sk_class_of(object);
    if (class && class->read == sk_read_dict_vectorizer)
        return true;
    for (size_t i = 0; depth < SK_DEPTH && i < sizeof lists / sizeof *lists; i++) {
        const struct pk_node *list = pk_attribute(object, lists[i]);
        for (size_t j = 0; list && list->kind == PK_LIST && j < list->items.n; j++) {
            const struct pk_node *pair = list->items.data[j];
            bool is_pair = (pair->kind == PK_TUPLE || pair->kind == PK_LIST) && pair->items.n > 1;
            if (is_pair && has_dictionaries(pair->items.data[1], depth + 1))
                return true;
        }
    }
    return false;
}

/* But for the squared error, scikit-learn takes a sparse matrix's numbers as they are stored, and
 * W H in the order of the columns: they only meet where the columns of a row ascend. NMF puts them
 * in order since release 0.22. MiniBatchNMF does not: what tf-idf gives it is in order since 1.4,
 * and what a DictVectorizer gives is not. */
static bool check_order(struct sk_context *sk, const struct pk_node *object,
                        const struct factorization *f)
{
    unsigned release = sk_release(object);
    bool ordered = release >= SK_RELEASE(0, 22);
    if (f->rule == UPDATES_CHANGE)
        ordered = release >= SK_RELEASE(1, 4) && !has_dictionaries(sk->path[0], 0);
    return f->rule == DESCENT || f->beta == 2 || ordered ||
           sk_fail(sk, LAR_ERR_UNSUPPORTED,
                   "beta_loss: is %g and a sparse matrix enters, whose numbers scikit-learn then "
                   "takes in the order in which they happen to be stored",
                   f->beta);
}

static bool give(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 const struct factorization *f, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    const struct sk_matrix *h = &f->components;
    unsigned release = sk_release(object);
    lar_value x = sk_enter(sk, object, in, h->columns, "components_", true);
    if (x == LAR_NO_VALUE || (sk_is_sparse(sk, x) && !check_order(sk, object, f)))
        return false;
    lar_value components =
        lar_draft_f64(d, h->data, LAR_SHAPE((int64_t)h->rows, (int64_t)h->columns));
    return sk_give(
        sk, ret,
        lar_draft_node(
            d,
            &(struct lar_node_args){
                .op = "larder.NonnegativeWeights",
                .inputs = &x,
                .n_inputs = 1,
                .params = {{"components", components},
                           {"rule", lar_draft_scalar_i64(d, f->rule)},
                           {"rounds", lar_draft_scalar_i64(d, (int64_t)f->rounds)},
                           {"tolerance", lar_draft_scalar_f64(d, f->tolerance)},
                           {"beta", lar_draft_scalar_f64(d, f->beta)},
                           {"l1", lar_draft_scalar_f64(d, f->l1)},
                           {"l2", lar_draft_scalar_f64(d, f->l2)},
                           {"raise_small", lar_draft_scalar_bool(d, release >= SK_RELEASE(1, 3))},
                           {"from_zero", lar_draft_scalar_bool(d, release >= SK_RELEASE(1, 1))}}}));
}

bool sk_read_nmf(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                 struct sk_result *ret)
{
    struct factorization f = {.rule = DESCENT};
    return read_components(sk, object, &f.components) && sk_fitted(sk, object, "n_components_") &&
           check_count(sk, object, "n_components_", 0, &f.components) &&
           check_asked(sk, object, &f.components) && read_solver(sk, object, &f) &&
           read_amount(sk, object, "tol", &f.tolerance) &&
           read_rounds(sk, object, "max_iter", &f) && read_costs(sk, object, &f) &&
           give(sk, object, in, &f, ret);
}

/* MiniBatchNMF solves with what fit made of the options. */
bool sk_read_mini_batch_nmf(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct factorization f = {.rule = UPDATES_CHANGE};
    double gamma;
    if (!read_components(sk, object, &f.components) || !sk_fitted(sk, object, "_n_components") ||
        !check_count(sk, object, "_n_components", 0, &f.components) ||
        !read_beta(sk, object, "_beta_loss", &f.beta) ||
        !sk_get_number(sk, object, "_gamma", &gamma) ||
        !read_amount(sk, object, "tol", &f.tolerance) ||
        !read_rounds(sk, object, "_transform_max_iter", &f) || !read_costs(sk, object, &f))
        return false;
    if (gamma != (f.beta < 1 ? 1 / (2 - f.beta) : f.beta > 2 ? 1 / (f.beta - 1) : 1))
        return sk_fail(sk, LAR_ERR_FORMAT, "_gamma: is %g, which is not _beta_loss's", gamma);
    return give(sk, object, in, &f, ret);
}

/* W @ H, whatever W is. */
bool sk_invert_nmf(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_frame *ret)
{
    struct sk_matrix h;
    if (!read_components(sk, object, &h) || !sk_frame_expect(sk, in, h.rows, "components_"))
        return false;
    lar_value w = sk_frame_dense(sk, in);
    if (w == LAR_NO_VALUE)
        return false;
    *ret = sk_frame_of(sk, sk_times(sk, w, &h));
    return lar_draft_ok(sk->draft, sk->err);
}
