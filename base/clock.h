/* What time it is. The monotonic clock measures and sets deadlines; it has nothing to do with the
 * date, and goes on when that is set. SPDX-License-Identifier: MIT */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* The monotonic clock. */
int64_t lar_now_ns(void);
int64_t lar_now_us(void);
int64_t lar_now_ms(void);

/* The date: milliseconds since 1970. */
int64_t lar_unix_ms(void);

/* The moment of CLOCK in MS milliseconds (not negative), for calls that wait until one. */
struct timespec lar_after_ms(clockid_t clock, int64_t ms);

#endif
