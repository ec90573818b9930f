/* TensorFlow Serving's status of a model's versions.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_TFS_STATUS_H
#define SERVER_TFS_STATUS_H

#include "dialects/text_buffer.h"

struct lar_model_entry; /* server/registry.h */

/* GET /v1/models/M: model_version_status of version NUMBER (0: of all), with KServe's name and
 * ready beside it. */
bool lar_tfs_write_status(struct lar_text *text, const struct lar_model_entry *model,
                          uint64_t number, struct lar_error *err);

#endif
