/* Every CPU level against plain C, bit for bit. Blocks are of exact size, so that AddressSanitizer
 * sees a read beyond them.
 * SPDX-License-Identifier: MIT */
#include "inference/kernels.h"

#include "tests/check_main.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

struct generator {
    uint64_t state;
};

static uint64_t next(struct generator *g)
{
    g->state += UINT64_C(0x9E3779B97F4A7C15);
    uint64_t z = g->state;
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}

/* Numbers of many magnitudes, signs, some zeros; SPECIAL: now and then infinite, NaN, tiny. */
static double number(struct generator *g, bool special)
{
    uint64_t r = next(g);
    if (special && r % 97 == 0)
        return (const double[]){INFINITY, -INFINITY, NAN, 5e-324, -1e-308, -0.0}[r / 97 % 6];
    if (r % 31 == 0)
        return 0;
    return ldexp((double)(int64_t)next(g), (int)(r % 40) - 83);
}

static double *doubles(struct generator *g, size_t n, bool special)
{
    double *p = malloc(n ? n * sizeof *p : 1);
    for (size_t i = 0; i < n; i++)
        p[i] = number(g, special);
    return p;
}

static float *floats(struct generator *g, size_t n)
{
    float *p = malloc(n ? n * sizeof *p : 1);
    for (size_t i = 0; i < n; i++)
        p[i] = (float)number(g, true);
    return p;
}

static bool same_f64(const double *a, const double *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (memcmp(a + i, b + i, sizeof *a) != 0 && !(isnan(a[i]) && isnan(b[i])))
            return false;
    return true;
}

/* The levels that this CPU has, the plain form first. */
static size_t levels(const struct lar_kernels *ret[3])
{
    size_t n = 0;
    ret[n++] = &lar_kernels_plain;
    for (unsigned level = 1; level <= LAR_CPU_AVX512; level *= 2)
        if (lar_cpu_levels() & level)
            ret[n++] = lar_kernels_of(level);
    return n;
}

typedef void (*product_f64)(double *, const double *, size_t, const double *, size_t, size_t);

static void check_product(struct generator *g, product_f64 plain, product_f64 level, size_t m,
                          size_t k, size_t n, size_t packed_n, const char *name)
{
    double *x = doubles(g, m * k, true), *w = doubles(g, k * packed_n, k % 3 == 0);
    double *y = doubles(g, m * n, false), *z = doubles(g, m * n, false);
    plain(y, x, m, w, k, n);
    level(z, x, m, w, k, n);
    ck_assert_msg(same_f64(y, z, m * n), "%s: m %zu k %zu n %zu", name, m, k, n);
    /* a row alone has the bits that it has among others */
    if (m > 0) {
        level(z, x + (m - 1) * k, 1, w, k, n);
        ck_assert_msg(same_f64(y + (m - 1) * n, z, n), "%s: a row alone: k %zu n %zu", name, k, n);
    }
    free(x), free(w), free(y), free(z);
}

