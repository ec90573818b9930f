/* Tables; see grid.h.
 * SPDX-License-Identifier: MIT */
#include "cli/grid.h"
#include "cli/escape.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { GAP = 2, LAST_LEAST = 20 /* columns that the last one keeps */ };

void lar_grid_init(struct lar_grid *grid, const char *titles)
{
    *grid = (struct lar_grid){.titles = titles, .n_columns = 1};
    for (const char *p = titles; (p = strchr(p, '|')); p++)
        grid->n_columns++;
}

void lar_grid_init_facts(struct lar_grid *grid)
{
    *grid = (struct lar_grid){.n_columns = 2};
}

void lar_grid_finish(struct lar_grid *grid)
{
    for (size_t i = 0; i < grid->n_cells; i++)
        free(grid->cells[i]);
    free(grid->cells);
    *grid = (struct lar_grid){0};
}

void lar_grid_cell(struct lar_grid *grid, const char *text)
{
    if (grid->n_cells == grid->room) {
        size_t room = grid->room ? 2 * grid->room : 64;
        char **cells = reallocarray(grid->cells, room, sizeof *cells);
        if (!cells) {
            grid->spent = true;
            return;
        }
        grid->cells = cells;
        grid->room = room;
    }
    char *cell = lar_escaped(text && *text ? text : "-");
    if (cell)
        grid->cells[grid->n_cells++] = cell;
    else
        grid->spent = true;
}

void lar_grid_cellf(struct lar_grid *grid, const char *format, ...)
{
    char text[256];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lar_grid_cell(grid, text);
}

void lar_grid_fact(struct lar_grid *grid, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    lar_grid_cell(grid, name);
    lar_grid_cell(grid, value);
}

/* ---- printing ---- */

struct column {
    const char *title; /* not ended by NUL */
    int title_bytes;
    bool right;
    bool empty; /* no cell says anything: left out on a terminal */
    size_t width;
};

static void read_titles(const struct lar_grid *grid, struct column *columns)
{
    const char *p = grid->titles;
    for (unsigned i = 0; i < grid->n_columns; i++) {
        columns[i] = (struct column){.title = "", .empty = grid->n_cells > 0};
        if (!p)
            continue;
        columns[i].right = *p == '>';
        p += columns[i].right;
        columns[i].title = p;
        columns[i].title_bytes = (int)strcspn(p, "|");
        columns[i].width = (size_t)columns[i].title_bytes;
        p += columns[i].title_bytes + (p[columns[i].title_bytes] == '|');
    }
}

/* Returns the last column that is shown. */
static unsigned measure(const struct lar_grid *grid, const struct lar_screen *screen,
                        struct column *columns)
{
    size_t before = 0;
    unsigned last = 0;
    read_titles(grid, columns);
    for (size_t i = 0; i < grid->n_cells; i++) {
        size_t width = lar_columns(grid->cells[i], SIZE_MAX, NULL);
        struct column *column = &columns[i % grid->n_columns];
        column->width = width > column->width ? width : column->width;
        column->empty = column->empty && strcmp(grid->cells[i], "-") == 0;
    }
    for (unsigned i = 0; i < grid->n_columns; i++)
        last = columns[i].empty ? last : i;
    for (unsigned i = 0; i < last; i++)
        before += columns[i].empty ? 0 : columns[i].width + GAP;
    size_t left = screen->columns > before + LAST_LEAST ? screen->columns - before : LAST_LEAST;
    columns[last].width = columns[last].width < left ? columns[last].width : left;
    return last;
}

static void pad(FILE *to, size_t n)
{
    fprintf(to, "%*s", (int)n, "");
}

/* One cell of a terminal's line; the last of a row is not filled up. */
static void print_cell(FILE *to, const char *text, const struct column *column, bool last)
{
    size_t fits, width = lar_columns(text, column->width, &fits);
    if (text[fits]) { /* cut: the last place is for the sign that says so */
        width = lar_columns(text, column->width - 1, &fits) + 1;
        fprintf(to, "%.*s~", (int)fits, text);
    } else {
        if (column->right)
            pad(to, column->width - width);
        fputs(text, to);
    }
    if (!last)
        pad(to, GAP + (column->right ? 0 : column->width - width));
}

static void print_titles(const struct lar_screen *screen, const struct column *columns,
                         unsigned last)
{
    fputs(screen->bold ? "\033[1m" : "", screen->file);
    for (unsigned i = 0; i <= last; i++) {
        size_t rest = columns[i].width - (size_t)columns[i].title_bytes;
        if (columns[i].empty)
            continue;
        if (columns[i].right)
            pad(screen->file, rest);
        fprintf(screen->file, "%.*s", columns[i].title_bytes, columns[i].title);
        if (i < last)
            pad(screen->file, GAP + (columns[i].right ? 0 : rest));
    }
    fputs(screen->bold ? "\033[0m\n" : "\n", screen->file);
}

static void print_terminal(const struct lar_grid *grid, const struct lar_screen *screen)
{
    struct column columns[LAR_GRID_COLUMNS] = {0};
    unsigned last = measure(grid, screen, columns);
    if (grid->titles)
        print_titles(screen, columns, last);
    for (size_t i = 0; i < grid->n_cells; i++) {
        unsigned k = (unsigned)(i % grid->n_columns);
        if (!columns[k].empty)
            print_cell(screen->file, grid->cells[i], &columns[k], k == last);
        if (k + 1 == grid->n_columns)
            fputc('\n', screen->file);
    }
}

bool lar_grid_print(const struct lar_grid *grid, const struct lar_screen *screen,
                    struct lar_error *err)
{
    if (grid->spent)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a table");
    if (screen->terminal) {
        print_terminal(grid, screen);
        return true;
    }
    for (size_t i = 0; i < grid->n_cells; i++) {
        fputs(grid->cells[i], screen->file);
        fputc((i + 1) % grid->n_columns ? '\t' : '\n', screen->file);
    }
    return true;
}
