/* Requests over libcurl; see client.h.
 * SPDX-License-Identifier: MIT */
#include "cli/client.h"
#include "base/map.h"

#include <curl/curl.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { CONNECT_SECONDS = 10, ANSWER_SECONDS = 600, ROOM_FIRST = 4096 };

struct lar_client {
    CURL *easy;
    char *url;    /* as the user said it */
    char *base;   /* before the paths, without a slash at its end */
    char *socket; /* or NULL */
    char *bearer; /* the header with the token, or NULL */
    char *ca_file;
};

/* ---- where the server is ---- */

/* HOST is followed by a port, a path or nothing. */
static bool is_loopback(const char *host)
{
    size_t n = *host == '[' ? strcspn(host, "/") : strcspn(host, ":/");
    return (n == 9 && strncasecmp(host, "localhost", n) == 0) ||
           (strncmp(host, "127.", 4) == 0 && strspn(host, "0123456789.") == n) ||
           strncmp(host, "[::1]", 5) == 0;
}

static bool set_url(struct lar_client *c, const char *url, struct lar_error *err)
{
    if (strncmp(url, "unix:", 5) == 0) {
        if (url[5] != '/')
            return lar_fail(err, LAR_ERR_INVALID,
                            "'%.200s': unix: is followed by the socket's whole path", url);
        c->socket = strdup(url + 5);
        c->base = strdup("http://localhost");
        return (c->socket && c->base) || lar_fail(err, LAR_ERR_NOMEM, "the URL");
    }
    const char *scheme = strstr(url, "://"), *host = scheme ? scheme + 3 : url;
    if (scheme && strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0)
        return lar_fail(err, LAR_ERR_INVALID, "'%.200s' is neither http, https nor unix:/PATH",
                        url);
    size_t n = strlen(host);
    while (n && host[n - 1] == '/')
        n--;
    if (n == 0)
        return lar_fail(err, LAR_ERR_INVALID, "'%.200s' names no host", url);
    for (size_t i = 0; i < n; i++)
        if (host[i] <= ' ' || host[i] > '~' || strchr("@?#\\", host[i]))
            return lar_fail(err, LAR_ERR_INVALID,
                            "'%.200s' is no URL of a server: no user, query or fragment belongs "
                            "there",
                            url);
    if (asprintf(&c->base, "%.*s%.*s", scheme ? (int)(host - url) : 7, scheme ? url : "http://",
                 (int)n, host) < 0)
        c->base = NULL;
    return c->base || lar_fail(err, LAR_ERR_NOMEM, "the URL");
}

static bool set_token(struct lar_client *c, const char *token, struct lar_error *err)
{
    for (const char *p = token; *p; p++)
        if (*p <= ' ' || *p > '~')
            return lar_fail(err, LAR_ERR_INVALID,
                            "the token holds blanks or control characters (LARDER_TOKEN, or the "
                            "first word of the file)");
    if (asprintf(&c->bearer, "Authorization: Bearer %s", token) < 0)
        c->bearer = NULL;
    return c->bearer || lar_fail(err, LAR_ERR_NOMEM, "the token");
}

bool lar_client_new(struct lar_client **ret, const char *url, const char *token,
                    const char *ca_file, struct lar_error *err)
{
    struct lar_client *c = calloc(1, sizeof *c);
    bool ok = c && curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK;
    if (!ok) {
        free(c);
        return lar_fail(err, LAR_ERR_NOMEM, "libcurl does not start");
    }
    c->url = strdup(url);
    c->easy = curl_easy_init();
    c->ca_file = ca_file ? strdup(ca_file) : NULL;
    ok = (c->url && c->easy && (c->ca_file || !ca_file)) ||
         lar_fail(err, LAR_ERR_NOMEM, "libcurl does not start");
    ok = ok && set_url(c, url, err) && (!token || set_token(c, token, err));
    if (ok)
        *ret = c;
    else
        lar_client_free(c);
    return ok;
}

void lar_client_free(struct lar_client *c)
{
    if (!c)
        return;
    curl_easy_cleanup(c->easy);
    curl_global_cleanup();
    if (c->bearer)
        explicit_bzero(c->bearer, strlen(c->bearer));
    free(c->bearer);
    free(c->ca_file);
    free(c->socket);
    free(c->base);
    free(c->url);
    free(c);
}

const char *lar_client_url(const struct lar_client *c)
{
    return c->url;
}

