/* Endpoints and management over a real registry whose loader is made up (world.h); every test runs
 * with predictions on the HTTP thread and on workers.
 * SPDX-License-Identifier: MIT */
#include "server/management.h"
#include "server/service.h"
#include "tests/check_main.h"
#include "tests/server/client.h"
#include "tests/server/world.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct world world;
static struct lar_service service;
static struct lar_log log_to;
static struct lar_config *config;
static int port;

static void start(const char *settings)
{
    struct lar_error err = {0};
    struct lar_listeners listeners = {0};
    signal(SIGPIPE, SIG_IGN);
    lar_log_init(&log_to, 2, LAR_LOG_ERROR, false);
    ck_assert_msg(lar_config_parse(&config, "test", settings, strlen(settings), &err), "%s",
                  err.text);
    ck_assert_msg(lar_listeners_add(&listeners, "127.0.0.1:0", &err), "%s", err.text);
    port = atoi(strrchr(listeners.items[0].name, ':') + 1);
    service = (struct lar_service){
        .log = &log_to, .registry = world.registry, .spawner = &world.spawner, .started_ms = 1};
    ck_assert_msg(lar_management_new(&service.management, config, &listeners, &err), "%s",
                  err.text);
    ck_assert_msg(lar_service_start(&service, config, &listeners, &err), "%s", err.text);
    log_to.level = LAR_LOG_ERROR;
}

static void stop(void)
{
    lar_service_stop(&service, 2000);
    lar_management_free(service.management);
    lar_config_free(config);
    world_remove(&world);
}

static const char *const modes[] = {"inline_us: 0\n", "inline_us: 1000000000\n"};

static void start_models(const char *settings)
{
    world_make(&world);
    world_put(&world, "iris/1/model.pkl", "ok 1");
    world_put(&world, "iris/3/model.pkl", "ok 3");
    world_put(&world, "bad/1/model.pkl", "refuse a Lambda layer");
    world_start(&world);
    world_await(&world, "iris", 3, 3);
    world_await_complete(&world);
    lar_reader_idle(world.reader); /* nobody waits for this thread */
    start(settings);
}

/* One request of its own connection; BODY may be NULL. */
static const char *ask(const char *line, const char *headers, const char *body)
{
    char request[4096];
    int n = snprintf(request, sizeof request,
                     "%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n%s", line, headers);
    n += body ? snprintf(request + n, sizeof request - (size_t)n, "Content-Length: %zu\r\n\r\n%s",
                         strlen(body), body)
              : snprintf(request + n, sizeof request - (size_t)n, "\r\n");
    return client_talk(port, request, (size_t)n);
}

struct expectation {
    const char *line, *headers, *body;
    int status;
    const char *has;
};

static void expect_all(const struct expectation *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const char *answer = ask(e[i].line, e[i].headers, e[i].body);
        ck_assert_msg(client_status(answer) == e[i].status && strstr(answer, e[i].has),
                      "%s %s\n-> %.3000s\nwanted %d %s", e[i].line, e[i].body ? e[i].body : "",
                      answer, e[i].status, e[i].has);
    }
}

#define EXPECT(table) expect_all(table, sizeof table / sizeof table[0])

