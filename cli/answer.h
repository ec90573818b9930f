/* Predictions of a local model to a file, batch by batch.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_ANSWER_H
#define CLI_ANSWER_H

#include "cli/screen.h"
#include "dialects/dialect.h"

enum lar_answer_form {
    LAR_ANSWER_LINES, /* a line of JSON for each prediction */
    LAR_ANSWER_JSON,  /* {"predictions": [...]}: one document */
    LAR_ANSWER_CSV,   /* a line of names, a line for each row */
    LAR_ANSWER_NPY,   /* the only output, as numpy.load() reads it */
};

struct lar_answer {
    enum lar_answer_form form;
    const struct lar_screen *screen;
    const struct lar_flat *flat;
    const struct lar_call_request *call;
    uint64_t written;     /* rows */
    struct lar_text text; /* a batch */
    /* NPY with texts, which are as wide as the longest: all of them, and where each ends */
    struct lar_text texts, ends;
    struct lar_shape shape;
};

/* RET is to be finished, on failure too. LAR_ERR_INVALID: the call's outputs do not have that
 * form. */
bool lar_answer_begin(struct lar_answer *ret, enum lar_answer_form form,
                      const struct lar_screen *screen, const struct lar_flat *flat,
                      const struct lar_call_request *call, struct lar_error *err);
/* Writes the next rows: one tensor for each output of the call. */
bool lar_answer_add(struct lar_answer *answer, const struct lar_tensor *results,
                    struct lar_error *err);
/* What stands behind the last row. */
bool lar_answer_end(struct lar_answer *answer, struct lar_error *err);
void lar_answer_finish(struct lar_answer *answer); /* accepts a zeroed one */

/* answer_npy.c: the same of NPY; dense tensors. */
bool lar_npy_add(struct lar_answer *answer, const struct lar_tensor *t, struct lar_error *err);
bool lar_npy_end(struct lar_answer *answer, struct lar_error *err);

#endif
