/* SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "tests/check_main.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

/* A copy of exactly the text's size, so that ASan sees a read past its end. */
static enum lar_number read_f64(const char *text, double *ret, size_t *taken)
{
    size_t n = strlen(text);
    char *copy = malloc(n + !n);
    ck_assert_ptr_nonnull(copy);
    memcpy(copy, text, n);
    const char *at = copy;
    enum lar_number status = lar_number_read_f64(&at, copy + n, ret);
    *taken = (size_t)(at - copy);
    free(copy);
    return status;
}

static uint64_t bits(double v)
{
    uint64_t b;
    memcpy(&b, &v, sizeof b);
    return b;
}

START_TEST(floats_follow_the_grammar)
{
    static const struct {
        const char *text;
        enum lar_number status;
        double value;
        size_t taken;
    } rows[] = {
        {"0", LAR_NUMBER_OK, 0.0, 1},
        {"-0", LAR_NUMBER_OK, -0.0, 2},
        {"-0.0", LAR_NUMBER_OK, -0.0, 4},
        {"1", LAR_NUMBER_OK, 1.0, 1},
        {"-17", LAR_NUMBER_OK, -17.0, 3},
        {"0.5", LAR_NUMBER_OK, 0.5, 3},
        {"0e5", LAR_NUMBER_OK, 0.0, 3},
        {"1e5", LAR_NUMBER_OK, 1e5, 3},
        {"1E+05", LAR_NUMBER_OK, 1e5, 5},
        {"1.25e-2,", LAR_NUMBER_OK, 0.0125, 7},
        {"12]", LAR_NUMBER_OK, 12.0, 2},
        {"1 ", LAR_NUMBER_OK, 1.0, 1},
        {"0x10", LAR_NUMBER_OK, 0.0, 1}, /* the caller meets the x */
        {"1.5.2", LAR_NUMBER_OK, 1.5, 3},
        {"0.1000000000000000055511151231257827", LAR_NUMBER_OK, 0.1, 36},
        {"9007199254740993", LAR_NUMBER_OK, 9007199254740992.0, 16},
        {"9007199254740993.00000000000000000000000000001", LAR_NUMBER_OK, 9007199254740994.0, 46},
        {"1.7976931348623157e308", LAR_NUMBER_OK, DBL_MAX, 22},
        {"5e-324", LAR_NUMBER_OK, 5e-324, 6},
        {"1e-400", LAR_NUMBER_OK, 0.0, 6},
        {"-1e-400", LAR_NUMBER_OK, -0.0, 7},
        {"0.00001e-400", LAR_NUMBER_OK, 0.0, 12},
        {"1000000e-400", LAR_NUMBER_OK, 0.0, 12},
        {"1e-99999999999999999999", LAR_NUMBER_OK, 0.0, 23},
        {"0e99999999999999999999", LAR_NUMBER_OK, 0.0, 22},
        {"1e400", LAR_NUMBER_OVERFLOW, 0, 0},
        {"-1e400", LAR_NUMBER_OVERFLOW, 0, 0},
        {"0.00001e400", LAR_NUMBER_OVERFLOW, 0, 0},
        {"1.7976931348623159e308", LAR_NUMBER_OVERFLOW, 0, 0},
        {"1e99999999999999999999", LAR_NUMBER_OVERFLOW, 0, 0},
        {"", LAR_NUMBER_MALFORMED, 0, 0},
        {"-", LAR_NUMBER_MALFORMED, 0, 0},
        {"--1", LAR_NUMBER_MALFORMED, 0, 0},
        {"+1", LAR_NUMBER_MALFORMED, 0, 0},
        {".5", LAR_NUMBER_MALFORMED, 0, 0},
        {"-.5", LAR_NUMBER_MALFORMED, 0, 0},
        {"5.", LAR_NUMBER_MALFORMED, 0, 0},
        {"5.]", LAR_NUMBER_MALFORMED, 0, 0},
        {"5.e3", LAR_NUMBER_MALFORMED, 0, 0},
        {"01", LAR_NUMBER_MALFORMED, 0, 0},
        {"-012", LAR_NUMBER_MALFORMED, 0, 0},
        {"1e", LAR_NUMBER_MALFORMED, 0, 0},
        {"1e+", LAR_NUMBER_MALFORMED, 0, 0},
        {"1.5e-]", LAR_NUMBER_MALFORMED, 0, 0},
        {"inf", LAR_NUMBER_MALFORMED, 0, 0},
        {"-inf", LAR_NUMBER_MALFORMED, 0, 0},
        {"nan", LAR_NUMBER_MALFORMED, 0, 0},
        {"Infinity", LAR_NUMBER_MALFORMED, 0, 0},
        {" 1", LAR_NUMBER_MALFORMED, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double v = 42;
        size_t taken;
        enum lar_number status = read_f64(rows[i].text, &v, &taken);
        ck_assert_msg(status == rows[i].status, "'%s': status %d", rows[i].text, (int)status);
        ck_assert_msg(taken == rows[i].taken, "'%s': took %zu", rows[i].text, taken);
        double want = status == LAR_NUMBER_OK ? rows[i].value : 42;
        ck_assert_msg(bits(v) == bits(want), "'%s': %.17g", rows[i].text, v);
    }
}
END_TEST

START_TEST(long_digit_strings)
{
    char text[1200];
    double v;
    size_t taken;
    memset(text, '0', sizeof text);
    text[0] = '1';
    memcpy(text + 1000, "e-1000", 7);
    ck_assert_int_eq(read_f64(text, &v, &taken), LAR_NUMBER_OK);
    ck_assert(v == 0.1);
    ck_assert_uint_eq(taken, 1006);
    text[1000] = '\0';
    ck_assert_int_eq(read_f64(text, &v, &taken), LAR_NUMBER_OVERFLOW);
    memcpy(text, "0.", 2);
    memset(text + 2, '0', 997);
    text[999] = '1';
    memcpy(text + 1000, "e998", 5);
    ck_assert_int_eq(read_f64(text, &v, &taken), LAR_NUMBER_OK);
    ck_assert(v == 1.0);
    text[1000] = '\0';
    ck_assert_int_eq(read_f64(text, &v, &taken), LAR_NUMBER_OK);
    ck_assert(v == 0.0);
}
END_TEST

START_TEST(integers_keep_64_bits)
{
    static const struct {
        const char *text;
        enum lar_number i64_status, u64_status;
        int64_t i64;
        uint64_t u64;
    } rows[] = {
        {"0", LAR_NUMBER_OK, LAR_NUMBER_OK, 0, 0},
        {"-0", LAR_NUMBER_OK, LAR_NUMBER_OK, 0, 0},
        {"7,", LAR_NUMBER_OK, LAR_NUMBER_OK, 7, 7},
        {"-7", LAR_NUMBER_OK, LAR_NUMBER_OVERFLOW, -7, 0},
        {"9223372036854775807", LAR_NUMBER_OK, LAR_NUMBER_OK, INT64_MAX, INT64_MAX},
        {"9223372036854775808", LAR_NUMBER_OVERFLOW, LAR_NUMBER_OK, 0, UINT64_C(1) << 63},
        {"-9223372036854775808", LAR_NUMBER_OK, LAR_NUMBER_OVERFLOW, INT64_MIN, 0},
        {"-9223372036854775809", LAR_NUMBER_OVERFLOW, LAR_NUMBER_OVERFLOW, 0, 0},
        {"18446744073709551615", LAR_NUMBER_OVERFLOW, LAR_NUMBER_OK, 0, UINT64_MAX},
        {"18446744073709551616", LAR_NUMBER_OVERFLOW, LAR_NUMBER_OVERFLOW, 0, 0},
        {"1.0", LAR_NUMBER_FRACTION, LAR_NUMBER_FRACTION, 0, 0},
        {"1e3", LAR_NUMBER_FRACTION, LAR_NUMBER_FRACTION, 0, 0},
        {"01", LAR_NUMBER_MALFORMED, LAR_NUMBER_MALFORMED, 0, 0},
        {"", LAR_NUMBER_MALFORMED, LAR_NUMBER_MALFORMED, 0, 0},
        {"-", LAR_NUMBER_MALFORMED, LAR_NUMBER_MALFORMED, 0, 0},
        {"+1", LAR_NUMBER_MALFORMED, LAR_NUMBER_MALFORMED, 0, 0},
        {"x", LAR_NUMBER_MALFORMED, LAR_NUMBER_MALFORMED, 0, 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        int64_t s = 0;
        uint64_t u = 0;
        const char *end = rows[i].text + strlen(rows[i].text), *at = rows[i].text;
        ck_assert_int_eq(lar_number_read_i64(&at, end, &s), rows[i].i64_status);
        ck_assert_int_eq(s, rows[i].i64);
        ck_assert((at > rows[i].text) == (rows[i].i64_status == LAR_NUMBER_OK));
        at = rows[i].text;
        ck_assert_int_eq(lar_number_read_u64(&at, end, &u), rows[i].u64_status);
        ck_assert_uint_eq(u, rows[i].u64);
    }
}
END_TEST

START_TEST(floats_are_written_as_floats)
{
    static const struct {
        double v;
        const char *f64, *f32;
    } rows[] = {
        {0.0, "0.0", "0.0"},
        {-0.0, "-0.0", "-0.0"},
        {1.0, "1.0", "1.0"},
        {-3.0, "-3.0", "-3.0"},
        {0.1, "0.1", "0.1"},
        {100000.0, "1e+05", "1e+05"},
        {123456.0, "123456.0", "123456.0"},
        {1e23, "1e+23", "1e+23"},
        {1e-7, "1e-07", "1e-07"},
        {16777216.0, "16777216.0", "16777216.0"},
        {123456789012345680000.0, "123456789012345683968.0", NULL},
        {0.30000000000000004, "0.30000000000000004", "0.3"},
        {DBL_MAX, "1.7976931348623157e+308", NULL},
        {-DBL_MIN, "-2.2250738585072014e-308", NULL},
        {5e-324, "5e-324", NULL},
    };
    char text[LAR_NUMBER_SIZE + 1];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        text[lar_number_write_f64(text, rows[i].v)] = '\0';
        ck_assert_str_eq(text, rows[i].f64);
        if (!rows[i].f32)
            continue;
        text[lar_number_write_f32(text, (float)rows[i].v)] = '\0';
        ck_assert_str_eq(text, rows[i].f32);
    }
}
END_TEST

START_TEST(integers_are_written)
{
    char text[LAR_NUMBER_SIZE + 1];
    text[lar_number_write_i64(text, INT64_MIN)] = '\0';
    ck_assert_str_eq(text, "-9223372036854775808");
    text[lar_number_write_u64(text, UINT64_MAX)] = '\0';
    ck_assert_str_eq(text, "18446744073709551615");
    text[lar_number_write_i64(text, 0)] = '\0';
    ck_assert_str_eq(text, "0");
}
END_TEST

static uint64_t next_random(uint64_t *state) /* xorshift64* */
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

/* ck_assert writes to a pipe each time: too slow for a million values. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition))                                                                          \
            ck_abort_msg("%.*s: " #condition, (int)n, text);                                       \
    } while (0)

START_TEST(random_floats_come_back)
{
    uint64_t state = 20240229;
    char text[LAR_NUMBER_SIZE];
    for (int i = 0; i < 1000000; i++) {
        uint64_t b = next_random(&state);
        double v, back;
        memcpy(&v, &b, sizeof v);
        if (!isfinite(v))
            continue;
        size_t n = lar_number_write_f64(text, v);
        const char *at = text;
        REQUIRE(lar_number_read_f64(&at, text + n, &back) == LAR_NUMBER_OK);
        REQUIRE(at == text + n && bits(back) == b);
        uint32_t low = (uint32_t)b;
        float f;
        memcpy(&f, &low, sizeof f);
        if (!isfinite(f))
            continue;
        n = lar_number_write_f32(text, f);
        at = text;
        REQUIRE(lar_number_read_f64(&at, text + n, &back) == LAR_NUMBER_OK && at == text + n);
        REQUIRE((float)back == f && !signbit(back) == !signbit(f));
    }
}
END_TEST

START_TEST(random_decimals_agree_with_strtod)
{
    uint64_t state = 7;
    char text[64];
    for (int i = 0; i < 200000; i++) {
        uint64_t r = next_random(&state);
        int n = snprintf(text, sizeof text, "%s%llu.%0*llue%d", r & 1 ? "-" : "",
                         (unsigned long long)(r >> 1) % 1000, (int)(1 + r % 19),
                         (unsigned long long)next_random(&state),
                         (int)(next_random(&state) % 700) - 350);
        const char *at = text;
        double v, want = strtod(text, NULL);
        enum lar_number status = lar_number_read_f64(&at, text + n, &v);
        REQUIRE(status == (isinf(want) ? LAR_NUMBER_OVERFLOW : LAR_NUMBER_OK));
        REQUIRE(status != LAR_NUMBER_OK || bits(v) == bits(want));
    }
}
END_TEST

/* Around what is read without the library: up to 20 digits, and a fraction of any of them. */
START_TEST(short_decimals_agree_with_strtod)
{
    uint64_t state = 11;
    char digits[32], text[64];
    for (int i = 0; i < 400000; i++) {
        uint64_t r = next_random(&state);
        int n = (int)(r % 20) + 1, whole = (int)((r >> 8) % (unsigned)n) + 1;
        int width =
            snprintf(digits, sizeof digits, "%020llu",
                     (unsigned long long)next_random(&state) % UINT64_C(10000000000000000000));
        memmove(digits, digits + width - n, (size_t)n + 1);
        if (whole > 1 && digits[0] == '0')
            digits[0] = '9';
        int size = snprintf(text, sizeof text, "%s%.*s%s%s", r & (1u << 30) ? "-" : "", whole,
                            digits, whole < n ? "." : "", digits + whole);
        const char *at = text;
        double v;
        REQUIRE(lar_number_read_f64(&at, text + size, &v) == LAR_NUMBER_OK && at == text + size);
        REQUIRE(bits(v) == bits(strtod(text, NULL)));
    }
}
END_TEST

int main(void)
{
    return check_main(
        "number", (const TTest *[]){
                      floats_follow_the_grammar, long_digit_strings, integers_keep_64_bits,
                      floats_are_written_as_floats, integers_are_written, random_floats_come_back,
                      random_decimals_agree_with_strtod, short_decimals_agree_with_strtod, NULL});
}
