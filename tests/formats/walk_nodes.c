/* See walk_nodes.h.
 * SPDX-License-Identifier: MIT */
#include "tests/formats/walk_nodes.h"

#include "persistence/formats/pickle/element.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ELEMENTS = 1 << 20 };

struct walk {
    const struct pk_node **seen; /* a hash table, at most half full */
    size_t n_seen, room;
    const struct pk_node **todo;
    size_t n_todo, todo_room;
    struct lar_arena *arena;
    struct walked *count;
    const char *fault;
};

static size_t slot(const struct walk *w, const struct pk_node *node)
{
    size_t at = (uintptr_t)node / 8 * 0x9E3779B97F4A7C15 % w->room;
    while (w->seen[at] && w->seen[at] != node)
        at = (at + 1) % w->room;
    return at;
}

static void grow(struct walk *w)
{
    struct walk old = *w;
    w->room = old.room ? old.room * 2 : 64;
    w->seen = calloc(w->room, sizeof *w->seen);
    if (!w->seen)
        abort();
    for (size_t i = 0; i < old.room; i++)
        if (old.seen[i])
            w->seen[slot(w, old.seen[i])] = old.seen[i];
    free(old.seen);
}

static void later(struct walk *w, const struct pk_node *node)
{
    if (!node)
        return;
    if (w->n_seen * 2 >= w->room)
        grow(w);
    size_t at = slot(w, node);
    if (w->seen[at])
        return;
    w->seen[at] = node;
    w->n_seen++;
    if (w->n_todo == w->todo_room) {
        w->todo_room = w->todo_room ? w->todo_room * 2 : 64;
        w->todo = realloc(w->todo, w->todo_room * sizeof *w->todo);
        if (!w->todo)
            abort();
    }
    w->todo[w->n_todo++] = node;
}

static void later_items(struct walk *w, const struct pk_items *items)
{
    for (size_t i = 0; items && i < items->n; i++)
        later(w, items->data[i]);
}

static const uint8_t *element_at(const struct np_array *a, size_t index)
{
    int64_t offset = 0;
    for (uint32_t k = a->shape.rank; k-- > 0;) {
        offset += (int64_t)(index % (size_t)a->shape.dims[k]) * a->strides[k];
        index /= (size_t)a->shape.dims[k];
    }
    return a->data + offset;
}

static void check_numbers(struct walk *w, const struct np_array *a, size_t n)
{
    struct lar_error err = {0}, integer_err = {0}, tensor_err = {0};
    struct lar_tensor tensor;
    struct np_dtype native = *a->dtype;
    const double *f64 = np_to_f64(a, w->arena, &err);
    const int64_t *i64 = np_to_i64(a, w->arena, &integer_err);
    bool dense = np_to_tensor(&tensor, a, w->arena, &tensor_err);
    bool all_integers = a->dtype->kind != 'f', spent = w->arena->over_limit;
    native.swapped = false;
    for (size_t i = 0; i < n && !spent; i++) {
        double want, got = 0;
        int64_t integer;
        const uint8_t *at = element_at(a, i);
        bool ok = np_element_f64(a->dtype, at, &want);
        bool is_integer = np_element_i64(a->dtype, at, &integer);
        all_integers &= is_integer;
        if (ok != (f64 != NULL) ||
            (ok && memcmp(&f64[i], &want, sizeof want) != 0 && (want == want || f64[i] == f64[i])))
            w->fault = "float64 of an array differs from its element's";
        if (i64 && (!is_integer || i64[i] != integer))
            w->fault = "int64 of an array differs from its element's";
        if (ok && (!dense ||
                   !np_element_f64(&native, (uint8_t *)tensor.data + i * native.itemsize, &got) ||
                   (got != want && want == want)))
            w->fault = "a tensor's element differs from the array's";
    }
    if (!spent && n > 0 && all_integers != (i64 != NULL))
        w->fault = "int64 of an array was refused";
}

