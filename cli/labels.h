/* Where a label was before.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_LABELS_H
#define CLI_LABELS_H

#include <jansson.h>
#include <stdint.h>

/* The version that LABEL goes back to, or 0: the last one in its history other than the one that it
 * points to now and still available; for "default" without such a one, the highest available one
 * below that which answers. LABELS: GET .../labels; LISTING: GET .../versions. */
uint64_t lar_label_before(const json_t *labels, const json_t *listing, const char *label);

#endif
