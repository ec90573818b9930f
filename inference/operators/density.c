/* larder.KernelDensity: the logarithm of a density that some points make.
 *
 * Input: float64 [rows, d]. Parameters: points, metric and a tree over the points
 * (inference/point_tree.h); kernel (enum kernel below); bandwidth; point_weights [n], or none; atol
 * and rtol, both 0 for all the points' sum; depth_first; norm, the logarithm of the kernel's
 * factor; share, the logarithm of the points' weight. Output: float64 [rows].
 *
 * This is scikit-learn's own way: bounds of each node's share are added to the total and taken off
 * again when the node is opened, all in logarithms, so that what is lost in that is lost alike.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/point_tree.h"
#include "inference/values.h"

#include <math.h>

enum kernel { GAUSSIAN, TOPHAT, EPANECHNIKOV, EXPONENTIAL, LINEAR, COSINE, KERNELS };

struct state {
    struct lar_distance distance;
    struct lar_points points;
    struct lar_point_tree tree;
    enum kernel kernel;
    bool depth_first;
    double bandwidth, norm, share, log_atol, log_rtol;
    const double *log_weights; /* of points in the order of the tree; NULL: 0 */
    const double *log_counts;  /* of nodes: logarithms of the weight of their points */
};

/* A node that is yet to be looked at; LEAST and SPREAD: the bounds of its share. */
struct open_node {
    double key; /* the distance by which nodes are taken */
    double least, spread;
    size_t node;
};

/* One row. */
struct sum {
    const struct state *state;
    const struct lar_kernels *kernels;
    const double *x;
    double least, spread;   /* of the total */
    struct open_node *open; /* a stack, or a heap by key */
    size_t n;
    double *buffer; /* distances of all panels */
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t kernel = lar_node_param_i64(node, "kernel", -1);
    const struct lar_tensor *weights = lar_node_param(node, "point_weights");
    if (!lar_distance_infer(node, err) || !lar_point_tree_infer(node, err))
        return false;
    if (!lar_node_param(node, "starts"))
        return lar_infer_refuse(err, "there is no tree");
    if (kernel < 0 || kernel >= KERNELS)
        return lar_infer_refuse(err, "there is no kernel %lld", (long long)kernel);
    if (weights && weights->shape.dims[0] != lar_node_param(node, "points")->shape.dims[0])
        return lar_infer_refuse(err, "weights do not fit the points");
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0]));
    return true;
}

static double log_add(double a, double b)
{
    double most = fmax(a, b);
    return isinf(most) && most < 0 ? most : most + log(exp(a - most) + exp(b - most));
}

static double log_sub(double a, double b)
{
    return a <= b ? -INFINITY : a + log(1 - exp(b - a));
}

static double log_kernel(enum kernel kernel, double far, double h)
{
    switch (kernel) {
    case GAUSSIAN: return -0.5 * (far * far) / (h * h);
    case EXPONENTIAL: return -far / h;
    case TOPHAT: return far < h ? 0 : -INFINITY;
    case EPANECHNIKOV: return far < h ? log(1.0 - (far * far) / (h * h)) : -INFINITY;
    case LINEAR: return far < h ? log(1 - far / h) : -INFINITY;
    default: return far < h ? log(cos(0.5 * M_PI * far / h)) : -INFINITY;
    }
}

/* Logarithms of the weights of points and nodes. */
static bool prepare_weights(struct state *s, const double *weights, struct lar_arena *arena,
                            struct lar_error *err)
{
    const struct lar_point_tree *t = &s->tree;
    double *points = lar_arena_alloc(arena, t->n, sizeof *points);
    double *nodes = lar_arena_alloc(arena, t->n_nodes, sizeof *nodes);
    if (!points || !nodes)
        return lar_arena_fail(arena, err, "the prepared form");
    for (size_t i = 0; i < t->n; i++)
        points[i] = weights ? log(weights[t->order[i]]) : 0;
    for (size_t i = 0; i < t->n_nodes; i++) {
        double sum = (double)(t->ends[i] - t->starts[i]);
        if (weights)
            sum = 0;
        for (int64_t k = t->starts[i]; weights && k < t->ends[i]; k++)
            sum += weights[t->order[k]];
        nodes[i] = log(sum);
    }
    s->log_weights = points;
    s->log_counts = nodes;
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *weights = lar_node_param(node, "point_weights");
    struct state *s = *ret_state = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "the prepared form");
    s->distance = lar_distance_of(node);
    s->tree = lar_point_tree_of(node);
    s->kernel = (enum kernel)lar_node_param_i64(node, "kernel", 0);
    s->depth_first = lar_node_flag(node, "depth_first");
    s->bandwidth = lar_node_param_f64(node, "bandwidth", 1);
    s->norm = lar_node_param_f64(node, "norm", 0);
    s->share = lar_node_param_f64(node, "share", 0);
    s->log_atol = log(lar_node_param_f64(node, "atol", 0));
    s->log_rtol = log(lar_node_param_f64(node, "rtol", 0));
    return lar_points_pack(&s->points, &s->distance, lar_node_param(node, "points"), s->tree.order,
                           arena, err) &&
           prepare_weights(s, weights ? weights->data : NULL, arena, err);
}

/* The heap of scikit-learn's breadth-first search, which does not keep all of its order when the
 * least is taken: alike here. */
static void heap_push(struct sum *q, const struct open_node *node)
{
    size_t i = q->n++;
    q->open[i] = *node;
    while (i > 0 && !(q->open[(i - 1) / 2].key <= q->open[i].key)) {
        struct open_node other = q->open[(i - 1) / 2];
        q->open[(i - 1) / 2] = q->open[i];
        q->open[i] = other;
        i = (i - 1) / 2;
    }
}