static void check_strings(struct walk *w, const struct np_array *a, size_t n)
{
    struct lar_tensor all, one;
    struct lar_error err = {0}, one_err = {0};
    bool ok = np_to_tensor(&all, a, w->arena, &err), each = true;
    for (size_t i = 0; i < n; i++) {
        struct np_array single = {.dtype = a->dtype, .data = element_at(a, i)};
        bool good = np_to_tensor(&one, &single, w->arena, &one_err);
        each &= good;
        if (!ok || !good)
            continue;
        uint64_t size = all.offsets[i + 1] - all.offsets[i];
        if (size != one.offsets[1] ||
            (size && memcmp((char *)all.data + all.offsets[i], one.data, size) != 0))
            w->fault = "a text differs from its element's";
    }
    if (!w->arena->over_limit && ok != each)
        w->fault = "text was refused in an array only";
}

static void check_array(struct walk *w, const struct np_array *a, int depth)
{
    struct lar_error err = {0};
    struct lar_tensor tensor;
    struct np_array field;
    size_t n = 1;
    for (uint32_t i = 0; i < a->shape.rank; i++)
        n *= (size_t)a->shape.dims[i];
    if (n > MAX_ELEMENTS)
        return;
    if (strchr("biuf", a->dtype->kind))
        check_numbers(w, a, n);
    else if (strchr("SU", a->dtype->kind))
        check_strings(w, a, n);
    else
        (void)np_to_tensor(&tensor, a, w->arena, &err);
    for (size_t i = 0; i < a->dtype->n_fields && i < 64 && depth < 3; i++) {
        struct pk_bytes name = a->dtype->fields[i].name;
        char *text = lar_arena_strndup(w->arena, (const char *)name.data, name.size);
        if (text && np_field_of(&field, a, text))
            check_array(w, &field, depth + 1);
    }
    for (size_t i = 0; a->objects && i < n; i++)
        later(w, a->objects[i]);
}

static void visit(struct walk *w, const struct pk_node *node)
{
    char buffer[80];
    int64_t integer;
    double real;
    bool boolean;
    struct np_array array;
    struct lar_error err = {0};
    w->count->nodes++;
    if (strlen(pk_describe(node, buffer, sizeof buffer)) >= sizeof buffer)
        w->fault = "a description is too long";
    (void)pk_attribute(node, "a");
    (void)pk_dict_get(node, "a");
    later(w, pk_class(node));
    if (pk_get_i64(node, &integer) && !pk_get_f64(node, &real))
        w->fault = "an integer is no number";
    (void)pk_get_bool(node, &boolean);
    if (np_scalar(&array, node, w->arena))
        check_array(w, &array, 0);
    if (!np_is_array(node))
        return;
    w->count->arrays++;
    if (np_array(&array, node, w->arena, &err))
        check_array(w, &array, 0);
    else
        w->count->unread++;
}

static void go_on(struct walk *w, const struct pk_node *node)
{
    switch (node->kind) {
    case PK_TUPLE:
    case PK_LIST:
    case PK_SET:
    case PK_FROZENSET:
    case PK_PERSISTENT:
    case PK_DICT: later_items(w, &node->items); break;
    case PK_OBJECT:
        later(w, node->object.callable);
        later(w, node->object.args);
        later(w, node->object.kwargs);
        later(w, node->object.state);
        later_items(w, node->object.list);
        later_items(w, node->object.dict);
        break;
    case PK_ARRAY:
        later(w, node->array.wrapper);
        later(w, node->array.nested);
        break;
    default: break;
    }
}

static const char *walk(struct walk *w)
{
    while (w->n_todo > 0 && !w->fault) {
        const struct pk_node *node = w->todo[--w->n_todo];
        visit(w, node);
        go_on(w, node);
    }
    free(w->seen);
    free(w->todo);
    return w->fault;
}

const char *walk_nodes(struct walked *ret, const struct pk_pickle *pickle)
{
    struct walk w = {.arena = pickle->arena, .count = ret};
    *ret = (struct walked){0};
    later(&w, pickle->root);
    return walk(&w);
}

const char *walk_array(const struct np_array *array, struct lar_arena *arena)
{
    struct walked count = {0};
    struct walk w = {.arena = arena, .count = &count};
    check_array(&w, array, 0);
    return walk(&w);
}
