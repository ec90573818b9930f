/* Rows as NumPy writes them; see question.h.
 * SPDX-License-Identifier: MIT */
#include "cli/question.h"
#include "persistence/formats/archive/archive.h"
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/npy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ARRAYS = 4096 };
#define MOST ((uint64_t)16 << 30)

struct named_array {
    const char *name; /* NULL: the only one */
    size_t size;
    struct np_array array;
};

struct arrays {
    struct named_array *list;
    size_t n;
    struct lar_arena *arena;
    struct lar_scratch *scratch;
    const struct lar_flat *flat;
    struct lar_call_request *call;
};

/* ---- arrays to tensors ---- */

static bool convert_floats(struct lar_tensor *ret, const struct np_array *array, struct arrays *a,
                           struct lar_error *err)
{
    size_t n = lar_tensor_count(ret);
    const double *from = np_to_f64(array, a->arena, err);
    float *to = ret->type == LAR_TYPE_F32 ? lar_scratch_take(a->scratch, n, sizeof *to) : NULL;
    if (!from)
        return false;
    ret->data = (void *)from;
    if (ret->type != LAR_TYPE_F32)
        return true;
    for (size_t i = 0; to && i < n; i++)
        to[i] = (float)from[i];
    ret->data = to;
    return to || lar_scratch_fail(a->scratch, err, "an array");
}

/* ARRAY as an input of TYPE and of SHAPE, which has as many elements. */
static bool convert(struct lar_tensor *ret, const struct np_array *array, enum lar_type type,
                    const struct lar_shape *shape, struct arrays *a, struct lar_error *err)
{
    char name[64];
    *ret = (struct lar_tensor){.type = type, .layout = LAR_LAYOUT_DENSE, .shape = *shape};
    bool text = np_kind_is(array->dtype, "US");
    if (text != (type == LAR_TYPE_STRING) || np_dtype_has_object(array->dtype))
        return lar_fail(err, LAR_ERR_INVALID, "is an array of %s, the model takes %s",
                        np_dtype_name(array->dtype, name, sizeof name), lar_type_name(type));
    if (type == LAR_TYPE_F64 || type == LAR_TYPE_F32)
        return convert_floats(ret, array, a, err);
    if (type == LAR_TYPE_I64)
        return (ret->data = (void *)np_to_i64(array, a->arena, err)) != NULL;
    struct lar_tensor t;
    if (!np_to_tensor(&t, array, a->arena, err))
        return false;
    if (t.type != type)
        return lar_fail(err, LAR_ERR_INVALID, "is an array of %s, the model takes %s",
                        lar_type_name(t.type), lar_type_name(type));
    *ret = t;
    ret->shape = *shape;
    return true;
}

/* The shape that an input has when ARRAY is all of it: ARRAY's, but for a last dimension of 1. */
static bool fit(struct lar_shape *ret, const struct lar_shape *wanted, const struct np_array *array,
                struct lar_error *err)
{
    char got[128], want[128];
    struct lar_shape shape = array->shape;
    if (shape.rank == wanted->rank + 1 && shape.dims[wanted->rank] == 1)
        shape.dims[--shape.rank] = 0;
    else if (shape.rank + 1 == wanted->rank && wanted->dims[shape.rank] == 1)
        shape.dims[shape.rank++] = 1;
    bool ok = shape.rank == wanted->rank && shape.rank > 0;
    for (uint32_t i = 0; ok && i < shape.rank; i++)
        ok = wanted->dims[i] < 0 || wanted->dims[i] == shape.dims[i];
    *ret = shape;
    return ok || lar_fail(err, LAR_ERR_INVALID, "has the shape %s, the model takes %s",
                          lar_shape_print(&array->shape, got, sizeof got),
                          lar_shape_print(wanted, want, sizeof want));
}

/* The rows that ARRAY has as one column: [n] or [n,1]. */
static bool column_rows(const struct np_array *array, uint64_t *ret, struct lar_error *err)
{
    char text[128];
    bool ok = array->shape.rank == 1 || (array->shape.rank == 2 && array->shape.dims[1] == 1);
    *ret = ok ? (uint64_t)array->shape.dims[0] : 0;
    return ok || lar_fail(err, LAR_ERR_INVALID, "has the shape %s, a column has [rows]",
                          lar_shape_print(&array->shape, text, sizeof text));
}

static bool agree(struct arrays *a, size_t i, uint64_t rows, struct lar_error *err)
{
    if (i == 0)
        a->call->rows = rows;
    return a->call->rows == rows ||
           lar_fail(err, LAR_ERR_INVALID, "has %llu rows, those before it %llu",
                    (unsigned long long)rows, (unsigned long long)a->call->rows);
}