static const struct expectation reading[] = {
    {"POST /v1/models/iris:predict", "", "{\"instances\":[1,2]}", 200, "5.0"},
    {"POST /v1/models/iris:predict", "", "{\"inputs\":[1,2]}", 200, "\"outputs\""},
    {"POST /v1/models/iris/versions/1:predict", "", "{\"instances\":[1,2]}", 200, "3.0"},
    {"POST /v1/models/iris:predict", "", "{\"instances\":[1,2]}", 200,
     "Larder-Model-Version: 3; sha256="},
    {"POST /v1/models/iris:predict", "Content-Type: text/plain\r\n", "{\"instances\":[1]}", 200,
     "Content-Type: application/json\r\n"},
    {"POST /v1/models/iris:predict", "", "{\"instances\":[1,", 400, "{\"error\":"},
    {"POST /v1/models/iris:predict", "", "{\"instances\":[1,", 400, "Larder-Model-Version: 3"},
    {"POST /v1/models/iris:predict", "", "", 400, "error"},
    {"POST /v1/models/iris:predict", "", "{\"signature_name\":\"nope\",\"instances\":[1]}", 400,
     "nope"},
    {"POST /v1/models/iris/versions/2:predict", "", "{\"instances\":[1]}", 404, "error"},
    {"POST /v1/models/none:predict", "", "{\"instances\":[1]}", 404, "none"},
    {"POST /v1/models/bad:predict", "", "{\"instances\":[1]}", 503, "Retry-After: 1\r\n"},
    {"GET /v1/models/iris:predict", "", NULL, 405, "Allow: POST, OPTIONS\r\n"},
    {"POST /v2/models/iris/infer", "",
     "{\"inputs\":[{\"name\":\"X\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[1,2]}]}", 200,
     "\"model_version\":\"3\""},
    {"POST /v2/models/iris/versions/1/infer", "",
     "{\"inputs\":[{\"name\":\"X\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[1,2]}]}", 200,
     "\"model_version\":\"1\""},
    {"POST /v2/models/iris/infer", "", "{}", 400, "error"},
    {"POST /v1/models/iris:classify", "", "{\"examples\":[{\"X\":1},{\"X\":[2]}]}", 200,
     "{\"results\": [[[\"\", 4.0]], [[\"\", 5.0]]]}"},
    {"POST /v1/models/iris/versions/1:regress", "", "{\"examples\":[{\"X\":1}]}", 200,
     "{\"results\": [2.0]}"},
    {"POST /v1/models/iris:regress", "", "{\"instances\":[1]}", 400, "Missing 'examples' key"},
    {"POST /v1/models/none:regress", "", "{\"examples\":[{}]}", 404,
     "Servable not found for request: Latest(none)"},
    {"POST /v2/models/iris/infer", "Inference-Header-Content-Length: 0\r\n", "AAAAAAAA", 200,
     "Content-Type: application/octet-stream\r\nInference-Header-Content-Length: 138\r\n"},
    {"POST /v2/models/iris/infer", "Inference-Header-Content-Length: 0\r\n", "AAAAAAAA", 200,
     "\"parameters\":{\"binary_data_size\":8}}]}"},
    {"POST /v2/models/iris/infer", "Inference-Header-Content-Length: 9\r\n", "AAAAAAAA", 400,
     "Inference-Header-Content-Length is 9, but the body has 8 bytes"},
    {"POST /v2/models/iris/infer", "Inference-Header-Content-Length: -1\r\n", "AAAAAAAA", 400,
     "Unable to parse Inference-Header-Content-Length, got: -1"},
    {"POST /v2/models/bad/infer", "", "{}", 503,
     "Request for unknown model: 'bad' has no available versions"},
    {"GET /v2/models/iris/versions/7/stats", "", NULL, 404,
     "Request for unknown model: 'iris' version 7 is not found"},
    {"POST /v2/models/iris/versions/beta/infer", "", "{}", 404,
     "Request for unknown model: 'iris' label 'beta' is not found"},
    {"GET /v2/models/iris/versions/beta", "", NULL, 404,
     "Request for unknown model: 'iris' label 'beta' is not found"},
    {"GET /v2/models/none/versions/beta", "", NULL, 404,
     "Request for unknown model: 'none' is not found"},
    {"GET /v2/models/iris/stats", "", NULL, 200, "\"version\":\"3\",\"last_inference\":"},
    {"GET /v2/models/stats", "", NULL, 200, "\"memory_usage\":[{\"type\":\"CPU\""},
    {"GET /v2/models/iris/config", "", NULL, 200,
     "\"input\":[{\"name\":\"X\",\"data_type\":\"TYPE_FP64\",\"dims\":[-1],"},
    {"POST /v2/repository/index", "", NULL, 200,
     "{\"name\":\"bad\",\"version\":\"1\",\"state\":\"UNAVAILABLE\",\"reason\":\"a Lambda "
     "layer\"}"},
    {"POST /v2/repository/index", "", "{\"ready\":true}", 200,
     "[{\"name\":\"iris\",\"version\":\"1\",\"state\":\"READY\",\"reason\":\"\"}"},
    {"POST /v2/repository/index", "", "[]", 400, "not a JSON object"},
    {"POST /v2/repository/index", "", "{", 400, "not JSON (line 1"},
    {"POST /v2/repository/models/iris/load", "", "{\"parameters\":[]}", 400, "not an object"},
    {"GET /v2/logging", "", NULL, 200, "\"log_error\":true"},
    {"POST /v2/logging", "", "{}", 501, "log.level"},
    {"GET /v2/systemsharedmemory/status", "", NULL, 501, "shared memory"},
    {"POST /v2/cudasharedmemory/region/r/register", "", "{}", 501, "shared memory"},
    {"GET /v2/models/iris/trace/setting", "", NULL, 501, "tracing"},
    {"POST /invocations?model=iris", "Content-Type: application/json\r\n", "{\"inputs\":[1,2]}",
     200, "{\"predictions\": [4.0,5.0]}"},
    {"POST /invocations?model=iris", "Content-Type: text/csv;charset=UTF-8\r\n", "X\n1\n2\n", 200,
     "{\"predictions\": [4.0,5.0]}"},
    {"POST /invocations?model=iris&version=1", "Content-Type: text/csv\r\n", "X\n1\n", 200,
     "{\"predictions\": [2.0]}"},
    {"POST /invocations?version=7&model=iris", "Content-Type: text/csv\r\n", "X\n1\n", 404,
     "version 7"},
    {"POST /invocations?model=iris&version=beta", "Content-Type: text/csv\r\n", "X\n1\n", 404,
     "'beta'"},
    {"POST /invocations?model=iris&version=", "Content-Type: text/csv\r\n", "X\n1\n", 404,
     "there is no version or label of that name"},
    {"POST /invocations", "Content-Type: application/json\r\n", "{\"inputs\":[1,2]}", 404,
     "\"error_code\": \"RESOURCE_DOES_NOT_EXIST\""},
    {"POST /invocations?model=bad", "Content-Type: application/json\r\n", "{\"inputs\":[1]}", 503,
     "{\"error_code\": \"TEMPORARILY_UNAVAILABLE\""},
    {"POST /invocations?model=iris", "", "{\"inputs\":[1,2]}", 415, "Content-Type: text/plain\r\n"},
    {"GET /invocations", "", NULL, 405, "{\"error_code\": \"BAD_REQUEST\", \"message\": "},
    {"GET /ping", "", NULL, 200, "\r\n\r\n\n"},
    {"GET /health", "", NULL, 200, "\r\n\r\n\n"},
    {"GET /version", "", NULL, 200, "Content-Type: text/plain\r\n"},
    {"GET /livez", "", NULL, 200, "{\"live\":true}"},
    {"GET /healthz", "", NULL, 200, "{\"live\":true}"},
    {"GET /readyz", "", NULL, 200, "{\"ready\":true}"},
    {"GET /metrics", "Accept-Encoding: gzip\r\n", NULL, 200, "Content-Encoding: gzip\r\n"},
    {"GET /metrics", "Accept-Encoding: gzip;q=0, deflate\r\n", NULL, 200,
     "Content-Encoding: deflate\r\n"},
    {"POST /v1/models/iris:predict", "Content-Encoding: br\r\n", "{}", 415,
     "Accept-Encoding: gzip, deflate\r\n"},
    {"POST /v2/models/iris/infer", "Content-Encoding: br\r\n", "{}", 501, "Content-Encoding 'br'"},
    {"POST /v2/models/iris/infer", "Content-Encoding: gzip\r\n", "{}", 400, "not what Content-"},
    {"POST /v2/repository/index", "Content-Encoding: deflate\r\n", "{}", 400, "not what Content-"},
    {"GET /v1/models/none", "", NULL, 404, "Could not find any versions of model none"},
    {"GET /v1/models/none/metadata", "", NULL, 404, "Servable not found for request: Latest(none)"},
    {"GET /v1/models", "", NULL, 200, "{\"models\":[\"bad\",\"iris\"],\"items\":[{\"name\":"},
    {"GET /v1/models", "", NULL, 200, "a Lambda layer"},
    {"GET /v1/models/iris", "", NULL, 200, "\"model_version_status\""},
    {"GET /v1/models/iris/versions/3", "", NULL, 200, "AVAILABLE"},
    {"GET /v1/models/iris/versions/9", "", NULL, 404, "no version 9"},
    {"GET /v1/models/iris/labels/x", "", NULL, 404, "no label 'x'"},
    {"GET /v1/models/none", "", NULL, 404, "error"},
    {"GET /v1/models/iris/metadata", "", NULL, 200, "signature_def"},
    {"GET /v1/models/iris/versions/1/metadata", "", NULL, 200, "Larder-Model-Version: 1;"},
    {"GET /v1/models/iris/versions", "", NULL, 200, "\"format\":\"scikit-learn\""},
    {"GET /v1/models/bad/versions", "", NULL, 200, "\"error\":\"a Lambda layer\""},
    {"GET /v1/models/iris/versions/3/artifact", "", NULL, 200, "\r\n\r\nok 3"},
    {"GET /v1/models/iris/versions/3/artifact?format=onnx", "", NULL, 400, "error"},
    {"GET /v1/models/iris/versions/7/artifact", "", NULL, 404, "error"},
    {"HEAD /v1/models", "", NULL, 200, "Content-Length: "},
    {"GET /v2", "", NULL, 200, "\"name\":\"larder\""},
    {"GET /v2/", "", NULL, 200, "\"extensions\":["},
    {"GET /v2/health/live", "", NULL, 200, "{\"live\":true}"},
    {"GET /v2/health/ready", "", NULL, 200, "{\"ready\":true}"},
    {"GET /v2/models/iris", "", NULL, 200, "\"versions\":[\"1\",\"3\"]"},
    {"GET /v2/models/iris", "", NULL, 200, "\"platform\":\"scikitlearn_larder\""},
    {"GET /v2/models/iris/ready", "", NULL, 200, "{\"name\":\"iris\",\"ready\":true}"},
    {"GET /v2/models/bad/ready", "", NULL, 503, "{\"name\":\"bad\",\"ready\":false}"},
    {"GET /v2/models/none/ready", "", NULL, 404, "error"},
    {"GET /", "", NULL, 200, "alive"},
    {"POST /v1/reload", "", NULL, 200, "reloaded"},
    {"POST /v1/reload?prune=2", "", NULL, 400, "prune"},
    {"GET /metrics", "", NULL, 200,
     "larder_predict_requests_total{model=\"iris\",version=\"3\",protocol=\"tfs\",code=\"200\"} "
     "5\n"},
    {"GET /metrics", "", NULL, 200,
     "larder_predict_requests_total{model=\"iris\",version=\"3\",protocol=\"tfs\",code=\"400\"} "
     "5\n"},
    {"GET /metrics", "", NULL, 200,
     "larder_predict_requests_total{model=\"iris\",version=\"3\",protocol=\"tfs\",code=\"415\"} "
     "1\n"},
    {"GET /metrics", "", NULL, 200,
     "larder_predict_requests_total{model=\"iris\",version=\"3\",protocol=\"oip\",code=\"501\"} "
     "1\n"},
    {"GET /metrics", "", NULL, 200,
     "larder_predict_requests_total{model=\"\",version=\"\",protocol=\"mlflow\",code=\"415\"} "
     "1\n"},
    {"GET /metrics", "", NULL, 200,
     "larder_predict_requests_total{model=\"\",version=\"\",protocol=\"mlflow\",code=\"404\"} 4\n"},
    {"GET /metrics", "", NULL, 200,
     "larder_predict_requests_total{model=\"\",version=\"\",protocol=\"tfs\",code=\"503\"} 1\n"},
    {"GET /metrics", "", NULL, 200, "larder_model_ready{model=\"bad\"} 0\n"},
    {"GET /metrics", "", NULL, 200, "larder_http_requests_in_flight 1\n"},
    {"GET /metrics", "", NULL, 200, "Content-Type: text/plain; version=0.0.4; charset=utf-8\r\n"},
    {"GET /metrics", "Accept: application/openmetrics-text\r\n", NULL, 200, "\n# EOF\n"},
    {"GET /metrics", "Accept: application/openmetrics-text\r\n", NULL, 200,
     "Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8\r\n"},
    {"GET /metrics", "", NULL, 200, "larder_build_info{version="},
    {"GET /metrics", "", NULL, 200, "larder_loads_total{result=\"ok\"} 2\n"},
    {"GET /metrics", "", NULL, 200, "larder_loads_total{result=\"refused\"} 1\n"},
    {"GET /metrics", "", NULL, 200, "larder_versions{state=\"AVAILABLE\"} 2\n"},
    {"GET /metrics", "", NULL, 200, "larder_http_answers_total{code=\"405\"} 2\n"},
};

