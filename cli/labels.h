/* Labels: where one was before.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_LABELS_H
#define CLI_LABELS_H

#include "cli/client.h"

/* The version that LABEL goes back to, or 0: the last one in its history other than the one that it
 * points to now and still available. The past of "default" is that of who answered: also without
 * it, before it was put; and without a past it goes to the highest available version below the one
 * that answers now. LABELS: GET .../labels; LISTING: GET .../versions. */
uint64_t lar_label_before(const json_t *labels, const json_t *listing, const char *label);

#endif
