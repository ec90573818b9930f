/* Rows that are pairs, a feature's name and its value. larder.HashPairs: the sum of the values of
 * each hash, as scikit-learn's FeatureHasher gives it; larder.LookUpPairs: that of each name of a
 * vocabulary, as its DictVectorizer does.
 *
 * Inputs: names, strings [rows, n], of which the missing ones are left out; values, float64
 * [rows, n]. Output: CSR float64 (with the parameter float32: float32, in which it is summed, too)
 * [rows, columns].
 *   HashPairs    columns, below 2^31: a name's column is its hash modulo that; alternate: its value
 *                counts as its negative, by the hash's sign. Values that are 0 are left out. Values
 *                of a column are added in the order in which SciPy does (pair_sort.h).
 *   LookUpPairs  vocabulary [k], distinct names; names that are not in it are left out. latest: of
 *                several values of a name the last one counts, not the sum.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/pair_sort.h"
#include "inference/params.h"
#include "inference/texts/murmur.h"
#include "inference/texts/words.h"
#include "inference/values.h"

/* What a run works with. */
struct rows {
    const struct lar_tensor *names;
    const double *values;
    uint64_t n; /* pairs of a row */
    struct lar_pair *pairs;
    size_t n_pairs;
    bool narrow, latest;
};

static bool infer(const struct lar_node_info *node, int64_t columns, struct lar_value_info *ret,
                  struct lar_error *err)
{
    if (!lar_infer_dense(node, 0, LAR_TYPE_BIT(LAR_TYPE_STRING), 2, err) ||
        !lar_infer_dense(node, 1, LAR_TYPE_BIT(LAR_TYPE_F64), 2, err))
        return false;
    if (columns < 1 || columns > INT32_MAX)
        return lar_infer_refuse(err, "%lld columns", (long long)columns);
    bool narrow = lar_node_flag(node, "float32");
    *ret = (struct lar_value_info){.type = narrow ? LAR_TYPE_F32 : LAR_TYPE_F64,
                                   .layout = LAR_LAYOUT_CSR,
                                   .shape = LAR_SHAPE(node->inputs[0]->shape.dims[0], columns)};
    return true;
}

static bool infer_hash(const struct lar_node_info *node, struct lar_value_info *ret,
                       struct lar_error *err)
{
    return infer(node, lar_node_param_i64(node, "columns", 0), ret, err);
}

static bool infer_look_up(const struct lar_node_info *node, struct lar_value_info *ret,
                          struct lar_error *err)
{
    return infer(node, lar_node_param(node, "vocabulary")->shape.dims[0], ret, err);
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    struct lar_words *words = lar_arena_alloc(arena, 1, sizeof *words);
    if (!words)
        return lar_arena_fail(arena, err, "a vocabulary");
    *ret_state = words;
    return lar_words_make(words, lar_node_param(node, "vocabulary"), arena, err);
}

static bool begin(struct rows *r, struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *names = call->inputs[0], *values = call->inputs[1];
    char have[96], want[96];
    *r = (struct rows){.names = names,
                       .values = values->data,
                       .n = lar_columns(names),
                       .narrow = lar_node_flag(call->node, "float32"),
                       .latest = lar_node_flag(call->node, "latest")};
    if (!lar_shape_equal(&names->shape, &values->shape))
        return lar_fail(err, LAR_ERR_INVALID, "names of shape %s and values of shape %s",
                        lar_shape_print(&names->shape, want, sizeof want),
                        lar_shape_print(&values->shape, have, sizeof have));
    r->pairs = lar_scratch_take(call->scratch, r->n + 1, sizeof *r->pairs);
    return r->pairs || lar_scratch_fail(call->scratch, err, "the features of a row");
}

/* Sorts the pairs of a row, whose keys are columns shifted left by SHIFT, and writes their sums. */
static bool write_row(struct rows *r, unsigned shift, struct lar_csr_writer *w,
                      struct lar_error *err)
{
    lar_pair_sort(r->pairs, r->n_pairs);
    for (size_t i = 0; i < r->n_pairs;) {
        uint64_t column = r->pairs[i].key >> shift;
        double sum = r->pairs[i++].value + (r->latest ? -0.0 : 0.0); /* put there, added to 0 */
        for (; i < r->n_pairs && r->pairs[i].key >> shift == column; i++) {
            double value = r->pairs[i].value;
            sum = r->latest ? value : r->narrow ? (double)((float)sum + (float)value) : sum + value;
        }
        if (!lar_csr_add(w, (uint32_t)column, sum, err))
            return false;
    }
    lar_csr_row(w);
    return true;
}

