/* Texts made alike as Python makes them: lower case, accents taken away.
 *
 * Texts are UTF-8 in which lone surrogates may stand in their three-byte form; whatever is no
 * character is handed on as it is. Results live in the scratch.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_TEXTS_FOLD_H
#define INFERENCE_TEXTS_FOLD_H

#include "inference/scratch.h"

#include <stdbool.h>
#include <stdint.h>

/* A part of a text. */
struct lar_piece {
    const uint8_t *bytes;
    size_t length;
};

/* str.lower(): full case mapping with the final sigma, without a locale. */
bool lar_text_lower(struct lar_piece *text, struct lar_scratch *scratch, struct lar_error *err);

enum lar_accents {
    LAR_ACCENTS_KEEP,
    LAR_ACCENTS_ASCII,   /* NFKD, and of that what is ASCII */
    LAR_ACCENTS_UNICODE, /* NFKD without combining characters */
    LAR_ACCENTS_BEFORE,  /* the same, but a text that is NFKD already stays as it is */
    LAR_ACCENTS_END
};
bool lar_text_unaccent(struct lar_piece *text, enum lar_accents accents,
                       struct lar_scratch *scratch, struct lar_error *err);

/* The bytes of the character at TEXT, 1 at least. */
static inline size_t lar_text_step(const uint8_t *text, size_t left)
{
    size_t n = *text < 0xC0 ? 1 : *text < 0xE0 ? 2 : *text < 0xF0 ? 3 : 4;
    return n < left ? n : left;
}

/* str.isspace() of a character: how many bytes it has if it is one, else 0. */
size_t lar_text_space(const uint8_t *text, size_t left);

#endif
