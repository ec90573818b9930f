/* Reports in rows; see facts.h.
 * SPDX-License-Identifier: MIT */
#include "cli/facts.h"
#include "cli/reference.h"

enum { CLASSES_MOST = 20 };

static void add_list(struct lar_grid *grid, const char *name, const json_t *list, size_t most)
{
    size_t n = json_array_size(list);
    for (size_t i = 0; i < n && i < most; i++)
        lar_grid_fact(grid, name, json_string_value(json_array_get(list, i)));
    if (n > most) {
        lar_grid_cell(grid, name);
        lar_grid_cellf(grid, "... and %zu more", n - most);
    }
}

void lar_facts_of_report(struct lar_grid *grid, const json_t *report, bool met)
{
    static const char *const names[] = {"format", "producer", "class"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        lar_grid_fact(grid, names[i], lar_member(report, names[i]));
    add_list(grid, "warning", json_object_get(report, "warnings"), SIZE_MAX);
    if (met)
        add_list(grid, "met", json_object_get(report, "classes"), CLASSES_MOST);
}
