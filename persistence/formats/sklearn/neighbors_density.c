/* sklearn.neighbors: KernelDensity.
 *
 * The sum over the points goes through logarithms and down the tree as scikit-learn's does, with
 * its atol and rtol, so approximations are the same ones. Tolerance: 1e-12 of the largest
 * magnitude in the result and 1: exp and log are libm's.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/point_tree.h"

#include <math.h>
#include <string.h>

/* As larder.KernelDensity numbers them. */
static const char *const kernels[] = {"gaussian",    "tophat", "epanechnikov",
                                      "exponential", "linear", "cosine"};
enum { GAUSSIAN, TOPHAT, EPANECHNIKOV, EXPONENTIAL, LINEAR, COSINE, KERNELS };

/* The logarithm of the volume of a ball of radius 1 in N dimensions. */
static double log_volume(double n)
{
    return 0.5 * n * log(M_PI) - lgamma(0.5 * n + 1);
}

/* The logarithm of the surface of such a ball in N + 1 dimensions. */
static double log_surface(double n)
{
    return log(2 * M_PI) + log_volume(n - 1);
}

/* The logarithm of what makes the kernel's integral over D dimensions 1. */
static double log_norm(int kernel, double h, size_t dimensions)
{
    double d = (double)dimensions, factor = 0, part = 2. / M_PI;
    switch (kernel) {
    case GAUSSIAN: factor = 0.5 * d * log(2 * M_PI); break;
    case TOPHAT: factor = log_volume(d); break;
    case EPANECHNIKOV: factor = log_volume(d) + log(2. / (d + 2.)); break;
    case EXPONENTIAL: factor = log_surface(d - 1) + lgamma(d); break;
    case LINEAR: factor = log_volume(d) - log(d + 1.); break;
    default:
        for (size_t k = 1; k <= dimensions; k += 2) {
            double left = d - (double)k;
            factor += part;
            part *= -left * (left - 1) * ((2. / M_PI) * (2. / M_PI));
        }
        factor = log(factor) + log_surface(d - 1);
    }
    return -factor - d * log(h);
}

static bool get_real(struct sk_context *sk, const struct pk_node *object, const char *name,
                     double fallback, double *ret)
{
    const struct pk_node *node = pk_attribute(object, name);
    *ret = fallback;
    if (node && (!pk_get_f64(node, ret) || !(*ret >= 0)))
        return sk_refuse_attribute(sk, node, name, "must be a number from 0 on");
    return true;
}

struct density {
    struct sk_point_tree tree;
    int kernel;
    double bandwidth, atol, rtol, total;
    bool depth_first;
};

static bool read_options(struct sk_context *sk, const struct pk_node *object, struct density *ret)
{
    const struct pk_node *kernel = pk_attribute(object, "kernel");
    bool breadth_first;
    while (ret->kernel < KERNELS && !pk_text_equal(kernel, kernels[ret->kernel]))
        ret->kernel++;
    if (ret->kernel == KERNELS)
        return sk_refuse_attribute(sk, kernel, "kernel", "must be one of six kernels");
    const char *bandwidth = sk_has(object, "bandwidth_") ? "bandwidth_" : "bandwidth";
    if (!get_real(sk, object, bandwidth, 1, &ret->bandwidth) ||
        !get_real(sk, object, "atol", 0, &ret->atol) ||
        !get_real(sk, object, "rtol", 0, &ret->rtol) ||
        !sk_get_flag(sk, object, "breadth_first", true, &breadth_first))
        return false;
    if (!(ret->bandwidth > 0))
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is not above 0", bandwidth);
    ret->depth_first = !breadth_first;
    return true;
}

static lar_value add_node(struct sk_context *sk, const struct density *k, lar_value x)
{
    struct lar_draft *d = sk->draft;
    struct lar_node_args args = {.op = "larder.KernelDensity", .inputs = &x, .n_inputs = 1};
    size_t points = (size_t)k->tree.points.shape.dims[0];
    size_t n = sk_metric_params(sk, &k->tree.metric, k->tree.points.data, points, &args);
    n = sk_point_tree_params(sk, &k->tree, &args, n);
    lar_value weights = LAR_NO_VALUE;
    if (k->tree.weights)
        weights = lar_draft_f64(d, k->tree.weights, LAR_SHAPE((int64_t)points));
    const struct {
        const char *name;
        lar_value value;
    } params[] = {
        {"kernel", lar_draft_scalar_i64(d, k->kernel)},
        {"bandwidth", lar_draft_scalar_f64(d, k->bandwidth)},
        {"point_weights", weights},
        {"atol", lar_draft_scalar_f64(d, k->atol * k->total)},
        {"rtol", lar_draft_scalar_f64(d, k->rtol)},
        {"depth_first", lar_draft_scalar_bool(d, k->depth_first)},
        {"norm",
         lar_draft_scalar_f64(d, log_norm(k->kernel, k->bandwidth, k->tree.metric.columns))},
        {"share", lar_draft_scalar_f64(d, log(k->total))},
    };
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        args.params[n].name = params[i].name;
        args.params[n++].value = params[i].value;
    }
    return lar_draft_node(d, &args);
}

bool sk_read_kernel_density(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *in, struct sk_result *ret)
{
    struct density k = {.kernel = 0};
    const struct pk_node *tree = sk_fitted(sk, object, "tree_");
    if (!tree || !sk_get_point_tree(sk, tree, "tree_", &k.tree) || !read_options(sk, object, &k))
        return false;
    k.total = (double)k.tree.points.shape.dims[0];
    if (k.tree.weights)
        k.total = 0;
    for (int64_t i = 0; k.tree.weights && i < k.tree.points.shape.dims[0]; i++)
        k.total += k.tree.weights[i];
    if (!sk_frame_expect(sk, in, k.tree.metric.columns, "tree_"))
        return false;
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    return sk_answer(sk, ret, SK_SCORE_SAMPLES, add_node(sk, &k, x), LAR_NO_VALUE);
}
