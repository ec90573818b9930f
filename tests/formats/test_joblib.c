/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/joblib.h"
#include "tests/check_main.h"

#include <string.h>
#include <zlib.h>

static struct pk_unpacked unpacked;
static struct lar_error err;
static uint8_t packed[1 << 16];

/* gzip (or zlib) of TEXT repeated N times, at PACKED + AT; returns the end. */
static size_t pack(size_t at, bool gzip, const char *text, size_t n)
{
    z_stream z = {0};
    ck_assert(deflateInit2(&z, 9, Z_DEFLATED, gzip ? 31 : 15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
    z.next_out = packed + at;
    z.avail_out = (unsigned)(sizeof packed - at);
    for (size_t i = 0; i < n; i++) {
        z.next_in = (uint8_t *)text;
        z.avail_in = (unsigned)strlen(text);
        ck_assert_int_eq(deflate(&z, i + 1 < n ? Z_NO_FLUSH : Z_FINISH),
                         i + 1 < n ? Z_OK : Z_STREAM_END);
    }
    at += z.total_out;
    deflateEnd(&z);
    return at;
}

static bool unpack(size_t size, size_t limit)
{
    lar_error_clear(&err);
    pk_unpack_free(&unpacked);
    return pk_unpack(&unpacked, packed, size, limit, &err);
}

START_TEST(containers_by_magic)
{
    ck_assert_str_eq(pk_container("\x78\x9c", 2), "zlib");
    ck_assert_str_eq(pk_container("\x1f\x8b", 2), "gzip");
    ck_assert_str_eq(pk_container("BZh9", 4), "bzip2");
    ck_assert_str_eq(pk_container("\x5d\0\0", 3), "lzma");
    ck_assert_str_eq(pk_container("\xfd"
                                  "7zXZ\0",
                                  6),
                     "xz");
    ck_assert_str_eq(pk_container("\x04\x22\x4d\x18", 4), "lz4");
    ck_assert_str_eq(pk_container("\x28\xb5\x2f\xfd", 4), "zstd");
    ck_assert_str_eq(pk_container("ZF0x1f", 6), "ZF");
    ck_assert_ptr_null(pk_container("\x80\x04", 2));
    ck_assert_ptr_null(pk_container("\x78\x9d", 2));
    ck_assert_ptr_null(pk_container("](", 2));
    ck_assert_ptr_null(pk_container("", 0));
}
END_TEST

START_TEST(raw_bytes_are_borrowed)
{
    memcpy(packed, "N.", 2);
    ck_assert(unpack(2, 0));
    ck_assert_ptr_eq(unpacked.data, packed);
    ck_assert_ptr_null(unpacked.owned);
}
END_TEST

START_TEST(members_in_a_row)
{
    size_t n = pack(pack(0, true, "first ", 1), true, "second", 1);
    ck_assert_msg(unpack(n, 100), "%s", err.text);
    ck_assert_uint_eq(unpacked.size, 12);
    ck_assert_mem_eq(unpacked.data, "first second", 12);
    memset(packed + n, 0, 8);
    ck_assert(unpack(n + 8, 100)); /* zeros fill up tapes */
    packed[n + 3] = 1;
    ck_assert(!unpack(n + 8, 100));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
}
END_TEST

START_TEST(the_limit_holds_to_the_byte)
{
    size_t n = pack(0, false, "0123456789", 100);
    ck_assert(unpack(n, 1000));
    ck_assert_uint_eq(unpacked.size, 1000);
    ck_assert(!unpack(n, 999));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    ck_assert(!unpack(n, 0));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    n = pack(0, true, "0000000000000000000000000000000000000000", 100000); /* 4 MB in 4 kB */
    ck_assert(!unpack(n, 1 << 20));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    ck_assert(unpack(n, 4000000));
    ck_assert_uint_eq(unpacked.size, 4000000);
}
END_TEST

START_TEST(damage_and_truncation)
{
    size_t n = pack(0, true, "some text that is long enough to be changed", 5);
    for (size_t i = 2; i < n; i++) {
        ck_assert(!unpack(i, 1000));
        ck_assert_int_eq(err.code, LAR_ERR_TRUNCATED);
    }
    packed[n - 6] ^= 1; /* its checksum */
    ck_assert(!unpack(n, 1000));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
}
END_TEST

START_TEST(dictionaries_are_limited)
{
    static const uint8_t huge[] = {0x5d, 0,    0,    0,    0x80, 0xff, 0xff, 0xff, 0xff,
                                   0xff, 0xff, 0xff, 0xff, 0,    0,    0,    0,    0}; /* 2 GB */
    memcpy(packed, huge, sizeof huge);
    ck_assert(!unpack(sizeof huge, 1 << 20));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
}
END_TEST

/* A ZF file of TEXT whose header says LENGTH; returns its end. */
static size_t pack_zfile(const char *length, const char *text)
{
    memset(packed, ' ', 32);
    memcpy(packed, "ZF0x", 4);
    memcpy(packed + 4, length, strlen(length));
    return pack(21, false, text, 1);
}

START_TEST(old_files)
{
    size_t n = pack_zfile("6", "pickle");
    ck_assert_msg(unpack(n, 100), "%s", err.text);
    ck_assert_uint_eq(unpacked.size, 6);
    memmove(packed + 22, packed + 21, n - 21);
    packed[21] = ' ';
    ck_assert_msg(unpack(n + 1, 100), "%s", err.text);
    ck_assert_mem_eq(unpacked.data, "pickle", 6);
    ck_assert(!unpack(pack_zfile("7", "pickle"), 100));
    ck_assert_ptr_nonnull(strstr(err.text, "to 6 bytes, not 7"));
    ck_assert(!unpack(pack_zfile("6x", "pickle"), 100));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    ck_assert(!unpack(21, 100));
    ck_assert_int_eq(err.code, LAR_ERR_TRUNCATED);
    n = pack_zfile("6", "pickle");
    packed[21] = 'N';
    ck_assert(!unpack(n, 100));
    ck_assert_ptr_nonnull(strstr(err.text, "no zlib"));
}
END_TEST

START_TEST(containers_in_containers)
{
    static uint8_t inner[1 << 12];
    size_t n = pack(0, true, "text", 1);
    for (int depth = 1; depth <= 4; depth++) {
        bool ok = unpack(n, 4096);
        ck_assert_msg(ok == (depth < 4), "%d: %s", depth, err.text);
        memcpy(inner, packed, n);
        z_stream z = {.next_in = inner, .avail_in = (unsigned)n};
        ck_assert(deflateInit2(&z, 9, Z_DEFLATED, 15, 8, Z_DEFAULT_STRATEGY) == Z_OK);
        z.next_out = packed;
        z.avail_out = sizeof packed;
        ck_assert_int_eq(deflate(&z, Z_FINISH), Z_STREAM_END);
        n = z.total_out;
        deflateEnd(&z);
    }
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
}
END_TEST

int main(void)
{
    int ret =
        check_main("joblib", (const TTest *[]){containers_by_magic, raw_bytes_are_borrowed,
                                               members_in_a_row, the_limit_holds_to_the_byte,
                                               damage_and_truncation, dictionaries_are_limited,
                                               old_files, containers_in_containers, NULL});
    pk_unpack_free(&unpacked);
    return ret;
}
