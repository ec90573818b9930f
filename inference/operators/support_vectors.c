/* larder.SupportVectors: sums of weighted similarities to constant rows, as libsvm makes them.
 *
 * Inputs: X [rows, k], dense or CSR; V [n, k], constant. Parameters: those of similarity.h; weights
 * [c, n]; intercepts [p]. Without counts, p = c and output [i, j] is the sum over rows v of V of
 * weights[j, v] similarity(x_i, v), + intercepts[j]. With counts [c + 1], the rows of V are
 * those of c + 1 classes, one class after the other, and each pair of classes a < b has an output,
 * p = c (c + 1) / 2: the rows of a with weights[b - 1], those of b with weights[a].
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "inference/infer.h"
#include "inference/operators/similarity.h"
#include "inference/values.h"

/* With so few weights to a row, products are made as dots. */
enum { MAX_DOTS = 4, SUMS_BYTES = 1 << 18 };

/* Rows of one class, at most LAR_SIMILARITY_CHUNK. */
struct chunk {
    struct lar_similarity_chunk rows;
    const double *weights; /* packed for kernels.h */
    size_t class;
};

struct state {
    struct lar_similarity similarity;
    struct chunk *chunks;
    size_t n_chunks, classes; /* 1 without counts */
    size_t c, outputs, step;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_similarity_infer(node, err))
        return false;
    const struct lar_shape *weights = &lar_node_param(node, "weights")->shape;
    const struct lar_tensor *counts = lar_node_param(node, "counts");
    int64_t p = lar_node_param(node, "intercepts")->shape.dims[0], c = weights->dims[0];
    int64_t n = node->inputs[1]->shape.dims[0];
    if (weights->dims[1] != n)
        return lar_infer_refuse(err, "%lld rows, but weights for %lld", (long long)n,
                                (long long)weights->dims[1]);
    if (c < 1 || c > 1 << 16 || (counts && counts->shape.dims[0] != c + 1))
        return lar_infer_refuse(err, "%lld rows of weights do not fit", (long long)c);
    if (p != (counts ? c * (c + 1) / 2 : c))
        return lar_infer_refuse(err, "%lld intercepts for %lld rows of weights", (long long)p,
                                (long long)c);
    *ret = lar_infer_result(LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], p));
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *counts = lar_node_param(node, "counts");
    int64_t left = node->inputs[1]->shape.dims[0];
    for (int64_t i = 0; counts && i < counts->shape.dims[0]; i++) {
        int64_t count = ((const int64_t *)counts->data)[i];
        if (count < 0 || count > left)
            return lar_fail(err, LAR_ERR_FORMAT, "class %lld has %lld rows of %lld", (long long)i,
                            (long long)count, (long long)left);
        left -= count;
    }
    if (counts && left)
        return lar_fail(err, LAR_ERR_FORMAT, "%lld rows are of no class", (long long)left);
    return true;
}

/* The weights of rows [FIRST, FIRST + N), as dots or in panels. */
static const double *pack_weights(const struct lar_tensor *weights, size_t first, size_t n,
                                  struct lar_arena *arena, struct lar_error *err)
{
    size_t c = (size_t)lar_rows(weights), all = (size_t)lar_columns(weights), size;
    size_t padded = c <= MAX_DOTS ? c : (c + LAR_PANEL_F64 - 1) / LAR_PANEL_F64 * LAR_PANEL_F64;
    const double *from = weights->data;
    double *packed;
    if (!lar_mul_size(padded, n, &size) ||
        !(packed = lar_arena_alloc_aligned(arena, size, sizeof *packed, 64))) {
        lar_arena_fail(arena, err, "weights");
        return NULL;
    }
    for (size_t j = 0; j < c; j++)
        for (size_t i = 0; i < n; i++) {
            size_t panel = j / LAR_PANEL_F64 * n * LAR_PANEL_F64 + j % LAR_PANEL_F64;
            packed[c <= MAX_DOTS ? j * n + i : panel + i * LAR_PANEL_F64] =
                from[j * all + first + i];
        }
    return packed;
}

