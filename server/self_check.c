/* What a model answers against what it should; see self_check.h.
 * SPDX-License-Identifier: MIT */
#include "server/self_check.h"

#include "base/number.h"
#include "dialects/dialect.h"
#include "dialects/json_scan.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ANSWER_LIMIT = 64 << 20, SHOWN = 80 };

struct part {
    const char *at;
    size_t size;
};

struct expected {
    struct part rows, method, answers;
    double tolerance;
};

/* The next value, checked, as it lies in the text. */
static bool take_value(struct lar_json *js, struct part *ret, struct lar_error *err)
{
    (void)lar_json_peek(js);
    ret->at = js->at;
    if (!lar_json_skip(js, err))
        return false;
    ret->size = (size_t)(js->at - ret->at);
    return true;
}

static bool read_tolerance(const struct part *part, double *ret, struct lar_error *err)
{
    const char *at = part->at;
    return (lar_number_read_f64(&at, part->at + part->size, ret) == LAR_NUMBER_OK && *ret >= 0) ||
           lar_fail(err, LAR_ERR_INVALID, "tolerance is not a number from 0 up");
}

static bool read_member(struct lar_json *js, const struct lar_json_string *key,
                        struct expected *ret, struct lar_error *err)
{
    struct part value = {0}, *to = lar_json_is(key, "rows")      ? &ret->rows
                                   : lar_json_is(key, "answers") ? &ret->answers
                                   : lar_json_is(key, "method")  ? &ret->method
                                                                 : &value;
    bool tolerance = lar_json_is(key, "tolerance");
    return take_value(js, to, err) && (!tolerance || read_tolerance(&value, &ret->tolerance, err));
}

static bool read_expected(struct expected *ret, struct lar_json *js, struct lar_error *err)
{
    struct lar_json_string key;
    enum lar_json_step step;
    *ret = (struct expected){.tolerance = 1e-9};
    if (!lar_json_open(js, '{', err))
        return false;
    for (bool first = true; (step = lar_json_member(js, first, &key, err)) == LAR_JSON_MORE;
         first = false)
        if (!read_member(js, &key, ret, err))
            return false;
    if (step == LAR_JSON_FAILED || !lar_json_end(js, err))
        return false;
    if (!ret->rows.at || !ret->answers.at)
        return lar_fail(err, LAR_ERR_INVALID, "%s is missing", ret->rows.at ? "answers" : "rows");
    if (ret->method.at && *ret->method.at != '"')
        return lar_fail(err, LAR_ERR_INVALID, "method is not a string");
    return true;
}

/* ---- comparing ---- */

struct comparison {
    struct lar_json want, got;
    double tolerance;
};

/* How a value is told: as it lies there, cut where it is long. */
static bool differ(const struct part *want, const struct part *got, struct lar_error *err)
{
    int w = want->size > SHOWN ? SHOWN : (int)want->size;
    int g = got->size > SHOWN ? SHOWN : (int)got->size;
    return lar_fail(err, LAR_ERR_UNSUPPORTED, "%.*s is expected, this model answers %.*s", w,
                    want->at, g, got->at);
}

static bool read_number(const struct part *part, double *ret)
{
    static const struct {
        const char *name;
        double value;
    } tokens[] = {{"null", NAN}, {"NaN", NAN}, {"Infinity", INFINITY}, {"-Infinity", -INFINITY}};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        if (part->size == strlen(tokens[i].name) &&
            memcmp(part->at, tokens[i].name, part->size) == 0) {
            *ret = tokens[i].value;
            return true;
        }
    const char *at = part->at;
    return lar_number_read_f64(&at, part->at + part->size, ret) == LAR_NUMBER_OK;
}

static bool compare_scalars(struct comparison *c, struct lar_error *err)
{
    struct part want, got;
    double a, b;
    if (!take_value(&c->want, &want, err) || !take_value(&c->got, &got, err))
        return false;
    if (want.size == got.size && memcmp(want.at, got.at, want.size) == 0)
        return true;
    if (!read_number(&want, &a) || !read_number(&got, &b))
        return differ(&want, &got, err);
    double room = c->tolerance * fmax(1, fabs(a));
    return (isnan(a) && isnan(b)) || a == b || (isfinite(a) && fabs(a - b) <= room) ||
           differ(&want, &got, err);
}

static bool compare_strings(struct comparison *c, struct lar_error *err)
{
    struct lar_json_string want, got;
    if (!lar_json_text(&c->want, &want, err) || !lar_json_text(&c->got, &got, err))
        return false;
    const struct part w = {want.text, want.size}, g = {got.text, got.size};
    return (w.size == g.size && memcmp(w.at, g.at, w.size) == 0) || differ(&w, &g, err);
}

static bool compare(struct comparison *c, unsigned depth, struct lar_error *err);

/* Rows, and what they are made of. */
static bool compare_lists(struct comparison *c, unsigned depth, struct lar_error *err)
{
    if (!lar_json_open(&c->want, '[', err) || !lar_json_open(&c->got, '[', err))
        return false;
    for (uint64_t i = 0;; i++) {
        enum lar_json_step want = lar_json_element(&c->want, i == 0, err);
        enum lar_json_step got = lar_json_element(&c->got, i == 0, err);
        if (want == LAR_JSON_FAILED || got == LAR_JSON_FAILED)
            return false;
        if (want != got)
            return lar_fail(err, LAR_ERR_UNSUPPORTED,
                            "%s than %llu values are expected, this model answers %s",
                            want == LAR_JSON_MORE ? "more" : "no more", (unsigned long long)i,
                            want == LAR_JSON_MORE ? "so many" : "more");
        if (want == LAR_JSON_CLOSED)
            return true;
        if (!compare(c, depth + 1, err))
            return lar_json_at_index(err, i);
    }
}

