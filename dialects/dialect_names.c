/* Names of inputs and columns; see dialect_inputs.h.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/dialect_inputs.h"

#include <stdio.h>

enum { FEW = 8 };

uint32_t lar_names_hash(const struct lar_json_string *s) /* FNV-1a */
{
    uint32_t h = 2166136261u;
    for (size_t i = 0; i < s->size; i++)
        h = (h ^ (unsigned char)s->text[i]) * 16777619u;
    return h ^ h >> 15;
}

static bool same(const struct lar_json_string *a, const struct lar_json_string *b)
{
    return a->size == b->size && memcmp(a->text, b->text, a->size) == 0;
}

static bool take_names(struct lar_names *names, uint32_t n, struct lar_json *js,
                       struct lar_error *err)
{
    names->n = n;
    names->table = NULL;
    names->numbered = false;
    return lar_json_grow(js, &names->names, 0, (n + 1) * sizeof *names->names, err);
}

static bool make_table(struct lar_names *names, struct lar_json *js, struct lar_error *err)
{
    size_t size = 16;
    if (names->n <= FEW)
        return true;
    while (size < (size_t)names->n * 2)
        size *= 2;
    if (!lar_json_grow(js, &names->table, 0, size * sizeof *names->table, err))
        return false;
    memset(names->table, 0, size * sizeof *names->table);
    names->mask = (uint32_t)size - 1;
    for (uint32_t i = 0; i < names->n; i++) {
        uint32_t at = lar_names_hash(&names->names[i]) & names->mask;
        while (names->table[at])
            at = (at + 1) & names->mask;
        names->table[at] = i + 1;
    }
    return true;
}

/* The position that KEY is the decimal number of, as pandas names columns without names, or -1. */
static int64_t position(const struct lar_names *names, const struct lar_json_string *key)
{
    const char *at = key->text, *end = at + key->size;
    uint64_t ret;
    return lar_number_read_u64(&at, end, &ret) == LAR_NUMBER_OK && at == end && ret < names->n
               ? (int64_t)ret
               : -1;
}

int64_t lar_names_find(const struct lar_names *names, const struct lar_json_string *key,
                       uint32_t hint)
{
    if (hint < names->n && same(&names->names[hint], key))
        return hint;
    uint32_t at = names->table ? lar_names_hash(key) & names->mask : 0;
    for (; names->table && names->table[at]; at = (at + 1) & names->mask)
        if (same(&names->names[names->table[at] - 1], key))
            return names->table[at] - 1;
    for (uint32_t i = 0; !names->table && i < names->n; i++)
        if (same(&names->names[i], key))
            return i;
    return names->numbered ? position(names, key) : -1;
}

/* "x3", to TO, which has room for LAR_NUMBER_SIZE + 1 bytes. */
static size_t write_numbered(char *to, uint32_t i)
{
    to[0] = 'x';
    return lar_number_write_u64(to + 1, i) + 1;
}

/* Whether all are "x0", "x1", ...: the columns had no names. */
static bool are_numbered(const struct lar_names *names)
{
    char text[LAR_NUMBER_SIZE + 1] = "";
    bool ret = true;
    for (uint32_t i = 0; ret && i < names->n; i++) {
        const struct lar_json_string name = {text, write_numbered(text, i)};
        ret = same(&names->names[i], &name);
    }
    return ret;
}

bool lar_inputs_names(struct lar_inputs *in, struct lar_error *err)
{
    if (in->names.names)
        return true;
    if (!take_names(&in->names, in->n_slots, in->js, err))
        return false;
    for (uint32_t i = 0; i < in->n_slots; i++) {
        const char *name = in->slots[i].input->name;
        in->names.names[i] = (struct lar_json_string){name, strlen(name)};
    }
    in->names.numbered = are_numbered(&in->names);
    return make_table(&in->names, in->js, err);
}

/* "x0", "x1", ...: columns without names. */
static bool number_columns(struct lar_names *names, struct lar_json *js, struct lar_error *err)
{
    enum { ROOM = 12 };
    char *text = NULL, name[LAR_NUMBER_SIZE + 1];
    if (!lar_json_grow(js, &text, 0, (size_t)names->n * ROOM + 1, err))
        return false;
    for (uint32_t i = 0; i < names->n; i++, text += ROOM) {
        size_t n = write_numbered(name, i);
        memcpy(text, name, n);
        names->names[i] = (struct lar_json_string){text, n};
    }
    names->numbered = true;
    return true;
}

bool lar_inputs_columns(struct lar_inputs *in, struct lar_error *err)
{
    const struct lar_tensor *t = NULL;
    struct lar_names *columns = &in->columns;
    if (columns->names || columns->n == 0)
        return true;
    if (in->slots[0].input->columns != LAR_NO_VALUE)
        t = in->flat->values[in->slots[0].input->columns].constant;
    if (!take_names(columns, columns->n, in->js, err))
        return false;
    if (!t || lar_tensor_count(t) != columns->n) {
        if (!number_columns(columns, in->js, err))
            return false;
    } else {
        for (uint32_t i = 0; i < columns->n; i++)
            columns->names[i] = (struct lar_json_string){(const char *)t->data + t->offsets[i],
                                                         t->offsets[i + 1] - t->offsets[i]};
    }
    return make_table(columns, in->js, err);
}

/* How much of a name is shown. */
static int shown(const struct lar_json_string *s)
{
    return s->size < 64 ? (int)s->size : 64;
}

bool lar_names_unknown(const struct lar_names *names, const char *what,
                       const struct lar_json_string *key, struct lar_error *err)
{
    char list[256] = "";
    size_t n = 0;
    for (uint32_t i = 0; i < names->n; i++) {
        const struct lar_json_string *name = &names->names[i];
        if (n + name->size + 16 > sizeof list) {
            (void)snprintf(list + n, sizeof list - n, "%s...", i ? ", " : "");
            break;
        }
        n += (size_t)snprintf(list + n, sizeof list - n, "%s'%.*s'", i ? ", " : "", (int)name->size,
                              name->text);
    }
    return lar_fail(err, LAR_ERR_INVALID, "unknown %s '%.*s'; the model has %s%s", what, shown(key),
                    key->text, list, names->numbered ? LAR_NAMES_HINT : "");
}

bool lar_names_fail(const struct lar_names *names, const char *what, uint32_t position,
                    const char *fault, struct lar_error *err)
{
    const struct lar_json_string *name = &names->names[position];
    bool hint = names->numbered && strcmp(fault, "is missing") == 0;
    return lar_fail(err, LAR_ERR_INVALID, "%s '%.*s' %s%s", what, shown(name), name->text, fault,
                    hint ? LAR_NAMES_HINT : "");
}
