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

/* What walks through a block have to look at: constants, so that each walk is compiled for its own.
 */
struct kind {
    bool wide;       /* x is float64 */
    bool nan;        /* x may hold NaN */
    bool categories; /* some nodes decide by a set; wide */
};

/* Whether category V goes left; MISSING where it is none. */
INLINE bool goes_left(const struct lar_trees *trees, uint32_t set, double v, bool missing)
{
    if (v != v || (v < 0 && !trees->negative))
        return missing;
    /* as C converts on x86-64: truncated to 32 bits, or only the highest of them */
    bool fits = v > -2147483649.0 && v < 2147483648.0;
    uint32_t category = fits ? (uint32_t)(int32_t)v & 255 : 0;
    return trees->sets[set][category / 32] >> category % 32 & 1;
}

/* Where the walk that is at AT goes. X: the row. */
INLINE uint32_t step(const struct lar_trees *trees, uint32_t at, const void *x, struct kind kind)
{
    if (!kind.wide) {
        const struct lar_tree_node *node = trees->nodes + at;
        float v = ((const float *)x)[node->feature];
        if (!kind.nan)
            return node->left + (v > node->threshold);
        uint32_t nan_left = (uint32_t)(v != v) & (node->value >> 31);
        return node->left + ((uint32_t) !(v <= node->threshold) & ~nan_left);
    }
    const struct lar_tree_wide_node *node = trees->wide + at;
    double v = ((const double *)x)[node->feature & (LAR_TREE_CATEGORY - 1)];
    if (kind.categories && (node->feature & LAR_TREE_CATEGORY))
        return node->left +
               !goes_left(trees, (uint32_t)node->threshold, v, node->feature & LAR_TREE_NAN_LEFT);
    if (!kind.nan)
        return node->left + (v > node->threshold);
    uint32_t nan_left = (uint32_t)(v != v) & (node->feature >> 31);
    return node->left + ((uint32_t) !(v <= node->threshold) & ~nan_left);
}

/* Moves N (constant) lanes to their leaves. X[lane] is the lane's row. */
INLINE void walk(const struct lar_trees *trees, uint32_t *at, const void *const *x, int n,
                 struct kind kind)
{
    uint32_t moved;
    do {
        moved = 0;
        for (int s = 0; s < STEPS; s++)
            for (int i = 0; i < n; i++) {
                uint32_t next = step(trees, at[i], x[i], kind);
                if (s == STEPS - 1)
                    moved |= next ^ at[i];
                at[i] = next;
            }
    } while (moved);
}

/* Adds the values of LEAF of tree T to Y, or writes them, if they are the FIRST. */
INLINE void give(const struct lar_trees *trees, size_t t, uint32_t leaf, double *y, bool first,
                 struct kind kind)
{
    size_t width = trees->width;
    uint32_t row = kind.wide ? trees->rows[leaf] : trees->nodes[leaf].value & ~LAR_TREE_NAN_LEFT;
    const double *values = trees->values + row * width;
    if (trees->column)
        y[trees->column[t]] += *values;
    else if (first)
        for (size_t k = 0; k < width; k++)
            y[k] = values[k];
    else
        for (size_t k = 0; k < width; k++)
            y[k] += values[k];
}

INLINE const void *row_of(const struct lar_trees *trees, const void *x, size_t i, struct kind kind)
{
    return (const char *)x + i * trees->columns * (kind.wide ? sizeof(double) : sizeof(float));
}

/* N (constant) rows of one tree. */
INLINE void tree_over_rows(const struct lar_trees *trees, size_t t, const void *x, double *y, int n,
                           bool first, struct kind kind)
{
    const void *rows[LANES];
    uint32_t at[LANES];
    for (int i = 0; i < n; i++) {
        rows[i] = row_of(trees, x, (size_t)i, kind);
        at[i] = trees->roots[t];
    }
    walk(trees, at, rows, n, kind);
    for (int i = 0; i < n; i++)
        give(trees, t, at[i], y + (size_t)i * trees->outputs, first, kind);
}

/* N (constant) trees from T on, over one row. */
INLINE void trees_over_row(const struct lar_trees *trees, size_t t, const void *x, double *y, int n,
                           bool first, struct kind kind)
{
    const void *rows[LANES];
    uint32_t at[LANES];
    for (int i = 0; i < n; i++) {
        rows[i] = x;
        at[i] = trees->roots[t + (size_t)i];
    }
    walk(trees, at, rows, n, kind);
    for (int i = 0; i < n; i++)
        give(trees, t + (size_t)i, at[i], y, first && i == 0, kind);
}

INLINE void run_row(const struct lar_trees *trees, const void *x, double *y, bool add,
                    struct kind kind)
{
    size_t t = 0;
    for (; t + LANES <= trees->n_trees; t += LANES)
        trees_over_row(trees, t, x, y, LANES, t == 0 && !add, kind);
    for (; t < trees->n_trees; t++)
        trees_over_row(trees, t, x, y, 1, t == 0 && !add, kind);
}

/* M rows: full lanes tree by tree, the rest row by row. */
INLINE void run_block(const struct lar_trees *trees, const void *x, size_t m, double *y, bool add,
                      struct kind kind)
{
    size_t full = m / LANES * LANES;
    for (size_t t = 0; full > 0 && t < trees->n_trees; t++)
        for (size_t i = 0; i < full; i += LANES)
            tree_over_rows(trees, t, row_of(trees, x, i, kind), y + i * trees->outputs, LANES,
                           t == 0 && !add, kind);
    for (size_t i = full; i < m; i++)
        run_row(trees, row_of(trees, x, i, kind), y + i * trees->outputs, add, kind);
}

static bool has_nan(const void *x, size_t n, bool wide)
{
    unsigned found = 0;
    const double *d = x;
    const float *f = x;
    for (size_t i = 0; wide && i < n; i++)
        found |= d[i] != d[i];
    for (size_t i = 0; !wide && i < n; i++)
        found |= f[i] != f[i];
    return found;
}

size_t lar_trees_block(const struct lar_trees *trees)
{
    size_t size = trees->wide ? sizeof(double) : sizeof(float);
    size_t rows = BLOCK_BYTES / size / (trees->columns ? trees->columns : 1);
    rows = rows < 8 * LANES ? 8 * LANES : rows > 1024 ? 1024 : rows;
    return rows / LANES * LANES;
}

void lar_trees_run(const struct lar_trees *trees, const void *x, size_t m, double *y, bool add)
{
    size_t most = lar_trees_block(trees);
    bool wide = trees->wide != NULL;
    for (size_t i = 0; i < m; i += most) {
        size_t rows = m - i < most ? m - i : most;
        const void *block = row_of(trees, x, i, (struct kind){.wide = wide});
        double *to = y + i * trees->outputs;
        bool nan = has_nan(block, rows * trees->columns, wide);
        if (trees->sets)
            run_block(trees, block, rows, to, add, (struct kind){true, true, true});
        else if (wide && nan)
            run_block(trees, block, rows, to, add, (struct kind){true, true, false});
        else if (wide)
            run_block(trees, block, rows, to, add, (struct kind){true, false, false});
        else if (nan)
            run_block(trees, block, rows, to, add, (struct kind){false, true, false});
        else
            run_block(trees, block, rows, to, add, (struct kind){false, false, false});
    }
    if (trees->divisor != 0)
        for (size_t i = 0; i < m * trees->outputs; i++)
            y[i] /= trees->divisor;
}
