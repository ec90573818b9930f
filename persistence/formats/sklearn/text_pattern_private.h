/* What the files of sk_translate_pattern() share; for them only.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_TEXT_PATTERN_PRIVATE_H
#define PERSISTENCE_FORMATS_SKLEARN_TEXT_PATTERN_PRIVATE_H

#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/text_options.h"

enum {
    SK_PATTERN_WIDEST = 256, /* bytes that one of a pattern's becomes at most */
    SK_PATTERN_DEPTH = 64,   /* groups inside one another */
};

struct group {
    bool captures; /* it, or one inside it */
};

struct pattern {
    struct sk_context *sk;
    const uint8_t *at, *end;
    char *out;
    size_t used, groups, depth;
    struct group open[SK_PATTERN_DEPTH], last; /* LAST: the item that a quantifier would repeat */
    bool ascii, any_case;
};

bool sk_pattern_refuse(const struct pattern *p, const char *what);
void sk_pattern_put(struct pattern *p, const char *text);

/* The next character; well-formed UTF-8. */
uint32_t sk_pattern_take(struct pattern *p);
/* Takes TEXT if it comes next. */
bool sk_pattern_next_is(struct pattern *p, const char *text);

/* The character C, outside of brackets. */
bool sk_pattern_literal(struct pattern *p, uint32_t c);
/* Behind a backslash, outside of brackets. */
bool sk_pattern_escape(struct pattern *p);
/* Behind "[". */
bool sk_pattern_brackets(struct pattern *p);

#endif
