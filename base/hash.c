/* SHA-256 by libcrypto's EVP interface, which uses the CPU's instructions for it.
 * SPDX-License-Identifier: MIT */
#include "base/hash.h"

#include <assert.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>

bool lar_hash_begin(struct lar_hash *hash, struct lar_error *err)
{
    if (!hash->context)
        hash->context = EVP_MD_CTX_new();
    if (!hash->context || EVP_DigestInit_ex(hash->context, EVP_sha256(), NULL) != 1)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a digest");
    return true;
}

/* Once begun, libcrypto's SHA-256 has nothing left that could fail. */
void lar_hash_add(struct lar_hash *hash, const void *bytes, size_t n)
{
    int ok = EVP_DigestUpdate(hash->context, bytes, n);
    assert(ok == 1);
    (void)ok;
}

void lar_hash_add_u64(struct lar_hash *hash, uint64_t v)
{
    lar_hash_add(hash, &v, sizeof v);
}

void lar_hash_end(struct lar_hash *hash, uint8_t ret[LAR_HASH_SIZE])
{
    int ok = EVP_DigestFinal_ex(hash->context, ret, NULL);
    assert(ok == 1);
    (void)ok;
}

void lar_hash_finish(struct lar_hash *hash)
{
    EVP_MD_CTX_free(hash->context);
    hash->context = NULL;
}

void lar_hash_hex(const uint8_t digest[LAR_HASH_SIZE], char ret[LAR_HASH_HEX])
{
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < LAR_HASH_SIZE; i++) {
        ret[2 * i] = digits[digest[i] >> 4];
        ret[2 * i + 1] = digits[digest[i] & 15];
    }
    ret[LAR_HASH_HEX - 1] = '\0';
}

bool lar_hash_is_hex(const char *text)
{
    return strspn(text, "0123456789abcdef") == LAR_HASH_HEX - 1 && !text[LAR_HASH_HEX - 1];
}

void lar_hash_field(const uint8_t digest[LAR_HASH_SIZE], char text[LAR_HASH_FIELD])
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *to = text + sprintf(text, "sha-256=:");
    for (size_t i = 0; i < LAR_HASH_SIZE; i += 3) {
        uint32_t three = (uint32_t)digest[i] << 16;
        size_t n = LAR_HASH_SIZE - i < 3 ? LAR_HASH_SIZE - i : 3;
        for (size_t k = 1; k < n; k++)
            three |= (uint32_t)digest[i + k] << (16 - 8 * k);
        for (size_t k = 0; k < 4; k++)
            *to++ = k <= n ? letters[three >> (18 - 6 * k) & 63] : '=';
    }
    *to++ = ':';
    *to = '\0';
}

static int hex_value(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

bool lar_hash_from_hex(const char *hex, uint8_t digest[LAR_HASH_SIZE])
{
    for (size_t i = 0; i < LAR_HASH_SIZE; i++) {
        int high = hex_value(hex[2 * i]), low = high < 0 ? -1 : hex_value(hex[2 * i + 1]);
        if (low < 0)
            return false;
        digest[i] = (uint8_t)(high << 4 | low);
    }
    return true;
}
