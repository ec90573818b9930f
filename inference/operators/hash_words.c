/* larder.HashWords: the terms of texts counted by their hashes, as scikit-learn's HashingVectorizer
 * does; larder.HashTexts: the same of rows of texts that are features themselves, as its
 * FeatureHasher does with strings.
 *
 * Input: strings [rows]; NaN and None are an error. For HashTexts strings [rows, n], of which the
 * missing ones are left out. Parameters: those of the analyzer (inference/texts/analyzer.h, not for
 * HashTexts); columns, below 2^31: a term's column is its hash modulo that; alternate: a term
 * counts as 1 or as -1, by its hash's sign; binary: 1 instead of the sum, even if that is 0;
 * float32. Output: CSR float64 (float32) [rows, columns]; sums that are 0 are stored.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/texts/keys.h"
#include "inference/texts/murmur.h"
#include "inference/values.h"

struct hasher {
    struct lar_keys keys;
    uint32_t columns;
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret, int rank,
                  struct lar_error *err)
{
    int64_t columns = lar_node_param_i64(node, "columns", 0);
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_STRING), rank, err))
        return false;
    if (columns < 1 || columns > INT32_MAX)
        return lar_infer_refuse(err, "%lld columns", (long long)columns);
    *ret = (struct lar_value_info){.type =
                                       lar_node_flag(node, "float32") ? LAR_TYPE_F32 : LAR_TYPE_F64,
                                   .layout = LAR_LAYOUT_CSR,
                                   .shape = LAR_SHAPE(node->inputs[0]->shape.dims[0], columns)};
    return true;
}

static bool infer_words(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    return infer(node, ret, 1, err);
}

static bool infer_texts(const struct lar_node_info *node, struct lar_value_info *ret,
                        struct lar_error *err)
{
    return infer(node, ret, 2, err);
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct lar_analyzer *analyzer;
    if (!lar_analyzer_new(&analyzer, node, arena, err))
        return false;
    *ret_state = analyzer;
    return true;
}

/* Python cannot encode lone surrogates, whose first byte is 0xED and whose second is above 0x9F. */
static bool has_surrogate(const uint8_t *text, size_t length)
{
    const uint8_t *end = text + length, *at = memchr(text, 0xED, length);
    while (at && at + 1 < end && at[1] < 0xA0)
        at = memchr(at + 1, 0xED, (size_t)(end - at - 1));
    return at && at + 1 < end;
}

static bool add(struct lar_terms *terms, const uint8_t *term, size_t length, struct lar_error *err)
{
    struct hasher *h = (struct hasher *)(void *)terms;
    if (length && has_surrogate(term, length))
        return lar_fail(err, LAR_ERR_INVALID, "a lone surrogate cannot be hashed");
    return lar_keys_add(&h->keys, lar_hashed_key(term, length, h->columns), err);
}

/* Writes the sum of each column as a row. */
static bool write_row(const struct lar_keys *keys, bool alternate, bool binary,
                      struct lar_csr_writer *w, struct lar_error *err)
{
    for (size_t i = 0; i < keys->n;) {
        uint32_t column = keys->keys[i] >> 1;
        int64_t sum = 0;
        for (; i < keys->n && keys->keys[i] >> 1 == column; i++)
            sum += alternate && keys->keys[i] & 1 ? -1 : 1;
        if (!lar_csr_add(w, column, binary ? 1 : (double)sum, err))
            return false;
    }
    lar_csr_row(w);
    return true;
}

/* The texts of one row, each a feature. */
static bool collect_texts(struct hasher *h, const struct lar_tensor *x, uint64_t row,
                          struct lar_error *err)
{
    uint64_t n = lar_columns(x);
    h->keys.n = 0;
    for (uint64_t i = row * n; i < (row + 1) * n; i++) {
        size_t length;
        const uint8_t *text = (const uint8_t *)lar_text_at(x, i, &length);
        if (x->kinds[i] == LAR_STRING_TEXT && !add(&h->keys.terms, text, length, err))
            return lar_error_within(err, "row %llu", (unsigned long long)row);
    }
    return lar_keys_sort(&h->keys, err);
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0];
    uint64_t columns = (uint64_t)lar_node_param_i64(call->node, "columns", 0);
    uint64_t rows = (uint64_t)x->shape.dims[0];
    uint64_t n = x->shape.rank == 2 ? rows * lar_columns(x) : x->offsets[rows] / 6 + rows;
    bool binary = lar_node_flag(call->node, "binary");
    bool alternate = lar_node_flag(call->node, "alternate");
    struct lar_csr_writer w;
    struct hasher h = {
        .keys = {.terms = {add}, .scratch = call->scratch, .analyzer = call->state},
        .columns = (uint32_t)columns,
    };
    if (!lar_csr_begin(&w, call, 0, rows, columns, n, err) || !lar_keys_grow(&h.keys, err))
        return false;
    for (uint64_t row = 0; row < rows; row++)
        if (!(x->shape.rank == 2 ? collect_texts(&h, x, row, err)
                                 : lar_keys_collect(&h.keys, x, row, err)) ||
            !write_row(&h.keys, alternate, binary, &w, err))
            return false;
    return true;
}

#define HASHED_PARAMS                                                                              \
    {"columns", LAR_TYPE_I64, 0, false}, {"alternate", LAR_TYPE_BOOL, 0, true},                    \
        {"binary", LAR_TYPE_BOOL, 0, true},                                                        \
    {                                                                                              \
        "float32", LAR_TYPE_BOOL, 0, true                                                          \
    }
#define ONE_INPUT .version = 1, .min_inputs = 1, .max_inputs = 1, .min_outputs = 1, .max_outputs = 1

static const struct lar_param_rule words_params[] = {LAR_ANALYZER_PARAMS, HASHED_PARAMS, {0}};
static const struct lar_param_rule texts_params[] = {HASHED_PARAMS, {0}};

const struct lar_operator lar_operator_hash_words = {
    .signature = {.name = "larder.HashWords",
                  ONE_INPUT,
                  .params = words_params,
                  .infer = infer_words},
    .prepare = prepare,
    .run = run,
};
const struct lar_operator lar_operator_hash_texts = {
    .signature = {.name = "larder.HashTexts",
                  ONE_INPUT,
                  .params = texts_params,
                  .infer = infer_texts},
    .run = run,
};
