/* Open Inference Protocol requests with tensors behind the JSON text: the first byte chooses the
 * model, the next two say how much is JSON.
 * SPDX-License-Identifier: MIT */
#include "tests/dialects/fuzz_call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The same bytes are also read by a head that was kept of them, and must mean the same. */
static void read_again(const struct lar_call_request *first, const struct lar_flat *flat,
                       const uint8_t *bytes, size_t size, size_t text, struct lar_scratch *scratch)
{
    struct lar_oip_heads heads = {0};
    struct lar_call_request call;
    for (int i = 0; i < 2; i++) {
        struct lar_error err = {0};
        bool ok = lar_oip_read_parts(&call, flat, "m", bytes, size, text, &heads, 7, scratch, &err);
        assert(ok || err.code == LAR_ERR_LIMIT);
        if (!ok)
            return;
        check_call(flat, &call);
        assert(call.rows == first->rows && call.method == first->method);
        assert(call.n_outputs == first->n_outputs && !call.forms == !first->forms);
        for (size_t k = 0; k < call.n_outputs; k++)
            assert(call.outputs[k] == first->outputs[k] &&
                   (!call.forms || (call.forms[k].binary == first->forms[k].binary &&
                                    call.forms[k].classes == first->forms[k].classes)));
        for (uint32_t k = 0; k < flat->n_inputs; k++) {
            const struct lar_tensor *a = &call.inputs[k], *b = &first->inputs[k];
            assert(!a->data == !b->data && a->type == b->type);
            assert(!a->data || lar_shape_equal(&a->shape, &b->shape));
            assert(!a->data || a->type == LAR_TYPE_STRING ||
                   memcmp(a->data, b->data, lar_tensor_count(a) * lar_type_size(a->type)) == 0);
        }
    }
}

static bool read_parts(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                       size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    const uint8_t *bytes = body;
    size_t text = size < 2 ? 0 : (size_t)bytes[0] << 8 | bytes[1];
    if (size < 2)
        return lar_fail(err, LAR_ERR_INVALID, "no size");
    text = text < size - 2 ? text : size - 2;
    if (!lar_oip_read_parts(ret, flat, "m", bytes + 2, size - 2, text, NULL, 0, scratch, err))
        return false;
    read_again(ret, flat, bytes + 2, size - 2, text, scratch);
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    fuzz_call(read_parts, data, size);
    return 0;
}
