/* larder.WordCounts: how often each word of a vocabulary occurs in each text, as scikit-learn's
 * CountVectorizer counts them with its default token pattern, (?u)\b\w\w+\b.
 *
 * \w is a letter, a number of any kind or '_' (Unicode's general categories L and N: Python's
 * str.isalnum), so a word is a longest run of at least two such characters. lowercase is Python's
 * str.lower(): full case mapping with the final sigma, without a locale.
 *
 * Input: strings [rows]; NaN and None are an error, as they are for Python. Parameters: vocabulary
 * [k], distinct words; indices [k], the column of each; columns, how many there are; lowercase;
 * binary: 1 instead of the count. Output: CSR float64 [rows, columns].
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/text.h"
#include "inference/values.h"

#include <unicase.h>
#include <unictype.h>
#include <unistr.h>

#define NONE UINT32_MAX

struct state {
    uint32_t *slots; /* words by hash, open addressing; NONE: empty */
    uint64_t mask;
};

/* One text being counted. */
struct counter {
    const struct state *state;
    const struct lar_tensor *vocabulary;
    const int64_t *indices;
    uint32_t *counts; /* [columns]; zero between texts */
    uint64_t *seen;   /* a bit for each column with a count */
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
    *ret = (struct lar_value_info){.type = LAR_TYPE_F64,
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
    const struct lar_tensor *vocabulary = lar_node_param(node, "vocabulary");
    uint64_t n = lar_tensor_count(vocabulary), room = 4;
    while (room < 2 * n)
        room *= 2;
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s || !(s->slots = lar_arena_alloc(arena, room, sizeof *s->slots)))
        return lar_arena_fail(arena, err, "a vocabulary");
    memset(s->slots, 0xFF, room * sizeof *s->slots);
    s->mask = room - 1;
    for (uint32_t i = 0; i < n; i++) {
        size_t length;
        const char *word = lar_text_at(vocabulary, i, &length);
        uint64_t at = lar_text_hash(word, length) & s->mask;
        while (s->slots[at] != NONE)
            at = (at + 1) & s->mask;
        s->slots[at] = i;
    }
    *ret_state = s;
    return true;
}

static void count_word(struct counter *c, const uint8_t *word, size_t length)
{
    uint64_t at = lar_text_hash((const char *)word, length) & c->state->mask;
    for (; c->state->slots[at] != NONE; at = (at + 1) & c->state->mask) {
        size_t n;
        const char *known = lar_text_at(c->vocabulary, c->state->slots[at], &n);
        if (n != length || memcmp(known, word, n) != 0)
            continue;
        uint64_t column = (uint64_t)c->indices[c->state->slots[at]];
        c->counts[column]++;
        c->seen[column / 64] |= UINT64_C(1) << column % 64;
        return;
    }
}

/* The character at TEXT and, in RET, its bytes: 1 at least. What is not UTF-8 (a surrogate in its
 * three-byte form) is no character of a word. */
static bool is_word(const uint8_t *text, size_t left, size_t *ret)
{
    uint8_t c = *text;
    *ret = 1;
    if (c < 0x80)
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    ucs4_t character;
    int n = u8_mbtouc(&character, text, left);
    *ret = n > 1 ? (size_t)n : 1;
    return character != 0xFFFD &&
           uc_is_general_category_withtable(character, UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_N);
}

static void count_text(struct counter *c, const uint8_t *text, size_t length)
{
    size_t start = 0, characters = 0, n;
    for (size_t at = 0; at < length; at += n) {
        if (is_word(text + at, length - at, &n)) {
            start = characters++ == 0 ? at : start;
            continue;
        }
        if (characters > 1)
            count_word(c, text + start, at - start);
        characters = 0;
    }
    if (characters > 1)
        count_word(c, text + start, length - start);
}

/* The character before TEXT[AT]; AT moves to its start. Not UTF-8: a byte at a time, as U+FFFD. */
static ucs4_t character_before(const uint8_t *text, size_t *at)
{
    ucs4_t c = 0xFFFD;
    const uint8_t *start = u8_prev(&c, text + *at, text);
    *at = start ? (size_t)(start - text) : *at - 1;
    return start ? c : 0xFFFD;
}

/* Whether the capital sigma at TEXT[AT] ends a word: behind a cased character and not in front of
 * one, whatever has no case of its own between them. Python's rule: what can be passed over is
 * passed over first, cased or not. */
static bool is_final_sigma(const uint8_t *text, size_t length, size_t at)
{
    ucs4_t c = 0xFFFD;
    size_t before = at, after = at + 2;
    bool found = false;
    while (before && !found)
        found = !uc_is_property_case_ignorable(c = character_before(text, &before));
    if (!found || !uc_is_property_cased(c))
        return false;
    for (found = false; after < length && !found;) {
        int n = u8_mbtouc(&c, text + after, length - after);
        after += n > 1 ? (size_t)n : 1;
        found = !uc_is_property_case_ignorable(c);
    }
    return !found || !uc_is_property_cased(c);
}

