/* MLflow's signatures; see signature.h. The form is that of mlflow/types/schema.py, releases 1.0 to
 * 3: [{"type": "double", "name": "a", "required": true}, ...] or [{"type": "tensor", "tensor-spec":
 * {"dtype": "float64", "shape": [-1, 4]}, "name": "x"}].
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/mlflow/signature.h"

#include <string.h>

enum { COLUMNS = 65536, PARAMS = 1024 };

/* The first SCALARS are those that parameters have, too. */
static const struct {
    const char *name;
    enum lar_type type;
} types[] = {
    {"boolean", LAR_TYPE_BOOL},      {"integer", LAR_TYPE_I32}, {"long", LAR_TYPE_I64},
    {"float", LAR_TYPE_F32},         {"double", LAR_TYPE_F64},  {"string", LAR_TYPE_STRING},
    {"datetime", LAR_TYPE_END},      {"binary", LAR_TYPE_END},  {"array", LAR_TYPE_END},
    {"object", LAR_TYPE_END},        {"map", LAR_TYPE_END},     {"any", LAR_TYPE_END},
    {"sparse_vector", LAR_TYPE_END},
};
enum { SCALARS = 7 };

static bool copy(const char **ret, const char *text, struct lar_arena *arena, struct lar_error *err)
{
    *ret = text ? lar_arena_strndup(arena, text, strlen(text)) : NULL;
    return !text || *ret || lar_arena_fail(arena, err, "the signature");
}

static bool read_column(struct lar_declared_column *ret, const json_t *column,
                        struct lar_arena *arena, struct lar_error *err)
{
    const char *type = json_string_value(json_object_get(column, "type"));
    const char *name = json_string_value(json_object_get(column, "name"));
    for (size_t i = 0; type && i < sizeof types / sizeof *types; i++)
        if (strcmp(types[i].name, type) == 0) {
            *ret = (struct lar_declared_column){.type = types[i].type, .called = types[i].name};
            return copy(&ret->name, name, arena, err);
        }
    return lar_fail(err, LAR_ERR_UNSUPPORTED, "a column of type '%.40s'", type ? type : "?");
}

static bool read_tensor(struct lar_declared *ret, const json_t *tensor, struct lar_arena *arena,
                        struct lar_error *err)
{
    const json_t *spec = json_object_get(tensor, "tensor-spec");
    const char *dtype = json_string_value(json_object_get(spec, "dtype"));
    const json_t *shape = json_object_get(spec, "shape");
    size_t rank = json_array_size(shape);
    ret->width = rank == 2 ? json_integer_value(json_array_get(shape, 1)) : -1;
    ret->type = LAR_TYPE_END;
    for (enum lar_type type = LAR_TYPE_BOOL; dtype && type < LAR_TYPE_END; type++)
        if (strcmp(lar_type_name(type), dtype) == 0)
            ret->type = type;
    if (dtype && (strcmp(dtype, "str") == 0 || strcmp(dtype, "object") == 0))
        ret->type = LAR_TYPE_STRING;
    if (!dtype || ret->type == LAR_TYPE_END)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "a tensor of type '%.40s'", dtype ? dtype : "?");
    if (rank < 1 || rank > 2)
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "a tensor of %zu dimensions; scikit-learn's models take rows of columns",
                        rank);
    return copy(&ret->called, dtype, arena, err) &&
           copy(&ret->name, json_string_value(json_object_get(tensor, "name")), arena, err);
}

