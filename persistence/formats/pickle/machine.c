/* The pickle machine: one loop over a table of instructions; see machine.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/machine.h"

#include "persistence/formats/pickle/state.h"

#include <stdarg.h>
#include <stdio.h>

enum { MAX_NODES = 1 << 30, MAX_DEPTH = 1 << 20, MAX_MEMO = 1 << 30, HIGHEST_PROTOCOL = 5 };

static const struct instruction {
    const char *name;
    bool (*run)(struct pk_machine *m);
} instructions[256] = {
    [PK_OP_MARK] = {"MARK", pk_op_stack},
    [PK_OP_STOP] = {"STOP", pk_op_frame},
    [PK_OP_POP] = {"POP", pk_op_stack},
    [PK_OP_POP_MARK] = {"POP_MARK", pk_op_stack},
    [PK_OP_DUP] = {"DUP", pk_op_stack},
    [PK_OP_FLOAT] = {"FLOAT", pk_op_number},
    [PK_OP_INT] = {"INT", pk_op_number},
    [PK_OP_BININT] = {"BININT", pk_op_number},
    [PK_OP_BININT1] = {"BININT1", pk_op_number},
    [PK_OP_BININT2] = {"BININT2", pk_op_number},
    [PK_OP_LONG] = {"LONG", pk_op_number},
    [PK_OP_LONG1] = {"LONG1", pk_op_number},
    [PK_OP_LONG4] = {"LONG4", pk_op_number},
    [PK_OP_NONE] = {"NONE", pk_op_number},
    [PK_OP_NEWTRUE] = {"NEWTRUE", pk_op_number},
    [PK_OP_NEWFALSE] = {"NEWFALSE", pk_op_number},
    [PK_OP_BINFLOAT] = {"BINFLOAT", pk_op_number},
    [PK_OP_PERSID] = {"PERSID", pk_op_object},
    [PK_OP_BINPERSID] = {"BINPERSID", pk_op_object},
    [PK_OP_REDUCE] = {"REDUCE", pk_op_object},
    [PK_OP_NEWOBJ] = {"NEWOBJ", pk_op_object},
    [PK_OP_NEWOBJ_EX] = {"NEWOBJ_EX", pk_op_object},
    [PK_OP_BUILD] = {"BUILD", pk_op_object},
    [PK_OP_GLOBAL] = {"GLOBAL", pk_op_object},
    [PK_OP_STACK_GLOBAL] = {"STACK_GLOBAL", pk_op_object},
    [PK_OP_INST] = {"INST", pk_op_object},
    [PK_OP_OBJ] = {"OBJ", pk_op_object},
    [PK_OP_EXT1] = {"EXT1", pk_op_object},
    [PK_OP_EXT2] = {"EXT2", pk_op_object},
    [PK_OP_EXT4] = {"EXT4", pk_op_object},
    [PK_OP_STRING] = {"STRING", pk_op_string},
    [PK_OP_BINSTRING] = {"BINSTRING", pk_op_string},
    [PK_OP_SHORT_BINSTRING] = {"SHORT_BINSTRING", pk_op_string},
    [PK_OP_UNICODE] = {"UNICODE", pk_op_string},
    [PK_OP_BINUNICODE] = {"BINUNICODE", pk_op_string},
    [PK_OP_SHORT_BINUNICODE] = {"SHORT_BINUNICODE", pk_op_string},
    [PK_OP_BINUNICODE8] = {"BINUNICODE8", pk_op_string},
    [PK_OP_BINBYTES] = {"BINBYTES", pk_op_string},
    [PK_OP_SHORT_BINBYTES] = {"SHORT_BINBYTES", pk_op_string},
    [PK_OP_BINBYTES8] = {"BINBYTES8", pk_op_string},
    [PK_OP_BYTEARRAY8] = {"BYTEARRAY8", pk_op_string},
    [PK_OP_EMPTY_TUPLE] = {"EMPTY_TUPLE", pk_op_container},
    [PK_OP_EMPTY_LIST] = {"EMPTY_LIST", pk_op_container},
    [PK_OP_EMPTY_DICT] = {"EMPTY_DICT", pk_op_container},
    [PK_OP_EMPTY_SET] = {"EMPTY_SET", pk_op_container},
    [PK_OP_TUPLE] = {"TUPLE", pk_op_container},
    [PK_OP_TUPLE1] = {"TUPLE1", pk_op_container},
    [PK_OP_TUPLE2] = {"TUPLE2", pk_op_container},
    [PK_OP_TUPLE3] = {"TUPLE3", pk_op_container},
    [PK_OP_LIST] = {"LIST", pk_op_container},
    [PK_OP_DICT] = {"DICT", pk_op_container},
    [PK_OP_FROZENSET] = {"FROZENSET", pk_op_container},
    [PK_OP_APPEND] = {"APPEND", pk_op_container},
    [PK_OP_APPENDS] = {"APPENDS", pk_op_container},
    [PK_OP_SETITEM] = {"SETITEM", pk_op_container},
    [PK_OP_SETITEMS] = {"SETITEMS", pk_op_container},
    [PK_OP_ADDITEMS] = {"ADDITEMS", pk_op_container},
    [PK_OP_GET] = {"GET", pk_op_stack},
    [PK_OP_BINGET] = {"BINGET", pk_op_stack},
    [PK_OP_LONG_BINGET] = {"LONG_BINGET", pk_op_stack},
    [PK_OP_PUT] = {"PUT", pk_op_stack},
    [PK_OP_BINPUT] = {"BINPUT", pk_op_stack},
    [PK_OP_LONG_BINPUT] = {"LONG_BINPUT", pk_op_stack},
    [PK_OP_MEMOIZE] = {"MEMOIZE", pk_op_stack},
    [PK_OP_PROTO] = {"PROTO", pk_op_frame},
    [PK_OP_FRAME] = {"FRAME", pk_op_frame},
    [PK_OP_NEXT_BUFFER] = {"NEXT_BUFFER", pk_op_frame},
    [PK_OP_READONLY_BUFFER] = {"READONLY_BUFFER", pk_op_frame},
};

bool pk_op_fail(struct pk_machine *m, enum lar_error_code code, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    return lar_fail(m->err, code, "%s at offset %zu of the pickle: %s", instructions[m->op].name,
                    m->at, text);
}

struct pk_node *pk_node_new(struct pk_machine *m, enum pk_kind kind)
{
#define UP_TO(member)                                                                              \
    (offsetof(struct pk_node, member) + sizeof(((const struct pk_node *)0)->member))
    static const uint8_t sizes[] = {
        [PK_NONE] = UP_TO(boolean),  [PK_BOOL] = UP_TO(boolean),
        [PK_INT] = UP_TO(integer),   [PK_BIGINT] = UP_TO(bytes),
        [PK_FLOAT] = UP_TO(real),    [PK_TEXT] = UP_TO(bytes),
        [PK_BYTES] = UP_TO(bytes),   [PK_BYTEARRAY] = UP_TO(bytes),
        [PK_TUPLE] = UP_TO(items),   [PK_LIST] = UP_TO(items),
        [PK_SET] = UP_TO(items),     [PK_FROZENSET] = UP_TO(items),
        [PK_DICT] = UP_TO(items),    [PK_GLOBAL] = UP_TO(global),
        [PK_OBJECT] = UP_TO(object), [PK_PERSISTENT] = UP_TO(items),
        [PK_ARRAY] = UP_TO(array),
    };
#undef UP_TO
    if (m->nodes == m->limits.nodes) {
        pk_op_fail(m, LAR_ERR_LIMIT, "the pickle has more than %zu values", m->limits.nodes);
        return NULL;
    }
    struct pk_node *node =
        lar_arena_alloc_aligned(m->arena, 1, sizes[kind], _Alignof(struct pk_node));
    if (!node) {
        lar_arena_fail(m->arena, m->err, "the pickle");
        return NULL;
    }
    m->nodes++;
    node->kind = kind;
    node->offset = m->at < UINT32_MAX ? (uint32_t)m->at : UINT32_MAX;
    return node;
}

const char *pk_line(struct pk_machine *m, size_t *ret_length)
{
    const char *line = lar_cursor_line(&m->in, ret_length);
    if (!line || *ret_length == 0 || line[*ret_length - 1] != '\r')
        return line;
    pk_op_fail(m, LAR_ERR_FORMAT,
               "a line ends in CR LF: the file was changed in transfer as if it were text; copy it "
               "as binary");
    return NULL;
}

static bool protocol(struct pk_machine *m)
{
    int version = lar_cursor_u8(&m->in);
    if (m->in.bad)
        return false;
    if (version > HIGHEST_PROTOCOL)
        return pk_op_fail(m, LAR_ERR_UNSUPPORTED, "protocol %d is newer than %d", version,
                          HIGHEST_PROTOCOL);
    if (version > m->pickle->protocol)
        m->pickle->protocol = version;
    return true;
}

static bool read_only(struct pk_machine *m)
{
    struct pk_node *buffer = pk_pop(m);
    if (!buffer)
        return false;
    if (buffer->kind != PK_BYTES && buffer->kind != PK_BYTEARRAY)
        return pk_op_fail(m, LAR_ERR_FORMAT, "no buffer lies on the stack");
    return pk_push_bytes(m, PK_BYTES, buffer->bytes.data, buffer->bytes.size);
}

bool pk_op_frame(struct pk_machine *m)
{
    switch (m->op) {
    case PK_OP_PROTO: return protocol(m);
    case PK_OP_FRAME: /* a hint for readers of streams; joblib writes raw bytes between frames */
        lar_cursor_u64(&m->in);
        return !m->in.bad;
    case PK_OP_NEXT_BUFFER:
        return pk_op_fail(m, LAR_ERR_UNSUPPORTED,
                          "its buffer was kept outside the file (buffer_callback); write the file "
                          "with buffers inside");
    case PK_OP_READONLY_BUFFER: return read_only(m);
    default: m->stopped = true; return pk_top(m) != NULL;
    }
}