static inline void add(struct rows *r, uint64_t key, double value)
{
    r->pairs[r->n_pairs++] =
        (struct lar_pair){.key = key, .value = r->narrow ? (double)(float)value : value};
}

/* Python cannot encode lone surrogates, whose first byte is 0xED and whose second is above 0x9F. */
static bool has_surrogate(const char *text, size_t length)
{
    const char *end = text + length, *at = length ? memchr(text, 0xED, length) : NULL;
    while (at && at + 1 < end && (uint8_t)at[1] < 0xA0)
        at = memchr(at + 1, 0xED, (size_t)(end - at - 1));
    return at && at + 1 < end;
}

static bool hash_row(struct rows *r, uint64_t row, uint32_t columns, bool alternate,
                     struct lar_error *err)
{
    r->n_pairs = 0;
    for (uint64_t i = row * r->n; i < (row + 1) * r->n; i++) {
        size_t length;
        const char *text = lar_text_at(r->names, i, &length);
        double value = r->values[i];
        if (r->names->kinds[i] != LAR_STRING_TEXT || value == 0)
            continue;
        if (has_surrogate(text, length))
            return lar_fail(err, LAR_ERR_INVALID, "row %llu: a lone surrogate cannot be hashed",
                            (unsigned long long)row);
        uint32_t key = lar_hashed_key((const uint8_t *)text, length, columns);
        add(r, key >> 1, alternate && key & 1 ? -value : value);
    }
    return true;
}

static bool run_hash(struct lar_call *call, struct lar_error *err)
{
    int64_t columns = lar_node_param_i64(call->node, "columns", 0);
    bool alternate = lar_node_flag(call->node, "alternate");
    struct lar_csr_writer w;
    struct rows r;
    if (!begin(&r, call, err) || !lar_csr_begin(&w, call, 0, lar_rows(r.names), (uint64_t)columns,
                                                lar_tensor_count(r.names), err))
        return false;
    for (uint64_t row = 0; row < lar_rows(r.names); row++)
        if (!hash_row(&r, row, (uint32_t)columns, alternate, err) || !write_row(&r, 0, &w, err))
            return false;
    return true;
}

static bool run_look_up(struct lar_call *call, struct lar_error *err)
{
    const struct lar_words *words = call->state;
    struct lar_csr_writer w;
    struct rows r;
    if (!begin(&r, call, err) ||
        !lar_csr_begin(&w, call, 0, lar_rows(r.names), lar_tensor_count(words->words),
                       lar_tensor_count(r.names), err))
        return false;
    for (uint64_t row = 0; row < lar_rows(r.names); row++) {
        r.n_pairs = 0;
        for (uint64_t k = 0; k < r.n; k++) {
            size_t length;
            uint64_t i = row * r.n + k;
            const char *text = lar_text_at(r.names, i, &length);
            uint32_t word = r.names->kinds[i] == LAR_STRING_TEXT
                                ? lar_words_find(words, (const uint8_t *)text, length)
                                : UINT32_MAX;
            if (word != UINT32_MAX) /* equal ones stay in their order */
                add(&r, (uint64_t)word << 32 | (k & UINT32_MAX), r.values[i]);
        }
        if (!write_row(&r, 32, &w, err))
            return false;
    }
    return true;
}

static const struct lar_param_rule hash_params[] = {{"columns", LAR_TYPE_I64, 0, false},
                                                    {"alternate", LAR_TYPE_BOOL, 0, true},
                                                    {"float32", LAR_TYPE_BOOL, 0, true},
                                                    {0}};
static const struct lar_param_rule look_up_params[] = {{"vocabulary", LAR_TYPE_STRING, 1, false},
                                                       {"latest", LAR_TYPE_BOOL, 0, true},
                                                       {"float32", LAR_TYPE_BOOL, 0, true},
                                                       {0}};

#define TWO_INPUTS                                                                                 \
    .version = 1, .min_inputs = 2, .max_inputs = 2, .min_outputs = 1, .max_outputs = 1

const struct lar_operator lar_operator_hash_pairs = {
    .signature = {.name = "larder.HashPairs",
                  TWO_INPUTS,
                  .params = hash_params,
                  .infer = infer_hash},
    .run = run_hash,
};
const struct lar_operator lar_operator_look_up_pairs = {
    .signature = {.name = "larder.LookUpPairs",
                  TWO_INPUTS,
                  .params = look_up_params,
                  .infer = infer_look_up},
    .prepare = prepare,
    .run = run_look_up,
};
