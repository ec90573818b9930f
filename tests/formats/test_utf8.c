/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/utf8.h"
#include "tests/check_main.h"

#include <string.h>

static bool valid(const char *text)
{
    return pk_utf8_valid((const uint8_t *)text, strlen(text), NULL);
}

START_TEST(what_is_utf8)
{
    ck_assert(valid("") && valid("plain") && valid("a longer plain text of many bytes"));
    ck_assert(valid("\xc3\xa9") && valid("\xe2\x82\xac") && valid("\xf0\x9f\x98\x80"));
    ck_assert(valid("12345678\xc3\xa9"
                    "12345678\xc3\xa9"));
    ck_assert(valid("\xed\xa0\x80")); /* a lone surrogate */
    ck_assert(!valid("\x80") && !valid("\xc3") && !valid("\xc0\x80") && !valid("\xc1\xbf"));
    ck_assert(!valid("\xe0\x80\x80") && !valid("\xf0\x80\x80\x80") && !valid("\xf4\x90\x80\x80"));
    ck_assert(!valid("\xf5\x80\x80\x80") &&
              !valid("\xe2\x82"
                     "a") &&
              !valid("12345678\xff"));
    size_t ascii;
    ck_assert(pk_utf8_valid((const uint8_t *)"123456789\xc3\xa9", 11, &ascii) && ascii == 9);
}
END_TEST

START_TEST(every_code_point_comes_back)
{
    bool ok = true;
    for (uint32_t c = 0; c < 0x110000; c++) {
        uint8_t out[4];
        size_t n = pk_utf8_put(out, c);
        ok &= pk_utf8_valid(out, n, NULL);
        ok &= n == (c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4);
    }
    ck_assert(ok);
}
END_TEST

START_TEST(latin1)
{
    uint8_t text[512], out[256];
    size_t n = 0, size;
    for (uint32_t c = 0; c < 256; c++)
        n += pk_utf8_put(text + n, c);
    ck_assert(pk_latin1_size(text, n, &size));
    ck_assert_uint_eq(size, 256);
    pk_latin1_decode(out, text, n);
    for (unsigned c = 0; c < 256; c++)
        ck_assert_uint_eq(out[c], c);
    ck_assert(!pk_latin1_size((const uint8_t *)"\xc4\x80", 2, &size));
}
END_TEST

int main(void)
{
    return check_main("utf8",
                      (const TTest *[]){what_is_utf8, every_code_point_comes_back, latin1, NULL});
}
