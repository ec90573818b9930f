/* Large files in steps; see gentle.h.
 * SPDX-License-Identifier: MIT */
#include "base/gentle.h"

#include "base/priority.h"

#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { STEP = 64 << 10, UNDER_WAY = 16 * STEP, LARGE_BLOCK = 1 << 20 };

/* The bytes of a regular file with more than one step; otherwise 0. */
static off_t large(const struct stat *st)
{
    return S_ISREG(st->st_mode) && st->st_size > STEP ? st->st_size : 0;
}

void lar_gentle_free(void *block, size_t size)
{
    if (size >= LARGE_BLOCK) { /* smaller ones may be used again as they are */
        char *end = (char *)block + size, *at = (char *)block + (-(uintptr_t)block & (STEP - 1));
        for (; end - at > STEP; at += STEP) {
            madvise(at, STEP, MADV_DONTNEED);
            lar_priority_step_done();
        }
    }
    free(block);
}

void lar_gentle_unmap(const void *data, size_t size)
{
    char *at = (char *)data;
    for (; size > STEP; at += STEP, size -= STEP) {
        if (munmap(at, STEP))
            break; /* out of mappings: then in one piece */
        lar_priority_step_done();
    }
    if (size)
        munmap(at, size);
}

int lar_gentle_fsync(int fd)
{
    struct stat st;
    off_t size = fstat(fd, &st) == 0 ? large(&st) : 0;
    /* Not much at a time under way: the end of much is work for the kernel in one piece too. What
     * fails here fails in fsync() again. */
    for (off_t at = 0; at < size; at += STEP) {
        off_t before = at - UNDER_WAY;
        if (sync_file_range(fd, at, STEP, SYNC_FILE_RANGE_WRITE) ||
            (before >= 0 && sync_file_range(fd, before, STEP, SYNC_FILE_RANGE_WAIT_BEFORE)))
            break;
        lar_priority_step_done();
    }
    return fsync(fd);
}

int lar_gentle_unlink(int folder, const char *name)
{
    struct stat st;
    off_t size = fstatat(folder, name, &st, AT_SYMLINK_NOFOLLOW) == 0 ? large(&st) : 0;
    int fd = size ? openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) : -1;
    if (fd >= 0) {
        for (off_t at = 0; at < size; at += STEP) {
            posix_fadvise(fd, at, STEP, POSIX_FADV_DONTNEED);
            lar_priority_step_done();
        }
        close(fd);
    }
    return unlinkat(folder, name, 0);
}

void lar_gentle_close(int fd)
{
    struct stat st;
    for (off_t size = fstat(fd, &st) == 0 ? large(&st) : 0; size > STEP; size -= STEP) {
        if (ftruncate(fd, size - STEP))
            break;
        lar_priority_step_done();
    }
    close(fd);
}
