/* sklearn.cluster: KMeans, MiniBatchKMeans.
 *
 * Labels: the least of c c - 2 x c, as scikit-learn compares it; centres that are equally near
 * within 1e-12 of |x|^2 + |c|^2 may be taken for each other. transform: scikit-learn takes
 * distances from x x - 2 x c + c c, here they are sums of squares; their squares differ by up to
 * 1e-12 of (|x| + |c|)^2.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/classes.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/metric.h"
#include "persistence/formats/sklearn/nodes.h"

struct centres {
    const double *data; /* [n, columns] */
    size_t n, columns;
    lar_value x;
};

/* Reads the attribute NAME, a matrix, and what enters. */
static bool read_centres(struct sk_context *sk, const struct pk_node *object, const char *name,
                         const struct sk_frame *in, struct centres *ret)
{
    struct sk_numbers centres;
    if (!sk_get_numbers(sk, object, name, 2, 2, &centres))
        return false;
    *ret = (struct centres){.data = centres.data,
                            .n = (size_t)centres.shape.dims[0],
                            .columns = (size_t)centres.shape.dims[1]};
    if (ret->n == 0 || ret->columns == 0)
        return sk_fail(sk, LAR_ERR_FORMAT, "%s: is empty", name);
    if (centres.float32)
        return sk_fail(sk, LAR_ERR_UNSUPPORTED,
                       "%s: is float32, in which scikit-learn then compares", name);
    if (!sk_frame_expect(sk, in, ret->columns, name))
        return false;
    lar_value x = sk_frame_f64(sk, in);
    if (x == LAR_NO_VALUE)
        return false;
    ret->x = sk_check_finite(sk, object, x, false, false);
    return true;
}

/* The number of the nearest centre, int64: the first greatest of 2 x c - c c. */
static lar_value nearest(struct sk_context *sk, const struct centres *c)
{
    struct lar_draft *d = sk->draft;
    double *twice = sk_alloc(sk, c->columns * c->n, sizeof *twice);
    double *squares = sk_alloc(sk, c->n, sizeof *squares);
    if (!twice || !squares)
        return LAR_NO_VALUE;
    for (size_t i = 0; i < c->n; i++)
        for (size_t j = 0; j < c->columns; j++) {
            double v = c->data[i * c->columns + j];
            twice[j * c->n + i] = 2 * v;
            squares[i] += v * v;
        }
    int64_t n = (int64_t)c->n, columns = (int64_t)c->columns;
    lar_value scores =
        lar_draft_apply(d, "MatMul", 2, c->x, lar_draft_f64(d, twice, LAR_SHAPE(columns, n)));
    scores = lar_draft_apply(d, "Sub", 2, scores, lar_draft_f64(d, squares, LAR_SHAPE(n)));
    return lar_draft_node(d, &(struct lar_node_args){
                                 .op = "ArgMax",
                                 .inputs = &scores,
                                 .n_inputs = 1,
                                 .params = {{"axis", lar_draft_scalar_i64(d, 1)},
                                            {"keepdims", lar_draft_scalar_i64(d, 0)}},
                             });
}

/* transform: the distances to the centres. */
static void give_distances(struct sk_context *sk, const struct centres *c, struct sk_result *ret)
{
    struct sk_metric euclidean = sk_euclidean(c->columns);
    ret->transforms = true;
    ret->frame =
        sk_frame_of(sk, sk_distances(sk, sk_to_dense(sk, c->x), &euclidean, c->data, c->n));
}

bool sk_read_k_means(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,
                     struct sk_result *ret)
{
    struct centres c;
    if (!read_centres(sk, object, "cluster_centers_", in, &c))
        return false;
    give_distances(sk, &c, ret);
    return sk_answer(sk, ret, SK_PREDICT, sk_cast(sk, nearest(sk, &c), LAR_TYPE_I32), LAR_NO_VALUE);
}
