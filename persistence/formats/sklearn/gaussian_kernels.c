/* Kernels of sklearn.gaussian_process.kernels; see gaussian_kernels.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/gaussian_kernels.h"

#include "persistence/formats/pickle/element.h"
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/gaussian_lengths.h"
#include "persistence/formats/sklearn/nodes.h"

#include <math.h>

enum { DEPTH = 16 };

/* What is being read: matrix or diagonal. */
struct reading {
    struct sk_context *sk;
    const struct sk_compared *rows;
    bool diagonal;
    unsigned depth;
    struct sk_lengths lengths; /* of the function that was read last */
};

static bool read(struct reading *r, const struct pk_node *object, struct sk_covariance *ret);

static bool is(const struct pk_node *object, const char *name)
{
    return pk_is_global(pk_class(object), "sklearn.gaussian_process.kernels", name);
}

static struct sk_covariance everywhere(double number)
{
    return (struct sk_covariance){.factor = number, .value = LAR_NO_VALUE};
}

static struct sk_covariance values(lar_value value)
{
    return (struct sk_covariance){.factor = 1, .value = value};
}

/* A number. Of one in a narrow type, scikit-learn makes narrow numbers, by the rules of its NumPy.
 */
static bool number(struct reading *r, const struct pk_node *object, const char *name, double *ret)
{
    struct np_dtype dtype;
    const uint8_t *data;
    const struct pk_node *node = pk_attribute(object, name);
    if (!pk_get_f64(node, ret))
        return sk_refuse_attribute(r->sk, node, name, "must be a number");
    if (np_scalar_bytes(node, &dtype, &data) && dtype.kind == 'f' && dtype.itemsize < 8)
        return sk_fail(r->sk, LAR_ERR_UNSUPPORTED,
                       "%s: is a float%zu: scikit-learn computes a part of the kernel in that; "
                       "float64 is supported",
                       name, (size_t)dtype.itemsize * 8);
    return true;
}

static bool positive(struct reading *r, const struct pk_node *object, const char *name, double *ret)
{
    if (!number(r, object, name, ret))
        return false;
    return *ret > 0 ||
           sk_refuse_attribute(r->sk, pk_attribute(object, name), name, "must be a number above 0");
}

/* What a kernel has everywhere: a number, which may stand in an array. */
static bool constant(struct reading *r, const struct pk_node *object, const char *name, double *ret)
{
    struct sk_numbers numbers = {.n = 0};
    if (!sk_get_numbers(r->sk, object, name, 0, 1, &numbers))
        return false;
    if (numbers.n != 1 || !isfinite(numbers.data[0]))
        return sk_refuse_attribute(r->sk, pk_attribute(object, name), name,
                                   "must be a finite number");
    *ret = numbers.data[0];
    return true;
}

/* One length as gamma = FACTOR / length, or one for each column as scales and FACTOR. */
static bool lengths(struct reading *r, const struct pk_node *object, double factor, bool square,
                    struct sk_kernel *k)
{
    if (!sk_read_lengths(r->sk, object, r->rows, &r->lengths))
        return false;
    const double one = r->lengths.data[0];
    k->gamma = factor;
    if (r->lengths.n == 1)
        k->gamma = square ? factor / (one * one) : factor / one;
    else
        k->scales = lar_draft_f64(r->sk->draft, r->lengths.data, LAR_SHAPE((int64_t)r->lengths.n));
    return true;
}

/* Matern with any nu. The columns are always divided by their lengths: rows that are then the same
 * have a distance of 2^-52, and with a small nu the function falls fast there. */
static bool general_matern(struct reading *r, const struct pk_node *object, struct sk_kernel *k)
{
    double nu;
    if (!number(r, object, "nu", &nu))
        return false;
    if (!(nu > 0))
        return sk_fail(r->sk, LAR_ERR_FORMAT, "nu: is %g, not above 0", nu);
    if (!sk_read_lengths(r->sk, object, r->rows, &r->lengths))
        return false;
    double *each = sk_alloc(r->sk, r->rows->k, sizeof *each);
    for (size_t i = 0; each && i < r->rows->k; i++)
        each[i] = r->lengths.data[r->lengths.n == 1 ? 0 : i];
    *k = (struct sk_kernel){.kind = SK_KERNEL_MATERN, .gamma = sqrt(2 * nu), .degree = nu};
    k->scales = lar_draft_f64(r->sk->draft, each, LAR_SHAPE((int64_t)r->rows->k));
    return each != NULL;
}

