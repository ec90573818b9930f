/* SPDX-License-Identifier: MIT */
#include "base/error.h"
#include "tests/check_main.h"

#include <errno.h>
#include <string.h>

START_TEST(first_failure_wins)
{
    struct lar_error err = {0};
    ck_assert(!lar_fail(&err, LAR_ERR_FORMAT, "first %d", 1));
    ck_assert(!lar_fail(&err, LAR_ERR_LIMIT, "second"));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    ck_assert_str_eq(err.text, "first 1");
}
END_TEST

START_TEST(places_read_from_the_outside_in)
{
    struct lar_error err = {0};
    lar_error_within(&err, "nothing to say");
    ck_assert_int_eq(err.code, LAR_ERR_NONE);
    lar_fail(&err, LAR_ERR_FORMAT, "wrong length");
    lar_error_within(&err, "coef_");
    lar_error_within(&err, "steps[%d]", 1);
    ck_assert_str_eq(err.text, "steps[1]: coef_: wrong length");
}
END_TEST

START_TEST(errno_gives_code_and_text)
{
    struct lar_error err = {0};
    lar_fail_errno(&err, ENOSPC, "write");
    ck_assert_int_eq(err.code, LAR_ERR_FULL);
    ck_assert_str_eq(err.text, "write: No space left on device");
    lar_error_clear(&err);
    ck_assert_str_eq(err.text, "");
}
END_TEST

START_TEST(long_text_is_cut_at_a_whole_character)
{
    struct lar_error err = {0};
    char text[sizeof err.text + 8];
    for (size_t i = 0; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 3);
    lar_fail(&err, LAR_ERR_FORMAT, "%s", text);
    size_t n = strlen(err.text);
    ck_assert_uint_lt(n, sizeof err.text);
    ck_assert_uint_eq(n % 2, 0);
}
END_TEST

int main(void)
{
    return check_main("error",
                      (const TTest *[]){first_failure_wins, places_read_from_the_outside_in,
                                        errno_gives_code_and_text,
                                        long_text_is_cut_at_a_whole_character, NULL});
}
