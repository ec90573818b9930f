/* SPDX-License-Identifier: MIT */
#include "base/priority.h"
#include "tests/check_main.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <time.h>

enum { STEPS = 2000, SECONDS = 30 };

static atomic_bool stop;

static void pin(void)
{
    cpu_set_t all, one;
    CPU_ZERO(&one);
    ck_assert_int_eq(sched_getaffinity(0, sizeof all, &all), 0);
    for (int i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &all)) {
            CPU_SET(i, &one);
            break;
        }
    ck_assert_int_eq(pthread_setaffinity_np(pthread_self(), sizeof one, &one), 0);
}

static void *spin(void *argument)
{
    pin();
    while (!atomic_load(&stop))
        ;
    return argument;
}

static long sleeps(void)
{
    struct rusage used;
    getrusage(RUSAGE_THREAD, &used);
    return used.ru_nvcsw;
}

static void work(void)
{
    static _Atomic unsigned sum;
    for (unsigned i = 0; i < 2000; i++)
        atomic_fetch_add_explicit(&sum, i, memory_order_relaxed);
    lar_priority_step_done();
}

static void *work_in_nobodys_way(void *argument)
{
    long before = sleeps();
    pin();
    for (int i = 0; i < STEPS; i++)
        work();
    *(long *)argument = sleeps() - before;
    return NULL;
}

/* Until it has slept, or for long. */
static void *work_and_give_way(void *argument)
{
    pin();
    lar_priority_give_way(5);
    long before = sleeps();
    time_t end = time(NULL) + SECONDS;
    while (sleeps() == before && time(NULL) < end)
        work();
    *(long *)argument = sleeps() - before;
    return NULL;
}

/* How often WORKER's thread slept while another wanted its processor. */
static long sleeps_beside_a_rival(void *(*worker)(void *ret_sleeps))
{
    pthread_t rival, thread;
    long slept = -1;
    atomic_store(&stop, false);
    ck_assert_int_eq(pthread_create(&rival, NULL, spin, NULL), 0);
    ck_assert_int_eq(pthread_create(&thread, NULL, worker, &slept), 0);
    pthread_join(thread, NULL);
    atomic_store(&stop, true);
    pthread_join(rival, NULL);
    return slept;
}

START_TEST(who_gives_way_pauses_while_others_wait)
{
    ck_assert_int_gt(sleeps_beside_a_rival(work_and_give_way), 0);
}
END_TEST

START_TEST(who_does_not_give_way_never_pauses)
{
    long slept = sleeps_beside_a_rival(work_in_nobodys_way);
    ck_assert_int_ge(slept, 0);
    ck_assert_int_le(slept, 20); /* moving to the one processor, a page; a pause is every 50 us */
}
END_TEST

START_TEST(processors_are_at_least_one)
{
    ck_assert_uint_ge(lar_processors(), 1);
}
END_TEST

int main(void)
{
    return check_main("priority", (const TTest *[]){who_gives_way_pauses_while_others_wait,
                                                    who_does_not_give_way_never_pauses,
                                                    processors_are_at_least_one, NULL});
}
