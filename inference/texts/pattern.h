/* Tokens of a text by a regular expression, as Python's re.findall() finds them.
 *
 * The pattern is PCRE2's (UTF and UCP are set, a newline is \n alone); readers translate Python's.
 * Matching runs under limits, so that no pattern can hold a thread: beyond them the text is
 * refused. PCRE2's memory comes from the arena and the scratch; its JIT is never used.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_TEXTS_PATTERN_H
#define INFERENCE_TEXTS_PATTERN_H

#include "base/arena.h"
#include "inference/texts/fold.h"

struct lar_pattern;

/* Compiles PATTERN. One that cannot be, or has more than one capturing group, is refused. */
bool lar_pattern_new(struct lar_pattern **ret, const char *pattern, size_t length,
                     struct lar_arena *arena, struct lar_error *err);

/* The tokens of one text, one after the other. */
struct lar_pattern_walk {
    const struct lar_pattern *pattern;
    struct lar_piece text;
    size_t at;
    bool empty;         /* the last match was empty: the next one at this place may not be */
    unsigned expensive; /* long searches that are still allowed */
    void *match_data, *match_context;
};
bool lar_pattern_begin(struct lar_pattern_walk *walk, const struct lar_pattern *pattern,
                       struct lar_piece text, struct lar_scratch *scratch, struct lar_error *err);

/* The next token: 1; none is left: 0; -1 and ERR: a limit. Of a pattern with a group, what the
 * group matched. */
int lar_pattern_next(struct lar_pattern_walk *walk, struct lar_piece *ret, struct lar_error *err);

#endif
