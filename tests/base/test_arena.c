/* SPDX-License-Identifier: MIT */
#include "base/arena.h"
#include "tests/check_main.h"

#include <stdint.h>
#include <string.h>

START_TEST(memory_is_zeroed_and_aligned)
{
    struct lar_arena arena;
    lar_arena_init(&arena, 1 << 20);
    for (size_t n = 1; n < 500; n += 7) {
        unsigned char *p = lar_arena_alloc_aligned(&arena, n, 1, 64);
        ck_assert_ptr_nonnull(p);
        ck_assert_uint_eq((uintptr_t)p % 64, 0);
        for (size_t i = 0; i < n; i++)
            ck_assert_uint_eq(p[i], 0);
        memset(p, 0xA5, n);
    }
    ck_assert_uint_eq((uintptr_t)lar_arena_alloc(&arena, 3, 8) % 16, 0);
    lar_arena_finish(&arena);
}
END_TEST

START_TEST(limit_and_overflow_are_refused)
{
    struct lar_arena arena;
    struct lar_error err = {0};
    lar_arena_init(&arena, 1000);
    ck_assert_ptr_nonnull(lar_arena_alloc(&arena, 1, 1000));
    ck_assert_ptr_null(lar_arena_alloc(&arena, 1, 1));
    ck_assert(!lar_arena_fail(&arena, &err, "nodes"));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    ck_assert_str_eq(err.text, "nodes needs more than the limit of 1000 bytes");
    ck_assert_ptr_null(lar_arena_alloc(&arena, SIZE_MAX, 2));
    ck_assert_ptr_null(lar_arena_strndup(&arena, "", SIZE_MAX));
    lar_arena_finish(&arena);
    ck_assert_ptr_nonnull(lar_arena_alloc(&arena, 1, 1000));
    lar_arena_finish(&arena);
}
END_TEST

START_TEST(texts_are_copied_and_formatted)
{
    struct lar_arena arena;
    lar_arena_init(&arena, 1 << 20);
    ck_assert_str_eq(lar_arena_strndup(&arena, "abcdef", 3), "abc");
    ck_assert_str_eq(lar_arena_strndup(&arena, "", 0), "");
    ck_assert_str_eq(lar_arena_printf(&arena, "steps[%d].%s", 2, "coef_"), "steps[2].coef_");
    lar_arena_finish(&arena);
}
END_TEST

int main(void)
{
    return check_main("arena", (const TTest *[]){memory_is_zeroed_and_aligned,
                                                 limit_and_overflow_are_refused,
                                                 texts_are_copied_and_formatted, NULL});
}
