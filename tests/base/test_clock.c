/* SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "tests/check_main.h"

START_TEST(units_agree_and_time_goes_on)
{
    int64_t ns = lar_now_ns(), us = lar_now_us(), ms = lar_now_ms(), later = lar_now_ns();
    ck_assert_int_le(ns / 1000, us);
    ck_assert_int_le(us / 1000, ms);
    ck_assert_int_le(ms, later / 1000000);
    ck_assert_int_ge(lar_unix_ms() / 1000, time(NULL) - 1);
    ck_assert_int_le(lar_unix_ms() / 1000, time(NULL));
}
END_TEST

START_TEST(a_later_moment_is_a_whole_timespec)
{
    for (int64_t ms = 0; ms < 3000; ms += 37) {
        int64_t before = lar_now_ns();
        struct timespec t = lar_after_ms(CLOCK_MONOTONIC, ms);
        int64_t after = lar_now_ns(), at = (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
        ck_assert_int_ge(t.tv_nsec, 0);
        ck_assert_int_lt(t.tv_nsec, 1000000000);
        ck_assert_int_ge(at, before + ms * 1000000);
        ck_assert_int_le(at, after + ms * 1000000);
    }
}
END_TEST

int main(void)
{
    return check_main("clock", (const TTest *[]){units_agree_and_time_goes_on,
                                                 a_later_moment_is_a_whole_timespec, NULL});
}
