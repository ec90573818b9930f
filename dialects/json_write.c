/* Tensors to JSON text; see json_tensor.h.
 * SPDX-License-Identifier: MIT */
#include "base/checked.h"
#include "base/number.h"
#include "dialects/half.h"
#include "dialects/json_tensor.h"

#include <math.h>

static size_t non_finite(char *to, double v, enum lar_json_floats floats)
{
    const char *text = floats == LAR_JSON_NULLS ? "null"
                       : isnan(v)               ? "NaN"
                       : v > 0                  ? "Infinity"
                                                : "-Infinity";
    size_t n = strlen(text);
    memcpy(to, text, n);
    return n;
}

static size_t put_f64(char *to, double v, enum lar_json_floats floats)
{
    return isfinite(v) ? lar_number_write_f64(to, v) : non_finite(to, v, floats);
}

static size_t put_f32(char *to, float v, enum lar_json_floats floats)
{
    return isfinite(v) ? lar_number_write_f32(to, v) : non_finite(to, (double)v, floats);
}

static size_t put_bool(char *to, bool v)
{
    memcpy(to, v ? "true" : "false", 5);
    return v ? 4 : 5;
}

/* Element I of a number's type, to room for LAR_NUMBER_SIZE bytes. */
static size_t put_number(char *to, const struct lar_tensor *t, uint64_t i,
                         enum lar_json_floats floats)
{
    switch (t->type) {
    case LAR_TYPE_BOOL: return put_bool(to, ((const uint8_t *)t->data)[i]);
    case LAR_TYPE_U8: return lar_number_write_u64(to, ((const uint8_t *)t->data)[i]);
    case LAR_TYPE_U16: return lar_number_write_u64(to, ((const uint16_t *)t->data)[i]);
    case LAR_TYPE_U32: return lar_number_write_u64(to, ((const uint32_t *)t->data)[i]);
    case LAR_TYPE_U64: return lar_number_write_u64(to, ((const uint64_t *)t->data)[i]);
    case LAR_TYPE_I8: return lar_number_write_i64(to, ((const int8_t *)t->data)[i]);
    case LAR_TYPE_I16: return lar_number_write_i64(to, ((const int16_t *)t->data)[i]);
    case LAR_TYPE_I32: return lar_number_write_i64(to, ((const int32_t *)t->data)[i]);
    case LAR_TYPE_I64: return lar_number_write_i64(to, ((const int64_t *)t->data)[i]);
    case LAR_TYPE_F16: return put_f32(to, lar_f16_to_f32(((const uint16_t *)t->data)[i]), floats);
    case LAR_TYPE_BF16: return put_f32(to, lar_bf16_to_f32(((const uint16_t *)t->data)[i]), floats);
    case LAR_TYPE_F32: return put_f32(to, ((const float *)t->data)[i], floats);
    default: return put_f64(to, ((const double *)t->data)[i], floats);
    }
}

static void put_base64(struct lar_text *text, const char *bytes, size_t n)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    lar_text_puts(text, "{\"b64\": \"");
    for (size_t i = 0; i < n; i += 3) {
        unsigned bits = 0, have = n - i < 3 ? (unsigned)(n - i) : 3;
        for (unsigned k = 0; k < 3; k++)
            bits = bits << 8 | (k < have ? (unsigned char)bytes[i + k] : 0);
        char four[4] = {digits[bits >> 18], digits[bits >> 12 & 63],
                        have > 1 ? digits[bits >> 6 & 63] : '=',
                        have > 2 ? digits[bits & 63] : '='};
        lar_text_add(text, four, sizeof four);
    }
    lar_text_puts(text, "\"}");
}

static void put_string(struct lar_text *text, const struct lar_tensor *t, uint64_t i,
                       struct lar_json_style style)
{
    const char *bytes = (const char *)t->data + t->offsets[i];
    size_t n = t->offsets[i + 1] - t->offsets[i];
    if (t->kinds[i] != LAR_STRING_TEXT)
        lar_text_puts(text, "null");
    else if (style.b64)
        put_base64(text, bytes, n);
    else
        lar_text_string(text, bytes, n);
}

