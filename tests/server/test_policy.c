/* model.yaml, and loading and unloading by hand.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/server/world.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

static void expect(const struct world *w, const char *list)
{
    char buffer[4096];
    ck_assert_str_eq(world_list(w, buffer, sizeof buffer), list);
}

/* Waits until the list is that. */
static void await_list(const struct world *w, const char *list)
{
    char buffer[4096];
    for (int i = 0; i < 1000 && strcmp(world_list(w, buffer, sizeof buffer), list) != 0; i++)
        world_sleep(10);
    expect(w, list);
}

static void start(struct world *w, const char *settings)
{
    world_make(w);
    world_put(w, "iris/1/model.joblib", "ok 1");
    world_put(w, "iris/2/model.joblib", "ok 2");
    world_put(w, "iris/3/model.joblib", "ok 3");
    if (settings)
        world_put(w, "iris/model.yaml", settings);
    world_start(w);
    world_await_complete(w);
}

START_TEST(policies_choose_what_is_loaded)
{
    static const struct {
        const char *settings, *list;
        unsigned loads;
    } rows[] = {
        {NULL, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/3 AVAILABLE 3", 3},
        {"policy: all", "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/3 AVAILABLE 3", 3},
        {"policy: {latest: 1}", "iris/1 END, iris/2 END, iris/3 AVAILABLE 3", 1},
        {"policy: {latest: 2}", "iris/1 END, iris/2 AVAILABLE 2, iris/3 AVAILABLE 3", 2},
        {"policy: {latest: 9}", "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/3 AVAILABLE 3", 3},
        {"policy: {versions: [2, 7]}", "iris/1 END, iris/2 AVAILABLE 2, iris/3 END", 1},
        {"policy: {versions: []}", "iris/1 END, iris/2 END, iris/3 END", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        start(&w, rows[i].settings);
        expect(&w, rows[i].list);
        ck_assert_uint_eq(w.spawner.loads, rows[i].loads);
        world_remove(&w);
    }
}
END_TEST

START_TEST(another_policy_needs_no_load)
{
    struct world w;
    start(&w, NULL);
    world_move_in(&w, "iris/model.yaml", "policy: {latest: 1}");
    await_list(&w, "iris/1 END, iris/2 END, iris/3 AVAILABLE 3");
    world_move_in(&w, "iris/model.yaml", "policy: {versions: [1]}");
    await_list(&w, "iris/1 AVAILABLE 1, iris/2 END, iris/3 END");
    world_delete(&w, "iris/model.yaml");
    await_list(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/3 AVAILABLE 3");
    ck_assert_uint_eq(w.spawner.loads, 3); /* all came from the cache */
    world_remove(&w);
}
END_TEST

START_TEST(the_latest_goes_when_the_next_is_there)
{
    struct world w;
    struct lar_error err = {0};
    start(&w, "policy: {latest: 1}");
    world_move_in(&w, "iris/4/model.joblib", "refuse it");
    world_await_error(&w, "iris", 4, "it");
    world_await(&w, "iris", 0, 3); /* what fails leaves the old one serving */
    world_move_in(&w, "iris/5/model.joblib", "ok 5");
    await_list(&w, "iris/1 END, iris/2 END, iris/3 END, iris/4 END, iris/5 AVAILABLE 5");
    ck_assert(lar_registry_label_set(w.registry, "iris", "stable", 5, &err));
    world_move_in(&w, "iris/6/model.joblib", "ok 6");
    world_await(&w, "iris", 6, 6);
    world_sleep(100);
    world_await(&w, "iris", 5, 5); /* a label holds its version */
    ck_assert(lar_registry_label_drop(w.registry, "iris", "stable", &err));
    await_list(&w,
               "iris/1 END, iris/2 END, iris/3 END, iris/4 END, iris/5 END, iris/6 AVAILABLE 6");
    world_delete(&w, "iris/6"); /* then the next lower one answers again */
    world_await(&w, "iris", 0, 5);
    world_remove(&w);
}
END_TEST

static const char *settings_error(const struct world *w)
{
    lar_reader_turn(w->reader);
    return lar_table_find(lar_reader_table(w->reader), "iris", 4)->settings_error;
}

START_TEST(a_bad_file_keeps_the_last_good_settings)
{
    struct world w;
    start(&w, "policy: {latest: 1}");
    world_move_in(&w, "iris/model.yaml", "policy: {latest: x}");
    for (int i = 0; i < 1000 && !settings_error(&w); i++)
        world_sleep(10);
    ck_assert_ptr_nonnull(settings_error(&w));
    ck_assert_ptr_nonnull(strstr(settings_error(&w), "model.yaml: 1:18: latest wants"));
    expect(&w, "iris/1 END, iris/2 END, iris/3 AVAILABLE 3");
    world_move_in(&w, "iris/model.yaml", "policy: all");
    await_list(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/3 AVAILABLE 3");
    ck_assert_ptr_null(settings_error(&w));
    world_remove(&w);
}
END_TEST

START_TEST(a_bad_first_file_fails_the_model)
{
    struct world w;
    start(&w, "policy: [");
    world_await_error(&w, "iris", 3, "model.yaml: ");
    expect(&w, "iris/1 END, iris/2 END, iris/3 END");
    ck_assert_uint_eq(w.spawner.loads, 0);
    world_move_in(&w, "iris/model.yaml", "policy: {latest: 1}");
    await_list(&w, "iris/1 END, iris/2 END, iris/3 AVAILABLE 3");
    world_remove(&w);
}
END_TEST

START_TEST(what_the_loader_reads_is_loaded_again)
{
    struct world w;
    start(&w, "policy: {latest: 1}");
    ck_assert_uint_eq(w.spawner.loads, 1);
    world_move_in(&w, "iris/model.yaml", "policy: {latest: 1}\ndefault_method: predict\n");
    for (int i = 0; i < 1000 && w.spawner.loads < 2; i++)
        world_sleep(10);
    ck_assert_uint_eq(w.spawner.loads, 2);
    await_list(&w, "iris/1 END, iris/2 END, iris/3 AVAILABLE 3");
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    ck_assert_uint_eq(w.spawner.loads, 2); /* the cache has it */
    world_remove(&w);
}
END_TEST

START_TEST(unloaded_by_hand_until_a_load_or_other_bytes)
{
    struct world w;
    struct lar_error err = {0};
    start(&w, NULL);
    lar_reader_idle(w.reader);
    ck_assert(lar_registry_unload(w.registry, "iris", &err));
    expect(&w, "iris/1 END, iris/2 END, iris/3 END");
    world_reload(&w, false);
    expect(&w, "iris/1 END, iris/2 END, iris/3 END");
    world_move_in(&w, "iris/2/model.joblib", "ok 22"); /* other bytes */
    await_list(&w, "iris/1 END, iris/2 AVAILABLE 22, iris/3 END");
    ck_assert(lar_registry_load(w.registry, "iris", &err));
    expect(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 22, iris/3 AVAILABLE 3");
    lar_reader_idle(w.reader);
    ck_assert(lar_registry_unload(w.registry, "iris", &err));
    world_stop(&w);
    world_start(&w); /* a restart forgets it */
    world_await_complete(&w);
    expect(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 22, iris/3 AVAILABLE 3");
    ck_assert(!lar_registry_unload(w.registry, "none", &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    err = (struct lar_error){0};
    ck_assert(!lar_registry_load(w.registry, "none", &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    world_remove(&w);
}
END_TEST

START_TEST(load_tells_why_nothing_answers)
{
    struct world w;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "refuse it");
    world_start(&w);
    world_await_complete(&w);
    unsigned loads = w.spawner.loads;
    ck_assert(!lar_registry_load(w.registry, "iris", &err));
    ck_assert_int_eq(err.code, LAR_ERR_INVALID);
    ck_assert_str_eq(err.text, "failed to load 'iris': it");
    ck_assert_uint_gt(w.spawner.loads, loads); /* it was tried once more */
    world_remove(&w);
}
END_TEST

static uint64_t upload(const struct world *w, const char *text)
{
    struct lar_upload *u;
    struct lar_upload_result result;
    struct lar_error err = {0};
    lar_reader_idle(w->reader);
    ck_assert(lar_upload_begin(&u, w->registry, "iris", LAR_UPLOAD_NEXT, 0, -1, &err));
    ck_assert(lar_upload_write(u, text, strlen(text), &err));
    ck_assert_msg(lar_upload_finish(u, &result, &err), "%s", err.text);
    free(result.report);
    return result.number;
}

START_TEST(so_many_uploads_are_kept)
{
    struct world w;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "ok 1"); /* put there by hand: nobody's to delete */
    world_put(&w, "iris/model.yaml", "keep: 2");
    world_start(&w);
    world_await_complete(&w);
    ck_assert_uint_eq(upload(&w, "ok 2"), 2);
    ck_assert_uint_eq(upload(&w, "ok 3"), 3);
    expect(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/3 AVAILABLE 3");
    ck_assert_uint_eq(upload(&w, "ok 4"), 4);
    expect(&w, "iris/1 AVAILABLE 1, iris/3 AVAILABLE 3, iris/4 AVAILABLE 4");
    ck_assert(!world_exists(&w, "iris/2"));
    ck_assert(lar_registry_label_set(w.registry, "iris", "stable", 3, &err));
    ck_assert_uint_eq(upload(&w, "ok 5"), 5); /* 3 bears a label */
    ck_assert_uint_eq(upload(&w, "ok 6"), 6);
    expect(&w, "iris/1 AVAILABLE 1, iris/3 AVAILABLE 3, iris/5 AVAILABLE 5, iris/6 AVAILABLE 6");
    world_stop(&w);
    world_start(&w); /* which ones were uploaded is remembered */
    world_await_complete(&w);
    ck_assert_uint_eq(upload(&w, "ok 7"), 7);
    expect(&w, "iris/1 AVAILABLE 1, iris/3 AVAILABLE 3, iris/6 AVAILABLE 6, iris/7 AVAILABLE 7");
    world_remove(&w);
}
END_TEST

static void *delete_it(void *context)
{
    const struct world *w = context;
    struct lar_error err = {0};
    ck_assert(lar_registry_delete(w->registry, "iris", 3, false, &err));
    return NULL;
}

START_TEST(who_is_being_used_is_drained_before_it_goes)
{
    struct world w;
    struct lar_error err = {0};
    pthread_t thread;
    start(&w, NULL);
    lar_reader_turn(w.reader);
    struct lar_loaded *used = lar_loaded_acquire(
        lar_table_loaded(lar_reader_table(w.reader), "iris", 4, 3, NULL, 0, &err));
    lar_reader_idle(w.reader);
    pthread_create(&thread, NULL, delete_it, &w);
    await_list(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/3 UNLOADING");
    lar_reader_idle(w.reader);
    world_sleep(50);
    ck_assert(world_exists(&w, "iris/3/model.joblib"));
    ck_assert(world_value(used) == 3);
    lar_loaded_release(used);
    pthread_join(thread, NULL);
    ck_assert(!world_exists(&w, "iris/3"));
    expect(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2");
    world_remove(&w);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {policies_choose_what_is_loaded,
                                  another_policy_needs_no_load,
                                  the_latest_goes_when_the_next_is_there,
                                  a_bad_file_keeps_the_last_good_settings,
                                  a_bad_first_file_fails_the_model,
                                  what_the_loader_reads_is_loaded_again,
                                  unloaded_by_hand_until_a_load_or_other_bytes,
                                  load_tells_why_nothing_answers,
                                  so_many_uploads_are_kept,
                                  who_is_being_used_is_drained_before_it_goes,
                                  NULL};
    return check_main("policy", tests);
}
