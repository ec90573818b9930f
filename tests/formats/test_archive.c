/* Zips and tars that are refused, each by what is wrong with it. The harmless ones come from
 * Python's zipfile and tarfile (fuzz/corpus), piped.zip from Info-ZIP; the wrong ones are those
 * with a few bytes changed, or are written here. SPDX-License-Identifier: MIT */
#include "persistence/formats/archive/archive.h"
#include "tests/check_main.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct lar_archive_limits limits = {.bytes = 1 << 20, .members = 8, .ratio = 200};

struct opened {
    struct lar_arena arena;
    struct lar_archive archive;
    struct lar_error err;
    bool ok;
};

static struct opened open_bytes(const uint8_t *data, size_t size)
{
    struct opened ret = {.err = {0}};
    lar_arena_init(&ret.arena, 1 << 20);
    ret.ok = lar_archive_open(&ret.archive, data, size, &limits, &ret.arena, &ret.err);
    return ret;
}

static void done(struct opened *o)
{
    lar_archive_finish(&o->archive);
    lar_arena_finish(&o->arena);
}

static uint8_t *read_file(const char *name, size_t *ret_size)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s", CORPUS, name);
    FILE *f = fopen(path, "r");
    ck_assert_msg(f != NULL, "%s", path);
    uint8_t *ret = malloc(1 << 16);
    *ret_size = fread(ret, 1, 1 << 16, f);
    fclose(f);
    return ret;
}

/* "name=text ..." of an archive that opens; else the error. */
static const char *listed(const uint8_t *data, size_t size)
{
    static char text[4096];
    struct opened o = open_bytes(data, size);
    size_t at = (size_t)snprintf(text, sizeof text, "%s", o.ok ? "" : o.err.text);
    for (size_t i = 0; o.ok && i < o.archive.n; i++) {
        const struct lar_archive_member *m = &o.archive.members[i];
        uint8_t *bytes = calloc(1, m->size + 1);
        struct lar_error err = {0};
        ck_assert(bytes != NULL);
        bool whole = lar_archive_extract(m, bytes, &err);
        at += (size_t)snprintf(text + at, sizeof text - at, "%s%s=%s", i ? " " : "", m->name,
                               whole ? (const char *)bytes : err.text);
        free(bytes);
    }
    done(&o);
    return text;
}

START_TEST(what_people_send_is_listed)
{
    static const char model[] = "model.joblib=ok 1";
    static const struct {
        const char *file, *list;
    } rows[] = {
        {"zip/folder.zip", "expected.json={\"rows\":[1],\"answers\":[2]} model.joblib=ok 1"},
        {"zip/stored.zip", "saved_model.pb=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx "
                           "variables/variables.index=yyyyyyyyy"},
        {"zip/piped.zip", model},
        {"zip/streamed64.zip", "model.joblib=ok 64 notes.txt=streamed"},
        {"zip/wide64.zip", "model.joblib=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa small=s"},
        {"tar/ustar.tar", model},
        {"tar/ustar.tar.gz", model},
        {"tar/ustar.tar.zst", model},
        {"tar/gnu.tar", model},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t size;
        uint8_t *data = read_file(rows[i].file, &size);
        ck_assert_str_eq(listed(data, size), rows[i].list);
        free(data);
    }
}
END_TEST

/* All that is cut short is refused, whatever is missing. */
START_TEST(no_part_of_one_is_taken)
{
    static const char *const files[] = {"zip/folder.zip", "zip/wide64.zip", "tar/ustar.tar.gz",
                                        "tar/ustar.tar.zst"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        size_t size;
        uint8_t *data = read_file(files[i], &size);
        for (size_t n = 1; n < size; n++) {
            struct opened o = open_bytes(data, n);
            ck_assert_msg(!o.ok || o.archive.n == 0, "%s cut to %zu bytes", files[i], n);
            done(&o);
        }
        free(data);
    }
}
END_TEST

