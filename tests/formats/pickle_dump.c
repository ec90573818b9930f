/* See pickle_dump.h.
 * SPDX-License-Identifier: MIT */
#include "tests/formats/pickle_dump_parts.h"

#include "persistence/formats/pickle/opcodes.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

enum { LONG_TEXT = 1000, MAX_SEEN = 1 << 16 };

/* Prints a reference and returns true if NODE was printed before. */
static bool again(struct dump *d, const struct pk_node *node)
{
    size_t at = (uintptr_t)node / 8 % MAX_SEEN;
    while (d->seen[at] && d->seen[at] != node)
        at = (at + 1) % MAX_SEEN;
    if (d->seen[at]) {
        fprintf(d->out, "{\"t\":\"ref\",\"v\":%zu}", d->numbers[at]);
        return true;
    }
    if (d->n_seen == MAX_SEEN / 2)
        abort();
    d->seen[at] = node;
    d->numbers[at] = d->n_seen++;
    return false;
}

void pickle_dump_hex(struct dump *d, const uint8_t *data, size_t n)
{
    fputc('"', d->out);
    for (size_t i = 0; i < n; i++)
        fprintf(d->out, "%02x", data[i]);
    fputc('"', d->out);
}

static bool long_one(struct dump *d, const char *type, const uint8_t *data, size_t n)
{
    if (n <= LONG_TEXT)
        return false;
    fprintf(d->out, "{\"t\":\"%s\",\"bytes\":%zu,\"crc32\":\"%08lx\"}", type, n,
            crc32(0, data, (unsigned)n));
    return true;
}

static void bytes(struct dump *d, const char *type, struct pk_bytes b)
{
    if (long_one(d, type, b.data, b.size))
        return;
    fprintf(d->out, "{\"t\":\"%s\",\"v\":", type);
    pickle_dump_hex(d, b.data, b.size);
    fputc('}', d->out);
}

static void plain_text(struct dump *d, const uint8_t *data, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (data[i] < ' ')
            fprintf(d->out, "\\u%04x", data[i]);
        else
            fprintf(d->out, data[i] == '"' || data[i] == '\\' ? "\\%c" : "%c", data[i]);
}

void pickle_dump_text(struct dump *d, const uint8_t *data, size_t n)
{
    bool plain = true;
    for (size_t i = 0; i < n; i++)
        plain &= data[i] >= ' ' && data[i] <= '~';
    if (plain && n <= LONG_TEXT) {
        fputc('"', d->out);
        plain_text(d, data, n);
        fputc('"', d->out);
        return;
    }
    if (long_one(d, "str", data, n))
        return;
    fputs("{\"t\":\"str\",\"v\":[", d->out);
    for (size_t i = 0; i < n;) {
        size_t more = data[i] < 0x80 ? 0 : data[i] < 0xE0 ? 1 : data[i] < 0xF0 ? 2 : 3;
        uint32_t c = more ? data[i] & (0x3F >> more) : data[i];
        fputs(i ? "," : "", d->out);
        for (i++; more > 0; more--)
            c = c << 6 | (data[i++] & 0x3F);
        fprintf(d->out, "%u", c);
    }
    fputs("]}", d->out);
}

/* The decimal digits of a two's complement number. */
static void big(struct dump *d, struct pk_bytes b)
{
    uint8_t *left = malloc(b.size);
    char *digits = malloc(b.size * 3 + 2);
    size_t n = 0;
    bool negative = b.data[b.size - 1] & 0x80, any = true;
    unsigned carry = negative;
    for (size_t i = 0; i < b.size; i++) {
        carry += negative ? (uint8_t)~b.data[i] : b.data[i];
        left[i] = (uint8_t)carry;
        carry >>= 8;
    }
    while (any) {
        unsigned rest = 0;
        any = false;
        for (size_t i = b.size; i-- > 0;) {
            rest = rest << 8 | left[i];
            left[i] = (uint8_t)(rest / 10);
            rest %= 10;
            any |= left[i] != 0;
        }
        digits[n++] = (char)('0' + rest);
    }
    fputs(negative ? "{\"t\":\"int\",\"v\":\"-" : "{\"t\":\"int\",\"v\":\"", d->out);
    while (n > 0)
        fputc(digits[--n], d->out);
    fputs("\"}", d->out);
    free(left);
    free(digits);
}

static void real(struct dump *d, double v)
{
    uint64_t bits;
    memcpy(&bits, &v, sizeof bits);
    if (isnan(v))
        fputs("{\"t\":\"float\",\"v\":\"nan\"}", d->out);
    else
        fprintf(d->out, "{\"t\":\"float\",\"v\":\"%016llx\"}", (unsigned long long)bits);
}

static void list(struct dump *d, const struct pk_items *items)
{
    fputc('[', d->out);
    for (size_t i = 0; i < items->n; i++) {
        fputs(i ? "," : "", d->out);
        pickle_dump_value(d, items->data[i]);
    }
    fputc(']', d->out);
}

