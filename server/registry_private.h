/* The registry's own state; for server/registry*.c, upload.c and load.c only.
 *
 * Locks, in the order in which they are taken: `manage` (one change of the disk at a time), `lock`
 * (everything here that changes), `index_lock` (the index of compiled forms). Readers take none.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_REGISTRY_PRIVATE_H
#define SERVER_REGISTRY_PRIVATE_H

#include "base/map.h"
#include "persistence/store/history.h"
#include "persistence/store/index.h"
#include "persistence/store/model_settings.h"
#include "persistence/store/scan.h"
#include "persistence/store/store.h"
#include "server/epoch.h"
#include "server/registry.h"
#include "server/watcher.h"
#include "spawner/spawner.h"

#include <pthread.h>
#include <semaphore.h>
#include <time.h>

/* A loaded version with what it owns. The public part is first. */
struct loaded {
    struct lar_loaded public;
    struct lar_retired retired;
    struct lar_map map;
    char model[132];
    char key[LAR_HASH_HEX]; /* of the compiled form */
};

struct report {
    struct lar_retired retired;
    char text[];
};

struct table {
    struct lar_table public;
    struct lar_retired retired;
    struct lar_arena arena;
};

/* One version as listed. */
struct version {
    struct lar_version_entry entry; /* entry.report and entry.loaded lead into the next two */
    struct report *report;
    struct loaded *loaded;
    struct slot *slot; /* where its bytes are; NULL: ended */
    bool tentative;    /* the number is given when it has loaded */
};

enum job { JOB_NONE, JOB_QUEUED, JOB_RUNNING };

/* One entry of a folder, followed from scan to scan. */
struct slot {
    struct model *model;
    struct root *root;
    struct slot *next, *queue_next;
    uint64_t number; /* 0: the model's own file */
    char *path;      /* below the root */
    bool folder;
    struct version *serving; /* numbered: always; own file: what was loaded from it, or NULL */
    struct version *coming;  /* own file: until something was loaded from it; else NULL */

    struct lar_identity seen, done, failed, loaded;
    bool is_seen, is_done, is_failed, is_loaded; /* which of those are set */
    bool is_wrong;    /* its place in the folder is wrong: an error of the layout */
    int64_t since_ms; /* SEEN has been so since then (monotonic) */
    bool closed;      /* an event said that writing has ended */
    bool second_look; /* events are not enough for this state */
    bool deleted;     /* an event said that it was taken away */
    bool awaited;     /* somebody waits until it has loaded or failed */
    bool gone;        /* freed when its job has ended */
    bool held;        /* unloaded by hand: until a load by hand, or other bytes */
    bool by_event;    /* the job trusts an event */
    enum job job;
    unsigned deaths, tries; /* loads that failed: the loader's fault, the machine's */
    int64_t retry_ms;       /* monotonic; 0: no retry due */
    unsigned missing;       /* from so many scans in a row */
    uint64_t last_scan;     /* that saw it, or during which it was made */
};

struct model {
    char *name;
    struct version **versions; /* ascending by number */
    size_t n_versions, room;
    struct slot *slots;
    struct lar_history history;
    struct lar_error notes_error; /* the notes cannot be read: they are not written either */
    bool named;                   /* by --model: read-only */
    bool notes_changed;

    struct lar_model_settings settings; /* those that count */
    char options_tag[20];               /* of settings.options, for the index; "" without */
    bool has_settings;                  /* good ones were seen, or none were needed */
    char *settings_text;                /* of model.yaml as judged last; NULL: there is none */
    size_t settings_size;
    struct lar_error settings_error;
    char *next_text; /* another model.yaml, not still for long enough yet */
    size_t next_size;
    bool has_next;
    int64_t next_since_ms;
    uint64_t load_from, keep_from; /* LATEST: what is to be loaded, what may not be unloaded */
};

struct root {
    char *model; /* --model's name; NULL: the models folder */
    char *path;
    int fd; /* as of the last scan, or -1 */
    uint64_t device, inode;
    bool known;                             /* device and inode are set */
    struct lar_error error;                 /* of the last scan: logged once */
    size_t n_misnamed, n_misnamed_versions; /* likewise */
};

struct lar_registry {
    struct lar_registry_settings settings; /* pointers inside are not ours: unused */
    struct lar_spawner *spawner;
    struct lar_log *log;
    struct lar_store store;
    struct lar_epochs *epochs;
    _Atomic(struct table *) table;

    pthread_mutex_t manage, lock, index_lock;
    pthread_cond_t work, settled; /* of lock: for load threads; for those who wait for a scan */
    sem_t loaders;
    _Atomic uint64_t load_results[LAR_LOAD_RESULTS], load_buckets[LAR_LOAD_BUCKETS];
    _Atomic uint64_t load_microseconds;
    struct timespec started;  /* of the thread that scans, which alone reads it */
    _Atomic unsigned sandbox; /* what the last loader told: SANDBOX_... */
    struct lar_index index;

