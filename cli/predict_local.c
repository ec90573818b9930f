/* larder predict of a model file: the rows go through the daemon's own engine in this process.
 * SPDX-License-Identifier: MIT */
#include "cli/answer.h"
#include "cli/command.h"
#include "cli/local.h"
#include "cli/predict.h"
#include "cli/question.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { BATCH = 4096 };
#define ROWS_MOST ((size_t)4 << 30)
#define MEMORY ((size_t)32 << 30)

struct local_call {
    struct lar_call *call;
    struct lar_local model;
    uint32_t method;
    enum lar_answer_form form;
    char *text; /* the rows as they came */
    size_t size;
    struct lar_arena arena;
    struct lar_scratch *rows, *run; /* the call's inputs; a batch's */
    struct lar_call_request request;
    struct lar_answer answer;
    struct lar_screen screen;
    bool opened; /* screen.file is ours */
};

bool lar_predict_is_local(const struct lar_call *call)
{
    struct stat st;
    const char *text = call->operands[0];
    if (*text == '/' || *text == '.')
        return true;
    return !call->options.url && strchr(text, '.') && stat(text, &st) == 0 && S_ISREG(st.st_mode);
}

/* ---- what is asked for ---- */

static bool choose_form(struct local_call *c, struct lar_error *err)
{
    static const char *const names[] = {
        [LAR_ANSWER_JSON] = "json", [LAR_ANSWER_CSV] = "csv", [LAR_ANSWER_NPY] = "npy"};
    const struct lar_options *options = &c->call->options;
    const char *slash = options->output ? strrchr(options->output, '/') : NULL;
    const char *dot = options->output ? strrchr(slash ? slash : options->output, '.') : NULL;
    const char *name = options->format ? options->format : dot ? dot + 1 : NULL;
    c->form = options->json ? LAR_ANSWER_JSON : LAR_ANSWER_LINES;
    for (size_t i = LAR_ANSWER_JSON; name && i <= LAR_ANSWER_NPY; i++)
        if (strcmp(names[i], name) == 0) {
            c->form = (enum lar_answer_form)i;
            return true;
        }
    if (!name)
        return true;
    return lar_fail(err, LAR_ERR_INVALID,
                    options->format ? "--format wants json, csv or npy, not '%.40s'"
                                    : "--output writes .json, .csv or .npy, not '.%.40s'; without "
                                      "an ending, or with --format, any name will do",
                    name);
}

static bool choose_method(struct local_call *c, struct lar_error *err)
{
    char list[256] = "";
    size_t used = 0;
    const struct lar_flat *flat = &c->model.flat;
    const char *name = c->call->options.method;
    c->method = flat->default_method;
    for (uint32_t i = 0; name && i < flat->n_methods; i++) {
        if (strcmp(flat->methods[i].name, name) == 0) {
            c->method = i;
            return true;
        }
        if (used < sizeof list)
            used += (size_t)snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "",
                                     flat->methods[i].name);
    }
    return !name ||
           lar_fail(err, LAR_ERR_INVALID, "the model has no method '%.60s', but %s", name, list);
}

/* ---- batches ---- */

/* Rows [FIRST, FIRST + N) of a dense input, in the batch's own scratch. */
static bool slice(struct lar_tensor *ret, const struct lar_tensor *all, uint64_t first, uint64_t n,
                  struct lar_scratch *scratch, struct lar_error *err)
{
    uint64_t rows = (uint64_t)all->shape.dims[0];
    uint64_t width = rows ? lar_tensor_count(all) / rows : 0, count = n * width;
    const uint64_t begin = first * width;
    *ret = *all;
    ret->shape.dims[0] = (int64_t)n;
    if (all->type != LAR_TYPE_STRING) {
        size_t size = lar_type_size(all->type);
        if (!(ret->data = lar_scratch_take(scratch, count, size)))
            return lar_scratch_fail(scratch, err, "a batch");
        if (count)
            memcpy(ret->data, (const uint8_t *)all->data + begin * size, count * size);
        return true;
    }
    ret->offsets = lar_scratch_take(scratch, count + 1, sizeof *ret->offsets);
    if (!ret->offsets)
        return lar_scratch_fail(scratch, err, "a batch");
    for (uint64_t i = 0; i <= count; i++)
        ret->offsets[i] = all->offsets[begin + i] - all->offsets[begin];
    ret->data = (uint8_t *)all->data + all->offsets[begin];
    ret->kinds = all->kinds + begin;
    return true;
}

/* Whether each row's results follow from that row alone, in that row's place. */
static bool can_batch(const struct local_call *c)
{
    const struct lar_flat *flat = &c->model.flat;
    bool ret = c->request.as_rows || c->form == LAR_ANSWER_CSV || c->form == LAR_ANSWER_NPY;
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_tensor *t = &c->request.inputs[i];
        ret &= !t->data || (t->shape.rank > 0 && t->layout == LAR_LAYOUT_DENSE &&
                            (uint64_t)t->shape.dims[0] == c->request.rows);
    }
    for (size_t i = 0; i < c->request.n_outputs; i++) {
        const struct lar_shape *shape =
            &flat->values[flat->outputs[c->request.outputs[i]].value].shape;
        ret &= shape->rank > 0 && shape->dims[0] == LAR_DIM_ROWS;
    }
    return ret;
}

