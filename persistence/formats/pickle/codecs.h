/* Decompression of one stream, the same way for each container.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_CODECS_H
#define PERSISTENCE_FORMATS_PICKLE_CODECS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pk_stream {
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_left;
    size_t memory; /* that a decoder may take for itself, where it can be told */
};

enum pk_step {
    PK_STEP_MORE, /* wants more input or more room */
    PK_STEP_END,  /* the stream ended; what is left of the input lies behind it */
    PK_STEP_BROKEN,
    PK_STEP_MEMORY, /* asks for more memory than allowed */
    PK_STEP_NOMEM,
};

struct pk_codec {
    const char *name;
    const char *magic;
    size_t magic_size;
    bool garbage_behind; /* Python's reader ignores what follows the last stream */
    size_t state_size;
    enum pk_step (*open)(void *state, const struct pk_stream *stream); /* MORE on success */
    enum pk_step (*run)(void *state, struct pk_stream *stream);
    void (*close)(void *state);
};

/* In the order in which magics are compared; ends with a NULL name. */
extern const struct pk_codec pk_codecs[];

#endif
