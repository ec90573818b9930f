/* What operators set: other sites' pages, a listener for changes, a sub-path, trusted proxies. Over
 * a real registry whose loader is made up (world.h). SPDX-License-Identifier: MIT */
#include "server/management.h"
#include "server/service.h"
#include "tests/check_main.h"
#include "tests/server/client.h"
#include "tests/server/world.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct world world;
static struct lar_service service;
static struct lar_log log_to;
static struct lar_config *config;
static int port, management_port;
static char tokens[64];

static void make_tokens(const char *text)
{
    snprintf(tokens, sizeof tokens, "/tmp/larder-test-tokens-XXXXXX");
    int fd = mkstemp(tokens);
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
}

static int listen_at(struct lar_listeners *listeners, bool management)
{
    struct lar_error err = {0};
    ck_assert_msg(lar_listeners_add(listeners, "127.0.0.1:0", &err), "%s", err.text);
    struct lar_listener *last = &listeners->items[listeners->n - 1];
    last->management = management;
    return atoi(strrchr(last->name, ':') + 1);
}

/* SETTINGS beside tokens, of which one is "secret". */
static void start(const char *settings)
{
    struct lar_error err = {0};
    struct lar_listeners listeners = {0};
    char text[1024];
    signal(SIGPIPE, SIG_IGN);
    lar_log_init(&log_to, 2, LAR_LOG_ERROR, false);
    make_tokens("secret\n");
    int n = snprintf(text, sizeof text, "management.tokens_file: %s\n%s", tokens, settings);
    ck_assert_msg(lar_config_parse(&config, "test", text, (size_t)n, &err), "%s", err.text);
    world_make(&world);
    world_put(&world, "iris/1/model.pkl", "ok 1");
    world_start(&world);
    world_await(&world, "iris", 1, 1);
    world_await_complete(&world);
    lar_reader_idle(world.reader);
    port = listen_at(&listeners, false);
    management_port = config->management_listen.n ? listen_at(&listeners, true) : port;
    service = (struct lar_service){
        .log = &log_to, .registry = world.registry, .spawner = &world.spawner, .started_ms = 1};
    ck_assert_msg(lar_management_new(&service.management, config, &listeners, &err), "%s",
                  err.text);
    ck_assert_msg(lar_service_start(&service, config, &listeners, &err), "%s", err.text);
}

static void stop(void)
{
    lar_service_stop(&service, 2000);
    lar_management_free(service.management);
    lar_config_free(config);
    world_remove(&world);
    unlink(tokens);
}

static const char *ask_at(int where, const char *line, const char *headers, const char *body)
{
    char request[2048];
    int n = snprintf(request, sizeof request,
                     "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", line, headers);
    n += body ? snprintf(request + n, sizeof request - (size_t)n, "Content-Length: %zu\r\n\r\n%s",
                         strlen(body), body)
              : snprintf(request + n, sizeof request - (size_t)n, "\r\n");
    return client_talk(where, request, (size_t)n);
}

/* HAS must stand in the answer, LACKS must not; NULL: anything may. */
static void expect_at(int where, const char *line, const char *headers, int status, const char *has,
                      const char *lacks)
{
    const char *body = strstr(line, ":predict") && *line == 'P' ? "{\"instances\":[1]}"
                       : strncmp(line, "PUT", 3) == 0           ? "ok 5"
                                                                : NULL;
    const char *answer = ask_at(where, line, headers, body);
    ck_assert_msg(client_status(answer) == status && (!has || strstr(answer, has)) &&
                      (!lacks || !strstr(answer, lacks)),
                  "%s\n%s-> %s\nwanted %d %s without %s", line, headers, answer, status,
                  has ? has : "", lacks ? lacks : "nothing");
}

static void expect(const char *line, const char *headers, int status, const char *has,
                   const char *lacks)
{
    expect_at(port, line, headers, status, has, lacks);
}

#define APP "Origin: https://app.example\r\n"
#define EVIL "Origin: https://evil.example\r\n"
#define ALLOWED "Access-Control-Allow-Origin: https://app.example\r\n"
#define ALLOW "Access-Control-Allow"
#define ASK_POST "Access-Control-Request-Method: POST\r\n"
#define TOKEN "Authorization: Bearer secret\r\n"
#define RELOAD "POST /v1/reload"

