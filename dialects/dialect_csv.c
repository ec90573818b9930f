/* CSV for MLflow's /invocations: rewritten as the JSON of a data frame, by the types that the
 * model's columns have, and then read as that. SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/dialect_rows.h"

/* Text that grows in the scratch. */
struct out {
    struct lar_json *js;
    char *data;
    size_t size, capacity;
};

struct csv {
    const char *at, *end;
    struct out out;
    enum lar_type *types; /* of the columns, as the header names them */
    uint32_t n_columns, room;
    struct lar_json_string cell; /* without its quotes; doubled ones still double */
    bool quoted;
};

static bool put(struct out *out, const char *bytes, size_t n, struct lar_error *err)
{
    if (n > out->capacity - out->size) {
        size_t capacity = (out->size + n) * 2 + 4096;
        if (!lar_json_grow(out->js, &out->data, out->capacity, capacity, err))
            return false;
        out->capacity = capacity;
    }
    memcpy(out->data + out->size, bytes, n);
    out->size += n;
    return true;
}

static bool put_text(struct out *out, const char *s, struct lar_error *err)
{
    return put(out, s, strlen(s), err);
}

/* A cell as a JSON string. */
static bool put_string(struct out *out, const struct csv *c, struct lar_error *err)
{
    static const char hex[] = "0123456789abcdef";
    if (!put_text(out, "\"", err))
        return false;
    for (size_t i = 0; i < c->cell.size; i++) {
        unsigned char b = (unsigned char)c->cell.text[i];
        char code[] = {'\\', 'u', '0', '0', hex[b >> 4], hex[b & 15]};
        if (c->quoted && b == '"')
            i++; /* the second of two */
        bool ok = b < 0x20                ? put(out, code, sizeof code, err)
                  : b == '"' || b == '\\' ? put(out, (const char[]){'\\', (char)b}, 2, err)
                                          : put(out, &c->cell.text[i], 1, err);
        if (!ok)
            return false;
    }
    return put_text(out, "\"", err);
}

/* The next cell; false: what is wrong with it. Behind it lies ',', a line's end or the end. */
static bool next_cell(struct csv *c, struct lar_error *err)
{
    c->quoted = c->at < c->end && *c->at == '"';
    if (!c->quoted) {
        const char *from = c->at;
        while (c->at < c->end && *c->at != ',' && *c->at != '\n' && *c->at != '\r')
            c->at++;
        c->cell = (struct lar_json_string){from, (size_t)(c->at - from)};
        return true;
    }
    const char *from = ++c->at;
    for (;; c->at++) {
        if (c->at == c->end)
            return lar_fail(err, LAR_ERR_INVALID, "CSV: a quoted value has no end");
        if (*c->at != '"')
            continue;
        if (c->at + 1 == c->end || c->at[1] != '"')
            break;
        c->at++;
    }
    c->cell = (struct lar_json_string){from, (size_t)(c->at - from)};
    c->at++;
    return c->at == c->end || *c->at == ',' || *c->at == '\n' || *c->at == '\r' ||
           lar_fail(err, LAR_ERR_INVALID, "CSV: text follows the quotes of a value");
}

static bool is_one_of(const struct lar_json_string *s, const char *const *words)
{
    for (; *words; words++)
        if (lar_json_is(s, *words))
            return true;
    return false;
}

static bool put_value(struct csv *c, enum lar_type type, struct lar_error *err)
{
    static const char *const nothing[] = {"", "nan", "NaN", "NA", "N/A", "null", "None", NULL};
    static const char *const truths[] = {"true", "True", "TRUE", "1", NULL};
    static const char *const falsehoods[] = {"false", "False", "FALSE", "0", NULL};
    struct lar_json_string *s = &c->cell;
    struct out *out = &c->out;
    double ignored;
    if (type == LAR_TYPE_STRING)
        return s->size == 0 && !c->quoted ? put_text(out, "null", err) : put_string(out, c, err);
    while (s->size && *s->text == ' ')
        s->text++, s->size--;
    while (s->size && s->text[s->size - 1] == ' ')
        s->size--;
    if (type == LAR_TYPE_BOOL && is_one_of(s, truths))
        return put_text(out, "true", err);
    if (type == LAR_TYPE_BOOL && is_one_of(s, falsehoods))
        return put_text(out, "false", err);
    if (is_one_of(s, nothing))
        return put_text(out, "null", err);
    if (lar_json_is(s, "inf") || lar_json_is(s, "Infinity"))
        return put_text(out, "Infinity", err);
    if (lar_json_is(s, "-inf") || lar_json_is(s, "-Infinity"))
        return put_text(out, "-Infinity", err);
    if (s->size > 1 && *s->text == '+')
        s->text++, s->size--;
    const char *at = s->text;
    enum lar_number status = lar_number_read_f64(&at, s->text + s->size, &ignored);
    if ((status == LAR_NUMBER_OK || status == LAR_NUMBER_OVERFLOW) && at == s->text + s->size)
        return put(out, s->text, s->size, err);
    return put_string(out, c, err); /* refused where it is read, by column and row */
}

