/* Rows and columns of text: aligned, with titles, on a terminal; elsewhere a line for each row,
 * tabs between its cells, no titles.
 *
 * Cells are escaped as they come (cli/escape.h) and copied. Want of memory shows when all is
 * printed.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_GRID_H
#define CLI_GRID_H

#include "base/error.h"
#include "cli/screen.h"

enum { LAR_GRID_COLUMNS = 12 };

struct lar_grid {
    const char *titles; /* "MODEL|STATE|>ROWS": '>' sets a column to the right; NULL: no titles */
    unsigned n_columns;
    char **cells; /* row by row */
    size_t n_cells, room;
    bool spent; /* no memory */
};

/* TITLES must outlive the grid. */
void lar_grid_init(struct lar_grid *grid, const char *titles);
/* A grid of two columns without titles. */
void lar_grid_init_facts(struct lar_grid *grid);
void lar_grid_finish(struct lar_grid *grid); /* accepts a zeroed one */

/* The next cell, from left to right and from row to row. NULL or "": "-". */
void lar_grid_cell(struct lar_grid *grid, const char *text);
__attribute__((format(printf, 2, 3))) void lar_grid_cellf(struct lar_grid *grid, const char *format,
                                                          ...);
/* A row of two cells, left out where VALUE is NULL or empty. */
void lar_grid_fact(struct lar_grid *grid, const char *name, const char *value);

/* On a terminal the last column is cut where the line ends, and a column in which every cell is "-"
 * is left out. */
bool lar_grid_print(const struct lar_grid *grid, const struct lar_screen *screen,
                    struct lar_error *err);

#endif
