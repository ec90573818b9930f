/* The layouts of a models' folder; see scan.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/scan.h"

#include "persistence/store/beneath.h"
#include "persistence/store/model_settings.h"
#include "persistence/store/name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOT_NAMES = 1 << 17, MODEL_NAMES = 1 << 16, ARENA = 1 << 30 };

struct names {
    char **data;
    size_t n;
};

struct scanner {
    struct lar_scan *scan;
    const struct lar_scan_hooks *hooks;
    int root;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void names_free(struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        free(names->data[i]);
    free(names->data);
    *names = (struct names){0};
}

static bool names_add(struct names *names, const char *name)
{
    if ((names->n & (names->n - 1)) == 0) { /* room is always a power of two */
        char **grown = realloc(names->data, (names->n ? 2 * names->n : 1) * sizeof *grown);
        if (!grown)
            return false;
        names->data = grown;
    }
    names->data[names->n] = strdup(name);
    return names->data[names->n] && ++names->n;
}

/* The names in folder PATH that a scan does not pass over, sorted. */
static bool names_read(struct names *ret, const struct scanner *s, const char *path, size_t limit,
                       struct lar_error *err)
{
    int fd = lar_open_beneath(s->root, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return lar_beneath_fail(err, fd, path);
    if (s->hooks && s->hooks->directory)
        s->hooks->directory(s->hooks->context, fd, path);
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for reading a folder");
    }
    bool ok = true;
    struct dirent *d;
    while (ok && (errno = 0, d = readdir(dir))) {
        if (lar_name_is_ignored(d->d_name))
            continue;
        if (ret->n == limit)
            ok =
                lar_fail(err, LAR_ERR_LIMIT, "more than %zu names in the folder '%s'", limit, path);
        else if (!names_add(ret, d->d_name))
            ok = lar_fail(err, LAR_ERR_NOMEM, "out of memory for a folder's names");
    }
    if (ok && errno)
        ok = lar_fail_errno(err, errno, "reading the folder '%s'", path);
    closedir(dir);
    if (ret->n)
        qsort(ret->data, ret->n, sizeof *ret->data, by_text);
    return ok;
}

/* Adds one find; its error, if any, is copied. */
static bool add(struct scanner *s, const char *model, size_t model_length, uint64_t number,
                const char *path, const struct lar_error *error, struct lar_found **ret,
                struct lar_error *err)
{
    struct lar_scan *scan = s->scan;
    if (scan->n == scan->room) {
        size_t room = scan->room ? 2 * scan->room : 16;
        struct lar_found *grown = realloc(scan->found, room * sizeof *grown);
        if (!grown)
            return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a scan");
        scan->found = grown;
        scan->room = room;
    }
    struct lar_found *f = &scan->found[scan->n];
    *f = (struct lar_found){.number = number};
    f->model = lar_arena_strndup(&scan->arena, model, model_length);
    f->path = lar_arena_strndup(&scan->arena, path, strlen(path));
    struct lar_error *copy = error ? lar_arena_alloc(&scan->arena, 1, sizeof *copy) : NULL;
    if (!f->model || !f->path || (error && !copy))
        return lar_arena_fail(&scan->arena, err, "a scan");
    if (copy)
        *copy = *error;
    f->error = copy;
    f->unreadable = error && (error->code == LAR_ERR_IO || error->code == LAR_ERR_DENIED ||
                              error->code == LAR_ERR_NOMEM);
    scan->n++;
    if (ret)
        *ret = f;
    return true;
}

/* Puts NAME behind what LIST holds, if it fits. */
static void list_name(char *list, size_t size, const char *name)
{
    size_t used = strlen(list);
    if (used + strlen(name) + 3 <= size)
        snprintf(list + used, size - used, "%s%s", used ? ", " : "", name);
}

