/* larder.KernelMatrix: the similarity of each row to each of constant rows.
 *
 * Inputs: X [rows, k], dense or CSR; V [n, k], constant. Parameters: those of similarity.h. Output:
 * float64 [rows, n].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/operators/similarity.h"
#include "inference/values.h"

struct state {
    struct lar_similarity similarity;
    struct lar_similarity_chunk *chunks;
    size_t n_chunks;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_similarity_infer(node, err))
        return false;
    *ret = lar_infer_result(
        LAR_TYPE_F64, LAR_SHAPE(node->inputs[0]->shape.dims[0], node->inputs[1]->shape.dims[0]));
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "rows to compare with");
    if (!lar_similarity_prepare(&s->similarity, node, arena, err))
        return false;
    s->chunks =
        lar_arena_alloc(arena, s->similarity.n / LAR_SIMILARITY_CHUNK + 1, sizeof *s->chunks);
    if (!s->chunks)
        return lar_arena_fail(arena, err, "rows to compare with");
    for (size_t i = 0; i < s->similarity.n; i += LAR_SIMILARITY_CHUNK) {
        size_t n = s->similarity.n - i;
        n = n < LAR_SIMILARITY_CHUNK ? n : LAR_SIMILARITY_CHUNK;
        if (!lar_similarity_pack(&s->similarity, node->inputs[1]->constant, i, n, arena,
                                 &s->chunks[s->n_chunks++], err))
            return false;
    }
    *ret_state = s;
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const struct lar_tensor *x = call->inputs[0];
    size_t rows = (size_t)lar_rows(x), n = s->similarity.n;
    size_t step = lar_similarity_step(&s->similarity), mark;
    double *y = lar_output_dense(call, 0, &LAR_SHAPE((int64_t)rows, (int64_t)n), err), *part;
    struct lar_similarity_rows some;
    mark = lar_scratch_mark(call->scratch);
    if (!y || !lar_similarity_begin(&some, &s->similarity, x, call->scratch, err))
        return false;
    if (!(part = lar_scratch_take(call->scratch, step * LAR_SIMILARITY_CHUNK, sizeof *part)))
        return lar_scratch_fail(call->scratch, err, "similarities");
    for (size_t i = 0; n && i < rows; i += step) {
        size_t m = rows - i < step ? rows - i : step;
        if (!lar_similarity_load(&some, &s->similarity, x, i, m, err))
            return false;
        for (const struct lar_similarity_chunk *c = s->chunks; c < s->chunks + s->n_chunks; c++) {
            lar_similarity_run(&s->similarity, call->kernels, part, &some, c);
            for (size_t r = 0; r < m; r++)
                memcpy(y + (i + r) * n + c->first, part + r * c->n, c->n * sizeof *y);
        }
    }
    lar_scratch_release(call->scratch, mark);
    return true;
}

static double cost(const struct lar_node_info *node, const void *state, uint64_t rows)
{
    (void)state;
    double n = (double)lar_rows(node->inputs[1]->constant);
    return 100 + (double)rows * (50 + n * lar_similarity_cost(node));
}

static const struct lar_param_rule params[] = {LAR_SIMILARITY_PARAMS, {0}};

const struct lar_operator lar_operator_kernel_matrix = {.signature = {.name = "larder.KernelMatrix",
                                                                      .version = 1,
                                                                      .min_inputs = 2,
                                                                      .max_inputs = 2,
                                                                      .min_outputs = 1,
                                                                      .max_outputs = 1,
                                                                      .params = params,
                                                                      .infer = infer},
                                                        .prepare = prepare,
                                                        .cost = cost,
                                                        .run = run};
