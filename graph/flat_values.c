/* Values and the contents of constants; see flat_check.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_check.h"

#include <string.h>

/* Constants lie one after another, each array from a multiple of 64. */
struct walk {
    uint32_t constant; /* the next one */
    size_t at;         /* where it must begin: a multiple of 64, not above the block's size */
};

/* Finds the arrays of a constant of SIZES bytes. */
static const char *find_parts(const struct lar_flat_check *c, struct walk *walk,
                              const size_t sizes[LAR_FLAT_PARTS], uint8_t *ret[LAR_FLAT_PARTS])
{
    for (int i = 0; i < LAR_FLAT_PARTS; i++) {
        size_t left = c->size - walk->at;
        if (sizes[i] > left)
            return "it does not fit the block";
        const uint8_t *part = c->block + walk->at;
        size_t room = lar_flat_align(sizes[i]); /* fits too: LEFT is a multiple of 64 */
        if (!lar_flat_all_zero(part + sizes[i], part + room))
            return "bytes after it are not zero";
        ret[i] = (uint8_t *)part;
        walk->at += room;
    }
    return NULL;
}

static const char *check_constant(struct lar_flat_check *c, struct walk *walk,
                                  struct lar_value_info *info)
{
    if (walk->constant == c->graph.n_constants)
        return "there are more than the graph has";
    const struct lar_flat_constant_record *record =
        (const void *)(c->block + c->places.constants + walk->constant * sizeof *record);
    struct lar_tensor *t = &c->tensors[walk->constant++];
    const char *fault = lar_constant_fault(info);
    size_t sizes[LAR_FLAT_PARTS];
    uint8_t *parts[LAR_FLAT_PARTS];
    if (fault)
        return fault;
    if (record->offset != walk->at)
        return "it does not lie where the one before ends";
    if (!lar_flat_parts(info, record->length, c->size, sizes))
        return "its length disagrees with its shape or does not fit the block";
    fault = find_parts(c, walk, sizes, parts);
    if (fault)
        return fault;
    bool strings = info->type == LAR_TYPE_STRING, csr = info->layout == LAR_LAYOUT_CSR;
    *t = (struct lar_tensor){.type = info->type,
                             .layout = info->layout,
                             .shape = info->shape,
                             .data = strings ? parts[1] : parts[0],
                             .offsets = strings ? (uint64_t *)(void *)parts[0] : NULL,
                             .kinds = strings ? parts[2] : NULL,
                             .indptr = csr ? (uint64_t *)(void *)parts[1] : NULL,
                             .indices = csr ? (uint32_t *)(void *)parts[2] : NULL};
    info->constant = t;
    return lar_tensor_fault(t, record->length);
}

static const char *check_input(const struct lar_value_info *info)
{
    if (info->type < LAR_TYPE_BOOL || info->type >= LAR_TYPE_END)
        return "its type does not exist";
    return info->layout == LAR_LAYOUT_DENSE ? NULL : "it is not dense";
}

bool lar_flat_check_values(struct lar_flat_check *c, struct lar_error *err)
{
    const struct lar_flat_value_record *record = (const void *)(c->block + c->places.values);
    struct walk walk = {.at = c->places.data};
    for (uint32_t i = 0; i < c->graph.n_values; i++, record++) {
        struct lar_value_info *info = &c->flat->values[i];
        info->type = record->type;
        info->layout = record->layout;
        info->shape.rank = record->rank;
        memcpy(info->shape.dims, record->dims, sizeof info->shape.dims);
        c->origins[i] = record->origin;
        if (record->zero)
            return lar_fail(err, LAR_ERR_FORMAT, "value %u: bytes that must be zero are not", i);
        if (!lar_shape_valid(&info->shape))
            return lar_fail(err, LAR_ERR_FORMAT, "value %u: its shape is out of range", i);
        const char *fault = NULL, *kind = "";
        switch (c->origins[i]) {
        case LAR_ORIGIN_INPUT:
            kind = "an input: ";
            fault = check_input(info);
            break;
        case LAR_ORIGIN_CONSTANT:
            kind = "a constant: ";
            fault = check_constant(c, &walk, info);
            break;
        case LAR_ORIGIN_NODE: break; /* held against what its operator infers */
        default: fault = "its origin does not exist";
        }
        if (fault)
            return lar_fail(err, LAR_ERR_FORMAT, "value %u: %s%s", i, kind, fault);
    }
    if (walk.constant != c->graph.n_constants || walk.at != c->size)
        return lar_fail(err, LAR_ERR_FORMAT, "constants: more than the values need");
    return true;
}