START_TEST(what_is_there_is_told)
{
    for (size_t mode = 0; mode < 2; mode++) {
        start_models(modes[mode]);
        EXPECT(reading);
        atomic_store(&service.draining, true);
        ck_assert_int_eq(client_status(ask("GET /v2/health/ready", "", NULL)), 503);
        stop();
    }
}
END_TEST

/* PATTERN with names that exist. */
static void fill_pattern(char *out, size_t size, const char *pattern)
{
    size_t n = 0;
    for (const char *p = pattern; *p;) {
        const char *value = strncmp(p, "{model}", 7) == 0    ? "iris"
                            : strncmp(p, "{version", 8) == 0 ? "3"
                            : *p == '{'                      ? "x"
                                                             : NULL;
        n += (size_t)snprintf(out + n, size - n, "%.*s", value ? 4 : 1, value ? value : p);
        p += value ? strcspn(p, "}") + 1 : 1;
    }
}

/* HEAD of whatever has GET: the same status and the same length, and no body. OPTIONS of all. */
START_TEST(heads_are_as_long_as_bodies)
{
    static char got[1 << 18];
    char path[256], line[300];
    unsigned n = 0;
    start_models(modes[0]);
    for (const struct lar_route *route = lar_routes; route->pattern; route++) {
        fill_pattern(path, sizeof path, route->pattern);
        snprintf(line, sizeof line, "OPTIONS %s", path);
        const char *options = ask(line, "", NULL);
        ck_assert_msg(client_status(options) == 204 && strstr(options, "\r\nAllow: ") &&
                          strstr(options, lar_method_name(route->method)) &&
                          !strstr(options, "Content-Length"),
                      "%s -> %s", line, options);
        if (route->method != LAR_GET)
            continue;
        n++;
        snprintf(line, sizeof line, "GET %s", path);
        snprintf(got, sizeof got, "%s", ask(line, "", NULL));
        const char *body = strstr(got, "\r\n\r\n") + 4;
        snprintf(line, sizeof line, "HEAD %s", path);
        const char *head = ask(line, "", NULL);
        const char *length = strcasestr(head, "\r\ncontent-length: ");
        ck_assert_msg(client_status(head) == client_status(got), "%s: %s\n%s", line, head, got);
        ck_assert_ptr_nonnull(length);
        ck_assert_str_eq(head + strlen(head) - 4, "\r\n\r\n");
        ck_assert_ptr_eq(strstr(head, "\r\n\r\n"), head + strlen(head) - 4);
        if (strcmp(path, "/metrics") != 0) /* which counts this */
            ck_assert_msg((size_t)atol(length + 18) == strlen(body), "%s: %s\n%.900s", line, head,
                          got);
    }
    ck_assert_uint_gt(n, 30);
    stop();
}
END_TEST

