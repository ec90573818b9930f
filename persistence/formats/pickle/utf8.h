/* UTF-8 as pickles have it: lone surrogates are allowed, in their three-byte form.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_UTF8_H
#define PERSISTENCE_FORMATS_PICKLE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether all of DATA is well-formed; RET_ASCII (may be NULL) receives the length of the prefix
 * that is plain ASCII. */
bool pk_utf8_valid(const uint8_t *data, size_t size, size_t *ret_ascii);

/* Writes code point C (up to 0x10FFFF) at OUT, which has room for 4 bytes; returns the length. */
size_t pk_utf8_put(uint8_t *out, uint32_t c);

/* The bytes that UTF-8 text in DATA (well-formed) has as Latin-1; false if it has others. */
bool pk_latin1_size(const uint8_t *data, size_t size, size_t *ret);
void pk_latin1_decode(uint8_t *out, const uint8_t *data, size_t size);

#endif
