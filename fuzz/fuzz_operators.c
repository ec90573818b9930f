/* Graphs of real operators, built as bytes say: whatever infer() accepts must be written, opened,
 * planned and run without a fault.
 * SPDX-License-Identifier: MIT */
#include "fuzz/run_flat.h"

#include "graph/draft.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Names, numbers of inputs, and params with their types. */
static const struct {
    const char *op;
    uint32_t n_inputs;
    struct {
        const char *name;
        enum lar_type type;
        int rank;
    } params[9];
} ops[] = {
    {"Add", 2, {{0}}},
    {"Sub", 2, {{0}}},
    {"Mul", 2, {{0}}},
    {"Div", 2, {{0}}},
    {"Max", 2, {{0}}},
    {"Min", 2, {{0}}},
    {"Neg", 1, {{0}}},
    {"Abs", 1, {{0}}},
    {"Exp", 1, {{0}}},
    {"Log", 1, {{0}}},
    {"Sqrt", 1, {{0}}},
    {"Sigmoid", 1, {{0}}},
    {"Clip", 3, {{0}}},
    {"Where", 3, {{0}}},
    {"Greater", 2, {{0}}},
    {"LessOrEqual", 2, {{0}}},
    {"Equal", 2, {{0}}},
    {"And", 2, {{0}}},
    {"Not", 1, {{0}}},
    {"Identity", 1, {{0}}},
    {"MatMul", 2, {{0}}},
    {"Cast", 1, {{"to", LAR_TYPE_I64, 0}}},
    {"ReduceSum", 2, {{"keepdims", LAR_TYPE_I64, 0}}},
    {"ReduceMax", 2, {{"keepdims", LAR_TYPE_I64, 0}}},
    {"ArgMax", 1, {{"axis", LAR_TYPE_I64, 0}, {"keepdims", LAR_TYPE_I64, 0}}},
    {"Softmax", 1, {{0}}},
    {"Gather", 2, {{"axis", LAR_TYPE_I64, 0}}},
    {"Concat", 2, {{"axis", LAR_TYPE_I64, 0}}},
    {"Reshape", 2, {{0}}},
    {"Unsqueeze", 2, {{0}}},
    {"Squeeze", 2, {{0}}},
    {"Slice", 5, {{0}}},
    {"Slice", 3, {{0}}},
    {"Transpose", 1, {{"perm", LAR_TYPE_I64, 1}}},
    {"Transpose", 1, {{0}}},
    {"larder.ConcatColumns", 3, {{"sparse", LAR_TYPE_BOOL, 0}}},
    {"larder.ScaleColumns", 2, {{0}}},
    {"larder.ToDense", 1, {{0}}},
    {"larder.ToCsr", 1, {{0}}},
    {"larder.TreeEnsemble",
     1,
     {{"roots", LAR_TYPE_I64, 1},
      {"left", LAR_TYPE_I32, 1},
      {"right", LAR_TYPE_I32, 1},
      {"feature", LAR_TYPE_I32, 1},
      {"threshold", LAR_TYPE_F64, 1},
      {"value", LAR_TYPE_F64, 2}}},
};

enum { MAX_VALUES = 64, MAX_STEPS = 24 };

struct builder {
    struct lar_draft *draft;
    struct run_bytes bytes;
    lar_value values[MAX_VALUES];
    uint32_t n;
};

/* A small constant of TYPE and RANK (up to 3), or of any if TYPE is LAR_TYPE_END. */
static lar_value constant(struct builder *b, enum lar_type type, int rank)
{
    struct lar_tensor t = {.layout = LAR_LAYOUT_DENSE};
    uint8_t byte = run_byte(&b->bytes);
    if (type == LAR_TYPE_END)
        type = (const enum lar_type[]){LAR_TYPE_F64,  LAR_TYPE_I64, LAR_TYPE_F32,
                                       LAR_TYPE_BOOL, LAR_TYPE_I32, LAR_TYPE_I64}[byte % 6];
    t.type = type;
    t.shape.rank = rank >= 0 ? (uint32_t)rank : byte / 8 % 4;
    uint64_t n = 1;
    for (uint32_t d = 0; d < t.shape.rank; d++) {
        t.shape.dims[d] = run_byte(&b->bytes) % 6;
        n *= (uint64_t)t.shape.dims[d];
    }
    t.data = lar_arena_alloc(lar_draft_arena(b->draft), n ? n : 1, lar_type_size(type));
    if (!t.data)
        abort();
    for (uint64_t i = 0; i < n; i++) {
        if (type == LAR_TYPE_I64 || type == LAR_TYPE_I32) { /* axes, indices, children */
            int64_t v = (int64_t)run_byte(&b->bytes) % 16 - 3;
            memcpy((char *)t.data + i * lar_type_size(type), &v, lar_type_size(type));
        } else {
            run_element(&t, i, &b->bytes);
        }
    }
    return lar_draft_constant(b->draft, &t);
}