static const struct expectation uploading[] = {
    {"POST /v1/models/new/versions", "", "ok 5", 201, "Location: /v1/models/new/versions/1\r\n"},
    {"POST /v1/models/new:predict", "", "{\"instances\":[1]}", 200, "6.0"},
    {"POST /v1/models/new/versions", "", "ok 6", 201, "\"version\":\"2\""},
    {"POST /v1/models/new:predict", "", "{\"instances\":[1]}", 200, "7.0"},
    {"PUT /v1/models/new/versions/2", "", "ok 6", 200, "\"version\":\"2\""},
    {"PUT /v1/models/new/versions/2", "", "ok 7", 409, "error"},
    {"PUT /v1/models/new/versions/9", "", "ok 9", 201, "Location: /v1/models/new/versions/9\r\n"},
    {"PUT /v1/models/new/versions/4", "", "ok 9", 409, "error"},
    {"POST /v1/models/new/versions", "", "refuse os.system", 422, "os.system"},
    {"POST /v1/models/new/versions", "", "die", 422, "SIGSEGV"},
    {"POST /v1/models/new/versions", "", "cut", 422, "error"},
    {"POST /v1/models/new/versions", "", "garbage", 422, "error"},
    {"POST /v1/models/.new/versions", "", "ok 1", 404, "error"},
    {"POST /v1/validate", "", "ok 5", 200, "{\"valid\":true,"},
    {"POST /v1/validate", "", "refuse x", 422, "\"error\":\"x\""},
    {"POST /v1/models/new/versions", "Content-Type: multipart/form-data; boundary=x\r\n", "ok 5",
     415, "--data-binary"},
    {"POST /v1/models/new/versions", "Content-Encoding: gzip\r\n", "ok 5", 415, "error"},
    {"POST /v1/models/new/versions?sha256=00", "", "ok 5", 400, "64 hexadecimal"},
    {"POST /v1/models/new/versions"
     "?sha256=0000000000000000000000000000000000000000000000000000000000000000",
     "", "ok 5", 400, "what came has the SHA-256"},
    {"POST /v1/models/new:predict", "", "{\"instances\":[1]}", 200, "10.0"},
    {"DELETE /v1/models/new/versions/9", "", NULL, 204, ""},
    {"POST /v1/models/new:predict", "", "{\"instances\":[1]}", 200, "7.0"},
    {"DELETE /v1/models/new/versions/9", "", NULL, 404, "error"},
    {"POST /v1/models/new/versions", "", "ok 1", 201, "\"version\":\"10\""},
    {"DELETE /v1/models/new", "", NULL, 204, ""},
    {"POST /v1/models/new:predict", "", "{\"instances\":[1]}", 404, "error"},
};

