/* Folders on their way into models/; see stage.h.
 * SPDX-License-Identifier: MIT */
#include "base/gentle.h"
#include "base/map.h"
#include "persistence/store/stage.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DEPTH = 17, PATH = 1100 };

/* Makes the folders that NAME lies in, each in turn. */
static bool make_folders(const struct lar_stage *stage, const char *name, struct lar_error *err)
{
    char path[PATH];
    size_t n = strlen(name);
    if (n >= sizeof path)
        return lar_fail(err, LAR_ERR_LIMIT, "'%.100s...' is too long a name", name);
    memcpy(path, name, n + 1);
    for (char *slash = path; (slash = strchr(slash, '/')); *slash++ = '/') {
        *slash = '\0';
        if (mkdirat(stage->folder, path, 0750) && errno != EEXIST)
            return lar_fail_errno(err, errno, "the folder '%s'", path);
    }
    return true;
}

bool lar_stage_add(struct lar_stage *stage, const char *name, const void *data, size_t size,
                   struct lar_error *err)
{
    if (stage->file >= 0) {
        close(stage->file);
        stage->file = -1;
        if (lar_gentle_unlink(stage->folder, "model"))
            return lar_fail_errno(err, errno, "the uploaded archive");
    }
    if (!make_folders(stage, name, err))
        return false;
    int fd =
        openat(stage->folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
    if (fd < 0)
        return lar_fail_errno(err, errno, "'%s'", name);
    bool ok = lar_write_all(fd, data, size, err) &&
              (fchmod(fd, 0440) == 0 || lar_fail_errno(err, errno, "permissions of '%s'", name)) &&
              lar_store_sync(stage->store, fd, "an upload", err);
    close(fd);
    return ok;
}

/* The folder FD and all below it; FD is closed. */
static bool sync_tree(struct lar_store *store, int fd, unsigned depth, struct lar_error *err)
{
    if (!lar_store_sync(store, fd, "an upload's folder", err)) {
        close(fd);
        return false;
    }
    DIR *dir = fdopendir(fd);
    if (!dir) {
        close(fd);
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a folder");
    }
    bool ok = true;
    struct dirent *d;
    while (ok && (d = readdir(dir))) {
        if (d->d_name[0] == '.') /* none of ours */
            continue;
        int below = openat(fd, d->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (below >= 0)
            ok = depth < DEPTH ? sync_tree(store, below, depth + 1, err)
                               : lar_fail(err, LAR_ERR_LIMIT, "an upload of too many folders");
        else if (errno != ENOTDIR)
            ok = lar_fail_errno(err, errno, "an upload's folder");
    }
    closedir(dir);
    return ok;
}

bool lar_stage_seal_folder(struct lar_stage *stage, struct lar_error *err)
{
    int fd = fcntl(stage->folder, F_DUPFD_CLOEXEC, 3);
    int own = fd >= 0 ? openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;
    if (fd >= 0)
        close(fd);
    return own >= 0 ? sync_tree(stage->store, own, 0, err)
                    : lar_fail_errno(err, errno, "an upload's folder");
}