/* Several outputs, in the model's order. */
static bool compare_objects(struct comparison *c, unsigned depth, struct lar_error *err)
{
    struct lar_json_string want, got;
    if (!lar_json_open(&c->want, '{', err) || !lar_json_open(&c->got, '{', err))
        return false;
    for (bool first = true;; first = false) {
        enum lar_json_step a = lar_json_member(&c->want, first, &want, err);
        enum lar_json_step b = lar_json_member(&c->got, first, &got, err);
        if (a == LAR_JSON_FAILED || b == LAR_JSON_FAILED)
            return false;
        if (a != b)
            return lar_fail(err, LAR_ERR_UNSUPPORTED, "another number of outputs is expected");
        if (a == LAR_JSON_CLOSED)
            return true;
        const struct part w = {want.text, want.size}, g = {got.text, got.size};
        if (w.size != g.size || memcmp(w.at, g.at, w.size) != 0)
            return differ(&w, &g, err);
        if (!compare(c, depth + 1, err))
            return false;
    }
}

static bool compare(struct comparison *c, unsigned depth, struct lar_error *err)
{
    char want = lar_json_peek(&c->want), got = lar_json_peek(&c->got);
    if (depth == LAR_JSON_DEPTH)
        return lar_fail(err, LAR_ERR_INVALID, "nested deeper than %d", LAR_JSON_DEPTH);
    if (want == got && want == '[')
        return compare_lists(c, depth, err);
    if (want == got && want == '{')
        return compare_objects(c, depth, err);
    if (want == got && want == '"')
        return compare_strings(c, err);
    return compare_scalars(c, err);
}

/* ---- asking ---- */

/* A predict call in TensorFlow Serving's form. */
static bool write_request(struct lar_text *text, const struct expected *e, struct lar_error *err)
{
    lar_text_puts(text, "{");
    if (e->method.at) {
        lar_text_puts(text, "\"signature_name\":");
        lar_text_add(text, e->method.at, e->method.size);
        lar_text_char(text, ',');
    }
    lar_text_puts(text, "\"instances\":");
    lar_text_add(text, e->rows.at, e->rows.size);
    lar_text_char(text, '}');
    return lar_text_ok(text, err);
}

static bool ask(const struct lar_plan *plan, const struct lar_text *request,
                struct lar_scratch *scratch, struct lar_text *answer, struct lar_error *err)
{
    const struct lar_flat *flat = lar_plan_flat(plan);
    struct lar_call_request call = {0};
    lar_scratch_reset(scratch);
    if (!lar_tfs_read(&call, flat, request->data, request->size, scratch, err))
        return false;
    struct lar_tensor *results = lar_scratch_take(scratch, call.n_outputs, sizeof *results);
    if (!results)
        return lar_scratch_fail(scratch, err, "the results");
    return lar_plan_run(plan, scratch, call.inputs, call.rows, call.outputs, call.n_outputs,
                        results, err) &&
           lar_tfs_write(answer, flat, &call, results, err) && lar_text_ok(answer, err);
}

static bool compare_answer(const struct lar_text *answer, const struct expected *e,
                           struct lar_scratch *want, struct lar_scratch *got, struct lar_error *err)
{
    struct comparison c = {.tolerance = e->tolerance};
    struct lar_json_string key;
    lar_scratch_reset(want);
    lar_scratch_reset(got);
    lar_json_init(&c.want, e->answers.at, e->answers.size, want);
    lar_json_init(&c.got, answer->data, answer->size, got);
    return lar_json_open(&c.got, '{', err) &&
           lar_json_member(&c.got, true, &key, err) == LAR_JSON_MORE && compare(&c, 0, err);
}

static bool check(const struct lar_plan *plan, const char *text, size_t size,
                  struct lar_scratch *first, struct lar_scratch *second, struct lar_error *err)
{
    struct lar_json js;
    struct expected e;
    struct lar_text request, answer;
    lar_json_init(&js, text, size, first);
    if (!read_expected(&e, &js, err)) {
        err->code = LAR_ERR_FORMAT;
        return false;
    }
    lar_text_init(&request, NULL, 0, ANSWER_LIMIT);
    lar_text_init(&answer, NULL, 0, ANSWER_LIMIT);
    bool ok = write_request(&request, &e, err) && ask(plan, &request, first, &answer, err);
    ok =
        ok && (compare_answer(&answer, &e, first, second, err) || lar_json_at_name(err, "answers"));
    if (!ok && err->code != LAR_ERR_NOMEM)
        err->code = LAR_ERR_UNSUPPORTED;
    lar_text_finish(&request);
    lar_text_finish(&answer);
    return ok;
}

bool lar_self_check(const struct lar_plan *plan, const char *text, size_t size, size_t memory,
                    struct lar_error *err)
{
    struct lar_scratch *first = lar_scratch_new(0, memory, err);
    struct lar_scratch *second = first ? lar_scratch_new(0, memory, err) : NULL;
    bool ok = second && check(plan, text, size, first, second, err);
    lar_scratch_free(first);
    lar_scratch_free(second);
    return ok || lar_error_within(err, "expected.json");
}
