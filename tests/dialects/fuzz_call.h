/* What the dialects' fuzz targets share: one request to one of the test models.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_DIALECTS_FUZZ_CALL_H
#define TESTS_DIALECTS_FUZZ_CALL_H

#include "dialects/dialect.h"
#include "dialects/json_tensor.h"
#include "tests/dialects/models.h"

#include <assert.h>

typedef bool call_reader(struct lar_call_request *ret, const struct lar_flat *flat,
                         const void *body, size_t size, struct lar_scratch *scratch,
                         struct lar_error *err);

/* What lar_plan_run() relies on, and that all of it can be read. */
static inline void check_call(const struct lar_flat *flat, const struct lar_call_request *call)
{
    struct lar_text text;
    struct lar_error err = {0};
    lar_text_init(&text, NULL, 0, 1 << 22);
    assert(call->n_outputs > 0 && call->n_outputs <= flat->n_outputs);
    for (size_t i = 0; i < call->n_outputs; i++)
        assert(call->outputs[i] < flat->n_outputs);
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_tensor *t = &call->inputs[i];
        if (!t->data)
            continue;
        const struct lar_value_info *info = &flat->values[flat->inputs[i].value];
        assert(t->type == info->type && t->shape.rank == info->shape.rank);
        assert((uint64_t)t->shape.dims[0] == call->rows);
        for (uint32_t k = 1; k < t->shape.rank; k++)
            assert(info->shape.dims[k] < 0 || t->shape.dims[k] == info->shape.dims[k]);
        assert(!lar_tensor_fault(t, t->offsets ? t->offsets[lar_tensor_count(t)] : 0));
        lar_json_write(&text, t, (struct lar_json_style){0});
    }
    assert(lar_text_ok(&text, &err));
    lar_text_finish(&text);
}

static inline void fuzz_call(call_reader *read, const uint8_t *data, size_t size)
{
    enum { N = sizeof models_all / sizeof *models_all };
    static struct model models[N];
    static struct lar_scratch *scratch;
    struct lar_call_request call;
    struct lar_error err = {0};
    for (size_t i = 0; i < N && !scratch; i++)
        if (!model_init(&models[i], models_all[i], &err))
            abort();
    if (!scratch)
        scratch = lar_scratch_new(0, 1 << 22, &err);
    if (size == 0)
        return;
    const struct lar_flat *flat = &models[data[0] % N].flat;
    lar_scratch_reset(scratch);
    if (read(&call, flat, data + 1, size - 1, scratch, &err))
        check_call(flat, &call);
    else
        assert(err.code == LAR_ERR_INVALID || err.code == LAR_ERR_NOTFOUND ||
               err.code == LAR_ERR_LIMIT);
    lar_scratch_reset(scratch);
}

#endif