START_TEST(uploads_and_deletes)
{
    for (size_t mode = 0; mode < 2; mode++) {
        start_models(modes[mode]);
        EXPECT(uploading);
        /* Too large: said before the body, and while a chunked one comes. */
        char answer[4096];
        int fd = client_open(port);
        const char *head = "POST /v1/models/new/versions HTTP/1.1\r\nHost: localhost\r\n"
                           "Content-Length: 99999999999\r\n\r\n";
        client_send(fd, head, strlen(head));
        ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 413);
        close(fd);
        const char *names;
        char buffer[256];
        names = world_larder(&world, buffer, sizeof buffer);
        ck_assert_msg(!strstr(names, "up-"), "%s", names);
        stop();
    }
}
END_TEST

START_TEST(who_may_change_things)
{
    char path[] = "/tmp/larder-test-tokens-XXXXXX", settings[256];
    int fd = mkstemp(path);
    static const char tokens[] = "# people\nsecret-one alice\n\n  secret-two\n";
    ck_assert_int_eq(write(fd, tokens, sizeof tokens - 1), sizeof tokens - 1);
    fchmod(fd, 0600);
    close(fd);
    snprintf(settings, sizeof settings,
             "management.tokens_file: %s\nallowed_hosts: [models.example, a.example:99]\n", path);
    start_models(settings);
#define RELOAD "POST /v1/reload"
    static const struct expectation local[] = {
        {RELOAD, "", NULL, 200, ""},
        {RELOAD, "Authorization: Bearer secret-one\r\n", NULL, 200, ""},
        {RELOAD, "Authorization: bearer secret-two\r\n", NULL, 200, ""},
        {RELOAD, "Authorization: Bearer alice\r\n", NULL, 401, "WWW-Authenticate: Bearer\r\n"},
        {RELOAD, "Authorization: Bearer secret-on\r\n", NULL, 401, ""},
        {RELOAD, "Authorization: Bearer \r\n", NULL, 401, ""},
        {RELOAD, "Authorization: Basic secret-one\r\n", NULL, 401, ""},
        {RELOAD, "X-Forwarded-For: 1.2.3.4\r\n", NULL, 401, "WWW-Authenticate: Bearer\r\n"},
        {RELOAD, "Forwarded: for=x\r\n", NULL, 401, ""},
        {RELOAD, "Via: 1.1 x\r\n", NULL, 401, ""},
        {RELOAD, "X-Real-IP: 127.0.0.1\r\n", NULL, 401, ""},
        {RELOAD, "Via: 1.1 x\r\nAuthorization: Bearer secret-one\r\n", NULL, 200, ""},
        {RELOAD, "Origin: http://localhost\r\n", NULL, 200, ""},
        {RELOAD, "Origin: http://evil.example\r\n", NULL, 403, "another site"},
        {RELOAD, "Origin: null\r\n", NULL, 403, ""},
        {RELOAD, "Origin: http://localhost:1\r\n", NULL, 403, ""},
        {RELOAD, "Sec-Fetch-Site: same-origin\r\n", NULL, 200, ""},
        {RELOAD, "Sec-Fetch-Site: none\r\n", NULL, 200, ""},
        {RELOAD, "Sec-Fetch-Site: cross-site\r\n", NULL, 403, ""},
        {RELOAD, "Sec-Fetch-Site: same-site\r\n", NULL, 403, ""},
        {"DELETE /v1/models/iris", "Via: x\r\n", NULL, 401, ""},
        {"PUT /v1/models/x/versions/1", "Via: x\r\n", "ok 1", 401, ""},
        {"POST /v1/validate", "Via: x\r\n", "ok 1", 401, ""},
        {"POST /v1/models/iris:predict", "Via: x\r\nOrigin: http://evil.example\r\n",
         "{\"instances\":[1]}", 200, ""},
        {"GET /v1/models", "Via: x\r\n", NULL, 200, ""},
    };
    EXPECT(local);
    static const struct {
        const char *host;
        int status;
    } hosts[] = {
        {"127.0.0.1:8080", 200},
        {"[::1]:8080", 200},
        {"LOCALHOST:1", 200},
        {"models.example", 200},
        {"Models.Example:8", 200},
        {"a.example:99", 200},
        {"a.example", 403},
        {"evil.example", 403},
        {"127.0.0.1.evil.example", 403},
        {"", 403},
        {"[::1", 403},
    };
    for (size_t i = 0; i < sizeof hosts / sizeof hosts[0]; i++) {
        char request[256];
        int n =
            snprintf(request, sizeof request,
                     RELOAD " HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", hosts[i].host);
        const char *answer = client_talk(port, request, (size_t)n);
        ck_assert_msg(client_status(answer) == hosts[i].status, "%s -> %s", hosts[i].host, answer);
    }
    /* A changed file counts after a reload; a bad one does not. */
    struct lar_error err = {0};
    ck_assert_int_eq(chmod(path, 0644), 0);
    ck_assert(!lar_management_reload(service.management, config, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "by others"));
    ck_assert_int_eq(client_status(ask(RELOAD, "Authorization: Bearer secret-one\r\n", NULL)), 200);
    ck_assert_int_eq(truncate(path, 0), 0);
    ck_assert_int_eq(chmod(path, 0600), 0);
    err = (struct lar_error){0};
    ck_assert(!lar_management_reload(service.management, config, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "holds no token"));
    ck_assert_int_eq(client_status(ask(RELOAD, "Authorization: Bearer secret-one\r\n", NULL)), 200);
    fd = open(path, O_WRONLY | O_CLOEXEC);
    ck_assert_int_eq(write(fd, "other\n", 6), 6);
    close(fd);
    err = (struct lar_error){0};
    ck_assert(lar_management_reload(service.management, config, &err));
    ck_assert_int_eq(client_status(ask(RELOAD, "Authorization: Bearer secret-one\r\n", NULL)), 401);
    ck_assert_int_eq(client_status(ask(RELOAD, "Authorization: Bearer other\r\n", NULL)), 200);
    unlink(path);
    stop();
}
END_TEST

