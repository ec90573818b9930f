/* Which threads go first; see priority.h.
 * SPDX-License-Identifier: MIT */
#include "base/priority.h"

#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum {
    SLICE_NS = 100000,
    WORK_US = 50,    /* between two pauses at least: the kernel wakes a sleeper up to 50 us late */
    PAUSE_US = 1000, /* at most */
    LATELY_US = 10000,
};

/* Linux, include/uapi/linux/sched/types.h, whose header collides with the C library's. */
struct attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period; /* of SCHED_OTHER, runtime is the slice */
};

void lar_priority_answer(void)
{
    struct attributes a = {.size = sizeof a, .runtime = SLICE_NS};
    syscall(SYS_sched_setattr, 0, &a, 0);
}

unsigned lar_processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof set, &set))
        return 1; /* more than 1,024 processors */
    return (unsigned)CPU_COUNT(&set);
}

/* Of this thread; times are of processor time. */
static _Thread_local struct {
    bool gives_way;
    int64_t paused_us, contended_until_us;
    long preemptions;
} own;

void lar_priority_give_way(int nice)
{
    own.gives_way = true;
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
    /* Of this thread alone: that is what Linux makes of a thread's id here. */
    setpriority(PRIO_PROCESS, (id_t)gettid(), nice);
}

void lar_priority_step_done(void)
{
    struct rusage used;
    struct timespec spent; /* getrusage()'s is as old as the last tick */
    if (!own.gives_way || clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent) ||
        getrusage(RUSAGE_THREAD, &used))
        return;
    int64_t now = (int64_t)spent.tv_sec * 1000000 + spent.tv_nsec / 1000;
    if (used.ru_nivcsw != own.preemptions) {
        own.preemptions = used.ru_nivcsw;
        own.contended_until_us = now + LATELY_US;
    }
    int64_t worked = now - own.paused_us;
    if (worked < WORK_US)
        return;
    own.paused_us = now;
    struct timespec pause = {.tv_nsec = (worked < PAUSE_US ? worked : PAUSE_US) * 1000};
    if (now < own.contended_until_us)
        nanosleep(&pause, NULL);
}
