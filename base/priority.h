/* Which threads go first when there is less processor than work. Each function is for the calling
 * thread, and does what the system lets it: a refusal changes nothing.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_PRIORITY_H
#define BASE_PRIORITY_H

/* For threads that answer requests: short slices, so that a wake-up need not wait for the slice of
 * whoever computes (Linux 6.12 and later; before, nice values alone decide). */
void lar_priority_answer(void);

/* For threads that compute, move bytes or load: NICE above 0 gives way that much, and as a batch
 * thread (sched(7)) it takes the processor from nobody when it wakes. */
void lar_priority_give_way(int nice);

/* After each short step of long work in such a thread. While others lately took the processor from
 * it, it sleeps as long as its steps since the last pause took, and half of the processor stays
 * free: a thread that merely waits its turn gathers a claim to run on when they next wake. In other
 * threads, and when nobody wants the processor, it returns at once. */
void lar_priority_step_done(void);

/* The processors that this process may run on, at least 1: those of its affinity, which containers
 * and taskset(1) set. */
unsigned lar_processors(void);

#endif
