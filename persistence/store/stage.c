/* Into models/ and out of it; see stage.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/stage.h"

#include "base/gentle.h"
#include "persistence/store/beneath.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

enum { TREE_DEPTH = 64, NAME_TRIES = 10000 };

/* Removes NAME in FOLDER with all below it, following no link. What cannot be removed stays. */
static void remove_tree(int folder, const char *name, unsigned depth)
{
    if (lar_gentle_unlink(folder, name) == 0 || (errno != EISDIR && errno != EPERM))
        return;
    int fd = depth < TREE_DEPTH
                 ? openat(folder, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
                 : -1;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    if (dir) {
        struct dirent *d;
        while ((d = readdir(dir)))
            if (strcmp(d->d_name, ".") != 0 && strcmp(d->d_name, "..") != 0)
                remove_tree(fd, d->d_name, depth + 1);
        closedir(dir);
    } else if (fd >= 0) {
        close(fd);
    }
    unlinkat(folder, name, AT_REMOVEDIR);
}

/* A name in .larder/ that nothing has, into NAME[32]. */
static void next_name(struct lar_store *store, char *name)
{
    snprintf(name, 32, "up-%llu", (unsigned long long)atomic_fetch_add(&store->staged, 1) + 1);
}

static bool make_stage(struct lar_stage *stage, struct lar_error *err)
{
    int tries = 0, rc;
    do {
        next_name(stage->store, stage->name);
        rc = mkdirat(stage->larder, stage->name, 0750);
    } while (rc && errno == EEXIST && ++tries < NAME_TRIES);
    if (rc) {
        int errnum = errno;
        stage->name[0] = '\0'; /* nothing to remove */
        return lar_fail_errno(err, errnum, "a folder for the upload");
    }
    char path[40];
    snprintf(path, sizeof path, "%s/v", stage->name);
    if (mkdirat(stage->larder, path, 0750))
        return lar_fail_errno(err, errno, "a folder for the upload");
    stage->folder = openat(stage->larder, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (stage->folder >= 0)
        stage->file = openat(stage->folder, "model", O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
    if (stage->file < 0)
        return lar_fail_errno(err, errno, "a file for the upload");
    return true;
}

/* Not reserved with fallocate(): the kernel would have to mark every block as written, piece by
 * piece, while requests wait. Where the space goes to others meanwhile, writing says so. */
static bool check_space(int file, uint64_t expected, struct lar_error *err)
{
    struct statvfs fs;
    if (fstatvfs(file, &fs) || !fs.f_blocks || expected <= (uint64_t)fs.f_bavail * fs.f_frsize)
        return true;
    return lar_fail(err, LAR_ERR_FULL, "no space for an upload of %llu bytes",
                    (unsigned long long)expected);
}

bool lar_stage_begin(struct lar_stage *ret, struct lar_store *store, uint64_t expected,
                     struct lar_error *err)
{
    *ret = (struct lar_stage){.store = store, .larder = -1, .folder = -1, .file = -1};
    if (!lar_store_writable(store, err))
        return false;
    ret->larder = fcntl(store->larder, F_DUPFD_CLOEXEC, 3);
    bool ok = ret->larder >= 0 ? make_stage(ret, err)
                               : lar_fail_errno(err, errno, "a descriptor for the upload");
    ok = ok && check_space(ret->file, expected, err);
    if (!ok)
        lar_stage_end(ret);
    return ok;
}

bool lar_stage_seal(struct lar_stage *stage, const char *file_name, struct lar_error *err)
{
    if (fchmod(stage->file, 0440))
        return lar_fail_errno(err, errno, "the upload's permissions");
    if (!lar_store_sync(stage->store, stage->file, "an upload", err))
        return false;
    if (strcmp(file_name, "model") != 0 &&
        renameat2(stage->folder, "model", stage->folder, file_name, RENAME_NOREPLACE))
        return lar_fail_errno(err, errno, "naming the upload '%s'", file_name);
    return lar_store_sync(stage->store, stage->folder, "an upload's folder", err);
}

/* A first version comes with its model's folder: up-N, with the version in it under its number,
 * becomes models/MODEL in one rename. EEXIST leaves up-N/v as it was. */
static int publish_first(struct lar_stage *stage, const char *model, const char *number,
                         struct lar_error *err)
{
    char from[64], to[64];
    snprintf(from, sizeof from, "%s/v", stage->name);
    snprintf(to, sizeof to, "%s/%s", stage->name, number);
    int folder = openat(stage->larder, stage->name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 || renameat2(stage->larder, from, stage->larder, to, RENAME_NOREPLACE)) {
        int errnum = errno;
        if (folder >= 0)
            close(folder);
        lar_fail_errno(err, errnum, "numbering the upload");
        return errnum;
    }
    int errnum = 0;
    if (!lar_store_sync(stage->store, folder, "an upload's folder", err))
        errnum = EIO;
    else if (renameat2(stage->larder, stage->name, stage->store->root, model, RENAME_NOREPLACE))
        errnum = errno;
    close(folder);
    if (errnum) {
        renameat2(stage->larder, to, stage->larder, from, RENAME_NOREPLACE);
        if (errnum != EEXIST)
            lar_fail_errno(err, errnum, "publishing version %s of '%s'", number, model);
        return errnum;
    }
    if (!lar_store_sync(stage->store, stage->store->root, "the models folder", err)) {
        /* Nobody may count on it: out of sight again. */
        renameat2(stage->store->root, model, stage->larder, stage->name, RENAME_NOREPLACE);
        return EIO;
    }
    stage->name[0] = '\0';
    return 0;
}

static bool publish_next(struct lar_stage *stage, const char *model, const char *number,
                         struct lar_error *err)
{
    char from[64];
    snprintf(from, sizeof from, "%s/v", stage->name);
    int folder = lar_open_beneath(stage->store->root, model, O_RDONLY | O_DIRECTORY);
    if (folder < 0)
        return lar_beneath_fail(err, folder, model);
    bool ok = true;
    if (renameat2(stage->larder, from, folder, number, RENAME_NOREPLACE))
        ok = errno == EEXIST
                 ? lar_fail(err, LAR_ERR_CONFLICT, "version %s of '%s' is there already", number,
                            model)
                 : lar_fail_errno(err, errno, "publishing version %s of '%s'", number, model);
    else if (!lar_store_sync(stage->store, folder, "the model's folder", err)) {
        renameat2(folder, number, stage->larder, from, RENAME_NOREPLACE);
        ok = false;
    }
    close(folder);
    return ok;
}

bool lar_stage_publish(struct lar_stage *stage, const char *model, uint64_t number,
                       struct lar_error *err)
{
    char digits[24];
    struct stat st;
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)number);
    if (fstatat(stage->store->root, model, &st, AT_SYMLINK_NOFOLLOW) && errno == ENOENT) {
        int errnum = publish_first(stage, model, digits, err);
        if (errnum != EEXIST)
            return errnum == 0;
    }
    return publish_next(stage, model, digits, err);
}

void lar_stage_end(struct lar_stage *stage)
{
    if (!stage->store)
        return;
    if (stage->file >= 0)
        close(stage->file);
    if (stage->folder >= 0)
        close(stage->folder);
    if (stage->larder >= 0 && stage->name[0])
        remove_tree(stage->larder, stage->name, 0);
    if (stage->larder >= 0)
        close(stage->larder);
    *stage = (struct lar_stage){0};
}

/* The folder that PATH lies in, opened; RET_NAME receives the last part. Or a negative errno. */
static int open_parent(int root, const char *path, const char **ret_name)
{
    const char *slash = strrchr(path, '/');
    char parent[4096];
    *ret_name = slash ? slash + 1 : path;
    if (!slash)
        return lar_open_beneath(root, ".", O_RDONLY | O_DIRECTORY);
    if ((size_t)(slash - path) >= sizeof parent)
        return -ENAMETOOLONG;
    memcpy(parent, path, (size_t)(slash - path));
    parent[slash - path] = '\0';
    return lar_open_beneath(root, parent, O_RDONLY | O_DIRECTORY);
}

bool lar_stage_withdraw(struct lar_store *store, const char *path, struct lar_error *err)
{
    const char *last;
    char name[32];
    int tries = 0, rc;
    if (!lar_store_writable(store, err))
        return false;
    int parent = open_parent(store->root, path, &last);
    if (parent < 0)
        return lar_beneath_fail(err, parent, path);
    do {
        next_name(store, name);
        rc = renameat2(parent, last, store->larder, name, RENAME_NOREPLACE);
    } while (rc && errno == EEXIST && ++tries < NAME_TRIES);
    bool ok = rc == 0 || lar_fail_errno(err, errno, "removing '%s'", path);
    ok = ok && lar_store_sync(store, parent, "the model's folder", err);
    close(parent);
    if (rc == 0)
        remove_tree(store->larder, name, 0);
    return ok;
}

static bool is_left_over(const char *name)
{
    size_t n = strlen(name);
    if (strncmp(name, "up-", 3) == 0 && name[3] && name[3 + strspn(name + 3, "0123456789")] == '\0')
        return true;
    return n > 9 && strcmp(name + n - 9, ".json.tmp") == 0;
}

void lar_stage_sweep(struct lar_store *store)
{
    int fd = openat(store->larder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *d;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((d = readdir(dir)))
        if (is_left_over(d->d_name))
            remove_tree(store->larder, d->d_name, 0);
    closedir(dir);
}