/* ---- one request ---- */

struct transfer {
    struct lar_client *client;
    const struct lar_ask *ask;
    struct lar_reply *reply;
    struct lar_error *err;
    size_t room;
    uint64_t sunk;
    struct curl_slist *headers;
    char why[CURL_ERROR_SIZE];
};

static bool keep(struct transfer *t, const char *bytes, size_t n)
{
    struct lar_reply *reply = t->reply;
    if (n > LAR_REPLY_MOST - reply->size)
        return lar_fail(t->err, LAR_ERR_LIMIT, "an answer of more than %d bytes", LAR_REPLY_MOST);
    if (!reply->body || reply->size + n + 1 > t->room) {
        size_t room = t->room ? t->room : ROOM_FIRST;
        while (room < reply->size + n + 1)
            room *= 2;
        char *body = realloc(reply->body, room);
        if (!body)
            return lar_fail(t->err, LAR_ERR_NOMEM, "out of memory for an answer");
        reply->body = body;
        t->room = room;
    }
    memcpy(reply->body + reply->size, bytes, n);
    reply->size += n;
    reply->body[reply->size] = '\0';
    return true;
}

static bool sink(struct transfer *t, const char *bytes, size_t n)
{
    if (n > t->ask->sink_most - t->sunk)
        return lar_fail(t->err, LAR_ERR_LIMIT, "more than the %llu bytes that the listing tells of",
                        (unsigned long long)t->ask->sink_most);
    t->sunk += n;
    lar_hash_add(t->ask->sum, bytes, n);
    return lar_write_all(t->ask->sink, bytes, n, t->err);
}

static size_t on_body(char *bytes, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    long status = 0;
    curl_easy_getinfo(t->client->easy, CURLINFO_RESPONSE_CODE, &status);
    bool to_sink = t->ask->sink && status == 200;
    n *= size;
    return (to_sink ? sink(t, bytes, n) : keep(t, bytes, n)) ? n : 0;
}

static size_t on_header(char *bytes, size_t size, size_t n, void *context)
{
    static const char name[] = "repr-digest:";
    struct transfer *t = context;
    size_t skip = sizeof name - 1;
    n *= size;
    if (n > skip && strncasecmp(bytes, name, skip) == 0) {
        while (skip < n && (bytes[skip] == ' ' || bytes[skip] == '\t'))
            skip++;
        size_t length = n - skip;
        while (length && strchr("\r\n \t", bytes[skip + length - 1]))
            length--;
        snprintf(t->reply->digest, sizeof t->reply->digest, "%.*s", (int)length, bytes + skip);
    }
    return n;
}

static size_t on_read(char *to, size_t size, size_t n, void *context)
{
    struct transfer *t = context;
    size_t got;
    return lar_parcel_read(t->ask->parcel, to, n * size, &got, t->err) ? got : CURL_READFUNC_ABORT;
}

static int on_seek(void *context, curl_off_t offset, int origin)
{
    struct transfer *t = context;
    if (offset != 0 || origin != SEEK_SET)
        return CURL_SEEKFUNC_CANTSEEK;
    lar_parcel_rewind(t->ask->parcel);
    return CURL_SEEKFUNC_OK;
}

static int on_progress(void *context, curl_off_t down_total, curl_off_t down, curl_off_t up_total,
                       curl_off_t up)
{
    struct transfer *t = context;
    bool sends = t->ask->parcel != NULL;
    lar_progress_step(t->ask->progress, (double)(sends ? up : down),
                      (double)(sends ? up_total : down_total));
    return 0;
}

static bool add_header(struct transfer *t, const char *name, const char *value)
{
    char line[256];
    if (!value)
        return true;
    snprintf(line, sizeof line, "%s%s", name, value);
    struct curl_slist *more = curl_slist_append(t->headers, line);
    t->headers = more ? more : t->headers;
    return more || lar_fail(t->err, LAR_ERR_NOMEM, "out of memory for a request");
}

/* The token has a line of its own, of any length. */
static bool add_headers(struct transfer *t)
{
    const struct lar_ask *ask = t->ask;
    bool sends = ask->parcel || ask->body;
    bool ok = add_header(t, "Content-Type: ", sends ? ask->type : NULL) &&
              add_header(t, "Repr-Digest: ", ask->digest) &&
              add_header(t, "If-None-Match: ", ask->if_none_match ? "*" : NULL);
    if (ok && t->client->bearer) {
        struct curl_slist *more = curl_slist_append(t->headers, t->client->bearer);
        t->headers = more ? more : t->headers;
        ok = more || lar_fail(t->err, LAR_ERR_NOMEM, "out of memory for a request");
    }
    return ok;
}