static bool matern(struct reading *r, const struct pk_node *object, struct sk_kernel *k)
{
    double nu = 0;
    const struct pk_node *node = pk_attribute(object, "nu");
    if (!pk_get_f64(node, &nu))
        return sk_refuse_attribute(r->sk, node, "nu", "must be a number");
    if (isinf(nu) && nu > 0)
        return lengths(r, object, 0.5, true, k);
    k->kind = nu == 0.5   ? SK_KERNEL_MATERN_1
              : nu == 1.5 ? SK_KERNEL_MATERN_3
              : nu == 2.5 ? SK_KERNEL_MATERN_5
                          : SK_KERNEL_MATERN;
    if (k->kind == SK_KERNEL_MATERN)
        return general_matern(r, object, k);
    return lengths(r, object, sqrt(2 * nu), false, k);
}

/* pairwise_kernels_kwargs: scikit-learn passes over what the metric does not take. */
static bool pairwise_options(struct reading *r, const struct pk_node *object, struct sk_kernel *k)
{
    const struct pk_node *options = pk_attribute(object, "pairwise_kernels_kwargs");
    const struct pk_node *degree = pk_dict_get(options, "degree");
    const struct pk_node *coef0 = pk_dict_get(options, "coef0");
    k->coef0 = 1;
    k->degree = 3;
    if (!sk_has(object, "pairwise_kernels_kwargs"))
        return true;
    if (options->kind != PK_DICT || pk_dict_get(options, "gamma"))
        return sk_refuse_attribute(r->sk, options, "pairwise_kernels_kwargs",
                                   "must be None or a dict without gamma");
    if (degree && !pk_get_f64(degree, &k->degree))
        return sk_refuse_attribute(r->sk, degree, "degree", "must be a number");
    return !coef0 || pk_get_f64(coef0, &k->coef0) ||
           sk_refuse_attribute(r->sk, coef0, "coef0", "must be a number");
}

/* PairwiseKernel: a function of sklearn.metrics.pairwise. */
static bool pairwise(struct reading *r, const struct pk_node *object, struct sk_kernel *k)
{
    const struct pk_node *metric = pk_attribute(object, "metric"), *gamma;
    k->kind = sk_kernel_kind(metric);
    if (k->kind < 0)
        return sk_refuse_attribute(r->sk, metric, "metric", "must be one of scikit-learn's own");
    if (!pairwise_options(r, object, k))
        return false;
    gamma = pk_attribute(object, "gamma");
    if (gamma && gamma->kind == PK_NONE && k->kind != SK_KERNEL_CHI2) {
        k->gamma = 1 / (double)r->rows->k;
        return true;
    }
    return number(r, object, "gamma", &k->gamma);
}

/* Rows that are similarities themselves. */
static bool precomputed(struct reading *r, struct sk_covariance *ret)
{
    if (r->diagonal)
        return sk_fail(r->sk, LAR_ERR_UNSUPPORTED,
                       "metric: precomputed rows have no similarity to themselves: scikit-learn "
                       "itself does not predict with them");
    if (r->rows->n != r->rows->k)
        return sk_fail(r->sk, LAR_ERR_FORMAT, "metric: is precomputed, but X_train_ is %zu by %zu",
                       r->rows->n, r->rows->k);
    *ret = values(r->rows->x);
    return true;
}

/* A kernel of one function. False without an error: OBJECT is none. */
static bool one_function(struct reading *r, const struct pk_node *object, struct sk_kernel *k,
                         bool *found)
{
    double a = 0, b = 0;
    *k = (struct sk_kernel){.kind = SK_KERNEL_RBF, .gamma = 1, .scales = LAR_NO_VALUE};
    *found = true;
    if (is(object, "RBF"))
        return lengths(r, object, 0.5, true, k);
    if (is(object, "Matern"))
        return matern(r, object, k);
    if (is(object, "PairwiseKernel"))
        return pairwise(r, object, k);
    if (is(object, "RationalQuadratic")) {
        if (!positive(r, object, "alpha", &a) || !positive(r, object, "length_scale", &b))
            return false;
        *k = (struct sk_kernel){SK_KERNEL_RATIONAL, 1, 2 * a * b * b, a, LAR_NO_VALUE};
        return true;
    }
    if (is(object, "ExpSineSquared")) {
        if (!positive(r, object, "periodicity", &a) || !positive(r, object, "length_scale", &b))
            return false;
        *k = (struct sk_kernel){SK_KERNEL_PERIODIC, M_PI / a, b, 1, LAR_NO_VALUE};
        return true;
    }
    if (is(object, "DotProduct")) {
        if (!number(r, object, "sigma_0", &a))
            return false;
        *k = (struct sk_kernel){SK_KERNEL_POLYNOMIAL, 1, a * a, 1, LAR_NO_VALUE};
        return true;
    }
    *found = false;
    return true;
}

