/* SPDX-License-Identifier: MIT */
#include "cli/parcel.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH = 512 };

static char folder[32];

static const char *in(const char *name, char path[PATH])
{
    snprintf(path, PATH, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *bytes, size_t n)
{
    char path[PATH];
    FILE *f = fopen(in(name, path), "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, n, f), n);
    ck_assert_int_eq(fclose(f), 0);
}

static void make_folder(const char *name)
{
    char path[PATH];
    ck_assert_int_eq(mkdir(in(name, path), 0700), 0);
}

static void begin(void)
{
    const char *where = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp"; /* many small files */
    snprintf(folder, sizeof folder, "%s/larder-XXXXXX", where);
    ck_assert_ptr_nonnull(mkdtemp(folder));
}

static int run(const char *format, const char *argument)
{
    char command[2 * PATH];
    snprintf(command, sizeof command, format, folder, argument);
    return system(command); /* NOLINT(cert-env33-c): our own words */
}

static void end(void)
{
    ck_assert_int_eq(run("rm -r '%s'%s", ""), 0);
}

/* All of it, in pieces of STEP bytes; the caller's. */
static char *drain(struct lar_parcel *parcel, size_t step)
{
    struct lar_error err = {0};
    size_t size = (size_t)lar_parcel_size(parcel), n = 0, got = 1;
    char *ret = malloc(size + step);
    while (got > 0) {
        ck_assert(lar_parcel_read(parcel, ret + n, step, &got, &err));
        n += got;
        ck_assert_uint_le(n, size);
    }
    ck_assert_uint_eq(n, size);
    return ret;
}

START_TEST(a_file_is_itself)
{
    struct lar_parcel *parcel = NULL;
    struct lar_error err = {0};
    uint8_t digest[LAR_HASH_SIZE];
    char path[PATH], hex[LAR_HASH_HEX];
    begin();
    put("f", "abc", 3);
    ck_assert(lar_parcel_open(&parcel, in("f", path), &err));
    ck_assert_uint_eq(lar_parcel_size(parcel), 3);
    ck_assert(lar_parcel_digest(parcel, digest, &err));
    lar_hash_hex(digest, hex);
    ck_assert_str_eq(hex, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    char *all = drain(parcel, 2);
    ck_assert_int_eq(memcmp(all, "abc", 3), 0);
    free(all);
    lar_parcel_close(parcel);
    put("f", "", 0);
    ck_assert(lar_parcel_open(&parcel, in("f", path), &err));
    ck_assert_uint_eq(lar_parcel_size(parcel), 0);
    free(drain(parcel, 1));
    lar_parcel_close(parcel);
    end();
}
END_TEST

/* tar itself gets the folder back, whatever the pieces in which it was read. */
START_TEST(a_folder_is_a_tar)
{
    struct lar_parcel *parcel = NULL;
    struct lar_error err = {0};
    char path[PATH], name[160] = "m/", big[70000];
    begin();
    make_folder("m");
    make_folder("m/deep");
    make_folder("m/.hidden");
    memset(big, 'b', sizeof big);
    put("m/model.joblib", big, sizeof big);
    put("m/expected.json", "{}", 2);
    put("m/deep/a", "", 0);
    put("m/deep-b", big, 512);
    put("m/.hidden/x", "x", 1);
    put("m/.y", "y", 1);
    memset(name + 2, 'n', 120); /* longer than a header's field */
    put(name, "long", 4);
    ck_assert(lar_parcel_open(&parcel, in("m//", path), &err));
    char *all = drain(parcel, 1000), *again;
    put("m.tar", all, (size_t)lar_parcel_size(parcel));
    lar_parcel_rewind(parcel);
    again = drain(parcel, 1 << 20);
    ck_assert_int_eq(memcmp(all, again, (size_t)lar_parcel_size(parcel)), 0);
    free(all);
    free(again);
    lar_parcel_close(parcel);
    ck_assert_int_eq(run("cd '%s' && mkdir out && tar -C out -xf m.tar && rm -r m/.hidden m/.y && "
                         "diff -r m out%s",
                         ""),
                     0);
    /* sorted by the whole name, as the store sorts: '-' is before '/' */
    ck_assert_int_eq(run("cd '%s' && [ \"$(tar -tf m.tar | head -n 2 | tr '\\n' ' ')\" = "
                         "'deep-b deep/a ' ]%s",
                         ""),
                     0);
    end();
}
END_TEST

START_TEST(what_is_not_sent)
{
    struct lar_parcel *parcel = NULL;
    char path[PATH], other[PATH / 2];
    begin();
    make_folder("empty");
    make_folder("link");
    ck_assert_int_eq(symlink("/etc/passwd", in("link/model.joblib", path)), 0);
    make_folder("pipe");
    ck_assert_int_eq(mkfifo(in("pipe/model.joblib", path), 0600), 0);
    make_folder("many");
    for (int i = 0; i <= LAR_PARCEL_FILES; i++) {
        snprintf(other, sizeof other, "many/%d", i);
        put(other, "", 0);
    }
    snprintf(other, sizeof other, "far");
    make_folder(other);
    for (int i = 0; i <= LAR_PARCEL_DEPTH; i++) {
        strcat(other, "/d"); /* NOLINT */
        make_folder(other);
    }
    static const struct {
        const char *name, *says;
    } rows[] = {{"none", "none: No such file"}, {"empty", "no files"},
                {"link", "is a link"},          {"pipe", "neither a file nor a folder"},
                {"many", "more than 4096"},     {"far", "more than 16 folders"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lar_error err = {0};
        ck_assert(!lar_parcel_open(&parcel, in(rows[i].name, path), &err));
        ck_assert_msg(strstr(err.text, rows[i].says), "%s", err.text);
    }
    end();
}
END_TEST

START_TEST(a_file_that_shrinks)
{
    struct lar_parcel *parcel = NULL;
    struct lar_error err = {0};
    uint8_t digest[LAR_HASH_SIZE];
    char path[PATH];
    begin();
    put("f", "abcdef", 6);
    ck_assert(lar_parcel_open(&parcel, in("f", path), &err));
    put("f", "abc", 3);
    ck_assert(!lar_parcel_digest(parcel, digest, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "shorter"));
    lar_parcel_close(parcel);
    lar_parcel_close(NULL);
    end();
}
END_TEST

int main(void)
{
    return check_main("parcel", (const TTest *[]){a_file_is_itself, a_folder_is_a_tar,
                                                  what_is_not_sent, a_file_that_shrinks, NULL});
}