    struct root *roots;
    size_t n_roots;
    struct model **models; /* ascending by name */
    size_t n_models, models_room;
    struct slot *queue, **queue_end;
    struct lar_retired *garbage; /* out of the table with the next publish() */
    size_t n_awaited;
    uint64_t n_loaded; /* versions, since the start */
    bool changed, first_scan_over, complete, stop;
    int64_t published_ms;

    uint64_t scan;        /* number of the scan that runs or ran last */
    uint64_t scans_over;  /* number of the last one that is over */
    uint64_t scan_wanted; /* somebody waits for this one */
    bool scan_void;       /* something was deleted while it ran */
    int64_t next_scan_ms; /* monotonic */
    bool prune_wanted;

    struct lar_watcher *watcher;
    int wake; /* eventfd */
    pthread_t thread, *load_threads;
    bool has_thread, has_store; /* started, opened */
    size_t n_load_threads;
};

struct lar_reader {
    struct lar_epoch_reader epoch;
    struct lar_registry *registry;
    const struct table *table;
};

/* registry.c */
void lar_registry_wake(struct lar_registry *registry);
/* Scan not later than at MS (monotonic). Under the lock. */
void lar_registry_scan_by(struct lar_registry *registry, int64_t ms);
__attribute__((format(printf, 3, 4))) void
lar_registry_log(struct lar_registry *registry, enum lar_log_level level, const char *format, ...);

/* Once the first models are loaded, lets other threads of the daemon go first. Under the lock. */
void lar_registry_give_way(const struct lar_registry *registry, bool *gives_way);

/* registry_table.c; all under the lock */
void lar_registry_publish(struct lar_registry *registry); /* builds a table, swaps, retires */
/* At once, or within some milliseconds when more changes are on their way. */
void lar_registry_changed(struct lar_registry *registry);
struct version *lar_registry_answering(const struct model *model);

/* registry_model.c; all under the lock */
enum { LAR_ENDED_LISTED = 16 }; /* an ended version is listed until so many newer ones exist */
struct model *lar_registry_model(struct lar_registry *registry, const char *name);
struct model *lar_registry_model_make(struct lar_registry *registry, const char *name,
                                      struct lar_error *err);
bool lar_registry_is_named(const struct lar_registry *registry, const char *name);
/* Frees the model if nothing is left of it. */
void lar_registry_model_tidy(struct lar_registry *registry, struct model *model);
void lar_registry_model_free(struct lar_registry *registry, struct model *model);
uint64_t lar_registry_highest(const struct model *model);
struct version *lar_version_find(const struct model *model, uint64_t number);
struct version *lar_version_make(struct model *model, uint64_t number, struct lar_error *err);
/* Takes it out of the listing and frees it. */
void lar_version_drop(struct lar_registry *registry, struct model *model, struct version *version);
/* It ends but stays in the listing. */
void lar_version_end(struct lar_registry *registry, struct version *version);
void lar_version_set_loaded(struct lar_registry *registry, struct version *version,
                            struct loaded *loaded);
void lar_version_set_report(struct lar_registry *registry, struct version *version,
                            const char *text);
void lar_version_sort(struct model *model);     /* after a number has changed */
void lar_version_renumber(struct model *model); /* tentative ones, after a number was given */

/* registry_slot.c; all under the lock */
struct slot *lar_slot_find(const struct model *model, uint64_t number);
struct slot *lar_slot_make(struct lar_registry *registry, struct model *model, struct root *root,
                           uint64_t number, const char *path, struct lar_error *err);
enum { LAR_INDEX_PATH = 4352 };
/* Its name in the index of compiled forms; false: too long. */
bool lar_slot_index_path(const struct slot *slot, char *ret, size_t size);
/* Whether what was seen last has loaded, or has been tried in vain. */
bool lar_slot_decided(const struct slot *slot);
void lar_slot_awaited(struct lar_registry *registry, struct slot *slot, bool awaited);
/* Forgets the entry; its version goes, or ends if it was the model's own file. */
void lar_slot_drop(struct lar_registry *registry, struct slot *slot);

/* registry_scan.c: one scan of all roots. False: it did not count, because something was deleted
 * meanwhile; EVENTS are still to be used. Takes the lock itself. */
bool lar_registry_scan(struct lar_registry *registry, const struct lar_events *events);

struct load; /* below */

/* registry_settings.c; under the lock */
/* What of model.yaml was found (NULL: no file) comes to count once it is still. False: nothing is
 * known of the model's settings yet; ask again at the next scan. */
