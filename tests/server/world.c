/* A registry to play with; see world.h.
 * SPDX-License-Identifier: MIT */
#include "tests/server/world.h"

#include "base/bundle.h"
#include "inference/operator.h"
#include "loader/unpack.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* Not check's assertions: programs that are no tests use this file, too. */
__attribute__((format(printf, 1, 2), noreturn)) static void give_up(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(1);
}

static void must(bool ok, const char *what)
{
    if (!ok)
        give_up("%s: %s", what, strerror(errno));
}

/* ---- the fake spawner ---- */

static bool write_model(int result, double value, const char *report, struct lar_error *err)
{
    struct lar_draft *draft = lar_draft_new(&lar_operators, 1 << 20, err);
    if (!draft)
        return false;
    lar_value x = lar_draft_input(draft, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS));
    lar_value sum = lar_draft_apply(draft, "Add", 2, x, lar_draft_scalar_f64(draft, value));
    lar_draft_output(draft, lar_draft_method(draft, "predict"), "predict", sum, LAR_NO_VALUE);
    size_t length = strlen(report), size = lar_flat_size(draft, length, err);
    bool ok = size && ftruncate(result, (off_t)size) == 0;
    if (ok) {
        void *block = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, result, 0);
        ok = block != MAP_FAILED;
        if (ok) {
            lar_flat_fill(draft, report, length, block);
            munmap(block, size);
        }
    }
    lar_draft_free(draft);
    return ok || lar_fail_errno(err, errno, "writing the model");
}

static bool translate(const char *text, int result, struct lar_error *err)
{
    static const char plain[] = "{\"format\":\"scikit-learn\"}",
                      held[] = "{\"sandbox\":{\"seccomp\":true,\"landlock\":0}}";
    double value;
    unsigned ms;
    if (sscanf(text, "slow %u %lf", &ms, &value) == 2) {
        world_sleep(ms);
        return write_model(result, value, plain, err);
    }
    if (sscanf(text, "ok %lf", &value) == 1)
        return write_model(result, value, plain, err);
    if (sscanf(text, "held %lf", &value) == 1)
        return write_model(result, value, held, err);
    if (strncmp(text, "refuse ", 7) == 0)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "%s", text + 7);
    if (strcmp(text, "die") == 0)
        return lar_fail(err, LAR_ERR_DIED, "loader died with SIGSEGV");
    if (strcmp(text, "garbage") == 0)
        return lar_write_all(result, "nonsense", 8, err);
    return lar_fail(err, LAR_ERR_TRUNCATED, "the file ends too early");
}

/* As larder-loader does it. */
static bool unpack(int source, int result, int report, struct lar_error *err)
{
    struct lar_map map;
    struct lar_report told = {.root = json_object()};
    bool ok = lar_map_fd(&map, source, err) &&
              lar_unpack(map.data, map.size, result, 1 << 30, &told, err);
    char *text = json_dumps(told.root, 0);
    ok = ok && lar_write_all(report, text, strlen(text), err);
    free(text);
    json_decref(told.root);
    lar_map_finish(&map);
    return ok;
}

bool lar_spawner_load(struct lar_spawner *spawner, int source, int result, int report,
                      const struct lar_load_limits *limits, struct lar_error *err)
{
    struct lar_map map;
    struct lar_arena arena;
    struct lar_bundle bundle;
    if (limits->unpack)
        return unpack(source, result, report, err);
    atomic_fetch_add(&spawner->loads, 1);
    if (atomic_load(&spawner->failures) > 0 && atomic_fetch_sub(&spawner->failures, 1) > 0)
        return lar_fail(err, spawner->code, "the fake spawner was told to fail");
    if (!lar_map_fd(&map, source, err))
        return false;
    lar_arena_init(&arena, 1 << 20);
    bool ok = lar_bundle_open(&bundle, map.data, map.size, &arena, err);
    if (ok) {
        char *text =
            lar_arena_strndup(&arena, (const char *)bundle.files[0].data, bundle.files[0].size);
        ok = translate(text, result, err);
    }
    if (!ok) {
        dprintf(report, "{\"error\":{\"code\":%d,\"text\":\"%s\"}}", err->code, err->text);
    }
    lar_arena_finish(&arena);
    lar_map_finish(&map);
    return ok;
}

