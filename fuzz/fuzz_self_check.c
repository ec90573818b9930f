/* expected.json beside a model of two methods, one with two outputs.
 * SPDX-License-Identifier: MIT */
#include "inference/operator.h"
#include "server/self_check.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct lar_plan *make_plan(void)
{
    static struct lar_flat flat;
    struct lar_error err = {0};
    struct lar_plan *plan = NULL;
    struct lar_draft *d = lar_draft_new(&lar_operators, 1 << 20, &err);
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS));
    lar_value y = lar_draft_apply(d, "Add", 2, x, lar_draft_scalar_f64(d, 1));
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict", y, LAR_NO_VALUE);
    uint32_t both = lar_draft_method(d, "both");
    lar_draft_output(d, both, "both_a", x, LAR_NO_VALUE);
    lar_draft_output(d, both, "both_b", y, LAR_NO_VALUE);
    size_t n = lar_flat_size(d, 0, &err);
    void *block = n ? aligned_alloc(64, (n + 63) / 64 * 64) : NULL;
    if (!block)
        abort();
    lar_flat_fill(d, "", 0, block);
    lar_draft_free(d);
    if (!lar_flat_open(&flat, block, n, &lar_operators, &err) || !lar_plan_new(&plan, &flat, &err))
        abort();
    return plan;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct lar_plan *plan;
    struct lar_error err = {0};
    if (!plan)
        plan = make_plan();
    if (!lar_self_check(plan, (const char *)data, size, 1 << 22, &err))
        assert(err.code && err.text[0]);
    return 0;
}
