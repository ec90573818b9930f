/* Rows from a file as a call; see question.h.
 * SPDX-License-Identifier: MIT */
#include "cli/question.h"
#include "dialects/json_scan.h"
#include "dialects/utf8.h"

#include <string.h>

char lar_question_first(const char *text, size_t n)
{
    size_t i = lar_utf8_mark(text, n);
    while (i < n && strchr(" \t\r\n", text[i]) && text[i])
        i++;
    return i < n ? text[i] : '\0';
}

bool lar_question_is_arrays(const char *bytes, size_t size)
{
    return size >= 6 && (memcmp(bytes, "\x93NUMPY", 6) == 0 || memcmp(bytes, "PK\3\4", 4) == 0);
}

/* ---- JSON ---- */

static bool note_member(void *context, const struct lar_json_string *key, struct lar_json *js,
                        struct lar_error *err)
{
    bool *frame = context;
    *frame |= lar_json_is(key, "dataframe_split") || lar_json_is(key, "dataframe_records") ||
              lar_json_is(key, "params");
    return lar_json_skip(js, err);
}

bool lar_question_is_mlflow(const char *text, size_t size, struct lar_scratch *scratch, bool *ret,
                            struct lar_error *err)
{
    struct lar_json js;
    struct lar_json_string key;
    enum lar_json_step step;
    *ret = false;
    lar_json_init(&js, text, size, scratch);
    if (!lar_json_open(&js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(&js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (!note_member(ret, &key, &js, err))
            return false;
    return step == LAR_JSON_CLOSED;
}

static bool read_object(struct lar_call_request *ret, const struct lar_flat *flat, uint32_t method,
                        bool named, const char *text, size_t size, struct lar_scratch *scratch,
                        struct lar_error *err)
{
    bool mlflow;
    if (!lar_question_is_mlflow(text, size, scratch, &mlflow, err))
        return false;
    if (!(mlflow ? lar_mlflow_read : lar_tfs_read)(ret, flat, text, size, scratch, err))
        return false;
    ret->as_rows |= mlflow;
    return !named || ret->method == method ||
           lar_fail(err, LAR_ERR_INVALID, "--method says %s, the rows' own member says %s",
                    flat->methods[method].name, flat->methods[ret->method].name);
}

/* A bare list of rows is what "instances" holds. */
static bool read_list(struct lar_call_request *ret, const struct lar_flat *flat, const char *text,
                      size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    static const char before[] = "{\"instances\": ";
    size_t n = sizeof before - 1;
    char *body = lar_scratch_take(scratch, size + n + 1, 1);
    size_t mark = lar_utf8_mark(text, size);
    text += mark;
    size -= mark;
    if (!body)
        return lar_scratch_fail(scratch, err, "the rows");
    memcpy(body, before, n);
    memcpy(body + n, text, size);
    body[n + size] = '}';
    if (lar_tfs_read(ret, flat, body, n + size + 1, scratch, err))
        return true;
    char *place = strstr(err->text, " (byte "); /* of a body that nobody has seen */
    if (place)
        *place = '\0';
    return false;
}

bool lar_question_read(struct lar_call_request *ret, const struct lar_flat *flat, uint32_t method,
                       bool named, const char *bytes, size_t size, struct lar_arena *arena,
                       struct lar_scratch *scratch, struct lar_error *err)
{
    struct lar_flat chosen = *flat; /* readers take the default method where none is named */
    chosen.default_method = method;
    if (lar_question_is_arrays(bytes, size))
        return lar_arrays_read(ret, flat, method, bytes, size, arena, scratch, err);
    switch (lar_question_first(bytes, size)) {
    case '\0': return lar_fail(err, LAR_ERR_INVALID, "no rows came");
    case '{': return read_object(ret, &chosen, method, named, bytes, size, scratch, err);
    case '[': return read_list(ret, &chosen, bytes, size, scratch, err);
    default: break;
    }
    bool ok = lar_mlflow_read_csv(ret, &chosen, bytes, size, scratch, err);
    ret->as_rows = true;
    return ok;
}