/* ---- to the model's inputs ---- */

/* A matrix from an array for each of its columns. */
static bool join(struct arrays *a, const struct lar_columns *columns, uint32_t input,
                 const struct named_array *const *by_column, struct lar_error *err)
{
    const struct lar_value_info *info = &a->flat->values[a->flat->inputs[input].value];
    struct lar_tensor *ret = &a->call->inputs[input], *parts;
    size_t size = lar_type_size(info->type), n = columns->n;
    if (!size)
        return lar_fail(err, LAR_ERR_INVALID, "a matrix of texts cannot be put together");
    if (!(parts = lar_scratch_take(a->scratch, n, sizeof *parts)))
        return lar_scratch_fail(a->scratch, err, "the columns");
    for (size_t i = 0; i < n; i++) {
        uint64_t rows;
        if (!column_rows(&by_column[i]->array, &rows, err) || !agree(a, i, rows, err) ||
            !convert(&parts[i], &by_column[i]->array, info->type, &LAR_SHAPE((int64_t)rows), a,
                     err))
            return lar_error_within(err, "column '%.*s'", (int)by_column[i]->size,
                                    by_column[i]->name);
    }
    uint64_t rows = a->call->rows;
    *ret = (struct lar_tensor){.type = info->type,
                               .layout = LAR_LAYOUT_DENSE,
                               .shape = LAR_SHAPE((int64_t)rows, (int64_t)n)};
    uint8_t *to = lar_scratch_take(a->scratch, rows * n, size);
    if (!to)
        return lar_scratch_fail(a->scratch, err, "the rows");
    ret->data = to;
    for (uint64_t r = 0; r < rows; r++)
        for (size_t i = 0; i < n; i++, to += size)
            memcpy(to, (const uint8_t *)parts[i].data + r * size, size);
    return true;
}

static bool one_by_one(struct arrays *a, const struct lar_columns *columns,
                       const struct named_array *const *by_column, struct lar_error *err)
{
    bool first = true;
    for (size_t i = 0; i < columns->n; i++) {
        const struct lar_flat_input *input = columns->inputs[i];
        struct lar_shape shape;
        if (input->value == LAR_NO_VALUE)
            continue;
        const struct lar_value_info *info = &a->flat->values[input->value];
        if (!fit(&shape, &info->shape, &by_column[i]->array, err) ||
            !agree(a, !first, (uint64_t)shape.dims[0], err) ||
            !convert(&a->call->inputs[input - a->flat->inputs], &by_column[i]->array, info->type,
                     &shape, a, err))
            return lar_error_within(err, "input '%.60s'", input->name);
        first = false;
    }
    return true;
}

/* Puts each array to the column of its name. */
static bool match(struct arrays *a, const struct lar_columns *columns,
                  const struct named_array **by_column, struct lar_error *err)
{
    char buffer[LAR_COLUMN_NAME];
    for (size_t i = 0; i < a->n; i++) {
        ptrdiff_t at = lar_columns_find(columns, a->list[i].name, a->list[i].size);
        if (at < 0)
            return lar_fail(err, LAR_ERR_INVALID, "the model has no column '%.*s'",
                            a->list[i].size < 60 ? (int)a->list[i].size : 60, a->list[i].name);
        by_column[at] = &a->list[i];
    }
    for (size_t i = 0; i < columns->n; i++) {
        size_t n;
        const char *name = lar_columns_name(columns, i, buffer, &n);
        bool needed = !columns->inputs || columns->inputs[i]->value != LAR_NO_VALUE;
        if (needed && !by_column[i])
            return lar_fail(err, LAR_ERR_INVALID, "'%.*s' is missing", n < 60 ? (int)n : 60, name);
    }
    return true;
}

static bool by_name(struct arrays *a, const struct lar_columns *columns, uint32_t input,
                    struct lar_error *err)
{
    const struct named_array **by_column =
        lar_scratch_take(a->scratch, columns->n + 1, sizeof(struct named_array *));
    if (!by_column)
        return lar_scratch_fail(a->scratch, err, "the columns");
    memset((void *)by_column, 0, (columns->n + 1) * sizeof *by_column);
    return match(a, columns, by_column, err) &&
           (columns->inputs ? one_by_one(a, columns, by_column, err)
                            : join(a, columns, input, by_column, err));
}

/* Whether a model takes records and not all of A are called as its inputs are: then they are keys.
 */
static bool are_keys(const struct arrays *a, const struct lar_columns *columns)
{
    bool known = true;
    for (size_t i = 0; i < a->n; i++) {
        if (!a->list[i].name)
            return false;
        known &= lar_columns_find(columns, a->list[i].name, a->list[i].size) >= 0;
    }
    return columns->inputs && columns->n == 2 && columns->inputs[0]->records && !known;
}