static lar_value some_value(struct builder *b)
{
    uint8_t byte = run_byte(&b->bytes);
    return byte % 3 == 0 ? constant(b, LAR_TYPE_END, -1) : b->values[byte / 3 % b->n];
}

/* Adds a node unless its operator refuses it (which would fail the draft). */
static void add_node(struct builder *b)
{
    size_t which = run_byte(&b->bytes) % (sizeof ops / sizeof *ops);
    struct lar_node_args args = {.op = ops[which].op, .n_inputs = ops[which].n_inputs};
    lar_value inputs[5];
    const struct lar_value_info *infos[5];
    struct lar_param params[9];
    struct lar_value_info result;
    struct lar_error err = {0};
    struct lar_node_info info = {.signature = lar_operators.find(args.op, 0),
                                 .inputs = infos,
                                 .params = params,
                                 .n_inputs = args.n_inputs,
                                 .n_outputs = 1};
    if (!info.signature)
        abort();
    for (uint32_t k = 0; k < args.n_inputs; k++)
        inputs[k] = some_value(b);
    for (; info.n_params < 9 && ops[which].params[info.n_params].name; info.n_params++) {
        args.params[info.n_params].name = ops[which].params[info.n_params].name;
        args.params[info.n_params].value = constant(b, ops[which].params[info.n_params].type,
                                                    ops[which].params[info.n_params].rank);
    }
    for (uint32_t k = 0; k < args.n_inputs; k++)
        infos[k] = lar_draft_info(b->draft, inputs[k]);
    for (uint32_t k = 0; k < info.n_params; k++)
        params[k] = (struct lar_param){args.params[k].name,
                                       lar_draft_info(b->draft, args.params[k].value)->constant};
    args.inputs = inputs;
    if (lar_node_infer(&info, &result, &err))
        b->values[b->n++] = lar_draft_node(b->draft, &args);
}

static void build(struct builder *b)
{
    struct lar_draft *d = b->draft;
    b->values[b->n++] = lar_draft_input(d, "x", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    b->values[b->n++] = lar_draft_input(d, "y", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS));
    b->values[b->n++] = lar_draft_input(d, "z", LAR_TYPE_F32, LAR_SHAPE(LAR_DIM_ROWS, 2));
    b->values[b->n++] = lar_draft_input(d, "i", LAR_TYPE_I64, LAR_SHAPE(LAR_DIM_ROWS, 1));
    b->values[b->n++] = lar_draft_input(d, "s", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS));
    b->values[b->n++] =
        lar_draft_input(d, "u", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_SYMBOL(1), LAR_DIM_UNKNOWN));
    for (int i = 0; i < MAX_STEPS && b->bytes.at < b->bytes.size; i++)
        add_node(b);
    uint32_t method = lar_draft_method(d, "predict");
    char name[8] = "o_";
    for (uint32_t i = b->n > 6 ? 6 : 0; i < b->n; i += 1 + (b->n - i > 3)) {
        name[1] = (char)('A' + i);
        lar_draft_output(d, method, name, b->values[i], LAR_NO_VALUE);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct lar_error err = {0};
    struct lar_flat flat;
    struct builder b = {.draft = lar_draft_new(&lar_operators, 1 << 24, &err),
                        .bytes = {data, size, 0}};
    if (!b.draft)
        abort();
    build(&b);
    size_t bytes = lar_flat_size(b.draft, 2, &err);
    void *block = bytes ? aligned_alloc(64, bytes) : NULL;
    if (block) {
        lar_flat_fill(b.draft, "{}", 2, block);
        if (!lar_flat_open(&flat, block, bytes, &lar_operators, &err))
            abort(); /* what a draft writes is always accepted */
        run_flat(&flat, data, size);
        lar_flat_finish(&flat);
    } else if (err.code != LAR_ERR_LIMIT) {
        abort(); /* only nodes that infer() accepts were added */
    }
    lar_draft_free(b.draft);
    free(block);
    return 0;
}
