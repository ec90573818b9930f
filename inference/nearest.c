/* The K nearest; see nearest.h. Where quicksorts recurse, here the shorter part is sorted by a call
 * and the longer one by going on, so that calls are never nested deeper than the bits of a size.
 * SPDX-License-Identifier: MIT */
#include "inference/nearest.h"

#include <math.h>
#include <stdbool.h>

static void swap(double *values, int64_t *indices, size_t a, size_t b)
{
    double value = values[a];
    int64_t index = indices[a];
    values[a] = values[b];
    indices[a] = indices[b];
    values[b] = value;
    indices[b] = index;
}

void lar_nearest_clear(double *values, int64_t *indices, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        values[i] = INFINITY;
        indices[i] = 0;
    }
}

void lar_nearest_push(double *values, int64_t *indices, size_t k, double value, int64_t index)
{
    size_t at = 0;
    if (value >= values[0])
        return;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= k)
            break;
        if (child + 1 < k && !(values[child] >= values[child + 1]))
            child++;
        if (!(value < values[child]))
            break;
        values[at] = values[child];
        indices[at] = indices[child];
        at = child;
    }
    values[at] = value;
    indices[at] = index;
}

static void insert(double *values, int64_t *indices, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        double value = values[i];
        int64_t index = indices[i];
        size_t j = i;
        for (; j > 0 && values[j - 1] > value; j--) {
            values[j] = values[j - 1];
            indices[j] = indices[j - 1];
        }
        values[j] = value;
        indices[j] = index;
    }
}

/* The least of the first, middle and last comes first, the middle one, which is returned, last. */
static double median(double *values, int64_t *indices, size_t n)
{
    size_t middle = n / 2;
    if (values[0] > values[n - 1])
        swap(values, indices, 0, n - 1);
    if (values[n - 1] > values[middle]) {
        swap(values, indices, n - 1, middle);
        if (values[0] > values[n - 1])
            swap(values, indices, 0, n - 1);
    }
    return values[n - 1];
}

void lar_nearest_quick(double *values, int64_t *indices, size_t n)
{
    while (n > 3) {
        double pivot = median(values, indices, n);
        size_t left = 0;
        for (size_t i = 0; i < n - 1; i++)
            if (values[i] < pivot)
                swap(values, indices, i, left++);
        swap(values, indices, left, n - 1);
        size_t right = n - left - 1;
        if (left < right) {
            lar_nearest_quick(values, indices, left);
            values += left + 1;
            indices += left + 1;
            n = right;
        } else {
            lar_nearest_quick(values + left + 1, indices + left + 1, right);
            n = left;
        }
    }
    if (n >= 2 && values[0] > values[1])
        swap(values, indices, 0, 1);
    if (n == 3 && values[1] > values[2]) {
        swap(values, indices, 1, 2);
        if (values[0] > values[1])
            swap(values, indices, 0, 1);
    }
}

static void sift(double *values, int64_t *indices, size_t root, size_t end)
{
    for (;;) {
        size_t child = 2 * root + 1, greatest = root;
        if (child < end && values[greatest] < values[child])
            greatest = child;
        if (child + 1 < end && values[greatest] < values[child + 1])
            greatest = child + 1;
        if (greatest == root)
            return;
        swap(values, indices, root, greatest);
        root = greatest;
    }
}

static void heap_sort(double *values, int64_t *indices, size_t n)
{
    for (size_t start = (n - 2) / 2 + 1; start-- > 0;)
        sift(values, indices, start, n);
    for (size_t end = n - 1; end > 0; end--) {
        swap(values, indices, 0, end);
        sift(values, indices, 0, end);
    }
}

/* Moves what is not above the pivot, the last one, to the left; returns the pivot's place. */
static size_t partition(double *values, int64_t *indices, size_t n, double pivot)
{
    size_t i = 1, j = n - 2;
    for (;;) {
        while (i <= j && values[i] < pivot)
            i++;
        while (i <= j && values[j] > pivot)
            j--;
        if (i >= j)
            break;
        swap(values, indices, i++, j--);
    }
    swap(values, indices, i, n - 1);
    return i;
}

/* Rounds after which a quicksort has gone quadratic. */
static int rounds(size_t n)
{
    int ret = 0;
    for (size_t m = n; m > 1; m /= 2)
        ret += 2;
    return ret;
}

