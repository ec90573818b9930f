/* Walking decision trees; see trees.h.
 *
 * A step waits for memory, not for arithmetic, so several walks go side by side: of one tree over
 * several rows, or, where there are few rows, of several trees over one row. A block of rows
 * finishes a tree before the next one is touched, so a large forest is read once for a block.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"

#include <math.h>
#include <stdbool.h>

enum {
    LANES = 8,               /* walks side by side */
    BLOCK_BYTES = 256 << 10, /* of rows: they stay in the second cache */
    STEPS = 2,               /* between two looks whether all walks have ended */
};

#define INLINE static inline __attribute__((always_inline))

float lar_tree_threshold(double t)
{
    float f = (float)t; /* rounds to nearest, overflows to infinity */
    return (double)f > t ? nextafterf(f, -INFINITY) : f;
}

/* Where the walk that is at AT goes. NAN (constant): X may hold NaN. */
INLINE uint32_t step(const struct lar_tree_node *nodes, uint32_t at, const float *x, bool nan)
{
    const struct lar_tree_node *node = nodes + at;
    float v = x[node->feature];
    if (!nan)
        return node->left + (v > node->threshold);
    uint32_t nan_left = (uint32_t)(v != v) & (node->value >> 31);
    return node->left + ((uint32_t) !(v <= node->threshold) & ~nan_left);
}

/* Moves N (constant) lanes to their leaves. X[lane] is the lane's row. */
INLINE void walk(const struct lar_tree_node *nodes, uint32_t *at, const float *const *x, int n,
                 bool nan)
{
    uint32_t moved;
    do {
        moved = 0;
        for (int s = 0; s < STEPS; s++)
            for (int i = 0; i < n; i++) {
                uint32_t next = step(nodes, at[i], x[i], nan);
                if (s == STEPS - 1)
                    moved |= next ^ at[i];
                at[i] = next;
            }
    } while (moved);
}

/* Adds the values of LEAF to Y, or writes them, if the tree is the FIRST. */
INLINE void give(const struct lar_trees *trees, uint32_t leaf, double *y, bool first)
{
    size_t outputs = trees->outputs;
    const double *values =
        trees->values + (trees->nodes[leaf].value & ~LAR_TREE_NAN_LEFT) * outputs;
    if (first)
        for (size_t k = 0; k < outputs; k++)
            y[k] = values[k];
    else
        for (size_t k = 0; k < outputs; k++)
            y[k] += values[k];
}

/* N (constant) rows of one tree. */
INLINE void tree_over_rows(const struct lar_trees *trees, size_t t, const float *x, double *y,
                           int n, bool nan)
{
    const float *rows[LANES];
    uint32_t at[LANES];
    for (int i = 0; i < n; i++) {
        rows[i] = x + (size_t)i * trees->columns;
        at[i] = trees->roots[t];
    }
    walk(trees->nodes, at, rows, n, nan);
    for (int i = 0; i < n; i++)
        give(trees, at[i], y + (size_t)i * trees->outputs, t == 0);
}

/* N (constant) trees from T on, over one row. */
INLINE void trees_over_row(const struct lar_trees *trees, size_t t, const float *x, double *y,
                           int n, bool nan)
{
    const float *rows[LANES];
    uint32_t at[LANES];
    for (int i = 0; i < n; i++) {
        rows[i] = x;
        at[i] = trees->roots[t + (size_t)i];
    }
    walk(trees->nodes, at, rows, n, nan);
    for (int i = 0; i < n; i++)
        give(trees, at[i], y, t == 0 && i == 0);
}

INLINE void run_row(const struct lar_trees *trees, const float *x, double *y, bool nan)
{
    size_t t = 0;
    for (; t + LANES <= trees->n_trees; t += LANES)
        trees_over_row(trees, t, x, y, LANES, nan);
    for (; t < trees->n_trees; t++)
        trees_over_row(trees, t, x, y, 1, nan);
}

/* M rows: full lanes tree by tree, the rest row by row. */
INLINE void run_block(const struct lar_trees *trees, const float *x, size_t m, double *y, bool nan)
{
    size_t full = m / LANES * LANES;
    for (size_t t = 0; full > 0 && t < trees->n_trees; t++)
        for (size_t i = 0; i < full; i += LANES)
            tree_over_rows(trees, t, x + i * trees->columns, y + i * trees->outputs, LANES, nan);
    for (size_t i = full; i < m; i++)
        run_row(trees, x + i * trees->columns, y + i * trees->outputs, nan);
}

static bool has_nan(const float *x, size_t n)
{
    unsigned found = 0;
    for (size_t i = 0; i < n; i++)
        found |= x[i] != x[i];
    return found;
}

size_t lar_trees_block(const struct lar_trees *trees)
{
    size_t rows = BLOCK_BYTES / sizeof(float) / (trees->columns ? trees->columns : 1);
    rows = rows < 8 * LANES ? 8 * LANES : rows > 1024 ? 1024 : rows;
    return rows / LANES * LANES;
}

void lar_trees_run(const struct lar_trees *trees, const float *x, size_t m, double *y)
{
    size_t most = lar_trees_block(trees);
    for (size_t i = 0; i < m; i += most) {
        size_t rows = m - i < most ? m - i : most;
        const float *block = x + i * trees->columns;
        if (has_nan(block, rows * trees->columns))
            run_block(trees, block, rows, y + i * trees->outputs, true);
        else
            run_block(trees, block, rows, y + i * trees->outputs, false);
    }
    if (trees->divisor != 0)
        for (size_t i = 0; i < m * trees->outputs; i++)
            y[i] /= trees->divisor;
}
