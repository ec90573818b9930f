/* bench/numbers: products and trees against plain C, and what a plan costs beside its operators.
 *
 * One thread, candidates in turn, the least CPU time of many rounds. Prints a table; ratios are to
 * the plain form (below 1 is faster).
 * SPDX-License-Identifier: MIT */
#include "graph/draft.h"
#include "graph/flat.h"
#include "inference/kernels.h"
#include "inference/operator.h"
#include "inference/operators/trees.h"
#include "inference/plan.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { ROUNDS = 15 };

static uint64_t state = 1;

static uint64_t draw(void)
{
    state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return state >> 33;
}

static double *numbers(size_t n)
{
    double *p = aligned_alloc(64, (n * sizeof *p + 63) / 64 * 64);
    if (!p)
        abort();
    for (size_t i = 0; i < n; i++)
        p[i] = (double)draw() / 0x1p30 - 1;
    return p;
}

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

typedef void (*body)(void *argument);

/* Repetitions that take about a millisecond. */
static size_t calibrate(body run, void *argument)
{
    size_t n = 1;
    for (;; n *= 2) {
        double start = now();
        for (size_t i = 0; i < n; i++)
            run(argument);
        if (now() - start > 5e5)
            return n;
    }
}

/* Least ns of one run of each of N candidates. */
static void measure(body run, void **arguments, size_t n, double *ret)
{
    size_t times[8];
    for (size_t i = 0; i < n; i++) {
        times[i] = calibrate(run, arguments[i]);
        ret[i] = INFINITY;
    }
    for (int round = 0; round < ROUNDS; round++)
        for (size_t i = 0; i < n; i++) {
            double start = now();
            for (size_t k = 0; k < times[i]; k++)
                run(arguments[i]);
            double ns = (now() - start) / (double)times[i];
            ret[i] = ns < ret[i] ? ns : ret[i];
        }
}

/* Products. */

struct product {
    const struct lar_kernels *kernels;
    size_t m, k, n;
    double *x, *w, *y;
};

static void run_product(void *argument)
{
    const struct product *p = argument;
    (p->n <= 4 ? p->kernels->dots_f64 : p->kernels->panels_f64)(p->y, p->x, p->m, p->w, p->k, p->n);
}

static void bench_product(size_t m, size_t k, size_t n)
{
    struct product products[3];
    void *arguments[3];
    double ns[3];
    size_t count = 0;
    struct product p = {&lar_kernels_plain, m, k, n, numbers(m * k), numbers(k * (n + 8)),
                        numbers(m * n)};
    for (unsigned level = 0; level <= LAR_CPU_AVX512; level = level ? level * 2 : 1)
        if ((lar_cpu_levels() & level) == level) {
            p.kernels = lar_kernels_of(level);
            products[count] = p;
            arguments[count] = &products[count];
            count++;
        }
    measure(run_product, arguments, count, ns);
    printf("product  %5zu x %4zu x %4zu ", m, k, n);
    for (size_t i = 0; i < count; i++)
        printf(" %s %10.0f ns %5.2f (%.1f GF/s)", products[i].kernels->name, ns[i], ns[i] / ns[0],
               2 * (double)(m * k * n) / ns[i]);
    printf("\n");
    free(p.x), free(p.w), free(p.y);
}

/* Trees. */

enum { MAX_NODES = 1 << 20, COLUMNS = 64, OUTPUTS = 10, ROWS = 4096 };

struct forest {
    int32_t *left, *right, *feature;
    double *threshold, *value;
    int64_t *roots;
    int32_t n, trees;
};

static void grow(struct forest *f, int depth)
{
    int32_t i = f->n++;
    f->left[i] = f->right[i] = -1;
    f->feature[i] = -2;
    if (depth == 0 || draw() % 12 == 0 || f->n > MAX_NODES - 64)
        return;
    f->feature[i] = (int32_t)(draw() % COLUMNS);
    f->threshold[i] = (double)draw() / 0x1p30 - 1;
    f->left[i] = f->n;
    grow(f, depth - 1);
    f->right[i] = f->n;
    grow(f, depth - 1);
}