static void intro(double *values, int64_t *indices, size_t n, int depth)
{
    while (n > 15) {
        if (depth-- <= 0) {
            heap_sort(values, indices, n);
            return;
        }
        double pivot = median(values, indices, n);
        size_t left = partition(values, indices, n, pivot), right = n - left - 1;
        if (left < right) {
            intro(values, indices, left, depth);
            values += left + 1;
            indices += left + 1;
            n = right;
        } else {
            intro(values + left + 1, indices + left + 1, right, depth);
            n = left;
        }
    }
    insert(values, indices, n);
}

void lar_nearest_intro(double *values, int64_t *indices, size_t n)
{
    intro(values, indices, n, rounds(n));
}

static bool less(double a, double b)
{
    return a < b || (isnan(b) && !isnan(a));
}

/* The median of three comes to LOW, the least of them behind it, the greatest to HIGH. */
static void order_three(double *values, int64_t *indices, size_t low, size_t high)
{
    size_t middle = low + (high - low) / 2;
    if (less(values[high], values[middle]))
        swap(values, indices, high, middle);
    if (less(values[high], values[low]))
        swap(values, indices, high, low);
    if (less(values[low], values[middle]))
        swap(values, indices, low, middle);
    swap(values, indices, middle, low + 1);
}

/* The first K one by one, each the first of the least that are left. */
static void select_few(double *values, int64_t *indices, size_t n, size_t k)
{
    for (size_t i = 0; i < k; i++) {
        size_t least = i;
        for (size_t j = i + 1; j < n; j++)
            if (less(values[j], values[least]))
                least = j;
        swap(values, indices, i, least);
    }
}

static void select_last(double *values, int64_t *indices, size_t n)
{
    size_t greatest = 0;
    for (size_t j = 1; j < n; j++)
        if (!less(values[j], values[greatest]))
            greatest = j;
    swap(values, indices, n - 1, greatest);
}

/* (Where rounds run out, NumPy takes better pivots; the order of equals is lost there.) */
void lar_nearest_select(double *values, int64_t *indices, size_t n, size_t k)
{
    size_t low = 0, high = n - 1, at = k - 1;
    int more = rounds(n);
    if (at < 3) {
        select_few(values, indices, n, k);
        return;
    }
    if (at == n - 1) {
        select_last(values, indices, n);
        return;
    }
    while (low + 1 < high) {
        if (more-- == 0) {
            heap_sort(values + low, indices + low, high - low + 1);
            return;
        }
        order_three(values, indices, low, high);
        double pivot = values[low];
        size_t left = low + 1, right = high;
        for (;;) {
            do
                left++;
            while (less(values[left], pivot));
            do
                right--;
            while (less(pivot, values[right]));
            if (right < left)
                break;
            swap(values, indices, left, right);
        }
        swap(values, indices, low, right);
        if (right >= at)
            high = right - 1;
        if (right <= at)
            low = left;
    }
    if (high == low + 1 && less(values[high], values[low]))
        swap(values, indices, high, low);
}

/* The least of the first, middle and last comes first, the greatest last; the median, which is
 * returned, before that. */
static double numpy_median(double *values, int64_t *indices, size_t n)
{
    size_t middle = (n - 1) / 2;
    if (less(values[middle], values[0]))
        swap(values, indices, middle, 0);
    if (less(values[n - 1], values[middle]))
        swap(values, indices, n - 1, middle);
    if (less(values[middle], values[0]))
        swap(values, indices, middle, 0);
    swap(values, indices, middle, n - 2);
    return values[n - 2];
}

static void numpy_insert(double *values, int64_t *indices, size_t n)
{
    for (size_t i = 1; i < n; i++)
        for (size_t j = i; j > 0 && less(values[j], values[j - 1]); j--)
            swap(values, indices, j, j - 1);
}

static void argsort(double *values, int64_t *indices, size_t n, int depth)
{
    while (n > 16) {
        if (depth-- < 0) {
            heap_sort(values, indices, n);
            return;
        }
        double pivot = numpy_median(values, indices, n);
        size_t left = 0, right = n - 2;
        for (;;) {
            do
                left++;
            while (less(values[left], pivot));
            do
                right--;
            while (less(pivot, values[right]));
            if (left >= right)
                break;
            swap(values, indices, left, right);
        }
        swap(values, indices, left, n - 2);
        size_t rest = n - left - 1;
        if (left < rest) {
            argsort(values, indices, left, depth);
            values += left + 1;
            indices += left + 1;
            n = rest;
        } else {
            argsort(values + left + 1, indices + left + 1, rest, depth);
            n = left;
        }
    }
    numpy_insert(values, indices, n);
}

void lar_nearest_argsort(double *values, int64_t *indices, size_t n)
{
    argsort(values, indices, n, rounds(n));
}