static bool run_batch(struct local_call *c, uint64_t first, uint64_t n, struct lar_error *err)
{
    const struct lar_flat *flat = &c->model.flat;
    lar_scratch_reset(c->run);
    struct lar_tensor *inputs = lar_scratch_take(c->run, flat->n_inputs + 1, sizeof *inputs);
    struct lar_tensor *results =
        lar_scratch_take(c->run, c->request.n_outputs + 1, sizeof *results);
    if (!inputs || !results)
        return lar_scratch_fail(c->run, err, "a batch");
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_tensor *all = &c->request.inputs[i];
        inputs[i] = *all;
        if (all->data && n != c->request.rows && !slice(&inputs[i], all, first, n, c->run, err))
            return false;
    }
    return lar_plan_run(c->model.plan, c->run, inputs, n, c->request.outputs, c->request.n_outputs,
                        results, err) &&
           lar_answer_add(&c->answer, results, err);
}

static bool run_all(struct local_call *c, struct lar_error *err)
{
    uint64_t rows = c->request.rows, step = can_batch(c) ? BATCH : rows;
    bool ok = lar_answer_begin(&c->answer, c->form, &c->screen, &c->model.flat, &c->request, err);
    for (uint64_t first = 0; ok && first < rows; first += step) {
        uint64_t n = rows - first < step ? rows - first : step;
        ok = run_batch(c, first, n, err);
        if (!ok && step < rows)
            lar_error_within(err, "rows %llu to %llu", (unsigned long long)first,
                             (unsigned long long)(first + n - 1));
    }
    if (ok && rows == 0)
        ok = run_batch(c, 0, 0, err);
    return ok && lar_answer_end(&c->answer, err);
}

/* ---- all of it ---- */

static bool load(struct local_call *c, struct lar_error *err)
{
    struct lar_spawner *spawner;
    const char *path = c->call->operands[0];
    if (!lar_local_start(&spawner, err))
        return false;
    bool ok = lar_local_load(&c->model, spawner, path, err);
    lar_spawner_stop(spawner);
    if (ok && c->model.refusal.code) {
        *err = c->model.refusal;
        if (err->code == LAR_ERR_INVALID || err->code == LAR_ERR_UNAVAILABLE)
            err->code = LAR_ERR_UNSUPPORTED; /* the file's fault, not the command line's */
        ok = lar_error_within(err, "%s", path);
    }
    return ok;
}

static bool open_output(struct local_call *c, struct lar_error *err)
{
    const char *path = c->call->options.output;
    c->screen = c->call->out;
    if (!path || strcmp(path, "-") == 0)
        return (c->form != LAR_ANSWER_NPY || !c->screen.terminal) ||
               lar_fail(err, LAR_ERR_INVALID, "a .npy is not for a terminal: --output FILE");
    FILE *file = fopen(path, "we");
    if (!file)
        return lar_fail_errno(err, errno, "%s", path);
    lar_screen_init(&c->screen, file);
    c->opened = true;
    return true;
}

static bool close_output(struct local_call *c, bool ok, struct lar_error *err)
{
    if (c->opened && fclose(c->screen.file) != 0 && ok)
        ok = lar_fail_errno(err, errno, "%s", c->call->options.output);
    if (c->opened && !ok)
        remove(c->call->options.output);
    return ok;
}

static bool ask(struct local_call *c, struct lar_error *err)
{
    lar_arena_init(&c->arena, MEMORY);
    c->rows = lar_scratch_new(0, MEMORY, err);
    c->run = c->rows ? lar_scratch_new((size_t)64 << 20, MEMORY, err) : NULL;
    if (!c->run || !lar_rows_read_all(c->call->operands[1], ROWS_MOST, &c->text, &c->size, err) ||
        !lar_question_read(&c->request, &c->model.flat, c->method, c->call->options.method != NULL,
                           c->text, c->size, &c->arena, c->rows, err)) {
        if (err->code == LAR_ERR_INVALID || err->code == LAR_ERR_NOTFOUND)
            err->code = LAR_ERR_FORMAT; /* the rows' fault, not the command line's */
        return false;
    }
    if (!open_output(c, err))
        return false;
    bool ok = run_all(c, err);
    if (!ok && err->code == LAR_ERR_INVALID)
        err->code = LAR_ERR_FORMAT;
    return close_output(c, ok, err);
}

int lar_predict_local(struct lar_call *call)
{
    struct local_call c = {.call = call};
    struct lar_error err = {0};
    bool ok = choose_form(&c, &err) && load(&c, &err) && choose_method(&c, &err) && ask(&c, &err);
    int ret = lar_call_end(call, ok, &err);
    lar_answer_finish(&c.answer);
    lar_local_finish(&c.model);
    lar_scratch_free(c.rows);
    lar_scratch_free(c.run);
    lar_arena_finish(&c.arena);
    free(c.text);
    return ret;
}
