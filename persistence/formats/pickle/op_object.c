/* Names, calls and states: what would import and execute in Python is only written down here.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/state.h"
#include "persistence/formats/pickle/utf8.h"

static bool push_global(struct pk_machine *m, struct pk_bytes module, struct pk_bytes name)
{
    return pk_push(m, pk_intern_global(m, module, name));
}

/* The two lines of GLOBAL and INST. */
static struct pk_node *named_global(struct pk_machine *m)
{
    struct pk_bytes module, name;
    module.data = (const uint8_t *)pk_line(m, &module.size);
    if (!module.data)
        return NULL;
    name.data = (const uint8_t *)pk_line(m, &name.size);
    if (!name.data)
        return NULL;
    if (!pk_utf8_valid(module.data, module.size, NULL) ||
        !pk_utf8_valid(name.data, name.size, NULL)) {
        pk_op_fail(m, LAR_ERR_FORMAT, "the name is not UTF-8");
        return NULL;
    }
    return pk_intern_global(m, module, name);
}

static bool stack_global(struct pk_machine *m)
{
    struct pk_node *name = pk_pop(m);
    struct pk_node *module = name ? pk_pop(m) : NULL;
    if (!module)
        return false;
    if (name->kind != PK_TEXT || module->kind != PK_TEXT)
        return pk_op_fail(m, LAR_ERR_FORMAT, "module and name are not both text");
    return push_global(m, module->bytes, name->bytes);
}

static bool push_object(struct pk_machine *m, enum pk_maker maker, const struct pk_node *callable,
                        const struct pk_node *args, const struct pk_node *kwargs)
{
    struct pk_node *node = pk_node_new(m, PK_OBJECT);
    if (!node)
        return false;
    node->object.maker = maker;
    node->object.callable = callable;
    node->object.args = args;
    node->object.kwargs = kwargs;
    return pk_push(m, node);
}

/* REDUCE, NEWOBJ, NEWOBJ_EX: the callable lies under the arguments. */
static bool call(struct pk_machine *m)
{
    struct pk_node *kwargs = NULL, *folded = NULL;
    if (m->op == PK_OP_NEWOBJ_EX && !(kwargs = pk_pop(m)))
        return false;
    struct pk_node *args = pk_pop(m);
    struct pk_node *callable = args ? pk_pop(m) : NULL;
    if (!callable)
        return false;
    if (args->kind != PK_TUPLE)
        return pk_op_fail(m, LAR_ERR_FORMAT, "the arguments are not a tuple");
    if (kwargs && kwargs->kind != PK_DICT)
        return pk_op_fail(m, LAR_ERR_FORMAT, "the keyword arguments are not a dict");
    if (m->op == PK_OP_NEWOBJ_EX)
        return push_object(m, PK_NEWOBJ_EX, callable, args, kwargs);
    if (m->op == PK_OP_NEWOBJ)
        return push_object(m, PK_NEWOBJ, callable, args, NULL);
    if (!pk_fold(m, callable, args, &folded))
        return false;
    return folded ? pk_push(m, folded) : push_object(m, PK_REDUCE, callable, args, NULL);
}

/* INST and OBJ: the arguments lie above a mark, for OBJ behind the class. */
static bool instance(struct pk_machine *m)
{
    size_t base;
    struct pk_node *class = m->op == PK_OP_INST ? named_global(m) : NULL;
    if ((m->op == PK_OP_INST && !class) || !pk_take_mark(m, &base))
        return false;
    size_t first = base + (m->op == PK_OP_OBJ);
    if (m->n < first)
        return pk_op_fail(m, LAR_ERR_FORMAT, "no class lies above the mark");
    if (!class)
        class = m->stack[base];
    struct pk_node *args = pk_node_new(m, PK_TUPLE);
    struct pk_node **taken = m->n > first ? m->stack + first : NULL; /* or no stack yet */
    if (!args || !pk_items_set(m, &args->items, taken, m->n - first))
        return false;
    m->n = base;
    return push_object(m, PK_INST, class, args, NULL);
}

/* BUILD on an object that has a state already: dicts are merged, as __dict__.update() does; any
 * other state replaces the first. */
static const struct pk_node *merged(struct pk_machine *m, const struct pk_node *old,
                                    struct pk_node *new)
{
    if (!old || old->kind != PK_DICT || new->kind != PK_DICT)
        return new;
    struct pk_node *both = pk_node_new(m, PK_DICT);
    if (!both ||
        !pk_items_add(m, &both->items, (struct pk_node *const *)old->items.data, old->items.n) ||
        !pk_items_add(m, &both->items, (struct pk_node *const *)new->items.data, new->items.n))
        return NULL;
    return both;
}

static bool build(struct pk_machine *m)
{
    struct pk_node *state = pk_pop(m);
    struct pk_node *object = state ? pk_top(m) : NULL;
    if (!object)
        return false;
    if (object->kind != PK_OBJECT) {
        char what[160];
        return pk_op_fail(m, LAR_ERR_FORMAT, "it would give a state to %s",
                          pk_describe(object, what, sizeof what));
    }
    object->object.state = merged(m, object->object.state, state);
    if (!object->object.state)
        return false;
    struct pk_node *array = NULL;
    if (!m->nested && !pk_wrapped_array(m, object, &array))
        return false;
    if (array)
        m->stack[m->n - 1] = array;
    return true;
}

static bool persistent(struct pk_machine *m)
{
    if (m->op == PK_OP_PERSID) {
        size_t n;
        const char *line = pk_line(m, &n);
        if (!line)
            return false;
        if (!pk_utf8_valid((const uint8_t *)line, n, NULL))
            return pk_op_fail(m, LAR_ERR_FORMAT, "the id is not UTF-8");
        if (!pk_push_bytes(m, PK_TEXT, line, n))
            return false;
    }
    struct pk_node *id = pk_pop(m);
    struct pk_node *node = id ? pk_node_new(m, PK_PERSISTENT) : NULL;
    return node && pk_items_set(m, &node->items, &id, 1) && pk_push(m, node);
}

static bool extension(struct pk_machine *m)
{
    uint64_t code = m->op == PK_OP_EXT1   ? lar_cursor_u8(&m->in)
                    : m->op == PK_OP_EXT2 ? lar_cursor_u16(&m->in)
                                          : lar_cursor_u32(&m->in);
    if (m->in.bad)
        return false;
    return pk_op_fail(m, LAR_ERR_UNSUPPORTED,
                      "class number %llu of copyreg's extension registry is known to the program "
                      "that wrote the file only; write the file without copyreg.add_extension",
                      (unsigned long long)code);
}

bool pk_op_object(struct pk_machine *m)
{
    switch (m->op) {
    case PK_OP_GLOBAL: return pk_push(m, named_global(m));
    case PK_OP_STACK_GLOBAL: return stack_global(m);
    case PK_OP_INST:
    case PK_OP_OBJ: return instance(m);
    case PK_OP_BUILD: return build(m);
    case PK_OP_PERSID:
    case PK_OP_BINPERSID: return persistent(m);
    case PK_OP_EXT1:
    case PK_OP_EXT2:
    case PK_OP_EXT4: return extension(m);
    default: return call(m);
    }
}
