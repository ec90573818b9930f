/* Which threads go first; see priority.h.
 * SPDX-License-Identifier: MIT */
#include "base/priority.h"

#include <sched.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SLICE_NS = 100000 };

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

void lar_priority_give_way(int nice)
{
    struct sched_param none = {0};
    sched_setscheduler(0, SCHED_BATCH, &none);
    /* Of this thread alone: that is what Linux makes of a thread's id here. */
    setpriority(PRIO_PROCESS, (id_t)gettid(), nice);
}
