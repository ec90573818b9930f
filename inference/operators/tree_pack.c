/* Packing decision trees; see trees.h.
 *
 * Nodes are numbered anew, breadth first from each root, children side by side. Leaves with the
 * same values share one row of them: fully grown classifiers have no more rows than classes, and
 * these then stay in the nearest cache.
 * SPDX-License-Identifier: MIT */
#include "inference/operators/trees.h"

#include <math.h>
#include <string.h>

struct packing {
    const struct lar_tree_source *s;
    uint32_t *rows;           /* of each source node that is a leaf: its row of values */
    uint32_t *order;          /* the source node of each packed one */
    struct lar_tree_node *to; /* the packed nodes */
    size_t n;                 /* how many there are so far */
    double depths, leaves;    /* sum over leaves, their number */
};

/* Packs the tree whose root is source node ROOT. */
static void pack_tree(struct packing *p, uint32_t root)
{
    const struct lar_tree_source *s = p->s;
    size_t at = p->n, level_end = p->n + 1;
    double depth = 0;
    p->order[p->n++] = root;
    for (; at < p->n; at++) {
        uint32_t i = p->order[at];
        if (at == level_end) {
            depth++;
            level_end = p->n;
        }
        if (s->left[i] < 0) {
            p->to[at] = (struct lar_tree_node){.threshold = INFINITY,
                                               .left = (uint32_t)at,
                                               .value = p->rows[i] | LAR_TREE_NAN_LEFT};
            p->depths += depth;
            p->leaves++;
            continue;
        }
        bool nan_left = s->missing_left && s->missing_left[i];
        p->to[at] = (struct lar_tree_node){.threshold = lar_tree_threshold(s->threshold[i]),
                                           .feature = (uint32_t)s->feature[i],
                                           .left = (uint32_t)p->n,
                                           .value = nan_left ? LAR_TREE_NAN_LEFT : 0};
        p->order[p->n++] = (uint32_t)s->left[i];
        p->order[p->n++] = (uint32_t)s->right[i];
    }
}

static uint64_t hash(const void *bytes, size_t n)
{
    const unsigned char *p = bytes;
    uint64_t h = UINT64_C(0xcbf29ce484222325);
    for (size_t i = 0; i + 8 <= n; i += 8) {
        uint64_t word;
        memcpy(&word, p + i, sizeof word);
        h = (h ^ word) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 32;
    }
    return h;
}

/* Numbers the leaves' distinct rows of values in ROWS, in order of appearance, and lists in FIRST
 * where each appears in the source; returns how many there are. TABLE has MASK + 1 zeroed entries,
 * more than there are leaves. */
static uint32_t number_rows(const struct lar_tree_source *s, uint32_t *rows, uint32_t *first,
                            uint32_t *table, uint64_t mask)
{
    size_t bytes = s->outputs * sizeof(double);
    bool by_node = s->n_values == s->n;
    uint32_t n = 0;
    for (uint64_t i = 0, leaf = 0; i < s->n; i++) {
        if (s->left[i] >= 0)
            continue;
        uint32_t from = (uint32_t)(by_node ? i : leaf++);
        const double *values = s->value + from * s->outputs;
        uint64_t at = hash(values, bytes) & mask;
        while (table[at] &&
               memcmp(s->value + first[table[at] - 1] * s->outputs, values, bytes) != 0)
            at = (at + 1) & mask;
        if (!table[at]) {
            first[n] = from;
            table[at] = ++n;
        }
        rows[i] = table[at] - 1;
    }
    return n;
}

/* Finds each leaf's row of values; RET receives the values, shared where they are the same. */
static bool pack_values(struct packing *p, struct lar_arena *arena, struct lar_arena *temporary,
                        const double **ret)
{
    const struct lar_tree_source *s = p->s;
    uint64_t mask = 15;
    while (mask < s->n * 2)
        mask = mask * 2 + 1;
    uint32_t *first = lar_arena_alloc(temporary, s->n, sizeof *first);
    uint32_t *table = lar_arena_alloc(temporary, mask + 1, sizeof *table);
    if (!first || !table)
        return false;
    uint32_t n = number_rows(s, p->rows, first, table, mask);
    double *values = lar_arena_alloc_aligned(arena, n * s->outputs, sizeof *values, 64);
    if (!values)
        return false;
    for (uint32_t i = 0; i < n; i++)
        memcpy(values + i * s->outputs, s->value + first[i] * s->outputs,
               s->outputs * sizeof *values);
    *ret = values;
    return true;
}

static bool pack(struct lar_trees *trees, const struct lar_tree_source *s, struct lar_arena *arena,
                 struct lar_arena *temporary)
{
    uint32_t *roots = lar_arena_alloc(arena, s->n_trees, sizeof *roots);
    struct packing p = {.s = s,
                        .rows = lar_arena_alloc(temporary, s->n, sizeof *p.rows),
                        .order = lar_arena_alloc(temporary, s->n, sizeof *p.order),
                        .to = lar_arena_alloc_aligned(arena, s->n, sizeof *p.to, 64)};
    if (!roots || !p.rows || !p.order || !p.to ||
        !pack_values(&p, arena, temporary, &trees->values))
        return false;
    for (uint64_t t = 0; t < s->n_trees; t++) {
        roots[t] = (uint32_t)p.n;
        pack_tree(&p, (uint32_t)s->roots[t]);
    }
    trees->nodes = p.to;
    trees->roots = roots;
    trees->n_nodes = p.n;
    trees->n_trees = s->n_trees;
    trees->columns = s->columns;
    trees->outputs = s->outputs;
    trees->divisor = s->divisor;
    trees->depth = p.depths / p.leaves;
    return true;
}

bool lar_trees_pack(struct lar_trees **ret, const struct lar_tree_source *source,
                    struct lar_arena *arena, struct lar_error *err)
{
    struct lar_arena temporary;
    lar_arena_init(&temporary, SIZE_MAX);
    struct lar_trees *trees = lar_arena_alloc(arena, 1, sizeof *trees);
    bool ok = trees && pack(trees, source, arena, &temporary);
    lar_arena_finish(&temporary);
    if (!ok)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for %zu trees", (size_t)source->n_trees);
    *ret = trees;
    return true;
}
