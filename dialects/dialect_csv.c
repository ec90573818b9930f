/* CSV for MLflow's /invocations and for files: rewritten as the JSON of a data frame, by the types
 * that the model's columns have, and then read as that. SPDX-License-Identifier: MIT */
#include "dialects/csv.h"
#include "dialects/utf8.h"

static bool put_names(struct lar_csv_json *to, const struct lar_csv_header *header,
                      struct lar_error *err)
{
    if (!lar_csv_put(to, "{", err))
        return false;
    for (uint32_t i = 0; header->names && i < header->n; i++)
        if (!lar_csv_put(to, i ? "," : "\"columns\":[", err) ||
            !lar_csv_put_string(to, &header->cells[i], err))
            return false;
    return lar_csv_put(to, header->names ? "],\"data\":[" : "\"data\":[", err);
}

static bool put_line(struct lar_csv_json *to, struct lar_csv *csv,
                     const struct lar_csv_header *header, struct lar_error *err)
{
    uint32_t i = 0;
    do {
        csv->at += i > 0;
        if (!lar_csv_put(to, i ? "," : "[", err) || !lar_csv_next(csv, err) ||
            !lar_csv_put_value(to, &csv->cell, i < header->n ? header->types[i] : LAR_TYPE_STRING,
                               err))
            return false;
        i++;
    } while (csv->at < csv->end && *csv->at == ',');
    return lar_csv_put(to, "]", err);
}

/* All lines as JSON. */
static bool rewrite(struct lar_csv_json *to, struct lar_csv *csv, struct lar_rows *rows,
                    struct lar_error *err)
{
    struct lar_csv_header header;
    if (!lar_csv_read_header(&header, csv, rows, err) || !put_names(to, &header, err))
        return false;
    for (bool first = true; csv->at < csv->end;) {
        if (lar_csv_end_line(csv)) /* empty ones, too */
            continue;
        if ((!first && !lar_csv_put(to, ",", err)) || !put_line(to, csv, &header, err))
            return false;
        first = false;
    }
    return lar_csv_put(to, "]}", err);
}

bool lar_mlflow_read_csv(struct lar_call_request *ret, const struct lar_flat *flat,
                         const void *body, size_t size, struct lar_scratch *scratch,
                         struct lar_error *err)
{
    struct lar_json js;
    struct lar_rows rows = {.js = &js, .ignores = true};
    struct lar_csv csv = {.js = &js,
                          .at = (const char *)body + lar_utf8_mark(body, size),
                          .end = (const char *)body + size};
    struct lar_csv_json json = {.js = &js};
    lar_json_init(&js, "", 0, scratch);
    *ret = (struct lar_call_request){0};
    while (lar_csv_end_line(&csv))
        ;
    if (csv.at == csv.end)
        return lar_fail(err, LAR_ERR_INVALID, "CSV: the line with the names is missing");
    if (!lar_call_select_method(ret, flat, flat->default_method, &js, err) ||
        !lar_rows_begin(&rows, flat, ret, err) || !rewrite(&json, &csv, &rows, err))
        return false;
    lar_json_init(&js, json.data, json.size, scratch);
    if (lar_mlflow_read_split(&rows, err))
        return lar_inputs_finish(&rows.in, ret, err);
    char *place = strstr(err->text, " (byte "); /* of the JSON, which nobody has seen */
    if (place)
        *place = '\0';
    return lar_json_at_name(err, "CSV");
}
