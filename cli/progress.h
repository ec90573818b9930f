/* A bar that shows how far a transfer is; on a terminal only.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/screen.h"

struct lar_progress {
    const struct lar_screen *screen;
    const char *waiting; /* said once all is sent and the answer is not there */
    double begun, drawn; /* seconds */
    bool shown;
};

/* SCREEN must outlive it; where it is no terminal nothing is ever drawn. */
void lar_progress_begin(struct lar_progress *progress, const struct lar_screen *screen,
                        const char *waiting);

/* DONE of TOTAL bytes (0: not known) are through. Draws at most ten times a second, and nothing in
 * the first half second. */
void lar_progress_step(struct lar_progress *progress, double done, double total);

/* Takes the bar away. */
void lar_progress_end(struct lar_progress *progress);

enum { LAR_PROGRESS_LINE = 512 };

/* The bar's text in COLUMNS columns. */
void lar_progress_line(char to[LAR_PROGRESS_LINE], unsigned columns, double done, double total,
                       double seconds);

#endif
