/* Values, inputs, methods and outputs of a draft; nodes are in draft_node.c. See draft.h.
 * SPDX-License-Identifier: MIT */
#include "graph/draft_private.h"
#include "graph/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct lar_draft *lar_draft_new(const struct lar_operator_set *operators, size_t limit,
                                struct lar_error *err)
{
    struct lar_draft *draft = calloc(1, sizeof *draft);
    if (!draft) {
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for a graph");
        return NULL;
    }
    draft->operators = operators;
    lar_arena_init(&draft->arena, limit);
    return draft;
}

void lar_draft_free(struct lar_draft *draft)
{
    if (!draft)
        return;
    lar_arena_finish(&draft->arena);
    free(draft);
}

const struct lar_operator_set *lar_draft_operators(const struct lar_draft *draft)
{
    return draft->operators;
}

struct lar_arena *lar_draft_arena(struct lar_draft *draft)
{
    return &draft->arena;
}

static bool failed(const struct lar_draft *draft)
{
    return draft->failure.code != LAR_ERR_NONE;
}

bool lar_draft_ok(const struct lar_draft *draft, struct lar_error *err)
{
    return !failed(draft) || lar_fail(err, draft->failure.code, "%s", draft->failure.text);
}

lar_value lar_draft_fail(struct lar_draft *draft, enum lar_error_code code, const char *format, ...)
{
    char text[sizeof draft->failure.text];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    lar_fail(&draft->failure, code, "%s", text);
    return LAR_NO_VALUE;
}

void *lar_draft_alloc(struct lar_draft *draft, size_t n, size_t size)
{
    void *ret = failed(draft) ? NULL : lar_arena_alloc(&draft->arena, n, size);
    if (!ret)
        lar_arena_fail(&draft->arena, &draft->failure, "the graph");
    return ret;
}

bool lar_draft_reserve(struct lar_draft *draft, void *array, uint32_t n, uint32_t *capacity,
                       size_t size)
{
    if (failed(draft))
        return false;
    if (n < *capacity)
        return true;
    if (n >= LAR_FLAT_MOST) {
        lar_draft_fail(draft, LAR_ERR_LIMIT, "the graph has more than %d parts of one kind",
                       LAR_FLAT_MOST);
        return false;
    }
    uint32_t more = *capacity ? *capacity * 2 : 16;
    void *grown = lar_draft_alloc(draft, more, size);
    if (!grown)
        return false;
    void *old;
    memcpy(&old, array, sizeof old);
    if (n)
        memcpy(grown, old, n * size); /* the old array stays for those who hold its infos */
    memcpy(array, &grown, sizeof grown);
    *capacity = more;
    return true;
}

lar_value lar_draft_add_value(struct lar_draft *draft, const struct lar_value_info *info,
                              enum lar_origin origin)
{
    if (!lar_draft_reserve(draft, &draft->values, draft->n_values, &draft->cap_values,
                           sizeof *draft->values))
        return LAR_NO_VALUE;
    draft->values[draft->n_values] = (struct lar_draft_value){*info, origin};
    return draft->n_values++;
}

const struct lar_value_info *lar_draft_info(const struct lar_draft *draft, lar_value value)
{
    static const struct lar_value_info none = {.type = LAR_TYPE_F64, .layout = LAR_LAYOUT_DENSE};
    return value < draft->n_values ? &draft->values[value].info : &none;
}

/* A copy of a name that the flat form can hold, or NULL after recording the failure. */
static const char *copy_name(struct lar_draft *draft, const char *name, const char *what)
{
    if (failed(draft))
        return NULL;
    size_t length = strlen(name);
    if (length > LAR_FLAT_NAME) {
        lar_draft_fail(draft, LAR_ERR_UNSUPPORTED, "the name of %s is longer than %d bytes", what,
                       LAR_FLAT_NAME);
        return NULL;
    }
    if (!lar_text_valid(name, length, true)) {
        lar_draft_fail(draft, LAR_ERR_UNSUPPORTED, "the name of %s is not UTF-8", what);
        return NULL;
    }
    char *ret = lar_draft_alloc(draft, length + 1, 1);
    if (ret)
        memcpy(ret, name, length);
    return ret;
}

static void add_input(struct lar_draft *draft, const char *name, lar_value value)
{
    if (lar_draft_reserve(draft, &draft->inputs, draft->n_inputs, &draft->cap_inputs,
                          sizeof *draft->inputs))
        draft->inputs[draft->n_inputs++] =
            (struct lar_draft_input){.name = name, .value = value, .columns = LAR_NO_VALUE};
}

