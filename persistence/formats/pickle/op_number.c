/* None, booleans, integers and floats.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/state.h"

#include <math.h>
#include <stdlib.h>

/* As many decimal digits as Python itself takes by default (sys.int_info). */
enum { MAX_DIGITS = 4300, MAX_FLOAT_TEXT = 512 };

static bool push_bool(struct pk_machine *m, bool value)
{
    struct pk_node *node = pk_node_new(m, PK_BOOL);
    if (node)
        node->boolean = value;
    return pk_push(m, node);
}

static bool push_int(struct pk_machine *m, int64_t value)
{
    struct pk_node *node = pk_node_new(m, PK_INT);
    if (node)
        node->integer = value;
    return pk_push(m, node);
}

static bool push_float(struct pk_machine *m, double value)
{
    struct pk_node *node = pk_node_new(m, PK_FLOAT);
    if (node)
        node->real = value;
    return pk_push(m, node);
}

/* A two's complement number, little-endian, of N bytes. */
static bool push_twos(struct pk_machine *m, const uint8_t *data, size_t n)
{
    uint8_t fill = n && data[n - 1] & 0x80 ? 0xFF : 0;
    while (n > 1 && data[n - 1] == fill && ((data[n - 2] ^ fill) & 0x80) == 0)
        n--;
    if (n > sizeof(int64_t))
        return pk_push_bytes(m, PK_BIGINT, data, n);
    uint64_t value = fill ? UINT64_MAX : 0;
    if (n)
        memcpy(&value, data, n);
    return push_int(m, (int64_t)value);
}

static bool binary_long(struct pk_machine *m)
{
    uint32_t n = m->op == PK_OP_LONG1 ? lar_cursor_u8(&m->in) : lar_cursor_u32(&m->in);
    if (n > INT32_MAX)
        return pk_op_fail(m, LAR_ERR_FORMAT, "its length is negative");
    const uint8_t *data = lar_cursor_bytes(&m->in, n);
    return !m->in.bad && push_twos(m, data, n);
}

/* DIGITS as two's complement in the arena, one byte more than the magnitude needs. */
static bool push_digits(struct pk_machine *m, const char *digits, size_t n, bool negative)
{
    if (n > MAX_DIGITS)
        return pk_op_fail(m, LAR_ERR_LIMIT, "an integer of more than %d digits", MAX_DIGITS);
    size_t room = n / 2 + 2, used = 1;
    uint8_t *out = lar_arena_alloc_aligned(m->arena, room, 1, 1);
    if (!out)
        return lar_arena_fail(m->arena, m->err, "the pickle");
    for (size_t i = 0; i < n; i++) {
        unsigned carry = (unsigned)(digits[i] - '0');
        for (size_t k = 0; k < used; k++) {
            carry += out[k] * 10u;
            out[k] = (uint8_t)carry;
            carry >>= 8;
        }
        if (carry)
            out[used++] = (uint8_t)carry;
    }
    unsigned carry = negative;
    for (size_t k = 0; negative && k < room; k++) {
        carry += (uint8_t)~out[k];
        out[k] = (uint8_t)carry;
        carry >>= 8;
    }
    return push_twos(m, out, room);
}

/* INT (also 00 and 01, the booleans of protocol 0) and LONG (with L behind). */
static bool text_int(struct pk_machine *m)
{
    size_t n;
    const char *text = pk_line(m, &n);
    if (!text)
        return false;
    if (m->op == PK_OP_INT && n == 2 && text[0] == '0' && (text[1] == '0' || text[1] == '1'))
        return push_bool(m, text[1] == '1');
    bool negative = n > 0 && text[0] == '-';
    text += negative;
    n -= negative;
    if (n > 0 && text[n - 1] == 'L')
        n--;
    size_t digits = 0;
    while (digits < n && text[digits] >= '0' && text[digits] <= '9')
        digits++;
    if (digits == 0 || digits != n || (text[0] == '0' && n > 1))
        return pk_op_fail(m, LAR_ERR_FORMAT, "its argument is not a decimal integer");
    return push_digits(m, text, n, negative);
}

static size_t skip_digits(const char *text, size_t at)
{
    while (text[at] >= '0' && text[at] <= '9')
        at++;
    return at;
}

/* Whether TEXT is digits with an optional point and exponent: what is left to strtod then depends
 * neither on hexadecimal forms nor on a locale, which no program of ours sets. */
static bool is_decimal(const char *text)
{
    size_t i = 0, from = text[0] == '-' || text[0] == '+';
    i = skip_digits(text, from);
    size_t digits = i - from;
    if (text[i] == '.') {
        size_t after = skip_digits(text, i + 1);
        digits += after - i - 1;
        i = after;
    }
    if (digits && (text[i] == 'e' || text[i] == 'E')) {
        from = i + 1 + (text[i + 1] == '-' || text[i + 1] == '+');
        i = skip_digits(text, from);
        digits = i - from;
    }
    return digits && text[i] == '\0';
}

static bool text_float(struct pk_machine *m)
{
    size_t n;
    const char *line = pk_line(m, &n);
    char text[MAX_FLOAT_TEXT];
    if (!line)
        return false;
    if (n >= sizeof text)
        return pk_op_fail(m, LAR_ERR_LIMIT, "a float of more than %d characters",
                          MAX_FLOAT_TEXT - 1);
    memcpy(text, line, n);
    text[n] = '\0';
    if (strlen(text) == n && is_decimal(text))
        return push_float(m, strtod(text, NULL));
    const char *name = text + (text[0] == '-' || text[0] == '+');
    double value = strcmp(name, "inf") == 0 ? INFINITY : strcmp(name, "nan") == 0 ? NAN : 0;
    if (value == 0)
        return pk_op_fail(m, LAR_ERR_FORMAT, "its argument is not a float");
    return push_float(m, text[0] == '-' ? -value : value);
}

static bool binary_float(struct pk_machine *m)
{
    uint64_t bits = __builtin_bswap64(lar_cursor_u64(&m->in));
    double value;
    memcpy(&value, &bits, sizeof value);
    return !m->in.bad && push_float(m, value);
}

bool pk_op_number(struct pk_machine *m)
{
    int64_t v;
    switch (m->op) {
    case PK_OP_NONE: return pk_push(m, pk_node_new(m, PK_NONE));
    case PK_OP_NEWTRUE: return push_bool(m, true);
    case PK_OP_NEWFALSE: return push_bool(m, false);
    case PK_OP_BININT1: v = lar_cursor_u8(&m->in); return !m->in.bad && push_int(m, v);
    case PK_OP_BININT2: v = lar_cursor_u16(&m->in); return !m->in.bad && push_int(m, v);
    case PK_OP_BININT: v = (int32_t)lar_cursor_u32(&m->in); return !m->in.bad && push_int(m, v);
    case PK_OP_LONG1:
    case PK_OP_LONG4: return binary_long(m);
    case PK_OP_INT:
    case PK_OP_LONG: return text_int(m);
    case PK_OP_BINFLOAT: return binary_float(m);
    default: return text_float(m);
    }
}
