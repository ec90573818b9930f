/* Cells of CSV (RFC 4180); see csv.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/csv.h"

/* The cell that lies between FROM and TO with DOUBLED quotes that are double. */
static bool decode(struct lar_csv *csv, const char *from, const char *to, size_t doubled,
                   struct lar_error *err)
{
    size_t n = (size_t)(to - from) - doubled;
    csv->cell = (struct lar_json_string){from, n};
    if (!doubled)
        return true;
    if (n > csv->plain_room) {
        if (!lar_json_grow(csv->js, &csv->plain, 0, 2 * n, err))
            return false;
        csv->plain_room = 2 * n;
    }
    for (size_t i = 0; i < n; i++, from++) {
        csv->plain[i] = *from;
        from += *from == '"';
    }
    csv->cell.text = csv->plain;
    return true;
}

bool lar_csv_next(struct lar_csv *csv, struct lar_error *err)
{
    const char *from = csv->at, *end = csv->end, *at = from;
    size_t doubled = 0;
    if (at == end || *at != '"') {
        while (at < end && *at != ',' && *at != '\n' && *at != '\r')
            at++;
        csv->at = at;
        return decode(csv, from, at, 0, err);
    }
    for (from = ++at;; at++) {
        if (at == end)
            return lar_fail(err, LAR_ERR_INVALID, "CSV: a quoted value has no end");
        if (*at != '"')
            continue;
        if (at + 1 == end || at[1] != '"')
            break;
        at++;
        doubled++;
    }
    csv->at = at + 1;
    if (csv->at < end && *csv->at != ',' && *csv->at != '\n' && *csv->at != '\r')
        return lar_fail(err, LAR_ERR_INVALID, "CSV: text follows the quotes of a value");
    return decode(csv, from, at, doubled, err);
}

bool lar_csv_end_line(struct lar_csv *csv)
{
    const char *from = csv->at;
    if (csv->at < csv->end && *csv->at == '\r')
        csv->at++;
    if (csv->at < csv->end && *csv->at == '\n')
        csv->at++;
    return csv->at > from;
}
