/* What the vectorizers of texts share: how a text becomes terms.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_TEXT_OPTIONS_H
#define PERSISTENCE_FORMATS_SKLEARN_TEXT_OPTIONS_H

#include "persistence/formats/sklearn/estimator.h"

/* Adds the parameters of an analyzer (inference/texts/analyzer.h) to those of ARGS, from OBJECT's
 * options: lowercase, strip_accents, analyzer, ngram_range, stop_words, token_pattern. Callables
 * and input that is not the text itself are refused. */
bool sk_add_text_options(struct sk_context *sk, const struct pk_node *object,
                         struct lar_node_args *args);

/* A pattern of Python's re, of Unicode texts, in the words of PCRE2 (with UTF, UCP and
 * ALT_CIRCUMFLEX, \n as the only newline), for findall(). *RET is NULL where SHORTEST says it all:
 * runs of so many \w. What PCRE2 would read in another way is refused by its name. */
bool sk_translate_pattern(struct sk_context *sk, const struct pk_node *pattern, const char **ret,
                          size_t *ret_length, size_t *shortest);

enum { SK_ENGLISH_STOP_WORDS = 318 };
extern const char *const sk_english_stop_words[SK_ENGLISH_STOP_WORDS];

#endif
