/* Graphs of real operators, built as bytes say: whatever infer() accepts must be written, opened,
 * planned and run without a fault.
 * SPDX-License-Identifier: MIT */
#include "fuzz/run_flat.h"

#include "graph/draft.h"

#include <stdio.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const names[] = {
    "Add",
    "Sub",
    "Mul",
    "Div",
    "Max",
    "Min",
    "Neg",
    "Abs",
    "Exp",
    "Log",
    "Sqrt",
    "Sigmoid",
    "Clip",
    "Where",
    "Greater",
    "GreaterOrEqual",
    "Less",
    "LessOrEqual",
    "Equal",
    "And",
    "Or",
    "Not",
    "Cast",
    "Identity",
    "MatMul",
    "ReduceSum",
    "ReduceMax",
    "ReduceMin",
    "ArgMax",
    "Softmax",
    "Gather",
    "Concat",
    "Reshape",
    "Unsqueeze",
    "Squeeze",
    "Slice",
    "Transpose",
    "larder.ConcatColumns",
    "larder.ScaleColumns",
    "larder.ToDense",
    "larder.ToCsr",
    "larder.TreeEnsemble",
    "larder.CheckFinite",
    "larder.Impute",
    "larder.ImputeText",
    "larder.LookUp",
    "larder.OneHot",
    "larder.Tfidf",
    "larder.WordCounts",
    "larder.NormalizeRows",
    "larder.Binarize",
    "larder.Digitize",
    "larder.Products",
    "larder.PowerTransform",
    "larder.Quantiles",
    "larder.PickColumns",
    "larder.Missing",
    "larder.TreeLeaves",
    "larder.TreePaths",
    "larder.WeightedMedian",
    "larder.Function",
    "larder.LogAddExp",
    "larder.Votes",
    "larder.SpreadColumns",
    "larder.Repeat",
    "larder.Interpolate",
    "Pow",
    "Cos",
    "larder.SupportVectors",
    "larder.KernelMatrix",
    "larder.PairVotes",
    "larder.PairScores",
    "larder.PairProbabilities",
    "larder.SolveLower",
    "larder.LatentProbabilities",
    "larder.AdditiveChi2",
    "larder.CountSketch",
    "larder.Distances",
    "larder.Neighbors",
    "larder.RadiusNeighbors",
    "larder.NeighborGraph",
    "larder.NeighborVotes",
    "larder.NeighborMeans",
    "larder.NeighborImpute",
    "larder.KernelDensity",
    "larder.NearestCenter",
    "ReduceLogSumExp",
    "Relu",
    "Tanh",
    "larder.CategorySums",
    "larder.Layer",
    "larder.ScaledDistances",
    "larder.NonnegativeWeights",
    "larder.TopicShares",
    "larder.HashTexts",
    "larder.HashPairs",
    "larder.LookUpPairs",
};

enum { MAX_VALUES = 128, MAX_STEPS = 24, MAX_INPUTS = 5 };

struct builder {
    struct lar_draft *draft;
    struct run_bytes bytes;
    lar_value values[MAX_VALUES];
    uint32_t n;
};

/* Fills N elements of T: small integers (axes, indices, children), letters, or anything. */
static void fill(struct builder *b, struct lar_tensor *t, uint64_t n)
{
    struct lar_arena *arena = lar_draft_arena(b->draft);
    size_t size = t->type == LAR_TYPE_STRING ? 1 : lar_type_size(t->type);
    t->data = lar_arena_alloc(arena, n + 1, size);
    t->offsets = lar_arena_alloc(arena, n + 1, sizeof *t->offsets);
    t->kinds = lar_arena_alloc(arena, n + 1, 1);
    if (!t->data || !t->offsets || !t->kinds)
        abort();
    for (uint64_t i = 0; i < n; i++)
        if (t->type == LAR_TYPE_I64 || t->type == LAR_TYPE_I32) {
            int64_t v = (int64_t)run_byte(&b->bytes) % 16 - 3;
            memcpy((char *)t->data + i * size, &v, size);
        } else {
            run_element(t, i, &b->bytes);
        }
}

