/* libsvm's machines in sklearn.svm: SVC, NuSVC, SVR, NuSVR, OneClassSVM.
 *
 * Tolerance: 1e-12 S for decisions, S = sum |alpha_i K_i| + |b|, where K_i is taken with the
 * absolute values of what it is made of; probabilities within 1e-12 (1 + S). Labels are equal where
 * decisions are not that near to 0. libsvm's own signs are in _dual_coef_ and _intercept_; those
 * without the underscore have the other sign for two classes.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/kernels.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/sparse_matrix.h"

#include <math.h>

/* What a fitted machine consists of. */
struct machine {
    struct sk_kernel kernel;
    lar_value vectors, weights;
    size_t n, k, rows; /* support vectors, columns of the input, rows of weights */
    bool sparse;
};

static bool number(struct sk_context *sk, const struct pk_node *object, const char *name,
                   double *ret)
{
    const struct pk_node *node = sk_fitted(sk, object, name);
    if (node && pk_get_f64(node, ret) && isfinite(*ret))
        return true;
    return node && sk_refuse_attribute(sk, node, name, "must be a number");
}

static bool read_kernel(struct sk_context *sk, const struct pk_node *object, struct machine *m)
{
    const struct pk_node *name = pk_attribute(object, "kernel"), *node;
    int64_t degree = 1;
    m->kernel = (struct sk_kernel){.gamma = 1, .scales = LAR_NO_VALUE};
    if (pk_text_equal(name, "precomputed"))
        return true; /* a row holds the similarities */
    m->kernel.kind = sk_kernel_kind(name);
    if (m->kernel.kind < 0 || m->kernel.kind > SK_KERNEL_SIGMOID)
        return sk_refuse_attribute(sk, name, "kernel",
                                   "must be linear, poly, rbf, sigmoid or precomputed (a function "
                                   "cannot be read from a file)");
    if (m->kernel.kind == SK_KERNEL_LINEAR)
        return true;
    if (m->kernel.kind == SK_KERNEL_POLYNOMIAL) {
        node = pk_attribute(object, "degree");
        if (!pk_get_i64(node, &degree) || degree < 0 || degree > 1000000)
            return sk_refuse_attribute(sk, node, "degree", "must be a whole number from 0 on");
    }
    m->kernel.degree = (double)degree;
    return number(sk, object, "_gamma", &m->kernel.gamma) &&
           (m->kernel.kind == SK_KERNEL_RBF || number(sk, object, "coef0", &m->kernel.coef0));
}

/* Of precomputed kernels: support vector i is the row that picks similarity support_[i]. */
static bool pick_similarities(struct sk_context *sk, const struct pk_node *object,
                              struct machine *m)
{
    const int64_t *support, *shape;
    size_t n, rank;
    if (!sk_integers(sk, sk_fitted(sk, object, "support_"), "support_", &support, &n) ||
        !sk_integers(sk, sk_fitted(sk, object, "shape_fit_"), "shape_fit_", &shape, &rank))
        return false;
    if (rank < 1 || shape[0] < 1 || shape[0] > INT32_MAX)
        return sk_fail(sk, LAR_ERR_FORMAT, "shape_fit_: is no shape of rows");
    struct lar_tensor *t = sk_alloc(sk, 1, sizeof *t);
    double *ones = sk_alloc(sk, n, sizeof *ones);
    uint32_t *columns = sk_alloc(sk, n, sizeof *columns);
    uint64_t *indptr = sk_alloc(sk, n + 1, sizeof *indptr);
    if (!t || !ones || !columns || !indptr)
        return false;
    for (size_t i = 0; i < n; i++) {
        if (support[i] < 0 || support[i] >= shape[0])
            return sk_fail(sk, LAR_ERR_FORMAT, "support_: there is no row %lld of %lld",
                           (long long)support[i], (long long)shape[0]);
        ones[i] = 1;
        columns[i] = (uint32_t)support[i];
        indptr[i + 1] = i + 1;
    }
    *t = (struct lar_tensor){.type = LAR_TYPE_F64,
                             .layout = LAR_LAYOUT_CSR,
                             .shape = LAR_SHAPE((int64_t)n, shape[0]),
                             .data = ones,
                             .indices = columns,
                             .indptr = indptr};
    m->vectors = lar_draft_constant(sk->draft, t);
    m->n = n;
    m->k = (size_t)shape[0];
    return true;
}

static bool read_vectors(struct sk_context *sk, const struct pk_node *object, struct machine *m)
{
    const struct pk_node *vectors = sk_fitted(sk, object, "support_vectors_");
    if (!vectors || !sk_get_flag(sk, object, "_sparse", false, &m->sparse))
        return false;
    if (pk_text_equal(pk_attribute(object, "kernel"), "precomputed"))
        return pick_similarities(sk, object, m);
    if (!sk_constant_matrix(sk, vectors, "support_vectors_", &m->vectors, &m->n, &m->k))
        return false;
    if (m->sparse != sk_is_csr(vectors))
        return sk_fail(sk, LAR_ERR_FORMAT, "support_vectors_: %s, but _sparse says otherwise",
                       m->sparse ? "is dense" : "is a sparse matrix");
    return m->k > 0 || sk_fail(sk, LAR_ERR_FORMAT, "support_vectors_: has no columns");
}

