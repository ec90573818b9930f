/* The length_scale of a kernel of sklearn.gaussian_process.kernels; see gaussian_lengths.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/gaussian_lengths.h"

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/nodes.h"

/* A number or several, which a file may hold in a list. */
static bool read_numbers(struct sk_context *sk, const struct pk_node *node, struct sk_numbers *ret)
{
    struct pk_items items;
    if (np_is_array(node) || !sk_items(sk, node, &items))
        return sk_numbers(sk, node, "length_scale", 0, 1, ret);
    double *copy = sk_alloc(sk, items.n, sizeof *copy);
    for (size_t i = 0; copy && i < items.n; i++)
        if (!pk_get_f64(items.data[i], copy + i))
            return sk_refuse_attribute(sk, items.data[i], "length_scale", "must hold numbers");
    *ret = (struct sk_numbers){.data = copy, .shape = LAR_SHAPE((int64_t)items.n), .n = items.n};
    return copy != NULL;
}

/* One length and rows of float32. */
static bool divide(struct sk_context *sk, const struct sk_compared *rows, struct sk_lengths *ret)
{
    static const double one = 1;
    const float length = (float)ret->data[0];
    size_t n = rows->n * rows->k;
    double *quotients = sk_alloc(sk, n, sizeof *quotients);
    bool differs = false;
    for (size_t i = 0; quotients && i < n; i++) {
        quotients[i] = (double)((float)rows->single[i] / length);
        differs |= quotients[i] != rows->single[i] / ret->data[0];
    }
    if (!quotients || !differs || rows->numpy == 2)
        return quotients != NULL;
    if (rows->numpy == 0)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "length_scale: divides X_train_ in float32 or float64, as NumPy is one "
                       "before 2 or not, and the file does not tell; fit on float64");
    struct lar_draft *d = sk->draft;
    ret->divided = true;
    ret->x = lar_draft_apply(d, "Div", 2, rows->x, lar_draft_scalar_f64(d, ret->data[0]));
    ret->vectors = lar_draft_f64(d, quotients, LAR_SHAPE((int64_t)rows->n, (int64_t)rows->k));
    ret->data = &one;
    return true;
}

bool sk_read_lengths(struct sk_context *sk, const struct pk_node *object,
                     const struct sk_compared *rows, struct sk_lengths *ret)
{
    struct sk_numbers scale = {.n = 0};
    const struct pk_node *node = sk_fitted(sk, object, "length_scale");
    *ret = (struct sk_lengths){.x = LAR_NO_VALUE, .vectors = LAR_NO_VALUE};
    if (!node || !read_numbers(sk, node, &scale))
        return false;
    if (!scale.data || (scale.n != 1 && scale.n != rows->k))
        return sk_fail(sk, LAR_ERR_FORMAT, "length_scale: has %zu elements, not %zu", scale.n,
                       rows->k);
    for (size_t i = 0; i < scale.n; i++)
        if (!(scale.data[i] > 0))
            return sk_fail(sk, LAR_ERR_FORMAT, "length_scale: element %zu is not above 0", i);
    ret->data = scale.data;
    ret->n = scale.n;
    return scale.n != 1 || !rows->single || divide(sk, rows, ret);
}
