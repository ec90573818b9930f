/* What the two kinds of predict share: rows that come, answers that go.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_PREDICT_H
#define CLI_PREDICT_H

#include "cli/command.h"

/* Prints each element of the member "predictions" of BODY as it is written there, on a line of its
 * own; numbers keep their digits, and NaN, which is no JSON, may be among them. A body without that
 * member, or that is no object, is printed whole. */
void lar_predictions_print(const struct lar_screen *screen, const char *body, size_t size);

/* Reads the file PATH (NULL or "-": stdin) whole into *RET (free, on failure too). */
bool lar_rows_read_all(const char *path, size_t most, char **ret, size_t *ret_size,
                       struct lar_error *err);

/* Predicts with a model file of this machine. */
int lar_predict_local(struct lar_call *call);

#endif
