/* Labels: what they may point to, who answers, what they forbid, what is kept.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/server/world.h"

#include <stdio.h>
#include <string.h>

static void start(struct world *w)
{
    world_make(w);
    world_put(w, "iris/1/model.joblib", "ok 1");
    world_put(w, "iris/2/model.joblib", "ok 2");
    world_put(w, "iris/3/model.joblib", "refuse this");
    world_start(w);
    world_await_complete(w);
    world_await(w, "iris", 2, 2);
    world_await_error(w, "iris", 3, "this");
}

static enum lar_error_code set(const struct world *w, const char *label, uint64_t number)
{
    struct lar_error err = {0};
    lar_registry_label_set(w->registry, "iris", label, number, &err);
    return err.code;
}

static enum lar_error_code drop(const struct world *w, const char *label)
{
    struct lar_error err = {0};
    lar_registry_label_drop(w->registry, "iris", label, &err);
    return err.code;
}

static enum lar_error_code delete_version(const struct world *w, uint64_t number, bool force)
{
    struct lar_error err = {0};
    lar_reader_idle(w->reader); /* nobody waits for this thread */
    lar_registry_delete(w->registry, "iris", number, force, &err);
    return err.code;
}

/* What LABEL's version (NULL: who answers) adds, or -1. */
static double value(const struct world *w, const char *label)
{
    struct lar_error err = {0};
    lar_reader_turn(w->reader);
    return world_value(lar_table_loaded(lar_reader_table(w->reader), "iris", 4, 0, label,
                                        label ? strlen(label) : 0, &err));
}

START_TEST(labels_lead_to_versions)
{
    struct world w;
    start(&w);
    ck_assert_int_eq(set(&w, "stable", 1), LAR_ERR_NONE);
    ck_assert_double_eq(value(&w, "stable"), 1); /* at once */
    ck_assert_double_eq(value(&w, NULL), 2);
    ck_assert_int_eq(set(&w, "default", 1), LAR_ERR_NONE);
    ck_assert_double_eq(value(&w, NULL), 1);
    ck_assert_int_eq(set(&w, "stable", 2), LAR_ERR_NONE);
    ck_assert_double_eq(value(&w, "stable"), 2);
    ck_assert_int_eq(drop(&w, "default"), LAR_ERR_NONE);
    ck_assert_double_eq(value(&w, NULL), 2);
    ck_assert_int_eq(drop(&w, "default"), LAR_ERR_NOTFOUND);
    world_remove(&w);
}
END_TEST

START_TEST(only_what_answers_gets_one)
{
    struct world w;
    struct lar_error err = {0};
    start(&w);
    ck_assert_int_eq(set(&w, "stable", 3), LAR_ERR_CONFLICT);
    ck_assert_int_eq(set(&w, "stable", 9), LAR_ERR_NOTFOUND);
    ck_assert_int_eq(set(&w, "stable", 0), LAR_ERR_INVALID);
    ck_assert_int_eq(set(&w, "-x", 1), LAR_ERR_INVALID);
    ck_assert_int_eq(set(&w, "17", 1), LAR_ERR_INVALID); /* it would be a version's number */
    ck_assert(!lar_registry_label_set(w.registry, "none", "stable", 1, &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    ck_assert_double_eq(value(&w, "stable"), -1);
    char name[16];
    for (int i = 0; i < 100; i++) {
        snprintf(name, sizeof name, "l%d", i);
        ck_assert_int_eq(set(&w, name, 1), LAR_ERR_NONE);
    }
    ck_assert_int_eq(set(&w, "one-more", 1), LAR_ERR_LIMIT);
    ck_assert_int_eq(set(&w, "l7", 2), LAR_ERR_NONE);
    world_remove(&w);
}
END_TEST

START_TEST(a_label_forbids_a_delete)
{
    struct world w;
    start(&w);
    ck_assert_int_eq(set(&w, "stable", 1), LAR_ERR_NONE);
    ck_assert_int_eq(delete_version(&w, 1, false), LAR_ERR_CONFLICT);
    ck_assert(world_exists(&w, "iris/1/model.joblib"));
    ck_assert_double_eq(value(&w, "stable"), 1);
    ck_assert_int_eq(delete_version(&w, 1, true), LAR_ERR_NONE);
    ck_assert(!world_exists(&w, "iris/1"));
    ck_assert_double_eq(value(&w, "stable"), -1);
    ck_assert_int_eq(drop(&w, "stable"), LAR_ERR_NOTFOUND);
    ck_assert_int_eq(set(&w, "stable", 2), LAR_ERR_NONE);
    ck_assert_int_eq(delete_version(&w, 0, false), LAR_ERR_NONE); /* all of it was meant */
    world_remove(&w);
}
END_TEST

START_TEST(labels_outlive_restarts)
{
    struct world w;
    struct lar_error err = {0};
    start(&w);
    ck_assert_int_eq(set(&w, "default", 1), LAR_ERR_NONE);
    ck_assert_int_eq(set(&w, "canary", 2), LAR_ERR_NONE);
    ck_assert_int_eq(set(&w, "gone", 2), LAR_ERR_NONE);
    ck_assert_int_eq(drop(&w, "gone"), LAR_ERR_NONE);
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    ck_assert_double_eq(value(&w, NULL), 1);
    ck_assert_double_eq(value(&w, "canary"), 2);
    ck_assert_double_eq(value(&w, "gone"), -1);
    char *history = lar_registry_history(w.registry, "iris", &err);
    ck_assert_ptr_nonnull(history);
    ck_assert_ptr_nonnull(strstr(history, "\"label\": \"canary\""));
    ck_assert_ptr_nonnull(strstr(history, "\"what\": \"unlabel\""));
    free(history);
    world_remove(&w);
}
END_TEST

/* The label `default` is a promise: nobody else answers in its version's place. */
START_TEST(default_waits_for_its_version)
{
    struct world w;
    start(&w);
    ck_assert_int_eq(set(&w, "default", 1), LAR_ERR_NONE);
    world_stop(&w);
    world_put(&w, "iris/1/model.joblib", "refuse that");
    world_start(&w);
    world_await_complete(&w);
    world_await_error(&w, "iris", 1, "that");
    ck_assert_double_eq(value(&w, NULL), -1);
    ck_assert_int_eq(set(&w, "default", 2), LAR_ERR_NONE);
    ck_assert_double_eq(value(&w, NULL), 2);
    world_remove(&w);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {labels_lead_to_versions,       only_what_answers_gets_one,
                                  a_label_forbids_a_delete,      labels_outlive_restarts,
                                  default_waits_for_its_version, NULL};
    return check_main("labels", tests);
}
