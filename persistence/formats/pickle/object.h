/* What a pickle says, as inert nodes.
 *
 * The pickle machine (machine.h) calls nothing and imports nothing: a GLOBAL is its two names, a
 * REDUCE is an object that remembers its callable and arguments, BUILD attaches a state. Nodes live
 * in the arena of one struct pk_pickle; they may be shared and may form cycles, so whoever walks
 * them bounds the depth. Only pointers to nodes are handed around, never copies: a node takes no
 * more memory than its kind uses.
 *
 * What old protocols can only write as a call is the value itself: bytes, bytearray, set and
 * frozenset. Modules that were renamed (__builtin__, copy_reg, numpy._core) keep the name that the
 * file has; pk_is_global() knows the names of each.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_OBJECT_H
#define PERSISTENCE_FORMATS_PICKLE_OBJECT_H

#include "base/arena.h"
#include "base/bundle.h"
#include "base/error.h"

#include <stdint.h>

enum pk_kind {
    PK_NONE,
    PK_BOOL,
    PK_INT,    /* fits int64 */
    PK_BIGINT, /* two's complement, little-endian, minimal */
    PK_FLOAT,
    PK_TEXT,  /* str: UTF-8 with surrogates in three-byte form. Python 2's str, too, if it is UTF-8
               */
    PK_BYTES, /* bytes; Python 2's str that is not UTF-8 */
    PK_BYTEARRAY,
    PK_TUPLE,
    PK_LIST,
    PK_SET,
    PK_FROZENSET,
    PK_DICT,
    PK_GLOBAL,     /* module and qualified name, unresolved */
    PK_OBJECT,     /* callable (a node) with args, and what BUILD, APPENDS, SETITEMS added */
    PK_PERSISTENT, /* a persistent id: item 0 */
    PK_ARRAY,      /* raw array data that joblib wrote behind an array wrapper: see joblib.h */
};

struct pk_node;

struct pk_bytes {
    const uint8_t *data; /* not NUL-terminated; in the file, or the arena */
    size_t size;
};

struct pk_items {
    const struct pk_node **data;
    size_t n, room;
};

/* How an object came to be. */
enum pk_maker {
    PK_REDUCE,    /* callable(*args) */
    PK_NEWOBJ,    /* cls.__new__(cls, *args) */
    PK_NEWOBJ_EX, /* cls.__new__(cls, *args, **kwargs) */
    PK_INST,      /* INST or OBJ of protocol 0 and 1 */
};

struct pk_node {
    enum pk_kind kind;
    uint32_t offset; /* where in the (decompressed) stream it began; UINT32_MAX if beyond */
    union {
        bool boolean;
        int64_t integer;
        double real;
        struct pk_bytes bytes; /* BIGINT, TEXT, BYTES, BYTEARRAY */
        struct pk_items
            items; /* TUPLE, LIST, SET, FROZENSET, PERSISTENT; DICT: key, value, key, ... */
        struct {
            struct pk_bytes module, name;
            uint32_t count; /* how often the file names it; offset is the first time */
        } global;
        struct {
            enum pk_maker maker;
            const struct pk_node *callable; /* usually a PK_GLOBAL */
            const struct pk_node *args;     /* a tuple */
            const struct pk_node *kwargs;   /* NEWOBJ_EX: a dict; else NULL */
            const struct pk_node *state;    /* BUILD's argument, or NULL */
            struct pk_items *list;          /* APPEND(S) to an object, or NULL */
            struct pk_items *dict;          /* SETITEM(S) on an object (OrderedDict), or NULL */
        } object;
        struct {
            const struct pk_node *wrapper; /* the NumpyArrayWrapper or NDArrayWrapper object */
            struct pk_bytes data;          /* raw elements; of an object array: unused; of an
                                              NDArrayWrapper: its .npy file */
            const struct pk_node *nested;  /* the nested pickle's result for an object array */
        } array;
    };
};

/* A parsed pickle and everything that it owns. */
struct pk_pickle {
    struct lar_arena *arena;             /* the caller's */
    const struct lar_bundle *companions; /* the caller's, or NULL: where old joblib's arrays lie */
    const struct pk_node *root;
    const struct pk_node *
        *globals; /* every GLOBAL met, in order of first appearance, without repeats */
    size_t n_globals;
    int protocol; /* highest PROTO met */
    bool joblib;  /* array wrappers occurred */
};

/* Whether BYTES are TEXT; whether they begin with it. */
bool pk_bytes_are(struct pk_bytes bytes, const char *text);
bool pk_bytes_begin(struct pk_bytes bytes, const char *text);

/* Readers' helpers. All tolerate NULL and any kind, and then answer NULL or false. */

/* Whether NODE is the global MODULE.NAME, under any spelling of the module (names.c). */
bool pk_is_global(const struct pk_node *node, const char *module, const char *name);

/* The value for the text key KEY of a dict, the last one if it occurs again. */
const struct pk_node *pk_dict_get(const struct pk_node *dict, const char *key);

/* Attribute NAME of an object: from its state, a dict or (dict, slots) tuple. NULL if it has none.
 * States that were set one after the other are one dict, as after Python's __dict__.update(). */
const struct pk_node *pk_attribute(const struct pk_node *object, const char *name);

/* The class of an object: what NEWOBJ or copyreg._reconstructor made an instance of; a PK_GLOBAL or
 * NULL. */
const struct pk_node *pk_class(const struct pk_node *object);

/* Whether OBJECT is of a class of this name, in whatever module. */
bool pk_class_is(const struct pk_node *object, const char *name);

/* Whether NODE is the str TEXT; also a numpy.str_, as searches over arrays of options leave. */
bool pk_text_equal(const struct pk_node *node, const char *text);

/* int, bool, and NumPy integer scalars are integers; float and NumPy floating scalars are, too,
 * reals. */
bool pk_get_i64(const struct pk_node *node, int64_t *ret);
bool pk_get_f64(const struct pk_node *node, double *ret);
bool pk_get_bool(const struct pk_node *node, bool *ret); /* True, False, numpy.bool_ */

/* "sklearn.svm._classes.SVC", "dict", "int": for messages; into BUFFER, returned. */
const char *pk_describe(const struct pk_node *node, char *buffer, size_t size);

#endif
