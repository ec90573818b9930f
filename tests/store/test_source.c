/* Entries, their identity, and private copies of them.
 * SPDX-License-Identifier: MIT */
#include "base/bundle.h"
#include "persistence/store/source.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static char dir[64];
static int root;

static void setup(void)
{
    strcpy(dir, "/var/tmp/larder-source-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    root = open(dir, O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(root, 0);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void teardown(void)
{
    close(root);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static void put(const char *path, const char *text)
{
    int fd = openat(root, path, O_WRONLY | O_CREAT | O_TRUNC, 0644);
    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static struct lar_identity look(const char *path)
{
    struct lar_arena arena;
    struct lar_entry entry;
    struct lar_error err = {0};
    lar_arena_init(&arena, 1 << 20);
    ck_assert_msg(lar_entry_look(&entry, root, path, &arena, &err), "%s", err.text);
    lar_arena_finish(&arena);
    return entry.identity;
}

static void tick(void)
{
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL); /* the kernel's clock is coarse */
}

START_TEST(each_change_is_another_identity)
{
    setup();
    ck_assert_int_eq(mkdirat(root, "m", 0755), 0);
    ck_assert_int_eq(mkdirat(root, "m/inner", 0755), 0);
    put("m/a", "one");
    put("m/inner/b", "two");
    struct lar_identity before = look("m"), now = look("m");
    ck_assert(lar_identity_equal(&before, &now));
    ck_assert_uint_eq(before.size, 6);
    tick();
    put("m/inner/b", "too"); /* same size */
    now = look("m");
    ck_assert(!lar_identity_equal(&before, &now));
    before = now;
    ck_assert_int_eq(renameat(root, "m/a", root, "m/c"), 0);
    now = look("m");
    ck_assert(!lar_identity_equal(&before, &now));
    before = now;
    tick();
    ck_assert_int_eq(utimensat(root, "m/c", NULL, 0), 0);
    now = look("m");
    ck_assert(!lar_identity_equal(&before, &now));
    before = now;
    tick();
    put("m/expected.json", "x"); /* no member either, but what is compared */
    now = look("m");
    ck_assert(!lar_identity_equal(&before, &now));
    before = now;
    put("m/.hidden", "x"); /* no member */
    put("m/model.yaml", "x");
    now = look("m");
    ck_assert(lar_identity_equal(&before, &now));
    teardown();
}
END_TEST

static size_t members(const char *path)
{
    struct lar_arena arena;
    struct lar_entry entry;
    struct lar_error err = {0};
    lar_arena_init(&arena, 1 << 20);
    ck_assert_msg(lar_entry_look(&entry, root, path, &arena, &err), "%s", err.text);
    lar_arena_finish(&arena);
    return entry.n_members;
}

START_TEST(what_does_not_belong_to_a_model_is_left_out)
{
    setup();
    ck_assert_int_eq(mkdirat(root, "m", 0755), 0);
    put("m/README.md", "x");
    put("m/data.csv", "x");
    ck_assert_uint_eq(members("m"), 2); /* each is probed */
    put("m/model.pkl", "x");
    ck_assert_uint_eq(members("m"), 1);
    put("m/model.pkl_01.npy", "x");
    put("m/model_02.npy", "x");
    ck_assert_uint_eq(members("m"), 3);
    put("m/other.onnx", "x");
    ck_assert_uint_eq(members("m"), 6); /* two models: whoever asks is told of both */
    ck_assert_int_eq(unlinkat(root, "m/model.pkl", 0), 0);
    ck_assert_uint_eq(members("m"), 5); /* weights may have any name */
    put("m/saved_model.pb", "x");
    ck_assert_uint_eq(members("m"), 6);
    teardown();
}
END_TEST

static const struct lar_source_options options = {.options = "", .build_id = "b", .folder = -1};

static void copy(struct lar_source *ret, const char *path)
{
    struct lar_error err = {0};
    ck_assert_msg(lar_source_copy(ret, root, path, NULL, &options, &err), "%s", err.text);
}

START_TEST(a_copy_holds_all_bytes)
{
    struct lar_source source;
    struct lar_map map;
    struct lar_arena arena;
    struct lar_bundle bundle;
    struct lar_error err = {0};
    setup();
    ck_assert_int_eq(mkdirat(root, "m", 0755), 0);
    put("m/b", "two");
    put("m/a", "one");
    copy(&source, "m");
    ck_assert(lar_map_fd(&map, source.bundle, &err));
    lar_arena_init(&arena, 1 << 20);
    ck_assert(lar_bundle_open(&bundle, map.data, map.size, &arena, &err));
    ck_assert_uint_eq(bundle.n_files, 2);
    ck_assert_str_eq(bundle.files[0].name, "a");
    ck_assert_mem_eq(bundle.files[0].data, "one", 3);
    ck_assert_mem_eq(bundle.files[1].data, "two", 3);
    lar_arena_finish(&arena);
    lar_map_finish(&map);
    lar_source_finish(&source);
    teardown();
}
END_TEST

START_TEST(one_file_has_one_digest_and_key_wherever_it_lies)
{
    struct lar_source a, b, c;
    struct lar_error err = {0};
    setup();
    ck_assert_int_eq(mkdirat(root, "m", 0755), 0);
    put("m/model.joblib", "abc");
    put("x.pkl", "abc");
    put("y.pkl", "abd");
    copy(&a, "m");
    copy(&b, "x.pkl");
    copy(&c, "y.pkl");
    ck_assert_str_eq(a.sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    ck_assert_str_eq(a.sha256, b.sha256);
    ck_assert_str_eq(a.key, b.key);
    ck_assert_str_ne(a.key, c.key);
    lar_source_finish(&c);
    int fd = openat(root, "x.pkl", O_RDONLY);
    ck_assert(lar_source_copy_file(&c, fd, &options, &err));
    ck_assert_str_eq(a.key, c.key);
    close(fd);
    struct lar_source_options other = options;
    lar_source_finish(&c);
    other.build_id = "c";
    ck_assert(lar_source_copy(&c, root, "x.pkl", NULL, &other, &err));
    ck_assert_str_ne(a.key, c.key);
    lar_source_finish(&a);
    lar_source_finish(&b);
    lar_source_finish(&c);
    teardown();
}
END_TEST

START_TEST(other_bytes_than_expected_are_told)
{
    struct lar_source source;
    struct lar_error err = {0};
    setup();
    put("x.pkl", "abc");
    struct lar_identity before = look("x.pkl");
    put("x.pkl", "abcd");
    ck_assert(!lar_source_copy(&source, root, "x.pkl", &before, &options, &err));
    ck_assert_int_eq(err.code, LAR_ERR_BUSY);
    uint64_t size;
    lar_error_clear(&err);
    ck_assert_int_eq(lar_source_artifact(root, "x.pkl", &before, -1, &size, &err), -1);
    ck_assert_int_eq(err.code, LAR_ERR_BUSY);
    teardown();
}
END_TEST

/* Stands before the C library's: changes a file while it is being read. */
static const char *changing;

ssize_t pread64(int fd, void *buffer, size_t n, off64_t offset);
ssize_t pread64(int fd, void *buffer, size_t n, off64_t offset)
{
    const char *path = changing;
    changing = NULL;
    if (path)
        put(path, "xyz");
    return (ssize_t)syscall(SYS_pread64, fd, buffer, n, offset);
}

START_TEST(what_changes_while_it_is_read_is_not_taken)
{
    struct lar_source source;
    struct lar_error err = {0};
    setup();
    put("x.pkl", "abc");
    tick();
    changing = "x.pkl"; /* other bytes, of the same number */
    ck_assert(!lar_source_copy(&source, root, "x.pkl", NULL, &options, &err));
    ck_assert_ptr_null(changing);
    ck_assert_int_eq(err.code, LAR_ERR_BUSY);
    teardown();
}
END_TEST

int main(void)
{
    return check_main(
        "source",
        (const TTest *[]){
            each_change_is_another_identity, what_does_not_belong_to_a_model_is_left_out,
            a_copy_holds_all_bytes, one_file_has_one_digest_and_key_wherever_it_lies,
            other_bytes_than_expected_are_told, what_changes_while_it_is_read_is_not_taken, NULL});
}
