/* From a text to its terms, as the vectorizers of scikit-learn's feature_extraction.text analyse
 * it.
 *
 * Operators that count terms have the parameters LAR_ANALYZER_PARAMS:
 *
 *   lowercase   Python's str.lower() first
 *   accents     enum lar_accents, afterwards
 *   analyzer    enum lar_analyzer_kind
 *   least, most how many words or characters make a term
 *   stop_words  [k], words that are left out (of words alone)
 *   pattern     [1], a pattern of PCRE2's whose matches are the words; else
 *   shortest    words are the longest runs of at least so many letters, digits and '_' (Unicode's
 *               categories L and N: Python's str.isalnum()); 2 where it is left out
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_TEXTS_ANALYZER_H
#define INFERENCE_TEXTS_ANALYZER_H

#include "base/arena.h"
#include "graph/operator.h"
#include "inference/texts/fold.h"

enum lar_analyzer_kind {
    LAR_ANALYZE_WORDS,
    LAR_ANALYZE_CHARACTERS, /* runs of white space count as one space */
    LAR_ANALYZE_INSIDE,     /* the same inside of words, with a space on each side */
    LAR_ANALYZE_END
};

#define LAR_ANALYZER_PARAMS                                                                        \
    {"lowercase", LAR_TYPE_BOOL, 0, true}, {"accents", LAR_TYPE_I64, 0, true},                     \
        {"analyzer", LAR_TYPE_I64, 0, true}, {"least", LAR_TYPE_I64, 0, true},                     \
        {"most", LAR_TYPE_I64, 0, true}, {"stop_words", LAR_TYPE_STRING, 1, true},                 \
        {"pattern", LAR_TYPE_STRING, 1, true},                                                     \
    {                                                                                              \
        "shortest", LAR_TYPE_I64, 0, true                                                          \
    }

struct lar_analyzer; /* read-only, in the arena that it was made in */

bool lar_analyzer_new(struct lar_analyzer **ret, const struct lar_node_info *node,
                      struct lar_arena *arena, struct lar_error *err);

/* What is done with each term, in the order in which scikit-learn lists them. False ends the text.
 */
struct lar_terms {
    bool (*add)(struct lar_terms *terms, const uint8_t *term, size_t length, struct lar_error *err);
};

bool lar_analyze(const struct lar_analyzer *analyzer, struct lar_piece text,
                 struct lar_scratch *scratch, struct lar_terms *terms, struct lar_error *err);

#endif