START_TEST(management_off_and_open)
{
    start_models("management: off\n");
    ck_assert_int_eq(client_status(ask(RELOAD, "", NULL)), 403);
    ck_assert_int_eq(client_status(ask("GET /v1/models", "", NULL)), 200);
    stop();
    start_models("management: open\n");
    ck_assert_int_eq(client_status(ask(RELOAD, "Via: x\r\n", NULL)), 200);
    ck_assert_int_eq(client_status(ask(RELOAD, "Sec-Fetch-Site: cross-site\r\n", NULL)), 403);
    stop();
}
END_TEST

START_TEST(open_addresses_need_a_decision)
{
    struct lar_error err = {0};
    struct lar_listeners listeners = {0};
    struct lar_management *management = NULL;
    const char *decided = "management: off\n";
    ck_assert(lar_listeners_add(&listeners, "0.0.0.0:0", &err));
    ck_assert(lar_config_parse(&config, "t", "", 0, &err));
    ck_assert(!lar_management_new(&management, config, &listeners, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "can be reached from other hosts"));
    lar_config_free(config);
    err = (struct lar_error){0};
    ck_assert(lar_config_parse(&config, "t", decided, strlen(decided), &err));
    ck_assert(lar_management_new(&management, config, &listeners, &err));
    lar_management_free(management);
    lar_config_free(config);
    lar_listeners_close(&listeners);
}
END_TEST

