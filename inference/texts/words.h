/* A set of words, by which a model's words are found: made once, only read afterwards.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_TEXTS_WORDS_H
#define INFERENCE_TEXTS_WORDS_H

#include "base/arena.h"
#include "graph/tensor.h"
#include "inference/text.h"

#include <string.h>

struct lar_word_slot {
    uint32_t index, hash; /* of the word; index UINT32_MAX: empty */
};

struct lar_words {
    const struct lar_tensor *words; /* [k], distinct; of equal ones the first counts */
    struct lar_word_slot *slots;    /* open addressing */
    uint64_t mask;
};

bool lar_words_make(struct lar_words *ret, const struct lar_tensor *words, struct lar_arena *arena,
                    struct lar_error *err);

/* The index of the word TEXT, or UINT32_MAX. */
static inline uint32_t lar_words_find(const struct lar_words *set, const uint8_t *text,
                                      size_t length)
{
    uint64_t hash = lar_text_hash((const char *)text, length);
    for (uint64_t at = hash & set->mask;; at = (at + 1) & set->mask) {
        const struct lar_word_slot *slot = &set->slots[at];
        if (slot->index == UINT32_MAX)
            return UINT32_MAX;
        if (slot->hash != (uint32_t)(hash >> 32))
            continue;
        const uint64_t *offsets = set->words->offsets + slot->index;
        if (offsets[1] - offsets[0] == length &&
            memcmp((const char *)set->words->data + offsets[0], text, length) == 0)
            return slot->index;
    }
}

#endif
