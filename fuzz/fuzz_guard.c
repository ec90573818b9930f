/* A request head from any bytes: target in the first line, then headers. What the guard lets pass
 * must hold what it promises.
 * SPDX-License-Identifier: MIT */
#include "server/guard.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_target(const struct lar_target *target)
{
    for (unsigned i = 0; i < target->n && i < LAR_TARGET_SEGMENTS; i++) {
        struct lar_span s = target->segments[i];
        if (s.at < target->text || s.at + s.size > target->text + sizeof target->text)
            abort();
        if (memchr(s.at, '/', s.size) || memchr(s.at, '\0', s.size) || memchr(s.at, '\\', s.size) ||
            lar_span_is(s, "..") || lar_span_is(s, "."))
            abort();
    }
    struct lar_span value = lar_query_get(target->query, "a");
    if (value.at && memchr(value.at, '&', value.size))
        abort();
}

static void check_headers(const char *text, size_t size)
{
    struct lar_guard guard = {0};
    for (size_t at = 0; at < size;) {
        const char *line = text + at, *end = memchr(line, '\n', size - at);
        size_t n = end ? (size_t)(end - line) : size - at;
        const char *colon = memchr(line, ':', n);
        size_t name = colon ? (size_t)(colon - line) : n;
        size_t skip = colon ? name + 1 : n;
        lar_guard_header(&guard, (struct lar_span){line, name},
                         (struct lar_span){line + skip, n - skip});
        at += n + 1;
    }
    if (lar_guard_check(&guard, "HTTP/1.1"))
        return;
    if (guard.n_host != 1 || guard.n_length + guard.n_encoding > 1 || guard.headers.length < -1 ||
        (guard.headers.length == -1) != (guard.n_encoding == 1))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    size_t line = strcspn(text, "\n");
    if (line < size) {
        text[line] = '\0';
        check_headers(text + line + 1, size - line - 1);
    }
    struct lar_target *target = malloc(sizeof *target);
    if (target && !lar_target_parse(target, text))
        check_target(target);
    free(target);
    free(text);
    return 0;
}