static struct forest plant(int32_t trees, int depth)
{
    struct forest f = {.trees = trees};
    f.left = malloc(MAX_NODES * sizeof *f.left);
    f.right = malloc(MAX_NODES * sizeof *f.right);
    f.feature = malloc(MAX_NODES * sizeof *f.feature);
    f.threshold = calloc(MAX_NODES, sizeof *f.threshold);
    f.roots = malloc((size_t)trees * sizeof *f.roots);
    if (!f.left || !f.right || !f.feature || !f.threshold || !f.roots)
        abort();
    for (int32_t t = 0; t < trees; t++) {
        f.roots[t] = f.n;
        grow(&f, depth);
    }
    f.value = numbers((size_t)f.n * OUTPUTS);
    for (int32_t i = 0; i < f.n; i++) /* as in a grown classifier: most leaves are pure */
        if (draw() % 5) {
            memset(f.value + (size_t)i * OUTPUTS, 0, OUTPUTS * sizeof *f.value);
            f.value[(size_t)i * OUTPUTS + draw() % OUTPUTS] = 1;
        }
    return f;
}

static void clear(struct forest *f)
{
    free(f->left), free(f->right), free(f->feature), free(f->threshold), free(f->value);
    free(f->roots);
}

struct walk {
    const struct forest *forest;
    const struct lar_trees *trees; /* NULL: the plain way */
    const float *x;                /* ROWS of them; each run takes the next M */
    size_t m, at;
    double *y;
};

/* As scikit-learn walks: node by node, tree by tree. */
static void walk_plainly(const struct walk *w, const float *x)
{
    const struct forest *f = w->forest;
    memset(w->y, 0, w->m * OUTPUTS * sizeof *w->y);
    for (int32_t t = 0; t < f->trees; t++)
        for (size_t r = 0; r < w->m; r++) {
            int64_t i = f->roots[t];
            while (f->left[i] != -1)
                i = x[r * COLUMNS + (size_t)f->feature[i]] <= f->threshold[i] ? f->left[i]
                                                                              : f->right[i];
            for (size_t k = 0; k < OUTPUTS; k++)
                w->y[r * OUTPUTS + k] += f->value[(size_t)i * OUTPUTS + k];
        }
}

static void run_walk(void *argument)
{
    struct walk *w = argument;
    const float *x = w->x + w->at * COLUMNS;
    w->at = (w->at + w->m) % ROWS;
    if (w->trees)
        lar_trees_run(w->trees, x, w->m, w->y, false);
    else
        walk_plainly(w, x);
}

static struct lar_tensor array(enum lar_type type, void *data, struct lar_shape shape)
{
    return (struct lar_tensor){
        .type = type, .layout = LAR_LAYOUT_DENSE, .shape = shape, .data = data};
}

/* The operator's own packed form. */
static const struct lar_trees *pack(struct forest *f, struct lar_arena *arena, double *ret_cost_1)
{
    struct lar_error err = {0};
    void *trees = NULL;
    struct lar_tensor t[] = {
        array(LAR_TYPE_I64, f->roots, LAR_SHAPE(f->trees)),
        array(LAR_TYPE_I32, f->left, LAR_SHAPE(f->n)),
        array(LAR_TYPE_I32, f->right, LAR_SHAPE(f->n)),
        array(LAR_TYPE_I32, f->feature, LAR_SHAPE(f->n)),
        array(LAR_TYPE_F64, f->threshold, LAR_SHAPE(f->n)),
        array(LAR_TYPE_F64, f->value, LAR_SHAPE(f->n, OUTPUTS)),
    };
    struct lar_param params[] = {{"roots", &t[0]},   {"left", &t[1]},      {"right", &t[2]},
                                 {"feature", &t[3]}, {"threshold", &t[4]}, {"value", &t[5]}};
    struct lar_value_info x = {LAR_TYPE_F32, LAR_LAYOUT_DENSE, LAR_SHAPE(LAR_DIM_ROWS, COLUMNS),
                               NULL};
    const struct lar_value_info *inputs[] = {&x};
    struct lar_node_info node = {
        lar_operators.find("larder.TreeEnsemble", 0), inputs, params, 1, 6, 1};
    const struct lar_operator *op = lar_operator_of(node.signature);
    if (!op->verify(&node, &err) || !op->prepare(&node, arena, &trees, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    *ret_cost_1 = op->cost(&node, trees, 1);
    return trees;
}

static void bench_trees(int32_t n_trees, int depth)
{
    static const size_t batches[] = {1, 8, 64, 512};
    struct forest f = plant(n_trees, depth);
    struct lar_arena arena;
    double predicted;
    lar_arena_init(&arena, SIZE_MAX);
    const struct lar_trees *trees = pack(&f, &arena, &predicted);
    float *x = malloc(ROWS * COLUMNS * sizeof *x);
    double *y = numbers(512 * OUTPUTS);
    for (size_t i = 0; x && i < ROWS * COLUMNS; i++)
        x[i] = (float)draw() / 0x1p30f - 1;
    for (size_t b = 0; b < sizeof batches / sizeof *batches; b++) {
        struct walk plain = {&f, NULL, x, batches[b], 0, y}, packed = plain;
        packed.trees = trees;
        double ns[2];
        measure(run_walk, (void *[]){&plain, &packed}, 2, ns);
        printf("trees    %4d of depth <= %2d (%7d nodes), %3zu rows  plain %9.0f ns a row  packed "
               "%9.0f ns %5.2f (predicted for one row: %.0f)\n",
               n_trees, depth, f.n, batches[b], ns[0] / (double)batches[b],
               ns[1] / (double)batches[b], ns[1] / ns[0], predicted);
    }
    free(x), free(y);
    lar_arena_finish(&arena);
    clear(&f);
}

/* A whole plan: a logistic regression over 4 columns. */

struct whole {
    struct lar_plan *plan;
    struct lar_scratch *scratch;
    struct lar_tensor input;
    uint64_t rows;
};

static void run_whole(void *argument)
{
    const struct whole *w = argument;
    struct lar_error err = {0};
    struct lar_tensor ret[2];
    lar_scratch_reset(w->scratch);
    if (!lar_plan_run(w->plan, w->scratch, &w->input, w->rows, (const uint32_t[]){0, 1}, 2, ret,
                      &err))
        abort();
}

static void build_whole(struct lar_draft *d, const double *coef, const double *intercept)
{
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 4));
    lar_value scores = lar_draft_apply(
        d, "Add", 2, lar_draft_apply(d, "MatMul", 2, x, lar_draft_f64(d, coef, LAR_SHAPE(4, 3))),
        lar_draft_f64(d, intercept, LAR_SHAPE(3)));
    lar_value best = lar_draft_node(
        d, &(struct lar_node_args){.op = "ArgMax",
                                   .inputs = &scores,
                                   .n_inputs = 1,
                                   .params = {{"axis", lar_draft_scalar_i64(d, 1)},
                                              {"keepdims", lar_draft_scalar_i64(d, 0)}}});
    lar_value classes = lar_draft_strings(
        d, (const char *const[]){"setosa", "versicolor", "virginica"}, NULL, NULL, 3);
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict",
                     lar_draft_apply(d, "Gather", 2, classes, best), LAR_NO_VALUE);
    lar_draft_output(d, lar_draft_method(d, "predict_proba"), "predict_proba",
                     lar_draft_apply(d, "Softmax", 1, scores), LAR_NO_VALUE);
}