/* Cuts N rows from FIRST on, those of CLASS, into chunks. */
static bool cut(struct state *s, const struct lar_node_info *node, size_t first, size_t n,
                size_t class, struct lar_arena *arena, struct lar_error *err)
{
    for (size_t i = 0; i < n; i += LAR_SIMILARITY_CHUNK) {
        struct chunk *chunk = &s->chunks[s->n_chunks];
        size_t some = n - i < LAR_SIMILARITY_CHUNK ? n - i : LAR_SIMILARITY_CHUNK;
        if (!lar_similarity_pack(&s->similarity, node->inputs[1]->constant, first + i, some, arena,
                                 &chunk->rows, err) ||
            !(chunk->weights =
                  pack_weights(lar_node_param(node, "weights"), first + i, some, arena, err)))
            return false;
        chunk->class = class;
        s->n_chunks++;
    }
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *counts = lar_node_param(node, "counts");
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "support vectors");
    if (!lar_similarity_prepare(&s->similarity, node, arena, err))
        return false;
    s->c = (size_t)lar_rows(lar_node_param(node, "weights"));
    s->outputs = (size_t)lar_node_param(node, "intercepts")->shape.dims[0];
    s->classes = counts ? s->c + 1 : 1;
    s->chunks = lar_arena_alloc(arena, s->similarity.n / LAR_SIMILARITY_CHUNK + s->classes,
                                sizeof *s->chunks);
    if (!s->chunks)
        return lar_arena_fail(arena, err, "support vectors");
    s->step = SUMS_BYTES / (s->classes * s->c * sizeof(double));
    s->step = s->step > 1 ? s->step : 1;
    if (s->step > lar_similarity_step(&s->similarity))
        s->step = lar_similarity_step(&s->similarity);
    size_t first = 0;
    for (size_t i = 0; i < s->classes; i++) {
        size_t n = counts ? (size_t)((const int64_t *)counts->data)[i] : s->similarity.n;
        if (!cut(s, node, first, n, i, arena, err))
            return false;
        first += n;
    }
    *ret_state = s;
    return true;
}

/* Working memory of run(). */
struct work {
    struct lar_similarity_rows rows;
    double *similarities; /* [step][LAR_SIMILARITY_CHUNK] */
    double *part;         /* [step][c]: of one chunk */
    double *sums;         /* [classes][step][c] */
};

static bool take(struct work *w, const struct state *s, struct lar_call *call,
                 struct lar_error *err)
{
    if (!lar_similarity_begin(&w->rows, &s->similarity, call->inputs[0], call->scratch, err))
        return false;
    w->similarities = lar_scratch_take(call->scratch, s->step * LAR_SIMILARITY_CHUNK, 8);
    w->part = lar_scratch_take(call->scratch, s->step * s->c, 8);
    w->sums = lar_scratch_take(call->scratch, s->step * s->c * s->classes, 8);
    return (w->similarities && w->part && w->sums) ||
           lar_scratch_fail(call->scratch, err, "support vectors");
}

/* The outputs of M rows from the sums by class. */
static void combine(double *y, const struct state *s, const double *sums, const double *intercepts,
                    size_t m)
{
    for (size_t i = 0; i < m; i++) {
        const double *row = sums + i * s->c;
        if (s->classes == 1)
            for (size_t j = 0; j < s->c; j++)
                *y++ = row[j] + intercepts[j];
        for (size_t a = 0, p = 0; a < s->classes; a++)
            for (size_t b = a + 1; b < s->classes; b++, p++)
                *y++ = row[a * m * s->c + b - 1] + row[b * m * s->c + a] + intercepts[p];
    }
}

static void run_rows(struct lar_call *call, const struct state *s, struct work *w, double *y,
                     const double *intercepts)
{
    size_t m = w->rows.m;
    memset(w->sums, 0, s->classes * m * s->c * sizeof *w->sums);
    for (const struct chunk *c = s->chunks; c < s->chunks + s->n_chunks; c++) {
        lar_similarity_run(&s->similarity, call->kernels, w->similarities, &w->rows, &c->rows);
        (s->c <= MAX_DOTS ? call->kernels->dots_f64 : call->kernels->panels_f64)(
            w->part, w->similarities, m, c->weights, c->rows.n, s->c);
        double *sums = w->sums + c->class * m * s->c;
        for (size_t i = 0; i < m * s->c; i++)
            sums[i] += w->part[i];
    }
    combine(y, s, w->sums, intercepts, m);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const struct lar_tensor *x = call->inputs[0];
    const double *intercepts = lar_node_param(call->node, "intercepts")->data;
    size_t rows = (size_t)lar_rows(x), mark;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)s->outputs), err);
    struct work w;
    mark = lar_scratch_mark(call->scratch);
    if (!y || !take(&w, s, call, err))
        return false;
    for (size_t i = 0; i < rows; i += s->step) {
        size_t m = rows - i < s->step ? rows - i : s->step;
        if (!lar_similarity_load(&w.rows, &s->similarity, x, i, m, err))
            return false;
        run_rows(call, s, &w, y + i * s->outputs, intercepts);
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    const struct lar_tensor *weights = lar_node_param(node, "weights");
    double each = lar_similarity_cost(node) + 0.2 * (double)lar_rows(weights);
    return 100 + (double)rows * (50 + each * (double)lar_columns(weights));
}

static const struct lar_param_rule params[] = {LAR_SIMILARITY_PARAMS,
                                               {"weights", LAR_TYPE_F64, 2, false},
                                               {"intercepts", LAR_TYPE_F64, 1, false},
                                               {"counts", LAR_TYPE_I64, 1, true},
                                               {0}};

const struct lar_operator lar_operator_support_vectors = {
    .signature = {.name = "larder.SupportVectors",
                  .version = 1,
                  .min_inputs = 2,
                  .max_inputs = 2,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .verify = verify,
    .prepare = prepare,
    .cost = cost,
    .run = run};
