/* SPDX-License-Identifier: MIT */
#include "cli/progress.h"
#include "tests/check_main.h"
#include "tests/cli/printed.h"

#include <string.h>

START_TEST(the_bar_fits_the_line)
{
    static const double parts[] = {0, 0.001, 0.5, 0.999, 1, 1.5};
    for (unsigned columns = 0; columns < 300; columns++)
        for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
            char line[LAR_PROGRESS_LINE];
            lar_progress_line(line, columns, parts[i] * 2e7, 2e7, 3);
            ck_assert_msg(strlen(line) < columns || columns < 58, "%u: %s", columns, line);
        }
}
END_TEST

START_TEST(the_bar_says_how_far_it_is)
{
    char line[LAR_PROGRESS_LINE];
    lar_progress_line(line, 58, 5e6, 2e7, 2);
    ck_assert_str_eq(line, "[##........]  25 %  5.0 MB of 20.0 MB  2.5 MB/s");
    lar_progress_line(line, 58, 2e7, 2e7, 2);
    ck_assert_str_eq(line, "[##########] 100 %  20.0 MB of 20.0 MB  10.0 MB/s");
    lar_progress_line(line, 58, 5e6, 0, 0);
    ck_assert_str_eq(line, "5.0 MB  0 bytes/s");
}
END_TEST

START_TEST(it_is_drawn_on_terminals_only)
{
    struct lar_progress progress;
    struct printed p;
    printed_begin(&p, false, 80);
    lar_progress_begin(&progress, &p.screen, NULL);
    progress.begun -= 10;
    lar_progress_step(&progress, 1, 2);
    lar_progress_end(&progress);
    printed_end(&p, "");
    printed_begin(&p, true, 58);
    lar_progress_begin(&progress, &p.screen, "waiting");
    lar_progress_step(&progress, 1, 2); /* too early */
    progress.begun -= 10;
    lar_progress_step(&progress, 2, 2);
    lar_progress_step(&progress, 2, 2); /* too soon after */
    lar_progress_end(&progress);
    printed_end(&p, "\r\033[Kwaiting\r\033[K");
}
END_TEST

int main(void)
{
    return check_main("progress",
                      (const TTest *[]){the_bar_fits_the_line, the_bar_says_how_far_it_is,
                                        it_is_drawn_on_terminals_only, NULL});
}
