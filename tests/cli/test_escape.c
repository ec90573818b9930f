/* SPDX-License-Identifier: MIT */
#include "cli/escape.h"
#include "tests/check_main.h"
#include "tests/cli/printed.h"

#include <locale.h>

START_TEST(what_a_terminal_would_obey_is_spelt_out)
{
    static const struct {
        const char *text, *plain;
    } rows[] = {
        {"", ""},
        {"plain, with 'signs' and \\", "plain, with 'signs' and \\"},
        {"\033[2J\033]0;title\a", "\\x1b[2J\\x1b]0;title\\x07"},
        {"a\nb\tc\rd\x7f", "a\\x0ab\\x09c\\x0dd\\x7f"},
        {"caf\u00e9 \u6a21\u578b \U0001F980", "caf\u00e9 \u6a21\u578b \U0001F980"},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m"},
        {"a\u202eb\u2066\u200b\ufeff", "a\\u202eb\\u2066\\u200b\\ufeff"},
        {"\U000e0041", "\\U000e0041"},
        {"\xff\xfe", "\\xff\\xfe"},
        {"\xc0\xaf", "\\xc0\\xaf"},                   /* overlong */
        {"\xed\xa0\x80", "\\xed\\xa0\\x80"},          /* a surrogate */
        {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80"}, /* beyond U+10FFFF */
        {"\xe2\x82", "\\xe2\\x82"},                   /* cut short */
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char *got = lar_escaped(rows[i].text);
        ck_assert_str_eq(got, rows[i].plain);
        free(got);
    }
}
END_TEST

START_TEST(lines_may_stay)
{
    struct printed p;
    printed_begin(&p, false, 0);
    lar_escape(p.screen.file, "{\n\t\"a\": 1\r}\0\n", 13, true);
    printed_end(&p, "{\n\t\"a\": 1\\x0d}\\x00\n");
}
END_TEST

START_TEST(answers_are_escaped_for_terminals_only)
{
    struct printed p;
    printed_begin(&p, true, 80);
    lar_screen_answer(&p.screen, "\033[m", 3);
    printed_end(&p, "\\x1b[m\n");
    printed_begin(&p, false, 80);
    lar_screen_answer(&p.screen, "\033[m\n", 4);
    printed_end(&p, "\033[m\n");
}
END_TEST

START_TEST(columns_are_counted_by_character)
{
    size_t fits;
    ck_assert_uint_eq(lar_columns("abc", 10, &fits), 3);
    ck_assert_uint_eq(fits, 3);
    ck_assert_uint_eq(lar_columns("abc", 2, &fits), 2);
    ck_assert_uint_eq(fits, 2);
    ck_assert_uint_eq(lar_columns("caf\u00e9!", 4, &fits), 4);
    ck_assert_uint_eq(fits, 5);
    ck_assert_uint_eq(lar_columns("", 4, &fits), 0);
    if (!setlocale(LC_CTYPE, "C.UTF-8"))
        return;
    ck_assert_uint_eq(lar_columns("\u6a21\u578b", 10, &fits), 4);
    ck_assert_uint_eq(lar_columns("\u6a21\u578b", 3, &fits), 2);
    ck_assert_uint_eq(fits, 3);
}
END_TEST

START_TEST(sizes_are_read_by_people)
{
    static const struct {
        double bytes;
        const char *text;
    } rows[] = {{0, "0 bytes"},     {999, "999 bytes"},    {1000, "1.0 kB"},
                {99949, "99.9 kB"}, {99951, "100 kB"},     {999499, "999 kB"},
                {999500, "1.0 MB"}, {27100000, "27.1 MB"}, {5e15, "5000 TB"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[LAR_SIZE_TEXT];
        ck_assert_str_eq(lar_size_text(rows[i].bytes, text), rows[i].text);
    }
}
END_TEST

int main(void)
{
    return check_main("escape",
                      (const TTest *[]){what_a_terminal_would_obey_is_spelt_out, lines_may_stay,
                                        answers_are_escaped_for_terminals_only,
                                        columns_are_counted_by_character, sizes_are_read_by_people,
                                        NULL});
}
