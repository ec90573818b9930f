/* From a model's files to its flat form: the loader's work, without the process around it.
 * SPDX-License-Identifier: MIT */
#ifndef LOADER_TRANSLATE_H
#define LOADER_TRANSLATE_H

#include "persistence/formats/format.h"

/* Reads the bundle [SOURCE, SOURCE + SIZE), and writes the flat form to the empty file RESULT. What
 * was met goes to REPORT, on refusal too. MEMORY bounds what the reader may take. */
bool lar_translate(const void *source, size_t size, int result, size_t memory,
                   struct lar_report *report, struct lar_error *err);

#endif
