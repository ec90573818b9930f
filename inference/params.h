/* Parameters that switch something.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_PARAMS_H
#define INFERENCE_PARAMS_H

#include "graph/operator.h"

/* The bool scalar NAME; false where it was left out. */
static inline bool lar_node_flag(const struct lar_node_info *node, const char *name)
{
    const struct lar_tensor *t = lar_node_param(node, name);
    return t && *(const uint8_t *)t->data;
}

#endif
