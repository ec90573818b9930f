/* One look at a server: its versions and what they have counted.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_LOOK_H
#define CLI_LOOK_H

#include "cli/client.h"
#include "cli/metrics.h"

struct lar_look_row {
    const char *model, *version, *state, *error; /* of the look; error may be NULL */
    const json_t *listed;
    struct lar_counts counts;
};

struct lar_look {
    struct lar_look_row *rows; /* ascending by model, then by version's text */
    size_t n_rows, n_models;
    char server[64]; /* its version, "" where it says none */
    bool ready;
    double at; /* seconds, of a clock that only goes on */
    json_t *listing;
};

/* RET is the caller's (lar_look_finish), on failure too. */
bool lar_look_take(struct lar_look *ret, struct lar_client *client, struct lar_error *err);
void lar_look_finish(struct lar_look *look); /* accepts a zeroed one */

/* What ROW had counted in an earlier look; zeros where it was not there. */
struct lar_counts lar_look_counts(const struct lar_look *earlier, const struct lar_look_row *row);

#endif
