/* larder.LookUp: one column of a table through a dictionary: category encoders.
 *
 * Input: strings or float64, of shape [rows] or [rows, n]. Parameters: column, which of the n (0
 * where left out); keys [k], of the input's type, without repeats; values [k], int64 or float64;
 * unknown, of the values' type: the answer for what is no key (where left out, that is an error);
 * name [1], the column's name for messages; refuse_nan: NaN is an error, even as an unknown one.
 * Output [rows], of the values' type.
 *
 * Numbers are equal by value (-0.0 is 0.0), NaN equals NaN; a missing string (NaN, None) equals a
 * missing key of its kind. Infinite numbers are an error, as no framework takes them.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/params.h"
#include "inference/text.h"
#include "inference/values.h"

#include <math.h>

#define NONE UINT32_MAX

/* The keys by hash (strings) or in order (numbers). Indices into keys; NONE: no such key. */
struct state {
    uint32_t nan, none;  /* the missing ones */
    uint32_t *slots;     /* strings: open addressing */
    uint64_t mask;       /* number of slots - 1 */
    uint32_t *sorted, n; /* numbers: ascending, without NaN */
};

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_tensor *keys = lar_node_param(node, "keys");
    const struct lar_tensor *values = lar_node_param(node, "values");
    const struct lar_tensor *unknown = lar_node_param(node, "unknown");
    unsigned types = LAR_TYPE_BIT(LAR_TYPE_STRING) | LAR_TYPE_BIT(LAR_TYPE_F64);
    if (!lar_infer_dense(node, 0, types, -1, err))
        return false;
    const struct lar_value_info *x = node->inputs[0];
    int64_t column = lar_node_param_i64(node, "column", 0);
    if (x->shape.rank < 1 || x->shape.rank > 2)
        return lar_infer_refuse(err, "the input has %u dimensions, not 1 or 2", x->shape.rank);
    if (column < 0 || column >= (x->shape.rank == 2 ? x->shape.dims[1] : 1))
        return lar_infer_refuse(err, "there is no column %lld", (long long)column);
    if (keys->type != x->type)
        return lar_infer_refuse(err, "keys are %s, the input is %s", lar_type_name(keys->type),
                                lar_type_name(x->type));
    if (values->type != LAR_TYPE_I64 && values->type != LAR_TYPE_F64)
        return lar_infer_refuse(err, "values are %s", lar_type_name(values->type));
    if (keys->shape.dims[0] != values->shape.dims[0] || keys->shape.dims[0] >= UINT32_MAX / 4)
        return lar_infer_refuse(err, "%lld keys for %lld values", (long long)keys->shape.dims[0],
                                (long long)values->shape.dims[0]);
    if (unknown && unknown->type != values->type)
        return lar_infer_refuse(err, "'unknown' is %s, values are %s", lar_type_name(unknown->type),
                                lar_type_name(values->type));
    *ret = lar_infer_result(values->type, LAR_SHAPE(x->shape.dims[0]));
    return true;
}

static bool prepare_strings(struct state *s, const struct lar_tensor *keys, struct lar_arena *arena)
{
    uint64_t n = lar_tensor_count(keys), room = 4;
    while (room < 2 * n)
        room *= 2;
    s->slots = lar_arena_alloc(arena, room, sizeof *s->slots);
    if (!s->slots)
        return false;
    memset(s->slots, 0xFF, room * sizeof *s->slots);
    s->mask = room - 1;
    for (uint32_t i = 0; i < n; i++) {
        size_t length;
        const char *text = lar_text_at(keys, i, &length);
        if (keys->kinds[i] != LAR_STRING_TEXT) {
            uint32_t *missing = keys->kinds[i] == LAR_STRING_NAN ? &s->nan : &s->none;
            *missing = *missing == NONE ? i : *missing;
            continue;
        }
        uint64_t at = lar_text_hash(text, length) & s->mask;
        while (s->slots[at] != NONE)
            at = (at + 1) & s->mask;
        s->slots[at] = i;
    }
    return true;
}

/* Sorts by shell's method: few keys, nearly always in order already. */
static bool prepare_numbers(struct state *s, const struct lar_tensor *keys, struct lar_arena *arena)
{
    uint64_t n = lar_tensor_count(keys);
    const double *key = keys->data;
    s->sorted = lar_arena_alloc(arena, n + 1, sizeof *s->sorted);
    if (!s->sorted)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (!isnan(key[i]))
            s->sorted[s->n++] = i;
        else if (s->nan == NONE)
            s->nan = i;
    for (uint32_t gap = s->n / 2; gap; gap = gap == 2 ? 1 : gap * 5 / 11)
        for (uint32_t i = gap; i < s->n; i++) {
            uint32_t moved = s->sorted[i], at = i;
            for (; at >= gap && key[s->sorted[at - gap]] > key[moved]; at -= gap)
                s->sorted[at] = s->sorted[at - gap];
            s->sorted[at] = moved;
        }
    return true;
}

static bool prepare(const struct lar_node_info *node, struct lar_arena *arena, void **ret_state,
                    struct lar_error *err)
{
    const struct lar_tensor *keys = lar_node_param(node, "keys");
    struct state *s = lar_arena_alloc(arena, 1, sizeof *s);
    if (!s)
        return lar_arena_fail(arena, err, "categories");
    s->nan = s->none = NONE;
    if (!(keys->type == LAR_TYPE_STRING ? prepare_strings : prepare_numbers)(s, keys, arena))
        return lar_arena_fail(arena, err, "categories");
    *ret_state = s;
    return true;
}

