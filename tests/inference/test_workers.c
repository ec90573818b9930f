/* SPDX-License-Identifier: MIT */
#include "inference/workers.h"

#include "tests/check_main.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

static struct lar_workers *start(unsigned threads, size_t queue)
{
    struct lar_error err = {0};
    struct lar_workers *pool = NULL;
    ck_assert_msg(lar_workers_start(
                      &pool,
                      &(struct lar_workers_settings){
                          .threads = threads, .queue = queue, .keep = 1 << 16, .limit = 1 << 20},
                      &err),
                  "%s", err.text);
    return pool;
}

static void count(void *argument, struct lar_scratch *scratch)
{
    unsigned char *p = lar_scratch_take(scratch, 1000, 1);
    memset(p, 1, 1000);
    atomic_fetch_add((_Atomic int *)argument, p != NULL);
}

START_TEST(every_job_runs_once)
{
    struct lar_workers *pool = start(3, 2000);
    struct lar_error err = {0};
    _Atomic int n = 0;
    for (int i = 0; i < 2000; i++)
        ck_assert(lar_workers_submit(pool, count, &n, &err));
    lar_workers_stop(pool); /* runs what waits */
    ck_assert_int_eq(n, 2000);
    lar_workers_stop(NULL);
}
END_TEST

struct gate {
    sem_t entered, open;
};

static void wait_at_gate(void *argument, struct lar_scratch *scratch)
{
    struct gate *gate = argument;
    (void)scratch;
    sem_post(&gate->entered);
    sem_wait(&gate->open);
}

START_TEST(a_full_queue_is_busy)
{
    struct lar_workers *pool = start(1, 2);
    struct lar_error err = {0};
    struct gate gate;
    sem_init(&gate.entered, 0, 0);
    sem_init(&gate.open, 0, 0);
    _Atomic int n = 0;
    ck_assert(lar_workers_submit(pool, wait_at_gate, &gate, &err));
    sem_wait(&gate.entered); /* the only thread is in it */
    ck_assert(lar_workers_submit(pool, count, &n, &err));
    ck_assert(lar_workers_submit(pool, count, &n, &err));
    ck_assert_uint_eq(lar_workers_waiting(pool), 2);
    ck_assert(!lar_workers_submit(pool, count, &n, &err));
    ck_assert_int_eq(err.code, LAR_ERR_BUSY);
    ck_assert_str_eq(err.text, "2 requests are waiting already");
    sem_post(&gate.open);
    lar_workers_stop(pool);
    ck_assert_int_eq(n, 2);
}
END_TEST

struct order {
    int next, seen[100];
};

struct numbered {
    struct order *order;
    int number;
};

static void note(void *argument, struct lar_scratch *scratch)
{
    const struct numbered *job = argument;
    (void)scratch;
    job->order->seen[job->order->next++] = job->number;
}

START_TEST(one_thread_keeps_the_order)
{
    struct lar_workers *pool = start(1, 100);
    struct lar_error err = {0};
    struct order order = {0};
    struct numbered jobs[100];
    for (int i = 0; i < 100; i++) {
        jobs[i] = (struct numbered){&order, i};
        ck_assert(lar_workers_submit(pool, note, &jobs[i], &err));
    }
    lar_workers_stop(pool);
    for (int i = 0; i < 100; i++)
        ck_assert_int_eq(order.seen[i], i);
}
END_TEST

static void notice_mask(void *argument, struct lar_scratch *scratch)
{
    sigset_t mask;
    (void)scratch;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    *(bool *)argument = sigismember(&mask, SIGTERM) == 1;
}

START_TEST(signals_are_left_to_others)
{
    struct lar_workers *pool = start(2, 10);
    struct lar_error err = {0};
    bool blocked = false;
    ck_assert(lar_workers_submit(pool, notice_mask, &blocked, &err));
    lar_workers_stop(pool);
    ck_assert(blocked);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    ck_assert_int_eq(sigismember(&mask, SIGTERM), 0);
}
END_TEST

START_TEST(an_idle_pool_sleeps)
{
    struct lar_workers *pool = start(4, 10);
    struct rusage before, after;
    getrusage(RUSAGE_SELF, &before);
    usleep(200000);
    getrusage(RUSAGE_SELF, &after);
    long us = (after.ru_utime.tv_sec - before.ru_utime.tv_sec) * 1000000 + after.ru_utime.tv_usec -
              before.ru_utime.tv_usec;
    ck_assert_int_lt(us, 50000);
    lar_workers_stop(pool);
}
END_TEST

int main(void)
{
    return check_main("workers",
                      (const TTest *[]){every_job_runs_once, a_full_queue_is_busy,
                                        one_thread_keeps_the_order, signals_are_left_to_others,
                                        an_idle_pool_sleeps, NULL});
}
