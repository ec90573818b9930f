/* The Open Inference Protocol's names of element types. Private to dialect_oip*.c.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_OIP_TYPES_H
#define DIALECTS_OIP_TYPES_H

#include "graph/tensor.h"

/* Filled up with zeros, so that all are compared alike. */
enum { LAR_OIP_TYPE_SIZE = 8 };
static const char lar_oip_types[LAR_TYPE_END][LAR_OIP_TYPE_SIZE] = {
    [LAR_TYPE_BOOL] = "BOOL",  [LAR_TYPE_U8] = "UINT8",     [LAR_TYPE_U16] = "UINT16",
    [LAR_TYPE_U32] = "UINT32", [LAR_TYPE_U64] = "UINT64",   [LAR_TYPE_I8] = "INT8",
    [LAR_TYPE_I16] = "INT16",  [LAR_TYPE_I32] = "INT32",    [LAR_TYPE_I64] = "INT64",
    [LAR_TYPE_F16] = "FP16",   [LAR_TYPE_BF16] = "BF16",    [LAR_TYPE_F32] = "FP32",
    [LAR_TYPE_F64] = "FP64",   [LAR_TYPE_STRING] = "BYTES",
};

#endif