bool lar_scan_check_folder(const struct lar_entry *entry, const char *path, struct lar_error *err)
{
    char list[400] = "";
    size_t n = 0;
    for (size_t i = 0; i < entry->n_members; i++) {
        const char *name = entry->members[i].name;
        if (lar_name_makes_folder(name))
            return true;
        if (strchr(name, '/') || !lar_name_is_candidate(name, NULL))
            continue;
        list_name(list, sizeof list, name);
        n++;
    }
    if (n > 1)
        return lar_fail(err, LAR_ERR_CONFLICT, "'%s' holds %zu model files, one is expected: %s",
                        path, n, list);
    return true;
}

/* One entry: looked at, then added with identity or error. Empty and vanished ones are not. */
static bool add_entry(struct scanner *s, const char *model, size_t model_length, uint64_t number,
                      const char *path, struct lar_error *err)
{
    struct lar_entry entry;
    struct lar_arena arena;
    struct lar_error why = {0};
    struct lar_found *found = NULL;
    lar_arena_init(&arena, 64 << 20);
    bool ok = lar_entry_look(&entry, s->root, path, &arena, &why) &&
              (!entry.folder || lar_scan_check_folder(&entry, path, &why));
    bool added = true;
    if (ok) {
        added = add(s, model, model_length, number, path, NULL, &found, err);
        if (added && found) {
            found->identity = entry.identity;
            found->folder = entry.folder;
        }
    } else if (why.code != LAR_ERR_NOTFOUND) {
        added = add(s, model, model_length, number, path, &why, NULL, err);
    }
    lar_arena_finish(&arena);
    return added;
}

/* Files that lie beside numbered folders are told so instead of being a version. */
static bool add_own_file(struct scanner *s, const char *model, const char *path, const char *beside,
                         struct lar_error *err)
{
    if (!beside)
        return add_entry(s, model, strlen(model), 0, path, err);
    struct lar_error why = {0};
    lar_fail(&why, LAR_ERR_CONFLICT,
             "'%s' lies beside the numbered folder '%s'; move it into a numbered folder", path,
             beside);
    return add(s, model, strlen(model), 0, path, &why, NULL, err);
}

