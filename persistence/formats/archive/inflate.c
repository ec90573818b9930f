/* Compressed streams in memory: gzip and zstd around a tar, deflate within a zip.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/archive/archive_private.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>
#include <zstd.h>

enum { FIRST = 1 << 20 };

struct output {
    uint8_t *data;
    size_t size, room;
    uint64_t limit;
};

/* Room for more; false: the limit is reached, or no memory. */
static bool grow(struct output *o, struct lar_error *err)
{
    size_t room = o->room ? 2 * o->room : FIRST;
    if (room > o->limit)
        room = (size_t)o->limit;
    if (room <= o->size)
        return lar_fail(err, LAR_ERR_LIMIT,
                        "the archive unpacks to more than %llu bytes, which is the limit",
                        (unsigned long long)o->limit);
    uint8_t *grown = realloc(o->data, room);
    if (!grown)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for an archive");
    o->data = grown;
    o->room = room;
    return true;
}

static unsigned up_to_int(size_t n)
{
    return n < INT_MAX ? (unsigned)n : INT_MAX;
}

static bool gunzip(struct output *o, const uint8_t *data, size_t size, struct lar_error *err)
{
    z_stream z = {.next_in = (Bytef *)data};
    const uint8_t *end = data + size;
    int rc = Z_OK;
    if (inflateInit2(&z, 15 + 16) != Z_OK)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for an archive");
    while (rc == Z_OK && (o->size < o->room || grow(o, err))) {
        unsigned room = up_to_int(o->room - o->size);
        z.avail_in = up_to_int((size_t)(end - z.next_in));
        z.next_out = o->data + o->size;
        z.avail_out = room;
        rc = inflate(&z, Z_NO_FLUSH);
        o->size += room - z.avail_out;
        if (rc == Z_STREAM_END && z.next_in < end) /* another member follows */
            rc = inflateReset(&z);
    }
    inflateEnd(&z);
    if (err->code || rc == Z_STREAM_END)
        return !err->code;
    return rc == Z_BUF_ERROR ? lar_fail(err, LAR_ERR_TRUNCATED, "the gzip stream is cut short")
                             : lar_fail(err, LAR_ERR_FORMAT, "the gzip stream is damaged");
}

static bool unzstd(struct output *o, const uint8_t *data, size_t size, struct lar_error *err)
{
    ZSTD_DCtx *context = ZSTD_createDCtx();
    ZSTD_inBuffer in = {data, size, 0};
    size_t rc = 1;
    if (!context)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for an archive");
    ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, 27);
    while ((rc || in.pos < in.size) && (o->size < o->room || grow(o, err))) {
        ZSTD_outBuffer out = {o->data + o->size, o->room - o->size, 0};
        size_t before = in.pos;
        rc = ZSTD_decompressStream(context, &out, &in);
        o->size += out.pos;
        if (ZSTD_isError(rc) || (rc && in.pos == before && out.pos == 0))
            break;
    }
    ZSTD_freeDCtx(context);
    if (err->code)
        return false;
    if (ZSTD_isError(rc))
        return lar_fail(err, LAR_ERR_FORMAT, "the zstd stream is damaged (%s)",
                        ZSTD_getErrorName(rc));
    return rc == 0 || lar_fail(err, LAR_ERR_TRUNCATED, "the zstd stream is cut short");
}

bool archive_inflate(uint8_t **ret, size_t *ret_size, const uint8_t *data, size_t size,
                     uint64_t limit, bool cut, struct lar_error *err)
{
    struct output o = {.limit = limit};
    bool ok = data[0] == 0x1F ? gunzip(&o, data, size, err) : unzstd(&o, data, size, err);
    if (!ok && cut && err->code == LAR_ERR_LIMIT) {
        lar_error_clear(err);
        ok = true;
    }
    if (!ok) {
        free(o.data);
        o = (struct output){0};
    }
    *ret = o.data;
    *ret_size = o.size;
    return ok;
}

static bool bad(const struct lar_archive_member *m, struct lar_error *err, const char *what)
{
    char shown[96];
    size_t n = 0;
    while (m->name[n])
        n++;
    return lar_fail(err, LAR_ERR_FORMAT, "the archive's member %s %s",
                    archive_show(shown, m->name, n), what);
}

static bool inflate_member(const struct lar_archive_member *m, uint8_t *to, struct lar_error *err)
{
    uint8_t nothing[1];
    z_stream z = {.next_in = (Bytef *)m->data, .next_out = m->size ? to : nothing};
    uint64_t in = m->packed, out = m->size;
    int rc = Z_OK;
    if (inflateInit2(&z, -15) != Z_OK)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for an archive");
    while (rc == Z_OK) {
        unsigned in_now = up_to_int((size_t)in), out_now = up_to_int((size_t)out);
        z.avail_in = in_now;
        z.avail_out = out_now;
        rc = inflate(&z, Z_NO_FLUSH);
        in -= in_now - z.avail_in;
        out -= out_now - z.avail_out;
    }
    inflateEnd(&z);
    return (rc == Z_STREAM_END && in == 0 && out == 0) ||
           bad(m, err, "does not unpack to the size that it says");
}

bool lar_archive_extract(const struct lar_archive_member *m, uint8_t *to, struct lar_error *err)
{
    if (m->deflated && !inflate_member(m, to, err))
        return false;
    for (uint64_t i = 0; !m->deflated && i < m->size; i++)
        to[i] = m->data[i];
    uLong crc = crc32(0, NULL, 0);
    for (uint64_t at = 0; m->checked && at < m->size;) {
        unsigned n = up_to_int((size_t)(m->size - at));
        crc = crc32(crc, to + at, n);
        at += n;
    }
    return !m->checked || crc == m->crc || bad(m, err, "is damaged: its checksum is another");
}