bool ml_signature(struct lar_declared *ret, const json_t *inputs, struct lar_arena *arena,
                  struct lar_error *err)
{
    size_t n = json_array_size(inputs);
    *ret = (struct lar_declared){.n = n};
    if (n == 0 || n > COLUMNS)
        return lar_fail(err, LAR_ERR_FORMAT, "inputs: no list of 1 to %d columns", COLUMNS);
    const char *first = json_string_value(json_object_get(json_array_get(inputs, 0), "type"));
    if (first && strcmp(first, "tensor") == 0) {
        if (n > 1)
            return lar_fail(err, LAR_ERR_UNSUPPORTED, "inputs: %zu tensors; one is supported", n);
        ret->n = 0;
        return read_tensor(ret, json_array_get(inputs, 0), arena, err) ||
               lar_error_within(err, "inputs");
    }
    struct lar_declared_column *columns = lar_arena_alloc(arena, n, sizeof *columns);
    if (!columns)
        return lar_arena_fail(arena, err, "the signature");
    for (size_t i = 0; i < n; i++)
        if (!read_column(&columns[i], json_array_get(inputs, i), arena, err))
            return lar_error_within(err, "inputs[%zu]", i);
    for (size_t i = 0; i < n; i++)
        if ((columns[i].name == NULL) != (columns[0].name == NULL))
            return lar_fail(err, LAR_ERR_FORMAT, "inputs: some columns have names, others not");
    ret->columns = columns;
    return true;
}

/* Whether MLflow lets VALUE, which stands in a signature, be of TYPE. A whole number is one of any
 * type of numbers, a bool is none; dates and objects are not looked into. */
static bool fits(const json_t *value, const char *type)
{
    if (strcmp(type, "object") == 0)
        return json_is_object(value);
    if (json_is_null(value) || strcmp(type, "datetime") == 0)
        return true;
    if (strcmp(type, "string") == 0)
        return json_is_string(value);
    if (strcmp(type, "boolean") == 0)
        return json_is_boolean(value);
    bool real = strcmp(type, "double") == 0 || strcmp(type, "float") == 0;
    return json_is_integer(value) || (real && json_is_real(value));
}

static bool check_default(const json_t *param, const char *type, struct lar_error *err)
{
    const json_t *value = json_object_get(param, "default"),
                 *shape = json_object_get(param, "shape");
    if (!value)
        return lar_fail(err, LAR_ERR_FORMAT, "has no default");
    if (!shape || json_is_null(shape))
        return fits(value, type) ||
               lar_fail(err, LAR_ERR_FORMAT, "its default is not of type %s", type);
    if (json_array_size(shape) != 1 || json_integer_value(json_array_get(shape, 0)) != -1)
        return lar_fail(err, LAR_ERR_FORMAT, "its shape is neither null nor [-1]");
    if (!json_is_array(value))
        return lar_fail(err, LAR_ERR_FORMAT, "its default is no list");
    for (size_t i = 0; i < json_array_size(value); i++)
        if (!fits(json_array_get(value, i), type))
            return lar_fail(err, LAR_ERR_FORMAT, "element %zu of its default is not of type %s", i,
                            type);
    return true;
}

static bool check_param(const json_t *param, struct lar_error *err)
{
    const char *type = json_string_value(json_object_get(param, "type"));
    if (!type) /* its name in the first releases that had it */
        type = json_string_value(json_object_get(param, "dtype"));
    bool known = type && strcmp(type, "object") == 0;
    for (size_t i = 0; type && i < SCALARS; i++)
        known |= strcmp(types[i].name, type) == 0;
    if (!json_object_get(param, "name"))
        return lar_fail(err, LAR_ERR_FORMAT, "has no name");
    if (!known)
        return lar_fail(err, LAR_ERR_FORMAT, "is of type '%.40s'", type ? type : "?");
    return check_default(param, type, err);
}

bool ml_check_params(const json_t *params, struct lar_error *err)
{
    size_t n = json_array_size(params);
    if (!json_is_array(params) || n > PARAMS)
        return lar_fail(err, LAR_ERR_FORMAT, "params: no list of at most %d", PARAMS);
    for (size_t i = 0; i < n; i++) {
        const json_t *param = json_array_get(params, i), *name = json_object_get(param, "name");
        if (!check_param(param, err))
            return lar_error_within(err, "params[%zu]", i);
        for (size_t j = 0; j < i; j++)
            if (json_equal(name, json_object_get(json_array_get(params, j), "name")))
                return lar_fail(err, LAR_ERR_FORMAT, "params: %zu and %zu have one name", j, i);
    }
    return true;
}
