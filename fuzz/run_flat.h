/* What the daemon does with an accepted block: plan it and run it, over the real operators.
 * SPDX-License-Identifier: MIT */
#ifndef FUZZ_RUN_FLAT_H
#define FUZZ_RUN_FLAT_H

#include "inference/operator.h"
#include "inference/plan.h"

#include <stdlib.h>
#include <string.h>

enum { RUN_ELEMENTS = 4096, RUN_SCRATCH = 16 << 20 };

/* Bytes for inputs, used in turn. */
struct run_bytes {
    const uint8_t *data;
    size_t size, at;
};

static inline uint8_t run_byte(struct run_bytes *b)
{
    return b->size ? b->data[b->at++ % b->size] : 0;
}

/* Element I of T from bytes: small integers mostly, sometimes anything. */
static inline void run_element(struct lar_tensor *t, uint64_t i, struct run_bytes *b)
{
    uint8_t byte = run_byte(b);
    uint64_t bits = byte;
    if (t->type == LAR_TYPE_BOOL) {
        ((uint8_t *)t->data)[i] = byte & 1;
        return;
    }
    if (t->type == LAR_TYPE_STRING) {
        t->kinds[i] = byte % 8 ? LAR_STRING_TEXT : LAR_STRING_NAN;
        ((char *)t->data)[t->offsets[i]] = (char)('a' + byte % 4);
        t->offsets[i + 1] = t->offsets[i] + (byte % 8 != 0);
        return;
    }
    double real = (double)byte / 16 - 4;
    float single = (float)real;
    if (byte < 8) { /* any bits */
        for (int k = 0; k < 8; k++)
            bits = bits << 8 | run_byte(b);
        memcpy(&real, &bits, sizeof real);
        memcpy(&single, &bits, sizeof single);
    }
    const void *from = t->type == LAR_TYPE_F64   ? (const void *)&real
                       : t->type == LAR_TYPE_F32 ? (const void *)&single
                                                 : (const void *)&bits;
    memcpy((char *)t->data + i * lar_type_size(t->type), from, lar_type_size(t->type));
}

/* An input as INFO declares it; false: it would be too large. */
static inline bool run_input(struct lar_tensor *t, const struct lar_value_info *info, uint64_t rows,
                             struct lar_scratch *scratch, struct run_bytes *b)
{
    *t = (struct lar_tensor){.type = info->type, .layout = info->layout, .shape = info->shape};
    for (uint32_t d = 0; d < t->shape.rank; d++)
        if (t->shape.dims[d] < 0)
            t->shape.dims[d] = t->shape.dims[d] == LAR_DIM_ROWS ? (int64_t)rows : 2;
    uint64_t n;
    if (!lar_shape_count(&t->shape, &n) || n > RUN_ELEMENTS)
        return false;
    t->data = lar_scratch_take(scratch, n, t->type == LAR_TYPE_STRING ? 1 : lar_type_size(t->type));
    t->offsets = lar_scratch_take(scratch, n + 1, sizeof *t->offsets);
    t->kinds = lar_scratch_take(scratch, n, 1);
    if (!t->data || !t->offsets || !t->kinds)
        return false;
    t->offsets[0] = 0;
    for (uint64_t i = 0; i < n; i++)
        run_element(t, i, b);
    return true;
}

/* The result must be what struct lar_tensor promises. */
static inline void run_check(const struct lar_tensor *t, const struct lar_value_info *info)
{
    uint64_t n, stored = 0;
    if (t->type != info->type || t->layout != info->layout || !lar_shape_count(&t->shape, &n))
        abort();
    if (t->layout == LAR_LAYOUT_CSR)
        stored = t->indptr[t->shape.dims[0]];
    else if (t->type == LAR_TYPE_STRING)
        stored = t->offsets[n];
    if (lar_tensor_fault(t, stored))
        abort();
}

static inline void run_once(const struct lar_flat *flat, const struct lar_plan *plan,
                            struct lar_scratch *scratch, uint64_t rows, const uint32_t *outputs,
                            uint32_t n_outputs, struct run_bytes *b)
{
    struct lar_error err = {0};
    struct lar_tensor *inputs = calloc(flat->n_inputs + 1, sizeof *inputs);
    struct lar_tensor *ret = calloc(n_outputs + 1, sizeof *ret);
    bool ok = inputs && ret;
    lar_scratch_reset(scratch);
    for (uint32_t i = 0; ok && i < flat->n_inputs; i++)
        ok = flat->inputs[i].value == LAR_NO_VALUE ||
             run_input(&inputs[i], &flat->values[flat->inputs[i].value], rows, scratch, b);
    if (ok && lar_plan_run(plan, scratch, inputs, rows, outputs, n_outputs, ret, &err)) {
        for (uint32_t i = 0; i < n_outputs; i++)
            run_check(&ret[i], &flat->values[flat->outputs[outputs[i]].value]);
    } else if (ok && err.code != LAR_ERR_INVALID && err.code != LAR_ERR_LIMIT &&
               err.code != LAR_ERR_NOMEM) {
        abort(); /* a failure is the request's */
    }
    free(inputs);
    free(ret);
}

/* Plans FLAT and runs it with no, one and several rows: every output alone, then all together. */
static inline void run_flat(const struct lar_flat *flat, const uint8_t *data, size_t size)
{
    static const uint64_t rows[] = {0, 1, 11};
    struct run_bytes bytes = {data, size, 0};
    struct lar_error err = {0};
    struct lar_plan *plan = NULL;
    struct lar_scratch *scratch = lar_scratch_new(1 << 20, RUN_SCRATCH, &err);
    uint32_t *all = calloc(flat->n_outputs + 1, sizeof *all);
    if (scratch && all && lar_plan_new(&plan, flat, &err)) {
        for (uint32_t i = 0; i < flat->n_outputs; i++)
            all[i] = i;
        for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
            for (uint32_t i = 0; i < flat->n_outputs && i < 8; i++)
                run_once(flat, plan, scratch, rows[r], &i, 1, &bytes);
            run_once(flat, plan, scratch, rows[r], all, flat->n_outputs, &bytes);
            if (!(lar_plan_cost(plan, all, flat->n_outputs, rows[r]) >= 0))
                abort();
        }
    }
    lar_plan_free(plan);
    lar_scratch_free(scratch);
    free(all);
}

#endif
