/* Keys of terms; see keys.h.
 * SPDX-License-Identifier: MIT */
#include "inference/texts/keys.h"

#include "inference/values.h"

bool lar_keys_grow(struct lar_keys *keys, struct lar_error *err)
{
    size_t room = 2 * keys->room + 256;
    uint32_t *grown = lar_scratch_take(keys->scratch, room, sizeof *grown);
    if (!grown)
        return lar_scratch_fail(keys->scratch, err, "the terms of a text");
    if (keys->n)
        memcpy(grown, keys->keys, keys->n * sizeof *grown);
    keys->keys = grown;
    keys->room = room;
    keys->moved = true;
    return true;
}

static void sort_few(uint32_t *keys, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        uint32_t key = keys[i];
        size_t k = i;
        for (; k > 0 && keys[k - 1] > key; k--)
            keys[k] = keys[k - 1];
        keys[k] = key;
    }
}

/* By their bytes, from the last to the first; OTHER has as much room. */
static void sort_many(uint32_t *keys, uint32_t *other, size_t n)
{
    uint32_t any = 0;
    for (size_t i = 0; i < n; i++)
        any |= keys[i];
    uint32_t *from = keys, *to = other;
    for (unsigned shift = 0; shift < 32 && any >> shift; shift += 8) {
        size_t starts[257] = {0};
        for (size_t i = 0; i < n; i++)
            starts[(from[i] >> shift & 255) + 1]++;
        for (size_t k = 0; k < 256; k++)
            starts[k + 1] += starts[k];
        for (size_t i = 0; i < n; i++)
            to[starts[from[i] >> shift & 255]++] = from[i];
        uint32_t *swap = from;
        from = to;
        to = swap;
    }
    if (from != keys)
        memcpy(keys, from, n * sizeof *keys);
}

bool lar_keys_sort(struct lar_keys *keys, struct lar_error *err)
{
    enum { FEW = 48 };
    if (keys->n <= FEW) {
        sort_few(keys->keys, keys->n);
        return true;
    }
    size_t mark = lar_scratch_mark(keys->scratch);
    uint32_t *other = lar_scratch_take(keys->scratch, keys->n, sizeof *other);
    if (!other)
        return lar_scratch_fail(keys->scratch, err, "the terms of a text");
    sort_many(keys->keys, other, keys->n);
    lar_scratch_release(keys->scratch, mark);
    return true;
}

bool lar_keys_collect(struct lar_keys *keys, const struct lar_tensor *x, uint64_t row,
                      struct lar_error *err)
{
    struct lar_piece text;
    text.bytes = (const uint8_t *)lar_text_at(x, row, &text.length);
    if (x->kinds[row] != LAR_STRING_TEXT)
        return lar_fail(err, LAR_ERR_INVALID, "row %llu: the text is missing (%s)",
                        (unsigned long long)row, x->kinds[row] == LAR_STRING_NAN ? "NaN" : "None");
    size_t mark = lar_scratch_mark(keys->scratch);
    keys->n = 0;
    keys->moved = false;
    if (!lar_analyze(keys->analyzer, text, keys->scratch, &keys->terms, err))
        return lar_error_within(err, "row %llu", (unsigned long long)row);
    if (!keys->moved)
        lar_scratch_release(keys->scratch, mark);
    return lar_keys_sort(keys, err);
}
