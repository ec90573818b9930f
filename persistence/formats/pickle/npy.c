/* .npy files; see npy.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/npy.h"

#include "base/checked.h"
#include "base/cursor.h"
#include "persistence/formats/pickle/dense.h"
#include "persistence/formats/pickle/dtype.h"
#include "persistence/formats/pickle/machine.h"
#include "persistence/formats/pickle/utf8.h"

enum { MAX_DEPTH = 16, MAX_FIELDS = 1024, MAX_HEADER = 1 << 20 };

/* The header's text while it is parsed. */
struct header {
    const char *begin, *at, *end;
    struct lar_arena *arena;
    struct lar_error *err;
};

static bool bad(struct header *h, const char *expected)
{
    return lar_fail(h->err, LAR_ERR_FORMAT, "the npy header has no %s at character %zu", expected,
                    (size_t)(h->at - h->begin));
}

static char peek(struct header *h)
{
    while (h->at < h->end && (*h->at == ' ' || *h->at == '\n'))
        h->at++;
    return h->at < h->end ? *h->at : '\0';
}

static bool skip(struct header *h, char c)
{
    if (peek(h) != c)
        return false;
    h->at++;
    return true;
}

/* A string literal without escapes. */
static bool string(struct header *h, struct pk_bytes *ret)
{
    char quote = peek(h);
    if (quote != '\'' && quote != '"')
        return bad(h, "string");
    const char *from = ++h->at;
    while (h->at < h->end && *h->at != quote && *h->at != '\\')
        h->at++;
    *ret = (struct pk_bytes){(const uint8_t *)from, (size_t)(h->at - from)};
    return skip(h, quote) || bad(h, "end of a string without escapes");
}

static bool boolean(struct header *h, bool *ret)
{
    static const char *const names[] = {"False", "True"};
    char first = peek(h);
    *ret = first == 'T';
    size_t n = strlen(names[*ret]);
    if ((size_t)(h->end - h->at) < n || memcmp(h->at, names[*ret], n) != 0)
        return bad(h, "True or False");
    h->at += n;
    return true;
}

/* A count; Python 2 wrote an L behind long ones. */
static bool integer(struct header *h, int64_t *ret)
{
    peek(h);
    const char *from = h->at;
    for (*ret = 0; h->at < h->end && *h->at >= '0' && *h->at <= '9'; h->at++) {
        if (h->at - from == 18)
            return bad(h, "count of a possible size");
        *ret = *ret * 10 + (*h->at - '0');
    }
    if (h->at == from)
        return bad(h, "count");
    h->at += h->at < h->end && *h->at == 'L';
    return true;
}

/* (), (3,), (3, 4); or a count alone, where SINGLE. */
static bool shape(struct header *h, struct lar_shape *ret, bool single)
{
    *ret = (struct lar_shape){.rank = single};
    if (single && peek(h) != '(')
        return integer(h, &ret->dims[0]);
    ret->rank = 0;
    if (!skip(h, '('))
        return bad(h, "shape");
    while (!skip(h, ')')) {
        if (ret->rank == LAR_MAX_RANK)
            return lar_fail(h->err, LAR_ERR_UNSUPPORTED,
                            "an array has more than %d dimensions in its npy header", LAR_MAX_RANK);
        if (!integer(h, &ret->dims[ret->rank++]))
            return false;
        if (!skip(h, ',') && peek(h) != ')')
            return bad(h, "end of a shape");
    }
    return true;
}

static bool descr(struct header *h, struct np_dtype *ret, int depth);

/* DTYPE times SHAPE becomes a sub-array. */
static bool make_subarray(struct header *h, struct np_dtype *dtype, const struct lar_shape *shape)
{
    struct np_dtype *base = lar_arena_alloc(h->arena, 1, sizeof *base);
    if (!base)
        return lar_arena_fail(h->arena, h->err, "a dtype");
    *base = *dtype;
    *dtype = (struct np_dtype){.kind = 'V', .itemsize = base->itemsize, .base = base};
    dtype->subshape = *shape;
    for (uint32_t i = 0; i < shape->rank; i++)
        if (!lar_mul_size(dtype->itemsize, (size_t)shape->dims[i], &dtype->itemsize))
            return bad(h, "possible shape");
    return true;
}

