/* scikit-learn files the whole way: read, written flat, checked, planned, run.
 * SPDX-License-Identifier: MIT */
#include "tests/formats/model_case.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ROWS = 3, LIMIT = 16 << 20 };

/* Inputs that fit the model: numbers of all kinds, or texts. False if they would be too large. */
static bool fill(const struct lar_value_info *info, struct lar_scratch *scratch,
                 struct lar_tensor *ret)
{
    static const double numbers[] = {0, 1.5, -3, 1e300, 2, 7};
    static const char text[] = "a fox, Ol\xc3\xa9!";
    uint64_t n;
    *ret =
        (struct lar_tensor){.type = info->type, .layout = LAR_LAYOUT_DENSE, .shape = info->shape};
    for (uint32_t d = 0; d < ret->shape.rank; d++)
        ret->shape.dims[d] = ret->shape.dims[d] < 0 ? ROWS : ret->shape.dims[d];
    if (!lar_shape_count(&ret->shape, &n) || n > 1 << 20)
        return false;
    double *x = ret->data = lar_scratch_take(scratch, n + sizeof text, sizeof *x);
    if (!x)
        return false;
    for (uint64_t i = 0; i < n; i++)
        x[i] = numbers[i % (sizeof numbers / sizeof *numbers)];
    if (info->type != LAR_TYPE_STRING)
        return true;
    ret->offsets = lar_scratch_take(scratch, n + 1, sizeof *ret->offsets);
    ret->kinds = lar_scratch_take(scratch, n + 1, 1);
    if (!ret->offsets || !ret->kinds)
        return false;
    memcpy(ret->data, text, sizeof text - 1); /* the first has it all, the others are empty */
    for (uint64_t i = 0; i <= n; i++)
        ret->offsets[i] = i ? sizeof text - 1 : 0;
    memset(ret->kinds, LAR_STRING_TEXT, n);
    return true;
}

static void run(const struct model *model, struct lar_scratch *scratch)
{
    const struct lar_flat *flat = &model->flat;
    struct lar_error err = {0};
    struct lar_tensor *inputs = calloc(flat->n_inputs + 1, sizeof *inputs), answer;
    assert(inputs);
    bool ok = true;
    for (uint32_t i = 0; i < flat->n_inputs && ok; i++)
        if (flat->inputs[i].value != LAR_NO_VALUE)
            ok = fill(&flat->values[flat->inputs[i].value], scratch, &inputs[i]);
    for (uint32_t i = 0; i < flat->n_outputs && ok; i++) {
        err.code = LAR_ERR_NONE;
        if (!lar_plan_run(model->plan, scratch, inputs, ROWS, &i, 1, &answer, &err))
            continue;
        uint64_t nnz = answer.layout == LAR_LAYOUT_CSR  ? answer.indptr[ROWS]
                       : answer.type == LAR_TYPE_STRING ? answer.offsets[lar_tensor_count(&answer)]
                                                        : 0;
        if (lar_tensor_fault(&answer, nnz))
            abort();
    }
    free(inputs);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model model;
    struct lar_error err = {0};
    if (!model_load(&model, data, size, &err)) {
        if (err.code == LAR_ERR_NONE || err.code == LAR_ERR_INTERNAL || !err.text[0])
            abort();
        return 0;
    }
    struct lar_scratch *scratch = lar_scratch_new(1 << 16, LIMIT, &err);
    if (scratch)
        run(&model, scratch);
    lar_scratch_free(scratch);
    model_free(&model);
    return 0;
}
