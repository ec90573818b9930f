/* sklearn.preprocessing: KBinsDiscretizer, PolynomialFeatures.
 *
 * Exact: the same comparisons; the same products in the same order.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/dtype.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/nodes.h"

static bool give(struct sk_context *sk, struct sk_result *ret, lar_value value)
{
    ret->transforms = true;
    ret->frame = sk_frame_of(sk, value);
    return lar_draft_ok(sk->draft, sk->err);
}

/* The edges between the bins of all columns. */
struct edges {
    double *data;
    int64_t *ends; /* [n]: where each column's end in DATA */
    size_t n, count;
};

/* Reads bin_edges_; the first and the last edge of a column bound no bin. */
static bool read_edges(struct sk_context *sk, const struct pk_node *object, struct edges *ret)
{
    struct pk_items items;
    const struct pk_node *node = sk_fitted(sk, object, "bin_edges_");
    const int64_t *bins;
    size_t n_bins, total = 0;
    if (!node || !sk_integers(sk, pk_attribute(object, "n_bins_"), "n_bins_", &bins, &n_bins))
        return false;
    if (!sk_items(sk, node, &items))
        return sk_refuse_attribute(sk, node, "bin_edges_", "must be an array of arrays");
    if (items.n != n_bins)
        return sk_fail(sk, LAR_ERR_FORMAT, "bin_edges_, n_bins_: have %zu and %zu elements",
                       items.n, n_bins);
    struct sk_numbers *columns = sk_alloc(sk, items.n, sizeof *columns);
    *ret = (struct edges){.ends = sk_alloc(sk, items.n, sizeof *ret->ends), .n = items.n};
    if (!columns || !ret->ends)
        return false;
    for (size_t i = 0; i < items.n; i++) {
        if (!sk_numbers(sk, items.data[i], "bin_edges_", 1, 1, &columns[i]))
            return false;
        if (columns[i].n < 2 || (int64_t)columns[i].n - 1 != bins[i])
            return sk_fail(sk, LAR_ERR_FORMAT, "bin_edges_: column %zu has %zu edges for %lld bins",
                           i, columns[i].n, (long long)bins[i]);
        total += columns[i].n - 2;
    }
    if (!(ret->data = sk_alloc(sk, total, sizeof *ret->data)))
        return false;
    for (size_t i = 0; i < items.n; i++) {
        for (size_t k = 1; k + 1 < columns[i].n; k++)
            ret->data[ret->count++] = columns[i].data[k];
        ret->ends[i] = (int64_t)ret->count;
    }
    return true;
}

/* Bins as columns of ones and zeros. */
static lar_value one_hot(struct sk_context *sk, lar_value bins, const struct edges *edges)
{
    struct lar_draft *d = sk->draft;
    lar_value *codes = sk_alloc(sk, edges->n, sizeof *codes);
    int64_t *widths = sk_alloc(sk, edges->n, sizeof *widths), sum = 0;
    if (!codes || !widths)
        return LAR_NO_VALUE;
    bins = sk_cast(sk, bins, LAR_TYPE_I64);
    for (size_t i = 0; i < edges->n; i++) {
        codes[i] = sk_gather(sk, bins, lar_draft_scalar_i64(d, (int64_t)i), 1);
        widths[i] = edges->ends[i] - (i ? edges->ends[i - 1] : 0) + 1;
        sum += widths[i];
    }
    return lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.OneHot",
               .inputs = codes,
               .n_inputs = (uint32_t)edges->n,
               .params = {{"widths", lar_draft_i64(d, widths, LAR_SHAPE((int64_t)edges->n))},
                          {"columns", lar_draft_scalar_i64(d, sum)}},
           });
}