/* ('name', descr), ('name', descr, shape) or (('title', 'name'), descr...) */
static bool field(struct header *h, struct np_field *ret, int depth)
{
    struct lar_shape sub;
    ret->dtype = lar_arena_alloc(h->arena, 1, sizeof *ret->dtype);
    if (!ret->dtype)
        return lar_arena_fail(h->arena, h->err, "a dtype");
    if (!skip(h, '('))
        return bad(h, "field");
    bool titled = skip(h, '(');
    if (titled && (!string(h, &ret->name) || !skip(h, ',')))
        return bad(h, "title");
    if (!string(h, &ret->name) || (titled && !skip(h, ')')) || !skip(h, ','))
        return bad(h, "name of a field");
    if (!descr(h, ret->dtype, depth + 1))
        return false;
    if (skip(h, ',') && peek(h) != ')' &&
        (!shape(h, &sub, true) || !make_subarray(h, ret->dtype, &sub)))
        return false;
    return skip(h, ')') || bad(h, "end of a field");
}

/* Fields without a gap; a gap is a field of type V without a name. */
static bool record(struct header *h, struct np_dtype *ret, int depth)
{
    *ret = (struct np_dtype){.kind = 'V'};
    size_t room = 0;
    while (!skip(h, ']')) {
        struct np_field one = {.offset = ret->itemsize};
        if (ret->n_fields == MAX_FIELDS)
            return lar_fail(h->err, LAR_ERR_LIMIT, "an npy header has more than %d fields",
                            MAX_FIELDS);
        if (!field(h, &one, depth))
            return false;
        if (!lar_add_size(ret->itemsize, one.dtype->itemsize, &ret->itemsize))
            return bad(h, "record of a possible size");
        if (!skip(h, ',') && peek(h) != ']')
            return bad(h, "end of the fields");
        if (one.name.size == 0 && one.dtype->kind == 'V')
            continue;
        if (ret->n_fields == room) {
            room = room ? room * 2 : 8;
            struct np_field *fields = lar_arena_alloc(h->arena, room, sizeof *fields);
            if (!fields)
                return lar_arena_fail(h->arena, h->err, "a dtype");
            if (ret->n_fields)
                memcpy(fields, ret->fields, ret->n_fields * sizeof *fields);
            ret->fields = fields;
        }
        ret->fields[ret->n_fields++] = one;
    }
    return true;
}

/* '<f8', [fields], or (descr, shape) */
static bool descr(struct header *h, struct np_dtype *ret, int depth)
{
    struct pk_bytes code;
    struct lar_shape sub;
    if (depth == MAX_DEPTH)
        return lar_fail(h->err, LAR_ERR_LIMIT, "an npy header has more than %d levels", MAX_DEPTH);
    if (skip(h, '['))
        return record(h, ret, depth);
    if (skip(h, '('))
        return descr(h, ret, depth + 1) && (skip(h, ',') || bad(h, "shape")) &&
               shape(h, &sub, true) && make_subarray(h, ret, &sub) &&
               (skip(h, ')') || bad(h, "end of a sub-array"));
    if (!string(h, &code))
        return false;
    return np_dtype_code(ret, (const char *)code.data, code.size) ||
           lar_fail(
               h->err, LAR_ERR_UNSUPPORTED, "\"%.*s\" in an npy header is not a known dtype",
               (int)(code.size < 64 && pk_utf8_valid(code.data, code.size, NULL) ? code.size : 0),
               (const char *)code.data);
}

