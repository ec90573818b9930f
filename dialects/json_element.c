/* One element of a tensor from JSON text; see json_tensor.h.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/half.h"
#include "dialects/json_tensor.h"
#include "dialects/json_tensor_private.h"
#include "graph/text.h"

#include <float.h>
#include <stdio.h>

static bool out_of_range(struct lar_json *js, const char *from, enum lar_type type,
                         struct lar_error *err)
{
    js->at = from;
    return lar_fail(err, LAR_ERR_INVALID, "number beyond the range of %s (byte %zu)",
                    lar_type_name(type), (size_t)(from - js->begin));
}

double lar_cells_float_limit(enum lar_type type)
{
    switch (type) {
    case LAR_TYPE_F16: return LAR_F16_MAX;
    case LAR_TYPE_BF16: return LAR_BF16_MAX;
    case LAR_TYPE_F32: return FLT_MAX;
    default: return DBL_MAX;
    }
}

/* The float that began at FROM is beyond what both types hold. */
static bool float_fails(const struct lar_cells *cells, struct lar_json *js, const char *from,
                        struct lar_error *err)
{
    bool wire = lar_cells_float_limit(cells->wire) <= lar_cells_float_limit(cells->type);
    return out_of_range(js, from, wire ? cells->wire : cells->type, err);
}

/* The tokens that stand for floats JSON does not have. */
static bool float_token(struct lar_json *js, double *ret)
{
    static const struct {
        const char *text;
        size_t size;
        double value;
    } tokens[] = {
        {"NaN", 3, NAN}, {"null", 4, NAN}, {"Infinity", 8, INFINITY}, {"-Infinity", 9, -INFINITY}};
    for (size_t i = 0; i < sizeof tokens / sizeof *tokens; i++)
        if ((size_t)(js->end - js->at) >= tokens[i].size &&
            memcmp(js->at, tokens[i].text, tokens[i].size) == 0) {
            js->at += tokens[i].size;
            *ret = tokens[i].value;
            return true;
        }
    return false;
}

void lar_cells_store_float(struct lar_cells *cells, double v)
{
    uint64_t i = cells->count++;
    switch (cells->type) {
    case LAR_TYPE_F16: ((uint16_t *)cells->data)[i] = lar_f16_from_f64(v); break;
    case LAR_TYPE_BF16: ((uint16_t *)cells->data)[i] = lar_bf16_from_f64(v); break;
    case LAR_TYPE_F32: ((float *)cells->data)[i] = (float)v; break;
    default: ((double *)cells->data)[i] = v;
    }
}

/* EXPECTED is not what comes; flags are no numbers, but it is said what they would be. */
static bool fail_number(struct lar_json *js, struct lar_error *err, const char *expected)
{
    char with[64];
    char c = lar_json_peek(js);
    if (c != 't' && c != 'f')
        return lar_json_fail_number(js, err, expected);
    (void)snprintf(with, sizeof with, "%s (1 for true, 0 for false)", expected);
    return lar_json_fail(js, err, with);
}

static bool read_float(struct lar_cells *cells, struct lar_json *js, struct lar_error *err)
{
    const char *from = js->at;
    double v = 0;
    switch (lar_number_read_f64(&js->at, js->end, &v)) {
    case LAR_NUMBER_OK:
        if (!(fabs(v) <= cells->float_limit))
            return float_fails(cells, js, from, err);
        break;
    case LAR_NUMBER_OVERFLOW: return out_of_range(js, from, LAR_TYPE_F64, err);
    default:
        if (!float_token(js, &v))
            return fail_number(js, err, "a number");
    }
    lar_cells_store_float(cells, v);
    return true;
}

/* The largest integers of a type, as magnitudes: 2^bits - 1 upwards, and downwards one more or 0.
 */
