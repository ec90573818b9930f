/* Containers; see joblib.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/joblib.h"

#include "persistence/formats/pickle/codecs.h"

#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 << 10, GROWTH = 4, STATE_SIZE = 256, MOST_NESTED = 3 };

struct output {
    uint8_t *data;
    size_t size, room, limit;
};

static const struct pk_codec *codec_of(const uint8_t *data, size_t size)
{
    for (const struct pk_codec *codec = pk_codecs; codec->name; codec++) {
        if (size < codec->magic_size || memcmp(data, codec->magic, codec->magic_size) != 0)
            continue;
        bool zlib = codec->magic_size == 1;
        if (!zlib || size < 2 || (data[0] * 256 + data[1]) % 31 == 0) /* zlib's header check */
            return codec;
    }
    return NULL;
}

static bool is_zfile(const uint8_t *data, size_t size)
{
    return size >= 4 && memcmp(data, "ZF0x", 4) == 0;
}

const char *pk_container(const void *data, size_t size)
{
    if (is_zfile(data, size))
        return "ZF";
    const struct pk_codec *codec = codec_of(data, size);
    return codec ? codec->name : NULL;
}

/* More room for output, up to the limit and one byte: whoever fills that one has passed it. */
static bool make_room(struct output *out, struct lar_error *err)
{
    size_t most = out->limit < SIZE_MAX ? out->limit + 1 : SIZE_MAX;
    size_t room = out->room <= most / 2 ? out->room * 2 : most;
    uint8_t *data = realloc(out->data, room);
    if (!data)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for unpacking %zu bytes", room);
    out->data = data;
    out->room = room;
    return true;
}

static bool step_failed(enum pk_step step, const struct pk_codec *codec, struct lar_error *err)
{
    if (step == PK_STEP_NOMEM)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for reading %s", codec->name);
    if (step == PK_STEP_MEMORY)
        return lar_fail(err, LAR_ERR_LIMIT,
                        "this %s file's dictionary needs more memory than allowed", codec->name);
    return lar_fail(err, LAR_ERR_FORMAT, "the %s data is damaged", codec->name);
}

/* One stream of CODEC, whose decoder is open in STATE. */
static bool run(const struct pk_codec *codec, void *state, struct pk_stream *stream,
                struct output *out, struct lar_error *err)
{
    for (;;) {
        if (out->size == out->room && !make_room(out, err))
            return false;
        size_t in = stream->in_left;
        stream->out = out->data + out->size;
        stream->out_left = out->room - out->size;
        size_t room = stream->out_left;
        enum pk_step step = codec->run(state, stream);
        out->size += room - stream->out_left;
        if (out->size > out->limit)
            return lar_fail(err, LAR_ERR_LIMIT, "the %s data unpacks to more than %zu bytes",
                            codec->name, out->limit);
        if (step == PK_STEP_END)
            return true;
        if (step != PK_STEP_MORE)
            return step_failed(step, codec, err);
        bool stuck = stream->in_left == in && stream->out_left == room;
        if (stuck || (stream->in_left == 0 && stream->out_left > 0))
            return lar_fail(err, LAR_ERR_TRUNCATED, "the %s data ends before its stream does",
                            codec->name);
    }
}

static bool only_zeros(const struct pk_stream *stream)
{
    for (size_t i = 0; i < stream->in_left; i++)
        if (stream->in[i])
            return false;
    return true;
}

/* All streams of the file, one behind the other. */
static bool run_all(const struct pk_codec *codec, struct pk_stream *stream, struct output *out,
                    struct lar_error *err)
{
    _Alignas(16) unsigned char state[STATE_SIZE];
    do {
        memset(state, 0, sizeof state);
        enum pk_step step = codec->open(state, stream);
        if (step != PK_STEP_MORE)
            return step_failed(step, codec, err);
        bool ok = run(codec, state, stream, out, err);
        codec->close(state);
        if (!ok)
            return false;
    } while (codec_of(stream->in, stream->in_left) == codec);
    if (stream->in_left && stream->in_left < codec->magic_size &&
        memcmp(stream->in, codec->magic, stream->in_left) == 0)
        return lar_fail(err, LAR_ERR_TRUNCATED, "the %s data ends where another stream begins",
                        codec->name);
    return codec->garbage_behind || only_zeros(stream) ||
           lar_fail(err, LAR_ERR_FORMAT, "%zu bytes of something else follow the %s data",
                    stream->in_left, codec->name);
}

