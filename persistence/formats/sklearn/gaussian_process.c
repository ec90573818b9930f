/* sklearn.gaussian_process: GaussianProcessRegressor's mean, GaussianProcessClassifier's labels and
 * probabilities. (predict's return_std and return_cov are arguments, not methods: they are not
 * offered.)
 *
 * Tolerance: 1e-12 S, for a regressor with S = sum |alpha_i K_i|, for probabilities with the sum of
 * the magnitudes of the five error functions, which nearly cancel each other, and with what the
 * variance loses when it is nearly as small as the explained part of it. Matern with a Bessel
 * function holds the same (docs/sklearn.in.md says why).
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/gaussian_kernels.h"
#include "persistence/formats/sklearn/linear.h"
#include "persistence/formats/sklearn/nodes.h"
#include "persistence/formats/sklearn/sparse_matrix.h"

static bool is_half(struct sk_context *sk, const struct pk_node *node)
{
    struct np_array array;
    return np_array(&array, node, sk->arena, sk->err) && array.dtype->kind == 'f' &&
           array.dtype->itemsize == 2;
}

/* Which NumPy wrote NODE, an array or a scalar: before 2: 1, else 2; 0 where it does not say. */
static unsigned numpy_of(const struct pk_node *node)
{
    const struct pk_node *maker = node && node->kind == PK_OBJECT ? node->object.callable : NULL;
    if (!maker || maker->kind != PK_GLOBAL)
        return 0;
    return pk_bytes_begin(maker->global.module, "numpy._core")  ? 2
           : pk_bytes_begin(maker->global.module, "numpy.core") ? 1
                                                                : 0;
}

/* The same of a fitted OBJECT. */
static unsigned numpy_of_all(const struct pk_node *object)
{
    unsigned release = sk_release(object);
    unsigned array = numpy_of(pk_attribute(object, "X_train_"));
    unsigned scalar = numpy_of(pk_attribute(object, "log_marginal_likelihood_value_"));
    if (release && release < SK_RELEASE(1, 4))
        return 1; /* later ones know NumPy 2 */
    return array ? array : scalar;
}

/* X as it enters, and X_train_. */
static bool read_rows(struct sk_context *sk, const struct pk_node *object,
                      const struct sk_frame *in, struct sk_compared *ret)
{
    const struct pk_node *train = sk_fitted(sk, object, "X_train_");
    struct sk_numbers numbers;
    if (!train)
        return false;
    if (sk_is_sparse_matrix(train) || sk_frame_is_sparse(sk, in))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "X_train_: a sparse matrix enters");
    if (!sk_numbers(sk, train, "X_train_", 2, 2, &numbers) ||
        !sk_frame_expect(sk, in, (size_t)numbers.shape.dims[1], "X_train_"))
        return false;
    if (numbers.n == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "X_train_: is empty");
    if (is_half(sk, train))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "X_train_: is float16; float32 and float64 are read");
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    *ret = (struct sk_compared){.x = sk_check_finite(sk, object, x, false, false),
                                .vectors = lar_draft_f64(sk->draft, numbers.data, numbers.shape),
                                .n = (size_t)numbers.shape.dims[0],
                                .k = (size_t)numbers.shape.dims[1],
                                .single = numbers.float32 ? numbers.data : NULL,
                                .numpy = numpy_of_all(object)};
    return lar_draft_ok(sk->draft, sk->err);
}

/* K @ WEIGHTS [n, t], without the matrix where the kernel is simple. */
static lar_value weigh(struct sk_context *sk, const struct sk_covariance *k,
                       const struct sk_compared *rows, const double *weights, size_t n, size_t t)
{
    struct lar_draft *d = sk->draft;
    if (!k->simple)
        return lar_draft_apply(d, "MatMul", 2, sk_covariance_matrix(sk, k, rows),
                               lar_draft_f64(d, weights, LAR_SHAPE((int64_t)n, (int64_t)t)));
    double *turned = sk_alloc(sk, n * t, sizeof *turned);
    double *zero = sk_alloc(sk, t, sizeof *zero);
    if (!turned || !zero)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < t; j++)
            turned[j * n + i] = k->factor * weights[i * t + j];
    return sk_kernel_sums(sk, &k->kernel, rows->x, rows->vectors,
                          lar_draft_f64(d, turned, LAR_SHAPE((int64_t)t, (int64_t)n)),
                          lar_draft_f64(d, zero, LAR_SHAPE((int64_t)t)), LAR_NO_VALUE);
}

