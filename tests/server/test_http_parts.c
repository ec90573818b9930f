/* Guard, router, deadlines, bodies and mailboxes, each alone.
 * SPDX-License-Identifier: MIT */
#include "server/body.h"
#include "server/deadlines.h"
#include "server/mailbox.h"
#include "server/routes.h"
#include "tests/check_main.h"

#include <pthread.h>

static struct lar_target target;

START_TEST(targets_are_decoded_once)
{
    ck_assert_ptr_null(lar_target_parse(&target, "/v1/%6dodels/a%2520b/?x=1&y"));
    ck_assert_uint_eq(target.n, 4);
    ck_assert(lar_span_is(target.segments[1], "models"));
    ck_assert(lar_span_is(target.segments[2], "a%20b"));
    ck_assert(lar_span_is(target.segments[3], ""));
    ck_assert(lar_span_is(target.query, "x=1&y"));
    ck_assert(lar_span_is(lar_query_get(target.query, "x"), "1"));
    ck_assert(lar_span_is(lar_query_get(target.query, "y"), ""));
    ck_assert_ptr_null(lar_query_get(target.query, "z").at);
    ck_assert_ptr_null(lar_query_get((struct lar_span){0}, "x").at);
    ck_assert_ptr_null(lar_target_parse(&target, "/a/a/a/a/a/a/a/a/a/a/a/a/a/a"));
    ck_assert_uint_gt(target.n, LAR_TARGET_SEGMENTS);
    ck_assert_ptr_null(lar_target_parse(&target, "/..."));
    static const char *const refused[] = {"",      "a",     "*",     "http://h/", "/%",      "/%0",
                                          "/%00",  "/%0a",  "/%2f",  "/%2F",      "/%5c",    "/\\",
                                          "/a/..", "/../a", "/.",    "/%2e%2e",   "/.%2e/a", "/a#b",
                                          "/\x7f", "/%7f",  "/\xff", "/a?b\x01",  "/%g0"};
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        ck_assert_msg(lar_target_parse(&target, refused[i]) != NULL, "%s", refused[i]);
    char longest[LAR_TARGET_BYTES + 1];
    memset(longest, 'a', sizeof longest);
    longest[0] = '/';
    longest[LAR_TARGET_BYTES] = '\0';
    ck_assert_ptr_nonnull(lar_target_parse(&target, longest));
    longest[LAR_TARGET_BYTES - 1] = '\0';
    ck_assert_ptr_null(lar_target_parse(&target, longest));
}
END_TEST

/* Headers as lines "Name: value"; what the guard says. */
static const char *judge(struct lar_guard *guard, const char *version, const char *lines)
{
    *guard = (struct lar_guard){0};
    while (*lines) {
        size_t n = strcspn(lines, "\n"), colon = strcspn(lines, ":");
        lar_guard_header(guard, (struct lar_span){lines, colon},
                         (struct lar_span){lines + colon + 2, n - colon - 2});
        lines += n + 1;
    }
    return lar_guard_check(guard, version);
}

START_TEST(headers_are_judged)
{
    struct lar_guard g;
    ck_assert_ptr_null(judge(&g, "HTTP/1.1", "hOST: h\nContent-LENGTH: 12\nVia: x\n"));
    ck_assert_int_eq(g.headers.length, 12);
    ck_assert(g.headers.proxied);
    ck_assert_ptr_null(judge(&g, "HTTP/1.1", "Host: h\nTransfer-Encoding: Chunked\n"));
    ck_assert_int_eq(g.headers.length, -1);
    ck_assert(!g.headers.proxied);
    ck_assert_ptr_null(judge(&g, "HTTP/1.0", "X-Forwarded-Port: 1\n"));
    ck_assert(g.headers.proxied);
    ck_assert_ptr_null(judge(&g, "HTTP/1.1", "Host: h\nContent-Length: 999999999999999\n"));
    static const char *const refused[] = {
        "A: b\n",
        "Host: h\nHost: h\n",
        "Host: h\nContent-Length: 1\nContent-Length: 1\n",
        "Host: h\nContent-Length: 1\nTransfer-Encoding: chunked\n",
        "Host: h\nTransfer-Encoding: gzip\n",
        "Host: h\nTransfer-Encoding: chunked\nTransfer-Encoding: chunked\n",
        "Host: h\nContent-Length: \n",
        "Host: h\nContent-Length: +1\n",
        "Host: h\nContent-Length: 1 \n",
        "Host: h\nContent-Length: 1000000000000000\n",
        "Host: h\nA : b\n",
        "Host: h\n: b\n",
        "Host: h\nA\xc3: b\n",
        "Host: h\nA: b\x01\n",
        "Host: h\nA: b\rc\n",
    };
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++)
        ck_assert_msg(judge(&g, "HTTP/1.1", refused[i]) != NULL, "%s", refused[i]);
    ck_assert_ptr_nonnull(judge(&g, "HTTP/1.0", "Transfer-Encoding: chunked\n"));
    ck_assert_ptr_nonnull(judge(&g, "HTTP/2.0", "Host: h\n"));
}
END_TEST

