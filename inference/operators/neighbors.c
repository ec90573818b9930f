/* larder.Neighbors: the k points nearest to each row.
 *
 * Input: float64 [rows, d]. Parameters: points [n, d] and how they are compared
 * (inference/distances.h); k; ties: which of equals are chosen and how they are ordered
 * (graph/metrics.h); again: the heap goes through a second one before it is sorted; a tree over the
 * points (inference/point_tree.h), or none. Outputs: distances, float64 [rows, k], ascending, and
 * the points' numbers, int64 [rows, k].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/nearest.h"
#include "inference/params.h"
#include "inference/point_tree.h"
#include "inference/values.h"

struct state {
    struct lar_distance distance;
    struct lar_points points;
    struct lar_point_tree tree;
    size_t k;
    enum lar_ties ties;
    bool again;
};

/* One row's search. */
struct search {
    const struct state *state;
    const struct lar_kernels *kernels;
    const double *x;
    double *values; /* [k] */
    int64_t *indices;
    double *buffer; /* distances of panels */
};

enum {
    BLOCK = 16, /* panels whose distances are computed at a time */
    ROWS = 16,  /* rows that are searched side by side */
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_distance_infer(node, err) || !lar_point_tree_infer(node, err))
        return false;
    int64_t n = lar_node_param(node, "points")->shape.dims[0], k = lar_node_param_i64(node, "k", 0);
    int64_t ties = lar_node_param_i64(node, "ties", 0);
    if (k < 1 || k > n)
        return lar_infer_refuse(err, "the %lld nearest of %lld points", (long long)k, (long long)n);
    if (ties < 0 || ties >= LAR_TIES)
        return lar_infer_refuse(err, "there is no order %lld", (long long)ties);
    struct lar_shape shape = LAR_SHAPE(node->inputs[0]->shape.dims[0], k);
    ret[0] = lar_infer_result(LAR_TYPE_F64, shape);
    ret[1] = lar_infer_result(LAR_TYPE_I64, shape);
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct state *s = *ret_state = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "the prepared form");
    s->distance = lar_distance_of(node);
    s->tree = lar_point_tree_of(node);
    s->k = (size_t)lar_node_param_i64(node, "k", 1);
    s->ties = (enum lar_ties)lar_node_param_i64(node, "ties", 0);
    s->again = lar_node_flag(node, "again");
    return lar_points_pack(&s->points, &s->distance, lar_node_param(node, "points"), s->tree.order,
                           arena, err);
}

/* Pushes points [FIRST, END), in the order of the tree. */
static void push_range(const struct search *q, size_t first, size_t end)
{
    const struct state *s = q->state;
    const int64_t *order = s->tree.order;
    for (size_t panel = first / LAR_PANEL_F64; panel * LAR_PANEL_F64 < end; panel += BLOCK) {
        size_t stop = (end + LAR_PANEL_F64 - 1) / LAR_PANEL_F64;
        stop = stop - panel > BLOCK ? panel + BLOCK : stop;
        lar_reduced_distances(&s->distance, q->kernels, q->x, &s->points, panel, stop, q->buffer);
        size_t base = panel * LAR_PANEL_F64, i = first > base ? first : base;
        size_t last = stop * LAR_PANEL_F64 < end ? stop * LAR_PANEL_F64 : end;
        for (; i < last; i++)
            if (!(q->buffer[i - base] >= q->values[0]))
                lar_nearest_push(q->values, q->indices, s->k, q->buffer[i - base],
                                 order ? order[i] : (int64_t)i);
    }
}

/* Goes down the tree, the nearer child first, and leaves out what is farther than the k-th. */
static void push_tree(const struct search *q)
{
    const struct state *s = q->state;
    const struct lar_point_tree *t = &s->tree;
    struct {
        size_t node;
        double least;
    } waiting[LAR_POINT_TREE_DEPTH], now = {0, lar_point_tree_least(t, &s->distance, 0, q->x)};
    size_t n = 0;
    for (;;) {
        if (now.least > q->values[0] || t->leaf[now.node]) {
            if (!(now.least > q->values[0]))
                push_range(q, (size_t)t->starts[now.node], (size_t)t->ends[now.node]);
            if (n == 0)
                return;
            now = waiting[--n];
            continue;
        }
        size_t left = 2 * now.node + 1, right = left + 1;
        double least = lar_point_tree_least(t, &s->distance, left, q->x);
        double other = lar_point_tree_least(t, &s->distance, right, q->x);
        bool nearer = least <= other;
        waiting[n].node = nearer ? right : left;
        waiting[n++].least = nearer ? other : least;
        now.node = nearer ? left : right;
        now.least = nearer ? least : other;
    }
}

/* A heap of K as it is pushed, one by one, into an empty one. */
static void push_again(const double *from, const int64_t *numbers, size_t k, double *values,
                       int64_t *indices)
{
    lar_nearest_clear(values, indices, k);
    for (size_t i = 0; i < k; i++)
        lar_nearest_push(values, indices, k, from[i], numbers[i]);
}

