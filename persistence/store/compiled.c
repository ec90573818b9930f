/* The cache of compiled forms; see compiled.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/compiled.h"

#include "base/gentle.h"
#include "base/hash.h"
#include "persistence/store/source.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

int lar_compiled_open(const struct lar_store *store, const char *key)
{
    struct stat st;
    if (store->compiled < 0)
        return -1;
    int fd = openat(store->compiled, key, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0 && (fstat(fd, &st) || !S_ISREG(st.st_mode) || st.st_size == 0)) {
        close(fd);
        return -1;
    }
    return fd;
}

int lar_compiled_new(const struct lar_store *store, struct lar_error *err)
{
    return lar_nameless_file(store->compiled, err);
}

int lar_compiled_reopen(int fd, struct lar_error *err)
{
    char path[40];
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    int again = open(path, O_RDONLY | O_CLOEXEC);
    if (again < 0)
        lar_fail_errno(err, errno, "opening a compiled form again");
    return again;
}

/* fsync first: after a power cut a name must not lead to half a file. */
bool lar_compiled_keep(const struct lar_store *store, int fd, const char *key)
{
    char path[40];
    if (store->compiled < 0 || lar_gentle_fsync(fd))
        return false;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    return linkat(AT_FDCWD, path, store->compiled, key, AT_SYMLINK_FOLLOW) == 0 || errno == EEXIST;
}

void lar_compiled_drop(const struct lar_store *store, const char *key)
{
    if (store->compiled >= 0)
        lar_gentle_unlink(store->compiled, key);
}

/* Linking a form changes its ctime. */
static bool is_older(int folder, const char *name, const struct timespec *before)
{
    struct stat st;
    return fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
           (st.st_ctim.tv_sec < before->tv_sec ||
            (st.st_ctim.tv_sec == before->tv_sec && st.st_ctim.tv_nsec < before->tv_nsec));
}

void lar_compiled_sweep(const struct lar_store *store, const struct timespec *before,
                        bool (*used)(const void *context, const char *key), const void *context)
{
    int fd = store->compiled >= 0 ? openat(store->compiled, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
                                  : -1;
    DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
    struct dirent *d;
    if (!dir) {
        if (fd >= 0)
            close(fd);
        return;
    }
    while ((d = readdir(dir)))
        if (lar_hash_is_hex(d->d_name) && !used(context, d->d_name) &&
            is_older(store->compiled, d->d_name, before))
            lar_gentle_unlink(store->compiled, d->d_name);
    closedir(dir);
}
