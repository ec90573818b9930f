/* predict_file MODEL ROWS METHOD TIMES: loads a model file as larder does, reads ROWS (.npy, .csv
 * or .json), asks METHOD for all of them at least TIMES times and for 0.1 s in this thread, and
 * prints the seconds of the fastest call: the plan alone, from tensors to tensors. Prints "refused:
 * why" where the model cannot be served. SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "cli/local.h"
#include "cli/predict.h"
#include "cli/question.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { AT_LEAST_MS = 100 };
#define MEMORY ((size_t)16 << 30)

struct bench {
    struct lar_local model;
    struct lar_arena arena;
    struct lar_scratch *rows, *run;
    struct lar_call_request call;
    char *text;
    size_t size;
};

static bool load(struct bench *b, const char *path, struct lar_error *err)
{
    struct lar_spawner *spawner;
    if (!lar_local_start(&spawner, err))
        return false;
    bool ok = lar_local_load(&b->model, spawner, path, err);
    lar_spawner_stop(spawner);
    return ok;
}

static bool read_rows(struct bench *b, const char *path, const char *method, struct lar_error *err)
{
    uint32_t i = 0;
    const struct lar_flat *flat = &b->model.flat;
    while (i < flat->n_methods && strcmp(flat->methods[i].name, method) != 0)
        i++;
    if (i == flat->n_methods)
        return lar_fail(err, LAR_ERR_NOTFOUND, "no method %s", method);
    lar_arena_init(&b->arena, MEMORY);
    b->rows = lar_scratch_new(0, MEMORY, err);
    b->run = b->rows ? lar_scratch_new((size_t)1 << 30, MEMORY, err) : NULL;
    return b->run && lar_rows_read_all(path, MEMORY, &b->text, &b->size, err) &&
           lar_question_read(&b->call, flat, i, false, b->text, b->size, &b->arena, b->rows, err);
}

/* Nanoseconds of one call, or -1. */
static int64_t run_once(struct bench *b, struct lar_error *err)
{
    int64_t start = lar_now_ns();
    lar_scratch_reset(b->run);
    struct lar_tensor *results = lar_scratch_take(b->run, b->call.n_outputs, sizeof *results);
    bool ok = results && lar_plan_run(b->model.plan, b->run, b->call.inputs, b->call.rows,
                                      b->call.outputs, b->call.n_outputs, results, err);
    return ok ? lar_now_ns() - start : -1;
}

int main(int argc, char **argv)
{
    static struct bench b;
    struct lar_error err = {0};
    int64_t best = INT64_MAX;
    if (argc != 5) {
        fputs("usage: predict_file MODEL ROWS METHOD TIMES\n", stderr);
        return 2;
    }
    bool ok = load(&b, argv[1], &err);
    if (ok && b.model.refusal.code) {
        printf("refused: %s\n", b.model.refusal.text);
        return 0;
    }
    ok = ok && read_rows(&b, argv[2], argv[3], &err);
    int64_t begun = lar_now_ms();
    for (int i = atoi(argv[4]); ok && (i > 0 || lar_now_ms() - begun < AT_LEAST_MS); i--) {
        int64_t ns = run_once(&b, &err);
        ok = ns >= 0;
        best = ok && ns < best ? ns : best;
    }
    if (!ok) {
        fprintf(stderr, "predict_file: %s\n", err.text);
        return 1;
    }
    printf("%.9f\n", (double)best / 1e9);
    return 0;
}
