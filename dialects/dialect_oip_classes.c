/* Triton's classification extension: the largest elements of an output, with their labels.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/dialect.h"
#include "dialects/half.h"
#include "dialects/json_tensor.h"

#include <math.h>
#include <stdio.h>

/* One vector of an output: element I of it is element FROM + I of T. */
struct vector {
    const struct lar_tensor *t;
    uint64_t from, n;
};

static double value_of(const struct vector *v, uint32_t i)
{
    const void *data = v->t->data;
    uint64_t at = v->from + i;
    switch (v->t->type) {
    case LAR_TYPE_BOOL:
    case LAR_TYPE_U8: return ((const uint8_t *)data)[at];
    case LAR_TYPE_U16: return ((const uint16_t *)data)[at];
    case LAR_TYPE_U32: return ((const uint32_t *)data)[at];
    case LAR_TYPE_U64: return (double)((const uint64_t *)data)[at];
    case LAR_TYPE_I8: return ((const int8_t *)data)[at];
    case LAR_TYPE_I16: return ((const int16_t *)data)[at];
    case LAR_TYPE_I32: return ((const int32_t *)data)[at];
    case LAR_TYPE_I64: return (double)((const int64_t *)data)[at];
    case LAR_TYPE_F16: return (double)lar_f16_to_f32(((const uint16_t *)data)[at]);
    case LAR_TYPE_BF16: return (double)lar_bf16_to_f32(((const uint16_t *)data)[at]);
    case LAR_TYPE_F32: return (double)((const float *)data)[at];
    default: return ((const double *)data)[at];
    }
}

/* Whether element A comes before B: the larger, then the earlier; what is no number comes last. */
static bool before(const struct vector *v, uint32_t a, uint32_t b)
{
    double x = value_of(v, a), y = value_of(v, b);
    if (isnan(x) || isnan(y))
        return isnan(x) == isnan(y) ? a < b : isnan(y);
    return x != y ? x > y : a < b;
}

/* Puts HEAP[AT] of N where it belongs below itself. */
static void sift(const struct vector *v, uint32_t *heap, uint64_t at, uint64_t n)
{
    for (uint64_t child; (child = at * 2 + 1) < n; at = child) {
        if (child + 1 < n && before(v, heap[child + 1], heap[child]))
            child++;
        if (before(v, heap[at], heap[child]))
            return;
        uint32_t swapped = heap[at];
        heap[at] = heap[child];
        heap[child] = swapped;
    }
}

static size_t print_number(char *to, const struct lar_tensor *t, uint64_t i)
{
    struct vector v = {t, i, 1};
    double d = value_of(&v, 0);
    if (t->type == LAR_TYPE_U64)
        return lar_number_write_u64(to, ((const uint64_t *)t->data)[i]);
    if (t->type == LAR_TYPE_I64)
        return lar_number_write_i64(to, ((const int64_t *)t->data)[i]);
    if (t->type < LAR_TYPE_F16)
        return lar_number_write_i64(to, (int64_t)d);
    if (!isfinite(d))
        return (size_t)snprintf(to, LAR_NUMBER_SIZE, "%s",
                                isnan(d) ? "nan"
                                : d > 0  ? "inf"
                                         : "-inf");
    return t->type == LAR_TYPE_F64 ? lar_number_write_f64(to, d)
                                   : lar_number_write_f32(to, (float)d);
}

/* What the classes of one output are made with. */
struct classes {
    struct lar_cells cells;
    struct lar_json *js;
    const struct lar_tensor *labels; /* NULL: none */
    uint32_t *heap;                  /* room for all indices of a vector */
    char *text;                      /* room for one class */
};

/* The longest label. */
static size_t label_bytes(const struct lar_tensor *labels)
{
    size_t most = LAR_NUMBER_SIZE;
    for (uint64_t i = 0, n = labels ? lar_tensor_count(labels) : 0; i < n; i++)
        if (labels->type == LAR_TYPE_STRING && labels->offsets[i + 1] - labels->offsets[i] > most)
            most = labels->offsets[i + 1] - labels->offsets[i];
    return most;
}