/* ---- tars ---- */

struct tar {
    uint8_t bytes[1 << 15];
    size_t n;
};

static void add(struct tar *t, const char *name, char type, const char *link, const char *text)
{
    uint8_t *head = t->bytes + t->n;
    unsigned sum = 8 * ' ';
    memcpy(head, name, strlen(name));
    snprintf((char *)head + 124, 12, "%011o", (unsigned)strlen(text));
    head[156] = (uint8_t)type;
    memcpy(head + 157, link, strlen(link));
    memcpy(head + 257, "ustar\00000", 8);
    for (int i = 0; i < 512; i++)
        sum += head[i];
    snprintf((char *)head + 148, 8, "%06o", sum);
    memcpy(head + 512, text, strlen(text));
    t->n += 512 + (strlen(text) + 511) / 512 * 512;
}

static const char *tar_of(struct tar *t)
{
    const char *ret = listed(t->bytes, t->n + 1024);
    *t = (struct tar){.n = 0};
    return ret;
}

START_TEST(tars_that_mean_harm_are_refused)
{
    static struct tar t;
    static const struct {
        const char *name, *why;
    } names[] = {
        {"../model.joblib", "leads out of the archive"},
        {"a/../../model.joblib", "leads out of the archive"},
        {"/etc/passwd", "has an absolute name"},
        {"a//b", "empty part"},
        {"a/./b", "empty part"},
        {"a\\b", "backslash or a control character"},
        {"a\nb", "backslash or a control character"},
        {"a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q", "too deep"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        add(&t, names[i].name, '0', "", "x");
        const char *got = tar_of(&t);
        ck_assert_msg(strstr(got, names[i].why) != NULL, "%s: %s", names[i].name, got);
    }
    static const struct {
        char type;
        const char *why;
    } types[] = {{'1', "is a link"},   {'2', "is a link"}, {'3', "is a device"},
                 {'4', "is a device"}, {'6', "is a FIFO"}, {'S', "not read"}};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
        add(&t, "model.joblib", types[i].type, "/etc/passwd", "");
        const char *got = tar_of(&t);
        ck_assert_msg(strstr(got, types[i].why) != NULL, "%c: %s", types[i].type, got);
    }
    add(&t, "a", '0', "", "x");
    add(&t, "b", '0', "", "x");
    add(&t, "a", '0', "", "y");
    ck_assert_str_eq(tar_of(&t), "the archive holds 'a' twice");
    add(&t, "a", '0', "", "x");
    add(&t, "a/b", '0', "", "x");
    ck_assert_str_eq(tar_of(&t), "the archive's 'a' is a file and a folder");
    for (int i = 0; i < 9; i++) {
        char name[] = "0";
        name[0] = (char)('0' + i);
        add(&t, name, '0', "", "x");
    }
    ck_assert_str_eq(tar_of(&t), "the archive holds more than 8 files");
    add(&t, "model.joblib", 'x', "", "20 path=../evil.pkl\n");
    add(&t, "model.joblib", '0', "", "x");
    const char *got = tar_of(&t);
    ck_assert_msg(strstr(got, "leads out of the archive") != NULL, "%s", got);
    add(&t, "m", '5', "", "");
    ck_assert_str_eq(tar_of(&t), "the archive holds no file");
    add(&t, ".hidden", '0', "", "x");
    add(&t, "m/.git/config", '0', "", "x");
    add(&t, "__MACOSX/._m", '0', "", "x");
    add(&t, "m/model.pkl", '0', "", "x");
    ck_assert_str_eq(tar_of(&t), "model.pkl=x");
}
END_TEST

/* ---- zips ---- */

