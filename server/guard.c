/* Framing, headers and target; see guard.h.
 * SPDX-License-Identifier: MIT */
#include "server/guard.h"

enum { LENGTH_DIGITS = 15 };

/* RFC 9110 section 5.6.2: letters, digits and !#$%&'*+-.^_`|~ */
static const uint64_t token[2] = {0x03FF6CFA00000000, 0x57FFFFFFC7FFFFFE};

static bool is_token(struct lar_span name)
{
    bool unusual = false;
    for (size_t i = 0; i < name.size; i++) {
        unsigned char c = (unsigned char)name.at[i];
        unusual |= (unsigned char)((c | 0x20) - 'a') >= 26 && c != '-';
    }
    for (size_t i = 0; unusual && i < name.size; i++) {
        unsigned char c = (unsigned char)name.at[i];
        if (c > 127 || !(token[c / 64] >> c % 64 & 1))
            return false;
    }
    return name.size > 0;
}

/* Eight bytes at a time as long as they are above the controls, and none is the last of them. */
static bool has_controls(struct lar_span value)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
    size_t i = 0;
    for (; i + 8 <= value.size; i += 8) {
        uint64_t word;
        memcpy(&word, value.at + i, sizeof word);
        uint64_t last = word ^ ones * 0x7F;
        if ((((word - ones * 0x20) & ~word) | ((last - ones) & ~last)) & high)
            break;
    }
    for (; i < value.size; i++) {
        unsigned char c = (unsigned char)value.at[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return true;
    }
    return false;
}

static void take_length(struct lar_guard *g, struct lar_span value)
{
    if (g->n_length++)
        g->fault = "two Content-Length headers";
    int64_t length = 0;
    bool digits = value.size >= 1 && value.size <= LENGTH_DIGITS;
    for (size_t i = 0; digits && i < value.size; i++) {
        digits = value.at[i] >= '0' && value.at[i] <= '9';
        length = length * 10 + (value.at[i] - '0');
    }
    if (!digits)
        g->fault = "Content-Length is not a number of 1 to 15 digits";
    g->headers.length = digits ? length : 0;
}

static void take_encoding(struct lar_guard *g, struct lar_span value)
{
    if (g->n_encoding++)
        g->fault = "two Transfer-Encoding headers";
    if (!lar_span_like(value, "chunked"))
        g->fault = "a Transfer-Encoding other than chunked";
}

static void take_host(struct lar_guard *g, struct lar_span value)
{
    if (g->n_host++)
        g->fault = "two Host headers";
    g->headers.host = value;
}

static bool starts_like(struct lar_span name, const char *prefix)
{
    return name.size >= strlen(prefix) && strncasecmp(name.at, prefix, strlen(prefix)) == 0;
}

void lar_guard_header(struct lar_guard *g, struct lar_span name, struct lar_span value)
{
    struct lar_headers *h = &g->headers;
    if (!is_token(name) || has_controls(value)) {
        g->fault = "a malformed header";
        return;
    }
    switch (name.size) { /* the length tells most names apart */
    case 3: h->proxied |= lar_span_like(name, "Via"); break;
    case 4:
        if (lar_span_like(name, "Host"))
            take_host(g, value);
        break;
    case 6:
        if (lar_span_like(name, "Origin"))
            h->origin = value;
        else if (lar_span_like(name, "Expect"))
            h->expects |= lar_span_like(value, "100-continue");
        else if (lar_span_like(name, "Accept"))
            h->accept = value;
        break;
    case 9:
        if (lar_span_like(name, "Forwarded"))
            h->forwarded = value;
        h->proxied |= lar_span_like(name, "Forwarded") || lar_span_like(name, "X-Real-IP");
        break;
    case 12:
        if (lar_span_like(name, "Content-Type"))
            h->content_type = value;
        else if (lar_span_like(name, "X-Request-Id"))
            h->request_id = value;
        break;
    case 11:
        if (lar_span_like(name, "Repr-Digest"))
            h->repr_digest = value;
        else if (lar_span_like(name, "traceparent"))
            h->traceparent = value;
        break;
    case 13:
        if (lar_span_like(name, "Authorization"))
            h->authorization = value;
        else if (lar_span_like(name, "If-None-Match"))
            h->if_none_match = value;
        break;
    case 14:
        if (lar_span_like(name, "Content-Length"))
            take_length(g, value);
        else if (lar_span_like(name, "Sec-Fetch-Site"))
            h->fetch_site = value;
        else if (lar_span_like(name, "Content-Digest"))
            h->digest = value;
        break;
    case 15:
        if (lar_span_like(name, "Accept-Encoding"))
            h->accept_encoding = value;
        else if (lar_span_like(name, "X-Forwarded-For"))
            h->forwarded_for = value; /* of several, the last: the nearest proxy's */
        break;
    case 16:
        if (lar_span_like(name, "Content-Encoding"))
            h->content_encoding = value;
        break;
    case 17:
        if (lar_span_like(name, "Transfer-Encoding"))
            take_encoding(g, value);
        break;
    case 29: h->asks_method |= lar_span_like(name, "Access-Control-Request-Method"); break;
    case 31:
        if (lar_span_like(name, "Inference-Header-Content-Length"))
            h->tensors_after = value;
        break;
    default: break;
    }
    if (name.at[0] == 'X' || name.at[0] == 'x')
        h->proxied |= starts_like(name, "X-Forwarded-");
}

