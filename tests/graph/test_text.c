/* SPDX-License-Identifier: MIT */
#include "graph/text.h"
#include "tests/check_main.h"

#include <stdio.h>
#include <string.h>

/* Judges TEXT alone and after 0 to 8 ASCII characters: the fast path must not matter. */
static bool valid(const char *text, bool surrogates)
{
    bool ret = lar_text_valid(text, strlen(text), surrogates);
    for (size_t n = 1; n <= 8; n++) {
        char longer[64];
        int size = snprintf(longer, sizeof longer, "%.*s%s%.*s", (int)n, "aaaaaaaa", text, (int)n,
                            "bbbbbbbb");
        ck_assert(lar_text_valid(longer, (size_t)size, surrogates) == ret);
    }
    return ret;
}

START_TEST(well_formed)
{
    ck_assert(lar_text_valid(NULL, 0, false));
    ck_assert(lar_text_valid("a\0b", 3, false));
    ck_assert(valid("plain ASCII that is longer than eight\x7F", false));
    ck_assert(valid("\xC2\x80 \xDF\xBF", false));
    ck_assert(valid("\xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF", false));
    ck_assert(valid("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF", false));
}
END_TEST

START_TEST(malformed)
{
    static const char *const texts[] = {
        "\x80",
        "\xBF",
        "\xC0\x80",
        "\xC1\xBF",
        "\xC2",
        "\xC2 ",
        "\xC2\xC0",
        "\xE0\x9F\xBF",
        "\xE1\x80",
        "\xE1\x80 ",
        "\xE1 \x80",
        "\xF0\x8F\xBF\xBF",
        "\xF1\x80\x80",
        "\xF1\x80\x80\xC0",
        "\xF4\x90\x80\x80",
        "\xF5\x80\x80\x80",
        "\xFF",
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++)
        ck_assert_msg(!valid(texts[i], true), "text %zu", i);
}
END_TEST

START_TEST(surrogates_when_allowed)
{
    ck_assert(valid("\xED\xA0\x80", true) && valid("\xED\xBF\xBF", true));
    ck_assert(!valid("\xED\xA0\x80", false) && !valid("\xED\xBF\xBF", false));
}
END_TEST

int main(void)
{
    return check_main("text",
                      (const TTest *[]){well_formed, malformed, surrogates_when_allowed, NULL});
}