/* Kernel, vectors and weights; ROWS of weights. */
static bool read_machine(struct sk_context *sk, const struct pk_node *object, size_t rows,
                         struct machine *ret)
{
    struct sk_numbers weights;
    if (!read_kernel(sk, object, ret) || !read_vectors(sk, object, ret) ||
        !sk_get_numbers(sk, object, "_dual_coef_", 2, 2, &weights))
        return false;
    if (ret->n == 0 && weights.n == 0) { /* a release writes [[]] for sparse ones */
        weights.shape = LAR_SHAPE((int64_t)rows, 0);
    } else if ((size_t)weights.shape.dims[0] != rows || (size_t)weights.shape.dims[1] != ret->n) {
        return sk_fail(sk, LAR_ERR_FORMAT, "_dual_coef_: has %lld rows of %lld, not %zu of %zu",
                       (long long)weights.shape.dims[0], (long long)weights.shape.dims[1], rows,
                       ret->n);
    }
    ret->rows = rows;
    ret->weights = lar_draft_f64(sk->draft, weights.data, weights.shape);
    return true;
}

/* libsvm's decisions: [rows, p]. */
static bool decide(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   const struct machine *m, size_t p, lar_value counts, lar_value *ret)
{
    const double *intercepts;
    if (!sk_get_vector(sk, object, "_intercept_", p, &intercepts) ||
        !sk_frame_expect(sk, in, m->k, "support_vectors_"))
        return false;
    lar_value x = sk_frame_numbers(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x) && !m->sparse)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "_sparse: was fitted with a dense matrix, and a sparse one enters (which "
                       "scikit-learn refuses)");
    x = sk_cast(sk, sk_check_finite(sk, object, x, false, false), LAR_TYPE_F64);
    lar_value b = lar_draft_f64(sk->draft, intercepts, LAR_SHAPE((int64_t)p));
    *ret = sk_kernel_sums(sk, &m->kernel, x, m->vectors, m->weights, b, counts);
    return lar_draft_ok(sk->draft, sk->err);
}

/* SVR, NuSVR. */
bool sk_read_support_regressor(struct sk_context *sk, const struct pk_node *object,
                               const struct sk_frame *in, struct sk_result *ret)
{
    struct machine m;
    lar_value y = LAR_NO_VALUE;
    return read_machine(sk, object, 1, &m) && decide(sk, object, in, &m, 1, LAR_NO_VALUE, &y) &&
           sk_answer(sk, ret, SK_PREDICT, sk_as_vector(sk, y), LAR_NO_VALUE);
}

/* OneClassSVM: 1 above 0, else -1. */
bool sk_read_one_class_svm(struct sk_context *sk, const struct pk_node *object,
                           const struct sk_frame *in, struct sk_result *ret)
{
    static const int64_t labels[] = {-1, 1};
    struct lar_draft *d = sk->draft;
    struct machine m;
    struct sk_numbers offset;
    lar_value y = LAR_NO_VALUE;
    if (!read_machine(sk, object, 1, &m) || !decide(sk, object, in, &m, 1, LAR_NO_VALUE, &y) ||
        !sk_get_numbers(sk, object, "offset_", 0, 1, &offset))
        return false;
    if (offset.n != 1)
        return sk_fail(sk, LAR_ERR_FORMAT, "offset_: has %zu elements, not 1", offset.n);
    y = sk_as_vector(sk, y);
    lar_value above = lar_draft_apply(d, "Greater", 2, y, lar_draft_scalar_f64(d, 0));
    lar_value label =
        sk_gather(sk, lar_draft_i64(d, labels, LAR_SHAPE(2)), sk_cast(sk, above, LAR_TYPE_I64), 0);
    lar_value score = lar_draft_apply(d, "Add", 2, y, lar_draft_scalar_f64(d, offset.data[0]));
    return sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_DECISION_FUNCTION, y, LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_SCORE_SAMPLES, score, LAR_NO_VALUE);
}

