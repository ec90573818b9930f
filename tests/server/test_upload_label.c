/* Uploads that bring a label: who answers afterwards, what is remembered, what a failure leaves.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/server/world.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static enum lar_error_code send(const struct world *w, uint64_t number, const char *text,
                                const char *label, struct lar_upload_result *ret)
{
    struct lar_upload *u;
    struct lar_error err = {0};
    enum lar_upload_kind kind = number ? LAR_UPLOAD_AT : LAR_UPLOAD_NEXT;
    *ret = (struct lar_upload_result){0};
    if (!lar_upload_begin(&u, w->registry, "iris", kind, number, -1, &err))
        return err.code;
    if ((label && !lar_upload_label(u, label, &err)) ||
        !lar_upload_write(u, text, strlen(text), &err)) {
        lar_upload_abort(u);
        return err.code;
    }
    lar_upload_finish(u, ret, &err);
    free(ret->report);
    return err.code;
}

/* Sends TEXT with LABEL; afterwards ANSWERING answers, because of `default` or not. */
static void push(const struct world *w, const char *text, const char *label, uint64_t answering,
                 bool by_label, bool pinned)
{
    struct lar_upload_result result;
    ck_assert_int_eq(send(w, 0, text, label, &result), LAR_ERR_NONE);
    ck_assert_uint_eq(result.answering, answering);
    ck_assert_int_eq(result.by_label, by_label);
    ck_assert_int_eq(result.pinned, pinned);
}

/* What LABEL's version (NULL: who answers) adds, or -1. */
static double value(const struct world *w, const char *label)
{
    struct lar_error err = {0};
    lar_reader_turn(w->reader);
    return world_value(lar_table_loaded(lar_reader_table(w->reader), "iris", 4, 0, label,
                                        label ? strlen(label) : 0, &err));
}

static void set(const struct world *w, const char *label, uint64_t number)
{
    struct lar_error err = {0};
    ck_assert_msg(lar_registry_label_set(w->registry, "iris", label, number, &err), "%s", err.text);
}

static void drop(const struct world *w, const char *label)
{
    struct lar_error err = {0};
    ck_assert_msg(lar_registry_label_drop(w->registry, "iris", label, &err), "%s", err.text);
}

/* What was done with `default`: "answered 3, label 1, ...". */
static const char *past(const struct world *w, char *to, size_t size)
{
    struct lar_error err = {0};
    char *text = lar_registry_history(w->registry, "iris", &err);
    ck_assert_msg(text != NULL, "%s", err.text);
    json_t *root = json_loads(text, 0, NULL), *event;
    size_t i, at = 0;
    to[0] = '\0';
    json_array_foreach(json_object_get(root, "history"), i, event)
    {
        const char *label = json_string_value(json_object_get(event, "label"));
        if (label && strcmp(label, "default") == 0)
            at += (size_t)snprintf(to + at, size - at, "%s%s %d", at ? ", " : "",
                                   json_string_value(json_object_get(event, "what")),
                                   (int)json_integer_value(json_object_get(event, "number")));
    }
    json_decref(root);
    free(text);
    return to;
}

START_TEST(a_canary_changes_nothing_for_others)
{
    struct world w;
    char text[256];
    world_make(&w);
    world_start(&w);
    push(&w, "ok 1", "canary", 1, false, false); /* nobody answered before */
    push(&w, "ok 2", NULL, 2, false, false);
    push(&w, "ok 3", "canary", 2, true, true);
    ck_assert_double_eq(value(&w, NULL), 2);
    ck_assert_double_eq(value(&w, "canary"), 3);
    push(&w, "ok 4", "canary", 2, true, false); /* it says so already */
    push(&w, "ok 5", NULL, 2, true, false);
    ck_assert_double_eq(value(&w, NULL), 2);
    ck_assert_double_eq(value(&w, "canary"), 4);
    ck_assert_str_eq(past(&w, text, sizeof text), "label 2");
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    ck_assert_double_eq(value(&w, NULL), 2);
    ck_assert_double_eq(value(&w, "canary"), 4);
    world_remove(&w);
}
END_TEST

START_TEST(default_itself_takes_over)
{
    struct world w;
    char text[256];
    world_make(&w);
    world_start(&w);
    push(&w, "ok 1", "default", 1, true, false);
    drop(&w, "default");
    push(&w, "ok 2", "default", 2, true, false);
    ck_assert_double_eq(value(&w, NULL), 2);
    /* The way back leads to 1. */
    ck_assert_str_eq(past(&w, text, sizeof text), "label 1, unlabel 1, label 1, label 2");
    world_remove(&w);
}
END_TEST

