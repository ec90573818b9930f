/* SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "base/cursor.h"
#include "tests/check_main.h"

START_TEST(reads_are_little_endian)
{
    const uint8_t bytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
    struct lar_cursor c = lar_cursor_over(bytes, sizeof bytes);
    ck_assert_uint_eq(lar_cursor_u8(&c), 1);
    ck_assert_uint_eq(lar_cursor_u16(&c), 0x0302);
    ck_assert_uint_eq(lar_cursor_u32(&c), 0x07060504);
    ck_assert_uint_eq(lar_cursor_u64(&c), 0x0F0E0D0C0B0A0908);
    ck_assert_uint_eq(lar_cursor_left(&c), 0);
    ck_assert_uint_eq(lar_cursor_offset(&c), 15);
    ck_assert(!c.bad);
}
END_TEST

START_TEST(reading_past_the_end_sticks)
{
    const uint8_t bytes[] = {1, 2, 3};
    struct lar_cursor c = lar_cursor_over(bytes, sizeof bytes);
    ck_assert_uint_eq(lar_cursor_u32(&c), 0);
    ck_assert(c.bad);
    ck_assert_uint_eq(lar_cursor_u8(&c), 0);
    ck_assert_ptr_null(lar_cursor_bytes(&c, UINT64_MAX));
    ck_assert_ptr_nonnull(lar_cursor_bytes(&c, 0));
    ck_assert(c.bad);
}
END_TEST

START_TEST(lines_end_at_newline)
{
    struct lar_cursor c = lar_cursor_over("ab\n\ncd", 6);
    size_t n;
    ck_assert_ptr_nonnull(lar_cursor_line(&c, &n));
    ck_assert_uint_eq(n, 2);
    ck_assert_ptr_nonnull(lar_cursor_line(&c, &n));
    ck_assert_uint_eq(n, 0);
    ck_assert_ptr_null(lar_cursor_line(&c, &n));
    ck_assert(c.bad);
}
END_TEST

START_TEST(sizes_do_not_wrap)
{
    size_t r;
    ck_assert(lar_mul_size(3, 4, &r) && r == 12);
    ck_assert(!lar_mul_size(SIZE_MAX, 2, &r));
    ck_assert(!lar_add_size(SIZE_MAX, 1, &r));
    ck_assert(lar_align_size(65, 64, &r) && r == 128);
    ck_assert(!lar_align_size(SIZE_MAX - 3, 64, &r));
    ck_assert(lar_within(3, 2, 5) && !lar_within(3, 3, 5) && !lar_within(6, 0, 5));
    ck_assert(!lar_within(1, SIZE_MAX, 5));
}
END_TEST

int main(void)
{
    return check_main("cursor",
                      (const TTest *[]){reads_are_little_endian, reading_past_the_end_sticks,
                                        lines_end_at_newline, sizes_do_not_wrap, NULL});
}
