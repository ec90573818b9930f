/* The example models, from their files to an answer's bytes: what scikit-learn said of the rows in
 * expected.json must come out of both dialects.
 * SPDX-License-Identifier: MIT */
#include "base/bundle.h"
#include "dialects/dialect.h"
#include "dialects/json_tensor.h"
#include "inference/operator.h"
#include "inference/plan.h"
#include "loader/translate.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { ROWS = 3, LIMIT = 1 << 28 };

struct loaded {
    struct lar_map block;
    struct lar_flat flat;
    struct lar_plan *plan;
    struct lar_scratch *scratch;
};

static struct lar_map map_file(const char *path)
{
    struct lar_error err = {0};
    struct lar_map ret;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ck_assert_msg(fd >= 0 && lar_map_fd(&ret, fd, &err), "%s: %s", path, err.text);
    close(fd);
    return ret;
}

static void load(struct loaded *ret, const char *path)
{
    *ret = (struct loaded){0};
    struct lar_error err = {0};
    struct lar_map file = map_file(path), bundle;
    struct lar_bundle_member member = {.name = "model.joblib", .size = file.size};
    struct lar_report report = {json_object()};
    int source = lar_memfd("source", &err), result = lar_memfd("result", &err);
    ck_assert(source >= 0 && result >= 0 && lar_bundle_begin(source, &member, 1, "", &err));
    ck_assert(pwrite(source, file.data, file.size, (off_t)member.offset) == (ssize_t)file.size);
    ck_assert(lar_map_fd(&bundle, source, &err));
    ck_assert_msg(lar_translate(bundle.data, bundle.size, result, LIMIT, &report, &err), "%s: %s",
                  path, err.text);
    ck_assert(lar_map_fd(&ret->block, result, &err));
    ck_assert_msg(
        lar_flat_open(&ret->flat, ret->block.data, ret->block.size, &lar_operators, &err) &&
            lar_plan_new(&ret->plan, &ret->flat, &err),
        "%s: %s", path, err.text);
    ret->scratch = lar_scratch_new(1 << 20, LIMIT, &err);
    json_decref(report.root);
    lar_map_finish(&bundle);
    lar_map_finish(&file);
    close(source);
    close(result);
}

static void unload(struct loaded *m)
{
    lar_scratch_free(m->scratch);
    lar_plan_free(m->plan);
    lar_flat_finish(&m->flat);
    lar_map_finish(&m->block);
}

/* The members of expected.json, as they lie in the text. */
struct expected {
    struct lar_json_string rows, answers, method;
    double tolerance;
};

static struct expected read_expected(struct lar_json *js)
{
    struct expected ret = {0};
    struct lar_error err = {0};
    struct lar_json_string key;
    ck_assert(lar_json_open(js, '{', &err));
    for (bool first = true; lar_json_member(js, first, &key, &err) == LAR_JSON_MORE;
         first = false) {
        (void)lar_json_peek(js);
        struct lar_json_string value = {js->at, 0};
        ck_assert(lar_json_skip(js, &err));
        value.size = (size_t)(js->at - value.text);
        if (lar_json_is(&key, "rows"))
            ret.rows = value;
        else if (lar_json_is(&key, "answers"))
            ret.answers = value;
        else if (lar_json_is(&key, "method"))
            ret.method = value;
        else if (lar_json_is(&key, "tolerance"))
            ret.tolerance = strtod(value.text, NULL);
    }
    ck_assert(ret.rows.text && ret.answers.text && ret.method.text && ret.tolerance > 0);
    return ret;
}

/* The numbers of nested arrays TEXT, in order; returns how many. */
static size_t numbers(struct lar_json_string text, double *to, size_t most)
{
    size_t n = 0;
    for (const char *p = text.text, *end = p + text.size; p < end;) {
        if (strchr("[], \n", *p)) {
            p++;
            continue;
        }
        char *behind;
        ck_assert(n < most);
        to[n++] = strtod(p, &behind);
        ck_assert(behind > p);
        p = behind;
    }
    return n;
}

static void compare(const char *path, const struct expected *want, struct lar_json_string got)
{
    double a[64], b[64];
    size_t n = numbers(want->answers, a, 64);
    ck_assert_uint_eq(numbers(got, b, 64), n);
    for (size_t i = 0; i < n; i++)
        ck_assert_msg(fabs(a[i] - b[i]) <= want->tolerance, "%s: answer %zu is %.17g, not %.17g",
                      path, i, b[i], a[i]);
}