/* Passes a line's end over; false: none is there. */
static bool end_line(struct csv *c)
{
    const char *from = c->at;
    if (c->at < c->end && *c->at == '\r')
        c->at++;
    if (c->at < c->end && *c->at == '\n')
        c->at++;
    return c->at > from;
}

/* The type that the model's column NAME has; a string where it has none. */
static enum lar_type type_of(struct lar_rows *rows, const struct lar_json_string *name)
{
    struct lar_inputs *in = &rows->in;
    int64_t at = in->columns.n ? lar_names_find(&in->columns, name, 0) : -1;
    if (at >= 0)
        return in->slots[0].info->type;
    at = lar_names_find(&in->names, name, 0);
    return at >= 0 && in->slots[at].info ? in->slots[at].info->type : LAR_TYPE_STRING;
}

/* The first line: {"columns":[...],"data":[ */
static bool read_header(struct csv *c, struct lar_rows *rows, struct lar_error *err)
{
    if (!lar_inputs_columns(&rows->in, err) || !lar_inputs_names(&rows->in, err) ||
        !put_text(&c->out, "{\"columns\":[", err))
        return false;
    do {
        if (c->n_columns)
            c->at++;
        if (!next_cell(c, err) || (c->n_columns && !put_text(&c->out, ",", err)) ||
            !put_string(&c->out, c, err))
            return false;
        if (c->n_columns == c->room) {
            uint32_t room = c->room * 2 + 16;
            if (!lar_json_grow(rows->js, &c->types, c->room * sizeof *c->types,
                               room * sizeof *c->types, err))
                return false;
            c->room = room;
        }
        c->types[c->n_columns++] = type_of(rows, &c->cell);
    } while (c->at < c->end && *c->at == ',');
    return put_text(&c->out, "],\"data\":[", err);
}

static bool read_line(struct csv *c, struct lar_error *err)
{
    uint32_t i = 0;
    if (!put_text(&c->out, "[", err))
        return false;
    do {
        if (i)
            c->at++;
        if ((i && !put_text(&c->out, ",", err)) || !next_cell(c, err) ||
            !put_value(c, i < c->n_columns ? c->types[i] : LAR_TYPE_STRING, err))
            return false;
        i++;
    } while (c->at < c->end && *c->at == ',');
    return put_text(&c->out, "]", err);
}

/* All lines as JSON. */
static bool rewrite(struct csv *c, struct lar_rows *rows, struct lar_error *err)
{
    if (!read_header(c, rows, err))
        return false;
    for (bool first = true; c->at < c->end;) {
        if (end_line(c)) /* empty ones, too */
            continue;
        if ((!first && !put_text(&c->out, ",", err)) || !read_line(c, err))
            return false;
        first = false;
    }
    return put_text(&c->out, "]}", err);
}

bool lar_mlflow_read_csv(struct lar_call_request *ret, const struct lar_flat *flat,
                         const void *body, size_t size, struct lar_scratch *scratch,
                         struct lar_error *err)
{
    static const char mark[] = "\xEF\xBB\xBF"; /* what spreadsheets begin with */
    struct lar_json js;
    struct lar_rows rows = {.js = &js, .ignores = true};
    struct csv c = {.at = body, .end = (const char *)body + size, .out = {.js = &js}};
    lar_json_init(&js, "", 0, scratch);
    *ret = (struct lar_call_request){0};
    if (size >= 3 && memcmp(body, mark, 3) == 0)
        c.at += 3;
    if (c.at == c.end)
        return lar_fail(err, LAR_ERR_INVALID, "CSV: the line with the names is missing");
    if (!lar_call_select_method(ret, flat, flat->default_method, &js, err) ||
        !lar_rows_begin(&rows, flat, ret, err) || !rewrite(&c, &rows, err))
        return false;
    lar_json_init(&js, c.out.data, c.out.size, scratch);
    if (lar_mlflow_read_split(&rows, err))
        return lar_inputs_finish(&rows.in, ret, err);
    char *place = strstr(err->text, " (byte "); /* of the JSON, which nobody has seen */
    if (place)
        *place = '\0';
    return lar_json_at_name(err, "CSV");
}
