/* The terms of one text as numbers that are sorted and then counted.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_TEXTS_KEYS_H
#define INFERENCE_TEXTS_KEYS_H

#include "inference/texts/analyzer.h"

struct lar_keys {
    struct lar_terms terms; /* add(): what turns a term into a key and calls lar_keys_add() */
    struct lar_scratch *scratch;
    const struct lar_analyzer *analyzer;
    uint32_t *keys;
    size_t n, room;
    bool moved; /* since lar_keys_collect() began */
};

bool lar_keys_grow(struct lar_keys *keys, struct lar_error *err);

static inline bool lar_keys_add(struct lar_keys *keys, uint32_t key, struct lar_error *err)
{
    if (keys->n == keys->room && !lar_keys_grow(keys, err))
        return false;
    keys->keys[keys->n++] = key;
    return true;
}

/* Ascending. */
bool lar_keys_sort(struct lar_keys *keys, struct lar_error *err);

/* Collects the keys of text ROW of X, ascending. Missing texts are refused. */
bool lar_keys_collect(struct lar_keys *keys, const struct lar_tensor *x, uint64_t row,
                      struct lar_error *err);

#endif
