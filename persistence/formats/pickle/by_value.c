/* Functions and classes by value; see by_value.h. How they are written is found in cloudpickle.py
 * (releases 0.4 to 3.1) and dill/_dill.py.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/by_value.h"

#include <string.h>

static const struct {
    const char *module, *name;
    enum pk_by_value kind;
} makers[] = {
    {"cloudpickle.cloudpickle", "_make_function", PK_FUNCTION_BY_VALUE},
    {"cloudpickle.cloudpickle", "_make_skel_func", PK_FUNCTION_BY_VALUE},
    {"cloudpickle.cloudpickle", "_fill_function", PK_FUNCTION_BY_VALUE},
    {"cloudpickle.cloudpickle", "_make_skeleton_class", PK_CLASS_BY_VALUE},
    {"cloudpickle.cloudpickle", "_make_skeleton_enum", PK_CLASS_BY_VALUE},
    {"cloudpickle.cloudpickle", "_rehydrate_skeleton_class", PK_CLASS_BY_VALUE},
    {"dill._dill", "_create_function", PK_FUNCTION_BY_VALUE},
    {"dill._dill", "_create_type", PK_CLASS_BY_VALUE},
};

static const struct pk_items *args_of(const struct pk_node *node)
{
    return node && node->kind == PK_OBJECT ? &node->object.args->items : NULL;
}

/* Whether NODE is cloudpickle's _builtin_type(NAME) or dill's _load_type(NAME). */
static bool is_type(const struct pk_node *node, const char *name)
{
    const struct pk_items *args = args_of(node);
    return args && args->n == 1 && pk_text_equal(args->data[0], name) &&
           (pk_is_global(node->object.callable, "cloudpickle.cloudpickle", "_builtin_type") ||
            pk_is_global(node->object.callable, "dill._dill", "_load_type"));
}

static enum pk_by_value kind_of(const struct pk_node *node)
{
    if (!args_of(node) || node->object.maker != PK_REDUCE)
        return PK_NOT_BY_VALUE;
    for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
        if (pk_is_global(node->object.callable, makers[i].module, makers[i].name))
            return makers[i].kind;
    bool function = is_type(node->object.callable, "FunctionType") ||
                    is_type(node->object.callable, "LambdaType"); /* the same */
    return function ? PK_FUNCTION_BY_VALUE : PK_NOT_BY_VALUE;
}

/* A code object's name: the second text behind its constants, names and variables, which are
 * tuples; the first is the file. */
static struct pk_bytes name_of_code(const struct pk_node *code)
{
    const struct pk_items *args = args_of(code);
    size_t tuples = 0, texts = 0;
    for (size_t i = 0; args && i < args->n; i++) {
        const struct pk_node *arg = args->data[i];
        tuples += arg->kind == PK_TUPLE;
        if (tuples >= 3 && arg->kind == PK_TEXT && ++texts == 2)
            return arg->bytes;
    }
    return (struct pk_bytes){0};
}

enum pk_by_value pk_by_value(const struct pk_node *node, struct pk_bytes *ret)
{
    enum pk_by_value kind = kind_of(node);
    struct pk_bytes name = {0};
    const struct pk_items *args = args_of(node);
    /* Filling and rehydrating get what was made before. */
    if (kind && args->n && kind_of(args->data[0]) == kind)
        args = args_of(args->data[0]);
    if (kind == PK_FUNCTION_BY_VALUE && args->n)
        name = name_of_code(args->data[0]);
    else if (kind && args->n > 1 && args->data[1]->kind == PK_TEXT)
        name = args->data[1]->bytes;
    if (ret)
        *ret = name;
    return kind;
}
