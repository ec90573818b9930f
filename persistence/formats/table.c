/* The formats that Larder reads: a new one is a file or folder here and one row.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/format.h"

#include <stddef.h>

extern const struct lar_format lar_format_mlflow;
extern const struct lar_format lar_format_sklearn;
extern const struct lar_format lar_format_skops;

const struct lar_format *const lar_formats[] = {
    &lar_format_mlflow,
    &lar_format_sklearn,
    &lar_format_skops,
    NULL,
};
