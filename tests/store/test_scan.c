/* What a scan finds, and what it says that it passes over.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/scan.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char dir[64];
static int root;

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
    (void)st, (void)type, (void)ftw;
    return remove(path);
}

static void setup(void)
{
    snprintf(dir, sizeof dir, "/var/tmp/larder-scan-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(dir));
    root = open(dir, O_RDONLY | O_DIRECTORY);
    ck_assert_int_ge(root, 0);
}

static void teardown(void)
{
    close(root);
    nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* Makes the file PATH, and the folders on the way to it. */
static void put(const char *path)
{
    char folder[128];
    for (const char *slash = strchr(path, '/'); slash; slash = strchr(slash + 1, '/')) {
        snprintf(folder, sizeof folder, "%.*s", (int)(slash - path), path);
        mkdirat(root, folder, 0755);
    }
    int fd = openat(root, path, O_WRONLY | O_CREAT | O_EXCL, 0644);
    ck_assert_msg(fd >= 0, "%s", path);
    ck_assert_int_eq(write(fd, "x", 1), 1);
    close(fd);
}

/* Scans; what was found is "iris/3 iris/3, ...": model, number, path. */
static void scan(struct lar_scan *ret, char *found, size_t size)
{
    struct lar_error err = {0};
    size_t at = 0;
    ck_assert_msg(lar_scan_root(ret, root, NULL, &err), "%s", err.text);
    found[0] = '\0';
    for (size_t i = 0; i < ret->n; i++)
        at += (size_t)snprintf(found + at, size - at, "%s%s/%d %s", i ? ", " : "",
                               ret->found[i].model, (int)ret->found[i].number, ret->found[i].path);
}

START_TEST(layouts)
{
    struct lar_scan s;
    char found[512];
    setup();
    put("iris/3/model.joblib");
    put("iris/0004/model.joblib");
    put("line.joblib");
    put("table/model.joblib");
    put("notes.txt");
    scan(&s, found, sizeof found);
    ck_assert_str_eq(found, "iris/3 iris/3, iris/4 iris/0004, line/0 line.joblib, "
                            "table/0 table/model.joblib");
    ck_assert_uint_eq(s.models.n, 0);
    ck_assert_uint_eq(s.versions.n, 0);
    lar_scan_finish(&s);
    teardown();
}
END_TEST

START_TEST(folders_that_are_no_numbers_are_told)
{
    struct lar_scan s;
    char found[512];
    setup();
    put("drop/v1/model.joblib");
    put("drop/README.md");
    put("iris/3/model.joblib");
    put("iris/0/model.joblib");
    put("iris/.cache/model.joblib"); /* hidden: nobody is told */
    scan(&s, found, sizeof found);
    ck_assert_str_eq(found, "iris/3 iris/3");
    ck_assert_uint_eq(s.versions.n, 2);
    ck_assert_str_eq(s.versions.last, "iris/0");
    lar_scan_finish(&s);
    teardown();
}
END_TEST

START_TEST(folders_of_a_whole_model_are_its_own)
{
    struct lar_scan s;
    char found[512];
    setup();
    put("flow/MLmodel");
    put("flow/model.pkl");
    put("flow/metadata/MLmodel");
    put("net/saved_model.pb");
    put("net/variables/variables.index");
    scan(&s, found, sizeof found);
    ck_assert_str_eq(found, "flow/0 flow, net/0 net");
    ck_assert_uint_eq(s.versions.n, 0);
    lar_scan_finish(&s);
    teardown();
}
END_TEST

START_TEST(names_that_are_no_models_are_told)
{
    struct lar_scan s;
    char found[512];
    setup();
    put("my model.joblib");
    put("_iris/1/model.joblib");
    put("my notes.txt");
    scan(&s, found, sizeof found);
    ck_assert_str_eq(found, "");
    ck_assert_uint_eq(s.models.n, 2);
    lar_scan_finish(&s);
    teardown();
}
END_TEST

int main(void)
{
    return check_main("scan", (const TTest *[]){layouts, folders_that_are_no_numbers_are_told,
                                                folders_of_a_whole_model_are_its_own,
                                                names_that_are_no_models_are_told, NULL});
}