/* Numbers of a target each, or one for all. */
static bool read_of_targets(struct sk_context *sk, const struct pk_node *object, const char *name,
                            size_t t, lar_value *ret)
{
    struct sk_numbers numbers;
    if (!sk_get_numbers(sk, object, name, 0, 1, &numbers))
        return false;
    if (numbers.n != 1 && numbers.n != t)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: has %zu elements, not %zu", name, numbers.n, t);
    *ret = lar_draft_f64(sk->draft, numbers.data, LAR_SHAPE((int64_t)numbers.n));
    return true;
}

/* Whether alpha_ with one column is answered with a vector: since 1.2. */
static bool is_vector(struct sk_context *sk, const struct pk_node *object,
                      const struct sk_numbers *alpha, bool *ret)
{
    unsigned release = sk_release(object);
    *ret = alpha->shape.rank == 1;
    if (alpha->shape.rank == 1 || alpha->shape.dims[1] != 1)
        return true;
    if (!release || release == SK_RELEASE(1, 1))
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "alpha_: has one column: which shape the answer has depends on the release "
                       "of scikit-learn, and of this one it is not known");
    *ret = release >= SK_RELEASE(1, 2);
    return true;
}

bool sk_read_gaussian_process_regressor(struct sk_context *sk, const struct pk_node *object,
                                        const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_compared rows = {.n = 0};
    struct sk_covariance k;
    struct sk_numbers alpha;
    lar_value mean = LAR_NO_VALUE, deviation = LAR_NO_VALUE;
    bool vector = true;
    if (!read_rows(sk, object, in, &rows) ||
        !sk_covariance(sk, sk_fitted(sk, object, "kernel_"), &rows, &k) ||
        !sk_get_numbers(sk, object, "alpha_", 1, 2, &alpha) ||
        !is_vector(sk, object, &alpha, &vector))
        return false;
    size_t n = rows.n, t = alpha.shape.rank == 2 ? (size_t)alpha.shape.dims[1] : 1;
    if ((size_t)alpha.shape.dims[0] != n || t == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "alpha_: has %lld rows, not %zu",
                       (long long)alpha.shape.dims[0], n);
    if (!read_of_targets(sk, object, "_y_train_mean", t, &mean) ||
        (pk_attribute(object, "_y_train_std") && /* since 0.23 */
         !read_of_targets(sk, object, "_y_train_std", t, &deviation)))
        return false;
    lar_value y = weigh(sk, &k, &rows, alpha.data, n, t);
    if (deviation != LAR_NO_VALUE)
        y = lar_draft_apply(d, "Mul", 2, deviation, y);
    y = lar_draft_apply(d, "Add", 2, mean, y);
    return sk_answer(sk, ret, SK_PREDICT, vector ? sk_as_vector(sk, y) : y, LAR_NO_VALUE);
}

