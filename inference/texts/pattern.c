/* Tokens by PCRE2; see pattern.h.
 * SPDX-License-Identifier: MIT */
#include "inference/texts/pattern.h"

#include "graph/text.h"

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

/* Steps of one search: most need few. One that needs more is tried again with more, but only so
 * often in a text: time is bounded by CHEAP for each byte and EXPENSIVE * MOST for each text. */
enum {
    CHEAP = 1000,
    MOST = 1000000,
    EXPENSIVE = 64,
    HEAP = 32 << 10, /* kB of backtracking points */
    LONGEST = 1 << 16,
};

struct lar_pattern {
    pcre2_code *code;
    uint32_t groups;
};

static void *arena_take(PCRE2_SIZE size, void *arena)
{
    return lar_arena_alloc(arena, size, 1);
}

static void *scratch_take(PCRE2_SIZE size, void *scratch)
{
    return lar_scratch_take(scratch, size, 1);
}

/* Arena and scratch free everything at once. */
static void keep(void *p, void *owner)
{
    (void)p;
    (void)owner;
}

bool lar_pattern_new(struct lar_pattern **ret, const char *pattern, size_t length,
                     struct lar_arena *arena, struct lar_error *err)
{
    int error = 0;
    PCRE2_SIZE offset = 0;
    struct lar_pattern *p = lar_arena_alloc(arena, 1, sizeof *p);
    pcre2_general_context *memory = pcre2_general_context_create(arena_take, keep, arena);
    pcre2_compile_context *context = memory ? pcre2_compile_context_create(memory) : NULL;
    if (!p || !context)
        return lar_arena_fail(arena, err, "a pattern");
    if (length > LONGEST)
        return lar_fail(err, LAR_ERR_LIMIT, "the pattern has %zu bytes", length);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);
    p->code = pcre2_compile((PCRE2_SPTR)pattern, length,
                            PCRE2_UTF | PCRE2_UCP | PCRE2_ALT_CIRCUMFLEX | PCRE2_NEVER_BACKSLASH_C,
                            &error, &offset, context);
    if (!p->code) {
        PCRE2_UCHAR why[120] = "";
        (void)pcre2_get_error_message(error, why, sizeof why);
        return lar_fail(err, LAR_ERR_FORMAT, "the pattern cannot be compiled: %s at %zu",
                        (const char *)why, (size_t)offset);
    }
    (void)pcre2_pattern_info(p->code, PCRE2_INFO_CAPTURECOUNT, &p->groups);
    if (p->groups > 1)
        return lar_fail(err, LAR_ERR_FORMAT, "the pattern has %u groups", p->groups);
    *ret = p;
    return true;
}

bool lar_pattern_begin(struct lar_pattern_walk *walk, const struct lar_pattern *pattern,
                       struct lar_piece text, struct lar_scratch *scratch, struct lar_error *err)
{
    *walk = (struct lar_pattern_walk){.pattern = pattern, .text = text, .expensive = EXPENSIVE};
    if (!lar_text_valid(text.bytes, text.length, false))
        return lar_fail(err, LAR_ERR_INVALID,
                        "a text holds a lone surrogate, which its pattern cannot be asked about");
    pcre2_general_context *memory = pcre2_general_context_create(scratch_take, keep, scratch);
    if (memory) {
        walk->match_context = pcre2_match_context_create(memory);
        walk->match_data = pcre2_match_data_create_from_pattern(pattern->code, memory);
    }
    if (!memory || !walk->match_context || !walk->match_data)
        return lar_scratch_fail(scratch, err, "a search");
    pcre2_set_heap_limit(walk->match_context, HEAP);
    return true;
}

static int search(struct lar_pattern_walk *walk, uint32_t limit)
{
    uint32_t options = PCRE2_NO_UTF_CHECK | (walk->empty ? PCRE2_NOTEMPTY_ATSTART : 0);
    pcre2_set_match_limit(walk->match_context, limit);
    pcre2_set_depth_limit(walk->match_context, limit);
    return pcre2_match(walk->pattern->code, walk->text.bytes, walk->text.length, walk->at, options,
                       walk->match_data, walk->match_context);
}

int lar_pattern_next(struct lar_pattern_walk *walk, struct lar_piece *ret, struct lar_error *err)
{
    int found = search(walk, CHEAP);
    if ((found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_DEPTHLIMIT) && walk->expensive) {
        walk->expensive--;
        found = search(walk, MOST);
    }
    if (found == PCRE2_ERROR_NOMATCH)
        return 0;
    if (found < 0) {
        PCRE2_UCHAR why[120] = "";
        (void)pcre2_get_error_message(found, why, sizeof why);
        lar_fail(err, LAR_ERR_LIMIT, "a text takes more than is allowed to match its pattern: %s",
                 (const char *)why);
        return -1;
    }
    const PCRE2_SIZE *at = pcre2_get_ovector_pointer(walk->match_data);
    if (at[1] < walk->at || (at[1] == walk->at && walk->empty))
        return 0; /* a \K: no way forward */
    walk->empty = at[0] == at[1] || at[1] == walk->at;
    walk->at = at[1];
    size_t group = walk->pattern->groups, start = at[2 * group], end = at[2 * group + 1];
    bool unset = found <= (int)group || start == PCRE2_UNSET || end < start;
    *ret = (struct lar_piece){walk->text.bytes + (unset ? 0 : start), unset ? 0 : end - start};
    return 1;
}
