/* Number text: JSON's grammar, read and written exactly.
 *
 * The conversions are C++17's <charconv>: correctly rounded, the shortest text that reads back to
 * the same value, no locale, no allocation. JSON's grammar is checked here first, because
 * std::from_chars also takes ".5", "01" and "inf".
 * SPDX-License-Identifier: MIT */
#ifndef BASE_NUMBER_H
#define BASE_NUMBER_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum lar_number {
    LAR_NUMBER_OK,
    LAR_NUMBER_MALFORMED, /* no JSON number starts here */
    LAR_NUMBER_OVERFLOW,  /* a number, but beyond the type's range */
    LAR_NUMBER_FRACTION,  /* a number with a fraction or an exponent where an integer is read */
};

/* Reads the number that starts at *AT (no white space before it) and ends before END. OK: *RET is
 * the value and *AT is moved behind the number; whether what follows there may follow is the
 * caller's question. Else both are untouched. A number too small for a double is a zero of its
 * sign; one that rounds to infinity is an overflow. */
enum lar_number lar_number_read_f64(const char **at, const char *end, double *ret);
enum lar_number lar_number_read_i64(const char **at, const char *end, int64_t *ret);
enum lar_number lar_number_read_u64(const char **at, const char *end, uint64_t *ret);

enum { LAR_NUMBER_SIZE = 32 }; /* room for any number's text */

/* Write V to TO, which has room for LAR_NUMBER_SIZE bytes, and return the length; no NUL. Floats
 * are written shortest and always with ".0" or an exponent, so that a reader sees a float. V is
 * finite: how NaN and infinities are spelt is the caller's business. */
size_t lar_number_write_f64(char *to, double v);
size_t lar_number_write_f32(char *to, float v);
size_t lar_number_write_i64(char *to, int64_t v);
size_t lar_number_write_u64(char *to, uint64_t v);

#ifdef __cplusplus
}
#endif

#endif