static uint64_t largest(enum lar_type type, bool negative)
{
    switch (type) {
    case LAR_TYPE_U8: return negative ? 0 : UINT8_MAX;
    case LAR_TYPE_U16: return negative ? 0 : UINT16_MAX;
    case LAR_TYPE_U32: return negative ? 0 : UINT32_MAX;
    case LAR_TYPE_U64: return negative ? 0 : UINT64_MAX;
    case LAR_TYPE_I8: return (uint64_t)INT8_MAX + negative;
    case LAR_TYPE_I16: return (uint64_t)INT16_MAX + negative;
    case LAR_TYPE_I32: return (uint64_t)INT32_MAX + negative;
    case LAR_TYPE_I64: return (uint64_t)INT64_MAX + negative;
    default: return UINT64_MAX; /* floats have their own limit */
    }
}

void lar_cells_store_integer(struct lar_cells *cells, bool negative, uint64_t magnitude)
{
    uint64_t v = negative ? 0 - magnitude : magnitude; /* two's complement of any width */
    switch (lar_cells_class(cells->type)) {
    case LAR_CLASS_FLOAT:
        if (cells->type == LAR_TYPE_F32) /* not by way of a double, which would round twice */
            ((float *)cells->data)[cells->count++] =
                negative ? -(float)magnitude : (float)magnitude;
        else
            lar_cells_store_float(cells, negative ? -(double)magnitude : (double)magnitude);
        return;
    default: break;
    }
    size_t size = lar_type_size(cells->type);
    memcpy((char *)cells->data + cells->count++ * size, &v, size);
}

bool lar_cells_integer_fits(const struct lar_cells *cells, bool negative, uint64_t magnitude)
{
    return magnitude <= largest(cells->type, negative) && (double)magnitude <= cells->float_limit;
}

static bool read_integer(struct lar_cells *cells, struct lar_json *js, struct lar_error *err)
{
    const char *from = js->at;
    bool negative = from < js->end && *from == '-';
    uint64_t magnitude = 0;
    int64_t s = 0;
    enum lar_number status = negative ? lar_number_read_i64(&js->at, js->end, &s)
                                      : lar_number_read_u64(&js->at, js->end, &magnitude);
    if (negative)
        magnitude = 0 - (uint64_t)s;
    switch (status) {
    case LAR_NUMBER_OK: break;
    case LAR_NUMBER_OVERFLOW: return out_of_range(js, from, cells->wire, err);
    case LAR_NUMBER_FRACTION:
        return lar_fail(err, LAR_ERR_INVALID,
                        "expected an integer, found a number with fraction or exponent (byte %zu)",
                        (size_t)(from - js->begin));
    default: return fail_number(js, err, "an integer");
    }
    if (magnitude > largest(cells->wire, negative))
        return out_of_range(js, from, cells->wire, err);
    if (!lar_cells_integer_fits(cells, negative, magnitude))
        return out_of_range(js, from, cells->type, err);
    lar_cells_store_integer(cells, negative, magnitude);
    return true;
}

static bool need_bytes(struct lar_cells *cells, struct lar_json *js, size_t n,
                       struct lar_error *err)
{
    if (cells->data && n <= cells->bytes_capacity - cells->bytes)
        return true;
    size_t capacity = (cells->bytes + n) * 2 < 256 ? 256 : (cells->bytes + n) * 2;
    if (!lar_json_grow(js, &cells->data, cells->bytes, capacity, err))
        return false;
    cells->bytes_capacity = capacity;
    return true;
}

static void store_string(struct lar_cells *cells, uint8_t kind, size_t size)
{
    cells->bytes += size;
    cells->kinds[cells->count] = kind;
    cells->offsets[++cells->count] = cells->bytes;
}

bool lar_cells_add_texts(struct lar_cells *cells, struct lar_json *js,
                         const struct lar_json_string *parts, size_t n, struct lar_error *err)
{
    size_t size = 0;
    for (size_t i = 0; i < n; i++)
        size += parts[i].size;
    if (cells->count == cells->capacity && !lar_cells_grow(cells, js, err))
        return false;
    if (!need_bytes(cells, js, size, err))
        return false;
    char *to = (char *)cells->data + cells->bytes;
    for (size_t i = 0; i < n; to += parts[i++].size)
        if (parts[i].size)
            memcpy(to, parts[i].text, parts[i].size);
    store_string(cells, LAR_STRING_TEXT, size);
    return true;
}

