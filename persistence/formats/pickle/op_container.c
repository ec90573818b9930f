/* Tuples, lists, dicts, sets, and what is added to them or to objects.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/state.h"

/* Whether every second of the N nodes may be a key: Python cannot hash what can change. */
static bool keys_fit(struct pk_machine *m, struct pk_node *const *nodes, size_t n)
{
    for (size_t i = 0; i < n; i += 2)
        switch (nodes[i]->kind) {
        case PK_LIST:
        case PK_DICT:
        case PK_SET:
        case PK_BYTEARRAY:
            return pk_op_fail(m, LAR_ERR_FORMAT, "a key is no value that can be one");
        default: break;
        }
    return true;
}

/* A new container of the N items from BASE on, which leave the stack. */
static bool gather(struct pk_machine *m, enum pk_kind kind, size_t base)
{
    struct pk_node *node = pk_node_new(m, kind);
    size_t n = m->n - base;
    struct pk_node **items = n ? m->stack + base : NULL; /* there may be no stack yet */
    if (kind == PK_DICT && n % 2)
        return pk_op_fail(m, LAR_ERR_FORMAT, "the last key has no value");
    if (kind == PK_DICT && !keys_fit(m, items, n))
        return false;
    if (!node || !pk_items_set(m, &node->items, items, n))
        return false;
    m->n = base;
    return pk_push(m, node);
}

static bool gather_marked(struct pk_machine *m, enum pk_kind kind)
{
    size_t base;
    return pk_take_mark(m, &base) && gather(m, kind, base);
}

static bool gather_top(struct pk_machine *m, size_t n)
{
    if (m->n - m->fence < n)
        return pk_op_fail(m, LAR_ERR_FORMAT, "the stack holds fewer than %zu items", n);
    return gather(m, PK_TUPLE, m->n - n);
}

/* Where TARGET keeps what the running instruction adds: its own items, or a list beside an object's
 * state. */
static struct pk_items *place_in(struct pk_machine *m, struct pk_node *target)
{
    bool pairs = m->op == PK_OP_SETITEM || m->op == PK_OP_SETITEMS;
    enum pk_kind own = pairs ? PK_DICT : m->op == PK_OP_ADDITEMS ? PK_SET : PK_LIST;
    if (target->kind == own)
        return &target->items;
    if (target->kind != PK_OBJECT) {
        char what[160];
        pk_op_fail(m, LAR_ERR_FORMAT, "it would add items to %s",
                   pk_describe(target, what, sizeof what));
        return NULL;
    }
    struct pk_items **place = pairs ? &target->object.dict : &target->object.list;
    if (!*place && !(*place = lar_arena_alloc(m->arena, 1, sizeof **place)))
        lar_arena_fail(m->arena, m->err, "the pickle");
    return *place;
}

/* Moves the N items on top into the container under them. */
static bool add(struct pk_machine *m, size_t n)
{
    if (m->n - m->fence <= n)
        return pk_op_fail(m, LAR_ERR_FORMAT, "nothing lies under the items to add to");
    if (n % 2 && m->op == PK_OP_SETITEMS)
        return pk_op_fail(m, LAR_ERR_FORMAT, "the last key has no value");
    m->n -= n;
    if (n == 0)
        return true;
    struct pk_node *target = m->stack[m->n - 1];
    struct pk_items *items = place_in(m, target);
    if (target->kind == PK_DICT && !keys_fit(m, m->stack + m->n, n))
        return false;
    return items && pk_items_add(m, items, m->stack + m->n, n);
}

static bool add_marked(struct pk_machine *m)
{
    size_t base;
    return pk_take_mark(m, &base) && add(m, m->n - base);
}

bool pk_op_container(struct pk_machine *m)
{
    switch (m->op) {
    case PK_OP_EMPTY_TUPLE: return gather(m, PK_TUPLE, m->n);
    case PK_OP_EMPTY_LIST: return gather(m, PK_LIST, m->n);
    case PK_OP_EMPTY_DICT: return gather(m, PK_DICT, m->n);
    case PK_OP_EMPTY_SET: return gather(m, PK_SET, m->n);
    case PK_OP_TUPLE: return gather_marked(m, PK_TUPLE);
    case PK_OP_LIST: return gather_marked(m, PK_LIST);
    case PK_OP_DICT: return gather_marked(m, PK_DICT);
    case PK_OP_FROZENSET: return gather_marked(m, PK_FROZENSET);
    case PK_OP_TUPLE1: return gather_top(m, 1);
    case PK_OP_TUPLE2: return gather_top(m, 2);
    case PK_OP_TUPLE3: return gather_top(m, 3);
    case PK_OP_APPEND: return add(m, 1);
    case PK_OP_SETITEM: return add(m, 2);
    default: return add_marked(m);
    }
}