/* The header of joblib before 0.10: "ZF", the length of what follows unpacked, in hexadecimal and
 * with spaces behind it, 19 characters; then a zlib stream. Under Python 2, joblib before 0.8.5
 * wrote one space more. RET_SKIP receives the header's size. */
static bool read_zfile(const uint8_t *data, size_t size, size_t *ret_skip, uint64_t *ret_length,
                       struct lar_error *err)
{
    enum { MAGIC = 4, HEADER = 2 + 19 };
    char digits[HEADER - MAGIC + 1] = {0};
    if (size <= HEADER)
        return lar_fail(err, LAR_ERR_TRUNCATED, "the ZF file ends in its header");
    memcpy(digits, data + MAGIC, HEADER - MAGIC);
    size_t n = strspn(digits, "0123456789abcdefABCDEF");
    if (n == 0 || n > 16 || strspn(digits + n, " L") != strlen(digits + n))
        return lar_fail(err, LAR_ERR_FORMAT, "the ZF file's header has no length");
    *ret_length = strtoull(digits, NULL, 16);
    *ret_skip = HEADER + (data[HEADER] == ' ');
    return true;
}

/* One container. */
static bool unpack_once(struct pk_unpacked *ret, const uint8_t *data, size_t size, size_t limit,
                        struct lar_error *err)
{
    size_t skip = 0;
    uint64_t length = 0;
    bool zfile = is_zfile(data, size);
    if (zfile && !read_zfile(data, size, &skip, &length, err))
        return false;
    struct pk_stream stream = {.in = data + skip, .in_left = size - skip, .memory = limit};
    const struct pk_codec *codec = codec_of(stream.in, stream.in_left);
    if (!codec || (zfile && strcmp(codec->name, "zlib") != 0))
        return lar_fail(err, LAR_ERR_FORMAT, "the ZF file holds no zlib data");
    if (codec->state_size > STATE_SIZE)
        return lar_fail(err, LAR_ERR_INTERNAL, "the state of %s does not fit", codec->name);
    struct output out = {.limit = limit};
    out.room = size < limit / GROWTH ? size * GROWTH : limit;
    out.room = out.room < FIRST_ROOM && FIRST_ROOM <= limit ? FIRST_ROOM : out.room + 1;
    out.data = malloc(out.room);
    if (!out.data)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for unpacking %zu bytes", out.room);
    bool ok = run_all(codec, &stream, &out, err);
    if (ok && zfile && out.size != length)
        ok = lar_fail(err, LAR_ERR_FORMAT, "the ZF file unpacks to %zu bytes, not %llu", out.size,
                      (unsigned long long)length);
    if (!ok) {
        free(out.data);
        return false;
    }
    *ret = (struct pk_unpacked){.data = out.data, .size = out.size, .owned = out.data};
    return true;
}

bool pk_unpack(struct pk_unpacked *ret, const void *data, size_t size, size_t limit,
               struct lar_error *err)
{
    *ret = (struct pk_unpacked){.data = data, .size = size};
    for (unsigned depth = 0; pk_container(ret->data, ret->size); depth++) {
        struct pk_unpacked inner = {0};
        bool ok = depth < MOST_NESTED
                      ? unpack_once(&inner, ret->data, ret->size, limit, err)
                      : lar_fail(err, LAR_ERR_LIMIT, "more than %d containers inside each other",
                                 MOST_NESTED);
        pk_unpack_free(ret);
        if (!ok)
            return false;
        *ret = inner;
    }
    return true;
}

void pk_unpack_free(struct pk_unpacked *unpacked)
{
    free(unpacked->owned);
    *unpacked = (struct pk_unpacked){0};
}