START_TEST(listed_origins_may_read)
{
    start("cors.origins: [https://app.example, \"http://localhost:3000\"]\n");
    expect("GET /v2", APP, 200, ALLOWED, NULL);
    expect("GET /v2", APP, 200, "Vary: Origin\r\n", "Access-Control-Allow-Credentials");
    expect("GET /v2", APP, 200, "Access-Control-Expose-Headers: ETag, Inference-Header", NULL);
    expect("POST /v1/models/iris:predict", APP, 200, ALLOWED, NULL);
    expect("GET /nowhere", APP, 404, ALLOWED, NULL);
    expect("POST /v2", APP, 405, ALLOWED, NULL);
    expect("GET /v2", EVIL, 200, "Vary: Origin\r\n", ALLOW);
    expect("GET /v2", "", 200, "Vary: Origin\r\n", ALLOW);
    expect("GET /v2", "Origin: null\r\n", 200, NULL, ALLOW);
    expect("GET /v2", "Origin:\r\n", 200, NULL, ALLOW);
    expect("GET /v2", "Origin: https://app.example.evil\r\n", 200, NULL, ALLOW);
    expect("GET /v2", "Origin: https://app.example:8443\r\n", 200, NULL, ALLOW);
    expect("GET /v2", "Origin: http://app.example\r\n", 200, NULL, ALLOW);
    expect("GET /v2", "Origin: http://localhost:3000\r\n", 200, "http://localhost:3000\r\n", NULL);
    const char *path = "OPTIONS /v1/models/iris:predict";
    expect(path, APP ASK_POST, 204, ALLOWED, NULL);
    expect(path, APP ASK_POST, 204, "Access-Control-Allow-Methods: POST, OPTIONS\r\n", NULL);
    expect(path, APP ASK_POST, 204, "Access-Control-Allow-Headers: Authorization, Content-Type,",
           NULL);
    expect(path, APP ASK_POST, 204, "Access-Control-Max-Age: 600\r\n", "Expose");
    expect(path, APP, 204, "Allow: POST, OPTIONS\r\n", "Access-Control-Allow-Methods");
    expect(path, EVIL ASK_POST, 204, "Allow: POST, OPTIONS\r\n", ALLOW);
    stop();
}
END_TEST

START_TEST(listed_origins_may_change_things_with_a_token)
{
    start("cors.origins: https://app.example\n");
    expect(RELOAD, "", 200, NULL, ALLOW);
    expect(RELOAD, APP, 401, ALLOWED, NULL);
    expect(RELOAD, APP TOKEN, 200, ALLOWED, NULL);
    expect(RELOAD, APP TOKEN "Sec-Fetch-Site: cross-site\r\n", 200, ALLOWED, NULL);
    expect(RELOAD, APP "Authorization: Bearer other\r\n", 401, "WWW-Authenticate: Bearer", NULL);
    expect(RELOAD, EVIL TOKEN, 403, "another site", ALLOW);
    expect(RELOAD, TOKEN "Sec-Fetch-Site: cross-site\r\n", 403, "another site", ALLOW);
    stop();
    /* Open to everyone is not open to every page. */
    start("management: open\ncors.origins: https://app.example\n");
    expect(RELOAD, "", 200, NULL, NULL);
    expect(RELOAD, APP, 401, NULL, NULL);
    expect(RELOAD, APP TOKEN, 200, NULL, NULL);
    expect(RELOAD, EVIL, 403, NULL, NULL);
    stop();
}
END_TEST

START_TEST(any_origin_may_read_only)
{
    start("cors.origins: \"*\"\n");
    expect("GET /v2", EVIL, 200, "Access-Control-Allow-Origin: *\r\n", "Vary");
    expect("GET /v2", "Origin: null\r\n", 200, "Access-Control-Allow-Origin: *\r\n", NULL);
    expect("GET /v2", "", 200, NULL, ALLOW);
    expect(RELOAD, EVIL TOKEN, 403, "another site", NULL);
    stop();
    start("");
    expect("GET /v2", APP, 200, NULL, ALLOW);
    expect("OPTIONS /v2", APP ASK_POST, 204, "Allow: GET, HEAD, OPTIONS\r\n", ALLOW);
    expect(RELOAD, APP TOKEN, 403, NULL, NULL);
    stop();
}
END_TEST

