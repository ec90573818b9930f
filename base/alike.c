/* The edit distance, and how much of it is too much.
 * SPDX-License-Identifier: MIT */
#include "base/alike.h"

#include <stdint.h>

enum { BYTES_A_STEP = 4 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

static size_t distance(const char *a, size_t n, const char *b, size_t m)
{
    size_t row[LAR_ALIKE_BYTES + 1];
    for (size_t j = 0; j <= m; j++)
        row[j] = j;
    for (size_t i = 1; i <= n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t j = 1; j <= m; j++) {
            size_t above = row[j];
            row[j] = least(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
            corner = above;
        }
    }
    return row[m];
}

size_t lar_alike(const char *a, size_t a_size, const char *b, size_t b_size)
{
    size_t longer = a_size > b_size ? a_size : b_size;
    if (longer > LAR_ALIKE_BYTES)
        return SIZE_MAX;
    size_t steps = distance(a, a_size, b, b_size);
    return steps <= longer / BYTES_A_STEP ? steps : SIZE_MAX;
}
