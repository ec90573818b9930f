/* Names on disk: what may be a model, a version, a model file. No disk is touched here.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_NAME_H
#define PERSISTENCE_STORE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { LAR_NAME_MAX = 128 };

/* Numbers are JSON integers, too. */
#define LAR_VERSION_MAX ((uint64_t)INT64_MAX)

/* A model's name: [A-Za-z0-9][A-Za-z0-9._-]{0,127}. */
bool lar_name_is_model(const char *name, size_t length);

/* A version folder's name: decimal digits, leading zeros allowed, 1 to 2^63 - 1. */
bool lar_name_is_version(const char *name, uint64_t *ret);

/* Whether a file called NAME is a candidate: it has one of the known extensions, perhaps before
 * .gz, .bz2, .xz, .z, .lzma, .lz4 or .zst. RET_STEM (may be NULL) receives the length of what comes
 * before. */
bool lar_name_is_candidate(const char *name, size_t *ret_stem);

/* Whether a file called NAME makes the folder in which it lies one model, all of it: SavedModel's
 * saved_model.pb, MLflow's MLmodel. */
bool lar_name_makes_folder(const char *name);

/* Names that a scan passes over: hidden ones, and those that programs give to unfinished files. */
bool lar_name_is_ignored(const char *name);

/* The file name under which an uploaded file is published, from the format that the loader
 * reported (may be NULL) and the file's first bytes: "model.joblib"; "model" if nothing is known.
 */
const char *lar_name_of_upload(const char *format, const uint8_t *head, size_t n);

#endif
