/* Which models exist, in which versions and states, and what answers for them.
 *
 * One immutable table behind one pointer. HTTP threads and workers read it without locks, as
 * registered readers; changes are made by the registry's own thread and by management calls, which
 * build a new table and swap the pointer. An old table, and a version that left it, is freed when
 * every reader has passed a turn since and its reference count is zero, never on a request's
 * thread. SPDX-License-Identifier: MIT */
#ifndef SERVER_REGISTRY_H
#define SERVER_REGISTRY_H

#include "base/error.h"
#include "base/log.h"
#include "inference/plan.h"
#include "server/statistics.h"

#include <stdatomic.h>

struct lar_registry;
struct lar_reader; /* one thread's registration */

/* TensorFlow Serving's names. */
enum lar_state {
    LAR_STATE_START,
    LAR_STATE_LOADING,
    LAR_STATE_AVAILABLE,
    LAR_STATE_UNLOADING,
    LAR_STATE_END
};
const char *lar_state_name(enum lar_state state);

/* A loaded version: never changes. Held by reference (lar_loaded_acquire, lar_loaded_release). */
struct lar_loaded {
    const char *model;
    uint64_t number;
    uint64_t serial; /* which of all that this registry has loaded, from 1 */
    char sha256[65]; /* of the source, hexadecimal */
    char header[96]; /* value of Larder-Model-Version: "3; sha256=<16 digits>" */
    struct lar_flat flat;
    struct lar_plan *plan;
    size_t bytes; /* of memory: block and plan */
    _Atomic uint64_t references;
    struct lar_statistics statistics;
};

struct lar_version_entry {
    uint64_t number;
    enum lar_state state;
    bool stale;                    /* its file is not to be seen now (the design's removal rule) */
    struct lar_error error;        /* of the last attempt to load it; code NONE if none */
    const char *report;            /* the loader's report, JSON text, or NULL */
    uint64_t size;                 /* of the source, bytes */
    char sha256[65];               /* of the source, "" while unknown */
    int64_t created_ms, loaded_ms; /* Unix time; 0 unknown */
    struct lar_loaded *loaded;     /* AVAILABLE: what answers; else NULL */
};

struct lar_label {
    const char *name;
    uint64_t number;
};

struct lar_model_entry {
    const char *name;
    const struct lar_version_entry *versions; /* ascending by number */
    const struct lar_label *labels;           /* ascending by name */
    size_t n_versions, n_labels;
    const char *settings_error; /* why model.yaml does not count; NULL: nothing is wrong with it */
    const struct lar_version_entry *answering; /* for requests that name no version; NULL: none */
};

struct lar_table {
    const struct lar_model_entry *models; /* ascending by name (bytewise) */
    size_t n_models;
    bool complete; /* the first scan is over and every model of it loaded or failed: ready */
};

/* Readers: register once for each thread. Between turn() and the next turn() or idle() the table
 * that lar_reader_table() returned, and all it leads to, stays valid. idle() before blocking. */
struct lar_reader *lar_registry_reader(struct lar_registry *registry, struct lar_error *err);
void lar_reader_turn(struct lar_reader *reader);
void lar_reader_idle(struct lar_reader *reader);
void lar_reader_free(struct lar_reader *reader);
const struct lar_table *lar_reader_table(const struct lar_reader *reader);

const struct lar_model_entry *lar_table_find(const struct lar_table *table, const char *name,
                                             size_t length);

/* What answers for NUMBER (0: whoever answers) or LABEL (or NULL) of MODEL: valid within the turn;
 * acquire it to keep it longer. LAR_ERR_NOTFOUND: no such model, version or label;
 * LAR_ERR_UNAVAILABLE: known, but not loaded. */
struct lar_loaded *lar_table_loaded(const struct lar_table *table, const char *name, size_t length,
                                    uint64_t number, const char *label, size_t label_length,
                                    struct lar_error *err);

struct lar_loaded *
lar_loaded_acquire(struct lar_loaded *loaded);      /* inside a turn, or holding one */
void lar_loaded_release(struct lar_loaded *loaded); /* any thread; accepts NULL */

/* Management: block on disk and loader; call from workers, never from an HTTP thread. */

/* An upload in progress: bytes come in pieces, nothing is visible before finish(). */
struct lar_upload;
enum lar_upload_kind { LAR_UPLOAD_NEXT /* POST */, LAR_UPLOAD_AT /* PUT */, LAR_UPLOAD_VALIDATE };
bool lar_upload_begin(struct lar_upload **ret, struct lar_registry *registry, const char *model,
                      enum lar_upload_kind kind, uint64_t number, int64_t expected_size /* -1 */,
                      struct lar_error *err);
bool lar_upload_write(struct lar_upload *upload, const void *bytes, size_t n,
                      struct lar_error *err);
/* The version is to bear LABEL from its first moment on. Who answers requests that name no version
 * stays the same, unless LABEL is `default`: where no such label says who does, it is put on the
 * version that answers until then, before the new one is there. After begin(). */
