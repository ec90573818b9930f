/* The columns of a model's rows; see question.h.
 * SPDX-License-Identifier: MIT */
#include "cli/question.h"

#include <stdio.h>
#include <string.h>

bool lar_columns_of(struct lar_columns *ret, const struct lar_flat *flat, uint32_t method,
                    struct lar_scratch *scratch, struct lar_error *err)
{
    const struct lar_flat_method *m = &flat->methods[method];
    const struct lar_flat_input *only = m->n_inputs == 1 ? &flat->inputs[m->inputs[0]] : NULL;
    *ret = (struct lar_columns){.n = 0};
    if (only && only->value != LAR_NO_VALUE && flat->values[only->value].shape.rank == 2) {
        const struct lar_shape *shape = &flat->values[only->value].shape;
        ret->n = shape->dims[1] > 0 ? (size_t)shape->dims[1] : 0;
        if (only->columns != LAR_NO_VALUE)
            ret->names = flat->values[only->columns].constant;
        return true;
    }
    ret->inputs = lar_scratch_take(scratch, m->n_inputs + 1, sizeof(struct lar_flat_input *));
    if (!ret->inputs)
        return lar_scratch_fail(scratch, err, "the columns");
    for (uint32_t i = 0; i < m->n_inputs; i++)
        ret->inputs[i] = &flat->inputs[m->inputs[i]];
    ret->n = m->n_inputs;
    return true;
}

const char *lar_columns_name(const struct lar_columns *columns, size_t i,
                             char buffer[LAR_COLUMN_NAME], size_t *ret_size)
{
    if (columns->inputs) {
        *ret_size = strlen(columns->inputs[i]->name);
        return columns->inputs[i]->name;
    }
    if (columns->names) {
        *ret_size = columns->names->offsets[i + 1] - columns->names->offsets[i];
        return (const char *)columns->names->data + columns->names->offsets[i];
    }
    *ret_size = (size_t)snprintf(buffer, LAR_COLUMN_NAME, "x%zu", i);
    return buffer;
}

ptrdiff_t lar_columns_find(const struct lar_columns *columns, const char *name, size_t size)
{
    char buffer[LAR_COLUMN_NAME];
    for (size_t i = 0; i < columns->n; i++) {
        size_t n;
        const char *known = lar_columns_name(columns, i, buffer, &n);
        if (n == size && memcmp(known, name, n) == 0)
            return (ptrdiff_t)i;
    }
    return -1;
}