static _Atomic bool swapping;
static _Atomic unsigned predicted;

/* Version N adds N: each answer must be that of the version that it names. */
static void *predict_all_the_time(void *context)
{
    (void)context;
    char answer[4096];
    const char *request = "POST /v1/models/iris:predict HTTP/1.1\r\nHost: h\r\n"
                          "Content-Length: 18\r\n\r\n{\"instances\":[10]}";
    int fd = client_open(port);
    while (atomic_load(&swapping)) {
        client_send(fd, request, strlen(request));
        ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
        const char *header = strstr(answer, "Larder-Model-Version: ");
        const char *value = strstr(answer, "\r\n\r\n");
        ck_assert(header && value && strpbrk(value, "0123456789"));
        int version = atoi(header + strlen("Larder-Model-Version: "));
        ck_assert_int_eq(atoi(strpbrk(value, "0123456789")), 10 + version);
        atomic_fetch_add(&predicted, 1);
    }
    close(fd);
    return NULL;
}

START_TEST(versions_swap_under_load)
{
    for (size_t mode = 0; mode < 2; mode++) {
        pthread_t clients[4];
        start_models(modes[mode]);
        atomic_store(&swapping, true);
        for (int i = 0; i < 4; i++)
            pthread_create(&clients[i], NULL, predict_all_the_time, NULL);
        for (int version = 4; version < 34; version++) {
            char line[64], body[32];
            snprintf(line, sizeof line, "PUT /v1/models/iris/versions/%d", version);
            snprintf(body, sizeof body, "ok %d", version);
            ck_assert_int_eq(client_status(ask(line, "", body)), 201);
            if (version % 3 == 0) {
                snprintf(line, sizeof line, "DELETE /v1/models/iris/versions/%d", version);
                ck_assert_int_eq(client_status(ask(line, "", NULL)), 204);
            }
            while (atomic_load(&predicted) < 4 * (unsigned)(version - 3))
                world_sleep(1); /* answers between any two swaps */
        }
        atomic_store(&swapping, false);
        for (int i = 0; i < 4; i++)
            pthread_join(clients[i], NULL);
        ck_assert_uint_gt(atomic_exchange(&predicted, 0), 100);
        stop();
    }
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {what_is_there_is_told,    heads_are_as_long_as_bodies,
                                  uploads_and_deletes,      who_may_change_things,
                                  management_off_and_open,  open_addresses_need_a_decision,
                                  versions_swap_under_load, NULL};
    return check_main("service", tests);
}
