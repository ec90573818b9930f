/* What proxies and callers say of themselves, one line each: trusted networks (between commas),
 * X-Forwarded-For, Forwarded, traceparent, X-Request-Id, Origin and a base path. What is taken must
 * be what it is taken for, and a line of the log from it must be one line. SPDX-License-Identifier:
 * MIT */
#include "server/base_path.h"
#include "server/cors.h"
#include "server/networks.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { LINES = 7 };

/* Memory of its own for each line, so that a step beyond it is seen; ended by NUL. */
static size_t split(char *lines[static LINES], size_t sizes[static LINES], const uint8_t *data,
                    size_t size)
{
    size_t n = 0;
    for (size_t at = 0; n < LINES; n++) {
        const uint8_t *end = at < size ? memchr(data + at, '\n', size - at) : NULL;
        sizes[n] = at >= size ? 0 : end ? (size_t)(end - data) - at : size - at;
        lines[n] = malloc(sizes[n] + 1);
        if (!lines[n])
            return n;
        if (sizes[n])
            memcpy(lines[n], data + at, sizes[n]);
        lines[n][sizes[n]] = '\0';
        at += sizes[n] + 1;
    }
    return n;
}

static struct lar_span unended(char *line, size_t size)
{
    struct lar_span ret = {malloc(size ? size : 1), size};
    if (ret.at && size)
        memcpy((char *)ret.at, line, size);
    return ret;
}

static void add_networks(struct lar_networks *networks, char *list)
{
    struct lar_error err = {0};
    for (char *p = list, *end; *p; p = end) {
        size_t n = strcspn(p, ",");
        end = p + n + (p[n] == ',');
        p[n] = '\0';
        lar_error_clear(&err);
        if (lar_networks_add(networks, p, &err) == (err.code != LAR_ERR_NONE))
            abort();
    }
}

static void check_client(const struct lar_networks *networks, struct lar_span forwarded_for,
                         struct lar_span forwarded)
{
    struct sockaddr_storage peer = {.ss_family = AF_INET};
    ((struct sockaddr_in *)&peer)->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    unsigned char address[16];
    char client[LAR_PEER_BYTES];
    if (!lar_networks_client(networks, &peer, forwarded_for, forwarded, client))
        return;
    if (!lar_networks_hold(networks, &peer) ||
        (inet_pton(AF_INET, client, address) != 1 && inet_pton(AF_INET6, client, address) != 1))
        abort();
}

static void check_line(struct lar_span traceparent, struct lar_span id, const char *path)
{
    char line[LAR_ACCESS_LINE_BYTES];
    struct lar_text text;
    struct lar_access access = {.peer = "unix", .method = path, .path = path, .status = 200};
    if (lar_traceparent_read(traceparent, &access.trace_id, &access.parent_id) &&
        (access.trace_id.size != 32 || access.parent_id.size != 16))
        abort();
    if (lar_request_id_valid(id))
        access.model = id;
    lar_text_init(&text, line, sizeof line, sizeof line);
    lar_access_write(&text, &access);
    if (text.failure || memchr(text.data, '\n', text.size) != text.data + text.size - 1)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *lines[LINES];
    size_t sizes[LINES];
    struct lar_span spans[LINES] = {{0}};
    struct lar_networks networks = {0};
    struct lar_error err = {0};
    struct lar_cors cors = {0};
    size_t n = split(lines, sizes, data, size);
    for (size_t i = 0; i < n; i++)
        spans[i] = unended(lines[i], sizes[i]);
    if (n == LINES) {
        char base[LAR_BASE_PATH_BYTES];
        const char *origin = lines[5];
        struct lar_target *target = malloc(sizeof *target);
        add_networks(&networks, lines[0]);
        check_client(&networks, spans[1], spans[2]);
        check_line(spans[3], spans[4], lines[6]);
        if (lar_cors_init(&cors, &origin, 1, &err) && !cors.any &&
            !lar_cors_lists(&cors, lar_span_of(origin)))
            abort();
        lar_error_clear(&err);
        if (target && lar_base_path_init(base, lines[6], &err) && *base &&
            (lar_target_parse(target, base) || !lar_target_strip(target, base) ||
             !lar_target_is(target, "/")))
            abort();
        free(target);
    }
    lar_cors_finish(&cors);
    lar_networks_finish(&networks);
    for (size_t i = 0; i < n; i++) {
        free(lines[i]);
        free((char *)spans[i].at);
    }
    return 0;
}