bool lar_spawner_alive(const struct lar_spawner *spawner)
{
    return spawner != NULL;
}

const char *lar_spawner_build_id(const struct lar_spawner *spawner)
{
    (void)spawner;
    return "0000000000000000000000000000000000000000000000000000000000000001";
}

/* ---- folders ---- */

void world_sleep(unsigned ms)
{
    struct timespec t = {.tv_sec = ms / 1000, .tv_nsec = (long)(ms % 1000) * 1000000};
    nanosleep(&t, NULL);
}

void world_open(struct world *w, const char *dir)
{
    *w = (struct world){.dir = ""};
    snprintf(w->dir, sizeof w->dir, "%s", dir);
    snprintf(w->models, sizeof w->models, "%s/models", w->dir);
    snprintf(w->state, sizeof w->state, "%s/state", w->dir);
    must(mkdir(w->models, 0755) == 0 || errno == EEXIST, w->models);
    w->settings = (struct lar_registry_settings){.models = w->models,
                                                 .state = w->state,
                                                 .settle_ms = 20,
                                                 .scan_seconds = 1,
                                                 .load_seconds = 10,
                                                 .load_memory = 1 << 30,
                                                 .run_memory = 1 << 30,
                                                 .max_upload = 1 << 20,
                                                 .loaders = 2};
}

