/* SPDX-License-Identifier: MIT */
#include "cli/grid.h"
#include "tests/check_main.h"
#include "tests/cli/printed.h"

static void fill(struct lar_grid *grid)
{
    lar_grid_init(grid, "MODEL|>ROWS|LABELS|ERROR");
    lar_grid_cell(grid, "iris");
    lar_grid_cellf(grid, "%d", 12345);
    lar_grid_cell(grid, NULL);
    lar_grid_cell(grid, "a long sentence that goes on and on");
    lar_grid_cell(grid, "a\033b");
    lar_grid_cellf(grid, "%d", 1);
    lar_grid_cell(grid, "");
    lar_grid_cell(grid, "-");
}

START_TEST(a_terminal_gets_titles_and_columns)
{
    struct lar_grid grid;
    struct lar_error err = {0};
    struct printed p;
    fill(&grid);
    printed_begin(&p, true, 80);
    ck_assert(lar_grid_print(&grid, &p.screen, &err));
    printed_end(&p, "MODEL    ROWS  ERROR\n"
                    "iris    12345  a long sentence that goes on and on\n"
                    "a\\x1bb      1  -\n");
    lar_grid_finish(&grid);
}
END_TEST

START_TEST(the_last_column_is_cut)
{
    struct lar_grid grid;
    struct lar_error err = {0};
    struct printed p;
    fill(&grid);
    printed_begin(&p, true, 40);
    ck_assert(lar_grid_print(&grid, &p.screen, &err));
    printed_end(&p, "MODEL    ROWS  ERROR\n"
                    "iris    12345  a long sentence that goe~\n"
                    "a\\x1bb      1  -\n");
    lar_grid_finish(&grid);
}
END_TEST

START_TEST(programs_get_tabs_and_every_column)
{
    struct lar_grid grid;
    struct lar_error err = {0};
    struct printed p;
    fill(&grid);
    printed_begin(&p, false, 40);
    ck_assert(lar_grid_print(&grid, &p.screen, &err));
    printed_end(&p, "iris\t12345\t-\ta long sentence that goes on and on\n"
                    "a\\x1bb\t1\t-\t-\n");
    lar_grid_finish(&grid);
}
END_TEST

START_TEST(titles_alone)
{
    struct lar_grid grid;
    struct lar_error err = {0};
    struct printed p;
    lar_grid_init(&grid, "MODEL|>ROWS");
    printed_begin(&p, true, 80);
    p.screen.bold = true;
    ck_assert(lar_grid_print(&grid, &p.screen, &err));
    printed_end(&p, "\033[1mMODEL  ROWS\033[0m\n");
    lar_grid_finish(&grid);
}
END_TEST

START_TEST(facts_have_no_titles)
{
    struct lar_grid grid;
    struct lar_error err = {0};
    struct printed p;
    lar_grid_init_facts(&grid);
    lar_grid_fact(&grid, "version", "3");
    lar_grid_fact(&grid, "class", NULL);
    lar_grid_fact(&grid, "note", "");
    for (int i = 0; i < 40; i++) /* beyond the first allocation */
        lar_grid_fact(&grid, "w", "x");
    lar_grid_finish(&grid);
    lar_grid_init_facts(&grid);
    lar_grid_fact(&grid, "version", "3");
    lar_grid_fact(&grid, "w", "x");
    printed_begin(&p, true, 80);
    ck_assert(lar_grid_print(&grid, &p.screen, &err));
    printed_end(&p, "version  3\nw        x\n");
    lar_grid_finish(&grid);
}
END_TEST

int main(void)
{
    return check_main("grid",
                      (const TTest *[]){a_terminal_gets_titles_and_columns, the_last_column_is_cut,
                                        programs_get_tabs_and_every_column, titles_alone,
                                        facts_have_no_titles, NULL});
}