/* Arrays of a value under one key for each row. */
static bool by_key(struct arrays *a, const struct lar_flat_input *features, struct lar_error *err)
{
    struct lar_key_column *keys = lar_scratch_take(a->scratch, a->n, sizeof *keys);
    if (!keys)
        return lar_scratch_fail(a->scratch, err, "the columns");
    for (size_t i = 0; i < a->n; i++) {
        uint64_t rows;
        const struct np_array *array = &a->list[i].array;
        enum lar_type type = np_kind_is(array->dtype, "US") ? LAR_TYPE_STRING : LAR_TYPE_F64;
        keys[i] = (struct lar_key_column){.name = a->list[i].name, .size = a->list[i].size};
        if (!column_rows(array, &rows, err) || !agree(a, i, rows, err) ||
            !convert(&keys[i].values, array, type, &LAR_SHAPE((int64_t)rows), a, err))
            return lar_error_within(err, "column '%.*s'", (int)keys[i].size, keys[i].name);
    }
    return lar_key_columns_join(&a->call->inputs[features - a->flat->inputs], keys, a->n,
                                a->call->rows, a->flat->values[features->columns].constant,
                                a->scratch, err);
}

/* Column I of a matrix. */
static struct np_array column_of(const struct np_array *array, size_t i)
{
    struct np_array ret = *array;
    ret.shape = LAR_SHAPE(array->shape.dims[0]);
    ret.strides[0] = array->strides[0];
    if (array->data)
        ret.data += (int64_t)i * array->strides[1];
    return ret;
}

/* One array is all rows: of the only input, or a matrix whose columns are the inputs. */
static bool whole(struct arrays *a, const struct lar_columns *columns, const uint32_t *inputs,
                  uint32_t n_inputs, struct lar_error *err)
{
    char text[128];
    struct lar_shape shape;
    const struct np_array *array = &a->list[0].array;
    bool one = n_inputs == 1;
    if (!one && (array->shape.rank != 2 || (size_t)array->shape.dims[1] != columns->n))
        return lar_fail(err, LAR_ERR_INVALID,
                        "the array has the shape %s, the model takes [rows,%zu]",
                        lar_shape_print(&array->shape, text, sizeof text), columns->n);
    for (uint32_t i = 0; i < n_inputs; i++) {
        const struct lar_flat_input *to = &a->flat->inputs[inputs[i]];
        const struct np_array part = one ? *array : column_of(array, i);
        const struct lar_value_info *info =
            to->value == LAR_NO_VALUE ? NULL : &a->flat->values[to->value];
        if (info && (!fit(&shape, &info->shape, &part, err) ||
                     !convert(&a->call->inputs[inputs[i]], &part, info->type, &shape, a, err)))
            return one ? lar_error_within(err, "the array")
                       : lar_error_within(err, "column '%.60s'", to->name);
        if (info)
            a->call->rows = (uint64_t)shape.dims[0];
    }
    return true;
}

/* ---- from files to arrays ---- */

static bool add_fields(struct arrays *a, const struct np_array *array, struct lar_error *err)
{
    const struct np_dtype *dtype = array->dtype;
    a->list = lar_scratch_take(a->scratch, dtype->n_fields, sizeof *a->list);
    if (!a->list)
        return lar_scratch_fail(a->scratch, err, "the columns");
    for (size_t i = 0; i < dtype->n_fields; i++) {
        char name[256];
        const struct pk_bytes field = dtype->fields[i].name;
        a->list[i] = (struct named_array){.name = (const char *)field.data, .size = field.size};
        snprintf(name, sizeof name, "%.*s", (int)(field.size < 255 ? field.size : 255),
                 (const char *)field.data);
        if (!np_field_of(&a->list[a->n++].array, array, name))
            return lar_fail(err, LAR_ERR_UNSUPPORTED, "the field '%s' cannot be read", name);
    }
    return true;
}

static bool read_npy(struct np_array *ret, const void *bytes, size_t size, struct arrays *a,
                     struct lar_error *err)
{
    return np_read_npy(ret, bytes, size, a->arena, err) &&
           (!np_dtype_has_object(ret->dtype) ||
            lar_fail(err, LAR_ERR_UNSUPPORTED,
                     "arrays of objects are pickles: save numbers, or texts of a 'U' type"));
}

static bool read_one(struct arrays *a, const void *bytes, size_t size, struct lar_error *err)
{
    struct np_array array;
    if (!read_npy(&array, bytes, size, a, err))
        return false;
    if (array.dtype->n_fields)
        return add_fields(a, &array, err);
    a->list = lar_scratch_take(a->scratch, 1, sizeof *a->list);
    if (!a->list)
        return lar_scratch_fail(a->scratch, err, "the rows");
    a->list[a->n++] = (struct named_array){.array = array};
    return true;
}

