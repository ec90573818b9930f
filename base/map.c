/* Mapped files; see map.h.
 * SPDX-License-Identifier: MIT */
#include "base/map.h"

#include "base/gentle.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint8_t empty[1];

bool lar_map_fd(struct lar_map *ret, int fd, struct lar_error *err)
{
    struct stat st;
    if (fstat(fd, &st))
        return lar_fail_errno(err, errno, "fstat");
    if (st.st_size == 0) {
        *ret = (struct lar_map){.data = empty};
        return true;
    }
    void *p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
    if (p == MAP_FAILED)
        return lar_fail_errno(err, errno, "mmap of %lld bytes", (long long)st.st_size);
    *ret = (struct lar_map){.data = p, .size = (size_t)st.st_size};
    return true;
}

void lar_map_finish(struct lar_map *map)
{
    lar_gentle_unmap(map->data, map->size);
    *map = (struct lar_map){0};
}

int lar_memfd(const char *name, struct lar_error *err)
{
    int fd = memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (fd < 0)
        lar_fail_errno(err, errno, "memfd_create");
    return fd;
}

bool lar_write_all(int fd, const void *bytes, size_t n, struct lar_error *err)
{
    const char *p = bytes;
    while (n) {
        ssize_t done = write(fd, p, n);
        if (done < 0 && errno == EINTR)
            continue;
        if (done < 0)
            return lar_fail_errno(err, errno, "write");
        p += done;
        n -= (size_t)done;
    }
    return true;
}
