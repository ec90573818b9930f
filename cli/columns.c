/* The columns of a model's rows, and CSV by their names; see question.h.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "cli/question.h"

#include <stdio.h>
#include <string.h>

enum { LISTED = 300 };

bool lar_columns_of(struct lar_columns *ret, const struct lar_flat *flat, uint32_t method,
                    struct lar_scratch *scratch, struct lar_error *err)
{
    const struct lar_flat_method *m = &flat->methods[method];
    const struct lar_flat_input *only = m->n_inputs == 1 ? &flat->inputs[m->inputs[0]] : NULL;
    *ret = (struct lar_columns){.n = 0};
    if (only && only->value != LAR_NO_VALUE && flat->values[only->value].shape.rank == 2) {
        const struct lar_shape *shape = &flat->values[only->value].shape;
        ret->n = shape->dims[1] > 0 ? (size_t)shape->dims[1] : 0;
        if (only->columns != LAR_NO_VALUE)
            ret->names = flat->values[only->columns].constant;
        return true;
    }
    ret->inputs = lar_scratch_take(scratch, m->n_inputs + 1, sizeof(struct lar_flat_input *));
    if (!ret->inputs)
        return lar_scratch_fail(scratch, err, "the columns");
    for (uint32_t i = 0; i < m->n_inputs; i++)
        ret->inputs[i] = &flat->inputs[m->inputs[i]];
    ret->n = m->n_inputs;
    return true;
}

const char *lar_columns_name(const struct lar_columns *columns, size_t i,
                             char buffer[LAR_COLUMN_NAME], size_t *ret_size)
{
    if (columns->inputs) {
        *ret_size = strlen(columns->inputs[i]->name);
        return columns->inputs[i]->name;
    }
    if (columns->names) {
        *ret_size = columns->names->offsets[i + 1] - columns->names->offsets[i];
        return (const char *)columns->names->data + columns->names->offsets[i];
    }
    *ret_size = (size_t)snprintf(buffer, LAR_COLUMN_NAME, "x%zu", i);
    return buffer;
}

ptrdiff_t lar_columns_find(const struct lar_columns *columns, const char *name, size_t size)
{
    char buffer[LAR_COLUMN_NAME];
    for (size_t i = 0; i < columns->n; i++) {
        size_t n;
        const char *known = lar_columns_name(columns, i, buffer, &n);
        if (n == size && memcmp(known, name, n) == 0)
            return (ptrdiff_t)i;
    }
    return -1;
}

/* ---- CSV's first line ---- */

struct cell {
    char *text;
    size_t size;
};

struct header {
    struct cell *cells;
    size_t n;
    const char *end; /* where the line ends */
};

/* The cell at *AT, without its quotes, to TO, which has room for the whole line. */
static bool read_cell(const char **at, const char *end, char *to, struct cell *ret,
                      struct lar_error *err)
{
    const char *p = *at;
    *ret = (struct cell){.text = to};
    if (p < end && *p == '"') {
        for (p++; p < end && (*p != '"' || (p + 1 < end && p[1] == '"')); p++) {
            p += *p == '"';
            to[ret->size++] = *p;
        }
        if (p >= end)
            return lar_fail(err, LAR_ERR_INVALID, "CSV: a quote in the first line has no end");
        p++;
    } else {
        for (; p < end && *p != ',' && *p != '\n' && *p != '\r'; p++)
            to[ret->size++] = *p;
    }
    *at = p;
    return true;
}

static bool read_header(struct header *ret, const char *text, size_t size,
                        struct lar_scratch *scratch, struct lar_error *err)
{
    const char *at = text, *end = text + size;
    size_t commas = 0;
    for (const char *p = text; p < end && *p != '\n'; p++)
        commas += *p == ',';
    char *to = lar_scratch_take(scratch, size + 1, 1);
    ret->cells = lar_scratch_take(scratch, commas + 2, sizeof *ret->cells);
    ret->n = 0;
    if (!to || !ret->cells)
        return lar_scratch_fail(scratch, err, "CSV's first line");
    for (;; at++) {
        struct cell *cell = &ret->cells[ret->n++];
        if (!read_cell(&at, end, to, cell, err))
            return false;
        to += cell->size;
        if (at == end || *at != ',' || ret->n == commas + 2)
            break;
    }
    if (at < end && *at != '\n' && *at != '\r')
        return lar_fail(err, LAR_ERR_INVALID,
                        "CSV: a comma or the line's end is missing behind column %zu of the names",
                        ret->n);
    ret->end = at;
    return true;
}

static bool is_number(const struct cell *cell)
{
    const char *at = cell->text;
    double v;
    bool plus = cell->size && *at == '+';
    return lar_number_read_f64(&(const char *){at + plus}, at + cell->size, &v) == LAR_NUMBER_OK;
}

/* A file without names: numbers, and perhaps gaps, from its first line on. */
static bool is_row(const struct header *header)
{
    size_t numbers = 0;
    for (size_t i = 0; i < header->n; i++) {
        const struct cell *c = &header->cells[i];
        bool gap = c->size == 0 || (c->size == 3 && strncasecmp(c->text, "nan", 3) == 0);
        bool number = is_number(c);
        if (!gap && !number)
            return false;
        numbers += number;
    }
    return numbers > 0;
}