static bool read_member(struct arrays *a, const struct lar_archive_member *member,
                        struct named_array *to, struct lar_error *err)
{
    size_t n = strlen(member->name);
    uint8_t *bytes = lar_scratch_take(a->scratch, member->size + 1, 1);
    if (n < 5 || strcmp(member->name + n - 4, ".npy") != 0)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "is no .npy");
    if (!bytes)
        return lar_scratch_fail(a->scratch, err, "the rows");
    *to = (struct named_array){.name = member->name, .size = n - 4};
    return lar_archive_extract(member, bytes, err) &&
           read_npy(&to->array, bytes, member->size, a, err);
}

/* A column that the model knows and never reads, whatever is in it. */
static bool is_unread(const struct lar_columns *columns, const struct lar_archive_member *member)
{
    size_t n = strlen(member->name);
    ptrdiff_t at = columns->inputs && n > 4 ? lar_columns_find(columns, member->name, n - 4) : -1;
    return at >= 0 && columns->inputs[at]->value == LAR_NO_VALUE;
}

static bool read_npz(struct arrays *a, const struct lar_columns *columns, const void *bytes,
                     size_t size, struct lar_error *err)
{
    const struct lar_archive_limits limits = {.bytes = MOST, .members = ARRAYS, .ratio = 1000};
    struct lar_archive archive;
    bool ok = lar_archive_open(&archive, bytes, size, &limits, a->arena, err);
    if (ok && archive.kind != LAR_ARCHIVE_ZIP)
        ok = lar_fail(err, LAR_ERR_FORMAT, "no .npz");
    a->list = ok ? lar_scratch_take(a->scratch, archive.n + 1, sizeof *a->list) : NULL;
    for (size_t i = 0; a->list && ok && i < archive.n; i++) {
        if (is_unread(columns, &archive.members[i]))
            continue;
        ok = read_member(a, &archive.members[i], &a->list[a->n++], err) ||
             lar_error_within(err, "%s", archive.members[i].name);
    }
    if (ok && !a->list)
        ok = lar_scratch_fail(a->scratch, err, "the arrays");
    lar_archive_finish(&archive);
    return ok && (a->n > 0 || lar_fail(err, LAR_ERR_FORMAT, "the .npz holds no array"));
}

static bool begin_call(struct arrays *a, uint32_t method, struct lar_error *err)
{
    const struct lar_flat_method *m = &a->flat->methods[method];
    size_t n = a->flat->n_inputs;
    *a->call = (struct lar_call_request){.method = method, .n_outputs = m->n_outputs};
    a->call->as_rows = true;
    a->call->inputs = lar_scratch_take(a->scratch, n + 1, sizeof *a->call->inputs);
    a->call->outputs = lar_scratch_take(a->scratch, m->n_outputs + 1, sizeof *a->call->outputs);
    if (!a->call->inputs || !a->call->outputs)
        return lar_scratch_fail(a->scratch, err, "the call");
    memset(a->call->inputs, 0, n * sizeof *a->call->inputs);
    for (uint32_t i = 0; i < m->n_outputs; i++)
        a->call->outputs[i] = m->first_output + i;
    return true;
}

bool lar_arrays_read(struct lar_call_request *ret, const struct lar_flat *flat, uint32_t method,
                     const void *bytes, size_t size, struct lar_arena *arena,
                     struct lar_scratch *scratch, struct lar_error *err)
{
    struct arrays a = {.arena = arena, .scratch = scratch, .flat = flat, .call = ret};
    struct lar_columns columns;
    bool zip = size >= 2 && memcmp(bytes, "PK", 2) == 0;
    if (!begin_call(&a, method, err) || !lar_columns_of(&columns, flat, method, scratch, err) ||
        !(zip ? read_npz(&a, &columns, bytes, size, err) : read_one(&a, bytes, size, err)))
        return false;
    const struct lar_flat_method *m = &flat->methods[method];
    if (are_keys(&a, &columns))
        return by_key(&a, columns.inputs[0], err) &&
               (ret->rows > 0 ||
                lar_fail(err, LAR_ERR_INVALID, "expected at least one row, found none"));
    bool alone = a.n == 1 && (!a.list[0].name ||
                              lar_columns_find(&columns, a.list[0].name, a.list[0].size) < 0);
    if (!(alone ? whole(&a, &columns, m->inputs, m->n_inputs, err)
                : by_name(&a, &columns, m->n_inputs ? m->inputs[0] : 0, err)))
        return false;
    return ret->rows > 0 || lar_fail(err, LAR_ERR_INVALID, "expected at least one row, found none");
}
