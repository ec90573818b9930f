/* Records as tensors: columns that come as such, rows of different lengths filled up; see
 * dialect_records.h. SPDX-License-Identifier: MIT */
#include "dialects/dialect_records_private.h"

#include <math.h>

bool lar_records_column(struct lar_inputs *in, const struct lar_json_string *name,
                        enum lar_type wire, uint64_t rows, struct lar_cells **ret,
                        struct lar_error *err)
{
    struct lar_records *r = &in->records;
    if (r->n_columns == r->columns_room) {
        uint32_t room = 2 * r->n_columns + 16;
        if (!lar_json_grow(in->js, &r->columns, r->n_columns * sizeof *r->columns,
                           room * sizeof *r->columns, err))
            return false;
        r->columns_room = room;
    }
    if (!lar_records_take_key(in, name, 1, err))
        return false;
    struct lar_record_column *c = &r->columns[r->n_columns++];
    *c = (struct lar_record_column){.name = *name, .rows = rows};
    (void)lar_cells_init(&c->cells, wire == LAR_TYPE_STRING ? LAR_TYPE_STRING : LAR_TYPE_F64,
                         wire); /* holds them all */
    *ret = &c->cells;
    return true;
}

/* Element ROW of C. */
static bool add_element(struct lar_inputs *in, const struct lar_record_column *c, uint64_t row,
                        struct lar_error *err)
{
    const struct lar_cells *cells = &c->cells;
    if (cells->type == LAR_TYPE_F64)
        return lar_records_add_number(in, &c->name, ((const double *)cells->data)[row], err);
    if (cells->kinds[row] == LAR_STRING_TEXT) {
        const struct lar_json_string text = {(const char *)cells->data + cells->offsets[row],
                                             cells->offsets[row + 1] - cells->offsets[row]};
        return lar_records_add_text(in, &c->name, &text, err);
    }
    if (in->records.holds & LAR_RECORDS_NULLS)
        return lar_records_add_number(in, &c->name, NAN, err);
    return lar_fail(err, LAR_ERR_INVALID, "column '%.*s' is null in row %llu, a text is expected",
                    c->name.size < 64 ? (int)c->name.size : 64, c->name.text,
                    (unsigned long long)row);
}

/* Puts the columns that came as tensors together. */
static bool join(struct lar_inputs *in, struct lar_error *err)
{
    struct lar_records *r = &in->records;
    if (r->features->seen || r->values->seen)
        return lar_fail(err, LAR_ERR_INVALID, "input '%.64s' is given whole and in columns",
                        (r->features->seen ? r->features : r->values)->input->name);
    if (!lar_slot_begin(r->features, LAR_TYPE_STRING, err) ||
        !lar_slot_begin(r->values, LAR_TYPE_F64, err))
        return false;
    for (uint32_t i = 1; i < r->n_columns; i++)
        if (r->columns[i].rows != r->columns[0].rows)
            return lar_records_uneven(&r->columns[i].name, err);
    for (uint64_t row = 0; row < r->columns[0].rows; row++) {
        for (uint32_t i = 0; i < r->n_columns; i++)
            if (!add_element(in, &r->columns[i], row, err))
                return false;
        if (!lar_records_end_row(in, err))
            return false;
    }
    return r->n_rows > 0 || lar_fail(err, LAR_ERR_INVALID, "expected at least one row, found none");
}

/* Pairs [FIRST, END) to the end of the two, which have room, and then as many as are LEFT out. */
static void copy_row(struct lar_cells *names, struct lar_cells *values,
                     const struct lar_records *from, uint64_t first, uint64_t end, uint64_t left)
{
    const struct lar_cells *old = &from->features->cells;
    uint64_t begin = end > first ? old->offsets[first] : 0;
    size_t bytes = end > first ? old->offsets[end] - begin : 0;
    double *to = (double *)values->data + values->count;
    if (bytes)
        memcpy((char *)names->data + names->bytes, (const char *)old->data + begin, bytes);
    for (uint64_t i = first; i < end; i++) {
        names->kinds[names->count] = LAR_STRING_TEXT;
        names->offsets[++names->count] = names->bytes + old->offsets[i + 1] - begin;
    }
    names->bytes += bytes;
    if (end > first)
        memcpy(to, (const double *)from->values->cells.data + first, (end - first) * sizeof *to);
    for (uint64_t i = 0; i < left; i++) {
        lar_cells_add_missing(names);
        to[end - first + i] = 0;
    }
    values->count += end - first + left;
}

/* Rows that are longer than others make those long, too: not without a bound. */
static bool check_size(const struct lar_records *r, uint64_t longest, struct lar_error *err)
{
    enum { MOST = 1 << 22, TIMES = 8 };
    uint64_t size, pairs = r->features->cells.count;
    if (!__builtin_mul_overflow(r->n_rows, longest, &size) &&
        (size <= MOST || size / TIMES <= pairs))
        return true;
    return lar_fail(err, LAR_ERR_LIMIT,
                    "%llu rows of up to %llu keys, but %llu in all: send rows with many keys and "
                    "rows with few in calls of their own",
                    (unsigned long long)r->n_rows, (unsigned long long)longest,
                    (unsigned long long)pairs);
}

static bool fill_up(struct lar_inputs *in, uint64_t longest, struct lar_error *err)
{
    struct lar_records *r = &in->records;
    struct lar_cells names, values;
    uint64_t first = 0;
    if (!check_size(r, longest, err))
        return false;
    (void)lar_cells_init(&names, LAR_TYPE_STRING, LAR_TYPE_STRING);
    (void)lar_cells_init(&values, LAR_TYPE_F64, LAR_TYPE_F64);
    if (!lar_cells_reserve(&names, in->js, r->n_rows * longest, r->features->cells.bytes, err) ||
        !lar_cells_reserve(&values, in->js, r->n_rows * longest, 0, err))
        return false;
    for (uint64_t i = 0; i < r->n_rows; first = r->ends[i++])
        copy_row(&names, &values, r, first, r->ends[i], longest - (r->ends[i] - first));
    r->features->cells = names;
    r->values->cells = values;
    return true;
}

bool lar_records_finish(struct lar_inputs *in, struct lar_error *err)
{
    struct lar_records *r = &in->records;
    uint64_t longest = 0, first = 0;
    if (r->n_columns && !join(in, err))
        return false;
    if (!r->n_rows)
        return true;
    for (uint64_t i = 0; i < r->n_rows; first = r->ends[i++])
        longest = r->ends[i] - first > longest ? r->ends[i] - first : longest;
    if (r->features->cells.count < r->n_rows * longest && !fill_up(in, longest, err))
        return false;
    r->features->shape = r->values->shape = LAR_SHAPE((int64_t)r->n_rows, (int64_t)longest);
    r->features->seen = r->values->seen = 1;
    return true;
}
