/* From an entry on disk to something that answers: private copy, cache or loader, check, plan.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "inference/operator.h"
#include "persistence/store/compiled.h"
#include "persistence/store/source.h"
#include "server/registry_private.h"
#include "server/self_check.h"

#include <errno.h>
#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPORT_LIMIT = 1 << 20, SMALL_REPORT = 1 << 16 };

void lar_loaded_free(struct loaded *loaded)
{
    if (!loaded)
        return;
    lar_plan_free(loaded->public.plan);
    lar_flat_finish(&loaded->public.flat);
    lar_map_finish(&loaded->map);
    free(loaded);
}

static void release(struct lar_retired *retired)
{
    lar_loaded_free((struct loaded *)((char *)retired - offsetof(struct loaded, retired)));
}

void lar_loaded_name(struct loaded *loaded, const char *model, uint64_t number, const char *sha256)
{
    struct lar_loaded *p = &loaded->public;
    snprintf(loaded->model, sizeof loaded->model, "%s", model);
    p->model = loaded->model;
    p->number = number;
    memcpy(p->sha256, sha256, sizeof p->sha256);
    snprintf(p->header, sizeof p->header, "%llu; sha256=%.16s", (unsigned long long)number, sha256);
}

/* Maps and checks a compiled form. FD is closed. */
static struct loaded *open_compiled(int fd, struct lar_error *err)
{
    struct loaded *loaded = calloc(1, sizeof *loaded);
    if (!loaded) {
        close(fd);
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for a model");
        return NULL;
    }
    struct lar_loaded *p = &loaded->public;
    loaded->retired = (struct lar_retired){.release = release, .references = &p->references};
    bool ok = lar_map_fd(&loaded->map, fd, err) &&
              lar_flat_open(&p->flat, loaded->map.data, loaded->map.size, &lar_operators, err) &&
              lar_plan_new(&p->plan, &p->flat, err);
    close(fd);
    if (!ok) {
        lar_loaded_free(loaded);
        return NULL;
    }
    p->bytes = loaded->map.size + lar_plan_bytes(p->plan) + p->flat.arena.used;
    return loaded;
}

static char *copy_report(const struct lar_flat *flat)
{
    return flat->report ? strndup(flat->report, flat->report_size) : NULL;
}

/* A form in the cache that cannot be opened is dropped, unless the reason is ours. */
static bool from_cache(struct lar_registry *registry, struct load *load)
{
    struct lar_error err = {0};
    int fd = lar_compiled_open(&registry->store, load->key);
    load->loaded = fd >= 0 ? open_compiled(fd, &err) : NULL;
    if (load->loaded) {
        load->report = copy_report(&load->loaded->public.flat);
        return true;
    }
    if (fd >= 0 && err.code != LAR_ERR_NOMEM && err.code != LAR_ERR_IO)
        lar_compiled_drop(&registry->store, load->key);
    return false;
}

static bool from_index(struct lar_registry *registry, struct load *load)
{
    struct lar_index_record record;
    pthread_mutex_lock(&registry->index_lock);
    bool found = load->index_path && load->expected &&
                 lar_index_find(&registry->index, load->index_path, load->expected, &record);
    pthread_mutex_unlock(&registry->index_lock);
    if (!found)
        return false;
    memcpy(load->key, record.key, sizeof load->key);
    memcpy(load->sha256, record.sha256, sizeof load->sha256);
    load->size = record.size;
    load->identity = *load->expected;
    return from_cache(registry, load);
}

/* Changes the index, then drops the form that PATH had if nobody has it any more. */
static void index_entry(struct lar_registry *registry, const char *path,
                        const struct lar_identity *identity, const struct lar_index_record *record)
{
    char before[LAR_HASH_HEX] = "";
    pthread_mutex_lock(&registry->index_lock);
    const char *key = lar_index_key(&registry->index, path);
    if (key)
        memcpy(before, key, sizeof before);
    if (record && identity)
        lar_index_put(&registry->index, path, identity, record);
    else
        lar_index_remove(&registry->index, path);
    if (key && !lar_index_uses(&registry->index, before))
        lar_compiled_drop(&registry->store, before);
    pthread_mutex_unlock(&registry->index_lock);
}

void lar_load_index(struct lar_registry *registry, const struct load *load, const char *path)
{
    struct lar_index_record record = {.size = load->size};
    memcpy(record.key, load->key, sizeof record.key);
    memcpy(record.sha256, load->sha256, sizeof record.sha256);
    index_entry(registry, path, &load->identity, &record);
}

