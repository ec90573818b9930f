/* Tensors from JSON text; see json_tensor.h. Elements are in json_element.c.
 * SPDX-License-Identifier: MIT */
#include "dialects/json_tensor.h"

#include "base/number.h"
#include "dialects/json_tensor_private.h"

#include <math.h>

const char *lar_cells_init(struct lar_cells *cells, enum lar_type type, enum lar_type wire)
{
    double a = lar_cells_float_limit(type), b = lar_cells_float_limit(wire);
    *cells = (struct lar_cells){
        .type = type,
        .wire = wire,
        .float_limit = a < b ? a : b,
    };
    enum lar_cells_class to = lar_cells_class(type), from = lar_cells_class(wire);
    if (to == from)
        return NULL;
    if (to == LAR_CLASS_STRING)
        return "it takes strings only";
    if (from == LAR_CLASS_STRING)
        return "it takes no strings";
    if (to == LAR_CLASS_BOOL)
        return "it takes bools only";
    if (to == LAR_CLASS_INTEGER && from == LAR_CLASS_FLOAT)
        return "it takes integers only";
    return NULL;
}

bool lar_cells_grow(struct lar_cells *cells, struct lar_json *js, struct lar_error *err)
{
    enum { FIRST = 32 };
    uint64_t count = cells->count, old = cells->capacity, capacity = FIRST;
    if (!cells->start)
        cells->start = js->at;
    if (count > 0) {
        uint64_t left = (uint64_t)(js->end - js->at), read = (uint64_t)(js->at - cells->start) + 1;
        double rest = (double)left / (double)read * (double)count * 1.06 + 16;
        uint64_t most = left / 2 + 1; /* an element and its comma */
        uint64_t more = rest < (double)most ? (uint64_t)rest : most;
        uint64_t least = count / 2 + 16; /* whatever the estimate: few steps */
        capacity = count + (more > least ? more : least);
    }
    if (cells->type == LAR_TYPE_STRING) {
        if (!lar_json_grow(js, &cells->offsets, old ? (old + 1) * sizeof(uint64_t) : 0,
                           (capacity + 1) * sizeof(uint64_t), err) ||
            !lar_json_grow(js, &cells->kinds, old, capacity, err))
            return false;
        cells->offsets[0] = 0;
    } else {
        size_t size = lar_type_size(cells->type);
        if (!lar_json_grow(js, &cells->data, old * size, capacity * size, err))
            return false;
    }
    cells->capacity = capacity;
    return true;
}

bool lar_cells_reserve(struct lar_cells *cells, struct lar_json *js, uint64_t count, size_t bytes,
                       struct lar_error *err)
{
    cells->capacity = count;
    if (cells->type != LAR_TYPE_STRING)
        return lar_json_grow(js, &cells->data, 0, count * lar_type_size(cells->type) + 1, err);
    if (!lar_json_grow(js, &cells->offsets, 0, (count + 1) * sizeof *cells->offsets, err) ||
        !lar_json_grow(js, &cells->kinds, 0, count + 1, err) ||
        !lar_json_grow(js, &cells->data, 0, bytes + 1, err))
        return false;
    cells->offsets[0] = 0;
    cells->bytes_capacity = bytes + 1;
    return true;
}

static bool wrong_count(struct lar_json *js, int64_t expected, uint64_t found, bool more,
                        struct lar_error *err)
{
    return lar_fail(err, LAR_ERR_INVALID, "expected %lld element%s, found %s%llu (byte %zu)",
                    (long long)expected, expected == 1 ? "" : "s", more ? "at least " : "",
                    (unsigned long long)found, (size_t)(js->at - js->begin));
}

static inline const char *behind_space(const char *p, const char *end)
{
    while (p < end && (*p == ' ' || *p == '\n' || *p == '\r' || *p == '\t'))
        p++;
    return p;
}

