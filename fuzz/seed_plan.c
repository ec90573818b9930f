/* Writes valid blocks over the real operators for fuzz_plan: seed_plan FILE FILE.
 * SPDX-License-Identifier: MIT */
#include "inference/operator.h"

#include "graph/flat.h"

#include <stdio.h>
#include <stdlib.h>

/* A machine of three classes with its votes and probabilities, and a sketch of a matrix of
 * similarities. */
static void machines(struct lar_draft *d, lar_value x)
{
    static const double rows[] = {1, 2, 0, 1, 3, -1, 2, 2}, weights[] = {1, -1, 2, 0, 1, 1, -2, 3};
    static const double three[] = {1, 0, -1},
                        lower[] = {2, 0, 0, 0, 1, 3, 0, 0, 1, 1, 1, 0, 0, 1, 2, 1};
    static const int64_t counts[] = {2, 1, 1}, places[] = {0, 2, 1, 1, 2, 0, 1, 0};
    lar_value v = lar_draft_f64(d, rows, LAR_SHAPE(4, 2)),
              a = lar_draft_f64(d, three, LAR_SHAPE(3));
    struct lar_node_args node = {.op = "larder.SupportVectors",
                                 .inputs = (lar_value[]){x, v},
                                 .n_inputs = 2,
                                 .params = {{"kind", lar_draft_scalar_i64(d, 2)},
                                            {"gamma", lar_draft_scalar_f64(d, 0.5)},
                                            {"weights", lar_draft_f64(d, weights, LAR_SHAPE(2, 4))},
                                            {"intercepts", a},
                                            {"counts", lar_draft_i64(d, counts, LAR_SHAPE(3))}}};
    lar_value decisions = lar_draft_node(d, &node);
    node = (struct lar_node_args){
        .op = "larder.PairProbabilities",
        .inputs = &decisions,
        .n_inputs = 1,
        .params = {{"classes", lar_draft_scalar_i64(d, 3)}, {"a", a}, {"b", a}}};
    lar_draft_output(d, lar_draft_method(d, "coupled"), "coupled", lar_draft_node(d, &node),
                     LAR_NO_VALUE);
    node.op = "larder.PairVotes";
    node.params[1].name = NULL;
    lar_draft_output(d, lar_draft_method(d, "votes"), "votes", lar_draft_node(d, &node),
                     LAR_NO_VALUE);
    node = (struct lar_node_args){.op = "larder.KernelMatrix",
                                  .inputs = (lar_value[]){x, v},
                                  .n_inputs = 2,
                                  .params = {{"kind", lar_draft_scalar_i64(d, 10)}}};
    lar_value matrix = lar_draft_node(d, &node);
    node.params[0].value = lar_draft_scalar_i64(d, 13); /* Matern's, with a Bessel function */
    node.params[1].name = "degree";
    node.params[1].value = lar_draft_scalar_f64(d, 0.7);
    matrix = lar_draft_apply(d, "Add", 2, matrix, lar_draft_node(d, &node));
    node = (struct lar_node_args){.op = "larder.SolveLower",
                                  .inputs = &matrix,
                                  .n_inputs = 1,
                                  .params = {{"lower", lar_draft_f64(d, lower, LAR_SHAPE(4, 4))}}};
    lar_value solved = lar_draft_node(d, &node);
    node = (struct lar_node_args){.op = "larder.CountSketch",
                                  .inputs = &solved,
                                  .n_inputs = 1,
                                  .params = {{"places", lar_draft_i64(d, places, LAR_SHAPE(2, 4))},
                                             {"signs", lar_draft_f64(d, weights, LAR_SHAPE(2, 4))},
                                             {"columns", lar_draft_scalar_i64(d, 3)}}};
    lar_draft_output(d, lar_draft_method(d, "sketch"), "sketch", lar_draft_node(d, &node),
                     LAR_NO_VALUE);
}

/* Scale, product, softmax, labels. */
static void linear(struct lar_draft *d)
{
    static const double coef[] = {1, 0, -1, 0, 1, 0.5}, mean[] = {1, 2};
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 2));
    machines(d, x);
    x = lar_draft_apply(d, "Sub", 2, x, lar_draft_f64(d, mean, LAR_SHAPE(2)));
    lar_value scores = lar_draft_apply(d, "MatMul", 2, lar_draft_apply(d, "larder.ToCsr", 1, x),
                                       lar_draft_f64(d, coef, LAR_SHAPE(2, 3)));
    lar_value best = lar_draft_node(
        d, &(struct lar_node_args){.op = "ArgMax",
                                   .inputs = &scores,
                                   .n_inputs = 1,
                                   .params = {{"axis", lar_draft_scalar_i64(d, 1)}}});
    lar_value names = lar_draft_strings(d, (const char *const[]){"a", "b", "c"}, NULL, NULL, 3);
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict",
                     lar_draft_apply(d, "Gather", 2, names, best), LAR_NO_VALUE);
    lar_draft_output(d, lar_draft_method(d, "predict_proba"), "predict_proba",
                     lar_draft_apply(d, "Softmax", 1, scores), names);
}

