/* SHA-256. A library of its own over libcrypto, which the loader does not link.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include "base/error.h"

#include <stddef.h>
#include <stdint.h>

enum { LAR_HASH_SIZE = 32, LAR_HASH_HEX = 65 /* with its NUL */ };

/* One running sum; belongs to one thread. Only its beginning can fail. */
struct lar_hash {
    void *context;
};

/* Also starts anew what was ended. A zeroed struct lar_hash is a fresh one. */
bool lar_hash_begin(struct lar_hash *hash, struct lar_error *err);
void lar_hash_add(struct lar_hash *hash, const void *bytes, size_t n);
void lar_hash_add_u64(struct lar_hash *hash, uint64_t v); /* eight bytes, little-endian */
void lar_hash_end(struct lar_hash *hash, uint8_t ret[LAR_HASH_SIZE]);
void lar_hash_finish(struct lar_hash *hash); /* accepts a zeroed one */

/* Lower-case hexadecimal. */
void lar_hash_hex(const uint8_t digest[LAR_HASH_SIZE], char ret[LAR_HASH_HEX]);

/* Whether TEXT is 64 lower-case hexadecimal digits. */
bool lar_hash_is_hex(const char *text);

/* The digest as Repr-Digest and Content-Digest hold it (RFC 9530): "sha-256=:<base64>:". */
enum { LAR_HASH_FIELD = 56 };
void lar_hash_field(const uint8_t digest[LAR_HASH_SIZE], char text[LAR_HASH_FIELD]);
/* DIGEST of its hexadecimal digits; false: they are none. */
bool lar_hash_from_hex(const char *hex, uint8_t digest[LAR_HASH_SIZE]);

#endif
