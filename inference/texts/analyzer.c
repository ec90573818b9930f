/* From texts to terms; see analyzer.h.
 * SPDX-License-Identifier: MIT */
#include "inference/texts/analyzer.h"

#include "inference/params.h"
#include "inference/texts/pattern.h"
#include "inference/texts/words.h"

#include <unictype.h>
#include <unistr.h>

struct lar_analyzer {
    bool lowercase, stops;
    enum lar_accents accents;
    enum lar_analyzer_kind kind;
    size_t least, most, shortest;
    struct lar_words stop_words;
    struct lar_pattern *pattern; /* or NULL */
};

/* One text being taken apart. */
struct analysis {
    const struct lar_analyzer *analyzer;
    struct lar_scratch *scratch;
    struct lar_terms *terms;
    /* Words that become terms together, a space behind each. */
    uint8_t *bytes;
    size_t used, room;
    size_t *starts, n_starts, starts_room; /* of the words; of characters */
};

/* An integer parameter between LOW and HIGH. */
static bool bounded(const struct lar_node_info *node, const char *name, int64_t fallback,
                    int64_t low, int64_t high, size_t *ret, struct lar_error *err)
{
    int64_t v = lar_node_param_i64(node, name, fallback);
    *ret = (size_t)v;
    return (v >= low && v <= high) ||
           lar_fail(err, LAR_ERR_FORMAT, "%s: %lld is not from %lld to %lld", name, (long long)v,
                    (long long)low, (long long)high);
}

bool lar_analyzer_new(struct lar_analyzer **ret, const struct lar_node_info *node,
                      struct lar_arena *arena, struct lar_error *err)
{
    enum { LONGEST = 1000 };
    size_t accents, kind;
    const struct lar_tensor *stop_words = lar_node_param(node, "stop_words");
    const struct lar_tensor *pattern = lar_node_param(node, "pattern");
    struct lar_analyzer *a = lar_arena_alloc(arena, 1, sizeof *a);
    if (!a)
        return lar_arena_fail(arena, err, "an analyzer");
    *a = (struct lar_analyzer){.lowercase = lar_node_flag(node, "lowercase"),
                               .stops = stop_words != NULL};
    if (!bounded(node, "accents", 0, 0, LAR_ACCENTS_END - 1, &accents, err) ||
        !bounded(node, "analyzer", 0, 0, LAR_ANALYZE_END - 1, &kind, err) ||
        !bounded(node, "least", 1, 1, LONGEST, &a->least, err) ||
        !bounded(node, "most", 1, (int64_t)a->least, LONGEST, &a->most, err) ||
        !bounded(node, "shortest", 2, 1, LONGEST, &a->shortest, err) ||
        (stop_words && !lar_words_make(&a->stop_words, stop_words, arena, err)))
        return false;
    a->accents = (enum lar_accents)accents;
    a->kind = (enum lar_analyzer_kind)kind;
    if (pattern && pattern->shape.dims[0] != 1)
        return lar_fail(err, LAR_ERR_FORMAT, "pattern: %lld of them",
                        (long long)pattern->shape.dims[0]);
    if (pattern &&
        !lar_pattern_new(&a->pattern, pattern->data, (size_t)pattern->offsets[1], arena, err))
        return false;
    *ret = a;
    return true;
}

/* Room for N more bytes. */
static bool reserve(struct analysis *a, size_t n, struct lar_error *err)
{
    if (n <= a->room - a->used)
        return true;
    size_t room = 2 * (a->used + n) + 256;
    uint8_t *bytes = a->bytes ? lar_scratch_grow(a->scratch, a->bytes, a->room, room)
                              : lar_scratch_take(a->scratch, room, 1);
    if (!bytes)
        return lar_scratch_fail(a->scratch, err, "the words of a text");
    a->bytes = bytes;
    a->room = room;
    return true;
}

/* Notes that a word or character starts (or the last one ends) here. */
static bool start_here(struct analysis *a, struct lar_error *err)
{
    if (a->n_starts == a->starts_room) {
        size_t room = 2 * a->starts_room + 64, size = sizeof *a->starts;
        size_t *starts =
            a->starts ? lar_scratch_grow(a->scratch, a->starts, a->starts_room * size, room * size)
                      : lar_scratch_take(a->scratch, room, size);
        if (!starts)
            return lar_scratch_fail(a->scratch, err, "the words of a text");
        a->starts = starts;
        a->starts_room = room;
    }
    a->starts[a->n_starts++] = a->used;
    return true;
}

/* One word, as it was found. */
static bool add_word(struct analysis *a, const uint8_t *word, size_t length, struct lar_error *err)
{
    const struct lar_analyzer *an = a->analyzer;
    if (an->stops && lar_words_find(&an->stop_words, word, length) != UINT32_MAX)
        return true;
    if (an->most == 1)
        return a->terms->add(a->terms, word, length, err);
    if (!start_here(a, err) || !reserve(a, length + 1, err))
        return false;
    memcpy(a->bytes + a->used, word, length);
    a->bytes[a->used + length] = ' ';
    a->used += length + 1;
    return true;
}

/* Whether the character at TEXT is one of a word; its bytes, 1 at least. What is not UTF-8 (a
 * surrogate in its three-byte form) is none. */
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