/* "value:index[:label]" of element I. */
static bool add_class(struct classes *c, const struct vector *v, uint32_t i, struct lar_error *err)
{
    const struct lar_tensor *labels = c->labels;
    size_t n = print_number(c->text, v->t, v->from + i);
    c->text[n++] = ':';
    n += lar_number_write_u64(c->text + n, i);
    if (labels && i < lar_tensor_count(labels)) {
        c->text[n++] = ':';
        if (labels->type != LAR_TYPE_STRING) {
            n += print_number(c->text + n, labels, i);
        } else {
            size_t size = labels->offsets[i + 1] - labels->offsets[i];
            memcpy(c->text + n, (const char *)labels->data + labels->offsets[i], size);
            n += size;
        }
    }
    return lar_cells_add_text(&c->cells, c->js, c->text, n, err);
}

/* The K first of V. */
static bool add_classes(struct classes *c, const struct vector *v, uint64_t k,
                        struct lar_error *err)
{
    for (uint64_t i = 0; i < v->n; i++)
        c->heap[i] = (uint32_t)i;
    for (uint64_t i = v->n / 2; i-- > 0;)
        sift(v, c->heap, i, v->n);
    for (uint64_t left = v->n; left > v->n - k;) {
        if (!add_class(c, v, c->heap[0], err))
            return false;
        c->heap[0] = c->heap[--left];
        sift(v, c->heap, 0, left);
    }
    return true;
}

static bool classify(const struct lar_flat *flat, const struct lar_flat_output *output,
                     uint64_t most, struct lar_tensor *result, struct lar_json *js,
                     struct lar_error *err)
{
    struct classes c = {.js = js};
    const struct lar_shape *declared = &flat->values[output->value].shape;
    struct lar_shape shape = result->shape;
    if (result->type == LAR_TYPE_STRING || result->layout != LAR_LAYOUT_DENSE)
        return lar_fail(
            err, LAR_ERR_INVALID,
            "class result not available for output '%.64s' due to unsupported type '%s'",
            output->name, result->type == LAR_TYPE_STRING ? "BYTES" : "sparse");
    if (shape.rank == 0 || (shape.rank == 1 && declared->rank == 1 &&
                            declared->dims[0] == LAR_DIM_ROWS)) /* a value for each row */
        shape.dims[shape.rank++] = 1;
    uint64_t n = (uint64_t)shape.dims[shape.rank - 1], count = lar_tensor_count(result);
    uint64_t k = most < n ? most : n;
    if (n > UINT32_MAX)
        return lar_fail(err, LAR_ERR_LIMIT, "output '%.64s' has too many classes", output->name);
    if (output->labels != LAR_NO_VALUE)
        c.labels = flat->values[output->labels].constant;
    (void)lar_cells_init(&c.cells, LAR_TYPE_STRING, LAR_TYPE_STRING);
    if (!lar_json_grow(js, &c.heap, 0, n * sizeof *c.heap + 1, err) ||
        !lar_json_grow(js, &c.text, 0, LAR_NUMBER_SIZE * 2 + 2 + label_bytes(c.labels), err) ||
        !lar_cells_reserve(&c.cells, js, n ? count / n * k : 0, 0, err))
        return false;
    for (uint64_t from = 0; from < count; from += n)
        if (!add_classes(&c, &(struct vector){result, from, n}, k, err))
            return false;
    shape.dims[shape.rank - 1] = (int64_t)k;
    return lar_cells_tensor(&c.cells, js, &shape, result, err);
}

bool lar_oip_classify(const struct lar_flat *flat, const struct lar_call_request *call,
                      struct lar_tensor *results, struct lar_scratch *scratch,
                      struct lar_error *err)
{
    struct lar_json memory;
    lar_json_init(&memory, "", 0, scratch);
    for (size_t i = 0; call->forms && i < call->n_outputs; i++)
        if (call->forms[i].classes && !classify(flat, &flat->outputs[call->outputs[i]],
                                                call->forms[i].classes, &results[i], &memory, err))
            return false;
    return true;
}