static struct open_node heap_pop(struct sum *q)
{
    struct open_node top = q->open[0];
    size_t i = 0;
    q->open[0] = q->open[--q->n];
    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= q->n)
            break;
        if (child + 1 < q->n && !(q->open[child].key <= q->open[child + 1].key))
            child++;
        if (!(q->open[child].key <= q->open[i].key))
            break;
        struct open_node other = q->open[child];
        q->open[child] = q->open[i];
        q->open[i] = other;
        i = child;
    }
    return top;
}

/* Bounds of a node: SPREAD is what is above LEAST, or, where NEAREST, simply the upper bound. */
static struct open_node bounds_of(const struct sum *q, size_t node, bool upper)
{
    const struct state *s = q->state;
    double near, far;
    lar_point_tree_range(&s->tree, &s->distance, node, q->x, &near, &far);
    double least = s->log_counts[node] + log_kernel(s->kernel, far, s->bandwidth);
    double most = s->log_counts[node] + log_kernel(s->kernel, near, s->bandwidth);
    return (struct open_node){
        .key = near, .least = least, .spread = upper ? most : log_sub(most, least), .node = node};
}

static void take_off(struct sum *q, const struct open_node *node)
{
    q->least = log_sub(q->least, node->least);
    q->spread = log_sub(q->spread, node->spread);
}

static void add_points(struct sum *q, size_t node)
{
    const struct state *s = q->state;
    size_t first = (size_t)s->tree.starts[node], end = (size_t)s->tree.ends[node];
    size_t panel = first / LAR_PANEL_F64;
    if (first == end)
        return;
    lar_reduced_distances(&s->distance, q->kernels, q->x, &s->points, panel,
                          (end + LAR_PANEL_F64 - 1) / LAR_PANEL_F64, q->buffer);
    for (size_t i = first; i < end; i++) {
        double far = lar_distance_full(&s->distance, q->buffer[i - panel * LAR_PANEL_F64]);
        q->least = log_add(q->least, log_kernel(s->kernel, far, s->bandwidth) + s->log_weights[i]);
    }
}

/* Opens NODE: its children's bounds instead of its own. */
static void open_children(struct sum *q, const struct open_node *node)
{
    bool stack = q->state->depth_first;
    struct open_node left = bounds_of(q, 2 * node->node + 1, !stack);
    struct open_node right = bounds_of(q, 2 * node->node + 2, !stack);
    q->least = log_add(log_add(log_sub(q->least, node->least), left.least), right.least);
    q->spread = log_add(log_add(log_sub(q->spread, node->spread), left.spread), right.spread);
    if (stack) {
        q->open[q->n++] = right;
        q->open[q->n++] = left;
    } else {
        heap_push(q, &left);
        heap_push(q, &right);
    }
}

static double density(struct sum *q)
{
    const struct state *s = q->state;
    struct open_node root = bounds_of(q, 0, false);
    q->least = root.least;
    q->spread = root.spread;
    q->open[0] = root;
    q->n = 1;
    while (q->n > 0) {
        struct open_node node = s->depth_first ? q->open[--q->n] : heap_pop(q);
        double own = s->norm + node.spread - s->log_counts[node.node] + s->log_counts[0];
        if (own <= log_add(s->log_atol, s->log_rtol + s->norm + node.least))
            continue;
        if (s->norm + q->spread <= log_add(s->log_atol, s->log_rtol + s->norm + q->least)) {
            if (!s->depth_first)
                break;
            continue;
        }
        if (s->tree.leaf[node.node]) {
            take_off(q, &node);
            add_points(q, node.node);
        } else {
            open_children(q, &node);
        }
    }
    return log_add(q->least, q->spread - log(2));
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const double *x = call->inputs[0]->data;
    uint64_t rows = lar_rows(call->inputs[0]);
    size_t d = s->distance.columns;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows), err);
    if (!y)
        return false;
    size_t mark = lar_scratch_mark(call->scratch);
    double *point = lar_scratch_take(call->scratch, d, sizeof *point);
    struct sum q = {.state = s, .kernels = call->kernels};
    q.buffer = lar_scratch_take(call->scratch, s->points.n_panels, LAR_PANEL_F64 * sizeof(double));
    q.open = lar_scratch_take(call->scratch, s->tree.n_nodes + 1, sizeof *q.open);
    if (!point || !q.buffer || !q.open)
        return lar_scratch_fail(call->scratch, err, "distances");
    for (uint64_t i = 0; i < rows; i++, x += d) {
        q.x = lar_distance_point(&s->distance, x, point);
        y[i] = density(&q) + s->norm - s->share;
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct state *s = state;
    (void)node;
    return 50 + (double)rows * (double)s->points.n * (40 + lar_distance_cost(&s->distance));
}

static const struct lar_param_rule params[] = {LAR_DISTANCE_RULES,
                                               LAR_POINT_TREE_RULES,
                                               {"kernel", LAR_TYPE_I64, 0, false},
                                               {"bandwidth", LAR_TYPE_F64, 0, false},
                                               {"point_weights", LAR_TYPE_F64, 1, true},
                                               {"atol", LAR_TYPE_F64, 0, false},
                                               {"rtol", LAR_TYPE_F64, 0, false},
                                               {"depth_first", LAR_TYPE_BOOL, 0, false},
                                               {"norm", LAR_TYPE_F64, 0, false},
                                               {"share", LAR_TYPE_F64, 0, false},
                                               {0}};

const struct lar_operator lar_operator_kernel_density = {
    .signature = {.name = "larder.KernelDensity",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .verify = lar_point_tree_verify,
    .prepare = prepare,
    .cost = cost,
    .run = run};
