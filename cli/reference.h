/* What a user names: "iris", "iris/3", "iris/canary"; and which version that is.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_REFERENCE_H
#define CLI_REFERENCE_H

#include "cli/client.h"
#include "persistence/store/name.h"

enum { LAR_PATH_TEXT = 512 };

/* Names are checked: they can stand in a path as they are. */
struct lar_reference {
    char model[LAR_NAME_MAX + 1];
    uint64_t number;              /* 0: none was named */
    char label[LAR_NAME_MAX + 1]; /* "": none was named */
};

/* LAR_ERR_INVALID: TEXT is no reference. */
bool lar_reference_read(struct lar_reference *ret, const char *text, struct lar_error *err);
/* Reads "3" or "canary" into RET, whose model stays. */
bool lar_reference_read_version(struct lar_reference *ret, const char *text, struct lar_error *err);
/* Checks a label's name: a model's name that is not digits alone. */
bool lar_label_check(const char *text, struct lar_error *err);

/* GET /v1/models/M/versions; the caller's (json_decref). */
json_t *lar_versions_get(struct lar_client *client, const char *model, struct lar_error *err);

/* The version in such a listing that REFERENCE names: by number; by label; else the one that
 * answers: that with the label "default", else the highest available one. Lent.
 * LAR_ERR_NOTFOUND: none. */
const json_t *lar_versions_find(const json_t *listing, const struct lar_reference *reference,
                                struct lar_error *err);
const json_t *lar_versions_at(const json_t *listing, uint64_t number); /* or NULL */

/* Members of one version, checked: 0 and false where they are none. */
uint64_t lar_version_number(const json_t *version);
bool lar_version_available(const json_t *version);
bool lar_version_has_label(const json_t *version, const char *label);

/* "canary,default", or "": in TO, cut where it does not fit. */
enum { LAR_LABELS_TEXT = 512 };
const char *lar_version_labels(const json_t *version, char to[LAR_LABELS_TEXT]);

/* The member NAME's text, or NULL. */
const char *lar_member(const json_t *object, const char *name);

#endif
