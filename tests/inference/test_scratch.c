/* SPDX-License-Identifier: MIT */
#include "inference/scratch.h"

#include "tests/check_main.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

START_TEST(memory_is_aligned_and_stays)
{
    struct lar_error err = {0};
    struct lar_scratch *s = lar_scratch_new(1 << 16, 8 << 20, &err);
    unsigned char *first = lar_scratch_take(s, 3, 1), *last = first;
    memset(first, 7, 3);
    for (size_t n = 1; n < 3000; n += 13) {
        unsigned char *p = lar_scratch_take(s, n, 1);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 64, 0);
        ck_assert_ptr_ne(p, last);
        memset(p, 1, n);
        last = p;
    }
    ck_assert_uint_eq(first[2], 7);
    lar_scratch_free(s);
    lar_scratch_free(NULL);
}
END_TEST

START_TEST(limit_is_the_request_s)
{
    struct lar_error err = {0};
    struct lar_scratch *s = lar_scratch_new(0, 1000, &err);
    ck_assert_ptr_nonnull(lar_scratch_take(s, 1, 1000));
    ck_assert_ptr_null(lar_scratch_take(s, 1, 64));
    ck_assert(!lar_scratch_fail(s, &err, "strings"));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    ck_assert_str_eq(err.text, "strings needs more than the limit of 1000 bytes a request");
    ck_assert_ptr_null(lar_scratch_take(s, SIZE_MAX, 2));
    ck_assert_ptr_null(lar_scratch_take(s, SIZE_MAX, 1));
    lar_scratch_reset(s);
    ck_assert_ptr_nonnull(lar_scratch_take(s, 1, 1000));
    lar_scratch_free(s);
}
END_TEST

START_TEST(the_newest_grows_in_place)
{
    struct lar_error err = {0};
    struct lar_scratch *s = lar_scratch_new(0, 8 << 20, &err);
    char *a = lar_scratch_take(s, 1, 100), *b = lar_scratch_take(s, 1, 100);
    memset(a, 'a', 100), memset(b, 'b', 100);
    char *grown = lar_scratch_grow(s, b, 100, 1 << 20);
    ck_assert_ptr_eq(grown, b);
    ck_assert_int_eq(grown[99], 'b');
    memset(grown, 'B', 1 << 20);
    char *moved = lar_scratch_grow(s, a, 100, 200);
    ck_assert_ptr_ne(moved, a);
    ck_assert_int_eq(moved[99], 'a');
    ck_assert_ptr_null(lar_scratch_grow(s, moved, 200, 9 << 20));
    lar_scratch_free(s);
}
END_TEST

START_TEST(a_mark_is_released)
{
    struct lar_error err = {0};
    struct lar_scratch *s = lar_scratch_new(0, 8 << 20, &err);
    lar_scratch_take(s, 1, 10);
    size_t mark = lar_scratch_mark(s);
    char *a = lar_scratch_take(s, 1, 1000);
    lar_scratch_release(s, mark);
    ck_assert_ptr_eq(lar_scratch_take(s, 1, 5), a);
    lar_scratch_free(s);
}
END_TEST

/* Pages of [P, P + SIZE) that are in memory. */
static size_t resident(void *p, size_t size)
{
    static unsigned char pages[4096];
    void *start = (void *)((uintptr_t)p & ~(uintptr_t)4095);
    size_t n = 0;
    ck_assert_uint_le(size / 4096, sizeof pages);
    ck_assert_int_eq(mincore(start, size, pages), 0);
    for (size_t i = 0; i < size / 4096; i++)
        n += pages[i] & 1;
    return n;
}

START_TEST(memory_above_keep_is_returned)
{
    struct lar_error err = {0};
    struct lar_scratch *s = lar_scratch_new(1 << 20, 16 << 20, &err);
    char *p = lar_scratch_take(s, 8 << 20, 1);
    memset(p, 1, 8 << 20);
    ck_assert_uint_ge(resident(p, 8 << 20), 2048);
    lar_scratch_reset(s);
    ck_assert_uint_le(resident(p, 8 << 20), 256);
    ck_assert_uint_ge(resident(p, 8 << 20), 255);
    p = lar_scratch_take(s, 1 << 20, 1); /* what is kept is not cleared */
    ck_assert_int_eq(p[4096], 1);
    lar_scratch_free(s);
}
END_TEST

int main(void)
{
    return check_main("scratch",
                      (const TTest *[]){memory_is_aligned_and_stays, limit_is_the_request_s,
                                        the_newest_grows_in_place, a_mark_is_released,
                                        memory_above_keep_is_returned, NULL});
}