static lar_value pow_of(struct sk_context *sk, lar_value base, double exponent)
{
    return lar_draft_apply(sk->draft, "Pow", 2, base, lar_draft_scalar_f64(sk->draft, exponent));
}

/* The diagonal of a function: each row with itself. */
static bool diagonal_of(struct reading *r, const struct sk_kernel *k, struct sk_covariance *ret)
{
    static const int64_t second[] = {1};
    struct lar_draft *d = r->sk->draft;
    *ret = everywhere(1);
    switch (k->kind) {
    case SK_KERNEL_ADDITIVE_CHI2: *ret = everywhere(0); return true;
    case SK_KERNEL_LINEAR:
    case SK_KERNEL_POLYNOMIAL:
    case SK_KERNEL_SIGMOID:
    case SK_KERNEL_COSINE: break;
    default: return true;
    }
    lar_value square = lar_draft_apply(d, "Mul", 2, r->rows->x, r->rows->x);
    lar_value y =
        lar_draft_apply(d, "ReduceSum", 2, square, lar_draft_i64(d, second, LAR_SHAPE(1)));
    if (k->kind == SK_KERNEL_COSINE) /* 1, of a row of zeros 0 */
        y = sk_cast(r->sk, lar_draft_apply(d, "Greater", 2, y, lar_draft_scalar_f64(d, 0)),
                    LAR_TYPE_F64);
    if (k->kind == SK_KERNEL_POLYNOMIAL || k->kind == SK_KERNEL_SIGMOID) {
        y = lar_draft_apply(d, "Mul", 2, y, lar_draft_scalar_f64(d, k->gamma));
        y = lar_draft_apply(d, "Add", 2, y, lar_draft_scalar_f64(d, k->coef0));
    }
    if (k->kind == SK_KERNEL_POLYNOMIAL && k->degree != 1)
        y = pow_of(r->sk, y, k->degree);
    if (k->kind == SK_KERNEL_SIGMOID)
        y = lar_draft_apply(d, "Tanh", 1, y);
    *ret = values(y);
    return true;
}

/* What can be added, multiplied or raised. */
static lar_value operand(struct reading *r, const struct sk_covariance *c)
{
    if (!c->simple && c->value == LAR_NO_VALUE)
        return lar_draft_scalar_f64(r->sk->draft, c->factor);
    return sk_covariance_matrix(r->sk, c, r->rows);
}

/* Sum, Product. */
static bool combine(struct reading *r, const struct pk_node *object, bool product,
                    struct sk_covariance *ret)
{
    struct sk_covariance a = {0}, b = {0};
    if (!read(r, pk_attribute(object, "k1"), &a) || !read(r, pk_attribute(object, "k2"), &b))
        return false;
    bool number_a = !a.simple && a.value == LAR_NO_VALUE;
    bool number_b = !b.simple && b.value == LAR_NO_VALUE;
    if (number_a && number_b) {
        *ret = everywhere(product ? a.factor * b.factor : a.factor + b.factor);
    } else if (product && (number_a || number_b)) {
        *ret = number_a ? b : a;
        ret->factor = a.factor * b.factor;
    } else if (!product && ((number_a && a.factor == 0) || (number_b && b.factor == 0))) {
        *ret = number_a ? b : a;
    } else {
        *ret = values(lar_draft_apply(r->sk->draft, product ? "Mul" : "Add", 2, operand(r, &a),
                                      operand(r, &b)));
    }
    return true;
}

static bool raise(struct reading *r, const struct pk_node *object, struct sk_covariance *ret)
{
    struct sk_covariance base = {0};
    double exponent = 0;
    const struct pk_node *node = pk_attribute(object, "exponent");
    if (!pk_get_f64(node, &exponent))
        return sk_refuse_attribute(r->sk, node, "exponent", "must be a number");
    if (!read(r, pk_attribute(object, "kernel"), &base))
        return false;
    if (!base.simple && base.value == LAR_NO_VALUE)
        *ret = everywhere(pow(base.factor, exponent));
    else
        *ret = values(pow_of(r->sk, operand(r, &base), exponent));
    return true;
}