static void run(struct loaded *m, const struct lar_call_request *call, struct lar_tensor *results)
{
    struct lar_error err = {0};
    ck_assert_uint_eq(call->rows, ROWS);
    ck_assert_msg(lar_plan_run(m->plan, m->scratch, call->inputs, call->rows, call->outputs,
                               call->n_outputs, results, &err),
                  "%s", err.text);
}

/* What lies between BEFORE and AFTER in TEXT, a finished answer. */
static struct lar_json_string between(const struct lar_text *text, const char *before,
                                      const char *after)
{
    const char *from = strstr(text->data, before);
    ck_assert_msg(from != NULL, "%s", text->data);
    from += strlen(before);
    const char *to = strstr(from, after);
    ck_assert_msg(to != NULL, "%s", text->data);
    return (struct lar_json_string){from, (size_t)(to - from)};
}

static void ask_tfs(const char *path, struct loaded *m, const struct expected *e)
{
    struct lar_error err = {0};
    struct lar_call_request call;
    struct lar_tensor results[1];
    struct lar_text body, answer;
    lar_text_init(&body, NULL, 0, LIMIT);
    lar_text_init(&answer, NULL, 0, LIMIT);
    lar_text_puts(&body, "{\"instances\": ");
    lar_text_add(&body, e->rows.text, e->rows.size);
    lar_text_puts(&body, ", \"signature_name\": ");
    lar_text_add(&body, e->method.text, e->method.size);
    lar_text_char(&body, '}');
    ck_assert_msg(lar_tfs_read(&call, &m->flat, body.data, body.size, m->scratch, &err), "%s: %s",
                  path, err.text);
    run(m, &call, results);
    ck_assert(lar_tfs_write(&answer, &m->flat, &call, results, &err));
    lar_text_char(&answer, '\0');
    compare(path, e, between(&answer, "{\"predictions\": ", "}"));
    lar_text_finish(&body);
    lar_text_finish(&answer);
    lar_scratch_reset(m->scratch);
}

/* A matrix model, whose rows are lists. */
static void ask_oip(const char *path, struct loaded *m, const struct expected *e)
{
    struct lar_error err = {0};
    struct lar_call_request call;
    struct lar_tensor results[1];
    struct lar_text body, answer;
    size_t text_size;
    lar_text_init(&body, NULL, 0, LIMIT);
    lar_text_init(&answer, NULL, 0, LIMIT);
    lar_text_puts(&body, "{\"inputs\":[{\"data\":");
    lar_text_add(&body, e->rows.text, e->rows.size);
    lar_text_puts(&body, ",\"name\":\"anything\",\"datatype\":\"FP64\",\"shape\":[3,");
    lar_text_i64(&body, m->flat.values[m->flat.inputs[0].value].shape.dims[1]);
    lar_text_puts(&body, "]}],\"outputs\":[{\"name\":");
    lar_text_add(&body, e->method.text, e->method.size);
    lar_text_puts(&body, "}]}");
    ck_assert_msg(lar_oip_read(&call, &m->flat, body.data, body.size, m->scratch, &err), "%s: %s",
                  path, err.text);
    run(m, &call, results);
    ck_assert(lar_oip_write(&answer, &m->flat, &call, results, "m", 1, &text_size, &err));
    lar_text_char(&answer, '\0');
    compare(path, e, between(&answer, "\"data\":", "}"));
    lar_text_finish(&body);
    lar_text_finish(&answer);
    lar_scratch_reset(m->scratch);
}

static void check_example(const char *name)
{
    char path[512];
    struct lar_json js;
    snprintf(path, sizeof path, "%s/%s/model.joblib", EXAMPLES, name);
    struct loaded m; /* stays where it is: the plan points to the flat */
    load(&m, path);
    snprintf(path, sizeof path, "%s/%s/expected.json", EXAMPLES, name);
    struct lar_map file = map_file(path);
    lar_json_init(&js, file.data, file.size, m.scratch);
    struct expected e = read_expected(&js);
    ask_tfs(path, &m, &e);
    if (m.flat.n_inputs == 1)
        ask_oip(path, &m, &e);
    lar_map_finish(&file);
    unload(&m);
}

START_TEST(line)
{
    check_example("line/1");
}
END_TEST

START_TEST(iris)
{
    check_example("iris/1");
    check_example("iris/2");
}
END_TEST

START_TEST(digits)
{
    check_example("digits/1");
}
END_TEST

START_TEST(table)
{
    check_example("table/1");
}
END_TEST

int main(void)
{
    return check_main("examples", (const TTest *[]){line, iris, digits, table, NULL});
}
