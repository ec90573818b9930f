/* str, bytes, bytearray. Python 2's str becomes text when it is UTF-8, bytes when not.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/state.h"
#include "persistence/formats/pickle/utf8.h"

static uint8_t *room_for(struct pk_machine *m, size_t size)
{
    uint8_t *ret = lar_arena_alloc_aligned(m->arena, size, 1, 1);
    if (!ret)
        lar_arena_fail(m->arena, m->err, "the pickle");
    return ret;
}

static bool push_python2(struct pk_machine *m, const uint8_t *data, size_t n)
{
    return pk_push_bytes(m, pk_utf8_valid(data, n, NULL) ? PK_TEXT : PK_BYTES, data, n);
}

static bool push_text(struct pk_machine *m, const uint8_t *data, size_t n)
{
    if (!pk_utf8_valid(data, n, NULL))
        return pk_op_fail(m, LAR_ERR_FORMAT, "its text is not UTF-8");
    return pk_push_bytes(m, PK_TEXT, data, n);
}

static int hex_digit(uint8_t c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* COUNT hexadecimal digits at DATA; false if there are fewer. */
static bool hex_number(const uint8_t *data, size_t left, size_t count, uint32_t *ret)
{
    *ret = 0;
    for (size_t i = 0; i < count; i++) {
        int digit = i < left ? hex_digit(data[i]) : -1;
        if (digit < 0)
            return false;
        *ret = *ret << 4 | (uint32_t)digit;
    }
    return true;
}

/* The escape of a Python 2 string literal behind a backslash at DATA: its length, 0 if malformed;
 * at most two bytes come out. */
static size_t unescape(const uint8_t *data, size_t left, uint8_t *out, size_t *ret_n)
{
    static const char names[] = "\\'\"abfnrtv", values[] = "\\'\"\a\b\f\n\r\t\v";
    uint32_t code = 0;
    *ret_n = 1;
    const char *name = left && data[0] ? strchr(names, data[0]) : NULL;
    if (name) {
        out[0] = (uint8_t)values[name - names];
        return 1;
    }
    if (left && data[0] == 'x') {
        out[0] = (uint8_t)(hex_number(data + 1, left - 1, 2, &code) ? code : 0);
        return hex_number(data + 1, left - 1, 2, &code) ? 3 : 0;
    }
    size_t n = 0;
    for (; n < 3 && n < left && data[n] >= '0' && data[n] <= '7'; n++)
        code = code << 3 | (uint32_t)(data[n] - '0');
    out[0] = (uint8_t)code;
    if (n == 0 && left) { /* an escape that Python does not know stays as it is */
        out[0] = '\\';
        out[1] = data[0];
        *ret_n = 2;
        n = 1;
    }
    return n;
}

/* STRING: 'text' or "text" with escapes. */
static bool python2_literal(struct pk_machine *m)
{
    size_t n, used = 0;
    const uint8_t *text = (const uint8_t *)pk_line(m, &n);
    if (!text)
        return false;
    if (n < 2 || text[0] != text[n - 1] || (text[0] != '\'' && text[0] != '"'))
        return pk_op_fail(m, LAR_ERR_FORMAT, "its text is not in quotes");
    text++;
    n -= 2;
    uint8_t *out = room_for(m, n);
    for (size_t i = 0; out && i < n;) {
        if (text[i] != '\\') {
            out[used++] = text[i++];
            continue;
        }
        size_t made, taken = unescape(text + i + 1, n - i - 1, out + used, &made);
        if (taken == 0)
            return pk_op_fail(m, LAR_ERR_FORMAT, "its text has a malformed escape");
        used += made;
        i += 1 + taken;
    }
    return out && push_python2(m, out, used);
}

/* UNICODE: Latin-1 with \uXXXX and \UXXXXXXXX (raw-unicode-escape). */
static bool raw_unicode(struct pk_machine *m)
{
    size_t n, used = 0;
    const uint8_t *text = (const uint8_t *)lar_cursor_line(&m->in, &n);
    if (!text)
        return false;
    uint8_t *out = room_for(m, n * 2);
    for (size_t i = 0; out && i < n;) {
        uint32_t code = text[i];
        size_t taken = 1;
        if (code == '\\' && i + 1 < n) {
            size_t digits = text[i + 1] == 'u' ? 4 : text[i + 1] == 'U' ? 8 : 0;
            if (digits && (!hex_number(text + i + 2, n - i - 2, digits, &code) || code > 0x10FFFF))
                return pk_op_fail(m, LAR_ERR_FORMAT, "its text has a malformed escape");
            if (!digits) { /* a backslash and whatever follows */
                out[used++] = '\\';
                code = text[i + 1];
            }
            taken = 2 + digits;
        }
        used += pk_utf8_put(out + used, code);
        i += taken;
    }
    return out && pk_push_bytes(m, PK_TEXT, out, used);
}

/* The length in front of a string's bytes, as its opcode has it. */
static bool read_length(struct pk_machine *m, uint64_t *ret)
{
    switch (m->op) {
    case PK_OP_SHORT_BINSTRING:
    case PK_OP_SHORT_BINUNICODE:
    case PK_OP_SHORT_BINBYTES: *ret = lar_cursor_u8(&m->in); break;
    case PK_OP_BINSTRING:
    case PK_OP_BINUNICODE:
    case PK_OP_BINBYTES: *ret = lar_cursor_u32(&m->in); break;
    default: *ret = lar_cursor_u64(&m->in);
    }
    uint64_t most = m->op == PK_OP_BINSTRING ? INT32_MAX : INT64_MAX;
    if (*ret > most)
        return pk_op_fail(m, LAR_ERR_FORMAT, "its length is impossible");
    return !m->in.bad;
}

bool pk_op_string(struct pk_machine *m)
{
    uint64_t n;
    if (m->op == PK_OP_STRING)
        return python2_literal(m);
    if (m->op == PK_OP_UNICODE)
        return raw_unicode(m);
    if (!read_length(m, &n))
        return false;
    const uint8_t *data = lar_cursor_bytes(&m->in, n);
    if (!data)
        return false;
    switch (m->op) {
    case PK_OP_BINSTRING:
    case PK_OP_SHORT_BINSTRING: return push_python2(m, data, n);
    case PK_OP_SHORT_BINUNICODE:
    case PK_OP_BINUNICODE:
    case PK_OP_BINUNICODE8: return push_text(m, data, n);
    case PK_OP_BYTEARRAY8: return pk_push_bytes(m, PK_BYTEARRAY, data, n);
    default: return pk_push_bytes(m, PK_BYTES, data, n);
    }
}
