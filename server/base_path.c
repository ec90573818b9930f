/* Sub-paths; see base_path.h.
 * SPDX-License-Identifier: MIT */
#include "server/base_path.h"

#include <stdio.h>

static bool segment_char(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
           c == '_' || c == '~' || c == '-';
}

bool lar_base_path_init(char ret[static LAR_BASE_PATH_BYTES], const char *text,
                        struct lar_error *err)
{
    ret[0] = '\0';
    if (!text || !*text || strcmp(text, "/") == 0)
        return true;
    bool ok = *text == '/' && strlen(text) < LAR_BASE_PATH_BYTES;
    unsigned n = 0;
    for (const char *p = text; ok && *p; n++) {
        const char *segment = ++p;
        while (segment_char(*p))
            p++;
        size_t size = (size_t)(p - segment);
        bool dots = size <= 2 && strspn(segment, ".") >= size;
        ok = (*p == '/' || *p == '\0') && !dots;
    }
    if (!ok || n > LAR_BASE_PATH_SEGMENTS)
        return lar_fail(
            err, LAR_ERR_INVALID,
            "base_path is '/' and 1 to %d segments of letters, digits and ._~-, without "
            "'/' at its end, not '%.200s'",
            LAR_BASE_PATH_SEGMENTS, text);
    snprintf(ret, LAR_BASE_PATH_BYTES, "%s", text);
    return true;
}

/* How many of TARGET's first segments are those of PATH; -1: others. */
static int common(const struct lar_target *target, const char *path)
{
    unsigned n = 0;
    while (*path) {
        path++; /* the '/' */
        size_t size = strcspn(path, "/");
        if (n >= target->n || n >= LAR_TARGET_SEGMENTS || target->segments[n].size != size ||
            memcmp(target->segments[n].at, path, size) != 0)
            return -1;
        path += size;
        n++;
    }
    return (int)n;
}

bool lar_target_strip(struct lar_target *target, const char *base)
{
    int n = common(target, base);
    if (n < 0)
        return false;
    if (n == 0 || target->n > LAR_TARGET_SEGMENTS) /* longer than any route */
        return true;
    target->n -= (unsigned)n;
    memmove(target->segments, target->segments + n, target->n * sizeof target->segments[0]);
    if (target->n == 0)
        target->segments[target->n++] = (struct lar_span){"", 0};
    return true;
}

bool lar_target_is(const struct lar_target *target, const char *path)
{
    int n = common(target, path);
    return n >= 0 && (unsigned)n == target->n;
}
