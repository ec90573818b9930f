/* Looking at one entry; see entry.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/entry.h"

#include "base/bundle.h"
#include "persistence/store/beneath.h"
#include "persistence/store/name.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Links between folders can make a small tree look endless: hence a bound on names met. */
enum { DEPTH = 16, NAMES_MET = 4 * LAR_BUNDLE_FILES };

struct found {
    struct lar_member member;
    struct stat st;
};

struct walk {
    int root;
    const char *entry;
    struct lar_arena *arena;
    struct found *found;
    size_t n, room, met;
    struct found expected; /* member.name NULL: not there */
};

bool lar_identity_equal(const struct lar_identity *a, const struct lar_identity *b)
{
    return a->device == b->device && a->size == b->size &&
           memcmp(a->digest, b->digest, sizeof a->digest) == 0;
}

static bool add_member(struct walk *w, const char *name, const char *path, const struct stat *st,
                       struct lar_error *err)
{
    if (w->n == LAR_BUNDLE_FILES)
        return lar_fail(err, LAR_ERR_LIMIT, "'%s' holds more than %d files", w->entry,
                        LAR_BUNDLE_FILES);
    if (w->n == w->room) {
        size_t room = w->room ? 2 * w->room : 4;
        struct found *grown = realloc(w->found, room * sizeof *grown);
        if (!grown)
            return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a folder's names");
        w->found = grown;
        w->room = room;
    }
    w->found[w->n++] = (struct found){
        .member = {.name = name, .path = path, .size = (uint64_t)st->st_size}, .st = *st};
    return true;
}

/* Notes down expected.json at PATH if it is a file. */
static bool look_expected(struct walk *w, const char *path, struct lar_error *err)
{
    struct stat st;
    if (lar_stat_beneath(w->root, path, &st) < 0 || !S_ISREG(st.st_mode))
        return true;
    const char *copy = lar_arena_strndup(w->arena, path, strlen(path));
    if (!copy)
        return lar_arena_fail(w->arena, err, "the names in a folder");
    w->expected = (struct found){
        .member = {.name = "expected.json", .path = copy, .size = (uint64_t)st.st_size}, .st = st};
    return true;
}

/* Files at the top of an entry that are not the model's. */
static bool is_companion(const char *name, unsigned depth)
{
    return depth == 0 && (strcmp(name, "model.yaml") == 0 || strcmp(name, "expected.json") == 0);
}

static bool walk_folder(struct walk *w, const char *path, const char *prefix, unsigned depth,
                        struct lar_error *err);

static bool walk_name(struct walk *w, const char *path, const char *prefix, const char *name,
                      unsigned depth, struct lar_error *err)
{
    if (++w->met > NAMES_MET)
        return lar_fail(err, LAR_ERR_LIMIT, "'%s' holds more than %d names", w->entry, NAMES_MET);
    const char *below = lar_arena_printf(w->arena, "%s/%s", path, name);
    const char *relative = lar_arena_printf(w->arena, "%s%s", prefix, name);
    if (!below || !relative)
        return lar_arena_fail(w->arena, err, "the names in a folder");
    struct stat st;
    int rc = lar_stat_beneath(w->root, below, &st);
    if (rc < 0)
        return lar_beneath_fail(err, rc, below);
    if (S_ISREG(st.st_mode))
        return add_member(w, relative, below, &st, err);
    if (!S_ISDIR(st.st_mode))
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "'%s' is %s, not a file or folder", below,
                        lar_kind_of_file(st.st_mode));
    if (depth + 1 == DEPTH)
        return lar_fail(err, LAR_ERR_LIMIT, "'%s' lies deeper than %d folders", below, DEPTH);
    const char *inner = lar_arena_printf(w->arena, "%s/", relative);
    if (!inner)
        return lar_arena_fail(w->arena, err, "the names in a folder");
    return walk_folder(w, below, inner, depth + 1, err);
}

static bool walk_folder(struct walk *w, const char *path, const char *prefix, unsigned depth,
                        struct lar_error *err)
{
    int fd = lar_open_beneath(w->root, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return lar_beneath_fail(err, fd, path);
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for reading a folder");
    }
    bool ok = true;
    struct dirent *d;
    while (ok && (errno = 0, d = readdir(dir)))
        if (!lar_name_is_ignored(d->d_name) && !is_companion(d->d_name, depth))
            ok = walk_name(w, path, prefix, d->d_name, depth, err);
    if (ok && errno)
        ok = lar_fail_errno(err, errno, "reading the folder '%s'", path);
    closedir(dir);
    return ok;
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct found *)a)->member.name, ((const struct found *)b)->member.name);
}

