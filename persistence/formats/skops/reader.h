/* Between the files of skops/.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKOPS_READER_H
#define PERSISTENCE_FORMATS_SKOPS_READER_H

#include "persistence/formats/archive/archive.h"
#include "persistence/formats/skops/skops.h"

struct sp_reader {
    struct sp_file *file;
    struct lar_archive zip;
    struct lar_archive_limits limits;
    struct lar_arena *arena;
    struct lar_error *err;
    size_t nodes, globals_room;
    unsigned depth;
};

/* A new node of KIND; NULL with the error set. */
struct pk_node *sp_new(struct sp_reader *r, enum pk_kind kind);
struct pk_node *sp_text(struct sp_reader *r, const char *text, size_t size);
struct pk_node *sp_integer(struct sp_reader *r, int64_t value);

/* Room for N items; false with the error set. */
bool sp_items(struct sp_reader *r, struct pk_items *items, size_t n);

/* MODULE.NAME as a global, noted down once for each mention. */
struct pk_node *sp_global(struct sp_reader *r, const char *module, const char *name);

/* An object that MAKER made of CALLABLE and ARGS (NULL: none). */
struct pk_node *sp_object(struct sp_reader *r, enum pk_maker maker, const struct pk_node *callable,
                          const struct pk_node *args);

/* Any node of the schema. NULL with the error set. */
const struct pk_node *sp_node(struct sp_reader *r, const json_t *node);

/* Those with arrays: NdArrayNode, SparseMatrixNode, DTypeNode. arrays.c */
const struct pk_node *sp_array(struct sp_reader *r, const json_t *node);
const struct pk_node *sp_sparse(struct sp_reader *r, const json_t *node);
const struct pk_node *sp_dtype(struct sp_reader *r, const json_t *node);

/* The unpacked member NAME of ZIP; false with the error set. */
bool sp_member(struct sp_reader *r, const struct lar_archive *zip, const char *name,
               struct pk_bytes *ret);

/* The text of member KEY; NULL if it is none. */
const char *sp_string(const json_t *node, const char *key);

#endif
