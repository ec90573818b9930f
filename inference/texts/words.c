/* Sets of words; see words.h.
 * SPDX-License-Identifier: MIT */
#include "inference/texts/words.h"

bool lar_words_make(struct lar_words *ret, const struct lar_tensor *words, struct lar_arena *arena,
                    struct lar_error *err)
{
    uint64_t n = lar_tensor_count(words), room = 4;
    while (room < 2 * n)
        room *= 2;
    *ret = (struct lar_words){.words = words, .mask = room - 1};
    if (!(ret->slots = lar_arena_alloc(arena, room, sizeof *ret->slots)))
        return lar_arena_fail(arena, err, "a vocabulary");
    for (uint64_t i = 0; i < room; i++)
        ret->slots[i].index = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        const char *text = (const char *)words->data + words->offsets[i];
        uint64_t hash = lar_text_hash(text, words->offsets[i + 1] - words->offsets[i]);
        uint64_t at = hash & ret->mask;
        while (ret->slots[at].index != UINT32_MAX)
            at = (at + 1) & ret->mask;
        ret->slots[at] = (struct lar_word_slot){i, (uint32_t)(hash >> 32)};
    }
    return true;
}
