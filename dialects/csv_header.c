/* The first line of a CSV; see csv.h.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/csv.h"
#include "dialects/dialect_records.h"

#include <stdio.h>

/* The model's columns: of its only matrix, or its inputs. */
static const struct lar_names *names_of(const struct lar_rows *rows)
{
    return rows->in.columns.n ? &rows->in.columns : &rows->in.names;
}

static enum lar_type type_of(const struct lar_rows *rows, int64_t column)
{
    const struct lar_inputs *in = &rows->in;
    const struct lar_value_info *info =
        column < 0 ? NULL : in->slots[in->columns.n ? 0 : column].info;
    return info ? info->type : LAR_TYPE_STRING;
}

static bool read_cells(struct lar_csv_header *h, struct lar_csv *csv, struct lar_error *err)
{
    do {
        csv->at += h->n > 0;
        if (h->n == h->room) {
            uint32_t room = h->room * 2 + 16;
            if (!lar_json_grow(csv->js, &h->cells, h->room * sizeof *h->cells,
                               room * sizeof *h->cells, err))
                return false;
            h->room = room;
        }
        if (!lar_csv_next(csv, err))
            return false;
        h->cells[h->n++] = csv->cell;
        csv->plain = NULL; /* it stays the cell's */
        csv->plain_room = 0;
    } while (csv->at < csv->end && *csv->at == ',');
    return lar_json_grow(csv->js, &h->types, 0, h->n * sizeof *h->types, err);
}

/* ---- what it is ---- */

/* 0, 1, 2, ..., perhaps between cells without a name: an index, a comma too many. */
static bool is_count(const struct lar_csv_header *h)
{
    char digits[LAR_NUMBER_SIZE];
    uint32_t i = 0, n = 0;
    while (i < h->n && h->cells[i].size == 0)
        i++;
    for (; i < h->n && h->cells[i].size; i++, n++) {
        size_t size = lar_number_write_u64(digits, n);
        if (h->cells[i].size != size || memcmp(h->cells[i].text, digits, size) != 0)
            return false;
    }
    while (i < h->n && h->cells[i].size == 0)
        i++;
    return n > 0 && i == h->n;
}

static bool has_known(const struct lar_csv_header *h, const struct lar_names *names)
{
    for (uint32_t i = 0; i < h->n; i++)
        if (lar_names_find(names, &h->cells[i], i) >= 0)
            return true;
    return false;
}

static void decide(struct lar_csv_header *h, const struct lar_names *names)
{
    uint32_t numbers = 0, missing = 0;
    for (uint32_t i = 0; i < h->n; i++) {
        bool gap = lar_csv_is_missing(&h->cells[i]);
        missing += gap;
        numbers += !gap && lar_csv_is_number(&h->cells[i]);
    }
    h->names = true;
    if (is_count(h))
        return;
    bool row = numbers > 0 && numbers + missing == h->n;
    if (row)
        h->names = !names->numbered && has_known(h, names);
    else if (numbers == 0 && names->numbered && h->n == names->n)
        h->names = has_known(h, names);
    h->row = row && !h->names;
}

/* ---- which are missing ---- */

struct list {
    char text[300];
    size_t used, n;
    bool full;
};

static void list_add(struct list *list, const struct lar_json_string *name)
{
    enum { SHOWN = 60, REST = 16 };
    size_t size = name->size < SHOWN ? name->size : SHOWN, room = sizeof list->text - list->used;
    const char *comma = list->n > 0 ? ", " : "";
    list->n++;
    if (list->full)
        return;
    list->full = room < size + REST;
    int n = list->full
                ? snprintf(list->text + list->used, room, ", ...")
                : snprintf(list->text + list->used, room, "%s'%.*s'", comma, (int)size, name->text);
    list->used += (size_t)n;
}

