/* Calls that are only how old protocols write plain values. Protocols 0 to 2 have no bytes, 0 to 3
 * no sets, 0 to 4 no bytearray: pickle writes _codecs.encode(text, "latin1"), set([...]) and so on.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/state.h"
#include "persistence/formats/pickle/utf8.h"

static bool is_latin1(const struct pk_node *node)
{
    return pk_text_equal(node, "latin1") || pk_text_equal(node, "latin-1");
}

/* TEXT in Latin-1, as a node of KIND. */
static bool encoded(struct pk_machine *m, enum pk_kind kind, const struct pk_node *text,
                    struct pk_node **ret)
{
    size_t size;
    if (!pk_latin1_size(text->bytes.data, text->bytes.size, &size))
        return pk_op_fail(m, LAR_ERR_FORMAT, "bytes written as text have characters over 255");
    struct pk_node *node = pk_node_new(m, kind);
    if (!node)
        return false;
    node->bytes = text->bytes;
    if (size != text->bytes.size) {
        uint8_t *data = lar_arena_alloc(m->arena, size, 1);
        if (!data)
            return lar_arena_fail(m->arena, m->err, "the pickle");
        pk_latin1_decode(data, text->bytes.data, text->bytes.size);
        node->bytes = (struct pk_bytes){data, size};
    }
    *ret = node;
    return true;
}

static bool copied(struct pk_machine *m, enum pk_kind kind, struct pk_bytes bytes,
                   struct pk_node **ret)
{
    *ret = pk_node_new(m, kind);
    if (*ret)
        (*ret)->bytes = bytes;
    return *ret != NULL;
}

static bool members(struct pk_machine *m, enum pk_kind kind, const struct pk_items *from,
                    struct pk_node **ret)
{
    struct pk_node *node = pk_node_new(m, kind);
    if (!node || !pk_items_set(m, &node->items, (struct pk_node *const *)from->data, from->n))
        return false;
    *ret = node;
    return true;
}

static bool fold_builtin(struct pk_machine *m, const struct pk_node *callable,
                         const struct pk_items *args, struct pk_node **ret)
{
    const struct pk_node *first = args->n ? args->data[0] : NULL;
    bool set = pk_is_global(callable, "builtins", "set");
    if (set || pk_is_global(callable, "builtins", "frozenset")) {
        enum pk_kind kind = set ? PK_SET : PK_FROZENSET;
        bool plain = args->n == 1 && first->kind == PK_LIST;
        return args->n && !plain
                   ? true
                   : members(m, kind, plain ? &first->items : &(struct pk_items){0}, ret);
    }
    if (pk_is_global(callable, "builtins", "bytes") && args->n == 0)
        return copied(m, PK_BYTES, (struct pk_bytes){(const uint8_t *)"", 0}, ret);
    if (!pk_is_global(callable, "builtins", "bytearray"))
        return true;
    if (args->n == 0)
        return copied(m, PK_BYTEARRAY, (struct pk_bytes){(const uint8_t *)"", 0}, ret);
    if (args->n == 1 && first->kind == PK_BYTES)
        return copied(m, PK_BYTEARRAY, first->bytes, ret);
    if (args->n == 2 && first->kind == PK_TEXT && is_latin1(args->data[1]))
        return encoded(m, PK_BYTEARRAY, first, ret);
    return true;
}

/* dill's _create_array(function, args, state[, attributes]): what pickle writes as REDUCE and
 * BUILD. */
static bool dill_array(struct pk_machine *m, const struct pk_items *args, struct pk_node **ret)
{
    struct pk_node *node = pk_node_new(m, PK_OBJECT);
    if (!node)
        return false;
    node->object.maker = PK_REDUCE;
    node->object.callable = args->data[0];
    node->object.args = args->data[1];
    node->object.state = args->data[2];
    *ret = node;
    return true;
}

bool pk_fold(struct pk_machine *m, const struct pk_node *callable, const struct pk_node *args,
             struct pk_node **ret)
{
    *ret = NULL;
    if (callable->kind != PK_GLOBAL)
        return true;
    const struct pk_items *items = &args->items;
    if (pk_is_global(callable, "_codecs", "encode") && items->n == 2 &&
        items->data[0]->kind == PK_TEXT && is_latin1(items->data[1]))
        return encoded(m, PK_BYTES, items->data[0], ret);
    if (pk_is_global(callable, "dill._dill", "_create_array") && items->n >= 3 &&
        items->data[1]->kind == PK_TUPLE)
        return dill_array(m, items, ret);
    return fold_builtin(m, callable, items, ret);
}
