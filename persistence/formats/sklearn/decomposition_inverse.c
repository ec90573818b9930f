/* inverse_transform of PCA, IncrementalPCA and TruncatedSVD: X @ components_ + mean_.
 *
 * Tolerance: 1e-12 of the sum of the products' magnitudes.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"

#include <math.h>

/* IN @ components_, whose rows are multiplied by the roots of VARIANCE unless it is NULL. */
static lar_value product(struct sk_context *sk, const struct pk_node *object,
                         const struct sk_frame *in, const struct sk_numbers *components,
                         const struct sk_numbers *variance, bool check)
{
    struct lar_draft *d = sk->draft;
    int64_t k = components->shape.dims[0], n = components->shape.dims[1];
    const double *c = components->data;
    lar_value x =
        sk_frame_expect(sk, in, (size_t)k, "components_") ? sk_frame_dense(sk, in) : LAR_NO_VALUE;
    if (x == LAR_NO_VALUE)
        return x;
    if (variance) {
        double *scaled = sk_alloc(sk, components->n, sizeof *scaled);
        bool single = components->float32 && variance->float32;
        for (size_t i = 0; scaled && i < components->n; i++) {
            double root = sqrt(variance->data[i / (size_t)n]);
            scaled[i] = single ? (double)((float)root * (float)c[i]) : root * c[i];
        }
        c = scaled;
    }
    x = check ? sk_check_finite(sk, object, x, false, false) : x;
    return c ? lar_draft_apply(d, "MatMul", 2, x, lar_draft_f64(d, c, components->shape))
             : LAR_NO_VALUE;
}

bool sk_invert_pca(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                   struct sk_frame *ret)
{
    struct sk_numbers components, variance;
    const double *mean;
    bool whiten;
    if (!sk_get_numbers(sk, object, "components_", 2, 2, &components) ||
        !sk_get_vector(sk, object, "mean_", (size_t)components.shape.dims[1], &mean) ||
        !sk_get_numbers(sk, object, "explained_variance_", 1, 1, &variance) ||
        !sk_get_flag(sk, object, "whiten", false, &whiten))
        return false;
    if (variance.n != (size_t)components.shape.dims[0])
        return sk_fail(sk, LAR_ERR_FORMAT,
                       "explained_variance_: has %zu elements, components_ has %lld rows",
                       variance.n, (long long)components.shape.dims[0]);
    bool check = sk_release(object) >= SK_RELEASE(1, 8);
    lar_value x = product(sk, object, in, &components, whiten ? &variance : NULL, check);
    if (x == LAR_NO_VALUE)
        return false;
    int64_t n = components.shape.dims[1];
    x = lar_draft_apply(sk->draft, "Add", 2, x, lar_draft_f64(sk->draft, mean, LAR_SHAPE(n)));
    *ret = sk_frame_of(sk, x);
    return lar_draft_ok(sk->draft, sk->err);
}

bool sk_invert_truncated_svd(struct sk_context *sk, const struct pk_node *object,
                             const struct sk_frame *in, struct sk_frame *ret)
{
    struct sk_numbers components;
    if (!sk_get_numbers(sk, object, "components_", 2, 2, &components))
        return false;
    lar_value x = product(sk, object, in, &components, NULL, true);
    if (x == LAR_NO_VALUE)
        return false;
    *ret = sk_frame_of(sk, x);
    return lar_draft_ok(sk->draft, sk->err);
}