static void bench_plan(void)
{
    struct lar_error err = {0};
    struct lar_flat flat = {0};
    struct whole w = {0};
    double *numbers_of_model = numbers(16), *x = numbers(1000 * 4), ns;
    struct lar_draft *d = lar_draft_new(&lar_operators, 1 << 20, &err);
    build_whole(d, numbers_of_model, numbers_of_model + 12);
    size_t size = lar_flat_size(d, 2, &err);
    void *block = aligned_alloc(64, size ? size : 64);
    if (size && block)
        lar_flat_fill(d, "{}", 2, block);
    lar_draft_free(d);
    w.scratch = lar_scratch_new(1 << 20, 1 << 26, &err);
    if (!size || !block || !w.scratch || !lar_flat_open(&flat, block, size, &lar_operators, &err) ||
        !lar_plan_new(&w.plan, &flat, &err)) {
        fprintf(stderr, "%s\n", err.text);
        exit(EXIT_FAILURE);
    }
    static const uint64_t rows[] = {1, 10, 1000};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        w.rows = rows[i];
        w.input = array(LAR_TYPE_F64, x, LAR_SHAPE((int64_t)rows[i], 4));
        measure(run_whole, (void *[]){&w}, 1, &ns);
        printf("plan     logistic regression 4 x 3, label and probabilities, %4d rows %9.0f ns "
               "(predicted %.0f)\n",
               (int)rows[i], ns, lar_plan_cost(w.plan, (const uint32_t[]){0, 1}, 2, rows[i]));
    }
    lar_plan_free(w.plan);
    lar_scratch_free(w.scratch);
    lar_flat_finish(&flat);
    free(block), free(numbers_of_model), free(x);
}

int main(void)
{
    static const size_t products[][3] = {{1, 4, 3},      {1, 64, 1},     {1, 100, 10},
                                         {64, 100, 10},  {1000, 20, 1},  {1000, 20, 3},
                                         {1, 1000, 100}, {64, 784, 100}, {256, 512, 512}};
    for (size_t i = 0; i < sizeof products / sizeof *products; i++)
        bench_product(products[i][0], products[i][1], products[i][2]);
    bench_trees(1, 8);
    bench_trees(100, 9);
    bench_trees(300, 11);
    bench_plan();
    return EXIT_SUCCESS;
}