/* A small constant of TYPE and RANK; LAR_TYPE_END and -1: any. */
static lar_value constant(struct builder *b, enum lar_type type, int rank)
{
    static const enum lar_type types[] = {LAR_TYPE_F64,  LAR_TYPE_I64, LAR_TYPE_F32,
                                          LAR_TYPE_BOOL, LAR_TYPE_I32, LAR_TYPE_STRING};
    struct lar_tensor t = {.layout = LAR_LAYOUT_DENSE};
    uint8_t byte = run_byte(&b->bytes);
    t.type = type == LAR_TYPE_END ? types[byte % 6] : type;
    t.shape.rank = rank >= 0 ? (uint32_t)rank : byte / 8 % 4;
    uint64_t n = 1;
    for (uint32_t d = 0; d < t.shape.rank; d++) {
        t.shape.dims[d] = run_byte(&b->bytes) % 6;
        n *= (uint64_t)t.shape.dims[d];
    }
    fill(b, &t, n);
    return lar_draft_constant(b->draft, &t);
}

static lar_value some_value(struct builder *b)
{
    uint8_t byte = run_byte(&b->bytes);
    return byte % 3 == 0 ? constant(b, LAR_TYPE_END, -1) : b->values[byte / 3 % b->n];
}

/* The params that SIGNATURE declares, some of the optional ones left out. */
static uint32_t add_params(struct builder *b, const struct lar_signature *signature,
                           struct lar_node_args *args, struct lar_param *ret)
{
    uint32_t n = 0;
    for (const struct lar_param_rule *rule = signature->params; rule && rule->name; rule++) {
        if (rule->optional && run_byte(&b->bytes) % 2)
            continue;
        args->params[n].name = rule->name;
        args->params[n].value = constant(b, rule->type, rule->rank);
        ret[n].name = rule->name;
        ret[n].tensor = lar_draft_info(b->draft, args->params[n].value)->constant;
        n++;
    }
    return n;
}

/* Adds a node unless its operator refuses it (which would fail the draft). */
static void add_node(struct builder *b)
{
    const char *name = names[run_byte(&b->bytes) % (sizeof names / sizeof *names)];
    const struct lar_signature *s = lar_operators.find(name, 0);
    if (!s)
        abort();
    uint32_t most = s->max_inputs < MAX_INPUTS ? s->max_inputs : MAX_INPUTS;
    uint32_t n_inputs = s->min_inputs + run_byte(&b->bytes) % (most - s->min_inputs + 1);
    uint32_t n_outputs =
        s->min_outputs + run_byte(&b->bytes) % (s->max_outputs - s->min_outputs + 1);
    lar_value inputs[MAX_INPUTS];
    const struct lar_value_info *infos[MAX_INPUTS];
    struct lar_param params[LAR_NODE_PARAMS];
    struct lar_value_info results[4];
    struct lar_error err = {0};
    for (uint32_t k = 0; k < n_inputs; k++)
        inputs[k] = some_value(b);
    struct lar_node_args args = {
        .op = name, .inputs = inputs, .n_inputs = n_inputs, .n_outputs = n_outputs};
    uint32_t n_params = add_params(b, s, &args, params);
    for (uint32_t k = 0; k < n_inputs; k++)
        infos[k] = lar_draft_info(b->draft, inputs[k]);
    const struct lar_node_info node = {s, infos, params, n_inputs, n_params, n_outputs};
    if (n_outputs > 4 || !lar_node_infer(&node, results, &err))
        return;
    lar_value first = lar_draft_node(b->draft, &args);
    for (uint32_t k = 0; k < n_outputs; k++)
        b->values[b->n++] = first + k;
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
    for (uint32_t i = 6; i < b->n; i += 1 + (b->n - i > 3)) {
        char name[16];
        snprintf(name, sizeof name, "o%u", i);
        lar_draft_output(d, method, name, b->values[i], LAR_NO_VALUE);
    }
    if (b->n == 6)
        lar_draft_output(d, method, "x", b->values[0], LAR_NO_VALUE);
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