/* The elements of an innermost array of float64, behind its bracket: the loop that must be fast. */
static bool read_doubles(struct lar_cells *cells, struct lar_json *js, uint64_t most,
                         uint64_t *ret_n, struct lar_error *err)
{
    const char *at = js->at, *end = js->end;
    for (uint64_t n = 0;; n++, at++) {
        js->at = at = behind_space(at, end);
        double v;
        if (n == most)
            return wrong_count(js, (int64_t)most, n + 1, true, err);
        if (cells->count == cells->capacity && !lar_cells_grow(cells, js, err))
            return false;
        if (lar_number_read_f64(&at, end, &v) == LAR_NUMBER_OK && fabs(v) <= cells->float_limit) {
            ((double *)cells->data)[cells->count++] = v;
        } else { /* null, a token, out of range, a fault */
            if (!lar_cells_read(cells, js, err))
                return lar_json_at_index(err, n);
            at = js->at;
        }
        at = behind_space(at, end);
        if (at < end && *at == ',')
            continue;
        js->at = at;
        *ret_n = n + 1;
        if (at == end || *at != ']')
            return lar_json_fail(js, err, "',' or ']'");
        js->at++;
        return true;
    }
}

/* The elements of an array, behind its bracket. Recursion goes as deep as RANK. */
static bool read_elements(struct lar_cells *cells, struct lar_json *js, uint32_t rank,
                          int64_t *dims, uint64_t *ret_n, struct lar_error *err)
{
    uint64_t most = dims[0] >= 0 ? (uint64_t)dims[0] : UINT64_MAX, n = 0;
    enum lar_json_step step;
    if (rank == 1 && cells->type == LAR_TYPE_F64 &&
        lar_cells_class(cells->wire) == LAR_CLASS_FLOAT && lar_json_peek(js) != ']')
        return read_doubles(cells, js, most, ret_n, err);
    while ((step = lar_json_element(js, n == 0, err)) == LAR_JSON_MORE) {
        if (n == most)
            return wrong_count(js, dims[0], n + 1, true, err);
        if (!lar_cells_read_nested(cells, js, rank - 1, dims + 1, err))
            return lar_json_at_index(err, n);
        n++;
    }
    *ret_n = n;
    return step == LAR_JSON_CLOSED;
}

bool lar_cells_read_nested(struct lar_cells *cells, struct lar_json *js, uint32_t rank,
                           int64_t *dims, struct lar_error *err)
{
    uint64_t n = 0;
    if (rank == 0 || (rank == 1 && dims[0] == 1 && lar_json_peek(js) != '['))
        return lar_cells_read(cells, js, err);
    if (!lar_json_open(js, '[', err) || !read_elements(cells, js, rank, dims, &n, err))
        return false;
    if (dims[0] < 0)
        dims[0] = (int64_t)n;
    return n == (uint64_t)dims[0] || wrong_count(js, dims[0], n, false, err);
}

bool lar_cells_read_flat(struct lar_cells *cells, struct lar_json *js,
                         const struct lar_shape *shape, struct lar_error *err)
{
    struct lar_shape dims = *shape;
    uint64_t count;
    if (!lar_shape_count(shape, &count))
        return lar_fail(err, LAR_ERR_INVALID, "a shape of more elements than can be");
    if (lar_json_peek(js) != '[')
        return lar_json_fail(js, err, "an array");
    const char *from = js->at++;
    bool nested = lar_json_peek(js) == '[' && shape->rank > 1;
    js->at = from;
    if (nested)
        return lar_cells_read_nested(cells, js, shape->rank, dims.dims, err);
    if (!lar_json_open(js, '[', err))
        return false;
    int64_t flat = (int64_t)count;
    uint64_t n = 0;
    if (!read_elements(cells, js, 1, &flat, &n, err))
        return false;
    return n == count || wrong_count(js, flat, n, false, err);
}

bool lar_cells_tensor(struct lar_cells *cells, struct lar_json *js, const struct lar_shape *shape,
                      struct lar_tensor *ret, struct lar_error *err)
{
    if (cells->capacity == 0 && !lar_cells_grow(cells, js, err))
        return false;
    if (!cells->data && !lar_json_grow(js, &cells->data, 0, 1, err))
        return false;
    *ret = (struct lar_tensor){
        .type = cells->type,
        .layout = LAR_LAYOUT_DENSE,
        .shape = *shape,
        .data = cells->data,
        .offsets = cells->offsets,
        .kinds = cells->kinds,
    };
    return true;
}
