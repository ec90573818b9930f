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
    uint32_t *rows;                  /* of each source node that is a leaf: its row of values */
    uint32_t *order;                 /* the source node of each packed one */
    struct lar_tree_node *to;        /* the packed nodes; */
    struct lar_tree_wide_node *wide; /* one of the two is NULL */
    size_t n;                        /* how many there are so far */
    double depths, leaves;           /* sum over leaves, their number */
};

/* Writes the packed node AT of source node I. */
static void pack_node(const struct packing *p, size_t at, uint32_t i)
{
    const struct lar_tree_source *s = p->s;
    bool leaf = s->left[i] < 0, category = !leaf && s->category && s->category[i] >= 0;
    uint32_t nan = leaf || (s->missing_left && s->missing_left[i]) ? LAR_TREE_NAN_LEFT : 0;
    uint32_t left = (uint32_t)(leaf ? at : p->n), feature = leaf ? 0 : (uint32_t)s->feature[i];
    double threshold = leaf ? (double)INFINITY : s->threshold[i];
    if (p->wide)
        p->wide[at] = (struct lar_tree_wide_node){
            .threshold = category ? (double)s->category[i] : threshold,
            .feature = feature | nan | (category ? LAR_TREE_CATEGORY : 0),
            .left = left};
    else
        p->to[at] =
            (struct lar_tree_node){.threshold = leaf ? INFINITY : lar_tree_threshold(threshold),
                                   .feature = feature,
                                   .left = left,
                                   .value = nan | (leaf ? p->rows[i] : 0)};
}

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
        pack_node(p, at, i);
        if (s->left[i] < 0) {
            p->depths += depth;
            p->leaves++;
            continue;
        }
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
    size_t bytes = s->width * sizeof(double);
    bool by_node = s->n_values == s->n;
    uint32_t n = 0;
    for (uint64_t i = 0, leaf = 0; i < s->n; i++) {
        if (s->left[i] >= 0)
            continue;
        uint32_t from = (uint32_t)(by_node ? i : leaf++);
        const double *values = s->value + from * s->width;
        uint64_t at = hash(values, bytes) & mask;
        while (table[at] && memcmp(s->value + first[table[at] - 1] * s->width, values, bytes) != 0)
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
    double *values = lar_arena_alloc_aligned(arena, n * s->width, sizeof *values, 64);
    if (!values)
        return false;
    for (uint32_t i = 0; i < n; i++)
        memcpy(values + i * s->width, s->value + first[i] * s->width, s->width * sizeof *values);
    *ret = values;
    return true;
}

/* The columns that the trees add to. */
static bool pack_columns(struct lar_trees *trees, const struct lar_tree_source *s,
                         struct lar_arena *arena)
{
    if (!s->column)
        return true;
    uint32_t *column = lar_arena_alloc(arena, s->n_trees, sizeof *column);
    for (uint64_t t = 0; column && t < s->n_trees; t++)
        column[t] = (uint32_t)s->column[t];
    trees->column = column;
    return column != NULL;
}

/* Wide nodes: each leaf's row of values. */
static bool pack_rows(struct lar_trees *trees, const struct packing *p, struct lar_arena *arena)
{
    uint32_t *rows = lar_arena_alloc_aligned(arena, p->n, sizeof *rows, 64);
    for (size_t at = 0; rows && at < p->n; at++)
        rows[at] = p->rows[p->order[at]];
    trees->rows = rows;
    return rows != NULL;
}

static bool pack(struct lar_trees *trees, const struct lar_tree_source *s, struct lar_arena *arena,
                 struct lar_arena *temporary)
{
    uint32_t *roots = lar_arena_alloc(arena, s->n_trees, sizeof *roots);
    struct packing p = {.s = s,
                        .rows = lar_arena_alloc(temporary, s->n, sizeof *p.rows),
                        .order = lar_arena_alloc(temporary, s->n, sizeof *p.order)};
    if (s->wide)
        p.wide = lar_arena_alloc_aligned(arena, s->n, sizeof *p.wide, 64);
    else
        p.to = lar_arena_alloc_aligned(arena, s->n, sizeof *p.to, 64);
    if (!roots || !p.rows || !p.order || !(p.to || p.wide) ||
        !pack_values(&p, arena, temporary, &trees->values) || !pack_columns(trees, s, arena))
        return false;
    for (uint64_t t = 0; t < s->n_trees; t++) {
        roots[t] = (uint32_t)p.n;
        pack_tree(&p, (uint32_t)s->roots[t]);
    }
    if (s->wide && !pack_rows(trees, &p, arena))
        return false;
    trees->nodes = p.to;
    trees->wide = p.wide;
    trees->sets = s->category ? (const uint32_t(*)[8])s->sets : NULL;
    trees->negative = s->negative;
    trees->roots = roots;
    trees->n_nodes = p.n;
    trees->n_trees = s->n_trees;
    trees->columns = s->columns;
    trees->width = s->width;
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
