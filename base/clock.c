/* The clocks; see clock.h.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"

enum { NS = 1000000000 };

static int64_t read_ns(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (int64_t)t.tv_sec * NS + t.tv_nsec;
}

int64_t lar_now_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t lar_now_us(void)
{
    return lar_now_ns() / 1000;
}

int64_t lar_now_ms(void)
{
    return lar_now_ns() / 1000000;
}

int64_t lar_unix_ms(void)
{
    return read_ns(CLOCK_REALTIME) / 1000000;
}

struct timespec lar_after_ms(clockid_t clock, int64_t ms)
{
    int64_t at = read_ns(clock) + ms * 1000000;
    return (struct timespec){.tv_sec = at / NS, .tv_nsec = at % NS};
}