static int64_t nanoseconds(struct timespec t)
{
    return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static void add_to_identity(struct lar_identity *ret, struct lar_hash *hash,
                            const struct found *found)
{
    const struct stat *st = &found->st;
    int64_t modified = nanoseconds(st->st_mtim), changed = nanoseconds(st->st_ctim);
    lar_hash_add(hash, found->member.name, strlen(found->member.name) + 1);
    lar_hash_add_u64(hash, (uint64_t)st->st_ino);
    lar_hash_add_u64(hash, (uint64_t)st->st_size);
    lar_hash_add_u64(hash, (uint64_t)modified);
    lar_hash_add_u64(hash, (uint64_t)changed);
    ret->size += (uint64_t)st->st_size;
    if (modified > ret->modified_ns)
        ret->modified_ns = modified;
    if (changed > ret->changed_ns)
        ret->changed_ns = changed;
}

static bool identify(struct lar_identity *ret, const struct walk *w, struct lar_error *err)
{
    const struct found *found = w->found;
    struct lar_hash hash = {0};
    if (!lar_hash_begin(&hash, err))
        return false;
    *ret = (struct lar_identity){
        .device = (uint64_t)found[0].st.st_dev, .modified_ns = INT64_MIN, .changed_ns = INT64_MIN};
    for (size_t i = 0; i < w->n; i++)
        add_to_identity(ret, &hash, &found[i]);
    if (w->expected.member.name)
        add_to_identity(ret, &hash, &w->expected);
    if (ret->modified_ns > ret->changed_ns)
        ret->changed_ns = ret->modified_ns;
    lar_hash_end(&hash, ret->digest);
    lar_hash_finish(&hash);
    return true;
}

static bool begins_with(const char *name, const char *start, size_t n)
{
    return strncmp(name, start, n) == 0;
}

/* The one candidate at the top of a folder; NULL: none, several, or the folder is a
 * model as a whole. */
static const char *only_candidate(const struct walk *w)
{
    const char *ret = NULL;
    for (size_t i = 0; i < w->n; i++) {
        const char *name = w->found[i].member.name;
        if (lar_name_makes_folder(name))
            return NULL;
        if (strchr(name, '/') || !lar_name_is_candidate(name, NULL))
            continue;
        if (ret)
            return NULL;
        ret = name;
    }
    return ret;
}

/* Beside a model file people put a README and the like. What belongs to it bears its name, as
 * model.pkl_01.npy and model_01.npy of old joblib and model.onnx.data do; ONNX may refer to any. */
static void keep_model(struct walk *w)
{
    size_t stem = 0, kept = 0;
    const char *model = only_candidate(w);
    if (!model || !lar_name_is_candidate(model, &stem) || strcmp(model + stem, ".onnx") == 0)
        return;
    for (size_t i = 0; i < w->n; i++) {
        const char *name = w->found[i].member.name;
        if (begins_with(name, model, strlen(model)) ||
            (begins_with(name, model, stem) && name[stem] == '_'))
            w->found[kept++] = w->found[i];
    }
    w->n = kept;
}

static bool finish_look(struct lar_entry *ret, struct walk *w, struct lar_error *err)
{
    qsort(w->found, w->n, sizeof *w->found, by_name);
    if (!identify(&ret->identity, w, err))
        return false;
    struct lar_member *members = lar_arena_alloc(w->arena, w->n, sizeof *members);
    if (!members)
        return lar_arena_fail(w->arena, err, "the names in a folder");
    for (size_t i = 0; i < w->n; i++)
        members[i] = w->found[i].member;
    ret->members = members;
    ret->n_members = w->n;
    ret->expected = w->expected.member;
    return true;
}

/* Of a folder in it, of a model's own file in the model's folder. */
static bool look_beside(struct walk *w, const char *path, bool folder, struct lar_error *err)
{
    const char *slash = strrchr(path, '/');
    if (!folder && !slash)
        return true;
    const char *beside =
        folder ? lar_arena_printf(w->arena, "%s/expected.json", path)
               : lar_arena_printf(w->arena, "%.*s/expected.json", (int)(slash - path), path);
    return beside ? look_expected(w, beside, err)
                  : lar_arena_fail(w->arena, err, "the names in a folder");
}

bool lar_entry_look(struct lar_entry *ret, int root, const char *path, struct lar_arena *arena,
                    struct lar_error *err)
{
    struct walk w = {.root = root, .entry = path, .arena = arena};
    struct stat st;
    int rc = lar_stat_beneath(root, path, &st);
    if (rc < 0)
        return lar_beneath_fail(err, rc, path);
    bool ok;
    const char *slash = strrchr(path, '/');
    if (S_ISREG(st.st_mode))
        ok = add_member(&w, slash ? slash + 1 : path, path, &st, err);
    else if (S_ISDIR(st.st_mode))
        ok = walk_folder(&w, path, "", 0, err);
    else
        ok = lar_fail(err, LAR_ERR_UNSUPPORTED, "'%s' is %s, not a file or folder", path,
                      lar_kind_of_file(st.st_mode));
    if (ok)
        keep_model(&w);
    if (ok)
        ok = look_beside(&w, path, S_ISDIR(st.st_mode), err);
    if (ok && w.n == 0)
        ok = lar_fail(err, LAR_ERR_NOTFOUND, "no file in '%s'", path);
    ok = ok && w.found && finish_look(ret, &w, err);
    ret->folder = S_ISDIR(st.st_mode);
    free(w.found);
    return ok;
}
