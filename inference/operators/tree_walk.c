/* Walking decision trees; see trees.h.
 *
 * A step waits for memory, not for arithmetic, so several walks go side by side: of one tree over
 * several rows, or, for the rows that are left, of several trees over one row.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"

#include <math.h>

enum { LANES = 8 };

float lar_tree_threshold(double t)
{
    float f = (float)t; /* rounds to nearest, overflows to infinity */
    return (double)f > t ? nextafterf(f, -INFINITY) : f;
}

static inline uint32_t step(const struct lar_tree_node *nodes, uint32_t at, const float *x)
{
    const struct lar_tree_node *node = nodes + at;
    float v = x[node->feature & ~LAR_TREE_NAN_LEFT];
    uint32_t nan_left = (uint32_t)(v != v) & (node->feature >> 31);
    return node->left + ((uint32_t) !(v <= node->threshold) & ~nan_left);
}

/* Moves all lanes to their leaves. X[lane] is the lane's row. */
static inline void walk(const struct lar_tree_node *nodes, uint32_t at[LANES],
                        const float *const x[LANES])
{
    uint32_t moved;
    do {
        moved = 0;
        for (int i = 0; i < LANES; i++) {
            uint32_t next = step(nodes, at[i], x[i]);
            moved |= next ^ at[i];
            at[i] = next;
        }
    } while (moved);
}

static inline void add(double *y, const double *values, size_t outputs)
{
    for (size_t k = 0; k < outputs; k++)
        y[k] += values[k];
}

static inline void put(double *y, const double *values, size_t outputs)
{
    for (size_t k = 0; k < outputs; k++)
        y[k] = values[k];
}

/* LANES rows, tree after tree. */
static void run_rows(const struct lar_trees *trees, const float *x, double *y)
{
    const float *rows[LANES];
    uint32_t at[LANES];
    for (size_t i = 0; i < LANES; i++)
        rows[i] = x + i * trees->columns;
    for (size_t t = 0; t < trees->n_trees; t++) {
        for (int i = 0; i < LANES; i++)
            at[i] = trees->roots[t];
        walk(trees->nodes, at, rows);
        for (size_t i = 0; i < LANES; i++)
            (t ? add : put)(y + i * trees->outputs,
                            trees->values + trees->nodes[at[i]].value * trees->outputs,
                            trees->outputs);
    }
}

/* One row, LANES trees at a time; lanes too many walk the last tree again. */
static void run_row(const struct lar_trees *trees, const float *x, double *y)
{
    const float *rows[LANES];
    uint32_t at[LANES];
    for (int i = 0; i < LANES; i++)
        rows[i] = x;
    for (size_t t = 0; t < trees->n_trees; t += LANES) {
        size_t n = trees->n_trees - t < LANES ? trees->n_trees - t : LANES;
        for (size_t i = 0; i < LANES; i++)
            at[i] = trees->roots[t + (i < n ? i : n - 1)];
        walk(trees->nodes, at, rows);
        for (size_t i = 0; i < n; i++)
            (t + i ? add : put)(y, trees->values + trees->nodes[at[i]].value * trees->outputs,
                                trees->outputs);
    }
}

void lar_trees_run(const struct lar_trees *trees, const float *x, size_t m, double *y)
{
    size_t i = 0;
    for (; i + LANES <= m; i += LANES)
        run_rows(trees, x + i * trees->columns, y + i * trees->outputs);
    for (; i < m; i++)
        run_row(trees, x + i * trees->columns, y + i * trees->outputs);
    if (trees->divisor != 0)
        for (i = 0; i < m * trees->outputs; i++)
            y[i] /= trees->divisor;
}
