/* Lower case and accents; see fold.h.
 * SPDX-License-Identifier: MIT */
#include "inference/texts/fold.h"

#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>
#include <unistr.h>

#define NO_CHARACTER 0xFFFD

/* The character before TEXT[AT]; AT moves to its start. Not UTF-8: a byte at a time. */
static ucs4_t character_before(const uint8_t *text, size_t *at)
{
    ucs4_t c = NO_CHARACTER;
    const uint8_t *start = u8_prev(&c, text + *at, text);
    *at = start ? (size_t)(start - text) : *at - 1;
    return start ? c : NO_CHARACTER;
}

/* Whether the capital sigma at TEXT[AT] ends a word: behind a cased character and not in front of
 * one, whatever has no case of its own between them. Python's rule: what can be passed over is
 * passed over first, cased or not. */
static bool is_final_sigma(const uint8_t *text, size_t length, size_t at)
{
    ucs4_t c = NO_CHARACTER;
    size_t before = at, after = at + 2;
    bool found = false;
    while (before && !found)
        found = !uc_is_property_case_ignorable(c = character_before(text, &before));
    if (!found || !uc_is_property_cased(c))
        return false;
    for (found = false; after < length && !found;) {
        int n = u8_mbtouc(&c, text + after, length - after);
        after += n > 1 ? (size_t)n : 1;
        found = !uc_is_property_case_ignorable(c);
    }
    return !found || !uc_is_property_cased(c);
}

/* Writes the character at TEXT[AT] in lower case to OUT (3 bytes for each one read are room
 * enough), as Python does: one character has two in lower case, one depends on its place, and what
 * is not UTF-8 (a surrogate in its three-byte form) stays. Returns how many bytes were read. */
static size_t lower_one(const uint8_t *text, size_t length, size_t at, uint8_t *out, size_t *used)
{
    enum { SIGMA = 0x3A3, SMALL_SIGMA = 0x3C3, FINAL_SIGMA = 0x3C2, DOTTED_I = 0x130 };
    ucs4_t c;
    int n = u8_mbtouc(&c, text + at, length - at);
    if (c == NO_CHARACTER) {
        size_t bytes = n > 1 ? (size_t)n : 1;
        memcpy(out + *used, text + at, bytes);
        *used += bytes;
        return bytes;
    }
    if (c == DOTTED_I) {
        memcpy(out + *used, "i\xcc\x87", 3);
        *used += 3;
        return (size_t)n;
    }
    if (c == SIGMA)
        c = is_final_sigma(text, length, at) ? FINAL_SIGMA : SMALL_SIGMA;
    int written = u8_uctomb(out + *used, uc_tolower(c), 4);
    *used += written > 0 ? (size_t)written : 0;
    return (size_t)n;
}

bool lar_text_lower(struct lar_piece *text, struct lar_scratch *scratch, struct lar_error *err)
{
    size_t used = 0, length = text->length;
    uint8_t *out = lar_scratch_take(scratch, length + 2, 3);
    if (!out)
        return lar_scratch_fail(scratch, err, "a text in lower case");
    for (size_t at = 0; at < length;) {
        uint8_t c = text->bytes[at];
        if (c >= 0x80) {
            at += lower_one(text->bytes, length, at, out, &used);
            continue;
        }
        out[used++] = c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
        at++;
    }
    *text = (struct lar_piece){out, used};
    return true;
}

enum { DECOMPOSED = 32 }; /* characters that one becomes at most: UC_DECOMPOSITION_MAX_LENGTH */

/* The full compatibility decomposition of C: N characters into OUT. */
static size_t decompose(ucs4_t c, ucs4_t out[DECOMPOSED])
{
    ucs4_t stack[2 * DECOMPOSED], parts[UC_DECOMPOSITION_MAX_LENGTH];
    size_t depth = 1, n = 0;
    stack[0] = c;
    while (depth && n < DECOMPOSED) {
        int tag, k;
        c = stack[--depth];
        k = uc_decomposition(c, &tag, parts);
        if (k <= 0 || depth + (size_t)k > 2 * DECOMPOSED) {
            out[n++] = c;
            continue;
        }
        while (k > 0) /* the first part on top */
            stack[depth++] = parts[--k];
    }
    return n;
}

