/* larder.WordCounts: how often each term of a vocabulary occurs in each text, as scikit-learn's
 * CountVectorizer counts them.
 *
 * Input: strings [rows]; NaN and None are an error, as they are for Python. Parameters: those of
 * the analyzer (inference/texts/analyzer.h); vocabulary [k], distinct terms; indices [k], the
 * column of each; columns, how many there are; binary: 1 instead of the count; float32. Output: CSR
 * float64 (float32) [rows, columns]. SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/texts/keys.h"
#include "inference/texts/words.h"
#include "inference/values.h"

struct state {
    struct lar_analyzer *analyzer;
    struct lar_words vocabulary;
};

/* The terms of one text as columns. */
struct counter {
    struct lar_keys keys;
    const struct lar_words *vocabulary;
    const int64_t *indices;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    int64_t columns = lar_node_param_i64(node, "columns", 0);
    int64_t k = lar_node_param(node, "vocabulary")->shape.dims[0];
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_STRING), 1, err))
        return false;
    if (k != lar_node_param(node, "indices")->shape.dims[0] || k >= UINT32_MAX / 4)
        return lar_infer_refuse(err, "%lld words and %lld indices", (long long)k,
                                (long long)lar_node_param(node, "indices")->shape.dims[0]);
    if (columns < 0 || columns > UINT32_MAX)
        return lar_infer_refuse(err, "%lld columns", (long long)columns);
    *ret = (struct lar_value_info){.type =
                                       lar_node_flag(node, "float32") ? LAR_TYPE_F32 : LAR_TYPE_F64,
                                   .layout = LAR_LAYOUT_CSR,
                                   .shape = LAR_SHAPE(node->inputs[0]->shape.dims[0], columns)};
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    const struct lar_tensor *indices = lar_node_param(node, "indices");
    int64_t columns = lar_node_param_i64(node, "columns", 0);
    for (int64_t i = 0; i < indices->shape.dims[0]; i++) {
        int64_t at = ((const int64_t *)indices->data)[i];
        if (at < 0 || at >= columns)
            return lar_fail(err, LAR_ERR_FORMAT, "word %lld has column %lld of %lld", (long long)i,
                            (long long)at, (long long)columns);
    }
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "a vocabulary");
    *ret_state = s;
    return lar_words_make(&s->vocabulary, lar_node_param(node, "vocabulary"), arena, err) &&
           lar_analyzer_new(&s->analyzer, node, arena, err);
}

static bool add(struct lar_terms *terms, const uint8_t *term, size_t length, struct lar_error *err)
{
    struct counter *c = (struct counter *)(void *)terms;
    uint32_t word = lar_words_find(c->vocabulary, term, length);
    return word == UINT32_MAX || lar_keys_add(&c->keys, (uint32_t)c->indices[word], err);
}

/* Writes how often each key is there as a row. */
static bool write_row(const struct lar_keys *keys, bool binary, struct lar_csr_writer *w,
                      struct lar_error *err)
{
    for (size_t i = 0, end; i < keys->n; i = end) {
        for (end = i + 1; end < keys->n && keys->keys[end] == keys->keys[i]; end++)
            ;
        if (!lar_csr_add(w, keys->keys[i], binary ? 1 : (double)(end - i), err))
            return false;
    }
    lar_csr_row(w);
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct state *s = call->state;
    const struct lar_tensor *x = call->inputs[0];
    uint64_t columns = (uint64_t)lar_node_param_i64(call->node, "columns", 0);
    uint64_t rows = (uint64_t)x->shape.dims[0];
    bool binary = lar_node_flag(call->node, "binary");
    struct lar_csr_writer w;
    struct counter c = {.keys = {.terms = {add}, .scratch = call->scratch, .analyzer = s->analyzer},
                        .vocabulary = &s->vocabulary,
                        .indices = lar_node_param(call->node, "indices")->data};
    if (!lar_csr_begin(&w, call, 0, rows, columns, x->offsets[rows] / 6 + rows, err) ||
        !lar_keys_grow(&c.keys, err))
        return false;
    for (uint64_t row = 0; row < rows; row++)
        if (!lar_keys_collect(&c.keys, x, row, err) || !write_row(&c.keys, binary, &w, err))
            return false;
    return true;
}

static const struct lar_param_rule params[] = {
    LAR_ANALYZER_PARAMS,
    {"vocabulary", LAR_TYPE_STRING, 1, false},
    {"indices", LAR_TYPE_I64, 1, false},
    {"columns", LAR_TYPE_I64, 0, false},
    {"binary", LAR_TYPE_BOOL, 0, true},
    {"float32", LAR_TYPE_BOOL, 0, true},
    {0},
};

const struct lar_operator lar_operator_word_counts = {
    .signature = {.name = "larder.WordCounts",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .verify = verify,
    .prepare = prepare,
    .run = run,
};