bool lar_cells_add_text(struct lar_cells *cells, struct lar_json *js, const char *bytes, size_t n,
                        struct lar_error *err)
{
    return lar_cells_add_texts(cells, js, &(struct lar_json_string){bytes, n}, 1, err);
}

bool lar_cells_add_float(struct lar_cells *cells, struct lar_json *js, double v,
                         struct lar_error *err)
{
    if (cells->count == cells->capacity && !lar_cells_grow(cells, js, err))
        return false;
    lar_cells_store_float(cells, v);
    return true;
}

void lar_cells_add_missing(struct lar_cells *cells)
{
    store_string(cells, LAR_STRING_NAN, 0);
}

static int base64_digit(unsigned char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

ptrdiff_t lar_base64_decode(const struct lar_json_string *s, char *to)
{
    size_t n = s->size;
    while (n > 0 && s->size - n < 2 && s->text[n - 1] == '=')
        n--;
    if (n % 4 == 1 || (n != s->size && s->size % 4 != 0))
        return -1;
    unsigned bits = 0;
    ptrdiff_t size = 0;
    for (size_t i = 0; i < n; i++) {
        int digit = base64_digit((unsigned char)s->text[i]);
        if (digit < 0)
            return -1;
        bits = bits << 6 | (unsigned)digit;
        if (i % 4 != 0)
            to[size++] = (char)(bits >> (6 - i % 4 * 2));
    }
    return size;
}

/* {"b64": "..."} */
static bool read_base64(struct lar_cells *cells, struct lar_json *js, struct lar_error *err)
{
    struct lar_json_string s;
    const char *from = js->at;
    js->at++;
    if (lar_json_member(js, true, &s, err) != LAR_JSON_MORE || !lar_json_is(&s, "b64")) {
        js->at = from;
        return lar_json_fail(js, err, "a string or {\"b64\": \"...\"}");
    }
    if (!lar_json_text(js, &s, err) || !need_bytes(cells, js, s.size, err))
        return false;
    char *to = (char *)cells->data + cells->bytes;
    ptrdiff_t size = lar_base64_decode(&s, to);
    if (size < 0)
        return lar_fail(err, LAR_ERR_INVALID, "b64: not base64 (byte %zu)",
                        (size_t)(from - js->begin));
    if (!lar_text_valid(to, (size_t)size, false))
        return lar_fail(err, LAR_ERR_INVALID, "b64: its bytes are not UTF-8 text (byte %zu)",
                        (size_t)(from - js->begin));
    if (lar_json_peek(js) != '}')
        return lar_json_fail(js, err, "'}' after the only member b64");
    js->at++;
    store_string(cells, LAR_STRING_TEXT, (size_t)size);
    return true;
}

static bool read_string(struct lar_cells *cells, struct lar_json *js, struct lar_error *err)
{
    size_t size;
    bool escaped;
    const char *from = js->at;
    char c = lar_json_peek(js);
    if (c == '{')
        return read_base64(cells, js, err);
    if (c == 'n' && lar_json_null(js)) {
        cells->nulls = true;
        store_string(cells, LAR_STRING_NAN, 0);
        return true;
    }
    if (!lar_json_string_skip(js, &size, &escaped, err) || !need_bytes(cells, js, size, err))
        return false;
    char *to = (char *)cells->data + cells->bytes;
    if (escaped)
        size = lar_json_string_decode(from, to);
    else if (size)
        memcpy(to, from + 1, size);
    store_string(cells, LAR_STRING_TEXT, size);
    return true;
}

bool lar_cells_read(struct lar_cells *cells, struct lar_json *js, struct lar_error *err)
{
    bool flag;
    (void)lar_json_peek(js);
    if (cells->count == cells->capacity && !lar_cells_grow(cells, js, err))
        return false;
    switch (lar_cells_class(cells->wire)) {
    case LAR_CLASS_FLOAT: return read_float(cells, js, err);
    case LAR_CLASS_INTEGER: return read_integer(cells, js, err);
    case LAR_CLASS_STRING: return read_string(cells, js, err);
    case LAR_CLASS_BOOL: break;
    }
    if (!lar_json_bool(js, &flag, err))
        return false;
    lar_cells_store_integer(cells, false, flag);
    return true;
}