/* {'descr': ..., 'fortran_order': ..., 'shape': ..., } in any order, each once. */
static bool parse_header(struct header *h, struct np_array *ret, struct np_dtype *dtype,
                         bool *ret_fortran)
{
    enum { DESCR = 1, ORDER = 2, SHAPE = 4, ALL = 7 };
    int met = 0;
    if (!skip(h, '{'))
        return bad(h, "dict");
    while (!skip(h, '}')) {
        struct pk_bytes key;
        if (!string(h, &key) || !skip(h, ':'))
            return bad(h, "key");
        int which = pk_bytes_are(key, "descr")           ? DESCR
                    : pk_bytes_are(key, "fortran_order") ? ORDER
                    : pk_bytes_are(key, "shape")         ? SHAPE
                                                         : 0;
        if (which == 0 || met & which)
            return bad(h, "key that belongs there");
        met |= which;
        bool ok = which == DESCR   ? descr(h, dtype, 0)
                  : which == ORDER ? boolean(h, ret_fortran)
                                   : shape(h, &ret->shape, false);
        if (!ok)
            return false;
        if (!skip(h, ',') && peek(h) != '}')
            return bad(h, "end of the dict");
    }
    if (peek(h) || h->at < h->end)
        return bad(h, "end");
    return met == ALL || bad(h, "descr, fortran_order and shape");
}

static bool find_header(struct lar_cursor *c, struct header *h)
{
    static const char magic[] = "\x93NUMPY";
    const uint8_t *start = lar_cursor_bytes(c, sizeof magic - 1);
    if (start && memcmp(start, magic, sizeof magic - 1) != 0)
        return lar_fail(h->err, LAR_ERR_FORMAT, "this is not an npy file");
    uint8_t major = lar_cursor_u8(c);
    lar_cursor_u8(c);
    if (!c->bad && (major < 1 || major > 3))
        return lar_fail(h->err, LAR_ERR_UNSUPPORTED, "npy version %u; 1 to 3 are known", major);
    uint32_t size = major == 1 ? lar_cursor_u16(c) : lar_cursor_u32(c);
    if (size > MAX_HEADER)
        return lar_fail(h->err, LAR_ERR_LIMIT, "an npy header of %u bytes", size);
    h->begin = h->at = (const char *)lar_cursor_bytes(c, size);
    if (c->bad)
        return lar_fail(h->err, LAR_ERR_TRUNCATED, "the npy file ends in its header");
    h->end = h->begin + size;
    return true;
}

static bool read_objects(struct np_array *ret, struct lar_cursor *c, struct lar_arena *arena,
                         struct lar_error *err)
{
    struct pk_pickle pickle = {.arena = arena};
    return pk_parse(&pickle, c->at, lar_cursor_left(c), NULL, NULL, err) &&
           np_array(ret, pickle.root, arena, err);
}

bool np_read_npy(struct np_array *ret, const void *data, size_t size, struct lar_arena *arena,
                 struct lar_error *err)
{
    struct lar_cursor c = lar_cursor_over(data, size);
    struct header h = {.arena = arena, .err = err};
    bool fortran = false;
    size_t count = 0, bytes;
    *ret = (struct np_array){0};
    struct np_dtype *dtype = lar_arena_alloc(arena, 1, sizeof *dtype);
    if (!dtype)
        return lar_arena_fail(arena, err, "an array");
    if (!find_header(&c, &h) || !parse_header(&h, ret, dtype, &fortran))
        return false;
    ret->dtype = dtype;
    if (dtype->kind == 'O')
        return read_objects(ret, &c, arena, err);
    if (np_dtype_has_object(dtype) || dtype->base)
        return lar_fail(err, LAR_ERR_UNSUPPORTED, "an npy file of %s",
                        dtype->base ? "sub-arrays" : "records with Python objects inside");
    if (!np_lay_out(ret, fortran, &count, err))
        return false;
    if (!lar_mul_size(count, dtype->itemsize, &bytes) || !(ret->data = lar_cursor_bytes(&c, bytes)))
        return lar_fail(err, LAR_ERR_TRUNCATED, "the npy file ends before its %zu elements do",
                        count);
    return true;
}
