/* What a line of the access log says; see access_log.h.
 * SPDX-License-Identifier: MIT */
#include "server/access_log.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <time.h>

enum {
    PATH_BYTES = 768,
    FIELD_BYTES = 160,
    TRACE_DIGITS = 32,
    PARENT_DIGITS = 16,
    TRACEPARENT_BYTES = 55
};

bool lar_request_id_valid(struct lar_span value)
{
    if (!value.at || value.size < 1 || value.size > LAR_REQUEST_ID_MAX)
        return false;
    for (size_t i = 0; i < value.size; i++)
        if (value.at[i] < '!' || value.at[i] > '~')
            return false;
    return true;
}

/* The finalizer of SplitMix64: a bijection that leaves no trace of counting. */
static uint64_t mix(uint64_t v)
{
    v = (v ^ v >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    v = (v ^ v >> 27) * UINT64_C(0x94D049BB133111EB);
    return v ^ v >> 31;
}

void lar_request_id_make(char ret[static LAR_REQUEST_ID_BYTES], const uint64_t key[static 2],
                         uint64_t count)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t words[2] = {mix(key[0] + count), mix(key[1] + count)};
    for (size_t i = 0; i < LAR_REQUEST_ID_BYTES - 1; i++)
        ret[i] = digits[words[i / 16] >> 4 * (i % 16) & 15];
    ret[LAR_REQUEST_ID_BYTES - 1] = '\0';
}

/* N lower-case digits at TEXT; *RET_ZERO: all are 0. */
static bool is_hex(const char *text, size_t n, bool *ret_zero)
{
    *ret_zero = true;
    for (size_t i = 0; i < n; i++) {
        char c = text[i];
        if ((c < '0' || c > '9') && (c < 'a' || c > 'f'))
            return false;
        *ret_zero &= c == '0';
    }
    return true;
}

bool lar_traceparent_read(struct lar_span value, struct lar_span *trace_id,
                          struct lar_span *parent_id)
{
    bool zero, no_trace, no_parent;
    const char *p = value.at;
    *trace_id = *parent_id = (struct lar_span){0};
    if (value.size < TRACEPARENT_BYTES || p[2] != '-' || p[35] != '-' || p[52] != '-' ||
        !is_hex(p, 2, &zero) || !is_hex(p + 3, TRACE_DIGITS, &no_trace) ||
        !is_hex(p + 36, PARENT_DIGITS, &no_parent) || no_trace || no_parent)
        return false;
    bool version_0 = memcmp(p, "00", 2) == 0;
    if (memcmp(p, "ff", 2) == 0 || !is_hex(p + 53, 2, &zero) ||
        (value.size > TRACEPARENT_BYTES && (version_0 || p[TRACEPARENT_BYTES] != '-')))
        return false;
    *trace_id = (struct lar_span){p + 3, TRACE_DIGITS};
    *parent_id = (struct lar_span){p + 36, PARENT_DIGITS};
    return true;
}

void lar_peer_text(char ret[static LAR_PEER_BYTES], const struct sockaddr_storage *address)
{
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *)address;
    const char *text = "unix";
    if (address->ss_family == AF_INET)
        text = inet_ntop(AF_INET, &((const struct sockaddr_in *)address)->sin_addr, ret,
                         LAR_PEER_BYTES);
    else if (address->ss_family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(&in6->sin6_addr))
        text = inet_ntop(AF_INET, in6->sin6_addr.s6_addr + 12, ret, LAR_PEER_BYTES);
    else if (address->ss_family == AF_INET6)
        text = inet_ntop(AF_INET6, &in6->sin6_addr, ret, LAR_PEER_BYTES);
    if (text != ret)
        snprintf(ret, LAR_PEER_BYTES, "%s", text ? text : "?");
}

static void write_time(struct lar_text *text, int64_t ms)
{
    time_t seconds = (time_t)(ms / 1000);
    struct tm tm;
    char when[32], all[48];
    gmtime_r(&seconds, &tm);
    strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(all, sizeof all, "{\"time\":\"%s.%03dZ\"", when, (int)(ms % 1000));
    lar_text_puts(text, all);
}

/* MOST bytes of VALUE, so that a line always fits. */
static void write_part(struct lar_text *text, const char *key, struct lar_span value, size_t most)
{
    if (!value.at)
        return;
    lar_text_puts(text, key);
    lar_text_string(text, value.at, value.size < most ? value.size : most);
}

static void write_string(struct lar_text *text, const char *key, struct lar_span value)
{
    write_part(text, key, value, FIELD_BYTES);
}

static void write_number(struct lar_text *text, const char *key, uint64_t value)
{
    lar_text_puts(text, key);
    lar_text_u64(text, value);
}

void lar_access_write(struct lar_text *text, const struct lar_access *a)
{
    char duration[48];
    write_time(text, a->time_ms);
    write_string(text, ",\"request_id\":", lar_span_of(a->request_id));
    write_string(text, ",\"trace_id\":", a->trace_id);
    write_string(text, ",\"parent_id\":", a->parent_id);
    write_string(text, ",\"peer\":", lar_span_of(a->peer));
    write_string(text, ",\"client\":", lar_span_of(a->client));
    write_string(text, ",\"method\":", lar_span_of(a->method));
    write_string(text, ",\"route\":", lar_span_of(a->route));
    write_part(text, ",\"path\":", lar_span_of(a->path), PATH_BYTES);
    write_string(text, ",\"model\":", a->model);
    if (a->version)
        write_number(text, ",\"version\":", a->version);
    write_number(text, ",\"status\":", a->status);
    write_number(text, ",\"bytes_in\":", a->bytes_in);
    write_number(text, ",\"bytes_out\":", a->bytes_out);
    snprintf(duration, sizeof duration, ",\"duration_ms\":%lld.%03d",
             (long long)(a->duration_us / 1000), (int)(a->duration_us % 1000));
    lar_text_puts(text, duration);
    if (a->rows)
        write_number(text, ",\"rows\":", a->rows);
    lar_text_puts(text, a->aborted ? ",\"aborted\":true}\n" : "}\n");
}