/* Wherever it lies among the eight that are looked at together. */
START_TEST(every_byte_of_a_header_is_judged)
{
    static const char others[] = "!#$%&'*+-.^_`|~";
    for (int c = 1; c < 256; c++) {
        bool letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
        for (size_t at = 0; at < 19; at++) {
            char name[] = "a-name-of-19-bytes-", value[] = "a value of 19 bytes";
            struct lar_guard names = {0}, values = {0};
            name[at] = value[at] = (char)c;
            lar_guard_header(&names, (struct lar_span){name, 19}, (struct lar_span){"", 0});
            lar_guard_header(&values, (struct lar_span){"A", 1}, (struct lar_span){value, 19});
            ck_assert_msg(!names.fault == (letter || strchr(others, c)), "%d at %zu", c, at);
            ck_assert_msg(!values.fault == ((c >= 0x20 || c == '\t') && c != 0x7F), "%d at %zu", c,
                          at);
        }
    }
}
END_TEST

static enum lar_outcome never(struct lar_request *rq, struct lar_error *err)
{
    (void)rq;
    (void)err;
    return LAR_REFUSED;
}

static const struct lar_route routes[] = {
    {LAR_GET, "/v1/models", never, LAR_ON_THREAD, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_GET, "/v1/models/{model}", never, LAR_ON_THREAD, LAR_NO_BODY, false, NULL,
     LAR_ERRORS_PLAIN, NULL},
    {LAR_POST, "/v1/models/{model}:predict", never, LAR_ON_THREAD, LAR_NO_BODY, false, NULL,
     LAR_ERRORS_PLAIN, NULL},
    {LAR_POST, "/v1/models/{model}/versions/{version}:predict", never, LAR_ON_THREAD, LAR_NO_BODY,
     false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_PUT, "/v1/models/{model}/labels/{label}", never, LAR_ON_THREAD, LAR_NO_BODY, false, NULL,
     LAR_ERRORS_PLAIN, NULL},
    {LAR_DELETE, "/v1/models/{model}/labels/{label}", never, LAR_ON_THREAD, LAR_NO_BODY, false,
     NULL, LAR_ERRORS_PLAIN, NULL},
    {0},
};

/* The index of the route, or minus the status. */
static int find(struct lar_request *rq, enum lar_method method, const char *path)
{
    struct lar_error err = {0};
    memset(rq, 0, sizeof *rq);
    rq->method = method;
    ck_assert_ptr_null(lar_target_parse(&target, path));
    if (lar_route_find(rq, routes, &target, &err))
        return (int)(rq->route - routes);
    return rq->answer.status ? -(int)rq->answer.status : err.code == LAR_ERR_NOTFOUND ? -404 : 0;
}

START_TEST(routes_are_found)
{
    struct lar_request rq;
    ck_assert_int_eq(find(&rq, LAR_GET, "/v1/models"), 0);
    ck_assert_int_eq(find(&rq, LAR_HEAD, "/v1/models"), 0);
    ck_assert_int_eq(find(&rq, LAR_GET, "/v1/models/iris-1.2_x"), 1);
    ck_assert(lar_span_is(rq.model, "iris-1.2_x"));
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/iris:predict"), 2);
    ck_assert(lar_span_is(rq.model, "iris"));
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/iris/versions/007:predict"), 3);
    ck_assert_uint_eq(rq.number, 7);
    ck_assert_int_eq(find(&rq, LAR_PUT, "/v1/models/iris/labels/stable"), 4);
    ck_assert(lar_span_is(rq.label, "stable"));
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/iris/labels/stable"), -405);
    ck_assert_str_eq(rq.answer.headers[0].value, "PUT, DELETE, OPTIONS");
    ck_assert_int_eq(find(&rq, LAR_GET, "/v1/models/iris:predict"), -405);
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/iris:explain"), -400);
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/:predict"), -404);
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/a:b:predict"), -404);
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/iris/versions/x:predict"), -404);
    ck_assert_int_eq(find(&rq, LAR_POST, "/v1/models/iris/versions/0:predict"), -404);
    ck_assert_int_eq(find(&rq, LAR_GET, "/v1/models/-iris"), -404);
    ck_assert_int_eq(find(&rq, LAR_GET, "/"), -404);
    ck_assert_int_eq(find(&rq, LAR_GET, "/v1/models/"), -404);
    char path[200] = "/v1/models/";
    memset(path + 11, 'a', 128);
    ck_assert_int_eq(find(&rq, LAR_GET, path), 1);
    memset(path + 11, 'a', 129);
    ck_assert_int_eq(find(&rq, LAR_GET, path), -404);
}
END_TEST

