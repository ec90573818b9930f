/* Tensors as bytes and back, in the layout of the Open Inference Protocol's binary extension:
 * little-endian, row-major, unpadded; a bool is one byte, 0 or 1; a string is its length as 32 bits
 * and its bytes.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_BINARY_TENSOR_H
#define DIALECTS_BINARY_TENSOR_H

#include "dialects/json_tensor.h"

/* Reads COUNT elements of CELLS' wire type, which SIZE bytes must hold exactly, into empty CELLS.
 * Numbers of the right type and alignment are not copied: CELLS then lies in BYTES, which nobody
 * writes to. JS gives memory only. */
bool lar_binary_read(struct lar_cells *cells, struct lar_json *js, const char *bytes, size_t size,
                     uint64_t count, struct lar_error *err);

/* All SIZE bytes as one string. */
bool lar_binary_read_text(struct lar_cells *cells, struct lar_json *js, const char *bytes,
                          size_t size, struct lar_error *err);

/* The bytes that T takes; false: more than can be. CSR is counted dense. */
bool lar_binary_size(const struct lar_tensor *t, size_t *ret);

/* Appends T's bytes: CSR dense, strings that are NaN or None empty. */
void lar_binary_write(struct lar_text *text, const struct lar_tensor *t);

#endif