/* Whether TEXT is in normal form KD: nothing can be taken apart, marks are in their order. */
static bool is_decomposed(const struct lar_piece *text)
{
    int before = 0;
    for (size_t at = 0; at < text->length;) {
        ucs4_t c, parts[UC_DECOMPOSITION_MAX_LENGTH];
        int tag, n = u8_mbtouc(&c, text->bytes + at, text->length - at);
        int class = c == NO_CHARACTER ? 0 : uc_combining_class(c);
        if (uc_decomposition(c, &tag, parts) > 0 || (class && class < before))
            return false;
        before = class;
        at += n > 1 ? (size_t)n : 1;
    }
    return true;
}

/* Writes what is left of the character C, whose bytes are TEXT[n], to OUT. */
static size_t unaccent_one(ucs4_t c, const uint8_t *text, size_t n, bool ascii, uint8_t *out)
{
    ucs4_t parts[DECOMPOSED];
    size_t used = 0;
    if (c == NO_CHARACTER) { /* U+FFFD itself, or a surrogate: neither has parts */
        if (!ascii)
            memcpy(out, text, n);
        return ascii ? 0 : n;
    }
    size_t count = decompose(c, parts);
    for (size_t i = 0; i < count; i++) {
        if (ascii ? parts[i] >= 0x80 : uc_combining_class(parts[i]) != 0)
            continue;
        int written = u8_uctomb(out + used, parts[i], 4);
        used += written > 0 ? (size_t)written : 0;
    }
    return used;
}

bool lar_text_unaccent(struct lar_piece *text, enum lar_accents accents,
                       struct lar_scratch *scratch, struct lar_error *err)
{
    size_t at = 0, used = 0, room;
    while (at < text->length && text->bytes[at] < 0x80)
        at++;
    if (at == text->length || accents == LAR_ACCENTS_KEEP ||
        (accents == LAR_ACCENTS_BEFORE && is_decomposed(text)))
        return true;
    room = text->length + 4 * DECOMPOSED;
    uint8_t *out = lar_scratch_take(scratch, room, 1);
    for (at = 0; out && at < text->length;) {
        if (text->bytes[at] < 0x80 && used < room) {
            out[used++] = text->bytes[at++];
            continue;
        }
        if (used + 4 * (size_t)DECOMPOSED > room) {
            out = lar_scratch_grow(scratch, out, room, 2 * room);
            room *= 2;
            continue;
        }
        ucs4_t c;
        int n = u8_mbtouc(&c, text->bytes + at, text->length - at);
        size_t bytes = n > 1 ? (size_t)n : 1;
        used += unaccent_one(c, text->bytes + at, bytes, accents == LAR_ACCENTS_ASCII, out + used);
        at += bytes;
    }
    if (!out)
        return lar_scratch_fail(scratch, err, "a text without accents");
    *text = (struct lar_piece){out, used};
    return true;
}

size_t lar_text_space(const uint8_t *text, size_t left)
{
    uint8_t c = *text;
    if (c < 0x80)
        return c == ' ' || (c >= 0x09 && c <= 0x0D) || (c >= 0x1C && c <= 0x1F);
    if (left >= 2 && c == 0xC2)
        return text[1] == 0x85 || text[1] == 0xA0 ? 2 : 0;
    if (left < 3 || c < 0xE1 || c > 0xE3)
        return 0;
    unsigned rest = (unsigned)text[1] << 8 | text[2];
    if (c == 0xE1)
        return rest == 0x9A80 ? 3 : 0; /* U+1680 */
    if (c == 0xE3)
        return rest == 0x8080 ? 3 : 0; /* U+3000 */
    bool space = (rest >= 0x8080 && rest <= 0x808A) || rest == 0x80A8 || rest == 0x80A9 ||
                 rest == 0x80AF || rest == 0x819F; /* U+2000 to U+200A, 2028, 2029, 202F, 205F */
    return space ? 3 : 0;
}