static bool fail_missing(const struct lar_csv_header *h, const struct lar_names *names,
                         const bool *there, const struct lar_rows *rows, struct lar_error *err)
{
    struct list missing = {.n = 0}, unknown = {.n = 0};
    for (uint32_t i = 0; i < names->n; i++)
        if (!there[i] && (rows->in.columns.n || rows->in.slots[i].info))
            list_add(&missing, &names->names[i]);
    if (!missing.n)
        return true;
    for (uint32_t i = 0; i < h->n; i++)
        if (lar_names_find(names, &h->cells[i], i) < 0)
            list_add(&unknown, &h->cells[i]);
    return lar_fail(err, LAR_ERR_INVALID, "CSV: column%s %s %s missing%s%s%s",
                    missing.n == 1 ? "" : "s", missing.text, missing.n == 1 ? "is" : "are",
                    unknown.n ? "; the model has no column " : "", unknown.text,
                    names->numbered ? LAR_NAMES_HINT : "");
}

/* ---- all of it ---- */

static bool by_name(struct lar_csv_header *h, struct lar_rows *rows, struct lar_error *err)
{
    const struct lar_names *names = names_of(rows);
    bool *there = NULL;
    if (!lar_json_grow(rows->js, &there, 0, names->n, err))
        return false;
    memset(there, 0, names->n);
    for (uint32_t i = 0; i < h->n; i++) {
        int64_t at = lar_names_find(names, &h->cells[i], i);
        h->types[i] = type_of(rows, at);
        if (at >= 0)
            there[at] = true;
    }
    return fail_missing(h, names, there, rows, err);
}

static bool by_position(struct lar_csv_header *h, struct lar_rows *rows, struct lar_error *err)
{
    uint32_t n = names_of(rows)->n;
    for (uint32_t i = 0; i < h->n; i++)
        h->types[i] = type_of(rows, i < n ? (int64_t)i : -1);
    return h->n == n ||
           lar_fail(err, LAR_ERR_INVALID, "CSV: the first line has %u column%s, the model %u", h->n,
                    h->n == 1 ? "" : "s", n);
}

/* What the columns of records hold, by all lines of CSV. */
static bool find_types(struct lar_csv_header *h, const struct lar_csv *csv, struct lar_error *err)
{
    enum { NUMBER = 1, FLAG = 2, TEXT = 4 };
    struct lar_csv scan = *csv;
    uint8_t *marks = NULL;
    uint32_t i = 0;
    if (!lar_json_grow(csv->js, &marks, 0, h->n, err))
        return false;
    memset(marks, 0, h->n);
    while (scan.at < scan.end) {
        if (lar_csv_end_line(&scan)) {
            i = 0;
            continue;
        }
        scan.at += i > 0; /* a comma */
        if (!lar_csv_next(&scan, err))
            return false;
        if (i < h->n && !lar_csv_is_missing(&scan.cell))
            marks[i] |= lar_csv_is_number(&scan.cell) ? NUMBER
                        : lar_csv_is_flag(&scan.cell) ? FLAG
                                                      : TEXT;
        i++;
    }
    h->names = true;
    for (i = 0; i < h->n; i++)
        h->types[i] = marks[i] == 0 || marks[i] == NUMBER || marks[i] == FLAG ? LAR_TYPE_F64
                                                                              : LAR_TYPE_STRING;
    return true;
}

bool lar_csv_read_header(struct lar_csv_header *ret, struct lar_csv *csv, struct lar_rows *rows,
                         struct lar_error *err)
{
    const char *from = csv->at;
    *ret = (struct lar_csv_header){.n = 0};
    if (!lar_inputs_columns(&rows->in, err) || !lar_inputs_names(&rows->in, err) ||
        !read_cells(ret, csv, err))
        return false;
    if (lar_takes_records(&rows->in))
        return find_types(ret, csv, err);
    decide(ret, names_of(rows));
    if (ret->row)
        csv->at = from;
    return ret->names ? by_name(ret, rows, err) : by_position(ret, rows, err);
}