/* The error for an opcode that is none. */
static bool unknown(struct pk_machine *m)
{
    if (m->op == '\r')
        return lar_fail(m->err, LAR_ERR_FORMAT,
                        "a line ends in CR LF at offset %zu of the pickle: the file was changed in "
                        "transfer as if it were text; copy it as binary",
                        m->at);
    return lar_fail(m->err, LAR_ERR_FORMAT, "0x%02x at offset %zu of the pickle is not an opcode",
                    m->op, m->at);
}

static bool run(struct pk_machine *m)
{
    while (!m->stopped) {
        m->at = lar_cursor_offset(&m->in);
        m->op = lar_cursor_u8(&m->in);
        if (m->in.bad)
            return lar_fail(m->err, LAR_ERR_TRUNCATED, "the pickle ends at offset %zu without STOP",
                            m->at);
        if (!instructions[m->op].run)
            return unknown(m);
        if (instructions[m->op].run(m))
            continue;
        if (m->in.bad)
            return lar_fail(m->err, LAR_ERR_TRUNCATED, "the pickle ends inside %s at offset %zu",
                            instructions[m->op].name, m->at);
        return false;
    }
    return true;
}

bool pk_parse(struct pk_pickle *ret, const void *data, size_t size, const struct pk_limits *limits,
              size_t *ret_end, struct lar_error *err)
{
    struct lar_arena *arena = ret->arena;
    *ret = (struct pk_pickle){.arena = arena, .companions = ret->companions};
    struct pk_machine m = {.in = lar_cursor_over(data, size), .pickle = ret, .arena = arena};
    m.err = err;
    if (limits)
        m.limits = *limits;
    m.limits.nodes = m.limits.nodes ? m.limits.nodes : MAX_NODES;
    m.limits.depth = m.limits.depth ? m.limits.depth : MAX_DEPTH;
    m.limits.memo = m.limits.memo ? m.limits.memo : MAX_MEMO;
    if (!run(&m))
        return false;
    ret->root = m.stack[m.n - 1];
    if (ret_end)
        *ret_end = lar_cursor_offset(&m.in);
    return true;
}

bool pk_parse_nested(struct pk_machine *outer, const struct pk_node **ret)
{
    struct pk_machine m = {.in = outer->in, .pickle = outer->pickle, .arena = outer->arena};
    m.err = outer->err;
    m.limits = outer->limits;
    m.nodes = outer->nodes;
    m.globals = outer->globals;
    m.nested = true;
    bool ok = run(&m);
    outer->in = m.in;
    outer->nodes = m.nodes;
    outer->globals = m.globals;
    if (ok)
        *ret = m.stack[m.n - 1];
    return ok;
}
