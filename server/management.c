/* Who may change things; see management.h.
 * SPDX-License-Identifier: MIT */
#include "server/management.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { TOKENS_BYTES = 64 * 1024, HOST_BYTES = 256 };

struct lar_management {
    enum lar_management_mode mode;
    pthread_mutex_t lock; /* of what a reload replaces */
    char *tokens;         /* one after the other, each ended by NUL; an empty one ends all */
    char *hosts;          /* the same */
};

/* Reads the file at PATH, of *RET_SIZE bytes; NUL-terminated. */
static char *read_tokens(const char *path, size_t *ret_size, struct lar_error *err)
{
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    char *text = calloc(1, TOKENS_BYTES + 1);
    if (fd < 0 || fstat(fd, &st) != 0)
        lar_fail_errno(err, errno, "%s", path);
    else if (st.st_mode & (S_IROTH | S_IWOTH))
        lar_fail(err, LAR_ERR_DENIED, "%s: readable or writable by others (chmod o= it)", path);
    else if (!text)
        lar_fail(err, LAR_ERR_NOMEM, "%s", path);
    size_t n = 0;
    ssize_t got = err->code ? 0 : 1;
    while (got > 0 && n < TOKENS_BYTES) {
        got = read(fd, text + n, TOKENS_BYTES - n);
        n += got > 0 ? (size_t)got : 0;
    }
    if (got < 0)
        lar_fail_errno(err, errno, "%s", path);
    if (n == TOKENS_BYTES)
        lar_fail(err, LAR_ERR_LIMIT, "%s: longer than %d bytes", path, TOKENS_BYTES - 1);
    if (fd >= 0)
        close(fd);
    *ret_size = n;
    if (err->code) {
        free(text);
        return NULL;
    }
    return text;
}

/* What an Authorization header can carry: RFC 6750, section 2.1. */
static bool is_token(const char *text, size_t n)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    size_t i = 0;
    while (i < n && (memchr(letters, text[i], sizeof letters - 1) || strchr("-._~+/", text[i])))
        i++;
    size_t first = i;
    while (i < n && text[i] == '=')
        i++;
    return first && i == n;
}

/* Each line of TEXT, from PATH, is empty, a comment, or TOKEN [name]; one has a token. */
static bool check_tokens(const char *path, const char *text, size_t size, struct lar_error *err)
{
    unsigned number = 0, tokens = 0;
    if (strlen(text) != size)
        return lar_fail(err, LAR_ERR_INVALID, "%s: it holds a NUL byte", path);
    for (const char *line = text; *line;) {
        const char *end = line + strcspn(line, "\n");
        const char *p = line + strspn(line, " \t\r");
        size_t n = strcspn(p, " \t\r\n"), gap = strspn(p + n, " \t\r");
        const char *name = p + n + gap;
        const char *rest = name + strcspn(name, " \t\r\n");
        rest += strspn(rest, " \t\r");
        number++;
        line = end + (*end == '\n');
        if (n == 0 || *p == '#')
            continue;
        tokens++;
        if (!is_token(p, n))
            return lar_fail(
                err, LAR_ERR_INVALID,
                "%s:%u: a token has letters, digits and -._~+/ and may end with =", path, number);
        if (rest < end && *name != '#' && *rest != '#')
            return lar_fail(err, LAR_ERR_INVALID, "%s:%u: a line is TOKEN [name]", path, number);
    }
    return tokens || lar_fail(err, LAR_ERR_INVALID, "%s: it holds no token", path);
}

/* Keeps the first word of each line that is no comment, in place. */
static void pick_tokens(char *text)
{
    char *out = text;
    for (char *line = text; *line;) {
        size_t length = strcspn(line, "\n");
        char *next = line + length + (line[length] == '\n');
        line[length] = '\0';
        line += strspn(line, " \t\r");
        size_t n = strcspn(line, " \t\r");
        if (n && *line != '#') {
            memmove(out, line, n);
            out += n;
            *out++ = '\0';
        }
        line = next;
    }
    *out = '\0';
}

static char *join(const struct lar_strings *list, struct lar_error *err)
{
    size_t n = 1;
    for (size_t i = 0; i < list->n; i++)
        n += strlen(list->items[i]) + 1;
    char *ret = calloc(1, n), *out = ret;
    for (size_t i = 0; ret && i < list->n; i++)
        out = stpcpy(out, list->items[i]) + 1;
    if (!ret)
        lar_fail(err, LAR_ERR_NOMEM, "settings");
    return ret;
}

bool lar_management_reload(struct lar_management *m, const struct lar_config *config,
                           struct lar_error *err)
{
    bool file = config->tokens_file && *config->tokens_file;
    size_t size = 0;
    char *tokens = file ? read_tokens(config->tokens_file, &size, err) : calloc(1, 1);
    if (file && tokens)
        check_tokens(config->tokens_file, tokens, size, err);
    char *hosts = join(&config->allowed_hosts, err);
    if (!tokens || !hosts || err->code) {
        lar_fail(err, LAR_ERR_NOMEM, "settings");
        free(tokens);
        free(hosts);
        return false;
    }
    pick_tokens(tokens);
    pthread_mutex_lock(&m->lock);
    char *old_tokens = m->tokens, *old_hosts = m->hosts;
    m->tokens = tokens;
    m->hosts = hosts;
    pthread_mutex_unlock(&m->lock);
    if (old_tokens)
        explicit_bzero(old_tokens, strlen(old_tokens));
    free(old_tokens);
    free(old_hosts);
    return true;
}