START_TEST(origins_are_checked)
{
    static const char *const good[] = {"*", "https://a", "http://a:1", "https://[::1]:8"};
    static const char *const bad[] = {
        "", "a", "https://", "https://a/", "https://a b", "ftp://a", "https://u@a", "**", "null"};
    struct lar_cors cors;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct lar_error err = {0};
        ck_assert_msg(lar_cors_init(&cors, &good[i], 1, &err), "%s", good[i]);
        lar_cors_finish(&cors);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lar_error err = {0};
        ck_assert_msg(!lar_cors_init(&cors, &bad[i], 1, &err), "%s", bad[i]);
        ck_assert(strstr(err.text, "cors.origins"));
        lar_cors_finish(&cors);
    }
}
END_TEST

START_TEST(changes_have_their_own_listener)
{
    start("management.listen: 127.0.0.1:0\n");
    static const char *const changes[] = {RELOAD, "PUT /v1/models/new/versions/1",
                                          "PUT /v1/models/iris/labels/a", "DELETE /v1/models/iris",
                                          "POST /v2/repository/models/iris/unload"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        expect(changes[i], TOKEN, 403, "{\"error\": \"this address takes no changes;", NULL);
    expect(RELOAD, "", 403, "management.listen", NULL);
    expect("POST /v1/models/iris:predict", "", 200, "[2.0]", NULL);
    expect("GET /v1/models/iris/versions", "", 200, NULL, NULL);
    expect_at(management_port, "PUT /v1/models/new/versions/1", "", 201, "Location", NULL);
    expect_at(management_port, "POST /v1/models/iris:predict", "", 200, "[2.0]", NULL);
    expect_at(management_port, RELOAD, "Via: x\r\n", 401, "WWW-Authenticate: Bearer\r\n", NULL);
    expect_at(management_port, RELOAD, "Via: x\r\n" TOKEN, 200, NULL, NULL);
    expect_at(management_port, RELOAD, EVIL TOKEN, 403, "another site", NULL);
    expect_at(management_port, "DELETE /v1/models/iris", "", 204, NULL, NULL);
    expect("POST /v1/models/iris:predict", "", 404, NULL, NULL);
    stop();
}
END_TEST

START_TEST(tokens_files_are_checked)
{
    static const struct {
        const char *text, *fault; /* NULL: good */
    } rows[] = {
        {"", "holds no token"},
        {"\n# a b c d\n  \n", "holds no token"},
        {"a\n\n  # c\nb!\n", ":4: a token has letters"},
        {"a b c\n", ":1: a line is TOKEN [name]"},
        {"a b c", ":1: a line is TOKEN [name]"},
        {"=\n", ":1: a token has"},
        {"a=b\n", ":1: a token has"},
        {"\xc3\xb6\n", ":1: a token has"},
        {"a # one\nb c # two words\r\n\tc==\r\nd e  \n-._~+/AZ09", NULL},
        {"a", NULL},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lar_error err = {0};
        struct lar_config *c = NULL;
        struct lar_management *m = NULL;
        char text[128];
        make_tokens(rows[i].text);
        int n = snprintf(text, sizeof text, "management.tokens_file: %s\n", tokens);
        ck_assert(lar_config_parse(&c, "test", text, (size_t)n, &err));
        bool ok = lar_management_new(&m, c, &(struct lar_listeners){0}, &err);
        ck_assert_msg(ok == !rows[i].fault && (ok || strstr(err.text, rows[i].fault)), "%s: %s",
                      rows[i].text, err.text);
        lar_management_free(m);
        lar_config_free(c);
        unlink(tokens);
    }
}
END_TEST

static const struct {
    const char *line, *body;
    int status;
    const char *has;
} words[] = {
    {"POST /v1/models/iris:predict", "nan", 400, "expected an object, found 'nan' (byte 0)"},
    {"POST /v1/models/iris:predict", "tru", 400, "expected an object, found 'tru' (byte 0)"},
    {"POST /v1/models/iris:predict", "true", 400, "expected an object, found true (byte 0)"},
    {"POST /v1/models/iris:predict", "NaN", 400, "expected an object, found NaN or Infinity"},
    {"POST /v1/models/iris:predict", "Infinite", 400, "found 'Infinite' (byte 0)"},
    {"POST /v1/models/iris:predict", "nullnullnullnullnullnullnull", 400, "found 'nullnullnull"},
    {"POST /v1/models/iris:predict", "{\"instances\":[nan]}", 400, "found 'nan' (byte 14)"},
    {"POST /v1/models/iris:predict", "{\"x\":nan}", 400, "expected null, found 'nan' (byte 5)"},
    {"POST /v1/models/iris:predict", "{\"x\":tru}", 400, "found 'tru' (byte 5)"},
    {"POST /v1/models/iris:predict", "\xEF\xBB\xBF{\"instances\":[1]}", 200, "[2.0]"},
    {"POST /v1/models/iris:predict", "\xEF\xBB{\"instances\":[1]}", 400, "found byte 0xef"},
    {"POST /v1/models/iris:predict", "\xEF\xBB\xBF", 400, "found the end of the text (byte 3)"},
    {"POST /v1/models/iris:predict", "\xEF\xBB\xBF\xEF\xBB\xBF{}", 400, "byte 0xef (byte 3)"},
    {"PUT /v1/models/iris/labels/a", "\xEF\xBB\xBF{\"version\": 1}", 200, "a"},
    {"POST /v2/repository/index", "\xEF\xBB\xBF{\"ready\": true}", 200, "iris"},
    {"POST /v2/repository/index", "\xEF\xBB\xBF", 200, "iris"},
    /* TensorFlow Serving's words for paths that are none. */
    {"GET /v1/foo", NULL, 400, "{\"error\": \"Malformed request: GET /v1/foo\"}"},
    {"POST /v1/models/iris:explain", "{}", 400, "Malformed request: POST /v1/models/iris:explain"},
    {"GET /v1/models/iris/versions/1/x", NULL, 400, "Malformed request: GET /v1/models/iris/"},
    {"GET /v1/models/-iris", NULL, 404, "nothing here"},
    {"GET /v1/models/iris/versions/99999999999999999999", NULL, 404, "nothing here"},
    {"GET /v1", NULL, 404, "nothing here"},
    {"GET /v2/foo", NULL, 404, "nothing here"},
};

START_TEST(faults_are_named)
{
    start("");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        const char *answer = ask_at(port, words[i].line, "", words[i].body);
        ck_assert_msg(client_status(answer) == words[i].status && strstr(answer, words[i].has),
                      "%s %s\n-> %s", words[i].line, words[i].body, answer);
    }
    stop();
}
END_TEST