static void set_target(const struct transfer *t, const char *url)
{
    CURL *easy = t->client->easy;
    const char *host = strstr(t->client->base, "://");
    curl_easy_reset(easy);
    curl_easy_setopt(easy, CURLOPT_URL, url);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_PATH_AS_IS, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "larder/" LARDER_VERSION);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    if (t->client->ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, t->client->ca_file);
    if (t->client->socket)
        curl_easy_setopt(easy, CURLOPT_UNIX_SOCKET_PATH, t->client->socket);
    if (t->client->socket || (host && is_loopback(host + 3)))
        curl_easy_setopt(easy, CURLOPT_PROXY, "");
    if (!t->ask->parcel && !t->ask->sink) /* transfers and loads take what they take */
        curl_easy_setopt(easy, CURLOPT_TIMEOUT, (long)ANSWER_SECONDS);
}

static void set_request(struct transfer *t)
{
    CURL *easy = t->client->easy;
    const struct lar_ask *ask = t->ask;
    if (ask->parcel) {
        curl_easy_setopt(easy, CURLOPT_UPLOAD, 1L);
        curl_easy_setopt(easy, CURLOPT_INFILESIZE_LARGE, (curl_off_t)lar_parcel_size(ask->parcel));
        curl_easy_setopt(easy, CURLOPT_READFUNCTION, on_read);
        curl_easy_setopt(easy, CURLOPT_READDATA, t);
        curl_easy_setopt(easy, CURLOPT_SEEKFUNCTION, on_seek);
        curl_easy_setopt(easy, CURLOPT_SEEKDATA, t);
    } else if (ask->body) {
        curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)ask->size);
        curl_easy_setopt(easy, CURLOPT_POSTFIELDS, ask->body);
    }
    if (ask->method)
        curl_easy_setopt(easy, CURLOPT_CUSTOMREQUEST, ask->method);
    if (ask->progress) {
        curl_easy_setopt(easy, CURLOPT_NOPROGRESS, 0L);
        curl_easy_setopt(easy, CURLOPT_XFERINFOFUNCTION, on_progress);
        curl_easy_setopt(easy, CURLOPT_XFERINFODATA, t);
    }
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, t->headers);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, t);
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, t);
    curl_easy_setopt(easy, CURLOPT_ERRORBUFFER, t->why);
}

static bool perform(struct transfer *t)
{
    CURLcode code = curl_easy_perform(t->client->easy);
    if (t->err->code) /* one of ours has ended it */
        return false;
    if (code == CURLE_OUT_OF_MEMORY)
        return lar_fail(t->err, LAR_ERR_NOMEM, "out of memory for a request");
    if (code == CURLE_URL_MALFORMAT)
        return lar_fail(t->err, LAR_ERR_INVALID, "'%.200s' is no URL", t->client->url);
    if (code != CURLE_OK)
        return lar_fail(t->err, LAR_ERR_UNAVAILABLE, "no answer from %.200s: %s", t->client->url,
                        t->why[0] ? t->why : curl_easy_strerror(code));
    curl_easy_getinfo(t->client->easy, CURLINFO_RESPONSE_CODE, &t->reply->status);
    return t->reply->body || keep(t, "", 0);
}

bool lar_client_ask(struct lar_client *client, const char *path, const struct lar_ask *ask,
                    struct lar_reply *reply, struct lar_error *err)
{
    struct transfer t = {.client = client, .ask = ask, .reply = reply, .err = err};
    char *url = NULL;
    *reply = (struct lar_reply){0};
    if (asprintf(&url, "%s%s", client->base, path) < 0)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a request");
    if (ask->parcel)
        lar_parcel_rewind(ask->parcel);
    set_target(&t, url);
    bool ok = add_headers(&t);
    if (ok) {
        set_request(&t);
        ok = perform(&t);
    }
    if (ask->progress)
        lar_progress_end(ask->progress);
    curl_easy_reset(client->easy); /* holds nothing of ours any more */
    curl_slist_free_all(t.headers);
    free(url);
    if (!ok)
        lar_reply_finish(reply);
    return ok;
}
