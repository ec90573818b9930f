/* The one pool of threads, for work that would hold up an HTTP thread.
 *
 * A job is a function and its argument; jobs begin in the order in which they were submitted. The
 * queue is bounded, and the pool sleeps when there is nothing to do. Any thread may submit, jobs
 * too.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_WORKERS_H
#define INFERENCE_WORKERS_H

#include "inference/scratch.h"

struct lar_workers;

/* SCRATCH belongs to the worker's thread and is reset before each job. */
typedef void (*lar_job)(void *argument, struct lar_scratch *scratch);

struct lar_workers_settings {
    unsigned threads;
    size_t queue;       /* jobs that may wait */
    size_t keep, limit; /* of each thread's scratch */
    int nice;           /* above 0: the threads give way to others (base/priority.h) */
    const char *name;   /* of the threads, up to 15 bytes; NULL: "worker" */
};

/* Starts the threads, with all signals blocked. */
bool lar_workers_start(struct lar_workers **ret, const struct lar_workers_settings *settings,
                       struct lar_error *err);

/* LAR_ERR_BUSY: the queue is full; LAR_ERR_UNAVAILABLE: the pool is being stopped. Never blocks on
 * a job. */
bool lar_workers_submit(struct lar_workers *workers, lar_job job, void *argument,
                        struct lar_error *err);

/* Jobs that wait now. */
size_t lar_workers_waiting(struct lar_workers *workers);

/* Refuses new jobs, runs those that wait, ends the threads and frees the pool. Accepts NULL. */
void lar_workers_stop(struct lar_workers *workers);

#endif