void lar_load_forget(struct lar_registry *registry, const struct slot *slot)
{
    char path[LAR_INDEX_PATH];
    if (lar_slot_index_path(slot, path, sizeof path))
        index_entry(registry, path, NULL, NULL);
}

static char *read_report(int fd)
{
    off_t size = lseek(fd, 0, SEEK_END);
    if (size <= 0 || size > REPORT_LIMIT)
        return NULL;
    char *text = malloc((size_t)size + 1);
    ssize_t n = text ? pread(fd, text, (size_t)size, 0) : -1;
    if (n < 0) {
        free(text);
        return NULL;
    }
    text[n] = '\0';
    return text;
}

const uint64_t lar_load_bounds[LAR_LOAD_BUCKETS - 1] = {
    5000, 10000, 50000, 100000, 500000, 1000000, 5000000, 10000000, 30000000, 60000000, 300000000,
};

static void count_load(struct lar_registry *registry, bool ok, enum lar_error_code code,
                       int64_t start_us)
{
    enum lar_load_result result = ok                     ? LAR_LOAD_OK
                                  : code == LAR_ERR_DIED ? LAR_LOAD_DIED
                                  : code == LAR_ERR_BUSY || code == LAR_ERR_NOMEM ||
                                          code == LAR_ERR_IO || code == LAR_ERR_FULL ||
                                          code == LAR_ERR_INTERNAL
                                      ? LAR_LOAD_FAILED
                                      : LAR_LOAD_REFUSED;
    int64_t us = lar_now_us() - start_us;
    unsigned bucket = 0;
    while (bucket < LAR_LOAD_BUCKETS - 1 && us > (int64_t)lar_load_bounds[bucket])
        bucket++;
    atomic_fetch_add(&registry->load_results[result], 1);
    atomic_fetch_add(&registry->load_buckets[bucket], 1);
    atomic_fetch_add(&registry->load_microseconds, (uint64_t)us);
}

void lar_registry_load_counts(const struct lar_registry *registry, struct lar_load_counts *ret)
{
    for (int i = 0; i < LAR_LOAD_RESULTS; i++)
        ret->results[i] = atomic_load(&registry->load_results[i]);
    for (int i = 0; i < LAR_LOAD_BUCKETS; i++)
        ret->buckets[i] = atomic_load(&registry->load_buckets[i]);
    ret->microseconds = atomic_load(&registry->load_microseconds);
}

/* Keeps what the loader says of its sandbox; what is missing there is logged when it shows. */
static void note_sandbox(struct lar_registry *registry, const char *report)
{
    int seccomp = 0, landlock = 0;
    json_t *root = report && strlen(report) <= SMALL_REPORT ? json_loads(report, 0, NULL) : NULL;
    bool told = json_unpack(root, "{s:{s:b,s:i}}", "sandbox", "seccomp", &seccomp, "landlock",
                            &landlock) == 0 &&
                landlock >= 0 && landlock < 1 << 16;
    json_decref(root);
    if (!told)
        return;
    unsigned now = SANDBOX_TOLD | (seccomp ? SANDBOX_SECCOMP : 0) |
                   (unsigned)landlock << SANDBOX_LANDLOCK_SHIFT;
    if (atomic_exchange(&registry->sandbox, now) == now)
        return;
    if (!seccomp)
        lar_registry_log(registry, LAR_LOG_WARNING,
                         "model files are read without seccomp: this loader was built without it");
    if (!landlock)
        lar_registry_log(registry, LAR_LOG_WARNING,
                         "model files are read without Landlock: this kernel lacks it");
}

bool lar_registry_sandbox(const struct lar_registry *registry, bool *ret_seccomp,
                          int *ret_landlock_abi)
{
    unsigned told = atomic_load(&registry->sandbox);
    *ret_seccomp = told & SANDBOX_SECCOMP;
    *ret_landlock_abi = (int)(told >> SANDBOX_LANDLOCK_SHIFT);
    return told != 0;
}

static bool run_loader(struct lar_registry *registry, int source, int result, int report,
                       bool unpack, struct lar_error *err)
{
    const struct lar_load_limits limits = {.memory = registry->settings.load_memory,
                                           .cpu_seconds = registry->settings.load_seconds,
                                           .wall_seconds = registry->settings.load_seconds,
                                           .unpack = unpack};
    while (sem_wait(&registry->loaders) && errno == EINTR)
        ;
    int64_t start_us = lar_now_us();
    bool ok = lar_spawner_load(registry->spawner, source, result, report, &limits, err);
    if (!unpack)
        count_load(registry, ok, err->code, start_us);
    sem_post(&registry->loaders);
    return ok;
}

