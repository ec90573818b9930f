/* SPDX-License-Identifier: MIT */
#include "base/bundle.h"
#include "tests/check_main.h"

#include <string.h>
#include <unistd.h>

static struct lar_map written(struct lar_bundle_member *members, size_t n, const char *options,
                              const char *const *contents)
{
    struct lar_error err = {0};
    struct lar_map map;
    int fd = lar_memfd("bundle", &err);
    ck_assert_int_ge(fd, 0);
    ck_assert_msg(lar_bundle_begin(fd, members, n, options, &err), "%s", err.text);
    for (size_t i = 0; i < n; i++)
        ck_assert_int_eq(pwrite(fd, contents[i], members[i].size, (off_t)members[i].offset),
                         (ssize_t)members[i].size);
    ck_assert(lar_map_fd(&map, fd, &err));
    close(fd);
    return map;
}

START_TEST(files_come_back_sorted_and_aligned)
{
    struct lar_bundle_member members[] = {{.name = "variables/index", .size = 3},
                                          {.name = "model.pkl", .size = 70},
                                          {.name = "empty", .size = 0}};
    const char *contents[] = {
        "", "0123456789012345678901234567890123456789012345678901234567890123456789",
        "abc"}; /* in sorted order */
    struct lar_map map = written(members, 3, "{\"a\":1}", contents);
    struct lar_arena arena;
    struct lar_bundle bundle;
    struct lar_error err = {0};
    lar_arena_init(&arena, 1 << 16);
    ck_assert_msg(lar_bundle_open(&bundle, map.data, map.size, &arena, &err), "%s", err.text);
    ck_assert_uint_eq(bundle.n_files, 3);
    ck_assert_str_eq(bundle.options, "{\"a\":1}");
    ck_assert_str_eq(bundle.files[0].name, "empty");
    const struct lar_bundle_file *f = lar_bundle_find(&bundle, "variables/index");
    ck_assert_ptr_nonnull(f);
    ck_assert_mem_eq(f->data, "abc", 3);
    ck_assert_uint_eq((size_t)(f->data - map.data) % 64, 0);
    ck_assert_ptr_null(lar_bundle_find(&bundle, "other"));
    lar_arena_finish(&arena);
    lar_map_finish(&map);
}
END_TEST

START_TEST(names_that_climb_are_refused)
{
    static const char *const bad[] = {"", "/x", "a/../b", "..", ".", "a//b", "a/", "a\nb"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lar_bundle_member m = {.name = bad[i], .size = 1};
        struct lar_error err = {0};
        int fd = lar_memfd("bundle", &err);
        ck_assert_msg(!lar_bundle_begin(fd, &m, 1, "", &err), "'%s' was taken", bad[i]);
        ck_assert_int_eq(err.code, LAR_ERR_INVALID);
        close(fd);
    }
}
END_TEST

START_TEST(every_cut_is_refused)
{
    struct lar_bundle_member members[] = {{.name = "a", .size = 2}, {.name = "b", .size = 2}};
    const char *contents[] = {"xx", "yy"};
    struct lar_map map = written(members, 2, "", contents);
    for (size_t n = 0; n < map.size; n++) {
        struct lar_arena arena;
        struct lar_bundle bundle;
        struct lar_error err = {0};
        lar_arena_init(&arena, 1 << 16);
        ck_assert(!lar_bundle_open(&bundle, map.data, n, &arena, &err));
        ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
        lar_arena_finish(&arena);
    }
    lar_map_finish(&map);
}
END_TEST

int main(void)
{
    return check_main("bundle",
                      (const TTest *[]){files_come_back_sorted_and_aligned,
                                        names_that_climb_are_refused, every_cut_is_refused, NULL});
}