bool lar_upload_label(struct lar_upload *upload, const char *label, struct lar_error *err);
struct lar_upload_result {
    uint64_t number;
    bool same;          /* the content was there already */
    uint64_t answering; /* who answers now where no version is named; 0: nobody */
    bool by_label;      /* because `default` points to it */
    bool pinned;        /* which was put there by this upload, so that it goes on answering */
    char sha256[65];
    char *report; /* JSON text, the caller's (free), also on refusal; may be NULL */
};
/* Loads, checks, makes it durable, publishes. The upload is consumed. */
bool lar_upload_finish(struct lar_upload *upload, struct lar_upload_result *ret,
                       struct lar_error *err);
void lar_upload_abort(struct lar_upload *upload); /* accepts NULL; leaves nothing behind */

/* NUMBER 0: the model with all its versions and labels. LAR_ERR_CONFLICT: a label points to the
 * version; with FORCE the label goes, too. */
bool lar_registry_delete(struct lar_registry *registry, const char *model, uint64_t number,
                         bool force, struct lar_error *err);

/* Labels (registry_labels.c): durable when they return. LAR_ERR_CONFLICT: the version is not
 * available; LAR_ERR_NOTFOUND: no such model, version or label. */
bool lar_registry_label_set(struct lar_registry *registry, const char *model, const char *label,
                            uint64_t number, struct lar_error *err);
bool lar_registry_label_drop(struct lar_registry *registry, const char *model, const char *label,
                             struct lar_error *err);
/* What is remembered of a model, as persistence/store/history.h writes it; the caller's (free). */
char *lar_registry_history(struct lar_registry *registry, const char *model, struct lar_error *err);

/* Unloads all versions of a model, when those who use them are done; they stay listed (END) and
 * unloaded until a load, other bytes or a restart. */
bool lar_registry_unload(struct lar_registry *registry, const char *model, struct lar_error *err);
/* Undoes that, looks for changes, tries again what failed, and waits. LAR_ERR_INVALID: no version
 * of the model answers afterwards. */
bool lar_registry_load(struct lar_registry *registry, const char *model, struct lar_error *err);

/* Whether the version is there, loaded or not. Blocks for a moment only. */
bool lar_registry_has(struct lar_registry *registry, const char *model, uint64_t number);

/* Opens the original bytes: a descriptor and its size; the caller closes it. SHA256 receives their
 * digest, "" while it is not known. */
int lar_registry_artifact(struct lar_registry *registry, const char *model, uint64_t number,
                          uint64_t *ret_size, char sha256[65], struct lar_error *err);

/* Scans now and waits until what the scan found is loaded or has failed. PRUNE: take entries that
 * are gone for gone. */
bool lar_registry_reload(struct lar_registry *registry, bool prune, struct lar_error *err);
/* The same, and tells what it has changed: {"reloaded":true,"added":[{"name":"iris","version":"3",
 * "state":"AVAILABLE"}],"changed":[...],"removed":[...]}; "error" where a version has one. The
 * caller's (free); NULL: it failed. */
char *lar_registry_reload_told(struct lar_registry *registry, bool prune, struct lar_error *err);

/* Loaders that have run, by how they ended; what the cache gave is not among them. Any thread. */
enum lar_load_result {
    LAR_LOAD_OK,
    LAR_LOAD_REFUSED,
    LAR_LOAD_DIED,
    LAR_LOAD_FAILED,
    LAR_LOAD_RESULTS
};
enum { LAR_LOAD_BUCKETS = 12 };
/* Upper bounds in microseconds; the last bucket has none. */
extern const uint64_t lar_load_bounds[LAR_LOAD_BUCKETS - 1];
struct lar_load_counts {
    uint64_t results[LAR_LOAD_RESULTS];
    uint64_t buckets[LAR_LOAD_BUCKETS]; /* by duration, from spawn to exit; not cumulative */
    uint64_t microseconds;              /* of all of them */
};
void lar_registry_load_counts(const struct lar_registry *registry, struct lar_load_counts *ret);

/* What held the last loader that ran, by its own report. False: none has run. Any thread. */
bool lar_registry_sandbox(const struct lar_registry *registry, bool *ret_seccomp,
                          int *ret_landlock_abi /* 0: the kernel has none */);

/* Life. The settings are copied. */
struct lar_registry_settings {
    const char *models, *state; /* directories */
    struct {
        const char *name, *path;
    } * named; /* --model NAME=PATH */
    size_t n_named;
    unsigned settle_ms, scan_seconds;
    unsigned load_seconds; /* wall clock of one load */
    size_t load_memory, run_memory;
    uint64_t max_upload;
    unsigned loaders;    /* at a time */
    struct lar_log *log; /* the registry's own thread and its load threads log here; or NULL */
};
struct lar_spawner;
bool lar_registry_start(struct lar_registry **ret, const struct lar_registry_settings *settings,
                        struct lar_spawner *spawner, struct lar_error *err);
/* Waits until the table is complete, MS milliseconds at most. */
void lar_registry_await(struct lar_registry *registry, unsigned ms);
void lar_registry_stop(struct lar_registry *registry); /* all readers freed before */

#endif
