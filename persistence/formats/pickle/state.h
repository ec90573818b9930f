/* The machine's state while it runs, and what its instructions share. For the files of the machine
 * only.
 *
 * Each instruction family is one function, which the table in machine.c names for its opcodes: it
 * reads the argument, checks, and changes the stack. It returns false with an error, or without one
 * when the bytes ended inside the argument (in.bad), which the loop in machine.c reports.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_STATE_H
#define PERSISTENCE_FORMATS_PICKLE_STATE_H

#include "base/cursor.h"
#include "persistence/formats/pickle/machine.h"
#include "persistence/formats/pickle/opcodes.h"

struct pk_machine {
    struct lar_cursor in;
    struct pk_pickle *pickle;
    struct lar_arena *arena;
    struct lar_error *err;
    struct pk_limits limits;
    size_t at;  /* where the running instruction began */
    uint8_t op; /* and its opcode */
    bool nested, stopped;
    struct pk_node **stack;
    size_t n, room;
    size_t fence; /* items below it belong to the outer marks: the top mark, or 0 */
    size_t *marks;
    size_t n_marks, marks_room;
    struct pk_node **memo; /* NULL where nothing is stored */
    size_t memo_room, memo_count;
    size_t nodes;
    struct pk_globals *globals; /* shared with nested pickles */
};

/* Fails with CODE, naming opcode and offset in front. Always returns false. */
__attribute__((format(printf, 3, 4))) bool
pk_op_fail(struct pk_machine *m, enum lar_error_code code, const char *format, ...);

/* A node that began at the running instruction. Only as many bytes as KIND uses. NULL on failure.
 */
struct pk_node *pk_node_new(struct pk_machine *m, enum pk_kind kind);

/* False for NODE == NULL (a failure on its way up) and when there is no room. */
bool pk_push(struct pk_machine *m, struct pk_node *node);
bool pk_push_bytes(struct pk_machine *m, enum pk_kind kind, const void *data, size_t size);

/* The top item, removed; NULL with an error if there is none above the last mark. */
struct pk_node *pk_pop(struct pk_machine *m);
struct pk_node *pk_top(struct pk_machine *m);

/* Takes the last mark away; the items above it are stack[*ret_base] up to stack[n - 1], still on
 * the stack: setting n to *ret_base drops them. */
bool pk_take_mark(struct pk_machine *m, size_t *ret_base);

/* N items copied behind those of ITEMS. */
bool pk_items_add(struct pk_machine *m, struct pk_items *items, struct pk_node *const *nodes,
                  size_t n);

/* ITEMS are exactly those N. */
bool pk_items_set(struct pk_machine *m, struct pk_items *items, struct pk_node *const *nodes,
                  size_t n);

/* A text argument without its newline; NULL if the bytes end, or with an error for a file whose
 * line ends were converted. */
const char *pk_line(struct pk_machine *m, size_t *ret_length);

/* The node for MODULE.NAME: the same for the same names. NULL on failure. */
struct pk_node *pk_intern_global(struct pk_machine *m, struct pk_bytes module,
                                 struct pk_bytes name);

/* When callable(*args) is only Python's way of writing a plain value (bytes, bytearray, set,
 * frozenset in old protocols) or dill's of writing an array, RET is that value, else NULL. */
bool pk_fold(struct pk_machine *m, const struct pk_node *callable, const struct pk_node *args,
             struct pk_node **ret);

/* Reads the raw data that follows OBJECT in the stream, if it is joblib's array wrapper that was
 * just built: RET is the PK_ARRAY then, else NULL. */
bool pk_wrapped_array(struct pk_machine *m, const struct pk_node *object, struct pk_node **ret);

/* Parses a pickle inside the outer one, at the cursor, which is moved behind it. */
bool pk_parse_nested(struct pk_machine *outer, const struct pk_node **ret);

/* The instruction families. */
bool pk_op_number(struct pk_machine *m);    /* None, bool, int, float; op_number.c */
bool pk_op_string(struct pk_machine *m);    /* str, bytes, bytearray; op_string.c */
bool pk_op_container(struct pk_machine *m); /* tuple, list, dict, sets; op_container.c */
bool pk_op_object(struct pk_machine *m);    /* globals, calls, states; op_object.c */
bool pk_op_stack(struct pk_machine *m);     /* marks, POP, DUP, memo; stack.c */
bool pk_op_frame(struct pk_machine *m);     /* PROTO, FRAME, STOP, buffers; machine.c */

#endif
