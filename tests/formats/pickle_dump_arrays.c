/* The part of pickle_dump.h that prints NumPy's values.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/element.h"
#include "tests/formats/pickle_dump_parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* As Python prints floats: the shortest digits that read back, an exponent outside 1e-4..1e16. */
static void number(struct dump *d, double v)
{
    char digits[40], *e;
    if (isnan(v) || isinf(v)) {
        fputs(isnan(v) ? "null" : v > 0 ? "\"Infinity\"" : "\"-Infinity\"", d->out);
        return;
    }
    for (int precision = 0; precision < 18; precision++) {
        snprintf(digits, sizeof digits, "%.*e", precision, v);
        if (strtod(digits, NULL) == v)
            break;
    }
    e = strchr(digits, 'e');
    int exponent = atoi(e + 1), places = (int)(e - digits) - (digits[0] == '-') - 2;
    if (exponent >= -4 && exponent < 16) {
        places = places > exponent ? places - exponent : 1;
        fprintf(d->out, "%.*f", places, v);
    } else {
        fprintf(d->out, "%.*se%c%02d", (int)(e - digits), digits, exponent < 0 ? '-' : '+',
                abs(exponent));
    }
}

static void element(struct dump *d, const struct np_dtype *t, const uint8_t *data);

static void fixed_text(struct dump *d, const struct np_dtype *t, const uint8_t *data)
{
    struct np_array one = {.dtype = t, .data = data};
    struct lar_tensor tensor;
    if (np_to_tensor(&tensor, &one, d->arena, d->err))
        pickle_dump_text(d, tensor.data, tensor.offsets[1]);
}

static void record(struct dump *d, const struct np_dtype *t, const uint8_t *data)
{
    fputc('[', d->out);
    for (size_t i = 0; i < t->n_fields; i++) {
        fputs(i ? "," : "", d->out);
        element(d, t->fields[i].dtype, data + t->fields[i].offset);
    }
    fputc(']', d->out);
}

static void sub_array(struct dump *d, const struct np_dtype *t, const uint8_t *data)
{
    size_t n = t->itemsize / t->base->itemsize;
    fputc('[', d->out);
    for (size_t i = 0; i < n; i++) {
        fputs(i ? "," : "", d->out);
        element(d, t->base, data + i * t->base->itemsize);
    }
    fputc(']', d->out);
}

static void element(struct dump *d, const struct np_dtype *t, const uint8_t *data)
{
    int64_t integer = 0;
    double v = NAN;
    struct np_dtype part = *t;
    size_t n = t->itemsize;
    if (t->base) {
        sub_array(d, t, data);
        return;
    }
    if (t->n_fields) {
        record(d, t, data);
        return;
    }
    switch (t->kind) {
    case 'b': fputs(*data ? "true" : "false", d->out); break;
    case 'M':
    case 'm':
    case 'i':
        part.kind = 'i';
        np_element_i64(&part, data, &integer);
        fprintf(d->out, "%lld", (long long)integer);
        break;
    case 'u':
        part.kind = 'i';
        np_element_i64(&part, data, &integer);
        uint64_t mask = n == 8 ? UINT64_MAX : (UINT64_C(1) << n * 8) - 1;
        fprintf(d->out, "%llu", (unsigned long long)integer & mask);
        break;
    case 'f':
        np_element_f64(t, data, &v);
        number(d, v);
        break;
    case 'c':
        part = (struct np_dtype){.kind = 'f', .swapped = t->swapped, .itemsize = n / 2};
        fputc('[', d->out);
        np_element_f64(&part, data, &v);
        number(d, v);
        fputc(',', d->out);
        np_element_f64(&part, data + n / 2, &v);
        number(d, v);
        fputc(']', d->out);
        break;
    case 'U': fixed_text(d, t, data); break;
    default:
        while (n > 0 && data[n - 1] == 0)
            n--;
        pickle_dump_hex(d, data, n);
    }
}

