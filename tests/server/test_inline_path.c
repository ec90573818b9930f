/* Between request bytes and answer bytes our code neither allocates nor locks, where a prediction
 * runs on the HTTP thread. Calls from our own libraries are counted by the linker's --wrap; the
 * HTTP library, a shared object, keeps its own.
 * SPDX-License-Identifier: MIT */
#include "server/management.h"
#include "server/service.h"
#include "tests/check_main.h"
#include "tests/server/client.h"
#include "tests/server/world.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static _Atomic unsigned allocations, locks;

static bool on_http_thread(void)
{
    char name[16] = "";
    return pthread_getname_np(pthread_self(), name, sizeof name) == 0 && strcmp(name, "http") == 0;
}

void *__real_malloc(size_t n);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t n);
int __real_pthread_mutex_lock(pthread_mutex_t *lock);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t n);
int __wrap_pthread_mutex_lock(pthread_mutex_t *lock);

static void count(_Atomic unsigned *counter)
{
    if (on_http_thread())
        atomic_fetch_add(counter, 1);
}

void *__wrap_malloc(size_t n)
{
    count(&allocations);
    return __real_malloc(n);
}

void *__wrap_calloc(size_t n, size_t size)
{
    count(&allocations);
    return __real_calloc(n, size);
}

void *__wrap_realloc(void *p, size_t n)
{
    count(&allocations);
    return __real_realloc(p, n);
}

int __wrap_pthread_mutex_lock(pthread_mutex_t *lock)
{
    count(&locks);
    return __real_pthread_mutex_lock(lock);
}

static const char *const requests[] = {
    "POST /v1/models/iris:predict HTTP/1.1\r\nHost: h\r\nContent-Length: 23\r\n\r\n"
    "{\"instances\":[1,2,3.5]}",
    "POST /v2/models/iris/infer HTTP/1.1\r\nHost: h\r\nContent-Length: 71\r\n\r\n"
    "{\"inputs\":[{\"name\":\"X\",\"shape\":[2],\"datatype\":\"FP64\",\"data\":[1,2.25]}]}",
    "GET /v2/health/ready HTTP/1.1\r\nHost: h\r\n\r\n",
    "GET /v2/health/ready HTTP/1.1\r\nHost: h\r\nX-Request-Id: 1\r\n"
    "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n\r\n",
    "GET /v2/health/ready HTTP/1.1\r\nHost: h\r\nX-Request-Id: not valid\r\n\r\n",
    "POST /v1/models/iris:regress HTTP/1.1\r\nHost: h\r\nContent-Length: 22\r\n\r\n"
    "{\"examples\":[{\"X\":1}]}",
    "POST /invocations HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n"
    "Content-Length: 45\r\n\r\n"
    "{\"dataframe_split\":{\"data\":[[1],[2]]},\"x\":[]}",
    "POST /v2/models/iris/infer HTTP/1.1\r\nHost: h\r\nInference-Header-Content-Length: 132\r\n"
    "Content-Length: 136\r\n\r\n"
    "{\"inputs\":[{\"name\":\"X\",\"shape\":[1],\"datatype\":\"FP32\",\"parameters\":{"
    "\"binary_data_size\":4}}],\"parameters\":{\"binary_data_output\":true}}AAAA",
};

static void ask_all(int fd, unsigned times)
{
    char answer[4096];
    for (unsigned i = 0; i < times; i++)
        for (size_t k = 0; k < sizeof requests / sizeof requests[0]; k++) {
            client_send(fd, requests[k], strlen(requests[k]));
            int status = client_answer(fd, answer, sizeof answer);
            ck_assert_msg(status == 200, "%s", answer);
        }
}

static struct world world;

START_TEST(predictions_neither_allocate_nor_lock)
{
    struct lar_error err = {0};
    struct lar_log log_to;
    struct lar_config *config = NULL;
    struct lar_listeners listeners = {0};
    static const char settings[] = "inline_us: 1000000000\nthreads: 1\nlog.level: error\n";
    signal(SIGPIPE, SIG_IGN);
    lar_log_init(&log_to, 2, LAR_LOG_ERROR, false);
    world_make(&world);
    world_put(&world, "iris/1/model.pkl", "ok 1");
    world_start(&world);
    world_await(&world, "iris", 1, 1);
    world_await_complete(&world);
    ck_assert(lar_config_parse(&config, "test", settings, sizeof settings - 1, &err));
    ck_assert(lar_listeners_add(&listeners, "127.0.0.1:0", &err));
    int port = atoi(strrchr(listeners.items[0].name, ':') + 1);
    struct lar_service service = {
        .log = &log_to, .registry = world.registry, .spawner = &world.spawner};
    ck_assert(lar_management_new(&service.management, config, &listeners, &err));
    ck_assert_msg(lar_service_start(&service, config, &listeners, &err), "%s", err.text);
    int fd = client_open(port);
    ask_all(fd, 20); /* slabs, scratch and the like are there from now on */
    ck_assert_uint_gt(atomic_load(&allocations), 0);
    unsigned allocated = atomic_load(&allocations), locked = atomic_load(&locks);
    ask_all(fd, 500);
    ck_assert_uint_eq(atomic_load(&allocations), allocated);
    ck_assert_uint_eq(atomic_load(&locks), locked);
    /* The counters do count: who may change things is read under a lock. */
    static const char reload[] = "POST /v1/reload HTTP/1.1\r\nHost: localhost\r\n\r\n";
    char answer[1024];
    client_send(fd, reload, sizeof reload - 1);
    ck_assert_int_eq(client_answer(fd, answer, sizeof answer), 200);
    ck_assert_uint_gt(atomic_load(&locks), locked);
    close(fd);
    lar_service_stop(&service, 2000);
    lar_management_free(service.management);
    lar_config_free(config);
    world_remove(&world);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {predictions_neither_allocate_nor_lock, NULL};
    return check_main("inline_path", tests);
}
