/* larder predict: rows from a file or stdin to a model, its answers to stdout.
 * SPDX-License-Identifier: MIT */
#include "cli/predict.h"
#include "cli/command.h"
#include "cli/question.h"
#include "cli/reference.h"
#include "dialects/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { ROOM_FIRST = 64 * 1024, METHOD_MOST = 128 };
#define BODY_MOST ((size_t)256 << 20)

/* ---- the question ---- */

/* Reads FILE whole into *RET (free, on failure too). */
static bool read_all(FILE *file, const char *name, size_t most, char **ret, size_t *ret_size,
                     struct lar_error *err)
{
    size_t n = 0, room = ROOM_FIRST, got = 1;
    char *text = malloc(room);
    if (!text)
        return lar_fail(err, LAR_ERR_NOMEM, "%s", name);
    while (got > 0) {
        if (n == room) {
            char *more = room < most ? realloc(text, 2 * room) : NULL;
            if (!more)
                break;
            text = more;
            room *= 2;
        }
        got = fread(text + n, 1, room - n, file);
        n += got;
    }
    *ret = text;
    *ret_size = n;
    if (ferror(file))
        return lar_fail_errno(err, errno, "%s", name);
    return got == 0 || lar_fail(err, LAR_ERR_LIMIT, "%s: more than %zu bytes", name, room);
}

bool lar_rows_read_all(const char *path, size_t most, char **ret, size_t *ret_size,
                       struct lar_error *err)
{
    bool opened = path && strcmp(path, "-") != 0;
    FILE *file = opened ? fopen(path, "re") : stdin;
    if (!file)
        return lar_fail_errno(err, errno, "%s", path);
    bool ok = read_all(file, opened ? path : "stdin", most, ret, ret_size, err);
    if (opened)
        fclose(file);
    return ok;
}

/* A bare list of rows is what "instances" holds, of METHOD if that is not NULL. */
static bool wrap(char **text, size_t *size, const char *method, struct lar_error *err)
{
    char before[METHOD_MOST + 64];
    size_t n = method
                   ? (size_t)snprintf(before, sizeof before,
                                      "{\"signature_name\": \"%.*s\", \"instances\": ", METHOD_MOST,
                                      method)
                   : (size_t)snprintf(before, sizeof before, "{\"instances\": ");
    size_t mark = lar_utf8_mark(*text, *size), rest = *size - mark;
    char *ret = malloc(rest + n + 1);
    if (!ret)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for the rows");
    memcpy(ret, before, n);
    memcpy(ret + n, *text + mark, rest);
    ret[n + rest] = '}';
    free(*text);
    *text = ret;
    *size = rest + n + 1;
    return true;
}

/* The call for JSON of TensorFlow Serving's, or for what /invocations takes. */
static void choose_path(const struct lar_reference *of, bool invocations, char path[LAR_PATH_TEXT])
{
    char version[LAR_NAME_MAX + 1] = "";
    if (of->number)
        snprintf(version, sizeof version, "%llu", (unsigned long long)of->number);
    else
        memcpy(version, of->label, sizeof version);
    if (invocations)
        snprintf(path, LAR_PATH_TEXT, "/invocations?model=%s%s%s", of->model,
                 *version ? "&version=" : "", version);
    else
        snprintf(path, LAR_PATH_TEXT, "/v1/models/%s%s%s:predict", of->model,
                 of->number ? "/versions/"
                 : *version ? "/labels/"
                            : "",
                 version);
}

/* Whether an object is one for /invocations. */
static bool is_mlflow(const char *text, size_t size, bool *ret, struct lar_error *err)
{
    struct lar_error ignored = {0}; /* what is no JSON is told so by the server */
    struct lar_scratch *scratch = lar_scratch_new(0, 2 * BODY_MOST, err);
    if (scratch && !lar_question_is_mlflow(text, size, scratch, ret, &ignored))
        *ret = false;
    lar_scratch_free(scratch);
    return scratch != NULL;
}

/* What only a model file's own rows and answers may be. */
static bool check_options(const struct lar_options *options, char first, struct lar_error *err)
{
    const char *method = options->method;
    if (options->output || options->format)
        return lar_fail(err, LAR_ERR_INVALID,
                        "--%s is for a model file; a server's answer is JSON on stdout",
                        options->output ? "output" : "format");
    if (method && first != '[')
        return lar_fail(err, LAR_ERR_INVALID,
                        "--method goes with a list of rows; an object names it itself "
                        "(\"signature_name\"), and CSV gets the default method");
    return !method || (strlen(method) <= METHOD_MOST && !method[strcspn(method, "\"\\")]) ||
           lar_fail(err, LAR_ERR_INVALID, "'%.60s' is no method's name", method);
}

