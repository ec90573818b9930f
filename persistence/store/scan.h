/* What a models' folder holds now, by the layouts that Larder knows:
 *
 *   iris.joblib             a file of the model's own, whose number its content decides
 *   iris/model.joblib       the same; also a SavedModel directly in iris/
 *   iris/3/...              a version: one model file with its companions, or a SavedModel
 *
 *   iris/model.yaml         settings of the model (model_settings.h)
 *
 * Nothing is opened but folders and model.yaml. SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_STORE_SCAN_H
#define PERSISTENCE_STORE_SCAN_H

#include "persistence/store/entry.h"

struct lar_found {
    const char *model;
    uint64_t number;  /* 0: the model's own file */
    const char *path; /* below the root */
    bool folder;
    bool unreadable;               /* could not be looked at: says nothing about what is there */
    struct lar_identity identity;  /* unless error */
    const struct lar_error *error; /* why this cannot be a version, or NULL */
};

/* A model's model.yaml. */
struct lar_found_settings {
    const char *model;
    const char *text; /* NULL: it could not be read */
    size_t size;
    int64_t changed_ns; /* newest of mtime and ctime */
    const struct lar_error *error;
};

/* Entries that only their names keep from being what they could be. */
struct lar_misnamed {
    size_t n;
    char last[96]; /* the last of them, cut short */
};

struct lar_scan {
    struct lar_arena arena;
    struct lar_found_settings *settings; /* ascending by model */
    size_t n_settings, settings_room;
    struct lar_found *found; /* ascending by model (bytewise), then number; no two alike */
    size_t n, room;
    struct lar_misnamed models;   /* files and folders in the root */
    struct lar_misnamed versions; /* folders in a model's folder: no numbers */
};

/* DIRECTORY (may be NULL) is called with each folder before it is read, so that a watch set there
 * misses nothing. */
struct lar_scan_hooks {
    void (*directory)(void *context, int fd, const char *path);
    void *context;
};

/* Scans the folder ROOT (a descriptor). False only if the root itself could not be read. RET must
 * be finished afterwards, also after a failure. */
bool lar_scan_root(struct lar_scan *ret, int root, const struct lar_scan_hooks *hooks,
                   struct lar_error *err);

/* The same for one model that was named by hand: PATH below ROOT is its file, or its folder (which
 * may be "."). */
bool lar_scan_named(struct lar_scan *ret, int root, const char *path, const char *model,
                    const struct lar_scan_hooks *hooks, struct lar_error *err);

/* Whether the version folder PATH holds exactly one model: a SavedModel, one candidate, or none at
 * all (then each file is probed). */
bool lar_scan_check_folder(const struct lar_entry *entry, const char *path, struct lar_error *err);

/* The settings of MODEL, or NULL: it has no file of them. */
const struct lar_found_settings *lar_scan_settings(const struct lar_scan *scan, const char *model);

void lar_scan_finish(struct lar_scan *scan); /* accepts a zeroed one */

#endif
