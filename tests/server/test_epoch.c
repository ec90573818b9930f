/* What is retired is freed, but not under anybody's eyes; models swap under readers.
 * SPDX-License-Identifier: MIT */
#include "server/epoch.h"
#include "tests/check_main.h"
#include "tests/server/world.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>

static _Atomic int released;

static void count_release(struct lar_retired *retired)
{
    (void)retired;
    atomic_fetch_add(&released, 1);
}

static bool becomes(int n)
{
    for (int i = 0; i < 1000 && atomic_load(&released) != n; i++)
        world_sleep(2);
    return atomic_load(&released) == n;
}

START_TEST(readers_hold_back_what_they_may_see)
{
    struct lar_error err = {0};
    struct lar_epochs *epochs = lar_epochs_new(&err);
    struct lar_epoch_reader a, b;
    struct lar_retired first = {.release = count_release}, second = first;
    released = 0;
    ck_assert_ptr_nonnull(epochs);
    lar_epochs_add(epochs, &a);
    lar_epochs_add(epochs, &b); /* idle: holds back nothing */
    lar_epochs_turn(epochs, &a);
    lar_epochs_retire(epochs, &first);
    world_sleep(60);
    ck_assert_int_eq(released, 0);
    lar_epochs_turn(epochs, &b); /* began later: sees nothing of it */
    lar_epochs_retire(epochs, &second);
    lar_epochs_turn(epochs, &a);
    ck_assert(becomes(1));
    world_sleep(60);
    ck_assert_int_eq(released, 1);
    lar_epochs_idle(&b);
    ck_assert(becomes(2));
    lar_epochs_remove(epochs, &a);
    lar_epochs_remove(epochs, &b);
    lar_epochs_free(epochs);
}
END_TEST

START_TEST(references_hold_back_longer)
{
    struct lar_error err = {0};
    struct lar_epochs *epochs = lar_epochs_new(&err);
    _Atomic uint64_t references = 1;
    struct lar_retired counted = {.release = count_release, .references = &references};
    released = 0;
    ck_assert_ptr_nonnull(epochs);
    lar_epochs_retire(epochs, &counted);
    world_sleep(60);
    ck_assert_int_eq(released, 0);
    references = 0;
    ck_assert(becomes(1));
    lar_epochs_free(epochs);
}
END_TEST

struct swapping {
    struct world *world;
    _Atomic bool stop;
    _Atomic uint64_t looks, wrong;
};

/* As an HTTP thread does: turn, look up, hold for a while over turns, compare, give back. */
static void *read_all_the_time(void *arg)
{
    struct swapping *s = arg;
    struct lar_error err = {0};
    struct lar_reader *reader = lar_registry_reader(s->world->registry, &err);
    struct lar_loaded *held = NULL;
    double value = 0;
    while (!s->stop) {
        lar_reader_turn(reader);
        lar_error_clear(&err);
        struct lar_loaded *now =
            lar_table_loaded(lar_reader_table(reader), "iris", 4, 0, NULL, 0, &err);
        if (!now || world_value(now) < 1 || now->number != 1 || strlen(now->header) != 26)
            s->wrong++;
        if (held && world_value(held) != value)
            s->wrong++;
        if (s->looks++ % 3 == 0 && now) {
            lar_loaded_release(held);
            held = lar_loaded_acquire(now);
            value = world_value(held);
        }
        if (s->looks % 64 == 0) {
            lar_reader_idle(reader);
            world_sleep(1);
        }
    }
    lar_loaded_release(held);
    lar_reader_free(reader);
    return NULL;
}

START_TEST(versions_swap_under_readers)
{
    enum { READERS = 3, SWAPS = 60 };
    struct world w;
    pthread_t threads[READERS];
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    struct swapping s = {.world = &w};
    for (int i = 0; i < READERS; i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, read_all_the_time, &s), 0);
    for (int i = 2; i <= SWAPS; i++) {
        char text[32];
        snprintf(text, sizeof text, "ok %d", i);
        world_move_in(&w, "iris/1/model.joblib", text);
        world_await(&w, "iris", 1, i);
    }
    s.stop = true;
    for (int i = 0; i < READERS; i++)
        pthread_join(threads[i], NULL);
    ck_assert_uint_eq(s.wrong, 0);
    ck_assert_uint_gt(s.looks, SWAPS);
    world_remove(&w);
}
END_TEST

int main(void)
{
    return check_main("epoch", (const TTest *[]){readers_hold_back_what_they_may_see,
                                                 references_hold_back_longer,
                                                 versions_swap_under_readers, NULL});
}
