/* A result as numpy.save() writes it (numpy/lib/format.py, version 1); see answer.h.
 * SPDX-License-Identifier: MIT */
#include "cli/answer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { HEADER = 512, ALIGN = 64, PREFIX = 10 };

/* NumPy's short name of a type. */
static const char *descr_of(enum lar_type type)
{
    static const char *const names[LAR_TYPE_END] = {
        [LAR_TYPE_BOOL] = "|b1", [LAR_TYPE_U8] = "|u1",  [LAR_TYPE_U16] = "<u2",
        [LAR_TYPE_U32] = "<u4",  [LAR_TYPE_U64] = "<u8", [LAR_TYPE_I8] = "|i1",
        [LAR_TYPE_I16] = "<i2",  [LAR_TYPE_I32] = "<i4", [LAR_TYPE_I64] = "<i8",
        [LAR_TYPE_F16] = "<f2",  [LAR_TYPE_F32] = "<f4", [LAR_TYPE_F64] = "<f8",
    };
    return names[type];
}

static bool put(const struct lar_answer *a, const void *bytes, size_t n, struct lar_error *err)
{
    return n == 0 || fwrite(bytes, 1, n, a->screen->file) == n ||
           lar_fail_errno(err, errno, "writing the predictions");
}

static bool put_header(const struct lar_answer *a, const char *descr, const struct lar_shape *shape,
                       struct lar_error *err)
{
    char text[HEADER] = "\x93NUMPY\1";
    size_t n = PREFIX;
    n += (size_t)snprintf(text + n, HEADER - n,
                          "{'descr': '%s', 'fortran_order': False, 'shape': (", descr);
    for (uint32_t i = 0; i < shape->rank; i++)
        n += (size_t)snprintf(text + n, HEADER - n, i ? " %lld," : "%lld,",
                              (long long)shape->dims[i]);
    n += (size_t)snprintf(text + n, HEADER - n, "), }");
    while ((n + 1) % ALIGN)
        text[n++] = ' ';
    text[n++] = '\n';
    text[8] = (char)((n - PREFIX) & 0xFF);
    text[9] = (char)((n - PREFIX) >> 8);
    return put(a, text, n, err);
}

/* Texts are as wide as the longest of them, which shows at the end. */
static bool keep_texts(struct lar_answer *a, const struct lar_tensor *t, struct lar_error *err)
{
    for (uint64_t i = 0; i < lar_tensor_count(t); i++) {
        if (t->kinds[i] != LAR_STRING_TEXT)
            return lar_fail(err, LAR_ERR_UNSUPPORTED,
                            "a missing text has no place in a .npy: ask for CSV or JSON");
        lar_text_add(&a->texts, (const char *)t->data + t->offsets[i],
                     t->offsets[i + 1] - t->offsets[i]);
        lar_text_add(&a->ends, (const char *)&a->texts.size, sizeof a->texts.size);
    }
    return lar_text_ok(&a->texts, err) && lar_text_ok(&a->ends, err);
}

bool lar_npy_add(struct lar_answer *answer, const struct lar_tensor *t, struct lar_error *err)
{
    if (!answer->written) {
        answer->shape = t->shape;
        if (answer->shape.rank)
            answer->shape.dims[0] = (int64_t)answer->call->rows;
    }
    if (t->type == LAR_TYPE_STRING)
        return keep_texts(answer, t, err);
    const char *descr = descr_of(t->type);
    if (!descr)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "NumPy has no type %s", lar_type_name(t->type));
    return (answer->written || put_header(answer, descr, &answer->shape, err)) &&
           put(answer, t->data, lar_tensor_count(t) * lar_type_size(t->type), err);
}

/* Code points of well-formed UTF-8, at most ROOM of them, as NumPy has them; how many there are. */
static size_t decode(const char *text, size_t size, uint32_t *to, size_t room)
{
    size_t n = 0;
    for (size_t i = 0; i < size; n++) {
        unsigned char c = (unsigned char)text[i++];
        uint32_t code = c < 0x80 ? c : c < 0xE0 ? c & 0x1F : c < 0xF0 ? c & 0x0F : c & 0x07;
        for (; i < size && ((unsigned char)text[i] & 0xC0) == 0x80; i++)
            code = code << 6 | ((unsigned char)text[i] & 0x3F);
        if (n < room)
            to[n] = code;
    }
    return n;
}

static bool put_texts(struct lar_answer *a, const uint64_t *ends, size_t n, size_t widest,
                      struct lar_error *err)
{
    uint32_t *buffer = calloc(widest, sizeof *buffer);
    bool ok = buffer || lar_fail(err, LAR_ERR_NOMEM, "out of memory for a text");
    for (size_t i = 0; ok && i < n; i++) {
        uint64_t begin = i ? ends[i - 1] : 0;
        memset(buffer, 0, widest * sizeof *buffer);
        decode(a->texts.data + begin, ends[i] - begin, buffer, widest);
        ok = put(a, buffer, widest * sizeof *buffer, err);
    }
    free(buffer);
    return ok;
}

bool lar_npy_end(struct lar_answer *answer, struct lar_error *err)
{
    char descr[32];
    size_t n = answer->ends.size / sizeof(uint64_t), widest = 1;
    const uint64_t *ends = (const uint64_t *)(const void *)answer->ends.data;
    if (!n)
        return true;
    for (size_t i = 0; i < n; i++) {
        uint64_t begin = i ? ends[i - 1] : 0;
        size_t wide = decode(answer->texts.data + begin, ends[i] - begin, NULL, 0);
        widest = wide > widest ? wide : widest;
    }
    (void)snprintf(descr, sizeof descr, "<U%zu", widest);
    return put_header(answer, descr, &answer->shape, err) &&
           put_texts(answer, ends, n, widest, err);
}