void world_make(struct world *w)
{
    /* In memory where that can be: thousands of files and their fsyncs. */
    char dir[64];
    snprintf(dir, sizeof dir, "%s/larder-test-XXXXXX",
             access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/var/tmp");
    must(mkdtemp(dir) != NULL, dir);
    world_open(w, dir);
}

void world_start(struct world *w)
{
    struct lar_error err = {0};
    if (!lar_registry_start(&w->registry, &w->settings, &w->spawner, &err))
        give_up("%s", err.text);
    w->reader = lar_registry_reader(w->registry, &err);
    must(w->reader != NULL, "a reader");
}

void world_stop(struct world *w)
{
    lar_reader_free(w->reader);
    lar_registry_stop(w->registry);
    w->reader = NULL;
    w->registry = NULL;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

void world_remove(struct world *w)
{
    world_stop(w);
    nftw(w->dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void place(const struct world *w, const char *path, char ret[512])
{
    snprintf(ret, 512, "%s/%s", w->models, path);
    for (char *slash = ret + strlen(w->models) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        must(mkdir(ret, 0755) == 0 || errno == EEXIST, ret);
        *slash = '/';
    }
}

static void write_file(const char *path, const char *text)
{
    FILE *f = fopen(path, "w");
    must(f != NULL, path);
    fputs(text, f);
    must(fclose(f) == 0, path);
}

void world_put(const struct world *w, const char *path, const char *text)
{
    char full[512];
    place(w, path, full);
    write_file(full, text);
}

void world_move_in(const struct world *w, const char *path, const char *text)
{
    char full[512], outside[128];
    place(w, path, full);
    snprintf(outside, sizeof outside, "%s/outside", w->dir);
    write_file(outside, text);
    must(rename(outside, full) == 0, full);
}

void world_delete(const struct world *w, const char *path)
{
    char full[512];
    place(w, path, full);
    must(nftw(full, remove_one, 16, FTW_DEPTH | FTW_PHYS) == 0, full);
}

bool world_exists(const struct world *w, const char *path)
{
    char full[512];
    struct stat st;
    snprintf(full, sizeof full, "%s/%s", w->models, path);
    return lstat(full, &st) == 0;
}

static int no_dots(const struct dirent *d)
{
    return d->d_name[0] != '.';
}

const char *world_larder(const struct world *w, char *buffer, size_t size)
{
    char path[128];
    struct dirent **names;
    snprintf(path, sizeof path, "%s/.larder", w->models);
    int n = scandir(path, &names, no_dots, alphasort);
    buffer[0] = '\0';
    for (int i = 0; i < n; i++) {
        size_t used = strlen(buffer);
        snprintf(buffer + used, size - used, "%s ", names[i]->d_name);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return buffer;
}

/* ---- looking ---- */

double world_value(const struct lar_loaded *loaded)
{
    double ret = -1;
    if (!loaded)
        return ret;
    for (uint32_t i = 0; i < loaded->flat.n_values; i++) {
        const struct lar_tensor *t = loaded->flat.values[i].constant;
        if (t && t->type == LAR_TYPE_F64 && t->shape.rank == 0)
            memcpy(&ret, t->data, sizeof ret);
    }
    return ret;
}

static const struct lar_version_entry *entry(const struct world *w, const char *model,
                                             uint64_t number)
{
    lar_reader_turn(w->reader);
    const struct lar_model_entry *m =
        lar_table_find(lar_reader_table(w->reader), model, strlen(model));
    if (!m)
        return NULL;
    if (!number)
        return m->answering ? m->answering : m->n_versions ? &m->versions[0] : NULL;
    for (size_t i = 0; i < m->n_versions; i++)
        if (m->versions[i].number == number)
            return &m->versions[i];
    return NULL;
}

enum { TRIES = 2000, PAUSE_MS = 5 };

void world_await(const struct world *w, const char *model, uint64_t number, double value)
{
    char list[4096];
    for (int i = 0; i < TRIES; i++) {
        const struct lar_version_entry *v = entry(w, model, number);
        if (v && v->loaded && world_value(v->loaded) == value)
            return;
        world_sleep(PAUSE_MS);
    }
    give_up("%s/%d does not add %g: %s", model, (int)number, value,
            world_list(w, list, sizeof list));
}

void world_await_error(const struct world *w, const char *model, uint64_t number, const char *text)
{
    char list[4096];
    const struct lar_version_entry *v = NULL;
    for (int i = 0; i < TRIES; i++) {
        v = entry(w, model, number);
        if (v && v->error.code && strstr(v->error.text, text))
            return;
        world_sleep(PAUSE_MS);
    }
    give_up("%s/%d has no error '%s' but '%s': %s", model, (int)number, text,
            v ? v->error.text : "", world_list(w, list, sizeof list));
}

void world_await_gone(const struct world *w, const char *model, uint64_t number)
{
    for (int i = 0; i < TRIES; i++) {
        if (!entry(w, model, number))
            return;
        world_sleep(PAUSE_MS);
    }
    give_up("%s/%d does not go", model, (int)number);
}

void world_await_complete(const struct world *w)
{
    for (int i = 0; i < 4 * TRIES; i++) {
        lar_reader_turn(w->reader);
        if (lar_reader_table(w->reader)->complete)
            return;
        world_sleep(PAUSE_MS);
    }
    give_up("the first scan is never over");
}

void world_reload(const struct world *w, bool prune)
{
    struct lar_error err = {0};
    if (!lar_registry_reload(w->registry, prune, &err))
        give_up("%s", err.text);
}

const char *world_list(const struct world *w, char *buffer, size_t size)
{
    size_t at = 0;
    buffer[0] = '\0';
    lar_reader_turn(w->reader);
    const struct lar_table *table = lar_reader_table(w->reader);
    for (size_t i = 0; i < table->n_models; i++) {
        const struct lar_model_entry *m = &table->models[i];
        for (size_t j = 0; j < m->n_versions && at < size; j++) {
            const struct lar_version_entry *v = &m->versions[j];
            at += (size_t)snprintf(buffer + at, size - at, "%s%s/%llu%s %s", at ? ", " : "",
                                   m->name, (unsigned long long)v->number, v->stale ? "?" : "",
                                   lar_state_name(v->state));
            if (v->loaded && at < size)
                at += (size_t)snprintf(buffer + at, size - at, " %g", world_value(v->loaded));
        }
    }
    return buffer;
}
