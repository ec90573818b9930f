/* An upload in progress: for upload*.c.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_UPLOAD_PRIVATE_H
#define SERVER_UPLOAD_PRIVATE_H

#include "persistence/store/name.h"
#include "persistence/store/stage.h"
#include "server/registry_private.h"

enum { LAR_UPLOAD_HEAD = 512, LAR_UPLOAD_PATH = 40 };

struct lar_upload {
    struct lar_registry *registry;
    enum lar_upload_kind kind;
    char model[LAR_NAME_MAX + 1];
    uint64_t number; /* AT */
    uint64_t size;
    int64_t expected;       /* -1: unknown */
    struct lar_stage stage; /* unless one file is only validated */
    int file;               /* the stage's, or ours if there is none */
    struct lar_hash hash;
    uint8_t head[LAR_UPLOAD_HEAD]; /* the first bytes */
    bool folder;                   /* an archive: its files are in the stage */

    char label[LAR_NAME_MAX + 1]; /* that the version gets; "": none */
    uint64_t pinned,
        default_before; /* where `default` was put for it, 0: nowhere; and was before */
};

/* upload_folder.c */

/* Begins the stage, for EXPECTED bytes (0: unknown). */
bool lar_upload_stage(struct lar_upload *u, uint64_t expected, struct lar_error *err);

/* What may be a folder's archive, by its first bytes; the loader says for sure. */
bool lar_upload_looks_packed(const struct lar_upload *u);

/* Puts an archive's files into the stage; sets u->folder if it is one. */
bool lar_upload_unpack(struct lar_upload *u, struct lar_error *err);

/* Where they lie, below .larder/. */
void lar_upload_path(const struct lar_upload *u, char path[LAR_UPLOAD_PATH]);

/* upload_publish.c */

/* Before anything is loaded: what would be refused in the end is refused now. */
bool lar_upload_check_taken(struct lar_upload *u, struct lar_upload_result *ret,
                            struct lar_error *err);

/* Gives it a number, puts its files there, durable, and what LOAD holds into the table. Takes
 * `manage` and the lock. */
bool lar_upload_publish(struct lar_upload *u, struct load *load, struct lar_upload_result *ret,
                        struct lar_error *err);

/* upload_label.c */

/* Under the lock: whether there is room for the label, and for `default` where it is to be put. */
bool lar_upload_label_fits(const struct lar_upload *u, const struct model *model,
                           struct lar_error *err);

/* Under the lock: where a label comes along and `default` does not say who answers, puts it there,
 * in memory; u->pinned says where. Unpinned, it is as it was. */
bool lar_upload_pin(struct lar_upload *u, struct model *model, struct lar_error *err);
void lar_upload_unpin(struct lar_upload *u, struct model *model);

/* The same where the notes are written, and nothing came of the upload. */
void lar_upload_withdraw_label(struct lar_upload *u);

/* Under the lock: the model's notes, in which the label comes with the version NUMBER: it counts
 * from the moment when that is in place, also for a daemon that starts later. NULL: no memory. */
char *lar_upload_note_label(struct lar_upload *u, struct model *model, uint64_t number);

/* Under the lock: the version is in place. */
bool lar_upload_show_label(const struct lar_upload *u, struct model *model, uint64_t number,
                           struct lar_error *err);

/* Who answers now; without `manage`. */
void lar_upload_tell(const struct lar_upload *u, struct lar_upload_result *ret);

#endif
