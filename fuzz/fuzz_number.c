/* Number text: what is accepted is JSON, and what is written reads back.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <assert.h>
#include <stdbool.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *digits(const char *p, const char *end)
{
    while (p < end && *p >= '0' && *p <= '9')
        p++;
    return p;
}

/* JSON's number grammar, plainly. */
static bool is_number(const char *p, const char *end)
{
    if (p < end && *p == '-')
        p++;
    const char *q = digits(p, end);
    if (q == p || (*p == '0' && q - p > 1))
        return false;
    p = q;
    if (p < end && *p == '.') {
        q = digits(p + 1, end);
        if (q == p + 1)
            return false;
        p = q;
    }
    if (p < end && (*p == 'e' || *p == 'E')) {
        p++;
        if (p < end && (*p == '-' || *p == '+'))
            p++;
        q = digits(p, end);
        if (q == p)
            return false;
        p = q;
    }
    return p == end;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *begin = (const char *)data, *end = begin + size, *at = begin;
    double v, back;
    int64_t s;
    uint64_t u;
    char text[LAR_NUMBER_SIZE];
    enum lar_number status = lar_number_read_f64(&at, end, &v);
    if (status == LAR_NUMBER_OK) {
        assert(is_number(begin, at));
        size_t n = lar_number_write_f64(text, v);
        const char *p = text;
        assert(lar_number_read_f64(&p, text + n, &back) == LAR_NUMBER_OK && p == text + n);
        assert(memcmp(&v, &back, sizeof v) == 0);
    } else {
        assert(at == begin && (status == LAR_NUMBER_OVERFLOW || !is_number(begin, end)));
    }
    at = begin;
    if (lar_number_read_i64(&at, end, &s) == LAR_NUMBER_OK)
        assert(is_number(begin, at));
    at = begin;
    if (lar_number_read_u64(&at, end, &u) == LAR_NUMBER_OK)
        assert(is_number(begin, at));
    return 0;
}
