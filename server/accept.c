/* Preferences; see accept.h.
 * SPDX-License-Identifier: MIT */
#include "server/accept.h"

static struct lar_span trim(struct lar_span s)
{
    while (s.size && (*s.at == ' ' || *s.at == '\t'))
        s.at++, s.size--;
    while (s.size && (s.at[s.size - 1] == ' ' || s.at[s.size - 1] == '\t'))
        s.size--;
    return s;
}

struct lar_span lar_span_part(struct lar_span text, char c, struct lar_span *rest)
{
    const char *at = text.size ? memchr(text.at, c, text.size) : NULL;
    size_t n = at ? (size_t)(at - text.at) : text.size;
    *rest = at ? (struct lar_span){at + 1, text.size - n - 1} : (struct lar_span){0};
    return trim((struct lar_span){text.at, n});
}

/* "0.5": at most three digits after the point. */
static int read_weight(struct lar_span text)
{
    int q = 0, place = LAR_WEIGHT_MOST;
    if (!text.size)
        return 0;
    for (size_t i = 0; i < text.size; i++) {
        if (i == 1 && text.at[i] == '.')
            continue;
        if (text.at[i] < '0' || text.at[i] > '9' || i > 4)
            return 0;
        q += (text.at[i] - '0') * place;
        place /= 10;
    }
    return q <= LAR_WEIGHT_MOST ? q : 0;
}

int lar_accept_weight(struct lar_span parameters)
{
    while (parameters.size) {
        struct lar_span value, name, part = lar_span_part(parameters, ';', &parameters);
        name = lar_span_part(part, '=', &value);
        if (lar_span_like(name, "q"))
            return read_weight(value);
    }
    return LAR_WEIGHT_MOST;
}

static bool has_version(struct lar_span parameters, const char *const *versions)
{
    while (parameters.size) {
        struct lar_span value, name, part = lar_span_part(parameters, ';', &parameters);
        name = lar_span_part(part, '=', &value);
        if (!lar_span_like(name, "version"))
            continue;
        for (; *versions; versions++)
            if (lar_span_is(value, *versions))
                return true;
        return false;
    }
    return true;
}

/* How narrowly RANGE holds TYPE: 3 it is its name, 2 text/..., 1 everything, 0 not at all. */
static int narrowness(struct lar_span range, const char *type)
{
    if (lar_span_like(range, type))
        return 3;
    if (lar_span_is(range, "*/*"))
        return 1;
    size_t kind = (size_t)(strchr(type, '/') + 1 - type);
    return range.size == kind + 1 && range.at[kind] == '*' && strncasecmp(range.at, type, kind) == 0
               ? 2
               : 0;
}

struct lar_preference lar_accept_type(struct lar_span accept, const char *type,
                                      const char *const *versions)
{
    int narrowest = 0, most = accept.size ? 0 : LAR_WEIGHT_MOST;
    while (accept.size) {
        struct lar_span parameters, part = lar_span_part(accept, ',', &accept);
        struct lar_span range = lar_span_part(part, ';', &parameters);
        int narrow = range.size ? narrowness(range, type) : 0;
        if (!narrow || narrow < narrowest ||
            (narrow == 3 && versions && !has_version(parameters, versions)))
            continue;
        int weight = lar_accept_weight(parameters);
        most = narrow > narrowest || weight > most ? weight : most;
        narrowest = narrow;
    }
    return (struct lar_preference){most, narrowest == 3};
}