bool lar_model_take_settings(struct lar_registry *registry, struct model *model,
                             const struct lar_found_settings *found);
void lar_model_settings_drop(struct model *model);

/* registry_policy.c; under the lock */
/* Which versions are wanted, after anything that this depends on has changed. */
void lar_policy_update(struct model *model);
bool lar_slot_wanted(const struct slot *slot);
/* Unloads what is not wanted any more and queues what is wanted again. */
void lar_registry_policy(struct lar_registry *registry, struct model *model);

/* registry_labels.c */
bool lar_label_check_name(const char *label, struct lar_error *err);
/* The version that answers without that `default` points to it, or 0. Under the lock. */
uint64_t lar_label_untold(const struct model *model);
/* Points LABEL at NUMBER in HISTORY, with what there is to remember; ANSWERED is
 * lar_label_untold(). Nothing is written. */
bool lar_label_point(struct lar_history *history, const char *label, uint64_t number,
                     uint64_t answered, struct lar_error *err);

/* Settles the labels that were read as coming, when a scan has seen which versions there are. Under
 * the lock. */
void lar_labels_arrive(struct lar_registry *registry);

/* registry_manage.c: deletes uploads beyond what model.yaml keeps. Takes the locks itself. */
void lar_registry_retain(struct lar_registry *registry, const char *model);

/* registry_drain.c: waiting for those who still use what has left the table */
struct drain {
    struct loaded **loaded;
    size_t n;
};
/* Under the lock: takes the version NUMBER (0: all) out of the table, UNLOADING. */
void lar_drain_begin(struct lar_registry *registry, struct drain *drain, struct model *model,
                     uint64_t number);
/* Without the lock: until nobody uses them, or for some seconds. */
void lar_drain_wait(struct lar_registry *registry, struct drain *drain);

/* registry_notes.c; under the lock */
/* The folder for a model's notes, or -1: not to be written. */
int lar_registry_notes(const struct lar_registry *registry, const struct model *model);
bool lar_registry_notes_read(struct lar_registry *registry, struct model *model,
                             struct lar_error *err);
void lar_registry_notes_reread(struct lar_registry *registry); /* after another had the lock */
/* Writes what has changed; takes manage and lock itself. */
void lar_registry_notes_save(struct lar_registry *registry);
void lar_registry_notes_write(struct lar_registry *registry); /* the same, holding manage */

/* registry_load.c */
void *lar_registry_load_thread(void *registry);
void lar_slot_queue(struct lar_registry *registry, struct slot *slot, bool by_event);
/* What LOAD found is what SLOT is now; takes load->loaded. Under the lock. */
void lar_slot_succeed(struct lar_registry *registry, struct slot *slot, struct load *load);
/* Queues what is due to be tried again; returns when the next is (monotonic; INT64_MAX: none). */
int64_t lar_registry_retry(struct lar_registry *registry, int64_t now_ms);

/* load.c: from an entry to something that answers */
enum { SANDBOX_TOLD = 1, SANDBOX_SECCOMP = 2, SANDBOX_LANDLOCK_SHIFT = 2 };
enum load_stage { LOAD_SOURCE, LOAD_LOADER, LOAD_CHECK };
struct load {
    int root;                            /* in; the file itself if path is NULL */
    const char *path, *index_path;       /* in; index_path NULL: not to be indexed */
    const struct lar_identity *expected; /* in, or NULL */
    bool keep;                           /* in: the compiled form may go to the cache */
    char *options;                       /* in: of model.yaml, or NULL; the caller's */
    struct lar_identity identity;
    char sha256[LAR_HASH_HEX];
    char key[LAR_HASH_HEX];
    uint64_t size;
    struct loaded *loaded;
    char *report;          /* JSON, or NULL; the caller's */
    enum load_stage stage; /* where it failed */
};
/* Without the lock. On failure LOAD holds what is known so far. */
bool lar_load_run(struct lar_registry *registry, struct load *load, struct lar_error *err);
/* Unpacks the archive in FILE by a loader; RET becomes a mapped bundle with data NULL where FILE is
 * no archive of a folder. */
bool lar_load_unpack(struct lar_registry *registry, int file, struct lar_map *ret,
                     struct lar_error *err);
/* Remembers under which state of the entry PATH the compiled form is. */
void lar_load_index(struct lar_registry *registry, const struct load *load, const char *path);
/* Forgets the compiled form of an entry that is gone. */
void lar_load_forget(struct lar_registry *registry, const struct slot *slot);
void lar_loaded_name(struct loaded *loaded, const char *model, uint64_t number, const char *sha256);
void lar_loaded_free(struct loaded *loaded);

#endif