/* The zip with COUNT bytes from the first TEXT on, OFFSET further, made VALUE. */
static const char *changed(const char *file, const char *text, size_t skip, size_t offset,
                           const char *value, size_t count)
{
    size_t size;
    uint8_t *data = read_file(file, &size);
    uint8_t *at = data;
    for (size_t i = 0; i <= skip; i++) {
        at = memmem(at + (i > 0), size - (size_t)(at + (i > 0) - data), text, 4);
        ck_assert(at != NULL);
    }
    memcpy(at + offset, value, count);
    const char *ret = listed(data, size);
    free(data);
    return ret;
}

START_TEST(zips_that_mean_harm_are_refused)
{
    static const char zip[] = "zip/folder.zip", local[] = "PK\3\4", central[] = "PK\1\2";
    static const char end64[] = "PK\6\6", locator[] = "PK\6\7";
    static const struct change {
        const char *in;
        size_t skip, offset;
        const char *value;
        size_t count;
        const char *why;
    } wide[] =
        {
            {end64, 0, 4, "\55", 1, "zip64's end record is not"},
            {end64, 0, 32, "\3", 1, "several parts"},
            {end64, 0, 40, "\1", 1, "do not agree"},
            {end64, 0, 55, "\xFF", 1, "do not agree"},
            {locator, 0, 0, "x", 1, "does not lie where its end says"},
            {locator, 0, 8, "\1", 1, "zip64's end record is not"},
            {locator, 0, 16, "\2", 1, "several parts"},
            {local, 0, 30 + 12, "\2", 1, "has a zip64 field"}, /* none */
            {central, 0, 46 + 12 + 2, "\7", 1, "has a zip64 field"},
            {central, 0, 46 + 12 + 4 + 7, "\1", 1, "do not agree"}, /* 2^56 bytes */
        },
      rows[] = {
          {local, 0, 30, "x", 1, "two headers that do not agree"},  /* another name */
          {local, 0, 8, "\0", 1, "two headers that do not agree"},  /* another method */
          {local, 0, 22, "\5", 1, "two headers that do not agree"}, /* another size */
          {local, 1, 14, "\5", 1, "two headers that do not agree"}, /* another checksum */
          {central, 0, 8, "\1", 1, "is encrypted"},
          {central, 0, 10, "\14", 1, "is neither stored nor deflated"},
          {central, 0, 40, "\xFF\xA1", 2, "is a link"}, /* mode: S_IFLNK */
          {central, 0, 40, "\xFF\x61", 2, "is neither a file nor a folder"},
          {central, 1, 42, "\0", 1, "do not agree"}, /* both at the first */
          {"PK\5\6", 0, 10, "\1\0", 2, "several parts"},
          {"PK\5\6", 0, 12, "\1\0", 2, "does not lie where its end says"},
          {"PK\5\6", 0, 16, "\xFF\xFF\xFF\xFF", 4, "zip64's end record is not"},
          {local, 0, 18, "\xFF\xFF\xFF\xFF", 4, "has a zip64 field"},
          {central, 0, 42, "\xFF\xFF\xFF\xFF", 4, "has a zip64 field"},
      };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *got =
            changed(zip, rows[i].in, rows[i].skip, rows[i].offset, rows[i].value, rows[i].count);
        ck_assert_msg(strstr(got, rows[i].why) != NULL, "row %zu: %s", i, got);
    }
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++) {
        const char *got = changed("zip/wide64.zip", wide[i].in, wide[i].skip, wide[i].offset,
                                  wide[i].value, wide[i].count);
        ck_assert_msg(strstr(got, wide[i].why) != NULL, "zip64, row %zu: %s", i, got);
    }
    size_t size;
    uint8_t *data = read_file("zip/stored.zip", &size);
    uint8_t *x = memmem(data, size, "xxxx", 4);
    *x = 'y';
    ck_assert_msg(strstr(listed(data, size), "its checksum is another") != NULL, "%s",
                  listed(data, size));
    free(data);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {what_people_send_is_listed, no_part_of_one_is_taken,
                                  tars_that_mean_harm_are_refused, zips_that_mean_harm_are_refused,
                                  NULL};
    return check_main("archive", tests);
}
