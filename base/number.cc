/* Number text; see number.h. The one C++ file: it gives C what <charconv> has, and nothing else.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"

#include <cassert>
#include <charconv>
#include <cmath>

namespace
{

inline bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Whether an integer part of JSON's grammar starts at P; *RET is moved behind it. */
inline bool integer_part(const char *p, const char *end, const char **ret)
{
    if (p < end && *p == '-')
        p++;
    if (p == end || !is_digit(*p))
        return false;
    if (*p == '0') {
        p++;
        if (p < end && is_digit(*p))
            return false;
    } else {
        while (p < end && is_digit(*p))
            p++;
    }
    *ret = p;
    return true;
}

inline bool is_exponent(const char *p, const char *end)
{
    return p < end && (*p == 'e' || *p == 'E');
}

/* Whether the number at P, which passes JSON's grammar and is out of a double's range, is too large
 * rather than too small: by the decimal exponent of its first digit that counts. */
bool is_too_large(const char *p, const char *end)
{
    constexpr int64_t enough = INT64_C(1) << 40; /* no text has so many digits */
    int64_t magnitude = 0;
    bool counts = false, fraction = false;
    for (; p < end && (is_digit(*p) || *p == '.' || *p == '-'); p++) {
        if (*p == '.')
            fraction = true;
        else if (is_digit(*p)) {
            counts = counts || *p != '0';
            magnitude += fraction ? -!counts : counts;
        }
    }
    if (!is_exponent(p, end))
        return magnitude > 0;
    p++;
    bool negative = p < end && *p == '-';
    if (p < end && (*p == '-' || *p == '+'))
        p++;
    int64_t exponent = 0;
    for (; p < end && is_digit(*p); p++)
        exponent = exponent < enough ? exponent * 10 + (*p - '0') : enough;
    return magnitude + (negative ? -exponent : exponent) > 0;
}

/* An integer as sign and magnitude. */
enum lar_number read_integer(const char **at, const char *end, bool *negative, uint64_t *magnitude)
{
    const char *behind;
    if (!integer_part(*at, end, &behind))
        return LAR_NUMBER_MALFORMED;
    if (is_exponent(behind, end) || (behind < end && *behind == '.'))
        return LAR_NUMBER_FRACTION;
    *negative = **at == '-';
    std::from_chars_result r = std::from_chars(*at + *negative, behind, *magnitude);
    if (r.ec != std::errc())
        return LAR_NUMBER_OVERFLOW;
    *at = behind;
    return LAR_NUMBER_OK;
}

/* Reads what most numbers are: few digits and no exponent. Digits below 2^53 and a power of ten up
 * to 10^22 are doubles without error, so that one division rounds once, correctly (W. D. Clinger,
 * "How to read floating point numbers accurately", 1990). False: to be read otherwise, or no
 * number. */
inline bool read_short(const char **at, const char *end, double *ret)
{
    static const double powers[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                    1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};
    constexpr size_t digits_max = sizeof powers / sizeof *powers - 1; /* fit 64 bits */
    const char *p = *at;
    bool negative = p < end && *p == '-';
    p += negative;
    const char *first = p;
    uint64_t digits = 0;
    for (; p < end && is_digit(*p); p++)
        digits = digits * 10 + static_cast<uint64_t>(*p - '0');
    size_t n = static_cast<size_t>(p - first), fraction = 0;
    if (n == 0 || (n > 1 && *first == '0'))
        return false;
    if (p < end && *p == '.') {
        const char *point = p++;
        for (; p < end && is_digit(*p); p++)
            digits = digits * 10 + static_cast<uint64_t>(*p - '0');
        fraction = static_cast<size_t>(p - point) - 1;
        if (fraction == 0)
            return false;
    }
    if (n + fraction > digits_max || digits > UINT64_C(1) << 53 || is_exponent(p, end))
        return false;
    double v = static_cast<double>(digits) / powers[fraction];
    *ret = negative ? -v : v;
    *at = p;
    return true;
}

/* Adds what makes the text between TO and BEHIND a float's. */
inline size_t finish_float(char *to, char *behind)
{
    for (const char *p = to; p < behind; p++)
        if (*p == '.' || *p == 'e')
            return static_cast<size_t>(behind - to);
    *behind++ = '.';
    *behind++ = '0';
    return static_cast<size_t>(behind - to);
}

} // namespace

enum lar_number lar_number_read_f64(const char **at, const char *end, double *ret)
{
    /* Up to the first digit of a fraction the grammars differ; from there from_chars reads what
     * JSON does, but stops before an exponent without digits. */
    const char *p;
    if (read_short(at, end, ret))
        return LAR_NUMBER_OK;
    if (!integer_part(*at, end, &p))
        return LAR_NUMBER_MALFORMED;
    if (p < end && *p == '.' && (p + 1 == end || !is_digit(p[1])))
        return LAR_NUMBER_MALFORMED;
    double v = 0;
    std::from_chars_result r = std::from_chars(*at, end, v);
    if (is_exponent(r.ptr, end))
        return LAR_NUMBER_MALFORMED;
    if (__builtin_expect(r.ec != std::errc() || !std::isfinite(v), 0)) {
        if (is_too_large(*at, r.ptr))
            return LAR_NUMBER_OVERFLOW;
        v = **at == '-' ? -0.0 : 0.0;
    }
    *ret = v;
    *at = r.ptr;
    return LAR_NUMBER_OK;
}

enum lar_number lar_number_read_i64(const char **at, const char *end, int64_t *ret)
{
    const char *p = *at;
    bool negative = false;
    uint64_t magnitude = 0;
    enum lar_number status = read_integer(&p, end, &negative, &magnitude);
    if (status != LAR_NUMBER_OK)
        return status;
    if (magnitude > static_cast<uint64_t>(INT64_MAX) + negative)
        return LAR_NUMBER_OVERFLOW;
    *ret = static_cast<int64_t>(negative ? 0 - magnitude : magnitude);
    *at = p;
    return LAR_NUMBER_OK;
}

enum lar_number lar_number_read_u64(const char **at, const char *end, uint64_t *ret)
{
    const char *p = *at;
    bool negative = false;
    uint64_t magnitude = 0;
    enum lar_number status = read_integer(&p, end, &negative, &magnitude);
    if (status != LAR_NUMBER_OK)
        return status;
    if (negative && magnitude)
        return LAR_NUMBER_OVERFLOW;
    *ret = magnitude;
    *at = p;
    return LAR_NUMBER_OK;
}

size_t lar_number_write_f64(char *to, double v)
{
    assert(std::isfinite(v));
    return finish_float(to, std::to_chars(to, to + LAR_NUMBER_SIZE, v).ptr);
}

size_t lar_number_write_f32(char *to, float v)
{
    assert(std::isfinite(v));
    return finish_float(to, std::to_chars(to, to + LAR_NUMBER_SIZE, v).ptr);
}

size_t lar_number_write_i64(char *to, int64_t v)
{
    return static_cast<size_t>(std::to_chars(to, to + LAR_NUMBER_SIZE, v).ptr - to);
}

size_t lar_number_write_u64(char *to, uint64_t v)
{
    return static_cast<size_t>(std::to_chars(to, to + LAR_NUMBER_SIZE, v).ptr - to);
}
