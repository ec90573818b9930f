/* Introsort: partitions by the median of three while parts are long, a heap where those come out
 * lopsided, insertion at the end. Which steps are taken, and so where equal keys end up, is what
 * counts here; see pair_sort.h. SPDX-License-Identifier: MIT */
#include "inference/pair_sort.h"

#include <stdbool.h>

enum { SHORT = 16, PARTS = 64 }; /* PARTS: the longer of two waits, so it is log2 of all */

static inline void swap(struct lar_pair *a, struct lar_pair *b)
{
    struct lar_pair c = *a;
    *a = *b;
    *b = c;
}

/* ---- insertion ---- */

/* Moves P[I] down to its place; one below it is not above it. */
static void sink(struct lar_pair *p, size_t i)
{
    const struct lar_pair pair = p[i];
    for (; pair.key < p[i - 1].key; i--)
        p[i] = p[i - 1];
    p[i] = pair;
}

static void insert(struct lar_pair *p, size_t n)
{
    for (size_t i = 1; i < n; i++) {
        if (i >= SHORT || p[i].key >= p[0].key) {
            sink(p, i);
            continue;
        }
        const struct lar_pair pair = p[i];
        for (size_t k = i; k > 0; k--)
            p[k] = p[k - 1];
        p[0] = pair;
    }
}

/* ---- heap ---- */

/* Puts PAIR into the heap P[N] whose place HOLE is free: down to a leaf, then up again. */
static void put(struct lar_pair *p, size_t hole, size_t n, struct lar_pair pair)
{
    const size_t top = hole;
    size_t child = hole;
    while (child < (n - 1) / 2) {
        child = 2 * (child + 1);
        child -= p[child].key < p[child - 1].key;
        p[hole] = p[child];
        hole = child;
    }
    if (n % 2 == 0 && child == (n - 2) / 2) {
        child = 2 * child + 1;
        p[hole] = p[child];
        hole = child;
    }
    for (; hole > top && p[(hole - 1) / 2].key < pair.key; hole = (hole - 1) / 2)
        p[hole] = p[(hole - 1) / 2];
    p[hole] = pair;
}

static void sort_heap(struct lar_pair *p, size_t n)
{
    for (size_t parent = n / 2; parent-- > 0;)
        put(p, parent, n, p[parent]);
    while (--n > 0) {
        const struct lar_pair last = p[n];
        p[n] = p[0];
        put(p, 0, n, last);
    }
}

/* ---- partitions ---- */

/* Swaps the median of the three to P[0]. */
static void choose(struct lar_pair *p, size_t a, size_t b, size_t c)
{
    size_t median;
    if (p[a].key < p[b].key)
        median = p[b].key < p[c].key ? b : p[a].key < p[c].key ? c : a;
    else
        median = p[a].key < p[c].key ? a : p[b].key < p[c].key ? c : b;
    swap(&p[0], &p[median]);
}

/* Where the upper part of P[N] begins. */
static size_t partition(struct lar_pair *p, size_t n)
{
    choose(p, 1, n / 2, n - 1);
    size_t low = 1, high = n;
    for (;; low++) {
        while (p[low].key < p[0].key)
            low++;
        high--;
        while (p[0].key < p[high].key)
            high--;
        if (low >= high)
            return low;
        swap(&p[low], &p[high]);
    }
}

static void sort_parts(struct lar_pair *p, size_t n)
{
    struct {
        struct lar_pair *p;
        size_t n;
        unsigned depth;
    } parts[2 * PARTS] = {{p, n, 2 * (63 - (unsigned)__builtin_clzll(n))}};
    for (size_t left = 1; left-- > 0;) {
        p = parts[left].p;
        n = parts[left].n;
        unsigned depth = parts[left].depth;
        for (; n > SHORT && depth > 0; depth--) {
            size_t cut = partition(p, n);
            parts[left].p = p + cut;
            parts[left].n = n - cut;
            parts[left++].depth = depth - 1;
            n = cut;
        }
        if (n > SHORT)
            sort_heap(p, n);
    }
}

void lar_pair_sort(struct lar_pair *pairs, size_t n)
{
    bool ascends = true;
    for (size_t i = 1; ascends && i < n; i++)
        ascends = pairs[i - 1].key <= pairs[i].key;
    if (ascends)
        return;
    sort_parts(pairs, n);
    insert(pairs, n);
}
