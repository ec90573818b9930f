/* SPDX-License-Identifier: MIT */
#include "dialects/json_scan.h"
#include "dialects/text_buffer.h"
#include "tests/check_main.h"

START_TEST(moves_to_the_heap_when_full)
{
    char slab[8];
    struct lar_text text;
    struct lar_error err = {0};
    lar_text_init(&text, slab, sizeof slab, 1000);
    lar_text_puts(&text, "12345678");
    ck_assert(!text.heap && text.data == slab);
    lar_text_char(&text, '9');
    ck_assert(text.heap && text.data != slab && text.size == 9);
    for (int i = 0; i < 100; i++)
        lar_text_u64(&text, 7);
    ck_assert(lar_text_ok(&text, &err));
    ck_assert_uint_eq(text.size, 109);
    ck_assert(memcmp(text.data, "123456789777", 12) == 0);
    lar_text_finish(&text);
}
END_TEST

START_TEST(a_failure_sticks)
{
    struct lar_text text;
    struct lar_error err = {0};
    lar_text_init(&text, NULL, 0, 10);
    lar_text_puts(&text, "1234567890");
    ck_assert(lar_text_ok(&text, &err));
    lar_text_char(&text, 'x');
    ck_assert_ptr_null(lar_text_room(&text, SIZE_MAX));
    ck_assert(!lar_text_ok(&text, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    ck_assert_uint_eq(text.size, 10);
    lar_text_clear(&text);
    lar_error_clear(&err);
    lar_text_char(&text, 'x');
    ck_assert(lar_text_ok(&text, &err) && text.size == 1);
    lar_text_finish(&text);
}
END_TEST

static void check_string(const char *bytes, size_t n, const char *want)
{
    struct lar_text text;
    lar_text_init(&text, NULL, 0, 1000);
    lar_text_string(&text, bytes, n);
    lar_text_char(&text, '\0');
    ck_assert_str_eq(text.data, want);
    lar_text_finish(&text);
}

START_TEST(strings_are_json)
{
    check_string("", 0, "\"\"");
    check_string("a/b", 3, "\"a/b\"");
    check_string("\"\\\b\f\n\r\t", 7, "\"\\\"\\\\\\b\\f\\n\\r\\t\"");
    check_string("\0\x1F\x7F", 3, "\"\\u0000\\u001f\x7F\"");
    check_string("\xC3\xA9\xF0\x9F\x98\x80", 6, "\"\xC3\xA9\xF0\x9F\x98\x80\"");
    check_string("\xED\xA0\x80\xED\xBF\xBF", 6, "\"\\ud800\\udfff\"");
    check_string("\xFF\xC3(\xE2\x82", 5, "\"\\ufffd\\ufffd(\\ufffd\\ufffd\"");
}
END_TEST

/* Whatever the bytes, what is written is a JSON string. */
START_TEST(random_bytes_become_json)
{
    uint32_t state = 1;
    for (int i = 0; i < 20000; i++) {
        char bytes[24];
        size_t n = (size_t)i % sizeof bytes;
        for (size_t k = 0; k < n; k++) {
            state = state * 1664525u + 1013904223u;
            /* half of them such as begin or go on with a character of several bytes */
            bytes[k] = (char)(state >> 24 | (state >> 16 & 0x80));
        }
        struct lar_text text;
        struct lar_json js;
        struct lar_error err = {0};
        lar_text_init(&text, NULL, 0, 1000);
        lar_text_string(&text, bytes, n);
        lar_json_init(&js, text.data, text.size, NULL);
        if (!lar_json_skip(&js, &err) || !lar_json_end(&js, &err))
            ck_abort_msg("%.*s: %s", (int)text.size, text.data, err.text);
        lar_text_finish(&text);
    }
}
END_TEST

int main(void)
{
    return check_main("text_buffer",
                      (const TTest *[]){moves_to_the_heap_when_full, a_failure_sticks,
                                        strings_are_json, random_bytes_become_json, NULL});
}