/* All distances, then the nearest of them. */
static void select_all(const struct search *q, double *all, int64_t *numbers)
{
    const struct state *s = q->state;
    size_t n = s->points.n;
    lar_reduced_distances(&s->distance, q->kernels, q->x, &s->points, 0, s->points.n_panels, all);
    for (size_t i = 0; i < n; i++)
        numbers[i] = (int64_t)i;
    lar_nearest_select(all, numbers, n, s->k);
    lar_nearest_stable(all, numbers, s->k);
    memcpy(q->values, all, s->k * sizeof *all);
    memcpy(q->indices, numbers, s->k * sizeof *numbers);
}

/* Working memory of all rows. */
struct buffers {
    double *point, *all;
    int64_t *numbers;
    double block[BLOCK * LAR_PANEL_F64];
};

/* Orders what the heap of Q has. */
static void sort(const struct search *q)
{
    (q->state->ties == LAR_TIES_INTRO ? lar_nearest_intro
                                      : lar_nearest_quick)(q->values, q->indices, q->state->k);
}

/* Rows that are searched side by side. */
static void search(const struct state *s, const struct search *rows, size_t m, struct buffers *b)
{
    size_t n = s->points.n, step = BLOCK * LAR_PANEL_F64;
    for (size_t i = 0; i < m; i++)
        if (s->ties == LAR_TIES_SELECT)
            select_all(&rows[i], b->all, b->numbers);
        else
            lar_nearest_clear(rows[i].values, rows[i].indices, s->k);
    if (s->ties == LAR_TIES_SELECT)
        return;
    for (size_t i = 0; s->tree.n_nodes && i < m; i++)
        push_tree(&rows[i]);
    /* by brute force, the same panels for each row in turn, while they are near */
    for (size_t first = 0; !s->tree.n_nodes && first < n; first += step)
        for (size_t i = 0; i < m; i++)
            push_range(&rows[i], first, n - first < step ? n : first + step);
    for (size_t i = 0; i < m; i++) {
        if (s->again) {
            memcpy(b->all, rows[i].values, s->k * sizeof *b->all);
            memcpy(b->numbers, rows[i].indices, s->k * sizeof *b->numbers);
            push_again(b->all, b->numbers, s->k, rows[i].values, rows[i].indices);
        }
        sort(&rows[i]);
    }
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const double *x = call->inputs[0]->data;
    uint64_t rows = lar_rows(call->inputs[0]);
    size_t k = s->k, d = s->distance.columns, mark;
    struct lar_shape shape = LAR_SHAPE((int64_t)rows, (int64_t)k);
    struct buffers b;
    double *distances = lar_output_dense(call, 0, &shape, err);
    int64_t *indices = distances ? lar_output_dense(call, 1, &shape, err) : NULL;
    if (!indices)
        return false;
    mark = lar_scratch_mark(call->scratch);
    b.point = lar_scratch_take(call->scratch, d, ROWS * sizeof *b.point);
    b.all = lar_scratch_take(call->scratch, s->points.n_panels, LAR_PANEL_F64 * sizeof *b.all);
    b.numbers = lar_scratch_take(call->scratch, s->points.n, sizeof *b.numbers);
    if (!b.point || !b.all || !b.numbers)
        return lar_scratch_fail(call->scratch, err, "distances");
    for (uint64_t first = 0; first < rows; first += ROWS) {
        struct search block[ROWS];
        size_t m = rows - first < ROWS ? (size_t)(rows - first) : ROWS;
        for (size_t i = 0; i < m; i++)
            block[i] = (struct search){
                .state = s,
                .kernels = call->kernels,
                .x = lar_distance_point(&s->distance, x + (first + i) * d, b.point + i * d),
                .values = distances + (first + i) * k,
                .indices = indices + (first + i) * k,
                .buffer = b.block};
        search(s, block, m, &b);
    }
    for (uint64_t i = 0; i < rows * k; i++)
        distances[i] = lar_distance_full(&s->distance, distances[i]);
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    const struct state *s = state;
    (void)node;
    double seen = (double)s->points.n;
    if (s->tree.n_nodes && seen > 200)
        seen = 200; /* a guess of what a tree looks at */
    return 50 +
           (double)rows * (100 + 10 * (double)s->k + seen * (1 + lar_distance_cost(&s->distance)));
}

static const struct lar_param_rule params[] = {LAR_DISTANCE_RULES,
                                               LAR_POINT_TREE_RULES,
                                               {"k", LAR_TYPE_I64, 0, false},
                                               {"ties", LAR_TYPE_I64, 0, false},
                                               {"again", LAR_TYPE_BOOL, 0, true},
                                               {0}};

const struct lar_operator lar_operator_neighbors = {.signature = {.name = "larder.Neighbors",
                                                                  .version = 1,
                                                                  .min_inputs = 1,
                                                                  .max_inputs = 1,
                                                                  .min_outputs = 2,
                                                                  .max_outputs = 2,
                                                                  .params = params,
                                                                  .infer = infer},
                                                    .verify = lar_point_tree_verify,
                                                    .prepare = prepare,
                                                    .cost = cost,
                                                    .run = run};