/* ---- names against names ---- */

struct list {
    char text[LISTED];
    size_t used, n;
};

static void list_add(struct list *list, const char *name, size_t size)
{
    list->n++;
    if (list->used + 8 > LISTED)
        return;
    size_t room = LISTED - list->used;
    int shown = size < 60 ? (int)size : 60;
    int n = (size_t)shown + 12 > room ? snprintf(list->text + list->used, room, "...")
                                      : snprintf(list->text + list->used, room, "%s'%.*s'",
                                                 list->n > 1 ? ", " : "", shown, name);
    list->used =
        (size_t)n + 8 > room || (size_t)shown + 12 > room ? LISTED : list->used + (size_t)n;
}

static bool find_cell(const struct header *header, const char *name, size_t size)
{
    for (size_t i = 0; i < header->n; i++)
        if (header->cells[i].size == size && memcmp(header->cells[i].text, name, size) == 0)
            return true;
    return false;
}

/* Whether the names are the model's; inputs that nothing reads may be missing. */
static bool compare(const struct lar_columns *columns, const struct header *header,
                    struct lar_error *err)
{
    char buffer[LAR_COLUMN_NAME];
    struct list missing = {.n = 0}, unknown = {.n = 0};
    for (size_t i = 0; i < columns->n; i++) {
        size_t n;
        const char *name = lar_columns_name(columns, i, buffer, &n);
        bool needed = !columns->inputs || columns->inputs[i]->value != LAR_NO_VALUE;
        if (needed && !find_cell(header, name, n))
            list_add(&missing, name, n);
    }
    for (size_t i = 0; i < header->n; i++)
        if (lar_columns_find(columns, header->cells[i].text, header->cells[i].size) < 0)
            list_add(&unknown, header->cells[i].text, header->cells[i].size);
    if (!missing.n && !unknown.n)
        return true;
    return lar_fail(err, LAR_ERR_INVALID, "CSV: %s%s%s%s%s%s", missing.n ? missing.text : "",
                    !missing.n       ? ""
                    : missing.n == 1 ? " is missing"
                                     : " are missing",
                    missing.n && unknown.n ? "; " : "", unknown.n ? "the model has no column " : "",
                    unknown.n ? unknown.text : "", "");
}

/* The model's names as CSV's first line, and then REST. */
static bool rename_header(const char **ret, size_t *ret_size, const struct lar_columns *columns,
                          const char *rest, size_t rest_size, struct lar_scratch *scratch,
                          struct lar_error *err)
{
    char buffer[LAR_COLUMN_NAME];
    size_t room = rest_size + 1, n;
    for (size_t i = 0; i < columns->n; i++) {
        lar_columns_name(columns, i, buffer, &n);
        room += 2 * n + 3;
    }
    char *text = lar_scratch_take(scratch, room, 1), *to = text;
    if (!text)
        return lar_scratch_fail(scratch, err, "the rows");
    for (size_t i = 0; i < columns->n; i++) {
        const char *name = lar_columns_name(columns, i, buffer, &n);
        if (i)
            *to++ = ',';
        *to++ = '"';
        for (size_t k = 0; k < n; k++) {
            if (name[k] == '"')
                *to++ = '"';
            *to++ = name[k];
        }
        *to++ = '"';
    }
    memcpy(to, rest, rest_size);
    *ret = text;
    *ret_size = (size_t)(to - text) + rest_size;
    return true;
}

bool lar_csv_prepare(const char **ret, size_t *ret_size, const struct lar_columns *columns,
                     const char *text, size_t size, struct lar_scratch *scratch,
                     struct lar_error *err)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* what spreadsheets begin with */
    struct header header;
    if (size >= 3 && memcmp(text, mark, 3) == 0) {
        text += 3;
        size -= 3;
    }
    if (!read_header(&header, text, size, scratch, err))
        return false;
    *ret = text;
    *ret_size = size;
    bool row = is_row(&header), named = columns->inputs || columns->names;
    if (columns->n == 0)
        return true;
    if (row || (!named && header.n > 0 && !find_cell(&header, "x0", 2))) {
        if (header.n != columns->n)
            return lar_fail(err, LAR_ERR_INVALID, "CSV: the first line has %zu %s, the model %zu",
                            header.n, header.n == 1 ? "column" : "columns", columns->n);
        if (!row)
            return rename_header(ret, ret_size, columns, header.end,
                                 (size_t)(text + size - header.end), scratch, err);
        /* the line's end is what separates the names from it */
        char *rows = lar_scratch_take(scratch, size + 1, 1);
        if (!rows)
            return lar_scratch_fail(scratch, err, "the rows");
        rows[0] = '\n';
        memcpy(rows + 1, text, size);
        return rename_header(ret, ret_size, columns, rows, size + 1, scratch, err);
    }
    return compare(columns, &header, err);
}
