/* Pickles written down in tests, and pieces to write them with.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FORMATS_PARSE_LITERAL_H
#define TESTS_FORMATS_PARSE_LITERAL_H

#include "persistence/formats/pickle/machine.h"
#include "tests/check_main.h"

#define M1 "J\xff\xff\xff\xff"
/* A dtype of CODE in ORDER, as NumPy pickles it. */
#define DTYPE(code, order)                                                                         \
    "cnumpy\ndtype\n(S'" code "'\nI00\nI01\ntR(K\3S'" order "'\nNNN" M1 M1 "K\0tb"
#define RECONSTRUCT "cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\0tC\1btR"
/* SHAPE, DTYPE, FORTRAN and DATA are instructions that push them. */
#define ARRAY(shape, dtype, fortran, data) RECONSTRUCT "(K\1" shape dtype fortran data "tb"
#define SCALAR(dtype, data) "cnumpy.core.multiarray\nscalar\n(" dtype data "tR"

static struct lar_arena arena;
static struct lar_error err;

static inline const struct pk_node *parse_literal(const void *data, size_t size)
{
    struct pk_pickle pickle = {.arena = &arena};
    lar_error_clear(&err);
    lar_arena_finish(&arena);
    lar_arena_init(&arena, 16 << 20);
    bool ok = pk_parse(&pickle, data, size, NULL, NULL, &err);
    ck_assert_msg(ok, "%s", err.text);
    return pickle.root;
}

#define PARSE(literal) parse_literal(literal ".", sizeof(literal))

#endif