/* A form in the cache has passed: its key covers expected.json. */
static bool check_answers(struct lar_registry *registry, struct load *load,
                          const struct lar_source *source, struct lar_error *err)
{
    if (!source->expected ||
        lar_self_check(load->loaded->public.plan, source->expected, source->expected_size,
                       registry->settings.run_memory, err))
        return true;
    lar_loaded_free(load->loaded);
    load->loaded = NULL;
    return false;
}

/* Compiles the copy SOURCE; RESULT and REPORT are the loader's. */
static bool compile(struct lar_registry *registry, struct load *load,
                    const struct lar_source *source, int result, int report, struct lar_error *err)
{
    load->stage = LOAD_LOADER;
    bool ok = run_loader(registry, source->bundle, result, report, false, err);
    load->report = read_report(report);
    if (!ok)
        return false;
    load->stage = LOAD_CHECK;
    int again = lar_compiled_reopen(result, err);
    if (again < 0)
        return false;
    load->loaded = open_compiled(again, err);
    if (!load->loaded) { /* whole as it is: no sense in waiting for more bytes */
        if (err->code == LAR_ERR_TRUNCATED)
            err->code = LAR_ERR_FORMAT;
        return lar_error_within(err, "the compiled form");
    }
    if (!check_answers(registry, load, source, err))
        return false;
    if (load->keep)
        lar_compiled_keep(&registry->store, result, load->key);
    free(load->report);
    load->report = copy_report(&load->loaded->public.flat);
    note_sandbox(registry, load->report);
    return true;
}

static bool from_loader(struct lar_registry *registry, struct load *load,
                        const struct lar_source *source, struct lar_error *err)
{
    int result = lar_compiled_new(&registry->store, err);
    int report = result >= 0 ? lar_memfd("report", err) : -1;
    bool ok = report >= 0 && compile(registry, load, source, result, report, err);
    if (result >= 0)
        close(result);
    if (report >= 0)
        close(report);
    return ok;
}

bool lar_load_run(struct lar_registry *registry, struct load *load, struct lar_error *err)
{
    const struct lar_source_options options = {.options = load->options ? load->options : "",
                                               .build_id = lar_spawner_build_id(registry->spawner),
                                               .folder = registry->store.state};
    struct lar_source source;
    load->stage = LOAD_SOURCE;
    if (from_index(registry, load)) {
        memcpy(load->loaded->key, load->key, sizeof load->loaded->key);
        return true;
    }
    bool copied =
        load->path ? lar_source_copy(&source, load->root, load->path, load->expected, &options, err)
                   : lar_source_copy_file(&source, load->root, &options, err);
    if (!copied)
        return false;
    memcpy(load->key, source.key, sizeof load->key);
    memcpy(load->sha256, source.sha256, sizeof load->sha256);
    load->size = source.size;
    load->identity = source.identity;
    bool ok = from_cache(registry, load) || from_loader(registry, load, &source, err);
    lar_source_finish(&source);
    if (ok)
        memcpy(load->loaded->key, load->key, sizeof load->loaded->key);
    if (ok && load->index_path)
        lar_load_index(registry, load, load->index_path);
    return ok;
}

static bool is_archive(int report)
{
    char *text = read_report(report);
    json_t *root = text ? json_loads(text, JSON_REJECT_DUPLICATES, NULL) : NULL;
    bool ret = json_is_string(json_object_get(root, "archive"));
    json_decref(root);
    free(text);
    return ret;
}

bool lar_load_unpack(struct lar_registry *registry, int file, struct lar_map *ret,
                     struct lar_error *err)
{
    *ret = (struct lar_map){0};
    int result = lar_compiled_new(&registry->store, err);
    int report = result >= 0 ? lar_memfd("report", err) : -1;
    bool ok = report >= 0 && run_loader(registry, file, result, report, true, err);
    if (ok && is_archive(report)) {
        int again = lar_compiled_reopen(result, err); /* nobody writes any more */
        ok = again >= 0 && lar_map_fd(ret, again, err);
        if (again >= 0)
            close(again);
    }
    if (result >= 0)
        close(result);
    if (report >= 0)
        close(report);
    return ok;
}
