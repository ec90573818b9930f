/* Lines for events; see log.h.
 * SPDX-License-Identifier: MIT */
#include "base/log.h"

#include "base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { LINE_BYTES = 4096, ESCAPE_BYTES = 6 };

static const char *const level_names[] = {
    [LAR_LOG_ERROR] = "error",
    [LAR_LOG_WARNING] = "warning",
    [LAR_LOG_INFO] = "info",
    [LAR_LOG_DEBUG] = "debug",
};

void lar_log_init(struct lar_log *log, int fd, enum lar_log_level level, bool json)
{
    atomic_init(&log->level, level);
    atomic_init(&log->json, json);
    log->fd = fd;
}

/* Bytes of the UTF-8 character at TEXT, or 0 where there is none. */
static size_t character_bytes(const unsigned char *text)
{
    size_t n = text[0] < 0x80                       ? 1
               : text[0] >= 0xC2 && text[0] < 0xE0  ? 2
               : text[0] >= 0xE0 && text[0] < 0xF0  ? 3
               : text[0] >= 0xF0 && text[0] <= 0xF4 ? 4
                                                    : 0;
    for (size_t i = 1; i < n; i++)
        if ((text[i] & 0xC0) != 0x80)
            return 0;
    return n;
}

/* Appends TEXT, escaped, up to END; returns where the output ends. */
static char *append_escaped(char *out, const char *end, const char *text, bool json)
{
    for (const unsigned char *p = (const unsigned char *)text; *p && end - out > ESCAPE_BYTES;) {
        size_t n = character_bytes(p);
        bool c1 = n == 2 && p[0] == 0xC2 && p[1] < 0xA0;
        if (n == 0 || *p < 0x20 || *p == 0x7F || c1) {
            unsigned value = c1 ? p[1] : *p;
            out += snprintf(out, ESCAPE_BYTES + 1, json ? "\\u%04x" : "\\x%02x", value);
            p += c1 ? 2 : 1;
            continue;
        }
        if (*p == '\\' || (json && *p == '"'))
            *out++ = '\\';
        memcpy(out, p, n);
        out += n;
        p += n;
    }
    return out;
}

size_t lar_log_line(char *buffer, size_t size, bool json, enum lar_log_level level, int64_t ms,
                    const char *text)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char when[32];
    gmtime_r(&seconds, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
    const char *start =
        json ? "{\"time\":\"%s.%03dZ\",\"level\":\"%s\",\"message\":\"" : "%s.%03dZ %s: ";
    char *out = buffer;
    out += snprintf(out, size, start, when, (int)(ms % 1000), level_names[level]);
    out = append_escaped(out, buffer + size - sizeof "\"}\n", text, json);
    out = stpcpy(out, json ? "\"}\n" : "\n");
    return (size_t)(out - buffer);
}

void lar_log(struct lar_log *log, enum lar_log_level level, const char *format, ...)
{
    if ((int)level > atomic_load_explicit(&log->level, memory_order_relaxed))
        return;
    char text[LINE_BYTES], line[LINE_BYTES];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    bool json = atomic_load_explicit(&log->json, memory_order_relaxed);
    size_t n = lar_log_line(line, sizeof line, json, level, lar_unix_ms(), text);
    /* A log that cannot be written is nobody's error. */
    if (write(log->fd, line, n) < 0)
        return;
}

bool lar_log_allow(struct lar_log_limit *limit, unsigned per_second, unsigned *ret_skipped)
{
    int64_t now = lar_now_ms() / 1000, second = atomic_load(&limit->second);
    if (second != now && atomic_compare_exchange_strong(&limit->second, &second, now))
        atomic_store(&limit->count, 0);
    if (atomic_fetch_add(&limit->count, 1) >= per_second) {
        atomic_fetch_add(&limit->skipped, 1);
        return false;
    }
    *ret_skipped = atomic_exchange(&limit->skipped, 0);
    return true;
}
