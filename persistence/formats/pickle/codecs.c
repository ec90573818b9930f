/* zlib, bzip2, liblzma, lz4 and zstd behind one interface; see codecs.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/codecs.h"

#include <bzlib.h>
#include <limits.h>
#include <lz4frame.h>
#include <lzma.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>
#include <zstd_errors.h>

static unsigned int up_to_int(size_t n)
{
    return n < INT_MAX ? (unsigned int)n : INT_MAX;
}

static enum pk_step open_deflate(void *state, const struct pk_stream *stream)
{
    z_stream *z = state;
    int window = stream->in[0] == 0x1F ? 15 + 16 : 15; /* gzip or zlib */
    return inflateInit2(z, window) == Z_OK ? PK_STEP_MORE : PK_STEP_NOMEM;
}

static enum pk_step run_deflate(void *state, struct pk_stream *stream)
{
    z_stream *z = state;
    unsigned int in = up_to_int(stream->in_left), out = up_to_int(stream->out_left);
    z->next_in = (Bytef *)stream->in;
    z->avail_in = in;
    z->next_out = stream->out;
    z->avail_out = out;
    int result = inflate(z, Z_NO_FLUSH);
    stream->in += in - z->avail_in;
    stream->in_left -= in - z->avail_in;
    stream->out += out - z->avail_out;
    stream->out_left -= out - z->avail_out;
    switch (result) {
    case Z_STREAM_END: return PK_STEP_END;
    case Z_OK:
    case Z_BUF_ERROR: return PK_STEP_MORE;
    case Z_MEM_ERROR: return PK_STEP_NOMEM;
    default: return PK_STEP_BROKEN;
    }
}

static void close_deflate(void *state)
{
    inflateEnd(state);
}

static enum pk_step open_bzip2(void *state, const struct pk_stream *stream)
{
    (void)stream;
    return BZ2_bzDecompressInit(state, 0, 0) == BZ_OK ? PK_STEP_MORE : PK_STEP_NOMEM;
}

static enum pk_step run_bzip2(void *state, struct pk_stream *stream)
{
    bz_stream *bz = state;
    unsigned int in = up_to_int(stream->in_left), out = up_to_int(stream->out_left);
    bz->next_in = (char *)stream->in;
    bz->avail_in = in;
    bz->next_out = (char *)stream->out;
    bz->avail_out = out;
    int result = BZ2_bzDecompress(bz);
    stream->in += in - bz->avail_in;
    stream->in_left -= in - bz->avail_in;
    stream->out += out - bz->avail_out;
    stream->out_left -= out - bz->avail_out;
    switch (result) {
    case BZ_STREAM_END: return PK_STEP_END;
    case BZ_OK: return PK_STEP_MORE;
    case BZ_MEM_ERROR: return PK_STEP_NOMEM;
    default: return PK_STEP_BROKEN;
    }
}

static void close_bzip2(void *state)
{
    BZ2_bzDecompressEnd(state);
}

static enum pk_step open_lzma(void *state, const struct pk_stream *stream)
{
    lzma_stream *lzma = state;
    *lzma = (lzma_stream)LZMA_STREAM_INIT;
    lzma_ret result = stream->in[0] == 0xFD ? lzma_stream_decoder(lzma, stream->memory, 0)
                                            : lzma_alone_decoder(lzma, stream->memory);
    return result == LZMA_OK ? PK_STEP_MORE : PK_STEP_NOMEM;
}

static enum pk_step run_lzma(void *state, struct pk_stream *stream)
{
    lzma_stream *lzma = state;
    lzma->next_in = stream->in;
    lzma->avail_in = stream->in_left;
    lzma->next_out = stream->out;
    lzma->avail_out = stream->out_left;
    lzma_ret result = lzma_code(lzma, LZMA_RUN);
    stream->in = lzma->next_in;
    stream->in_left = lzma->avail_in;
    stream->out = lzma->next_out;
    stream->out_left = lzma->avail_out;
    switch (result) {
    case LZMA_STREAM_END: return PK_STEP_END;
    case LZMA_OK:
    case LZMA_BUF_ERROR: return PK_STEP_MORE;
    case LZMA_MEMLIMIT_ERROR: return PK_STEP_MEMORY;
    case LZMA_MEM_ERROR: return PK_STEP_NOMEM;
    default: return PK_STEP_BROKEN;
    }
}