START_TEST(deadlines_come_in_order)
{
    enum { N = 500 };
    static struct lar_deadline entries[N];
    struct lar_deadlines d = {0};
    struct lar_error err = {0};
    ck_assert(lar_deadlines_reserve(&d, N, &err));
    ck_assert_int_eq(lar_deadlines_wait(&d, 0), -1);
    unsigned random = 1;
    for (int round = 0; round < 5; round++)
        for (int i = 0; i < N; i++) {
            random = random * 1103515245 + 12345;
            lar_deadlines_set(&d, &entries[i], 1000 + random / 65536 % 1000);
        }
    for (int i = 0; i < N; i += 7)
        lar_deadlines_remove(&d, &entries[i]);
    lar_deadlines_remove(&d, &entries[0]);
    ck_assert_int_le(lar_deadlines_wait(&d, 0), 2000);
    int n = 0;
    for (int64_t now = 900; now <= 2000; now++)
        for (struct lar_deadline *e; (e = lar_deadlines_expired(&d, now)); n++) {
            ck_assert_int_eq(e->at, now);
            ck_assert_int_ne((e - entries) % 7, 0);
        }
    ck_assert_int_eq(n, N - (N + 6) / 7);
    lar_deadlines_finish(&d);
}
END_TEST

START_TEST(bodies_count_their_memory)
{
    struct lar_budget budget = {1 << 20};
    struct lar_slabs slabs = {.budget = &budget};
    struct lar_error err = {0};
    struct lar_body body;
    char bytes[1000] = "x";
    ck_assert(lar_body_begin(&body, &slabs, 100, 1000, &err) && body.slab);
    lar_body_finish(&body, &slabs);
    ck_assert(lar_body_begin(&body, &slabs, 100000, 1 << 20, &err) && !body.slab);
    ck_assert_uint_eq(body.capacity, 100000);
    lar_body_finish(&body, &slabs);
    ck_assert(!lar_body_begin(&body, &slabs, 2 << 20, 4 << 20, &err));
    ck_assert_int_eq(err.code, LAR_ERR_BUSY);
    lar_body_finish(&body, &slabs);
    ck_assert(lar_body_begin(&body, &slabs, -1, 150000, &err));
    for (int i = 0; i < 150; i++)
        lar_body_add(&body, &slabs, bytes, sizeof bytes);
    ck_assert_int_eq(body.failure, LAR_ERR_NONE);
    ck_assert_uint_eq(body.size, 150000);
    lar_body_add(&body, &slabs, bytes, 1);
    ck_assert_int_eq(body.failure, LAR_ERR_LIMIT);
    lar_body_finish(&body, &slabs);
    ck_assert(lar_body_begin(&body, &slabs, -1, 4 << 20, &err));
    for (int i = 0; i < 4000 && !body.failure; i++)
        lar_body_add(&body, &slabs, bytes, sizeof bytes);
    ck_assert_int_eq(body.failure, LAR_ERR_BUSY);
    lar_body_finish(&body, &slabs);
    lar_slabs_finish(&slabs);
    ck_assert_int_eq(budget.left, 1 << 20);
}
END_TEST

enum { SENDERS = 4, MAILS = 20000 };
static struct lar_mailbox box;
static struct lar_mail mails[SENDERS][MAILS];

static void *send_all(void *context)
{
    struct lar_mail *own = context;
    for (int i = 0; i < MAILS; i++)
        lar_mailbox_send(&box, &own[i]);
    return NULL;
}

START_TEST(mail_arrives_once_and_in_order)
{
    struct lar_error err = {0};
    pthread_t senders[SENDERS];
    ck_assert(lar_mailbox_init(&box, &err));
    for (int i = 0; i < SENDERS; i++)
        pthread_create(&senders[i], NULL, send_all, mails[i]);
    int next[SENDERS] = {0};
    for (int n = 0; n < SENDERS * MAILS;)
        for (struct lar_mail *mail = lar_mailbox_take(&box); mail; mail = mail->next, n++) {
            int sender = (int)((mail - mails[0]) / MAILS);
            ck_assert_ptr_eq(mail, &mails[sender][next[sender]++]);
        }
    for (int i = 0; i < SENDERS; i++)
        pthread_join(senders[i], NULL);
    lar_mailbox_finish(&box);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {targets_are_decoded_once,         headers_are_judged,
                                  every_byte_of_a_header_is_judged, routes_are_found,
                                  deadlines_come_in_order,          bodies_count_their_memory,
                                  mail_arrives_once_and_in_order,   NULL};
    return check_main("http_parts", tests);
}
