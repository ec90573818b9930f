/* Answers to predict calls, line by line.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_PREDICT_H
#define CLI_PREDICT_H

#include "cli/screen.h"

/* Prints each element of the member "predictions" of BODY as it is written there, on a line of its
 * own; numbers keep their digits, and NaN, which is no JSON, may be among them. A body without that
 * member, or that is no object, is printed whole. */
void lar_predictions_print(const struct lar_screen *screen, const char *body, size_t size);

#endif