bool lar_management_new(struct lar_management **ret, const struct lar_config *config,
                        const struct lar_listeners *listeners, struct lar_error *err)
{
    bool decided =
        config->management != LAR_MANAGEMENT_LOCAL || (config->tokens_file && *config->tokens_file);
    for (size_t i = 0; i < listeners->n && !decided; i++)
        if (listeners->items[i].kind == LAR_LISTENER_OPEN &&
            (listeners->items[i].management || !config->management_listen.n))
            return lar_fail(err, LAR_ERR_INVALID,
                            "%s can be reached from other hosts: say who may change things from "
                            "there, by management.tokens_file, management: off or management: open",
                            listeners->items[i].name);
    struct lar_management *m = calloc(1, sizeof *m);
    if (!m)
        return lar_fail(err, LAR_ERR_NOMEM, "settings");
    m->mode = (enum lar_management_mode)config->management;
    pthread_mutex_init(&m->lock, NULL);
    if (!lar_management_reload(m, config, err)) {
        lar_management_free(m);
        return false;
    }
    *ret = m;
    return true;
}

void lar_management_free(struct lar_management *m)
{
    if (!m)
        return;
    free(m->tokens);
    free(m->hosts);
    pthread_mutex_destroy(&m->lock);
    free(m);
}

/* The name in a Host header, without port and brackets. */
static bool host_name(struct lar_span host, char name[static HOST_BYTES])
{
    const char *start = host.at, *end = host.at + host.size;
    if (host.size && *start == '[') {
        start++;
        end = memchr(start, ']', host.size - 1);
    } else {
        const char *colon = memchr(start, ':', host.size);
        end = colon ? colon : end;
    }
    if (!end || end == start || end - start >= HOST_BYTES)
        return false;
    memcpy(name, start, (size_t)(end - start));
    name[end - start] = '\0';
    return true;
}

/* Names of this host that no other site can take: addresses and localhost; else those allowed. A
 * page that was let in under another name (DNS rebinding) shows that name here. */
static bool host_allowed(const char *hosts, const struct lar_request *rq)
{
    struct lar_span host = rq->headers.host;
    char name[HOST_BYTES];
    unsigned char address[16];
    if (rq->peer.unix_socket || !host.at) /* HTTP/1.0 without Host: no browser */
        return true;
    if (!host_name(host, name))
        return false;
    if (strcasecmp(name, "localhost") == 0 || inet_pton(AF_INET, name, address) == 1 ||
        inet_pton(AF_INET6, name, address) == 1)
        return true;
    for (; *hosts; hosts += strlen(hosts) + 1)
        if (strcasecmp(hosts, name) == 0 || lar_span_like(host, hosts))
            return true;
    return false;
}

static bool same_site(const struct lar_request *rq)
{
    const struct lar_headers *h = &rq->headers;
    if (h->fetch_site.at && !lar_span_is(h->fetch_site, "same-origin") &&
        !lar_span_is(h->fetch_site, "none"))
        return false;
    if (!h->origin.at)
        return true;
    size_t scheme = h->origin.size > 8 && strncasecmp(h->origin.at, "https://", 8) == 0  ? 8
                    : h->origin.size > 7 && strncasecmp(h->origin.at, "http://", 7) == 0 ? 7
                                                                                         : 0;
    return scheme && h->host.at && h->origin.size - scheme == h->host.size &&
           strncasecmp(h->origin.at + scheme, h->host.at, h->host.size) == 0;
}

/* Takes as long wherever the difference is. */
static bool same_token(const char *token, struct lar_span given)
{
    size_t n = strlen(token);
    unsigned difference = n != given.size;
    for (size_t i = 0; i < given.size; i++)
        difference |= (unsigned)(unsigned char)token[n ? i % n : 0] ^ (unsigned char)given.at[i];
    return difference == 0;
}

static bool has_token(const char *tokens, struct lar_span authorization)
{
    if (authorization.size < 8 || strncasecmp(authorization.at, "Bearer ", 7) != 0)
        return false;
    struct lar_span given = {authorization.at + 7, authorization.size - 7};
    bool found = false;
    for (; *tokens; tokens += strlen(tokens) + 1)
        found |= same_token(tokens, given);
    return found;
}

static bool unauthorized(struct lar_request *rq, struct lar_error *err, const char *why)
{
    rq->answer.status = 401;
    lar_answer_header(&rq->answer, "WWW-Authenticate", "Bearer");
    return lar_fail(err, LAR_ERR_DENIED, "%s", why);
}

static bool judge(const struct lar_management *m, struct lar_request *rq, struct lar_error *err)
{
    if (m->mode == LAR_MANAGEMENT_OFF)
        return lar_fail(err, LAR_ERR_DENIED, "management is off");
    bool elsewhere = !same_site(rq); /* then only listed origins, and those by a token */
    if (elsewhere && !rq->origin_listed)
        return lar_fail(err, LAR_ERR_DENIED, "another site's page may not change anything here");
    if (!host_allowed(m->hosts, rq))
        return lar_fail(err, LAR_ERR_DENIED,
                        "Host '%.*s' is not in allowed_hosts: it may not change anything here",
                        (int)rq->headers.host.size, rq->headers.host.at);
    if (m->mode == LAR_MANAGEMENT_OPEN && !elsewhere)
        return true;
    if (rq->headers.authorization.at)
        return has_token(m->tokens, rq->headers.authorization) ||
               unauthorized(rq, err, "this token is not known");
    if (rq->peer.local && !rq->headers.proxied && !elsewhere)
        return true;
    return unauthorized(rq, err, "a token is needed: Authorization: Bearer TOKEN");
}

bool lar_management_admit(struct lar_management *m, struct lar_request *rq, struct lar_error *err)
{
    pthread_mutex_lock(&m->lock);
    bool ok = judge(m, rq, err);
    pthread_mutex_unlock(&m->lock);
    return ok;
}
