/* Content codings; see coding.h.
 * SPDX-License-Identifier: MIT */
#include "server/coding.h"
#include "server/accept.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

enum {
    FIRST_BYTES = 16 * 1024,
    FREE_BYTES = 1024 * 1024, /* a body may unpack to that, however short it is */
    MOST_TIMES = 200,         /* and beyond that to so many times its size */
    PACK_LEVEL = 1,           /* several times faster than the others, hardly larger */
    GZIP_BITS = 16 + MAX_WBITS,
};

enum lar_coding lar_coding_of(struct lar_span value)
{
    struct lar_span name = lar_span_part(value, '\0', &(struct lar_span){0});
    if (!name.at || !name.size || lar_span_like(name, "identity"))
        return LAR_CODING_NONE;
    if (lar_span_like(name, "gzip") || lar_span_like(name, "x-gzip"))
        return LAR_CODING_GZIP;
    return lar_span_like(name, "deflate") ? LAR_CODING_DEFLATE : LAR_CODING_OTHER;
}

enum lar_coding lar_coding_accepted(struct lar_span value)
{
    int any = -1, q[LAR_CODING_OTHER] = {-1, -1, -1};
    while (value.size) {
        struct lar_span parameters, part = lar_span_part(value, ',', &value);
        struct lar_span name = lar_span_part(part, ';', &parameters);
        enum lar_coding coding = lar_coding_of(name);
        if (lar_span_is(name, "*"))
            any = lar_accept_weight(parameters);
        else if (name.size && coding != LAR_CODING_OTHER)
            q[coding] = lar_accept_weight(parameters);
    }
    enum lar_coding best = LAR_CODING_NONE;
    int most = q[LAR_CODING_NONE] > 0 ? q[LAR_CODING_NONE] : 0;
    for (enum lar_coding c = LAR_CODING_GZIP; c < LAR_CODING_OTHER; c++) {
        int wanted = q[c] >= 0 ? q[c] : any;
        if (wanted > most || (wanted > 0 && wanted == most && best == LAR_CODING_NONE)) {
            best = c;
            most = wanted;
        }
    }
    return best;
}

bool lar_coding_plain_refused(struct lar_span value)
{
    bool named = false, refused = false;
    if (!value.size || !memchr(value.at, ';', value.size)) /* nearly always */
        return false;
    while (value.size) {
        struct lar_span parameters, part = lar_span_part(value, ',', &value);
        struct lar_span name = lar_span_part(part, ';', &parameters);
        bool plain = lar_span_like(name, "identity");
        if (plain || (!named && lar_span_is(name, "*")))
            refused = lar_accept_weight(parameters) == 0;
        named |= plain;
    }
    return refused;
}

static bool grow(struct lar_unpacked *u, size_t capacity, struct lar_budget *budget,
                 struct lar_error *err)
{
    char *data = NULL;
    if (lar_budget_take(budget, capacity - u->capacity)) {
        data = realloc(u->data, capacity);
        if (!data)
            lar_budget_give(budget, capacity - u->capacity);
    }
    if (!data)
        return lar_fail(err, LAR_ERR_BUSY, "memory for request bodies is spent");
    u->data = data;
    u->capacity = capacity;
    return true;
}

/* Whether more than the U->size bytes that came from N may come. */
static bool may_grow(const struct lar_unpacked *u, size_t n, size_t limit, struct lar_error *err)
{
    if (u->size > limit)
        return lar_fail(err, LAR_ERR_LIMIT, "the body unpacks to more than %zu bytes", limit);
    return u->size <= FREE_BYTES || u->size / MOST_TIMES <= n ||
           lar_fail(err, LAR_ERR_LIMIT, "the body unpacks to more than %d times its size",
                    MOST_TIMES);
}

static bool inflate_all(struct lar_unpacked *u, z_stream *z, size_t n, size_t limit,
                        struct lar_budget *budget, struct lar_error *err)
{
    for (;;) {
        if (u->size == u->capacity) {
            size_t next = u->capacity ? u->capacity * 2 : FIRST_BYTES;
            if (!grow(u, next < limit ? next : limit + 1, budget, err))
                return false;
        }
        size_t room = u->capacity - u->size;
        z->next_out = (Bytef *)u->data + u->size;
        z->avail_out = room < INT_MAX ? (uInt)room : INT_MAX;
        uInt offered = z->avail_out;
        int status = inflate(z, Z_NO_FLUSH);
        u->size += offered - z->avail_out;
        if (status != Z_OK && status != Z_STREAM_END && !(status == Z_BUF_ERROR && !z->avail_out))
            return lar_fail(err, LAR_ERR_INVALID, "the body is not what Content-Encoding says: %s",
                            status == Z_BUF_ERROR ? "it is cut short"
                            : z->msg              ? z->msg
                                                  : "no memory");
        if (!may_grow(u, n, limit, err))
            return false;
        if (status == Z_STREAM_END)
            return z->avail_in == 0 ||
                   lar_fail(err, LAR_ERR_INVALID, "bytes follow the end of the packed body");
    }
}

bool lar_coding_unpack(struct lar_unpacked *ret, enum lar_coding coding, const void *bytes,
                       size_t n, size_t limit, struct lar_budget *budget, struct lar_error *err)
{
    z_stream z = {.next_in = (z_const Bytef *)bytes, .avail_in = (uInt)n};
    if (n > UINT_MAX)
        return lar_fail(err, LAR_ERR_LIMIT, "the packed body is too long");
    if (inflateInit2(&z, coding == LAR_CODING_GZIP ? GZIP_BITS : MAX_WBITS) != Z_OK)
        return lar_fail(err, LAR_ERR_BUSY, "no memory to unpack the body");
    bool ok = inflate_all(ret, &z, n, limit, budget, err);
    inflateEnd(&z);
    return ok;
}

void lar_unpacked_finish(struct lar_unpacked *unpacked, struct lar_budget *budget)
{
    if (!unpacked->data)
        return;
    free(unpacked->data);
    lar_budget_give(budget, unpacked->capacity);
    *unpacked = (struct lar_unpacked){0};
}

bool lar_coding_pack(struct lar_text *text, enum lar_coding coding, bool longer)
{
    z_stream z = {.next_in = (Bytef *)text->data, .avail_in = (uInt)text->size};
    if (text->size > UINT_MAX ||
        deflateInit2(&z, PACK_LEVEL, Z_DEFLATED, coding == LAR_CODING_GZIP ? GZIP_BITS : MAX_WBITS,
                     MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    /* Room for less than there is: if it does not suffice, nothing would be won. */
    size_t room = longer ? deflateBound(&z, text->size) : text->size;
    char *packed = malloc(room);
    z.next_out = (Bytef *)packed;
    z.avail_out = (uInt)room;
    bool ok = packed && deflate(&z, Z_FINISH) == Z_STREAM_END;
    size_t size = room - z.avail_out;
    deflateEnd(&z);
    if (!ok) {
        free(packed);
        return false;
    }
    if (text->heap)
        free(text->data);
    text->data = packed;
    text->capacity = room;
    text->size = size;
    text->heap = true;
    return true;
}