static lar_value i32(struct lar_draft *d, const int32_t *data, int64_t n)
{
    return lar_draft_constant(d, &(struct lar_tensor){.type = LAR_TYPE_I32,
                                                      .layout = LAR_LAYOUT_DENSE,
                                                      .shape = LAR_SHAPE(n),
                                                      .data = (void *)(uintptr_t)data});
}

/* Boosted trees of float64 with a category, which leaf of each a row comes to, and how. */
static void boosted(struct lar_draft *d, lar_value x)
{
    static const int64_t roots[] = {0, 3}, column[] = {1, 0};
    static const int32_t left[] = {1, -1, -1, 4, -1, -1}, right[] = {2, -1, -1, 5, -1, -1};
    static const int32_t feature[] = {0, -2, -2, 2, -2, -2}, category[] = {0, -1, -1, -1, -1, -1};
    static const uint32_t sets[] = {6, 0, 0, 0, 0, 0, 0, 1};
    static const double threshold[] = {0, 0, 0, -1, 0, 0}, value[] = {1, 2, 4, 8}, start[] = {1, 0};
    struct lar_node_args node = {
        .op = "larder.TreeEnsemble",
        .inputs = &x,
        .n_inputs = 1,
        .params = {{"roots", lar_draft_i64(d, roots, LAR_SHAPE(2))},
                   {"left", i32(d, left, 6)},
                   {"right", i32(d, right, 6)},
                   {"feature", i32(d, feature, 6)},
                   {"threshold", lar_draft_f64(d, threshold, LAR_SHAPE(6))},
                   {"value", lar_draft_f64(d, value, LAR_SHAPE(4, 1))},
                   {"column", lar_draft_i64(d, column, LAR_SHAPE(2))},
                   {"start", lar_draft_f64(d, start, LAR_SHAPE(2))},
                   {"wide", lar_draft_scalar_bool(d, true)},
                   {"category", i32(d, category, 6)},
                   {"sets",
                    lar_draft_constant(d, &(struct lar_tensor){.type = LAR_TYPE_U32,
                                                               .layout = LAR_LAYOUT_DENSE,
                                                               .shape = LAR_SHAPE(1, 8),
                                                               .data = (void *)(uintptr_t)sets})}}};
    lar_draft_output(d, lar_draft_method(d, "decision_function"), "decision_function",
                     lar_draft_node(d, &node), LAR_NO_VALUE);
    node.params[5].name = NULL;
    node.op = "larder.TreeLeaves";
    lar_draft_output(d, lar_draft_method(d, "apply"), "apply", lar_draft_node(d, &node),
                     LAR_NO_VALUE);
    node.op = "larder.TreePaths";
    lar_draft_output(d, lar_draft_method(d, "decision_path"), "decision_path",
                     lar_draft_node(d, &node), LAR_NO_VALUE);
}

static void forest(struct lar_draft *d)
{
    static const int64_t roots[] = {0, 3};
    static const int32_t left[] = {1, -1, -1, 4, -1, -1}, right[] = {2, -1, -1, 5, -1, -1};
    static const int32_t feature[] = {0, -2, -2, 2, -2, -2};
    static const double threshold[] = {0.5, 0, 0, -1, 0, 0}, value[] = {1, 0, 0, 1, 0.5, 0.5, 0, 1};
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_value y = lar_draft_node(
        d,
        &(struct lar_node_args){.op = "larder.TreeEnsemble",
                                .inputs = &x,
                                .n_inputs = 1,
                                .params = {{"roots", lar_draft_i64(d, roots, LAR_SHAPE(2))},
                                           {"left", i32(d, left, 6)},
                                           {"right", i32(d, right, 6)},
                                           {"feature", i32(d, feature, 6)},
                                           {"threshold", lar_draft_f64(d, threshold, LAR_SHAPE(6))},
                                           {"value", lar_draft_f64(d, value, LAR_SHAPE(4, 2))},
                                           {"divisor", lar_draft_scalar_f64(d, 2)}}});
    lar_draft_output(d, lar_draft_method(d, "predict_proba"), "predict_proba", y, LAR_NO_VALUE);
    boosted(d, x);
}

static bool write_seed(const char *path, void (*build)(struct lar_draft *))
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&lar_operators, 1 << 20, &err);
    FILE *file = fopen(path, "wb");
    if (d)
        build(d);
    size_t size = d ? lar_flat_size(d, 2, &err) : 0;
    void *block = size ? aligned_alloc(64, size) : NULL;
    if (block)
        lar_flat_fill(d, "{}", 2, block);
    bool ok = block && file && fwrite(block, 1, size, file) == size;
    if (file && fclose(file) != 0)
        ok = false;
    if (!ok)
        fprintf(stderr, "%s: cannot be written: %s\n", path, err.text);
    lar_draft_free(d);
    free(block);
    return ok;
}

int main(int argc, char **argv)
{
    return argc == 3 && write_seed(argv[1], linear) && write_seed(argv[2], forest) ? EXIT_SUCCESS
                                                                                   : EXIT_FAILURE;
}
