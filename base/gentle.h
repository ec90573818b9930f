/* Work on whole files in steps of one system call each. While the kernel writes back, drops or
 * frees a large file's pages, many kernels run nothing else on that processor until the call
 * returns; short requests on other threads would wait for it. Threads that give way pause between
 * the steps (base/priority.h). SPDX-License-Identifier: MIT */
#ifndef BASE_GENTLE_H
#define BASE_GENTLE_H

#include <stddef.h>

/* free(3) of BLOCK, which is SIZE bytes. */
void lar_gentle_free(void *block, size_t size);

/* munmap(2) of a mapping as mmap(2) gave it. */
void lar_gentle_unmap(const void *data, size_t size);

/* fsync(2): 0, or -1 with errno. */
int lar_gentle_fsync(int fd);

/* unlinkat(2) without flags: 0, or -1 with errno. Readers that still have the file see it whole. */
int lar_gentle_unlink(int folder, const char *name);

/* close(2) of a file without a name that nobody reads any more. */
void lar_gentle_close(int fd);

#endif