START_TEST(who_answered_before_is_remembered)
{
    struct world w;
    char text[256];
    world_make(&w);
    world_start(&w);
    push(&w, "ok 1", NULL, 1, false, false);
    push(&w, "ok 2", NULL, 2, false, false);
    push(&w, "ok 3", NULL, 3, false, false);
    set(&w, "stable", 1);
    ck_assert_str_eq(past(&w, text, sizeof text), "");
    set(&w, "default", 1);
    ck_assert_str_eq(past(&w, text, sizeof text), "answered 3, label 1");
    set(&w, "default", 2);
    drop(&w, "default");
    set(&w, "default", 3); /* it answered already */
    ck_assert_str_eq(past(&w, text, sizeof text),
                     "answered 3, label 1, label 2, unlabel 2, label 3");
    world_remove(&w);
}
END_TEST

/* A label on what is there no more lets the newest answer: that is who goes on. */
START_TEST(a_label_without_a_version_decides_nothing)
{
    struct world w;
    world_make(&w);
    world_start(&w);
    push(&w, "ok 1", NULL, 1, false, false);
    push(&w, "ok 2", NULL, 2, false, false);
    set(&w, "default", 1);
    world_delete(&w, "iris/1");
    world_await_gone(&w, "iris", 1);
    ck_assert_double_eq(value(&w, NULL), 2);
    push(&w, "ok 3", "canary", 2, true, true);
    ck_assert_double_eq(value(&w, NULL), 2);
    world_remove(&w);
}
END_TEST

START_TEST(the_same_content_gets_the_label)
{
    struct world w;
    struct lar_upload_result result;
    world_make(&w);
    world_start(&w);
    push(&w, "ok 1", NULL, 1, false, false);
    push(&w, "ok 2", NULL, 2, false, false);
    ck_assert_int_eq(send(&w, 1, "ok 1", "stable", &result), LAR_ERR_NONE);
    ck_assert(result.same);
    ck_assert_uint_eq(result.answering, 2);
    ck_assert(!result.by_label);
    ck_assert_double_eq(value(&w, "stable"), 1);
    ck_assert_double_eq(value(&w, NULL), 2);
    world_remove(&w);
}
END_TEST

/* The policy would not load it; its label holds it, and its predecessor's holds that. */
START_TEST(a_label_holds_what_the_policy_would_not)
{
    struct world w;
    world_make(&w);
    world_put(&w, "iris/model.yaml", "policy: {latest: 1}\nkeep: 1\n");
    world_put(&w, "iris/1/model.joblib", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    world_await(&w, "iris", 0, 1);
    push(&w, "ok 2", "canary", 1, true, true);
    push(&w, "ok 3", NULL, 1, true, false);
    push(&w, "ok 4", NULL, 1, true, false);
    ck_assert_double_eq(value(&w, NULL), 1);
    ck_assert_double_eq(value(&w, "canary"), 2);
    char text[256];
    ck_assert_str_eq(world_list(&w, text, sizeof text),
                     "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2, iris/4 AVAILABLE 4");
    world_remove(&w);
}
END_TEST

START_TEST(what_is_refused_leaves_no_label)
{
    struct world w;
    struct lar_upload_result result;
    char text[256], name[16], path[160];
    world_make(&w);
    world_start(&w);
    push(&w, "ok 1", NULL, 1, false, false);
    ck_assert_int_eq(send(&w, 0, "ok 2", "7", &result), LAR_ERR_INVALID);
    ck_assert_int_eq(send(&w, 0, "ok 2", "", &result), LAR_ERR_INVALID);
    ck_assert_int_eq(send(&w, 0, "ok 2", "a/b", &result), LAR_ERR_INVALID);
    ck_assert_int_eq(send(&w, 0, "refuse this", "canary", &result), LAR_ERR_UNSUPPORTED);
    /* Somebody has the number's folder, which scans do not see while it is empty. */
    snprintf(path, sizeof path, "%s/iris/2", w.models);
    ck_assert_int_eq(mkdir(path, 0755), 0);
    ck_assert_int_eq(send(&w, 2, "ok 2", "canary", &result), LAR_ERR_CONFLICT);
    ck_assert_str_eq(past(&w, text, sizeof text), "label 1, unlabel 1");
    push(&w, "ok 3", NULL, 3, false, false); /* nothing holds 1 any more */
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    ck_assert_double_eq(value(&w, NULL), 3);
    ck_assert_double_eq(value(&w, "canary"), -1);

    for (int i = 0; i < 99; i++) {
        snprintf(name, sizeof name, "l%d", i);
        set(&w, name, 1);
    }
    ck_assert_int_eq(send(&w, 0, "ok 4", "more", &result), LAR_ERR_LIMIT); /* and `default` */
    push(&w, "ok 4", "l7", 3, true, true);
    ck_assert_int_eq(send(&w, 0, "ok 5", "more", &result), LAR_ERR_LIMIT);
    world_remove(&w);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {
        a_canary_changes_nothing_for_others, default_itself_takes_over,
        who_answered_before_is_remembered,   a_label_without_a_version_decides_nothing,
        the_same_content_gets_the_label,     a_label_holds_what_the_policy_would_not,
        what_is_refused_leaves_no_label,     NULL};
    return check_main("upload_label", tests);
}
