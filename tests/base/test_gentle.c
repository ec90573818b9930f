/* SPDX-License-Identifier: MIT */
#include "base/gentle.h"
#include "tests/check_main.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { LARGE = 3 * (256 << 10) + 17 };

static char folder_name[] = "gentle-XXXXXX";
static int folder = -1;

static void make_folder(void)
{
    strcpy(folder_name + sizeof folder_name - 7, "XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder_name));
    folder = open(folder_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    ck_assert_int_ge(folder, 0);
}

static void remove_folder(void)
{
    close(folder);
    ck_assert_int_eq(rmdir(folder_name), 0);
}

static int file_of(const char *name, size_t size)
{
    int fd = openat(folder, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    char *bytes = malloc(size + 1);
    ck_assert_ptr_nonnull(bytes);
    memset(bytes, 'a', size);
    ck_assert_int_eq(write(fd, bytes, size), (ssize_t)size);
    free(bytes);
    return fd;
}

static char last_byte(int fd, size_t size)
{
    char byte = 0;
    ck_assert_int_eq(pread(fd, &byte, 1, (off_t)size - 1), 1);
    return byte;
}

START_TEST(fsync_keeps_every_byte)
{
    make_folder();
    static const size_t sizes[] = {1, 256 << 10, LARGE};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        struct stat st;
        int fd = file_of("f", sizes[i]);
        ck_assert_int_eq(lar_gentle_fsync(fd), 0);
        ck_assert_int_eq(fstat(fd, &st), 0);
        ck_assert_int_eq(st.st_size, (off_t)sizes[i]);
        ck_assert_int_eq(last_byte(fd, sizes[i]), 'a');
        close(fd);
        ck_assert_int_eq(lar_gentle_unlink(folder, "f"), 0);
    }
    ck_assert_int_eq(lar_gentle_fsync(folder), 0);
    ck_assert_int_eq(lar_gentle_fsync(-1), -1);
    ck_assert_int_eq(errno, EBADF);
    remove_folder();
}
END_TEST

START_TEST(who_has_an_unlinked_file_reads_it_whole)
{
    make_folder();
    int fd = file_of("f", LARGE);
    ck_assert_int_eq(lar_gentle_unlink(folder, "f"), 0);
    ck_assert_int_eq(faccessat(folder, "f", F_OK, 0), -1);
    ck_assert_int_eq(last_byte(fd, LARGE), 'a');
    close(fd);
    remove_folder();
}
END_TEST

START_TEST(unlink_follows_no_link_and_takes_no_folder)
{
    make_folder();
    int fd = file_of("f", LARGE);
    close(fd);
    ck_assert_int_eq(symlinkat("f", folder, "link"), 0);
    ck_assert_int_eq(lar_gentle_unlink(folder, "link"), 0);
    ck_assert_int_eq(faccessat(folder, "f", F_OK, 0), 0);
    ck_assert_int_eq(lar_gentle_unlink(folder, "f"), 0);
    ck_assert_int_eq(lar_gentle_unlink(folder, "f"), -1);
    ck_assert_int_eq(errno, ENOENT);
    ck_assert_int_eq(mkdirat(folder, "d", 0700), 0);
    ck_assert_int_eq(lar_gentle_unlink(folder, "d"), -1);
    ck_assert_int_eq(errno, EISDIR);
    ck_assert_int_eq(unlinkat(folder, "d", AT_REMOVEDIR), 0);
    remove_folder();
}
END_TEST

START_TEST(close_gives_up_the_bytes)
{
    make_folder();
    struct stat st;
    int fd = file_of("f", LARGE), other = dup(fd);
    ck_assert_int_eq(lar_gentle_unlink(folder, "f"), 0);
    lar_gentle_close(fd);
    ck_assert_int_eq(fcntl(fd, F_GETFD), -1);
    ck_assert_int_eq(fstat(other, &st), 0);
    ck_assert_int_le(st.st_size, 256 << 10);
    close(other);
    remove_folder();
}
END_TEST

START_TEST(unmap_takes_the_whole_mapping)
{
    static const size_t sizes[] = {1, 64 << 10, LARGE};
    lar_gentle_unmap(NULL, 0);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        unsigned char resident[LARGE / 4096 + 1];
        void *p = mmap(NULL, sizes[i], PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        ck_assert_ptr_ne(p, MAP_FAILED);
        lar_gentle_unmap(p, sizes[i]);
        for (size_t at = 0; at < sizes[i]; at += 4096) {
            ck_assert_int_eq(mincore((char *)p + at, 1, resident), -1);
            ck_assert_int_eq(errno, ENOMEM); /* nothing is mapped there */
        }
    }
}
END_TEST

START_TEST(free_takes_blocks_of_any_size)
{
    static const size_t sizes[] = {0, 1, (1 << 20) - 1, 1 << 20, (5 << 20) + 3};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        char *block = malloc(sizes[i] + 1), *beside = malloc(64);
        ck_assert(block && beside);
        memset(block, 'a', sizes[i] + 1);
        memset(beside, 'b', 64);
        lar_gentle_free(block, sizes[i]);
        for (int k = 0; k < 64; k++)
            ck_assert_int_eq(beside[k], 'b');
        free(beside);
    }
    lar_gentle_free(NULL, 0);
}
END_TEST

int main(void)
{
    return check_main(
        "gentle",
        (const TTest *[]){fsync_keeps_every_byte, who_has_an_unlinked_file_reads_it_whole,
                          unlink_follows_no_link_and_takes_no_folder, close_gives_up_the_bytes,
                          unmap_takes_the_whole_mapping, free_takes_blocks_of_any_size, NULL});
}