bool sk_read_k_bins_discretizer(struct sk_context *sk, const struct pk_node *object,
                                const struct sk_frame *in, struct sk_result *ret)
{
    struct edges edges = {0};
    struct lar_draft *d = sk->draft;
    enum lar_type type = LAR_TYPE_F64;
    if (!read_edges(sk, object, &edges) ||
        (sk_has(object, "dtype") && !sk_get_dtype(sk, object, LAR_TYPE_F64, &type)) ||
        !sk_frame_expect(sk, in, edges.n, "bin_edges_"))
        return false;
    if (type != LAR_TYPE_F64)
        return sk_refuse_attribute(sk, pk_attribute(object, "dtype"), "dtype",
                                   "must be None or float64");
    lar_value x = sk_frame_dense(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    bool near = sk_release(object) < SK_RELEASE(1, 1);
    x = lar_draft_node(
        d, &(struct lar_node_args){
               .op = "larder.Digitize",
               .inputs = &x,
               .n_inputs = 1,
               .params = {{"edges", lar_draft_f64(d, edges.data, LAR_SHAPE((int64_t)edges.count))},
                          {"ends", lar_draft_i64(d, edges.ends, LAR_SHAPE((int64_t)edges.n))},
                          {"near", lar_draft_scalar_bool(d, near)}},
           });
    if (sk_option_is(object, "encode", "onehot", "ordinal"))
        return give(sk, ret, x);
    bool dense = sk_option_is(object, "encode", "onehot", "onehot-dense");
    if (!dense && !sk_option_is(object, "encode", "onehot", "onehot"))
        return sk_refuse_attribute(sk, pk_attribute(object, "encode"), "encode",
                                   "must be ordinal, onehot or onehot-dense");
    if ((x = one_hot(sk, x, &edges)) == LAR_NO_VALUE)
        return lar_draft_ok(d, sk->err);
    return give(sk, ret, dense ? sk_to_dense(sk, x) : x);
}

/* The middle of each bin, by its number. */
bool sk_invert_k_bins_discretizer(struct sk_context *sk, const struct pk_node *object,
                                  const struct sk_frame *in, struct sk_frame *ret)
{
    struct pk_items items;
    struct sk_numbers edges;
    struct lar_draft *d = sk->draft;
    struct sk_frame decoded;
    const struct pk_node *node = sk_fitted(sk, object, "bin_edges_");
    if (!sk_option_is(object, "encode", "onehot", "ordinal")) {
        const struct pk_node *encoder = sk_fitted(sk, object, "_encoder");
        if (!encoder || !sk_invert(sk, encoder, in, &decoded))
            return false;
        in = &decoded;
    }
    if (!node || !sk_items(sk, node, &items) || !sk_frame_expect(sk, in, items.n, "bin_edges_"))
        return false;
    lar_value x = sk_frame_dense(sk, in), *columns = sk_alloc(sk, items.n, sizeof *columns);
    if (x == LAR_NO_VALUE || !columns)
        return false;
    x = sk_check_finite(sk, object, x, false, false);
    for (size_t i = 0; i < items.n; i++) {
        if (!sk_numbers(sk, items.data[i], "bin_edges_", 1, 1, &edges))
            return false;
        size_t n = edges.n ? edges.n - 1 : 0;
        double *centres = sk_alloc(sk, n, sizeof *centres), *bins = sk_alloc(sk, n, sizeof *bins);
        if (!centres || !bins)
            return false;
        for (size_t k = 0; k < n; k++) {
            centres[k] = (edges.data[k + 1] + edges.data[k]) * 0.5;
            if (edges.float32)
                centres[k] = (double)((float)(edges.data[k + 1] + edges.data[k]) * 0.5F);
            bins[k] = (double)k;
        }
        const char *name = lar_arena_printf(sk->arena, "%zu", i);
        columns[i] = lar_draft_node(
            d, &(struct lar_node_args){
                   .op = "larder.LookUp",
                   .inputs = &x,
                   .n_inputs = 1,
                   .params = {{"keys", lar_draft_f64(d, bins, LAR_SHAPE((int64_t)n))},
                              {"values", lar_draft_f64(d, centres, LAR_SHAPE((int64_t)n))},
                              {"name", lar_draft_strings(d, &name, NULL, NULL, 1)},
                              {"column", lar_draft_scalar_i64(d, (int64_t)i)}},
               });
    }
    *ret = sk_frame_of(sk, sk_side_by_side(sk, columns, items.n));
    return lar_draft_ok(d, sk->err);
}

enum { MOST_FACTORS = 1 << 24 };

/* Products being listed. */
struct products {
    int64_t *factors, *ends;
    size_t n, m; /* factors, products */
    size_t columns;
    bool distinct; /* no column twice in a product */
    bool reversed; /* releases before 0.22, and all of sparse ones, take the first factor first */
};

/* Moves INDICES, ascending, to the next of all choices of DEGREE columns. */
static bool next_choice(const struct products *p, size_t *indices, size_t degree)
{
    size_t k = degree;
    while (k > 0) {
        size_t most = p->distinct ? p->columns - degree + k - 1 : p->columns - 1;
        if (indices[k - 1] < most)
            break;
        k--;
    }
    if (k == 0)
        return false;
    size_t from = ++indices[k - 1];
    for (; k < degree; k++)
        indices[k] = p->distinct ? ++from : from;
    return true;
}

/* Lists (with COUNT: only counts) all products of DEGREE columns. */
static bool list(struct sk_context *sk, struct products *p, size_t degree, bool count)
{
    size_t *indices = sk_alloc(sk, degree, sizeof *indices);
    if (!indices)
        return false;
    if (p->columns == 0 || (p->distinct && degree > p->columns))
        return true;
    for (size_t i = 0; i < degree; i++)
        indices[i] = p->distinct ? i : 0;
    do {
        for (size_t i = 0; i < degree && !count; i++)
            p->factors[p->n + i] = (int64_t)indices[p->reversed ? degree - 1 - i : i];
        p->n += degree;
        if (p->n > MOST_FACTORS)
            return sk_fail(sk, LAR_ERR_LIMIT, "more than %d factors", MOST_FACTORS);
        if (!count)
            p->ends[p->m] = (int64_t)p->n;
        p->m++;
    } while (next_choice(p, indices, degree));
    return true;
}

/* The least and the greatest degree: a number, or a pair of them. */
static bool get_degrees(struct sk_context *sk, const struct pk_node *object, size_t degrees[2])
{
    const struct pk_node *node = pk_attribute(object, "degree");
    struct pk_items items;
    int64_t low = 0, high = 2;
    bool ok = !node || pk_get_i64(node, &high) ||
              (sk_items(sk, node, &items) && items.n == 2 && pk_get_i64(items.data[0], &low) &&
               pk_get_i64(items.data[1], &high));
    if (!ok || low < 0 || high < low || high > 1000)
        return sk_refuse_attribute(sk, node, "degree", "must be a count, or a pair of counts");
    degrees[0] = low > 1 ? (size_t)low : 1;
    degrees[1] = (size_t)high;
    return true;
}

/* All products, in the order of their degrees. */
static bool list_all(struct sk_context *sk, struct products *p, const size_t degrees[2], bool bias,
                     bool count)
{
    p->n = p->m = 0;
    if (bias && !count)
        p->ends[0] = 0;
    p->m += bias;
    for (size_t degree = degrees[0]; degree <= degrees[1]; degree++)
        if (!list(sk, p, degree, count))
            return false;
    return true;
}

bool sk_read_polynomial_features(struct sk_context *sk, const struct pk_node *object,
                                 const struct sk_frame *in, struct sk_result *ret)
{
    struct products p = {.reversed =
                             sk_release(object) < SK_RELEASE(0, 22) || sk_frame_is_sparse(sk, in)};
    struct lar_draft *d = sk->draft;
    size_t degrees[2] = {0}, outputs = 0;
    bool bias;
    const char *width =
        pk_attribute(object, "n_features_in_") ? "n_features_in_" : "n_input_features_";
    if (!sk_fitted(sk, object, "n_output_features_") ||
        !sk_get_size(sk, object, "n_output_features_", 0, &outputs) ||
        !sk_get_size(sk, object, width, 0, &p.columns) || !get_degrees(sk, object, degrees) ||
        !sk_get_flag(sk, object, "include_bias", true, &bias) ||
        !sk_get_flag(sk, object, "interaction_only", false, &p.distinct) ||
        !sk_frame_expect(sk, in, p.columns, width) || !list_all(sk, &p, degrees, bias, true))
        return false;
    if (p.m != outputs)
        return sk_fail(sk, LAR_ERR_FORMAT, "n_output_features_: is %zu, but there are %zu products",
                       outputs, p.m);
    p.factors = sk_alloc(sk, p.n, sizeof *p.factors);
    p.ends = sk_alloc(sk, p.m, sizeof *p.ends);
    if (!p.factors || !p.ends || !list_all(sk, &p, degrees, bias, false))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    if (sk_is_sparse(sk, x) && degrees[1] == 0) /* release 1.0 gives degree 1, too */
        return sk_fail(sk, LAR_ERR_UNSUPPORTED, "degree: is 0, but a sparse matrix enters");
    x = sk_check_finite(sk, object, x, false, false);
    return give(
        sk, ret,
        lar_draft_node(
            d, &(struct lar_node_args){
                   .op = "larder.Products",
                   .inputs = &x,
                   .n_inputs = 1,
                   .params = {{"factors", lar_draft_i64(d, p.factors, LAR_SHAPE((int64_t)p.n))},
                              {"ends", lar_draft_i64(d, p.ends, LAR_SHAPE((int64_t)p.m))}},
               }));
}
