/* Values of keys: from text, to text.
 * SPDX-License-Identifier: MIT */
#include "config/keys.h"

#include <ctype.h>
#include <inttypes.h>
#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

static const struct unit sizes[] = {
    {"", 1}, {"k", INT64_C(1) << 10}, {"M", INT64_C(1) << 20}, {"G", INT64_C(1) << 30}, {NULL, 0}};
static const struct unit durations[] = {{"ms", 1}, {"s", 1000}, {"m", 60000}, {NULL, 0}};
static const struct unit plain[] = {{"", 1}, {NULL, 0}};

static const struct unit *units_of(enum lar_key_type type)
{
    return type == LAR_KEY_SIZE ? sizes : type == LAR_KEY_DURATION ? durations : plain;
}

const char *lar_key_type_name(enum lar_key_type type)
{
    static const char *const names[] = {
        [LAR_KEY_INTEGER] = "a whole number",
        [LAR_KEY_SIZE] = "a size such as 4096, 512k, 64M or 1G",
        [LAR_KEY_DURATION] = "a duration such as 250ms, 10s or 5m",
        [LAR_KEY_CHOICE] = "a word",
        [LAR_KEY_TEXT] = "a text",
        [LAR_KEY_LIST] = "a list of texts",
    };
    return names[type];
}

static void *field(const struct lar_config *config, const struct lar_key *key)
{
    return (char *)config + key->offset;
}

const struct lar_strings *lar_key_list(const struct lar_config *config, const struct lar_key *key)
{
    return field(config, key);
}

static void print_number(const struct lar_key *key, int64_t value, char *buffer, size_t size)
{
    const struct unit *best = units_of(key->type);
    for (const struct unit *u = best; u->name; u++)
        if (u->factor >= best->factor && value != 0 && value % u->factor == 0)
            best = u;
    snprintf(buffer, size, "%" PRId64 "%s", value / best->factor, best->name);
}

static bool set_number(int64_t *ret, const struct lar_key *key, const char *text,
                       struct lar_error *err)
{
    int64_t value = 0;
    const char *p = text;
    bool fits = isdigit((unsigned char)*p) != 0;
    for (; isdigit((unsigned char)*p); p++)
        fits = fits && !__builtin_mul_overflow(value, 10, &value) &&
               !__builtin_add_overflow(value, *p - '0', &value);
    const struct unit *u = units_of(key->type);
    while (u->name && strcmp(u->name, p) != 0)
        u++;
    bool zero = value == 0 && *p == '\0'; /* needs no unit */
    if (p == text || (!u->name && !zero))
        return lar_fail(err, LAR_ERR_INVALID, "'%s' wants %s, not '%.64s'", key->name,
                        lar_key_type_name(key->type), text);
    fits = fits && !__builtin_mul_overflow(value, zero ? 1 : u->factor, &value);
    if (!fits || value < key->min || value > key->max) {
        char min[32], max[32];
        print_number(key, key->min, min, sizeof min);
        print_number(key, key->max, max, sizeof max);
        return lar_fail(err, LAR_ERR_INVALID, "'%s' goes from %s to %s, not %.64s", key->name, min,
                        max, text);
    }
    *ret = value;
    return true;
}

static bool set_choice(int64_t *ret, const struct lar_key *key, const char *text,
                       struct lar_error *err)
{
    char all[128] = "";
    for (int64_t i = 0; key->choices[i]; i++) {
        if (strcmp(key->choices[i], text) == 0) {
            *ret = i;
            return true;
        }
        size_t n = strlen(all);
        snprintf(all + n, sizeof all - n, "%s%s", n ? ", " : "", key->choices[i]);
    }
    return lar_fail(err, LAR_ERR_INVALID, "'%s' is one of %s, not '%.64s'", key->name, all, text);
}

static bool add_item(struct lar_config *config, struct lar_strings *list, const char *text,
                     struct lar_error *err)
{
    const char **items = lar_arena_alloc(&config->arena, list->n + 1, sizeof *items);
    if (!items)
        return lar_arena_fail(&config->arena, err, "settings");
    if (list->n)
        memcpy(items, list->items, list->n * sizeof *items);
    items[list->n] = text;
    list->items = items;
    list->n++;
    return true;
}

bool lar_key_set(struct lar_config *config, const struct lar_key *key, const char *text,
                 struct lar_error *err)
{
    void *at = field(config, key);
    if (key->type == LAR_KEY_CHOICE)
        return set_choice(at, key, text, err);
    if (key->type != LAR_KEY_TEXT && key->type != LAR_KEY_LIST)
        return set_number(at, key, text, err);
    if (strlen(text) >= LAR_TEXT_BYTES)
        return lar_fail(err, LAR_ERR_LIMIT, "'%s' is longer than %d bytes", key->name,
                        LAR_TEXT_BYTES - 1);
    for (const char *p = text; *p; p++)
        if (iscntrl((unsigned char)*p))
            return lar_fail(err, LAR_ERR_INVALID, "'%s' holds a control character", key->name);
    const char *copy = lar_arena_strndup(&config->arena, text, strlen(text));
    if (!copy)
        return lar_arena_fail(&config->arena, err, "settings");
    if (key->type == LAR_KEY_LIST)
        return *text == '\0' || add_item(config, at, copy, err);
    *(const char **)at = copy;
    return true;
}

void lar_key_clear(struct lar_config *config, const struct lar_key *key)
{
    if (key->type == LAR_KEY_LIST)
        *(struct lar_strings *)field(config, key) = (struct lar_strings){0};
}

void lar_key_print(const struct lar_config *config, const struct lar_key *key, size_t i,
                   char *buffer, size_t size)
{
    const void *at = field(config, key);
    const int64_t *number = at;
    if (key->type == LAR_KEY_CHOICE)
        snprintf(buffer, size, "%s", key->choices[*number]);
    else if (key->type == LAR_KEY_TEXT)
        snprintf(buffer, size, "%s", *(const char *const *)at ? *(const char *const *)at : "");
    else if (key->type == LAR_KEY_LIST)
        snprintf(buffer, size, "%s", lar_key_list(config, key)->items[i]);
    else
        print_number(key, *number, buffer, size);
}