static void kind(struct dump *d, const struct np_dtype *t);

static void fields(struct dump *d, const struct np_dtype *t)
{
    fputs("\"dtype\":\"V\",\"fields\":[", d->out);
    for (size_t i = 0; i < t->n_fields; i++) {
        const struct np_dtype *inner = t->fields[i].dtype;
        const struct np_dtype *base = inner->base ? inner->base : inner;
        fputs(i ? ",[" : "[", d->out);
        pickle_dump_text(d, t->fields[i].name.data, t->fields[i].name.size);
        fputs(base->n_fields ? ",{" : ",", d->out);
        if (base->n_fields)
            fields(d, base);
        else
            kind(d, base);
        fprintf(d->out, "%s,%zu,[", base->n_fields ? "}" : "", t->fields[i].offset);
        for (uint32_t k = 0; k < inner->subshape.rank; k++)
            fprintf(d->out, "%s%lld", k ? "," : "", (long long)inner->subshape.dims[k]);
        fputs("]]", d->out);
    }
    fprintf(d->out, "],\"itemsize\":%zu", t->itemsize);
}

/* dtype.str, without the unit of datetimes. */
static void kind(struct dump *d, const struct np_dtype *t)
{
    bool order = !strchr("bSVO", t->kind) && t->itemsize != 1;
    char size[32] = "";
    if (t->kind != 'O')
        snprintf(size, sizeof size, "%zu", t->kind == 'U' ? t->itemsize / 4 : t->itemsize);
    fprintf(d->out, "\"%c%c%s\"", !order ? '|' : t->swapped ? '>' : '<', t->kind, size);
}

static void dtype(struct dump *d, const struct np_dtype *t)
{
    if (t->n_fields) {
        fields(d, t);
        return;
    }
    fputs("\"dtype\":", d->out);
    kind(d, t);
}

static void elements(struct dump *d, const struct np_array *a)
{
    int64_t at[LAR_MAX_RANK] = {0};
    uint64_t n = 1;
    for (uint32_t i = 0; i < a->shape.rank; i++)
        n *= (uint64_t)a->shape.dims[i];
    fputs("\"data\":[", d->out);
    for (uint64_t i = 0; i < n; i++) {
        int64_t offset = 0;
        for (uint32_t k = 0; k < a->shape.rank; k++)
            offset += at[k] * a->strides[k];
        fputs(i ? "," : "", d->out);
        if (a->objects)
            pickle_dump_value(d, a->objects[i]);
        else
            element(d, a->dtype, a->data + offset);
        for (uint32_t k = a->shape.rank; k-- > 0 && ++at[k] == a->shape.dims[k];)
            at[k] = 0;
    }
    fputs("]}", d->out);
}

bool pickle_dump_numpy(struct dump *d, const struct pk_node *node)
{
    struct np_array a;
    const struct np_dtype *t;
    if (np_is_array(node)) {
        if (!np_array(&a, node, d->arena, d->err))
            return true;
        fputs("{\"t\":\"array\",", d->out);
        dtype(d, a.dtype);
        fputs(",\"shape\":[", d->out);
        for (uint32_t i = 0; i < a.shape.rank; i++)
            fprintf(d->out, "%s%lld", i ? "," : "", (long long)a.shape.dims[i]);
        fputs("],", d->out);
        elements(d, &a);
        return true;
    }
    if (np_scalar(&a, node, d->arena)) {
        fputs("{\"t\":\"scalar\",", d->out);
        dtype(d, a.dtype);
        fputc(',', d->out);
        elements(d, &a);
        return true;
    }
    if (node->kind != PK_OBJECT || !pk_is_global(node->object.callable, "numpy", "dtype") ||
        !np_dtype_parse(&t, node, d->arena, d->err))
        return false;
    fputs("{\"t\":\"dtype\",", d->out);
    dtype(d, t);
    fputc('}', d->out);
    return true;
}
