/* Opening below a folder; see beneath.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

int lar_open_beneath(int root, const char *path, int flags)
{
    struct open_how how = {
        .flags = (uint64_t)(flags | O_CLOEXEC | (flags & O_PATH ? 0 : O_NOCTTY | O_NONBLOCK)),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS,
    };
    for (int tries = 0;; tries++) {
        long fd = syscall(SYS_openat2, root, path, &how, sizeof how);
        /* EAGAIN: something was renamed during the walk, the kernel asks to try again. */
        if (fd < 0 && (errno == EINTR || errno == EAGAIN) && tries < 100)
            continue;
        return fd < 0 ? -errno : (int)fd;
    }
}

int lar_stat_beneath(int root, const char *path, struct stat *ret)
{
    int fd = lar_open_beneath(root, path, O_PATH);
    if (fd < 0)
        return fd;
    int rc = fstat(fd, ret) ? -errno : 0;
    close(fd);
    return rc;
}

bool lar_beneath_fail(struct lar_error *err, int negative_errno, const char *path)
{
    if (negative_errno == -EXDEV)
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "'%s' is a link that leads out of the models' folder; copy or mount the "
                        "file below it",
                        path);
    if (negative_errno == -ELOOP)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "'%s' is a link that leads in a circle", path);
    return lar_fail_errno(err, -negative_errno, "'%s'", path);
}

const char *lar_kind_of_file(mode_t mode)
{
    switch (mode & S_IFMT) {
    case S_IFREG: return "a file";
    case S_IFDIR: return "a folder";
    case S_IFIFO: return "a FIFO";
    case S_IFSOCK: return "a socket";
    case S_IFCHR:
    case S_IFBLK: return "a device";
    default: return "no file";
    }
}
