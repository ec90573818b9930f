/* Labels: where one was before, and pointing it elsewhere.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_LABELS_H
#define CLI_LABELS_H

#include "cli/client.h"

/* The version that LABEL goes back to, or 0: the last one in its history other than the one that it
 * points to now and still available; for "default" without such a one, the highest available one
 * below that which answers. LABELS: GET .../labels; LISTING: GET .../versions. */
uint64_t lar_label_before(const json_t *labels, const json_t *listing, const char *label);

/* PUT /v1/models/MODEL/labels/LABEL. True: it points to NUMBER now; REPLY is the caller's
 * (lar_reply_finish) in any case. */
bool lar_label_put(struct lar_client *client, const char *model, const char *label, uint64_t number,
                   struct lar_reply *reply, struct lar_error *err);

#endif