/* How many support vectors each of N classes has: all of those that there are. */
static bool read_counts(struct sk_context *sk, const struct pk_node *object,
                        const struct machine *m, size_t n, lar_value *ret)
{
    const char *name = pk_attribute(object, "_n_support") ? "_n_support" : "n_support_";
    const struct pk_node *node = sk_fitted(sk, object, name);
    const int64_t *counts;
    size_t length, left = m->n;
    if (!node || !sk_integers(sk, node, name, &counts, &length))
        return false;
    if (length != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is for %zu classes, not %zu", name, length, n);
    for (size_t i = 0; i < n; i++) {
        if (counts[i] < 0 || (size_t)counts[i] > left)
            return sk_fail(sk, LAR_ERR_FORMAT,
                           "%s: class %zu has %lld support vectors, but %zu are left", name, i,
                           (long long)counts[i], left);
        left -= (size_t)counts[i];
    }
    if (left)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: %zu support vectors are of no class", name, left);
    *ret = lar_draft_i64(sk->draft, counts, LAR_SHAPE((int64_t)n));
    return true;
}

static lar_value of_pairs(struct sk_context *sk, const char *op, lar_value decisions, size_t n,
                          lar_value a, lar_value b)
{
    return lar_draft_node(sk->draft,
                          &(struct lar_node_args){
                              .op = op,
                              .inputs = &decisions,
                              .n_inputs = 1,
                              .params = {{"classes", lar_draft_scalar_i64(sk->draft, (int64_t)n)},
                                         {"a", a},
                                         {"b", b}},
                          });
}

/* predict and decision_function of N classes. */
static bool answer_decisions(struct sk_context *sk, const struct pk_node *object, lar_value y,
                             lar_value classes, size_t n, struct sk_result *ret)
{
    bool ovr = sk_option_is(object, "decision_function_shape", "ovr", "ovr"), break_ties;
    if (!sk_get_flag(sk, object, "break_ties", false, &break_ties))
        return false;
    if (break_ties && sk_option_is(object, "decision_function_shape", "ovr", "ovo"))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "break_ties: must be False where decision_function_shape is 'ovo' (else "
                       "scikit-learn predicts nothing)");
    lar_value scores = of_pairs(sk, "larder.PairScores", y, n, LAR_NO_VALUE, LAR_NO_VALUE);
    lar_value votes = of_pairs(sk, "larder.PairVotes", y, n, LAR_NO_VALUE, LAR_NO_VALUE);
    lar_value label = break_ties && ovr && n > 2 ? sk_greatest(sk, scores, classes)
                                                 : sk_gather(sk, classes, votes, 0);
    if (!sk_answer(sk, ret, SK_PREDICT, label, LAR_NO_VALUE))
        return false;
    if (n == 2)
        return sk_answer(sk, ret, SK_DECISION_FUNCTION,
                         sk_as_vector(sk, lar_draft_apply(sk->draft, "Neg", 1, y)), LAR_NO_VALUE);
    if (!ovr)
        return sk_answer(sk, ret, SK_DECISION_FUNCTION, y, LAR_NO_VALUE);
    unsigned release = sk_release(object);
    if (!release || release >= SK_RELEASE(0, 21))
        return sk_answer(sk, ret, SK_DECISION_FUNCTION, scores, classes);
    sk_remark(sk, SK_SCALED_BY_BATCH);
    return true;
}

/* predict_proba, where the machine was fitted for it. */
static bool answer_probabilities(struct sk_context *sk, const struct pk_node *object, lar_value y,
                                 lar_value classes, size_t n, struct sk_result *ret)
{
    static const char *const names[2][2] = {{"_probA", "probA_"}, {"_probB", "probB_"}};
    struct sk_numbers ab[2];
    lar_value params[2];
    const struct pk_node *option = pk_attribute(object, "probability");
    bool flag = false;
    if (!pk_text_equal(option, "deprecated") &&
        !sk_get_flag(sk, object, "probability", false, &flag))
        return false;
    for (size_t i = 0; flag && i < 2; i++) {
        const char *name = pk_attribute(object, names[i][0]) ? names[i][0] : names[i][1];
        if (!sk_get_numbers(sk, object, name, 1, 1, &ab[i]))
            return false;
        if (ab[i].n == 0) /* set behind fit's back: scikit-learn has no probabilities either */
            return true;
        if (ab[i].n != n * (n - 1) / 2)
            return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements, not %zu", name, ab[i].n,
                           n * (n - 1) / 2);
        params[i] = lar_draft_f64(sk->draft, ab[i].data, ab[i].shape);
    }
    return !flag ||
           sk_answer_proba(sk, ret,
                           of_pairs(sk, "larder.PairProbabilities", y, n, params[0], params[1]),
                           classes);
}

/* SVC, NuSVC. */
bool sk_read_support_classifier(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct machine m;
    lar_value classes, counts = LAR_NO_VALUE, y = LAR_NO_VALUE;
    size_t n;
    const struct pk_node *labels = sk_fitted(sk, object, "classes_");
    if (!labels || !sk_labels(sk, labels, "classes_", &classes, &n))
        return false;
    if (n < 2)
        return sk_fail(sk, LAR_ERR_FORMAT, "classes_: is of one class");
    return read_machine(sk, object, n - 1, &m) && read_counts(sk, object, &m, n, &counts) &&
           decide(sk, object, in, &m, n * (n - 1) / 2, counts, &y) &&
           answer_decisions(sk, object, y, classes, n, ret) &&
           answer_probabilities(sk, object, y, classes, n, ret);
}
