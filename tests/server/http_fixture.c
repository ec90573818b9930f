/* SPDX-License-Identifier: MIT */
#include "tests/server/http_fixture.h"

#include <check.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* Workers, as the daemon has them. */
struct pool {
    pthread_mutex_t lock;
    pthread_cond_t some;
    struct lar_task *first, **last;
    unsigned queued, queue, n;
    bool ending;
    pthread_t threads[16];
};

static void *work(void *context)
{
    struct pool *pool = context;
    int lane = 0;
    pthread_mutex_lock(&pool->lock);
    for (;;) {
        while (!pool->first && !pool->ending)
            pthread_cond_wait(&pool->some, &pool->lock);
        struct lar_task *task = pool->first;
        if (!task)
            break;
        pool->first = task->next;
        if (!pool->first)
            pool->last = &pool->first;
        pool->queued--;
        pthread_mutex_unlock(&pool->lock);
        task->run(task, &lane);
        pthread_mutex_lock(&pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

static bool submit(void *service, const struct lar_request *rq, struct lar_task *task)
{
    struct pool *pool = ((struct fixture *)service)->pool;
    pthread_mutex_lock(&pool->lock);
    bool fits = pool->queued < pool->queue;
    (void)rq;
    if (fits) {
        task->next = NULL;
        *pool->last = task;
        pool->last = &task->next;
        pool->queued++;
        pthread_cond_signal(&pool->some);
    }
    pthread_mutex_unlock(&pool->lock);
    return fits;
}

static void *lane_new(void *service, struct lar_error *err)
{
    (void)service;
    (void)err;
    return malloc(1);
}

static void lane_nothing(void *lane)
{
    (void)lane;
}

static enum lar_outcome get_now(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    lar_text_puts(&rq->answer.text, rq->on_worker ? "{\"worker\":true}" : "{\"now\":true}");
    if (rq->on_worker)
        atomic_fetch_add(&((struct fixture *)rq->service)->runs, 1);
    return LAR_ANSWERED;
}

static enum lar_outcome post_echo(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    lar_answer_header(&rq->answer, "Larder-Model-Version", "3; sha256=0123456789abcdef");
    lar_text_add(&rq->answer.text, rq->body, rq->body_size);
    return LAR_ANSWERED;
}

static enum lar_outcome post_cost(struct lar_request *rq, struct lar_error *err)
{
    return rq->on_worker ? get_now(rq, err) : LAR_LATER;
}

static enum lar_outcome get_gate(struct lar_request *rq, struct lar_error *err)
{
    struct fixture *f = rq->service;
    if (!rq->on_worker)
        return LAR_LATER;
    atomic_fetch_add(&f->runs, 1);
    while (!atomic_load(&f->gate))
        usleep(1000);
    return post_echo(rq, err);
}

static enum lar_outcome get_big(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    for (int i = 0; i < 1 << 20; i++)
        lar_text_char(&rq->answer.text, 'x');
    return LAR_ANSWERED;
}

static enum lar_outcome get_file(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    rq->answer.fd = memfd_create("file", MFD_CLOEXEC);
    rq->answer.fd_size = 5;
    rq->answer.type = "application/octet-stream";
    ck_assert_int_eq(write(rq->answer.fd, "file\n", 5), 5);
    return LAR_ANSWERED;
}

static enum lar_outcome fail_here(struct lar_request *rq, struct lar_error *err)
{
    (void)rq;
    lar_fail(err, LAR_ERR_CONFLICT, "taken: \"%s\"", "x");
    return LAR_REFUSED;
}

static enum lar_outcome break_down(struct lar_request *rq, struct lar_error *err)
{
    (void)rq;
    lar_fail(err, LAR_ERR_IO, "/secret/path: Input/output error");
    return LAR_REFUSED;
}

/* Counts what comes, refuses what begins with '!'. */
static enum lar_outcome put_stream(struct lar_request *rq, struct lar_error *err)
{
    size_t *total = rq->kept;
    if (!total)
        total = rq->kept = calloc(1, sizeof *total);
    *total += rq->body_size;
    if (rq->body_size && rq->body[0] == '!') {
        rq->answer.status = 422;
        lar_fail(err, LAR_ERR_FORMAT, "not a model");
        return LAR_REFUSED;
    }
    if (!rq->last)
        return LAR_MORE;
    char text[64];
    snprintf(text, sizeof text, "{\"bytes\": %zu}", *total);
    lar_text_puts(&rq->answer.text, text);
    rq->answer.status = 201;
    lar_answer_header(&rq->answer, "Location", "/v1/models/m/versions/1");
    free(total);
    rq->kept = NULL;
    return LAR_ANSWERED;
}

static void abandon_stream(struct lar_request *rq)
{
    free(rq->kept);
    rq->kept = NULL;
    atomic_fetch_add(&((struct fixture *)rq->service)->abandoned, 1);
}

static enum lar_outcome delete_version(struct lar_request *rq, struct lar_error *err)
{
    (void)err;
    ck_assert_uint_gt(rq->number, 0);
    rq->answer.status = 204;
    return LAR_ANSWERED;
}

static const struct lar_route routes[] = {
    {LAR_GET, "/now", get_now, LAR_ON_THREAD, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_POST, "/now", get_now, LAR_ON_THREAD, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_POST, "/echo", post_echo, LAR_ON_THREAD, LAR_PREDICT_BODY, false, NULL, LAR_ERRORS_PLAIN,
     NULL},
    {LAR_POST, "/auto", post_echo, LAR_BY_COST, LAR_PREDICT_BODY, false, NULL, LAR_ERRORS_PLAIN,
     NULL},
    {LAR_POST, "/worker", post_echo, LAR_ON_WORKER, LAR_PREDICT_BODY, false, NULL, LAR_ERRORS_PLAIN,
     NULL},
    {LAR_GET, "/worker", get_now, LAR_ON_WORKER, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_POST, "/cost", post_cost, LAR_BY_COST, LAR_PREDICT_BODY, false, NULL, LAR_ERRORS_PLAIN,
     NULL},
    {LAR_GET, "/gate", get_gate, LAR_ON_WORKER, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_POST, "/gate", get_gate, LAR_BY_COST, LAR_PREDICT_BODY, false, NULL, LAR_ERRORS_PLAIN,
     NULL},
    {LAR_GET, "/big", get_big, LAR_ON_THREAD, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_GET, "/file", get_file, LAR_ON_WORKER, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_GET, "/fail", fail_here, LAR_ON_THREAD, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN, NULL},
    {LAR_GET, "/broken", break_down, LAR_ON_WORKER, LAR_NO_BODY, false, NULL, LAR_ERRORS_PLAIN,
     NULL},
    {LAR_PUT, "/stream", put_stream, LAR_STREAMED, LAR_UPLOAD_BODY, true, abandon_stream,
     LAR_ERRORS_PLAIN, NULL},
    {LAR_DELETE, "/m/{model}/versions/{version}", delete_version, LAR_ON_WORKER, LAR_NO_BODY, true,
     NULL, LAR_ERRORS_PLAIN, NULL},
    {0},
};

static int64_t either(int64_t value, int64_t fallback)
{
    return value ? value : fallback;
}

void fixture_start(struct fixture *f, const struct fixture_options *o)
{
    signal(SIGPIPE, SIG_IGN);
    *f = (struct fixture){0};
    lar_log_init(&f->log, 1, LAR_LOG_WARNING, false);
    f->limits.body = 1 << 20;
    f->limits.header_time = either(o->header_time, 30000);
    f->limits.body_time = either(o->body_time, 30000);
    f->limits.response_time = either(o->response_time, 30000);
    f->limits.idle_time = either(o->idle_time, 30000);
    f->pool = calloc(1, sizeof *f->pool);
    pthread_mutex_init(&f->pool->lock, NULL);
    pthread_cond_init(&f->pool->some, NULL);
    f->pool->last = &f->pool->first;
    f->pool->queue = (unsigned)either(o->queue, 64);
    f->pool->n = (unsigned)either(o->workers, 2);
    for (unsigned i = 0; i < f->pool->n; i++)
        ck_assert_int_eq(pthread_create(&f->pool->threads[i], NULL, work, f->pool), 0);
    struct lar_error err = {0};
    struct lar_listeners listeners = {0};
    ck_assert_msg(lar_listeners_add(&listeners, "127.0.0.1:0", &err), "%s", err.text);
    f->port = atoi(strrchr(listeners.items[0].name, ':') + 1);
    char address[80];
    snprintf(f->socket_path, sizeof f->socket_path, "/tmp/larder-test-%d.sock", getpid());
    snprintf(address, sizeof address, "unix:%s", f->socket_path);
    ck_assert_msg(lar_listeners_add(&listeners, address, &err), "%s", err.text);
    struct lar_http_settings settings = {
        .threads = (unsigned)either(o->threads, 2),
        .connections = (size_t)either((int64_t)o->connections, 2048),
        .upload_limit = (size_t)either((int64_t)o->upload_limit, 64 << 20),
        .answer_limit = 16 << 20,
        .bodies_memory = either(o->bodies_memory, 256 << 20),
        .limits = &f->limits,
        .routes = routes,
        .service = f,
        .log = &f->log,
        .lane_new = lane_new,
        .lane_free = free,
        .lane_turn = lane_nothing,
        .lane_idle = lane_nothing,
        .submit = submit,
    };
    ck_assert_msg(lar_http_start(&f->http, &settings, &listeners, &err), "%s", err.text);
}

void fixture_stop(struct fixture *f, int64_t time_ms)
{
    lar_http_stop(f->http, time_ms);
    ck_assert_uint_eq(lar_http_connections(f->http), 0);
    pthread_mutex_lock(&f->pool->lock);
    f->pool->ending = true;
    pthread_cond_broadcast(&f->pool->some);
    pthread_mutex_unlock(&f->pool->lock);
    for (unsigned i = 0; i < f->pool->n; i++)
        pthread_join(f->pool->threads[i], NULL);
    lar_http_free(f->http);
    free(f->pool);
}
