/* String tensors for tests.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_INFERENCE_STRINGS_H
#define TESTS_INFERENCE_STRINGS_H

#include "graph/tensor.h"

#include <stdlib.h>
#include <string.h>

/* N strings, NULL for NaN; memory that a test program need not free (it forks for each test). */
static inline struct lar_tensor strings(size_t n, const char *const *texts)
{
    static struct lar_tensor *all[64];
    static size_t made;
    size_t used = 0;
    struct lar_tensor t = {.type = LAR_TYPE_STRING,
                           .layout = LAR_LAYOUT_DENSE,
                           .shape = LAR_SHAPE((int64_t)n),
                           .offsets = calloc(n + 1, sizeof(uint64_t)),
                           .kinds = calloc(n + 1, 1)};
    for (size_t i = 0; i < n; i++) {
        used += texts[i] ? strlen(texts[i]) : 0;
        t.kinds[i] = texts[i] ? LAR_STRING_TEXT : LAR_STRING_NAN;
        t.offsets[i + 1] = used;
    }
    char *bytes = t.data = malloc(used + 1);
    for (size_t i = 0; i < n; i++)
        if (texts[i])
            memcpy(bytes + t.offsets[i], texts[i], strlen(texts[i]));
    struct lar_tensor *kept = malloc(sizeof *kept); /* stays reachable: no leak to report */
    *kept = t;
    return *(all[made++ % 64] = kept);
}

#endif
