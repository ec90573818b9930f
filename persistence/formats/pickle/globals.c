/* The names that a pickle mentions, each once: a growing hash table over the pickle's list.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/state.h"

/* The pickles of all of scikit-learn's estimators together have 261. The limit also bounds what
 * names with equal hashes can cost. */
enum { MAX_GLOBALS = 16384, FIRST_SLOTS = 256 };

struct pk_slot {
    uint32_t hash, number; /* number + 1 in the pickle's list; 0: free */
};

struct pk_globals {
    struct pk_slot *slots; /* a power of two, at most half full */
    size_t n_slots;
};

static uint32_t hash_names(struct pk_bytes module, struct pk_bytes name)
{
    uint32_t h = 2166136261;
    for (size_t i = 0; i < module.size; i++)
        h = (h ^ module.data[i]) * 16777619;
    h = (h ^ 256) * 16777619;
    for (size_t i = 0; i < name.size; i++)
        h = (h ^ name.data[i]) * 16777619;
    return h;
}

static bool same(struct pk_bytes a, struct pk_bytes b)
{
    return a.size == b.size && (a.size == 0 || memcmp(a.data, b.data, a.size) == 0);
}

/* The slot of the pair, or the free one where it belongs. */
static struct pk_slot *find(const struct pk_globals *globals, const struct pk_pickle *pickle,
                            uint32_t hash, struct pk_bytes module, struct pk_bytes name)
{
    for (size_t i = hash;; i++) {
        struct pk_slot *slot = &globals->slots[i & (globals->n_slots - 1)];
        if (slot->number == 0)
            return slot;
        const struct pk_node *known = pickle->globals[slot->number - 1];
        if (slot->hash == hash && same(known->global.module, module) &&
            same(known->global.name, name))
            return slot;
    }
}

/* Twice the slots, and twice the list. */
static bool grow(struct pk_globals *globals, struct pk_pickle *pickle)
{
    size_t n = globals->n_slots ? globals->n_slots * 2 : FIRST_SLOTS;
    struct pk_slot *slots = lar_arena_alloc(pickle->arena, n, sizeof *slots);
    const struct pk_node **list = lar_arena_alloc(pickle->arena, n / 2, sizeof(struct pk_node *));
    if (!slots || !list)
        return false;
    if (pickle->n_globals)
        memcpy(list, pickle->globals, pickle->n_globals * sizeof *list);
    pickle->globals = list;
    for (size_t i = 0; i < globals->n_slots; i++) {
        size_t at = globals->slots[i].hash;
        while (slots[at & (n - 1)].number)
            at++;
        slots[at & (n - 1)] = globals->slots[i];
    }
    *globals = (struct pk_globals){slots, n};
    return true;
}

struct pk_node *pk_intern_global(struct pk_machine *m, struct pk_bytes module, struct pk_bytes name)
{
    struct pk_pickle *pickle = m->pickle;
    if (!m->globals && !(m->globals = lar_arena_alloc(m->arena, 1, sizeof *m->globals))) {
        lar_arena_fail(m->arena, m->err, "the pickle");
        return NULL;
    }
    if (pickle->n_globals * 2 >= m->globals->n_slots && !grow(m->globals, pickle)) {
        lar_arena_fail(m->arena, m->err, "the pickle");
        return NULL;
    }
    uint32_t hash = hash_names(module, name);
    struct pk_slot *slot = find(m->globals, pickle, hash, module, name);
    if (slot->number) {
        struct pk_node *known = (struct pk_node *)pickle->globals[slot->number - 1];
        known->global.count += known->global.count < UINT32_MAX;
        return known;
    }
    if (pickle->n_globals == MAX_GLOBALS) {
        pk_op_fail(m, LAR_ERR_LIMIT, "the file names more than %d classes and functions",
                   MAX_GLOBALS);
        return NULL;
    }
    struct pk_node *node = pk_node_new(m, PK_GLOBAL);
    if (!node)
        return NULL;
    node->global.module = module;
    node->global.name = name;
    node->global.count = 1;
    pickle->globals[pickle->n_globals++] = node;
    *slot = (struct pk_slot){hash, (uint32_t)pickle->n_globals};
    return node;
}