/* Words are runs of letters, digits and '_'. */
static bool split_runs(struct analysis *a, struct lar_piece text, struct lar_error *err)
{
    size_t start = 0, characters = 0, n, shortest = a->analyzer->shortest;
    for (size_t at = 0; at < text.length; at += n) {
        if (is_word(text.bytes + at, text.length - at, &n)) {
            start = characters++ == 0 ? at : start;
            continue;
        }
        if (characters >= shortest && !add_word(a, text.bytes + start, at - start, err))
            return false;
        characters = 0;
    }
    return characters < shortest || add_word(a, text.bytes + start, text.length - start, err);
}

static bool split_by_pattern(struct analysis *a, struct lar_piece text, struct lar_error *err)
{
    struct lar_pattern_walk walk;
    struct lar_piece word;
    int found;
    if (!lar_pattern_begin(&walk, a->analyzer->pattern, text, a->scratch, err))
        return false;
    while ((found = lar_pattern_next(&walk, &word, err)) > 0)
        if (!add_word(a, word.bytes, word.length, err))
            return false;
    return found == 0;
}

/* All terms of LEAST to MOST neighbours of N that start at a->starts[FIRST], ... and end BEHIND
 * bytes before the next one starts. */
static bool add_terms(struct analysis *a, size_t first, size_t n, size_t behind,
                      struct lar_error *err)
{
    const size_t *starts = a->starts + first;
    for (size_t k = a->analyzer->least; k <= a->analyzer->most && k <= n; k++)
        for (size_t i = 0; i + k <= n; i++)
            if (!a->terms->add(a->terms, a->bytes + starts[i], starts[i + k] - behind - starts[i],
                               err))
                return false;
    return true;
}

static bool analyze_words(struct analysis *a, struct lar_piece text, struct lar_error *err)
{
    if (!(a->analyzer->pattern ? split_by_pattern : split_runs)(a, text, err))
        return false;
    return a->analyzer->most == 1 || a->n_starts == 0 ||
           (start_here(a, err) && add_terms(a, 0, a->n_starts - 1, 1, err));
}

/* Copies one character of N bytes. */
static bool add_character(struct analysis *a, const uint8_t *character, size_t n,
                          struct lar_error *err)
{
    if (!start_here(a, err) || !reserve(a, n, err))
        return false;
    memcpy(a->bytes + a->used, character, n);
    a->used += n;
    return true;
}

/* Two or more characters of white space count as one space. */
static bool analyze_characters(struct analysis *a, struct lar_piece text, struct lar_error *err)
{
    for (size_t at = 0; at < text.length;) {
        size_t n = lar_text_step(text.bytes + at, text.length - at), run = 0, end = at, space;
        for (; end < text.length &&
               (space = lar_text_space(text.bytes + end, text.length - end)) != 0;
             end += space)
            run++;
        bool joined = run > 1;
        if (!add_character(a, joined ? (const uint8_t *)" " : text.bytes + at, joined ? 1 : n, err))
            return false;
        at = joined ? end : at + n;
    }
    return start_here(a, err) && add_terms(a, 0, a->n_starts - 1, 0, err);
}

/* The terms of one word with its spaces: N characters from FIRST on. One that is shorter than a
 * term is one itself, once. */
static bool add_inside(struct analysis *a, size_t first, struct lar_error *err)
{
    size_t n = a->n_starts - 1 - first;
    const size_t *starts = a->starts + first;
    if (!add_terms(a, first, n, 0, err))
        return false;
    size_t least = a->analyzer->least;
    if (a->analyzer->most <= n)
        return true;
    /* The first length that does not fit gives the word whole, unless it was given as a term of its
     * own length: that, too, ends the list. */
    return (least <= n) ||
           a->terms->add(a->terms, a->bytes + starts[0], starts[n] - starts[0], err);
}

static bool analyze_inside(struct analysis *a, struct lar_piece text, struct lar_error *err)
{
    const uint8_t space[] = " ";
    size_t first = 0, at = 0;
    bool inside = false;
    while (at <= text.length) {
        size_t left = text.length - at;
        size_t white = left ? lar_text_space(text.bytes + at, left) : 1;
        size_t n = white ? white : lar_text_step(text.bytes + at, left);
        if (!white && !inside) {
            first = a->n_starts;
            if (!add_character(a, space, 1, err))
                return false;
        }
        if (!white && !add_character(a, text.bytes + at, n, err))
            return false;
        if (white && inside &&
            (!add_character(a, space, 1, err) || !start_here(a, err) || !add_inside(a, first, err)))
            return false;
        inside = !white;
        at += n;
    }
    return true;
}

bool lar_analyze(const struct lar_analyzer *analyzer, struct lar_piece text,
                 struct lar_scratch *scratch, struct lar_terms *terms, struct lar_error *err)
{
    struct analysis a = {.analyzer = analyzer, .scratch = scratch, .terms = terms};
    if ((analyzer->lowercase && !lar_text_lower(&text, scratch, err)) ||
        !lar_text_unaccent(&text, analyzer->accents, scratch, err))
        return false;
    switch (analyzer->kind) {
    case LAR_ANALYZE_CHARACTERS: return analyze_characters(&a, text, err);
    case LAR_ANALYZE_INSIDE: return analyze_inside(&a, text, err);
    default: return analyze_words(&a, text, err);
    }
}