lar_value lar_draft_input(struct lar_draft *draft, const char *name, enum lar_type type,
                          struct lar_shape shape)
{
    const struct lar_value_info info = {.type = type, .layout = LAR_LAYOUT_DENSE, .shape = shape};
    const char *copy = copy_name(draft, name, "an input");
    if (!copy)
        return LAR_NO_VALUE;
    if (type < LAR_TYPE_BOOL || type >= LAR_TYPE_END || !lar_shape_valid(&shape))
        return lar_draft_fail(draft, LAR_ERR_FORMAT, "input '%s': no type or shape", name);
    lar_value ret = lar_draft_add_value(draft, &info, LAR_ORIGIN_INPUT);
    add_input(draft, copy, ret);
    return failed(draft) ? LAR_NO_VALUE : ret;
}

void lar_draft_unread_input(struct lar_draft *draft, const char *name)
{
    const char *copy = copy_name(draft, name, "an input");
    if (copy)
        add_input(draft, copy, LAR_NO_VALUE);
}

void lar_draft_input_columns(struct lar_draft *draft, lar_value input, const char *const *names,
                             size_t n)
{
    lar_value columns = lar_draft_strings(draft, names, NULL, NULL, n);
    if (failed(draft))
        return;
    for (uint32_t i = 0; i < draft->n_inputs; i++) {
        if (draft->inputs[i].value != input)
            continue;
        const char *fault =
            lar_columns_fault(&draft->values[input].info, &draft->values[columns].info);
        if (fault)
            lar_draft_fail(draft, LAR_ERR_FORMAT, "input '%s': %s", draft->inputs[i].name, fault);
        draft->inputs[i].columns = columns;
        return;
    }
    lar_draft_fail(draft, LAR_ERR_INTERNAL, "columns are named for value %u, no input", input);
}

void lar_draft_input_records(struct lar_draft *draft, lar_value features, const char *separator,
                             unsigned holds)
{
    lar_value text = lar_draft_strings(draft, &separator, NULL, NULL, 1);
    if (failed(draft))
        return;
    for (uint32_t i = 0; i + 1 < draft->n_inputs; i++) {
        struct lar_draft_input *input = &draft->inputs[i];
        if (input->value != features || input[1].value == LAR_NO_VALUE)
            continue;
        const char *fault =
            lar_records_fault(&draft->values[features].info, &draft->values[input[1].value].info,
                              &draft->values[text].info, holds);
        if (fault)
            lar_draft_fail(draft, LAR_ERR_FORMAT, "input '%s': %s", input->name, fault);
        input->columns = text;
        input->records = holds;
        return;
    }
    lar_draft_fail(draft, LAR_ERR_INTERNAL, "value %u is no input before another", features);
}

void lar_draft_name_inputs(struct lar_draft *draft, const char *const *names, size_t n)
{
    if (failed(draft))
        return;
    const struct lar_draft_input *only = draft->n_inputs == 1 ? &draft->inputs[0] : NULL;
    const struct lar_shape *shape = only ? &lar_draft_info(draft, only->value)->shape : NULL;
    if (shape && only->value != LAR_NO_VALUE && shape->rank == 2 && shape->dims[1] > 0) {
        if ((uint64_t)shape->dims[1] == n)
            lar_draft_input_columns(draft, only->value, names, n);
        else
            lar_draft_fail(draft, LAR_ERR_INVALID, "%zu names for the %lld columns of '%s'", n,
                           (long long)shape->dims[1], only->name);
        return;
    }
    if (n != draft->n_inputs)
        lar_draft_fail(draft, LAR_ERR_INVALID, "%zu names for %u inputs", n, draft->n_inputs);
    for (uint32_t i = 0; i < draft->n_inputs && !failed(draft); i++)
        draft->inputs[i].name = copy_name(draft, names[i], "an input");
}

uint32_t lar_draft_method(struct lar_draft *draft, const char *name)
{
    const char *copy = copy_name(draft, name, "a method");
    if (!copy || !lar_draft_reserve(draft, &draft->methods, draft->n_methods, &draft->cap_methods,
                                    sizeof *draft->methods))
        return LAR_NO_VALUE;
    draft->methods[draft->n_methods] = copy;
    return draft->n_methods++;
}

void lar_draft_output(struct lar_draft *draft, uint32_t method, const char *name, lar_value value,
                      lar_value labels)
{
    const char *copy = copy_name(draft, name, "an output");
    if (!copy || !lar_draft_reserve(draft, &draft->outputs, draft->n_outputs, &draft->cap_outputs,
                                    sizeof *draft->outputs))
        return;
    const char *fault = method >= draft->n_methods  ? "there is no such method"
                        : value >= draft->n_values  ? "there is no such value"
                        : labels == LAR_NO_VALUE    ? NULL
                        : labels >= draft->n_values ? "there are no such labels"
                                                    : lar_labels_fault(&draft->values[value].info,
                                                                       &draft->values[labels].info);
    if (fault)
        lar_draft_fail(draft, LAR_ERR_INTERNAL, "output '%s': %s", name, fault);
    else
        draft->outputs[draft->n_outputs++] = (struct lar_draft_output){copy, value, labels, method};
}

void lar_draft_default_method(struct lar_draft *draft, const char *name)
{
    draft->default_method = copy_name(draft, name, "the default method");
}
