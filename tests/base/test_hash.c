/* SPDX-License-Identifier: MIT */
#include "base/hash.h"
#include "tests/check_main.h"

#include <string.h>

/* FIPS 180-2, appendix B, and the empty message. */
START_TEST(known_answers)
{
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };
    struct lar_hash hash = {0};
    struct lar_error err = {0};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t digest[LAR_HASH_SIZE];
        char hex[LAR_HASH_HEX];
        ck_assert(lar_hash_begin(&hash, &err));
        for (const char *p = rows[i].text; *p; p++)
            lar_hash_add(&hash, p, 1);
        lar_hash_end(&hash, digest);
        lar_hash_hex(digest, hex);
        ck_assert_str_eq(hex, rows[i].hex);
        ck_assert(lar_hash_is_hex(hex));
    }
    lar_hash_finish(&hash);
}
END_TEST

START_TEST(hexadecimal_is_checked)
{
    char hex[LAR_HASH_HEX + 1];
    memset(hex, 'a', sizeof hex);
    hex[LAR_HASH_HEX] = '\0';
    ck_assert(!lar_hash_is_hex(hex));
    hex[64] = '\0';
    ck_assert(lar_hash_is_hex(hex));
    hex[0] = 'A';
    ck_assert(!lar_hash_is_hex(hex));
    ck_assert(!lar_hash_is_hex(""));
}
END_TEST

int main(void)
{
    return check_main("hash", (const TTest *[]){known_answers, hexadecimal_is_checked, NULL});
}