START_TEST(order_is_the_documented_one)
{
    /* computed by hand from the rule, with terms that lose bits in any other order */
    const double big = 0x1p60;
    double x[10] = {big, 1, 1, 3, -big, 1, 0x1p-40, 1, 1, 1},
           ones[10] = {1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, y;
    double s[8] = {big + 1, 1 + 1, 1, 3, -big, 1, 0x1p-40, 1};
    double should = ((s[0] + s[4]) + (s[2] + s[6])) + ((s[1] + s[5]) + (s[3] + s[7]));
    const struct lar_kernels *all[3];
    for (size_t i = 0, n = levels(all); i < n; i++) {
        all[i]->dots_f64(&y, x, 1, ones, 10, 1);
        ck_assert_msg(memcmp(&y, &should, sizeof y) == 0, "%s: %.17g", all[i]->name, y);
        /* one rounding only: (1 + e)^2 - 1 - 2 e is e^2 */
        double e = 0x1p-30, a[9] = {-1 - 2 * e, 0, 0, 0, 0, 0, 0, 0, 1 + e};
        double b[9] = {1, 0, 0, 0, 0, 0, 0, 0, 1 + e};
        all[i]->dots_f64(&y, a, 1, b, 9, 1);
        ck_assert_msg(y == 0x1p-60, "%s: no fma", all[i]->name);
    }
}
END_TEST

START_TEST(dots_equal_plain)
{
    const struct lar_kernels *all[3];
    struct generator g = {1};
    for (size_t i = 1, n = levels(all); i < n; i++)
        for (size_t k = 0; k <= 130; k++)
            for (size_t m = 0; m <= 9; m += 1 + k % 3)
                for (size_t columns = 1; columns <= 4; columns++)
                    check_product(&g, lar_kernels_plain.dots_f64, all[i]->dots_f64, m, k, columns,
                                  columns, all[i]->name);
    for (size_t i = 1, n = levels(all); i < n; i++) /* blocks of rows, and rows that overlap */
        for (size_t k = 0; k <= 20; k++)
            for (size_t m = 28; m <= 70; m++)
                check_product(&g, lar_kernels_plain.dots_f64, all[i]->dots_f64, m, k, 1 + k % 4,
                              1 + k % 4, all[i]->name);
}
END_TEST

/* What no term was added to keeps its sign, also beside rows that end early. */
START_TEST(dots_keep_negative_zero)
{
    double x[12 * 9], w[9], y[12], z[12];
    const struct lar_kernels *all[3];
    for (size_t i = 0; i < sizeof x / sizeof *x; i++)
        x[i] = i % 9 < 8 ? -1e-200 : 0;
    for (size_t i = 0; i < 9; i++)
        w[i] = i < 8 ? 1e-200 : -1;
    for (size_t k = 8; k <= 9; k++) {
        lar_kernels_plain.dots_f64(y, x, 12, w, k, 1);
        ck_assert(y[0] == 0 && signbit(y[0]));
        for (size_t i = 1, n = levels(all); i < n; i++) {
            all[i]->dots_f64(z, x, 12, w, k, 1);
            ck_assert_msg(memcmp(y, z, sizeof y) == 0, "%s, k %zu", all[i]->name, k);
        }
    }
}
END_TEST

START_TEST(panels_equal_plain)
{
    const struct lar_kernels *all[3];
    struct generator g = {2};
    for (size_t i = 1, n = levels(all); i < n; i++) {
        for (size_t k = 0; k <= 130; k++)
            for (size_t m = 0; m <= 7; m += 1 + k % 2)
                check_product(&g, lar_kernels_plain.panels_f64, all[i]->panels_f64, m, k,
                              1 + k % 25, (1 + k % 25 + 7) / 8 * 8, all[i]->name);
        for (size_t columns = 1; columns <= 130; columns++)
            check_product(&g, lar_kernels_plain.panels_f64, all[i]->panels_f64, 5, 11, columns,
                          (columns + 7) / 8 * 8, all[i]->name);
        check_product(&g, lar_kernels_plain.panels_f64, all[i]->panels_f64, 67, 301, 45, 48,
                      all[i]->name);
        for (size_t k = 0; k <= 40; k++) {
            size_t columns = 1 + k % 25, padded = (columns + 7) / 8 * 8;
            check_product(&g, lar_kernels_plain.squares_f64, all[i]->squares_f64, k % 8, k, columns,
                          padded, all[i]->name);
            check_product(&g, lar_kernels_plain.magnitudes_f64, all[i]->magnitudes_f64, k % 8, k,
                          columns, padded, all[i]->name);
        }
    }
}
END_TEST

START_TEST(panels_f32_equal_plain)
{
    const struct lar_kernels *all[3];
    struct generator g = {3};
    for (size_t i = 1, n = levels(all); i < n; i++)
        for (size_t k = 0; k <= 130; k++)
            for (size_t m = 0; m <= 13; m += 1 + k % 4) {
                size_t columns = 1 + k % 37, packed = (columns + 15) / 16 * 16;
                float *x = floats(&g, m * k), *w = floats(&g, packed * k);
                float *y = floats(&g, m * columns), *z = floats(&g, m * columns);
                lar_kernels_plain.panels_f32(y, x, m, w, k, columns);
                all[i]->panels_f32(z, x, m, w, k, columns);
                for (size_t j = 0; j < m * columns; j++)
                    ck_assert_msg(memcmp(y + j, z + j, sizeof *y) == 0 ||
                                      (isnan(y[j]) && isnan(z[j])),
                                  "%s: m %zu k %zu n %zu", all[i]->name, m, k, columns);
                free(x), free(w), free(y), free(z);
            }
}
END_TEST

/* NNZ rising columns below K. */
static uint32_t *some_columns(struct generator *g, size_t nnz, size_t k)
{
    uint32_t *p = malloc(nnz ? nnz * sizeof *p : 1);
    for (size_t i = 0, column = 0; i < nnz; i++) {
        size_t spare = k - column - (nnz - i); /* columns that may be passed over */
        column += next(g) % (spare + 1) % 4;
        p[i] = (uint32_t)column++;
    }
    return p;
}

START_TEST(csr_equals_plain)
{
    const struct lar_kernels *all[3];
    struct generator g = {4};
    for (size_t i = 1, n = levels(all); i < n; i++)
        for (size_t nnz = 0; nnz <= 130; nnz++) {
            size_t k = nnz + next(&g) % 50, few = 1 + nnz % 4, many = 5 + nnz % 30;
            uint32_t *columns = some_columns(&g, nnz, k);
            double *v = doubles(&g, nnz, true), *w = doubles(&g, k * 40, false);
            double *dots = doubles(&g, few * k, false), y[40], z[40];
            lar_kernels_plain.csr_panels_f64(y, v, columns, nnz, w, k, many);
            all[i]->csr_panels_f64(z, v, columns, nnz, w, k, many);
            ck_assert_msg(same_f64(y, z, many), "%s: nnz %zu n %zu", all[i]->name, nnz, many);
            lar_kernels_plain.csr_dots_f64(y, v, columns, nnz, dots, k, few);
            all[i]->csr_dots_f64(z, v, columns, nnz, dots, k, few);
            ck_assert_msg(same_f64(y, z, few), "%s: nnz %zu n %zu", all[i]->name, nnz, few);
            free(columns), free(v), free(w), free(dots);
        }
}
END_TEST

START_TEST(squares_equal_plain)
{
    const struct lar_kernels *all[3];
    struct generator g = {5};
    for (size_t i = 1, n = levels(all); i < n; i++)
        for (size_t k = 0; k <= 70; k++)
            for (size_t panels = 0; panels <= 11; panels++) {
                size_t points = panels * LAR_PANEL_F64;
                double *x = doubles(&g, k, true), *w = doubles(&g, points * k, true);
                double *y = doubles(&g, points, false), *z = doubles(&g, points, false);
                lar_kernels_plain.unfused_squares_f64(y, x, w, k, panels);
                all[i]->unfused_squares_f64(z, x, w, k, panels);
                ck_assert_msg(same_f64(y, z, points), "%s: k %zu panels %zu", all[i]->name, k,
                              panels);
                free(x), free(w), free(y), free(z);
            }
}
END_TEST

static uint64_t steps_between(double a, double b)
{
    uint64_t x, y;
    memcpy(&x, &a, sizeof x);
    memcpy(&y, &b, sizeof y);
    return x > y ? x - y : y - x;
}

/* Near pow(), and the same bits at each level; beyond the usual, pow() itself. */
START_TEST(powers)
{
    static const double exponents[] = {0.3, -1.3, 0.7, 1, 3.25, -2.5, 20.1, 0, 1e-9, 1e300};
    static const double odd[] = {0, -0.0, -2, INFINITY, -INFINITY, NAN, 5e-324, 1e-310, 1e308, 1};
    enum { N = 4001, ODD = sizeof odd / sizeof *odd };
    struct generator g = {7};
    const struct lar_kernels *all[3];
    size_t n_levels = levels(all);
    double *v = malloc(N * sizeof *v), *y[3];
    for (size_t i = 0; i < N; i++)
        v[i] = i % 400 < ODD
                   ? odd[i % 400]
                   : ldexp(1 + (double)(next(&g) >> 11) / 0x1p53, (int)(next(&g) % 60) - 30);
    for (size_t i = 0; i < n_levels; i++)
        y[i] = malloc(N * sizeof *v);
    for (size_t k = 0; k < sizeof exponents / sizeof *exponents; k++) {
        for (size_t i = 0; i < n_levels; i++) {
            memcpy(y[i], v, N * sizeof *v);
            all[i]->powers_f64(y[i], y[i], N, exponents[k]);
            ck_assert(same_f64(y[i], y[0], N));
        }
        for (size_t i = 0; i < N; i++) {
            double want = pow(v[i], exponents[k]);
            ck_assert_msg((isnan(want) && isnan(y[0][i])) ||
                              (double)steps_between(y[0][i], want) <= 2 + fabs(exponents[k]),
                          "%.17g ^ %g is %.17g, not %.17g", v[i], exponents[k], y[0][i], want);
        }
    }
    for (size_t i = 0; i < n_levels; i++)
        free(y[i]);
    free(v);
}
END_TEST

START_TEST(the_mask_chooses)
{
    setenv("LAR_CPU_MASK", "0", 1);
    ck_assert_str_eq(lar_kernels_best()->name, "plain");
    setenv("LAR_CPU_MASK", "1", 1);
    ck_assert_str_eq(lar_kernels_best()->name, lar_cpu_levels() & LAR_CPU_AVX2 ? "avx2" : "plain");
    unsetenv("LAR_CPU_MASK");
    ck_assert_ptr_eq(lar_kernels_best(), lar_kernels_of(lar_cpu_levels()));
}
END_TEST

int main(void)
{
    return check_main("kernels",
                      (const TTest *[]){order_is_the_documented_one, dots_equal_plain,
                                        dots_keep_negative_zero, panels_equal_plain,
                                        panels_f32_equal_plain, csr_equals_plain,
                                        squares_equal_plain, powers, the_mask_chooses, NULL});
}