/* Writes the character at TEXT[AT] in lower case to OUT (3 bytes for each one read are room
 * enough), as Python does: one character has two in lower case, one depends on its place, and what
 * is not UTF-8 (a surrogate in its three-byte form) stays. Returns how many bytes were read. */
static size_t lower_one(const uint8_t *text, size_t length, size_t at, uint8_t *out, size_t *used)
{
    enum { SIGMA = 0x3A3, SMALL_SIGMA = 0x3C3, FINAL_SIGMA = 0x3C2, DOTTED_I = 0x130 };
    ucs4_t c;
    int n = u8_mbtouc(&c, text + at, length - at);
    if (c == 0xFFFD) {
        size_t bytes = n > 1 ? (size_t)n : 1;
        memcpy(out + *used, text + at, bytes);
        *used += bytes;
        return bytes;
    }
    if (c == DOTTED_I) {
        memcpy(out + *used, "i\xcc\x87", 3);
        *used += 3;
        return (size_t)n;
    }
    if (c == SIGMA)
        c = is_final_sigma(text, length, at) ? FINAL_SIGMA : SMALL_SIGMA;
    int written = u8_uctomb(out + *used, uc_tolower(c), 4);
    *used += written > 0 ? (size_t)written : 0;
    return (size_t)n;
}

/* TEXT in lower case, in the scratch. */
static const uint8_t *lower(struct lar_call *call, const uint8_t *text, size_t length,
                            size_t *ret_length, struct lar_error *err)
{
    size_t used = 0;
    uint8_t *out = lar_scratch_take(call->scratch, length + 2, 3);
    if (!out) {
        lar_scratch_fail(call->scratch, err, "a text in lower case");
        return NULL;
    }
    for (size_t at = 0; at < length;) {
        uint8_t c = text[at];
        if (c >= 0x80) {
            at += lower_one(text, length, at, out, &used);
            continue;
        }
        out[used++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
        at++;
    }
    *ret_length = used;
    return out;
}

/* Writes the counts of one text as a row and clears them. */
static bool write_row(struct counter *c, uint64_t words, bool binary, struct lar_csr_writer *w,
                      struct lar_error *err)
{
    for (uint64_t k = 0; k < words; k++)
        for (; c->seen[k]; c->seen[k] &= c->seen[k] - 1) {
            uint64_t column = k * 64 + (uint64_t)__builtin_ctzll(c->seen[k]);
            if (!lar_csr_add(w, (uint32_t)column, binary ? 1 : c->counts[column], err))
                return false;
            c->counts[column] = 0;
        }
    lar_csr_row(w);
    return true;
}

static bool run_row(struct lar_call *call, struct counter *c, uint64_t row, struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0];
    size_t length;
    const uint8_t *text = (const uint8_t *)lar_text_at(x, row, &length);
    if (x->kinds[row] != LAR_STRING_TEXT)
        return lar_fail(err, LAR_ERR_INVALID, "row %llu: the text is missing (%s)",
                        (unsigned long long)row, x->kinds[row] == LAR_STRING_NAN ? "NaN" : "None");
    size_t mark = lar_scratch_mark(call->scratch);
    if (lar_node_flag(call->node, "lowercase") && !(text = lower(call, text, length, &length, err)))
        return false;
    count_text(c, text, length);
    lar_scratch_release(call->scratch, mark);
    return true;
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    uint64_t columns = (uint64_t)lar_node_param_i64(call->node, "columns", 0);
    uint64_t rows = (uint64_t)call->inputs[0]->shape.dims[0], words = columns / 64 + 1;
    bool binary = lar_node_flag(call->node, "binary");
    struct counter c = {
        .state = call->state,
        .vocabulary = lar_node_param(call->node, "vocabulary"),
        .indices = lar_node_param(call->node, "indices")->data,
        .counts = lar_scratch_take(call->scratch, columns + 1, sizeof *c.counts),
        .seen = lar_scratch_take(call->scratch, words, sizeof *c.seen),
    };
    if (!c.counts || !c.seen)
        return lar_scratch_fail(call->scratch, err, "counts of words");
    memset(c.counts, 0, columns * sizeof *c.counts);
    memset(c.seen, 0, words * sizeof *c.seen);
    struct lar_csr_writer w;
    if (!lar_csr_begin(&w, call, 0, rows, columns, 16 * rows, err))
        return false;
    for (uint64_t row = 0; row < rows; row++)
        if (!run_row(call, &c, row, err) || !write_row(&c, words, binary, &w, err))
            return false;
    return true;
}

static const struct lar_param_rule params[] = {
    {"vocabulary", LAR_TYPE_STRING, 1, false}, {"indices", LAR_TYPE_I64, 1, false},
    {"columns", LAR_TYPE_I64, 0, false},       {"lowercase", LAR_TYPE_BOOL, 0, true},
    {"binary", LAR_TYPE_BOOL, 0, true},        {0},
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
