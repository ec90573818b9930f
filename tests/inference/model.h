/* A model from a draft over the real operators, opened and planned.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_INFERENCE_MODEL_H
#define TESTS_INFERENCE_MODEL_H

#include "inference/operator.h"
#include "inference/plan.h"
#include "tests/check_main.h"

#include <string.h>

struct model {
    void *block;
    struct lar_flat flat;
    struct lar_plan *plan;
};

static inline struct lar_draft *model_draft(void)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&lar_operators, 1 << 26, &err);
    ck_assert_ptr_nonnull(d);
    return d;
}

/* Writes and opens DRAFT, which is freed. */
static inline void model_open(struct model *m, struct lar_draft *draft)
{
    struct lar_error err = {0};
    ck_assert_msg(lar_draft_ok(draft, &err), "%s", err.text);
    size_t size = lar_flat_size(draft, 2, &err);
    ck_assert_msg(size > 0, "%s", err.text);
    m->block = aligned_alloc(64, size);
    lar_flat_fill(draft, "{}", 2, m->block);
    lar_draft_free(draft);
    ck_assert_msg(lar_flat_open(&m->flat, m->block, size, &lar_operators, &err), "%s", err.text);
    m->plan = NULL;
}

static inline void model_plan(struct model *m, struct lar_draft *draft)
{
    struct lar_error err = {0};
    model_open(m, draft);
    ck_assert_msg(lar_plan_new(&m->plan, &m->flat, &err), "%s", err.text);
}

static inline void model_finish(struct model *m)
{
    lar_plan_free(m->plan);
    lar_flat_finish(&m->flat);
    free(m->block);
}

/* The index of output NAME. */
static inline uint32_t model_output(const struct model *m, const char *name)
{
    for (uint32_t i = 0; i < m->flat.n_outputs; i++)
        if (strcmp(m->flat.outputs[i].name, name) == 0)
            return i;
    ck_abort_msg("no output %s", name);
}

static inline struct lar_tensor matrix_f64(const double *data, int64_t rows, int64_t columns)
{
    return (struct lar_tensor){.type = LAR_TYPE_F64,
                               .layout = LAR_LAYOUT_DENSE,
                               .shape = LAR_SHAPE(rows, columns),
                               .data = (void *)(uintptr_t)data};
}

#endif
