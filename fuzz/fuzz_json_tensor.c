/* JSON text to a tensor and back. The first byte chooses the types, the second the rank.
 * SPDX-License-Identifier: MIT */
#include "dialects/json_tensor.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct {
    enum lar_type type, wire;
} pairs[] = {
    {LAR_TYPE_F64, LAR_TYPE_F64}, {LAR_TYPE_STRING, LAR_TYPE_STRING},
    {LAR_TYPE_I64, LAR_TYPE_I64}, {LAR_TYPE_BOOL, LAR_TYPE_BOOL},
    {LAR_TYPE_F32, LAR_TYPE_F64}, {LAR_TYPE_F16, LAR_TYPE_F16},
    {LAR_TYPE_U8, LAR_TYPE_U64},  {LAR_TYPE_F64, LAR_TYPE_I64},
};

/* Reads TEXT; what is accepted is written to OUT. */
static bool read_and_write(const char *text, size_t size, unsigned pair, uint32_t rank,
                           struct lar_scratch *scratch, struct lar_text *out)
{
    struct lar_json js;
    struct lar_cells cells;
    struct lar_tensor t;
    struct lar_error err = {0};
    struct lar_shape shape = {.rank = rank};
    for (uint32_t i = 0; i < rank; i++)
        shape.dims[i] = -1;
    lar_json_init(&js, text, size, scratch);
    lar_cells_init(&cells, pairs[pair].type, pairs[pair].wire);
    if (!lar_cells_read_nested(&cells, &js, rank, shape.dims, &err) || !lar_json_end(&js, &err)) {
        assert(err.code == LAR_ERR_INVALID || err.code == LAR_ERR_LIMIT);
        return false;
    }
    for (uint32_t i = 0; i < rank; i++)
        shape.dims[i] = shape.dims[i] < 0 ? 0 : shape.dims[i];
    if (!lar_cells_tensor(&cells, &js, &shape, &t, &err))
        return false;
    assert(lar_tensor_count(&t) == cells.count);
    assert(!lar_tensor_fault(&t, cells.bytes));
    lar_json_write(out, &t, (struct lar_json_style){.floats = LAR_JSON_TOKENS});
    return lar_text_ok(out, &err);
}

/* What one reader takes for JSON, the other must too. */
static void compare_skip(const char *text, size_t size)
{
    struct lar_json js;
    struct lar_error err = {0};
    lar_json_init(&js, text, size, NULL);
    bool good = lar_json_skip(&js, &err) && lar_json_end(&js, &err);
    assert(good);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_error err = {0};
    struct lar_text first, second;
    if (size < 2)
        return 0;
    unsigned pair = data[0] % (sizeof pairs / sizeof *pairs);
    uint32_t rank = data[1] % 4;
    const char *text = (const char *)data + 2;
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 22, &err);
    lar_text_init(&first, NULL, 0, 1 << 22);
    lar_text_init(&second, NULL, 0, 1 << 22);
    if (read_and_write(text, size - 2, pair, rank, scratch, &first)) {
        compare_skip(text, size - 2);
        lar_scratch_reset(scratch);
        if (pairs[pair].wire == LAR_TYPE_F64 || pairs[pair].wire == pairs[pair].type) {
            bool again = read_and_write(first.data, first.size, pair, rank, scratch, &second);
            assert(again && first.size == second.size &&
                   memcmp(first.data, second.data, first.size) == 0);
        }
    }
    lar_text_finish(&first);
    lar_text_finish(&second);
    lar_scratch_free(scratch);
    return 0;
}