static uint32_t find_string(const struct state *s, const struct lar_tensor *keys,
                            const struct lar_tensor *x, uint64_t i)
{
    size_t length;
    const char *text = lar_text_at(x, i, &length);
    if (x->kinds[i] != LAR_STRING_TEXT)
        return x->kinds[i] == LAR_STRING_NAN ? s->nan : s->none;
    uint64_t at = lar_text_hash(text, length) & s->mask;
    while (s->slots[at] != NONE && !lar_text_equal(keys, s->slots[at], x, i))
        at = (at + 1) & s->mask;
    return s->slots[at];
}

static uint32_t find_number(const struct state *s, const struct lar_tensor *keys, double x)
{
    if (isnan(x))
        return s->nan;
    const double *key = keys->data;
    uint32_t low = 0, high = s->n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (key[s->sorted[middle]] < x)
            low = middle + 1;
        else
            high = middle;
    }
    return low < s->n && key[s->sorted[low]] == x ? s->sorted[low] : NONE;
}

/* What the request brought that cannot be answered: NAME is the column's. */
static bool refuse(const struct lar_call *call, uint64_t row, uint64_t i, struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0], *name = lar_node_param(call->node, "name");
    size_t length;
    const char *column = lar_text_at(name, 0, &length);
    int shown = (int)(length < 128 ? length : 128);
    if (x->type == LAR_TYPE_F64) {
        double v = ((const double *)x->data)[i];
        if (isnan(v) || isinf(v))
            return lar_fail(err, LAR_ERR_INVALID, "column %.*s, row %llu: %s is not accepted here",
                            shown, column, (unsigned long long)row, isnan(v) ? "NaN" : "infinity");
        return lar_fail(err, LAR_ERR_INVALID, "column %.*s, row %llu: unknown category %.17g",
                        shown, column, (unsigned long long)row, v);
    }
    size_t n;
    const char *text = lar_text_at(x, i, &n);
    if (x->kinds[i] != LAR_STRING_TEXT)
        return lar_fail(err, LAR_ERR_INVALID,
                        "column %.*s, row %llu: a missing value (%s) is not accepted here", shown,
                        column, (unsigned long long)row,
                        x->kinds[i] == LAR_STRING_NAN ? "NaN" : "None");
    return lar_fail(err, LAR_ERR_INVALID, "column %.*s, row %llu: unknown category '%.*s'", shown,
                    column, (unsigned long long)row, lar_text_shown(text, n, 128), text);
}

/* Whether element I is refused whatever the keys are. */
static bool never_accepted(const struct lar_tensor *x, uint64_t i, bool refuse_nan)
{
    if (x->type == LAR_TYPE_STRING)
        return refuse_nan && x->kinds[i] == LAR_STRING_NAN;
    double v = ((const double *)x->data)[i];
    return isinf(v) || (refuse_nan && isnan(v));
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *x = call->inputs[0];
    const struct lar_tensor *keys = lar_node_param(call->node, "keys");
    const struct lar_tensor *values = lar_node_param(call->node, "values");
    const struct lar_tensor *unknown = lar_node_param(call->node, "unknown");
    bool refuse_nan = lar_node_flag(call->node, "refuse_nan");
    uint64_t rows = (uint64_t)x->shape.dims[0], step = x->shape.rank == 2 ? lar_columns(x) : 1;
    uint64_t column = (uint64_t)lar_node_param_i64(call->node, "column", 0);
    uint64_t *y = lar_output_dense(call, 0, &LAR_SHAPE(x->shape.dims[0]), err);
    if (!y)
        return false;
    for (uint64_t row = 0; row < rows; row++) {
        uint64_t i = row * step + column;
        if (never_accepted(x, i, refuse_nan))
            return refuse(call, row, i, err);
        uint32_t key = x->type == LAR_TYPE_STRING
                           ? find_string(call->state, keys, x, i)
                           : find_number(call->state, keys, ((const double *)x->data)[i]);
        if (key == NONE && !unknown)
            return refuse(call, row, i, err);
        /* int64 and float64 alike are eight bytes that are handed on */
        const uint64_t *from = key == NONE ? unknown->data : (const uint64_t *)values->data + key;
        memcpy(y + row, from, sizeof *y);
    }
    return true;
}

static bool verify(const struct lar_node_info *node, struct lar_error *err)
{
    if (lar_tensor_count(lar_node_param(node, "name")) != 1)
        return lar_fail(err, LAR_ERR_FORMAT, "'name' is not one name");
    return true;
}

static const struct lar_param_rule params[] = {
    {"keys", LAR_TYPE_END, 1, false},
    {"values", LAR_TYPE_END, 1, false},
    {"name", LAR_TYPE_STRING, 1, false},
    {"column", LAR_TYPE_I64, 0, true},
    {"unknown", LAR_TYPE_END, 0, true},
    {"refuse_nan", LAR_TYPE_BOOL, 0, true},
    {0},
};

const struct lar_operator lar_operator_look_up = {
    .signature = {.name = "larder.LookUp",
                  .version = 1,
                  .min_inputs = 1,
                  .max_inputs = 1,
                  .min_outputs = 1,
                  .max_outputs = 1,
                  .params = params,
                  .infer = infer},
    .verify = verify,
    .prepare = prepare,
    .run = run,
};
