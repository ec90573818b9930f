/* Cast: between numbers, as NumPy's astype does it. `to` is an enum lar_type. A float that does not
 * fit an integer becomes its least value; anything but 0 is true. Of CSR, floats only.
 * SPDX-License-Identifier: MIT */
#include "inference/infer.h"
#include "inference/values.h"

#define CAST_TYPES (LAR_TYPES_FLOAT | LAR_TYPES_INT | LAR_TYPE_BIT(LAR_TYPE_BOOL))

static bool infer(const struct lar_node_info *node, struct lar_value_info *ret,
                  struct lar_error *err)
{
    const struct lar_value_info *in = node->inputs[0];
    int64_t to = lar_node_param_i64(node, "to", 0);
    if (to <= 0 || to >= LAR_TYPE_END || !(CAST_TYPES & LAR_TYPE_BIT(to)))
        return lar_infer_refuse(err, "to a type that is not among the numbers");
    if (in->layout == LAR_LAYOUT_CSR) {
        if (!(LAR_TYPES_FLOAT & LAR_TYPE_BIT(to)))
            return lar_infer_refuse(err, "a sparse matrix to %s", lar_type_name((int)to));
    } else if (!lar_infer_dense(node, 0, CAST_TYPES, -1, err)) {
        return false;
    }
    *ret = *in;
    ret->constant = NULL;
    ret->type = (enum lar_type)to;
    return true;
}

/* N integers or bools of T from element I on, as int64 (uint64 wraps). */
static void read_ints(int64_t *ret, const struct lar_tensor *t, uint64_t i, size_t n)
{
#define READ(type)                                                                                 \
    for (size_t j = 0; j < n; j++)                                                                 \
        ret[j] = (int64_t)((const type *)t->data)[i + j];                                          \
    break
    switch (t->type) {
    case LAR_TYPE_U8:
    case LAR_TYPE_BOOL: READ(uint8_t);
    case LAR_TYPE_U16: READ(uint16_t);
    case LAR_TYPE_U32: READ(uint32_t);
    case LAR_TYPE_I8: READ(int8_t);
    case LAR_TYPE_I16: READ(int16_t);
    case LAR_TYPE_I32: READ(int32_t);
    default: READ(int64_t);
    }
#undef READ
}

/* Writes N integers, of which those of SOURCE type u64 are unsigned. */
static void write_ints(void *out, enum lar_type type, uint64_t i, const int64_t *v, size_t n,
                       enum lar_type source)
{
    bool u64 = source == LAR_TYPE_U64;
#define WRITE(type, value)                                                                         \
    for (size_t j = 0; j < n; j++)                                                                 \
        ((type *)out)[i + j] = (type)(value);                                                      \
    break
    switch (type) {
    case LAR_TYPE_BOOL: WRITE(uint8_t, v[j] != 0);
    case LAR_TYPE_U8:
    case LAR_TYPE_I8: WRITE(uint8_t, v[j]);
    case LAR_TYPE_U16:
    case LAR_TYPE_I16: WRITE(uint16_t, v[j]);
    case LAR_TYPE_U32:
    case LAR_TYPE_I32: WRITE(uint32_t, v[j]);
    case LAR_TYPE_F32: WRITE(float, u64 ? (float)(uint64_t)v[j] : (float)v[j]);
    case LAR_TYPE_F64: WRITE(double, u64 ? (double)(uint64_t)v[j] : (double)v[j]);
    default: WRITE(uint64_t, v[j]);
    }
#undef WRITE
}

/* X cut to an integer of [LEAST, END); LEAST if it lies outside or is NaN. END is at most 2^63. */
static int64_t cut(double x, int64_t least, double end)
{
    return x > (double)least - 1 && x < end ? (int64_t)x : least;
}

static void write_reals(void *out, enum lar_type type, uint64_t i, const double *v, size_t n)
{
#define WRITE(type, value)                                                                         \
    for (size_t j = 0; j < n; j++)                                                                 \
        ((type *)out)[i + j] = (type)(value);                                                      \
    break
    switch (type) {
    case LAR_TYPE_BOOL: WRITE(uint8_t, v[j] != 0);
    case LAR_TYPE_U8: WRITE(uint8_t, cut(v[j], 0, 0x1p8));
    case LAR_TYPE_U16: WRITE(uint16_t, cut(v[j], 0, 0x1p16));
    case LAR_TYPE_U32: WRITE(uint32_t, cut(v[j], 0, 0x1p32));
    case LAR_TYPE_U64: WRITE(uint64_t, v[j] > -1 && v[j] < 0x1p64 ? (uint64_t)v[j] : 0);
    case LAR_TYPE_I8: WRITE(int8_t, cut(v[j], INT8_MIN, 0x1p7));
    case LAR_TYPE_I16: WRITE(int16_t, cut(v[j], INT16_MIN, 0x1p15));
    case LAR_TYPE_I32: WRITE(int32_t, cut(v[j], INT32_MIN, 0x1p31));
    case LAR_TYPE_I64: WRITE(int64_t, cut(v[j], INT64_MIN, 0x1p63));
    case LAR_TYPE_F32: WRITE(float, v[j]);
    default: WRITE(double, v[j]);
    }
#undef WRITE
}

/* N elements, in blocks that stay in the cache. */
static void convert(void *out, enum lar_type type, const struct lar_tensor *in, uint64_t n)
{
    enum { BLOCK = 256 };
    int64_t ints[BLOCK];
    double reals[BLOCK];
    for (uint64_t i = 0; i < n; i += BLOCK) {
        size_t m = n - i < BLOCK ? (size_t)(n - i) : BLOCK;
        if (LAR_TYPES_FLOAT & LAR_TYPE_BIT(in->type)) {
            for (size_t j = 0; j < m; j++)
                reals[j] = lar_real_at(in, i + j);
            write_reals(out, type, i, reals, m);
        } else {
            read_ints(ints, in, i, m);
            write_ints(out, type, i, ints, m, in->type);
        }
    }
}

static bool run(struct lar_call *call, struct lar_error *err)
{
    const struct lar_tensor *in = call->inputs[0];
    struct lar_tensor *out = &call->outputs[0];
    uint64_t n = 0;
    if (in->layout == LAR_LAYOUT_CSR) {
        enum lar_type type = out->type;
        n = in->indptr[lar_rows(in)];
        *out = *in;
        out->type = type;
        if (!(out->data = lar_scratch_take(call->scratch, n, lar_type_size(type))))
            return lar_scratch_fail(call->scratch, err, "the result");
    } else {
        n = lar_tensor_count(in);
        if (!lar_output_dense(call, 0, &in->shape, err))
            return false;
    }
    convert(out->data, out->type, in, n);
    return true;
}

static const struct lar_param_rule params[] = {{"to", LAR_TYPE_I64, 0, false}, {0}};

const struct lar_operator lar_operator_cast = {.signature = {.name = "Cast",
                                                             .version = 13,
                                                             .min_inputs = 1,
                                                             .max_inputs = 1,
                                                             .min_outputs = 1,
                                                             .max_outputs = 1,
                                                             .params = params,
                                                             .infer = infer},
                                               .run = run};