/* A folder that is visited only for a watch, so that what changes in it wakes the scanner. */
static void visit(struct scanner *s, const char *path)
{
    if (!s->hooks || !s->hooks->directory)
        return;
    int fd = lar_open_beneath(s->root, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return;
    s->hooks->directory(s->hooks->context, fd, path);
    close(fd);
}

static bool is_folder(const struct scanner *s, const char *path)
{
    struct stat st;
    return lar_stat_beneath(s->root, path, &st) == 0 && S_ISDIR(st.st_mode);
}

static const char *join(struct scanner *s, const char *folder, const char *name)
{
    return strcmp(folder, ".") == 0 ? lar_arena_printf(&s->scan->arena, "%s", name)
                                    : lar_arena_printf(&s->scan->arena, "%s/%s", folder, name);
}

/* All of an open file that is not too large, into the scan's arena. */
static bool read_settings(struct scanner *s, int fd, struct lar_found_settings *ret,
                          struct lar_error *why)
{
    struct stat st;
    if (fstat(fd, &st))
        return lar_fail_errno(why, errno, "model.yaml");
    int64_t modified = (int64_t)st.st_mtim.tv_sec * 1000000000 + st.st_mtim.tv_nsec;
    int64_t changed = (int64_t)st.st_ctim.tv_sec * 1000000000 + st.st_ctim.tv_nsec;
    ret->changed_ns = modified > changed ? modified : changed;
    if (!S_ISREG(st.st_mode) || st.st_size > LAR_MODEL_SETTINGS_BYTES)
        return lar_fail(why, LAR_ERR_LIMIT, "model.yaml is not a file of at most %d bytes",
                        LAR_MODEL_SETTINGS_BYTES);
    char *text = lar_arena_alloc(&s->scan->arena, (size_t)st.st_size + 1, 1);
    if (!text)
        return lar_arena_fail(&s->scan->arena, why, "model.yaml");
    ssize_t n = pread(fd, text, (size_t)st.st_size, 0);
    if (n < 0)
        return lar_fail_errno(why, errno, "reading model.yaml");
    ret->text = text;
    ret->size = (size_t)n;
    return true;
}

static bool add_settings(struct scanner *s, const char *model, const char *path,
                         struct lar_error *err)
{
    struct lar_scan *scan = s->scan;
    struct lar_error why = {0};
    if (scan->n_settings == scan->settings_room) {
        size_t room = scan->settings_room ? 2 * scan->settings_room : 16;
        struct lar_found_settings *grown = realloc(scan->settings, room * sizeof *grown);
        if (!grown)
            return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a scan");
        scan->settings = grown;
        scan->settings_room = room;
    }
    struct lar_found_settings *f = &scan->settings[scan->n_settings];
    *f =
        (struct lar_found_settings){.model = lar_arena_strndup(&scan->arena, model, strlen(model))};
    int fd = lar_open_beneath(s->root, path, O_RDONLY);
    if (fd == -ENOENT) /* just gone */
        return true;
    if (fd < 0)
        lar_beneath_fail(&why, fd, path);
    else
        read_settings(s, fd, f, &why);
    if (fd >= 0)
        close(fd);
    struct lar_error *copy = why.code ? lar_arena_alloc(&scan->arena, 1, sizeof *copy) : NULL;
    if (!f->model || (why.code && !copy))
        return lar_arena_fail(&scan->arena, err, "a scan");
    if (copy)
        *copy = why;
    f->error = copy;
    scan->n_settings++;
    return true;
}

static void pass_over(struct lar_misnamed *misnamed, const char *path)
{
    snprintf(misnamed->last, sizeof misnamed->last, "%s", path);
    misnamed->n++;
}

static bool is_whole(const struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        if (lar_name_makes_folder(names->data[i]))
            return true;
    return false;
}

static bool scan_names(struct scanner *s, const char *folder, const char *model,
                       const struct names *names, struct lar_error *err)
{
    const char *numbered = NULL;
    bool whole = is_whole(names);
    for (size_t i = 0; i < names->n; i++) {
        uint64_t number;
        const char *name = names->data[i], *path = join(s, folder, name);
        if (!path)
            return lar_arena_fail(&s->scan->arena, err, "a scan");
        if (strcmp(name, "model.yaml") == 0 && !add_settings(s, model, path, err))
            return false;
        if (!is_folder(s, path))
            continue;
        if (!lar_name_is_version(name, &number)) {
            if (!whole)
                pass_over(&s->scan->versions, path);
            continue;
        }
        visit(s, path);
        size_t before = s->scan->n;
        if (!add_entry(s, model, strlen(model), number, path, err))
            return false;
        if (s->scan->n > before)
            numbered = name;
    }
    for (size_t i = 0; i < names->n; i++) {
        const char *name = names->data[i];
        if (whole ? !lar_name_makes_folder(name) : !lar_name_is_candidate(name, NULL))
            continue;
        const char *path = whole ? folder : join(s, folder, name);
        if (!path)
            return lar_arena_fail(&s->scan->arena, err, "a scan");
        if (!whole && is_folder(s, path))
            continue;
        if (!add_own_file(s, model, path, numbered, err))
            return false;
    }
    return true;
}

/* A model's folder: numbered folders, or one file or SavedModel of its own. */
static bool scan_model(struct scanner *s, const char *folder, const char *model,
                       struct lar_error *err)
{
    struct names names = {0};
    struct lar_error why = {0};
    bool ok = names_read(&names, s, folder, MODEL_NAMES, &why);
    if (ok)
        ok = scan_names(s, folder, model, &names, err);
    else if (why.code == LAR_ERR_NOTFOUND)
        ok = true;
    else
        ok = add(s, model, strlen(model), 0, folder, &why, NULL, err);
    names_free(&names);
    return ok;
}

static int by_model_and_number(const void *a, const void *b)
{
    const struct lar_found *f = a, *g = b;
    int order = strcmp(f->model, g->model);
    if (!order)
        order = (f->number > g->number) - (f->number < g->number);
    return order ? order : strcmp(f->path, g->path);
}

/* Entries for one place become one find with an error that lists them. */
static bool join_rivals(struct scanner *s, struct lar_error *err)
{
    struct lar_scan *scan = s->scan;
    if (scan->n)
        qsort(scan->found, scan->n, sizeof *scan->found, by_model_and_number);
    size_t kept = 0;
    for (size_t i = 0, next; i < scan->n; i = next) {
        struct lar_found *f = &scan->found[i];
        char list[400] = "";
        bool unreadable = false;
        for (next = i; next < scan->n; next++) {
            const struct lar_found *g = &scan->found[next];
            if (strcmp(g->model, f->model) != 0 || g->number != f->number)
                break;
            list_name(list, sizeof list, g->path);
            unreadable |= g->unreadable;
        }
        if (next - i > 1) {
            struct lar_error *why = lar_arena_alloc(&scan->arena, 1, sizeof *why);
            if (!why)
                return lar_arena_fail(&scan->arena, err, "a scan");
            if (f->number)
                lar_fail(why, LAR_ERR_CONFLICT, "%zu folders are version %llu of '%s': %s",
                         next - i, (unsigned long long)f->number, f->model, list);
            else
                lar_fail(why, LAR_ERR_CONFLICT,
                         "%zu entries are the file of model '%s', one is expected: %s", next - i,
                         f->model, list);
            f->error = why;
            f->unreadable = unreadable;
        }
        scan->found[kept++] = *f;
    }
    scan->n = kept;
    return true;
}

static int by_settings_model(const void *a, const void *b)
{
    return strcmp(((const struct lar_found_settings *)a)->model,
                  ((const struct lar_found_settings *)b)->model);
}

const struct lar_found_settings *lar_scan_settings(const struct lar_scan *scan, const char *model)
{
    const struct lar_found_settings key = {.model = model};
    return scan->n_settings ? bsearch(&key, scan->settings, scan->n_settings,
                                      sizeof *scan->settings, by_settings_model)
                            : NULL;
}

static bool scan_root_name(struct scanner *s, const char *name, struct lar_error *err)
{
    size_t stem = strlen(name);
    bool folder = is_folder(s, name);
    if (!folder && !lar_name_is_candidate(name, &stem))
        return true;
    if (!lar_name_is_model(name, stem)) {
        pass_over(&s->scan->models, name);
        return true;
    }
    if (folder)
        return scan_model(s, name, name, err);
    return add_entry(s, name, stem, 0, name, err);
}

bool lar_scan_root(struct lar_scan *ret, int root, const struct lar_scan_hooks *hooks,
                   struct lar_error *err)
{
    struct scanner s = {.scan = ret, .hooks = hooks, .root = root};
    struct names names = {0};
    *ret = (struct lar_scan){0};
    lar_arena_init(&ret->arena, ARENA);
    bool ok = names_read(&names, &s, ".", ROOT_NAMES, err);
    for (size_t i = 0; ok && i < names.n; i++)
        ok = scan_root_name(&s, names.data[i], err);
    names_free(&names);
    if (ret->n_settings)
        qsort(ret->settings, ret->n_settings, sizeof *ret->settings, by_settings_model);
    return ok && join_rivals(&s, err);
}

bool lar_scan_named(struct lar_scan *ret, int root, const char *path, const char *model,
                    const struct lar_scan_hooks *hooks, struct lar_error *err)
{
    struct scanner s = {.scan = ret, .hooks = hooks, .root = root};
    *ret = (struct lar_scan){0};
    lar_arena_init(&ret->arena, ARENA);
    if (is_folder(&s, path)) {
        if (!scan_model(&s, path, model, err))
            return false;
    } else {
        visit(&s, ".");
        if (!add_entry(&s, model, strlen(model), 0, path, err))
            return false;
    }
    return join_rivals(&s, err);
}

void lar_scan_finish(struct lar_scan *scan)
{
    free(scan->found);
    free(scan->settings);
    lar_arena_finish(&scan->arena);
    *scan = (struct lar_scan){0};
}