/* Whether listeners of these kinds start without tokens. */
static bool starts(const char *settings, enum lar_listener_kind all, enum lar_listener_kind apart)
{
    struct lar_error err = {0};
    struct lar_config *c = NULL;
    struct lar_management *m = NULL;
    struct lar_listener items[] = {{.kind = all}, {.kind = apart, .management = true}};
    struct lar_listeners listeners = {items, 2};
    ck_assert(lar_config_parse(&c, "test", settings, strlen(settings), &err));
    bool ok = lar_management_new(&m, c, &listeners, &err);
    ck_assert(ok || strstr(err.text, "can be reached from other hosts"));
    lar_management_free(m);
    lar_config_free(c);
    return ok;
}

START_TEST(only_its_listener_needs_tokens)
{
    static const char apart[] = "management.listen: unix:/x\n";
    ck_assert(starts(apart, LAR_LISTENER_OPEN, LAR_LISTENER_UNIX));
    ck_assert(starts(apart, LAR_LISTENER_OPEN, LAR_LISTENER_LOOPBACK));
    ck_assert(!starts(apart, LAR_LISTENER_LOOPBACK, LAR_LISTENER_OPEN));
    ck_assert(!starts("", LAR_LISTENER_OPEN, LAR_LISTENER_UNIX));
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {listed_origins_may_read,
                                  listed_origins_may_change_things_with_a_token,
                                  any_origin_may_read_only,
                                  origins_are_checked,
                                  changes_have_their_own_listener,
                                  only_its_listener_needs_tokens,
                                  tokens_files_are_checked,
                                  faults_are_named,
                                  NULL};
    return check_main("operations", tests);
}