static bool ask_model(struct lar_call *call, const struct lar_reference *of, char **text,
                      size_t size, struct lar_reply *reply, struct lar_error *err)
{
    char path[LAR_PATH_TEXT], first = lar_question_first(*text, size);
    struct lar_ask ask = {.method = "POST", .type = "application/json"};
    bool csv = first != '{' && first != '[', mlflow = false;
    if (!first)
        return lar_fail(err, LAR_ERR_FORMAT, "no rows came");
    if (lar_question_is_arrays(*text, size))
        return lar_fail(err, LAR_ERR_INVALID,
                        ".npy and .npz are for a model file; a server takes JSON or CSV");
    if (!check_options(&call->options, first, err) ||
        (first == '{' && !is_mlflow(*text, size, &mlflow, err)) ||
        (first == '[' && !wrap(text, &size, call->options.method, err)))
        return false;
    choose_path(of, csv || mlflow, path);
    if (csv)
        ask.type = "text/csv";
    ask.body = *text;
    ask.size = size;
    return lar_client_ask(call->client, path, &ask, reply, err);
}

/* ---- the answer ---- */

/* Behind the value that begins at P: a list, an object, a text or a bare word. */
static const char *skip_value(const char *p, const char *end)
{
    size_t depth = 0;
    for (; p < end; p++) {
        if (*p == '"') {
            for (p++; p < end && *p != '"'; p++)
                p += *p == '\\';
            if (p >= end)
                return end;
        } else if (*p == '[' || *p == '{') {
            depth++;
        } else if (*p == ']' || *p == '}') {
            if (depth == 0)
                return p;
            depth--;
        } else if (*p == ',' && depth == 0) {
            return p;
        }
    }
    return end;
}

static const char *skip_blanks(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\t' || *p == '\r' || *p == '\n'))
        p++;
    return p;
}

/* Behind the '[' of the member "predictions", or NULL. */
static const char *find_predictions(const char *body, const char *end)
{
    static const char key[] = "\"predictions\"";
    const char *p = skip_blanks(body, end);
    if (p == end || *p++ != '{')
        return NULL;
    for (; p < end && *p != '}'; p++) {
        p = skip_blanks(p, end);
        bool here = (size_t)(end - p) > sizeof key && memcmp(p, key, sizeof key - 1) == 0;
        if (here) {
            p = skip_blanks(p + sizeof key - 1, end);
            p = p < end && *p == ':' ? skip_blanks(p + 1, end) : end;
            return p < end && *p == '[' ? p + 1 : NULL;
        }
        p = skip_value(p, end);
        if (p >= end || *p != ',')
            return NULL;
    }
    return NULL;
}

/* White space between tokens is left out, so that a row is a line whatever the server's style. */
static void print_row(const struct lar_screen *screen, const char *p, const char *end)
{
    bool quoted = false;
    char *line = NULL;
    size_t n = 0;
    FILE *to = open_memstream(&line, &n);
    if (!to)
        return;
    for (; p < end; p++) {
        if (!quoted && strchr(" \t\r\n", *p))
            continue;
        if (quoted && *p == '\\' && p + 1 < end)
            fputc(*p++, to);
        else if (*p == '"')
            quoted = !quoted;
        fputc(*p, to);
    }
    if (fclose(to) == 0)
        lar_screen_answer(screen, line, n);
    free(line);
}

void lar_predictions_print(const struct lar_screen *screen, const char *body, size_t size)
{
    const char *end = body + size, *p = find_predictions(body, end);
    if (!p) {
        lar_screen_answer(screen, body, size);
        return;
    }
    for (p = skip_blanks(p, end); p < end && *p != ']'; p++) {
        const char *stop = skip_value(p, end);
        print_row(screen, p, stop);
        p = stop;
        if (p >= end || *p != ',')
            return;
    }
}

static bool predict(struct lar_call *call, struct lar_error *err)
{
    struct lar_reference of;
    struct lar_reply reply = {0};
    char *text = NULL;
    size_t size = 0;
    bool ok = lar_reference_read(&of, call->operands[0], err) &&
              lar_rows_read_all(call->operands[1], BODY_MOST, &text, &size, err) &&
              ask_model(call, &of, &text, size, &reply, err) && lar_reply_good(&reply, err);
    if (ok && call->options.json)
        lar_screen_answer(&call->out, reply.body, reply.size);
    else if (ok)
        lar_predictions_print(&call->out, reply.body, reply.size);
    lar_reply_finish(&reply);
    free(text);
    return ok;
}

int lar_command_predict(struct lar_call *call)
{
    struct lar_error err = {0};
    if (lar_predict_is_local(call))
        return lar_predict_local(call);
    return lar_call_end(call, predict(call, &err), &err);
}
