/* The folders of the store and their lock; see store.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/store.h"

#include "base/gentle.h"
#include "base/map.h"
#include "persistence/store/beneath.h"
#include "persistence/store/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static void close_one(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

/* The folder NAME in FOLDER, made if it is missing; or -1. */
static int make_folder(int folder, const char *name)
{
    if (mkdirat(folder, name, 0750) && errno != EEXIST)
        return -1;
    return openat(folder, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
}

static void deny(struct lar_store *store, const char *why, int errnum)
{
    snprintf(store->read_only, sizeof store->read_only, "%s%s%s", why, errnum ? ": " : "",
             errnum ? strerror(errnum) : "");
}

static void take_lock(struct lar_store *store)
{
    store->foreign = false;
    store->read_only[0] = '\0';
    if (flock(store->lock_file, LOCK_EX | LOCK_NB) == 0) {
        store->locked = true;
        lar_stage_sweep(store);
    } else if (errno == EWOULDBLOCK) {
        store->foreign = true;
        deny(store, "another larderd manages this models folder", 0);
    } else {
        deny(store, "models/.larder/lock cannot be locked", errno);
    }
}

static void open_larder(struct lar_store *store)
{
    store->larder = make_folder(store->root, ".larder");
    if (store->larder >= 0)
        store->lock_file =
            openat(store->larder, "lock", O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (store->lock_file >= 0)
        take_lock(store);
    else
        deny(store, "models/.larder cannot be written", errno);
}

bool lar_store_retry_lock(struct lar_store *store)
{
    if (!store->foreign)
        return false;
    take_lock(store);
    return store->locked;
}

static bool open_root(struct lar_store *store, struct lar_error *err)
{
    struct stat st;
    store->root = open(store->models, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->root < 0 || fstat(store->root, &st))
        return lar_fail_errno(err, errno, "the models folder '%s'", store->models);
    store->device = (uint64_t)st.st_dev;
    store->inode = (uint64_t)st.st_ino;
    open_larder(store);
    return true;
}

/* Indexes that an earlier run did not finish. */
static void sweep_state(int state)
{
    int fd = openat(state, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *d;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((d = readdir(dir))) {
        size_t n = strlen(d->d_name);
        if (strncmp(d->d_name, "index.", 6) == 0 && n > 4 && strcmp(d->d_name + n - 4, ".tmp") == 0)
            unlinkat(state, d->d_name, 0);
    }
    closedir(dir);
}

static void open_state(struct lar_store *store, const char *path)
{
    if (mkdir(path, 0750) && errno != EEXIST)
        return;
    store->state = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (store->state < 0)
        return;
    sweep_state(store->state);
    store->compiled = make_folder(store->state, "compiled");
    store->notes = make_folder(store->state, "larder");
}

bool lar_store_open(struct lar_store *ret, const char *models, const char *state,
                    struct lar_error *err)
{
    *ret = (struct lar_store){
        .root = -1, .larder = -1, .lock_file = -1, .state = -1, .compiled = -1, .notes = -1};
    if (state)
        open_state(ret, state);
    if (!models) {
        deny(ret, "there is no models folder", 0);
        return true;
    }
    ret->models = strdup(models);
    if (!ret->models)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a path");
    if (open_root(ret, err))
        return true;
    lar_store_close(ret);
    return false;
}

static void close_root(struct lar_store *store)
{
    close_one(&store->root);
    close_one(&store->larder);
    close_one(&store->lock_file);
    store->locked = store->foreign = false;
}

void lar_store_close(struct lar_store *store)
{
    close_root(store);
    close_one(&store->state);
    close_one(&store->compiled);
    close_one(&store->notes);
    free(store->models);
    store->models = NULL;
}

bool lar_store_reopen_root(struct lar_store *store, struct lar_error *err)
{
    close_root(store);
    return open_root(store, err);
}

bool lar_store_writable(struct lar_store *store, struct lar_error *err)
{
    struct stat st;
    if (atomic_load(&store->failed))
        return lar_fail(err, LAR_ERR_BUSY,
                        "the store is read-only since the disk failed to keep what was written; "
                        "restart larderd when it is sound");
    if (store->read_only[0])
        return lar_fail(err, LAR_ERR_BUSY, "the store is read-only: %s", store->read_only);
    if (stat(store->models, &st) || (uint64_t)st.st_dev != store->device ||
        (uint64_t)st.st_ino != store->inode)
        return lar_fail(err, LAR_ERR_BUSY,
                        "the store is read-only: the models folder is not the one of the start");
    return true;
}

bool lar_store_sync(struct lar_store *store, int fd, const char *what, struct lar_error *err)
{
    if (atomic_load(&store->failed))
        return lar_store_writable(store, err);
    if (lar_gentle_fsync(fd) == 0)
        return true;
    atomic_store(&store->failed, true);
    return lar_fail_errno(err, errno, "fsync of %s", what);
}

bool lar_store_save(struct lar_store *store, int folder, const char *name, const char *text,
                    size_t n, struct lar_error *err)
{
    char temporary[NAME_MAX + 1];
    int length = snprintf(temporary, sizeof temporary, "%s.tmp", name);
    if (length < 0 || (size_t)length >= sizeof temporary)
        return lar_fail(err, LAR_ERR_INVALID, "the name '%s' is too long", name);
    int fd = openat(folder, temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (fd < 0)
        return lar_fail_errno(err, errno, "'%s'", temporary);
    bool ok = lar_write_all(fd, text, n, err) && lar_store_sync(store, fd, name, err);
    if (close(fd) && ok)
        ok = lar_fail_errno(err, errno, "closing '%s'", temporary);
    if (ok && renameat(folder, temporary, folder, name))
        ok = lar_fail_errno(err, errno, "renaming '%s'", temporary);
    if (!ok)
        unlinkat(folder, temporary, 0);
    return ok && lar_store_sync(store, folder, "a folder", err);
}

char *lar_store_read_small(int folder, const char *name, size_t limit, size_t *ret_size,
                           struct lar_error *err)
{
    struct stat st;
    int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (fd < 0 || fstat(fd, &st)) {
        lar_fail_errno(err, errno, "'%s'", name);
        if (fd >= 0)
            close(fd);
        return NULL;
    }
    if (!S_ISREG(st.st_mode) || (uint64_t)st.st_size > limit) {
        lar_fail(err, LAR_ERR_LIMIT, "'%s' is not a file of at most %zu bytes", name, limit);
        close(fd);
        return NULL;
    }
    char *text = malloc((size_t)st.st_size + 1);
    size_t n = 0;
    bool ok = text || lar_fail(err, LAR_ERR_NOMEM, "out of memory for '%s'", name);
    while (ok && n < (size_t)st.st_size) {
        ssize_t done = read(fd, text + n, (size_t)st.st_size - n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            ok = lar_fail_errno(err, errno, "reading '%s'", name);
        else if (done == 0)
            break;
        else
            n += (size_t)done;
    }
    close(fd);
    if (!ok || !text) {
        free(text);
        return NULL;
    }
    text[n] = '\0';
    *ret_size = n;
    return text;
}
