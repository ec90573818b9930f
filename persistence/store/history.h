/* What must be remembered of a model whatever happens to its files: models/.larder/MODEL.json.
 *
 *   {"highest": 7, "files": [{"number": 2, "sha256": "..."}], "labels": {"default": 3},
 *    "uploads": [6, 7], "coming": {"number": 8, "label": "canary"},
 *    "history": [{"time": 1700000000000, "what": "upload", "number": 7, "sha256": "..."},
 *                {"time": 1700000000001, "what": "answered", "number": 6, "label": "default"},
 *                {"time": 1700000000001, "what": "label", "number": 7, "label": "default"}]}
 *
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_HISTORY_H
#define PERSISTENCE_STORE_HISTORY_H

#include "base/hash.h"
#include "persistence/store/store.h"

#include <jansson.h>

struct lar_history_file {
    uint64_t number;
    char sha256[LAR_HASH_HEX];
};

struct lar_history_label {
    char *name;
    uint64_t number;
};

struct lar_history {
    uint64_t highest;                 /* number ever given; 0: none */
    struct lar_history_file *files;   /* contents of the model's own file, oldest first */
    struct lar_history_label *labels; /* ascending by name */
    uint64_t *uploads;                /* numbers of uploaded versions that are there, ascending */
    size_t n_files, n_labels, n_uploads;
    struct lar_history_label coming; /* a label that counts once its version is there; name NULL */
    json_t *events;                  /* newest last, at most 100; or NULL */
};

/* A model without a file has an empty history. LAR_ERR_FORMAT: the file is damaged. */
bool lar_history_read(struct lar_history *ret, int folder, const char *model,
                      struct lar_error *err);
bool lar_history_parse(struct lar_history *ret, const char *text, size_t n, struct lar_error *err);
/* What lar_history_save() writes, the caller's (free); NULL: no memory. */
char *lar_history_text(const struct lar_history *history);
/* FOLDER -1: LAR_ERR_BUSY. */
bool lar_history_save(struct lar_store *store, int folder, const char *model, const char *text,
                      struct lar_error *err);
void lar_history_finish(struct lar_history *history); /* accepts a zeroed one */

/* The number of the file with this content, or 0. */
uint64_t lar_history_number(const struct lar_history *history, const char *sha256);

/* Gives NUMBER to a content of the model's own file. Only the newest 1,000 are kept. */
bool lar_history_add_file(struct lar_history *history, uint64_t number, const char *sha256,
                          struct lar_error *err);

/* Adds to the log; a failure for want of memory only loses the line. SHA256 may be NULL. */
void lar_history_add_event(struct lar_history *history, int64_t time_ms, const char *what,
                           uint64_t number, const char *sha256);

/* NUMBER was uploaded; it is above those before it, or one of them. */
bool lar_history_add_upload(struct lar_history *history, uint64_t number, struct lar_error *err);
void lar_history_drop_upload(struct lar_history *history, uint64_t number); /* 0: all */

/* history_labels.c */

enum { LAR_HISTORY_LABELS = 100 }; /* of one model, at most */

/* Where the label points, or 0: there is no such label. */
uint64_t lar_history_label(const struct lar_history *history, const char *name);

/* Points the label NAME, a valid name, at NUMBER. LAR_ERR_LIMIT: there are too many. */
bool lar_history_set_label(struct lar_history *history, const char *name, uint64_t number,
                           struct lar_error *err);
void lar_history_drop_label(struct lar_history *history, const char *name);

/* Drops all labels on NUMBER (0: all). */
void lar_history_drop_labels(struct lar_history *history, uint64_t number);

/* Whether the labels of NAMES (NULLs are passed over) can be set, too. */
bool lar_history_has_room(const struct lar_history *history, const char *const *names, size_t n);

/* A label on NUMBER, or NULL. */
const char *lar_history_label_on(const struct lar_history *history, uint64_t number);

/* Like lar_history_add_event(): WHAT was done with the label NAME: "label" and "unlabel";
 * "answered": until then NUMBER answered without that `default` said so. */
void lar_history_add_label_event(struct lar_history *history, int64_t time_ms, const char *what,
                                 uint64_t number, const char *name);

/* An independent copy. */
bool lar_history_copy(struct lar_history *ret, const struct lar_history *history,
                      struct lar_error *err);

#endif