static bool refuse(struct reading *r, const struct pk_node *object)
{
    char what[256];
    if (is(object, "CompoundKernel"))
        return sk_fail(r->sk, LAR_ERR_UNSUPPORTED,
                       "CompoundKernel gives several matrices at once: scikit-learn itself neither "
                       "fits nor predicts with it");
    return sk_fail(r->sk, LAR_ERR_UNSUPPORTED,
                   "%s is no kernel that is supported: ConstantKernel, WhiteKernel, RBF, Matern, "
                   "RationalQuadratic, ExpSineSquared, DotProduct, PairwiseKernel, Sum, Product "
                   "and Exponentiation are",
                   object ? pk_describe(object, what, sizeof what) : "what is missing");
}

static bool read_unnamed(struct reading *r, const struct pk_node *object, struct sk_covariance *ret)
{
    struct sk_kernel kernel;
    bool found;
    double value = 0;
    if (is(object, "Sum") || is(object, "Product"))
        return combine(r, object, is(object, "Product"), ret);
    if (is(object, "Exponentiation"))
        return raise(r, object, ret);
    if (is(object, "ConstantKernel") || is(object, "WhiteKernel")) {
        bool white = is(object, "WhiteKernel");
        if (!constant(r, object, white ? "noise_level" : "constant_value", &value))
            return false;
        *ret = everywhere(white && !r->diagonal ? 0 : value);
        return true;
    }
    if (is(object, "PairwiseKernel") &&
        pk_text_equal(pk_attribute(object, "metric"), "precomputed"))
        return precomputed(r, ret);
    r->lengths.divided = false;
    if (!one_function(r, object, &kernel, &found))
        return false;
    if (!found)
        return refuse(r, object);
    if (r->diagonal)
        return diagonal_of(r, &kernel, ret);
    if (r->lengths.divided) {
        *ret = values(sk_kernel_matrix(r->sk, &kernel, r->lengths.x, r->lengths.vectors));
        return true;
    }
    *ret = (struct sk_covariance){
        .factor = 1, .simple = true, .kernel = kernel, .value = LAR_NO_VALUE};
    return true;
}

static bool read(struct reading *r, const struct pk_node *object, struct sk_covariance *ret)
{
    char what[256];
    if (r->depth == DEPTH)
        return sk_fail(r->sk, LAR_ERR_LIMIT, "kernels are nested deeper than %d", DEPTH);
    if (++r->sk->estimators > SK_ESTIMATORS)
        return sk_fail(r->sk, LAR_ERR_LIMIT, "more than %d estimators and kernels in one model",
                       SK_ESTIMATORS);
    r->depth++;
    bool ok = read_unnamed(r, object, ret);
    r->depth--;
    if (!ok && r->depth == 0)
        lar_error_within(r->sk->err, "kernel_: %s", pk_describe(object, what, sizeof what));
    return ok && lar_draft_ok(r->sk->draft, r->sk->err);
}

bool sk_covariance(struct sk_context *sk, const struct pk_node *object,
                   const struct sk_compared *rows, struct sk_covariance *ret)
{
    return read(&(struct reading){.sk = sk, .rows = rows}, object, ret);
}

bool sk_variance(struct sk_context *sk, const struct pk_node *object,
                 const struct sk_compared *rows, struct sk_covariance *ret)
{
    return read(&(struct reading){.sk = sk, .rows = rows, .diagonal = true}, object, ret);
}

lar_value sk_covariance_matrix(struct sk_context *sk, const struct sk_covariance *c,
                               const struct sk_compared *rows)
{
    /* A power of 0: 1 everywhere, for what is a number only. */
    static const struct sk_kernel ones = {SK_KERNEL_POLYNOMIAL, 1, 1, 0, LAR_NO_VALUE};
    lar_value value = c->value;
    if (value == LAR_NO_VALUE)
        value = sk_kernel_matrix(sk, c->simple ? &c->kernel : &ones, rows->x, rows->vectors);
    if (c->factor == 1)
        return value;
    return lar_draft_apply(sk->draft, "Mul", 2, value, lar_draft_scalar_f64(sk->draft, c->factor));
}