static void pairs(struct dump *d, const struct pk_items *items)
{
    fputc('[', d->out);
    for (size_t i = 0; i + 1 < items->n; i += 2) {
        fputs(i ? ",[" : "[", d->out);
        pickle_dump_value(d, items->data[i]);
        fputc(',', d->out);
        pickle_dump_value(d, items->data[i + 1]);
        fputc(']', d->out);
    }
    fputc(']', d->out);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Members sorted by their text. */
static void members(struct dump *d, const char *type, const struct pk_items *items)
{
    char **parts = calloc(items->n + 1, sizeof *parts);
    FILE *out = d->out;
    for (size_t i = 0; i < items->n; i++) {
        size_t size;
        d->out = open_memstream(&parts[i], &size);
        pickle_dump_value(d, items->data[i]);
        fclose(d->out);
    }
    d->out = out;
    qsort(parts, items->n, sizeof *parts, by_text);
    fprintf(out, "{\"t\":\"%s\",\"v\":[", type);
    for (size_t i = 0; i < items->n; i++) {
        fprintf(out, "%s%s", i ? "," : "", parts[i]);
        free(parts[i]);
    }
    fputs("]}", out);
    free(parts);
}

static void global(struct dump *d, const struct pk_node *node)
{
    fputc('"', d->out);
    plain_text(d, node->global.module.data, node->global.module.size);
    fputc('.', d->out);
    plain_text(d, node->global.name.data, node->global.name.size);
    fputc('"', d->out);
}

/* copyreg._reconstructor(cls, object, None) */
static bool is_plain_reconstructor(const struct pk_node *node)
{
    const struct pk_items *args = &node->object.args->items;
    return pk_is_global(node->object.callable, "copyreg", "_reconstructor") && args->n == 3 &&
           pk_is_global(args->data[1], "builtins", "object") && args->data[2]->kind == PK_NONE;
}

static void object(struct dump *d, const struct pk_node *node)
{
    bool made = is_plain_reconstructor(node);
    const struct pk_node *callable =
        made ? node->object.args->items.data[0] : node->object.callable;
    if (callable->kind == PK_GLOBAL) {
        fputs("{\"t\":\"object\",\"class\":", d->out);
        global(d, callable);
    } else {
        fputs("{\"t\":\"object\",\"callable\":", d->out);
        pickle_dump_value(d, callable);
    }
    fputs(",\"args\":", d->out);
    list(d, made ? &(struct pk_items){0} : &node->object.args->items);
    if (node->object.kwargs) {
        fputs(",\"kwargs\":", d->out);
        pairs(d, &node->object.kwargs->items);
    }
    if (node->object.state) {
        fputs(",\"state\":", d->out);
        pickle_dump_value(d, node->object.state);
    }
    if (node->object.dict) {
        fputs(",\"items\":", d->out);
        pairs(d, node->object.dict);
    }
    if (node->object.list) {
        fputs(",\"append\":", d->out);
        list(d, node->object.list);
    }
    fputc('}', d->out);
}

static bool is_python2(const struct dump *d, const struct pk_node *node)
{
    uint8_t op = d->data[node->offset];
    return op == PK_OP_STRING || op == PK_OP_BINSTRING || op == PK_OP_SHORT_BINSTRING;
}

static void container(struct dump *d, const struct pk_node *node)
{
    if (node->kind != PK_TUPLE && node->kind != PK_FROZENSET && again(d, node))
        return;
    switch (node->kind) {
    case PK_BYTEARRAY: bytes(d, "bytearray", node->bytes); return;
    case PK_SET: members(d, "set", &node->items); return;
    case PK_FROZENSET: members(d, "frozenset", &node->items); return;
    case PK_OBJECT: object(d, node); return;
    case PK_DICT:
        fputs("{\"t\":\"dict\",\"v\":", d->out);
        pairs(d, &node->items);
        break;
    default:
        fputs(node->kind == PK_LIST ? "{\"t\":\"list\",\"v\":" : "{\"t\":\"tuple\",\"v\":", d->out);
        list(d, &node->items);
    }
    fputc('}', d->out);
}

void pickle_dump_value(struct dump *d, const struct pk_node *node)
{
    if (d->arrays && pickle_dump_numpy(d, node))
        return;
    switch (node->kind) {
    case PK_NONE: fputs("null", d->out); break;
    case PK_BOOL: fputs(node->boolean ? "true" : "false", d->out); break;
    case PK_INT: fprintf(d->out, "{\"t\":\"int\",\"v\":\"%lld\"}", (long long)node->integer); break;
    case PK_BIGINT: big(d, node->bytes); break;
    case PK_FLOAT: real(d, node->real); break;
    case PK_BYTES: bytes(d, "bytes", node->bytes); break;
    case PK_TEXT:
        if (is_python2(d, node))
            bytes(d, "bytes", node->bytes);
        else
            pickle_dump_text(d, node->bytes.data, node->bytes.size);
        break;
    case PK_GLOBAL:
        fputs("{\"t\":\"global\",\"v\":", d->out);
        global(d, node);
        fputc('}', d->out);
        break;
    case PK_PERSISTENT:
    case PK_ARRAY: fputs("{}", d->out); break;
    default: container(d, node);
    }
}

char *pickle_dump(const struct pk_pickle *pickle, const uint8_t *data, bool arrays,
                  struct lar_error *err)
{
    char *text_out = NULL;
    size_t size;
    struct dump d = {.data = data, .arena = pickle->arena, .err = err, .arrays = arrays};
    d.out = open_memstream(&text_out, &size);
    d.seen = calloc(MAX_SEEN, sizeof *d.seen);
    d.numbers = calloc(MAX_SEEN, sizeof *d.numbers);
    if (d.out && d.seen && d.numbers)
        pickle_dump_value(&d, pickle->root);
    if (d.out) {
        fputc('\n', d.out);
        fclose(d.out);
    }
    free(d.seen);
    free(d.numbers);
    if (err->code == LAR_ERR_NONE)
        return text_out;
    free(text_out);
    return NULL;
}
