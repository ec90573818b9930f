/* Keeping the nearest, and their order: what scikit-learn and NumPy were seen to do with these.
 * SPDX-License-Identifier: MIT */
#include "inference/nearest.h"

#include "tests/check_main.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { MANY = 300 };

static uint64_t next(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Many equals among them. */
static void fill(uint64_t *state, double *values, int64_t *indices, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        values[i] = (double)(next(state) % (n / 3 + 1));
        indices[i] = (int64_t)i;
    }
}

/* Whether VALUES are those of COPY at INDICES, each once. */
static bool in_step(const double *values, const int64_t *indices, const double *copy, size_t n)
{
    bool seen[MANY] = {false};
    for (size_t i = 0; i < n; i++) {
        if (indices[i] < 0 || (size_t)indices[i] >= n || seen[indices[i]] ||
            values[i] != copy[indices[i]])
            return false;
        seen[indices[i]] = true;
    }
    return true;
}

START_TEST(sorts_sort)
{
    void (*const sorts[])(double *, int64_t *, size_t) = {lar_nearest_quick, lar_nearest_intro,
                                                          lar_nearest_argsort};
    double values[MANY], copy[MANY];
    int64_t indices[MANY];
    uint64_t state = 1;
    for (size_t s = 0; s < 3; s++)
        for (size_t n = 0; n < MANY; n++) {
            fill(&state, values, indices, n);
            memcpy(copy, values, sizeof copy);
            sorts[s](values, indices, n);
            ck_assert_msg(in_step(values, indices, copy, n), "sort %zu of %zu", s, n);
            for (size_t i = 1; i < n; i++)
                ck_assert(values[i - 1] <= values[i]);
        }
}
END_TEST

START_TEST(what_defeats_quicksorts)
{
    double values[MANY];
    int64_t indices[MANY];
    for (int kind = 0; kind < 3; kind++) {
        for (size_t i = 0; i < MANY; i++) {
            values[i] = kind == 0 ? 1 : kind == 1 ? (double)(i % 150) : (double)((i * 7) % 13);
            indices[i] = (int64_t)i;
        }
        lar_nearest_quick(values, indices, MANY);
        lar_nearest_intro(values, indices, MANY);
        for (size_t i = 1; i < MANY; i++)
            ck_assert(values[i - 1] <= values[i]);
    }
}
END_TEST

START_TEST(selects_the_least)
{
    double values[MANY], copy[MANY];
    int64_t indices[MANY];
    uint64_t state = 2;
    for (size_t n = 1; n < MANY; n += 1 + n / 20)
        for (size_t k = 1; k <= n; k += 1 + k / 5) {
            fill(&state, values, indices, n);
            if (n > 5)
                values[n / 2] = NAN;
            memcpy(copy, values, sizeof copy);
            lar_nearest_select(values, indices, n, k);
            double most = -INFINITY;
            for (size_t i = 0; i < k; i++)
                most = values[i] > most ? values[i] : most;
            for (size_t i = k; i < n; i++)
                ck_assert_msg(!(values[i] < most), "%zu of %zu", k, n);
            for (size_t i = 0; k < n && i < k; i++)
                ck_assert(!isnan(values[i]));
        }
}
END_TEST

/* numpy.argpartition([3, 1, 2, 1, 3, 0, 2, 1, 0, 2], 4) and others. */
START_TEST(selects_as_numpy)
{
    static const double given[] = {3, 1, 2, 1, 3, 0, 2, 1, 0, 2};
    static const struct {
        size_t k;
        int64_t order[10];
    } cases[] = {
        {2, {5, 8, 2, 3, 4, 0, 6, 7, 1, 9}},
        {5, {1, 8, 5, 3, 7, 9, 6, 2, 0, 4}},
    };
    for (size_t c = 0; c < sizeof cases / sizeof *cases; c++) {
        double values[10];
        int64_t indices[10];
        memcpy(values, given, sizeof values);
        for (int i = 0; i < 10; i++)
            indices[i] = i;
        lar_nearest_select(values, indices, 10, cases[c].k);
        for (int i = 0; i < 10; i++)
            ck_assert_msg(indices[i] == cases[c].order[i], "k %zu: place %d is %lld", cases[c].k, i,
                          (long long)indices[i]);
    }
}
END_TEST

/* numpy.argsort(numpy.arange(25) * 7 % 4): many equals, more than stay in order. */
START_TEST(argsorts_as_numpy)
{
    static const int64_t order[25] = {0,  20, 16, 8,  12, 24, 4,  7, 3, 19, 11, 23, 15,
                                      22, 18, 2,  14, 10, 6,  17, 9, 1, 21, 13, 5};
    double values[25];
    int64_t indices[25];
    for (int i = 0; i < 25; i++) {
        values[i] = i * 7 % 4;
        indices[i] = i;
    }
    lar_nearest_argsort(values, indices, 25);
    for (int i = 0; i < 25; i++)
        ck_assert_msg(indices[i] == order[i], "place %d is %lld", i, (long long)indices[i]);
}
END_TEST

START_TEST(a_heap_keeps_the_first_of_equals)
{
    double values[3];
    int64_t indices[3];
    lar_nearest_clear(values, indices, 3);
    static const double given[] = {2, 1, 2, 2, 1, 0};
    for (int i = 0; i < 6; i++)
        lar_nearest_push(values, indices, 3, given[i], i);
    lar_nearest_intro(values, indices, 3);
    ck_assert(values[0] == 0 && values[1] == 1 && values[2] == 1);
    ck_assert_int_eq(indices[0], 5);
    ck_assert_int_eq(indices[1] + indices[2], 1 + 4);
}
END_TEST

int main(void)
{
    return check_main("nearest",
                      (const TTest *[]){sorts_sort, what_defeats_quicksorts, selects_the_least,
                                        selects_as_numpy, argsorts_as_numpy,
                                        a_heap_keeps_the_first_of_equals, NULL});
}
