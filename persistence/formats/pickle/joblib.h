/* Containers around a pickle, as joblib and people's own gzip.open() make them: raw, zlib, gzip,
 * bz2, LZMA-alone, xz, lz4 frame, zstd, joblib's own of before 0.10 (ZF). Found by magic; one may
 * lie in another.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_JOBLIB_H
#define PERSISTENCE_FORMATS_PICKLE_JOBLIB_H

#include "persistence/formats/pickle/object.h"

/* "gzip", "lz4", ...; NULL if DATA does not begin with a known container's magic. */
const char *pk_container(const void *data, size_t size);

/* Decompresses whole streams (several members in a row, too) into memory that RET receives and
 * pk_unpack_free() frees; at most LIMIT bytes. What comes out may be a container again, a few
 * times over. Raw data is borrowed, not copied. */
struct pk_unpacked {
    const uint8_t *data;
    size_t size;
    void *owned;
};
bool pk_unpack(struct pk_unpacked *ret, const void *data, size_t size, size_t limit,
               struct lar_error *err);
void pk_unpack_free(struct pk_unpacked *unpacked);

#endif