/* N elements from FROM on with commas between; dense. */
static void put_elements(struct lar_text *text, const struct lar_tensor *t, uint64_t from,
                         uint64_t n, struct lar_json_style style)
{
    for (uint64_t i = from; i < from + n; i++) {
        char *to = lar_text_room(text, LAR_NUMBER_SIZE + 1);
        if (!to)
            return;
        size_t comma = i > from;
        *to = ',';
        if (t->type == LAR_TYPE_STRING) {
            text->size += comma;
            put_string(text, t, i, style);
        } else if (t->type == LAR_TYPE_F64) {
            double v = ((const double *)t->data)[i];
            text->size += comma + put_f64(to + comma, v, style.floats);
        } else {
            text->size += comma + put_number(to + comma, t, i, style.floats);
        }
    }
}

/* Row ROW of a CSR tensor with its zeros. */
static void put_sparse_row(struct lar_text *text, const struct lar_tensor *t, uint64_t row,
                           struct lar_json_style style)
{
    uint64_t k = t->indptr[row], end = t->indptr[row + 1];
    for (uint64_t column = 0; column < (uint64_t)t->shape.dims[1]; column++) {
        char *to = lar_text_room(text, LAR_NUMBER_SIZE + 1);
        if (!to)
            return;
        size_t comma = column > 0, n = 3;
        *to = ',';
        if (k < end && t->indices[k] == column)
            n = put_number(to + comma, t, k++, style.floats);
        else
            memcpy(to + comma, "0.0", 3);
        text->size += comma + n;
    }
}

/* Whether COUNT elements can fit at all: each takes two bytes with its comma. What cannot is not
 * even begun, however cheap a sparse tensor made it. */
static bool fits(struct lar_text *text, uint64_t count)
{
    size_t bytes;
    if (!lar_mul_size(count, 2, &bytes))
        bytes = SIZE_MAX;
    (void)lar_text_room(text, bytes);
    return text->failure == LAR_ERR_NONE;
}

/* The elements from *AT on, as the dimensions from DIM on say; *AT is moved behind them. */
static void put_nested(struct lar_text *text, const struct lar_tensor *t, uint32_t dim,
                       uint64_t *at, struct lar_json_style style)
{
    uint32_t left = t->shape.rank - dim;
    if (left == 0) {
        put_elements(text, t, (*at)++, 1, style);
        return;
    }
    uint64_t n = (uint64_t)t->shape.dims[dim];
    lar_text_char(text, '[');
    if (left == 1) {
        if (t->layout == LAR_LAYOUT_CSR)
            put_sparse_row(text, t, *at / (n ? n : 1), style);
        else
            put_elements(text, t, *at, n, style);
        *at += n;
    } else {
        for (uint64_t i = 0; i < n && text->failure == LAR_ERR_NONE; i++) {
            if (i > 0)
                lar_text_char(text, ',');
            put_nested(text, t, dim + 1, at, style);
        }
    }
    lar_text_char(text, ']');
}

void lar_json_write(struct lar_text *text, const struct lar_tensor *t, struct lar_json_style style)
{
    uint64_t at = 0;
    if (fits(text, lar_tensor_count(t)))
        put_nested(text, t, 0, &at, style);
}

void lar_json_write_row(struct lar_text *text, const struct lar_tensor *t, uint64_t row,
                        struct lar_json_style style)
{
    uint64_t count = 1;
    for (uint32_t i = 1; i < t->shape.rank; i++)
        count *= (uint64_t)t->shape.dims[i];
    uint64_t at = row * count;
    if (fits(text, count))
        put_nested(text, t, 1, &at, style);
}

void lar_json_write_flat(struct lar_text *text, const struct lar_tensor *t,
                         struct lar_json_style style)
{
    if (!fits(text, lar_tensor_count(t)))
        return;
    lar_text_char(text, '[');
    if (t->layout == LAR_LAYOUT_CSR) {
        for (int64_t row = 0; row < t->shape.dims[0] && text->failure == LAR_ERR_NONE; row++) {
            if (row > 0 && t->shape.dims[1] > 0)
                lar_text_char(text, ',');
            put_sparse_row(text, t, (uint64_t)row, style);
        }
    } else {
        put_elements(text, t, 0, lar_tensor_count(t), style);
    }
    lar_text_char(text, ']');
}