static void close_lzma(void *state)
{
    lzma_end(state);
}

static enum pk_step open_lz4(void *state, const struct pk_stream *stream)
{
    LZ4F_dctx **lz4 = state;
    (void)stream;
    return LZ4F_isError(LZ4F_createDecompressionContext(lz4, LZ4F_VERSION)) ? PK_STEP_NOMEM
                                                                            : PK_STEP_MORE;
}

static enum pk_step run_lz4(void *state, struct pk_stream *stream)
{
    LZ4F_dctx **lz4 = state;
    size_t in = stream->in_left, out = stream->out_left;
    size_t result = LZ4F_decompress(*lz4, stream->out, &out, stream->in, &in, NULL);
    if (LZ4F_isError(result))
        return PK_STEP_BROKEN;
    stream->in += in;
    stream->in_left -= in;
    stream->out += out;
    stream->out_left -= out;
    return result == 0 ? PK_STEP_END : PK_STEP_MORE;
}

static void close_lz4(void *state)
{
    LZ4F_dctx **lz4 = state;
    LZ4F_freeDecompressionContext(*lz4);
}

static enum pk_step open_zstd(void *state, const struct pk_stream *stream)
{
    ZSTD_DStream **zstd = state;
    (void)stream; /* its window is at most 128 MB unless told otherwise */
    *zstd = ZSTD_createDStream();
    return *zstd ? PK_STEP_MORE : PK_STEP_NOMEM;
}

static enum pk_step zstd_error(size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_frameParameter_windowTooLarge: return PK_STEP_MEMORY;
    case ZSTD_error_memory_allocation: return PK_STEP_NOMEM;
    default: return PK_STEP_BROKEN;
    }
}

static enum pk_step run_zstd(void *state, struct pk_stream *stream)
{
    ZSTD_DStream **zstd = state;
    ZSTD_inBuffer in = {stream->in, stream->in_left, 0};
    ZSTD_outBuffer out = {stream->out, stream->out_left, 0};
    size_t result = ZSTD_decompressStream(*zstd, &out, &in);
    if (ZSTD_isError(result))
        return zstd_error(result);
    stream->in += in.pos;
    stream->in_left -= in.pos;
    stream->out += out.pos;
    stream->out_left -= out.pos;
    return result == 0 ? PK_STEP_END : PK_STEP_MORE;
}

static void close_zstd(void *state)
{
    ZSTD_DStream **zstd = state;
    ZSTD_freeDStream(*zstd);
}

const struct pk_codec pk_codecs[] = {
    {"zlib", "\x78", 1, false, sizeof(z_stream), open_deflate, run_deflate, close_deflate},
    {"gzip", "\x1f\x8b", 2, false, sizeof(z_stream), open_deflate, run_deflate, close_deflate},
    {"bzip2", "BZh", 3, true, sizeof(bz_stream), open_bzip2, run_bzip2, close_bzip2},
    {"lzma", "\x5d\x00", 2, true, sizeof(lzma_stream), open_lzma, run_lzma, close_lzma},
    {"xz", "\xfd\x37\x7a\x58\x5a\x00", 6, true, sizeof(lzma_stream), open_lzma, run_lzma,
     close_lzma},
    {"lz4", "\x04\x22\x4d\x18", 4, true, sizeof(LZ4F_dctx *), open_lz4, run_lz4, close_lz4},
    {"zstd", "\x28\xb5\x2f\xfd", 4, false, sizeof(ZSTD_DStream *), open_zstd, run_zstd, close_zstd},
    {0},
};