const char *lar_guard_check(struct lar_guard *g, const char *version)
{
    bool http11 = strcmp(version, "HTTP/1.1") == 0;
    if (g->fault)
        return g->fault;
    if (!http11 && strcmp(version, "HTTP/1.0") != 0)
        return g->fault = "an HTTP version other than 1.0 and 1.1";
    if (http11 && g->n_host != 1)
        return g->fault = "no Host header";
    if (g->n_encoding && g->n_length)
        return g->fault = "Content-Length beside Transfer-Encoding";
    if (g->n_encoding && !http11)
        return g->fault = "Transfer-Encoding in HTTP/1.0";
    if (g->n_encoding)
        g->headers.length = -1;
    g->headers.unsaid = !g->n_encoding && !g->n_length;
    return NULL;
}

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

/* Decodes one segment from *RAW to *OUT and moves both on; what is wrong, or NULL. */
static const char *decode_segment(const char **raw, char **out)
{
    const char *p = *raw, *start = *out;
    char *to = *out;
    for (; *p && *p != '/' && *p != '?'; p++) {
        unsigned char c = (unsigned char)*p;
        bool escaped = c == '%';
        if (escaped) {
            int high = hex(p[1]), low = high < 0 ? -1 : hex(p[2]);
            if (low < 0)
                return "a bad escape in the target";
            c = (unsigned char)(high << 4 | low);
            p += 2;
        }
        if (c < 0x20 || c == 0x7F || c == '\\' || c == '/' || (!escaped && (c == '#' || c > 0x7F)))
            return "a forbidden character in the target";
        *to++ = (char)c;
    }
    size_t n = (size_t)(to - start);
    if ((n == 1 && start[0] == '.') || (n == 2 && start[0] == '.' && start[1] == '.'))
        return "a relative path in the target";
    *raw = p;
    *out = to;
    return NULL;
}

const char lar_target_long[] = "a target that is too long";

const char *lar_target_parse(struct lar_target *ret, const char *raw)
{
    ret->n = 0;
    ret->query = (struct lar_span){0};
    if (raw[0] != '/')
        return "a target that is not a path";
    if (strlen(raw) >= sizeof ret->text)
        return lar_target_long;
    char *out = ret->text;
    while (*raw == '/') {
        const char *start = out;
        raw++;
        const char *fault = decode_segment(&raw, &out);
        if (fault)
            return fault;
        if (ret->n < LAR_TARGET_SEGMENTS)
            ret->segments[ret->n] = (struct lar_span){start, (size_t)(out - start)};
        if (ret->n <= LAR_TARGET_SEGMENTS)
            ret->n++;
    }
    if (*raw == '?') {
        raw++;
        size_t n = strlen(raw);
        struct lar_span query = {memcpy(out, raw, n), n};
        if (has_controls(query))
            return "a forbidden character in the target";
        ret->query = query;
    }
    return NULL;
}

struct lar_span lar_query_get(struct lar_span query, const char *name)
{
    size_t n = strlen(name);
    for (size_t i = 0; query.at && i <= query.size;) {
        const char *part = query.at + i;
        const char *ampersand = memchr(part, '&', query.size - i);
        size_t size = ampersand ? (size_t)(ampersand - part) : query.size - i;
        if (size >= n && memcmp(part, name, n) == 0 && (size == n || part[n] == '='))
            return size == n ? (struct lar_span){part + n, 0}
                             : (struct lar_span){part + n + 1, size - n - 1};
        i += size + 1;
    }
    return (struct lar_span){0};
}
