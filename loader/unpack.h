/* The loader's unpack mode: an uploaded folder's archive to a bundle of its files.
 * SPDX-License-Identifier: MIT */
#ifndef LOADER_UNPACK_H
#define LOADER_UNPACK_H

#include "persistence/formats/format.h"

/* Unpacks SOURCE, a zip or tar, to the empty file RESULT, as base/bundle.h lays it out. REPORT gets
 * "archive": "zip" and the like, or null where SOURCE is no archive of a folder; then RESULT stays
 * empty. MEMORY bounds the unpacked bytes. */
bool lar_unpack(const void *source, size_t size, int result, size_t memory,
                struct lar_report *report, struct lar_error *err);

#endif