/* The variance of the latent function: what the kernel says less what the training rows explain. */
static bool latent_variance(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_compared *rows, lar_value k, lar_value *ret)
{
    size_t n = rows->n;
    static const int64_t second[] = {1};
    struct lar_draft *d = sk->draft;
    struct sk_numbers lower;
    struct sk_covariance variance;
    const double *weights;
    if (!sk_get_vector(sk, object, "W_sr_", n, &weights) ||
        !sk_get_numbers(sk, object, "L_", 2, 2, &lower) ||
        !sk_variance(sk, pk_attribute(object, "kernel_"), rows, &variance))
        return false;
    if ((size_t)lower.shape.dims[0] != n || (size_t)lower.shape.dims[1] != n)
        return sk_fail(sk, LAR_ERR_FORMAT, "L_: is %lld by %lld, not %zu by %zu",
                       (long long)lower.shape.dims[0], (long long)lower.shape.dims[1], n, n);
    lar_value weighed =
        lar_draft_apply(d, "Mul", 2, k, lar_draft_f64(d, weights, LAR_SHAPE((int64_t)n)));
    lar_value v = lar_draft_node(
        d,
        &(struct lar_node_args){.op = "larder.SolveLower",
                                .inputs = &weighed,
                                .n_inputs = 1,
                                .params = {{"lower", lar_draft_f64(d, lower.data, lower.shape)}}});
    lar_value explained = lar_draft_apply(d, "ReduceSum", 2, lar_draft_apply(d, "Mul", 2, v, v),
                                          lar_draft_i64(d, second, LAR_SHAPE(1)));
    lar_value all = variance.value;
    if (all == LAR_NO_VALUE)
        all = lar_draft_scalar_f64(d, variance.factor);
    else if (variance.factor != 1)
        all = lar_draft_apply(d, "Mul", 2, all, lar_draft_scalar_f64(d, variance.factor));
    *ret = sk_as_vector(sk, lar_draft_apply(d, "Sub", 2, all, explained));
    return lar_draft_ok(d, sk->err);
}

/* Two classes: _BinaryGaussianProcessClassifierLaplace. */
bool sk_read_binary_gaussian_process(struct sk_context *sk, const struct pk_node *object,
                                     const struct sk_frame *in, struct sk_result *ret)
{
    struct lar_draft *d = sk->draft;
    struct sk_compared rows = {.n = 0};
    struct sk_covariance k;
    const double *labels, *pi;
    lar_value classes, variance = LAR_NO_VALUE;
    size_t n_classes = 0;
    if (!read_rows(sk, object, in, &rows) ||
        !sk_covariance(sk, sk_fitted(sk, object, "kernel_"), &rows, &k) ||
        !sk_get_vector(sk, object, "y_train_", rows.n, &labels) ||
        !sk_get_vector(sk, object, "pi_", rows.n, &pi) ||
        !sk_labels(sk, sk_fitted(sk, object, "classes_"), "classes_", &classes, &n_classes))
        return false;
    if (n_classes != 2)
        return sk_fail(sk, LAR_ERR_FORMAT, "classes_: has %zu elements, not 2", n_classes);
    size_t n = rows.n;
    double *weights = sk_alloc(sk, n, sizeof *weights);
    lar_value matrix = sk_covariance_matrix(sk, &k, &rows);
    if (!weights || !latent_variance(sk, object, &rows, matrix, &variance))
        return false;
    for (size_t i = 0; i < n; i++)
        weights[i] = labels[i] - pi[i];
    lar_value mean =
        sk_as_vector(sk, lar_draft_apply(d, "MatMul", 2, matrix,
                                         lar_draft_f64(d, weights, LAR_SHAPE((int64_t)n, 1))));
    lar_value above = lar_draft_apply(d, "Greater", 2, mean, lar_draft_scalar_f64(d, 0));
    lar_value proba = lar_draft_apply(d, "larder.LatentProbabilities", 2, mean, variance);
    return sk_answer(sk, ret, SK_PREDICT,
                     sk_gather(sk, classes, sk_cast(sk, above, LAR_TYPE_I64), 0), LAR_NO_VALUE) &&
           sk_answer(sk, ret, SK_PREDICT_PROBA, proba, classes);
}

/* Two classes, or one against the rest, or one against one: what is inside answers. */
bool sk_read_gaussian_process_classifier(struct sk_context *sk, const struct pk_node *object,
                                         const struct sk_frame *in, struct sk_result *ret)
{
    const struct pk_node *inner = sk_fitted(sk, object, "base_estimator_");
    struct sk_result answers;
    if (!inner || !sk_read(sk, inner, in, &answers))
        return false;
    ret->answers[SK_PREDICT] = answers.answers[SK_PREDICT];
    ret->answers[SK_PREDICT_PROBA] = answers.answers[SK_PREDICT_PROBA];
    return true;
}
