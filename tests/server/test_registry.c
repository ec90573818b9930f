/* Layouts, stability, failures, removal: what the registry makes of a folder.
 * SPDX-License-Identifier: MIT */
#include "base/clock.h"
#include "tests/check_main.h"
#include "tests/server/world.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* Stands before the C library's: a system that has no more inotify instances to give. */
static bool no_inotify;

int inotify_init1(int flags)
{
    if (no_inotify) {
        errno = EMFILE;
        return -1;
    }
    return (int)syscall(SYS_inotify_init1, flags);
}

static void expect(const struct world *w, const char *list)
{
    char buffer[4096];
    ck_assert_str_eq(world_list(w, buffer, sizeof buffer), list);
}

START_TEST(all_layouts_are_loaded)
{
    struct world w;
    world_make(&w);
    world_put(&w, "a.joblib", "ok 1");
    world_put(&w, "b/3/model.joblib", "ok 3");
    world_put(&w, "b/00000012/model.pkl", "ok 12");
    world_put(&w, "c/model.joblib", "ok 5");
    world_put(&w, "d/1/saved_model.pb", "ok 6");
    world_put(&w, "d/1/variables/variables.index", "x");
    world_put(&w, "e.pkl.gz", "ok 7");
    world_put(&w, "f/2/anything", "ok 8");
    world_put(&w, "empty/9/.hidden", "x");
    world_put(&w, "readme.txt", "ok 9");
    world_put(&w, "g.joblib.part", "ok 9");
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "a/1 AVAILABLE 1, b/3 AVAILABLE 3, b/12 AVAILABLE 12, c/1 AVAILABLE 5, "
               "d/1 AVAILABLE 6, e/1 AVAILABLE 7, f/2 AVAILABLE 8");
    world_await(&w, "b", 0, 12);
    world_remove(&w);
}
END_TEST

START_TEST(a_new_file_is_loaded_and_replaced)
{
    struct world w;
    world_make(&w);
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "");
    world_put(&w, "iris.joblib", "ok 1");
    world_await(&w, "iris", 1, 1);
    world_move_in(&w, "iris.joblib", "ok 2");
    world_await(&w, "iris", 2, 2);
    expect(&w, "iris/1 END, iris/2 AVAILABLE 2");
    world_put(&w, "iris/7/model.joblib", "ok 7");
    world_await(&w, "iris", 7, 7);
    world_put(&w, "iris/7/model.joblib", "ok 70"); /* in place: same number, other content */
    world_await(&w, "iris", 7, 70);
    world_put(&w, "iris.joblib", "ok 3");
    world_await(&w, "iris", 8, 3);
    expect(&w, "iris/1 END, iris/2 END, iris/7 AVAILABLE 70, iris/8 AVAILABLE 3");
    world_remove(&w);
}
END_TEST

START_TEST(long_ended_versions_leave_the_listing)
{
    struct world w;
    world_make(&w);
    world_start(&w);
    world_await_complete(&w);
    for (int run = 0; run < 2; run++) {
        for (int i = 1 + 10 * run; i <= 10 + 10 * run; i++) {
            char text[32];
            snprintf(text, sizeof text, "ok %d", i);
            world_move_in(&w, "iris.joblib", text);
            world_await(&w, "iris", (uint64_t)i, i);
        }
        world_stop(&w); /* numbers survive it */
        world_start(&w);
        world_await(&w, "iris", 10 + 10 * (uint64_t)run, 10 + 10 * run);
    }
    const struct lar_model_entry *m = lar_table_find(lar_reader_table(w.reader), "iris", 4);
    ck_assert_uint_eq(m->n_versions, 16);
    ck_assert_uint_eq(m->versions[0].number, 5);
    ck_assert_int_eq(m->versions[0].state, LAR_STATE_END);
    ck_assert_uint_eq(strlen(m->versions[0].sha256), 64);
    world_move_in(&w, "iris.joblib", "ok 7"); /* earlier bytes have their earlier number */
    world_await(&w, "iris", 7, 7);
    world_remove(&w);
}
END_TEST

START_TEST(a_restart_opens_nothing_and_keeps_numbers)
{
    struct world w;
    world_make(&w);
    world_put(&w, "iris.joblib", "ok 1");
    world_put(&w, "other/4/model.joblib", "ok 4");
    world_start(&w);
    world_await_complete(&w);
    world_put(&w, "iris.joblib", "ok 2");
    world_await(&w, "iris", 2, 2);
    world_stop(&w);
    unsigned loads = w.spawner.loads;
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "iris/1 END, iris/2 AVAILABLE 2, other/4 AVAILABLE 4");
    ck_assert_uint_eq(w.spawner.loads, loads);
    world_stop(&w);
    char path[128];
    snprintf(path, sizeof path, "%s/index", w.state);
    ck_assert_int_eq(truncate(path, 10), 0); /* then sources are hashed, not loaded */
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "iris/1 END, iris/2 AVAILABLE 2, other/4 AVAILABLE 4");
    ck_assert_uint_eq(w.spawner.loads, loads);
    world_remove(&w);
}
END_TEST

START_TEST(damaged_compiled_forms_are_made_again)
{
    struct world w;
    char command[256];
    world_make(&w);
    world_put(&w, "iris.joblib", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    world_stop(&w);
    snprintf(command, sizeof command, "for f in %s/compiled/*; do echo x > $f; done", w.state);
    ck_assert_int_eq(system(command), 0);
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "iris/1 AVAILABLE 1");
    ck_assert_uint_eq(w.spawner.loads, 2);
    world_remove(&w);
}
END_TEST

START_TEST(what_fails_leaves_the_old_one_serving)
{
    struct world w;
    world_make(&w);
    world_put(&w, "iris.joblib", "ok 1");
    world_put(&w, "iris/3/model.joblib", "refuse class os.system");
    world_put(&w, "new.joblib", "garbage");
    world_start(&w);
    world_await_complete(&w);
    world_await_error(&w, "iris", 3, "os.system");
    world_await_error(&w, "new", 1, "compiled form");
    expect(&w, "iris/1 AVAILABLE 1, iris/3 END, new/1 END");
    unsigned loads = w.spawner.loads;
    world_reload(&w, false);
    ck_assert_uint_eq(w.spawner.loads, loads); /* remembered */
    world_put(&w, "iris.joblib", "refuse this");
    world_await_error(&w, "iris", 1, &"refuse this"[7]);
    world_await(&w, "iris", 0, 1);
    world_put(&w, "iris/3/model.joblib", "ok 3");
    world_await(&w, "iris", 0, 3);
    world_put(&w, "new.joblib", "ok 9");
    world_await(&w, "new", 1, 9);
    world_remove(&w);
}
END_TEST

START_TEST(a_loader_that_dies_is_tried_three_times)
{
    struct world w;
    world_make(&w);
    world_put(&w, "iris.joblib", "die");
    world_start(&w);
    world_await_error(&w, "iris", 0, "SIGSEGV");
    for (int i = 0; i < 200 && w.spawner.loads < 3; i++)
        world_sleep(10);
    world_sleep(300);
    ck_assert_uint_eq(w.spawner.loads, 3);
    expect(&w, "iris/1 END");
    world_remove(&w);
}
END_TEST

START_TEST(what_may_pass_is_tried_again)
{
    static const enum lar_error_code codes[] = {LAR_ERR_BUSY, LAR_ERR_FULL};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct world w;
        world_make(&w);
        w.spawner.code = codes[i];
        w.spawner.failures = 5;
        world_put(&w, "iris.joblib", "ok 1");
        world_start(&w);
        world_await(&w, "iris", 1, 1);
        ck_assert_uint_eq(w.spawner.loads, 6);
        world_remove(&w);
    }
}
END_TEST

START_TEST(a_file_that_is_cut_short_is_looked_at_again)
{
    struct world w;
    world_make(&w);
    w.settings.settle_ms = 1000;
    world_start(&w);
    world_await_complete(&w);
    world_put(&w, "iris.joblib", "cut");
    for (int i = 0; i < 2000 && w.spawner.loads < 1; i++)
        world_sleep(2);
    char list[256]; /* closed, loaded, cut short: not a failure yet */
    world_sleep(50);
    world_list(&w, list, sizeof list);
    if (w.spawner.loads == 1)
        ck_assert_str_ne(list, "iris/1 END");
    world_await_error(&w, "iris", 1, "ends too early");
    ck_assert_uint_eq(w.spawner.loads, 2);
    expect(&w, "iris/1 END");
    world_put(&w, "iris.joblib", "ok 1");
    world_await(&w, "iris", 1, 1);
    world_remove(&w);
}
END_TEST

/* Adds blanks to F for longer than SETTLE; returns the longest pause between two. */
static int64_t grow(FILE *f, int64_t settle)
{
    int64_t begin = lar_now_ms(), last = begin, longest = 0;
    while (last - begin < 2 * settle) {
        world_sleep(20);
        fputs(" ", f);
        fflush(f);
        int64_t now = lar_now_ms();
        longest = now - last > longest ? now - last : longest;
        last = now;
    }
    return longest;
}

START_TEST(a_file_that_grows_is_left_alone)
{
    enum { SETTLE = 300 };
    struct world w;
    char path[128];
    bool judged = false;
    world_make(&w);
    w.settings.settle_ms = SETTLE;
    world_start(&w);
    world_await_complete(&w);
    snprintf(path, sizeof path, "%s/iris.joblib", w.models);
    /* On a machine so busy that we do not write for so long, loading it is right: once more. */
    for (int i = 0; i < 10 && !judged; i++) {
        FILE *f = fopen(path, "w");
        ck_assert_ptr_nonnull(f);
        fputs("ok 1", f);
        fflush(f);
        unsigned loads = w.spawner.loads;
        judged = grow(f, SETTLE) < SETTLE / 2;
        if (judged) {
            ck_assert_uint_eq(w.spawner.loads, loads);
            expect(&w, loads ? "iris/1 AVAILABLE 1" : "iris/1 START");
        }
        fclose(f);
        if (!judged)
            world_reload(&w, false);
    }
    ck_assert(judged);
    world_await(&w, "iris", 0, 1);
    world_remove(&w);
}
END_TEST

START_TEST(rivals_are_listed)
{
    struct world w;
    world_make(&w);
    world_put(&w, "a.joblib", "ok 1");
    world_put(&w, "a.pkl", "ok 2");
    world_put(&w, "b/1/x.joblib", "ok 1");
    world_put(&w, "b/1/y.onnx", "ok 2");
    world_put(&w, "c/1/model.joblib", "ok 1");
    world_put(&w, "c/01/model.joblib", "ok 2");
    world_put(&w, "d/1/model.joblib", "ok 1");
    world_put(&w, "d/model.joblib", "ok 2");
    world_put(&w, "e.joblib", "ok 1");
    world_put(&w, "e/model.joblib", "ok 2");
    world_start(&w);
    world_await_complete(&w);
    world_await_error(&w, "a", 1, "a.joblib, a.pkl");
    world_await_error(&w, "b", 1, "x.joblib, y.onnx");
    world_await_error(&w, "c", 1, "c/01, c/1");
    world_await_error(&w, "d", 2, "beside the numbered folder");
    world_await(&w, "d", 1, 1);
    world_await_error(&w, "e", 1, "e.joblib, e/model.joblib");
    world_delete(&w, "a.pkl");
    world_await(&w, "a", 1, 1);
    world_remove(&w);
}
END_TEST

START_TEST(what_was_removed_goes)
{
    struct world w;
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "ok 1");
    world_put(&w, "iris/2/model.joblib", "ok 2");
    world_put(&w, "stays.joblib", "ok 3");
    world_start(&w);
    world_await_complete(&w);
    world_delete(&w, "iris/2");
    world_await_gone(&w, "iris", 2);
    world_await(&w, "iris", 0, 1);
    world_delete(&w, "iris");
    world_await_gone(&w, "iris", 0);
    expect(&w, "stays/1 AVAILABLE 3");
    world_delete(&w, "stays.joblib"); /* the last one, but seen to be deleted */
    world_await_gone(&w, "stays", 0);
    world_remove(&w);
}
END_TEST

static void move(const struct world *w, const char *from, const char *to)
{
    char a[128], b[128];
    snprintf(a, sizeof a, "%s/%s", w->dir, from);
    snprintf(b, sizeof b, "%s/%s", w->dir, to);
    ck_assert_int_eq(rename(a, b), 0);
}

START_TEST(a_root_that_vanishes_unloads_nothing)
{
    struct world w;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris.joblib", "ok 1");
    world_put(&w, "other/2/model.joblib", "ok 2");
    world_start(&w);
    world_await_complete(&w);
    move(&w, "models", "away");
    for (int i = 0; i < 3; i++) {
        ck_assert(!lar_registry_reload(w.registry, false, &err));
        ck_assert_int_eq(err.code, LAR_ERR_UNAVAILABLE);
        world_sleep(30);
    }
    expect(&w, "iris/1? AVAILABLE 1, other/2? AVAILABLE 2");
    ck_assert_int_eq(mkdir(w.models, 0755), 0); /* another, empty one */
    lar_registry_reload(w.registry, false, &err);
    lar_registry_reload(w.registry, false, &err);
    expect(&w, "iris/1? AVAILABLE 1, other/2? AVAILABLE 2");
    ck_assert_int_eq(rmdir(w.models), 0);
    move(&w, "away", "models");
    world_reload(&w, false);
    expect(&w, "iris/1 AVAILABLE 1, other/2 AVAILABLE 2");
    move(&w, "models", "away");
    world_reload(&w, true);
    expect(&w, "");
    world_remove(&w);
}
END_TEST

START_TEST(without_events_scans_do_the_work)
{
    struct world w;
    world_make(&w);
    no_inotify = true;
    world_put(&w, "iris.joblib", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    world_put(&w, "other.joblib", "ok 2");
    world_await(&w, "other", 1, 2);
    world_delete(&w, "other.joblib");
    world_reload(&w, false);
    world_reload(&w, false);
    expect(&w, "iris/1 AVAILABLE 1"); /* two scans are enough */
    world_delete(&w, "iris.joblib");
    for (int i = 0; i < 4; i++)
        world_reload(&w, false);
    expect(&w, "iris/1? AVAILABLE 1"); /* an empty root, and nobody saw a deletion */
    world_put(&w, "iris.joblib", "ok 3");
    world_await(&w, "iris", 2, 3);
    world_delete(&w, "iris.joblib");
    world_reload(&w, true);
    expect(&w, "");
    world_remove(&w);
    no_inotify = false;
}
END_TEST

START_TEST(a_root_that_was_replaced_whole_is_the_root)
{
    struct world w;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris.joblib", "ok 1");
    world_put(&w, "../copy/iris.joblib", "ok 2");
    world_start(&w);
    world_await_complete(&w);
    move(&w, "models", "away");
    move(&w, "copy", "models");
    world_await(&w, "iris", 0, 2);
    world_reload(&w, false);
    world_reload(&w, false);
    expect(&w, "iris/1 END, iris/2 AVAILABLE 2");
    struct lar_upload *u; /* the store has followed */
    ck_assert_msg(lar_upload_begin(&u, w.registry, "new", LAR_UPLOAD_NEXT, 0, -1, &err), "%s",
                  err.text);
    lar_upload_abort(u);
    ck_assert(world_exists(&w, ".larder/lock"));
    world_delete(&w, "iris.joblib");
    world_await_gone(&w, "iris", 0);
    world_remove(&w);
}
END_TEST

START_TEST(hostile_entries_harm_nobody)
{
    struct world w;
    char path[256];
    world_make(&w);
    world_put(&w, "good.joblib", "ok 1");
    snprintf(path, sizeof path, "%s/fifo.joblib", w.models);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    snprintf(path, sizeof path, "%s/loop.joblib", w.models);
    ck_assert_int_eq(symlink("loop.joblib", path), 0);
    snprintf(path, sizeof path, "%s/out.joblib", w.models);
    ck_assert_int_eq(symlink("/etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/up.joblib", w.models);
    ck_assert_int_eq(symlink("../../../../etc/passwd", path), 0);
    snprintf(path, sizeof path, "%s/inside.joblib", w.models);
    ck_assert_int_eq(symlink("good.joblib", path), 0);
    world_put(&w, "tree/1/model.onnx", "ok 2");
    snprintf(path, sizeof path, "%s/tree/1/self", w.models);
    ck_assert_int_eq(symlink(".", path), 0);
    world_put(&w, "pipe/1/model.onnx", "ok 2");
    snprintf(path, sizeof path, "%s/pipe/1/data", w.models);
    ck_assert_int_eq(mkfifo(path, 0644), 0);
    for (int i = 0; i < 5000; i++) {
        snprintf(path, sizeof path, "huge/1/%d", i);
        world_put(&w, path, "x");
    }
    world_start(&w);
    world_await_complete(&w);
    world_await(&w, "good", 1, 1);
    world_await(&w, "inside", 1, 1);
    world_await_error(&w, "fifo", 0, "a FIFO");
    world_await_error(&w, "loop", 0, "circle");
    world_await_error(&w, "out", 0, "out of the models' folder");
    world_await_error(&w, "up", 0, "out of the models' folder");
    world_await_error(&w, "tree", 1, "deeper than");
    world_await_error(&w, "pipe", 1, "a FIFO");
    world_await_error(&w, "huge", 1, "more than 4096 files");
    world_remove(&w);
}
END_TEST

START_TEST(models_can_be_named_by_hand)
{
    struct world w;
    char file[128], folder[128];
    world_make(&w);
    world_put(&w, "../hand/some file.bin", "ok 1");
    world_put(&w, "../hand/tree/5/model.joblib", "ok 5");
    world_put(&w, "one.joblib", "ok 9"); /* the named one wins */
    world_put(&w, "two.joblib", "ok 2");
    snprintf(file, sizeof file, "%s/hand/some file.bin", w.dir);
    snprintf(folder, sizeof folder, "%s/hand/tree", w.dir);
    struct {
        const char *name, *path;
    } named[] = {{"one", file}, {"many", folder}};
    w.settings.named = (void *)named;
    w.settings.n_named = 2;
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "many/5 AVAILABLE 5, one/1 AVAILABLE 1, two/1 AVAILABLE 2");
    world_put(&w, "../hand/some file.bin", "ok 3");
    world_await(&w, "one", 2, 3);
    world_remove(&w);
}
END_TEST

START_TEST(lost_events_are_made_up_for)
{
    struct world w;
    char command[1024];
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    /* A folder that comes with all its files: events for them cannot be seen. */
    snprintf(command, sizeof command,
             "mkdir -p %s/new && mkdir %s/new/1 && printf 'ok 4' > %s/new/1/model.joblib && mv "
             "%s/new %s/",
             w.dir, w.dir, w.dir, w.dir, w.models);
    ck_assert_int_eq(system(command), 0);
    world_await(&w, "new", 1, 4);
    world_remove(&w);
}
END_TEST

/* As Kubernetes updates a ConfigMap: names lead through ..data, which is swapped. */
START_TEST(links_within_the_folder_are_followed)
{
    struct world w;
    char path[256];
    world_make(&w);
    world_put(&w, "..one/iris.joblib", "ok 1");
    snprintf(path, sizeof path, "%s/..data", w.models);
    ck_assert_int_eq(symlink("..one", path), 0);
    snprintf(path, sizeof path, "%s/iris.joblib", w.models);
    ck_assert_int_eq(symlink("..data/iris.joblib", path), 0);
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "iris/1 AVAILABLE 1");
    world_put(&w, "..two/iris.joblib", "ok 2");
    snprintf(path, sizeof path, "%s/..data_tmp", w.models);
    ck_assert_int_eq(symlink("..two", path), 0);
    move(&w, "models/..data_tmp", "models/..data");
    world_await(&w, "iris", 2, 2);
    world_remove(&w);
}
END_TEST

START_TEST(forms_that_nobody_has_are_dropped)
{
    struct world w;
    char command[256];
    world_make(&w);
    world_start(&w);
    for (int i = 1; i <= 5; i++) {
        char text[32];
        snprintf(text, sizeof text, "ok %d", i);
        world_move_in(&w, "iris.joblib", text);
        world_await(&w, "iris", 0, i);
    }
    world_put(&w, "other/1/model.joblib", "ok 5"); /* the same form as iris */
    world_await(&w, "other", 0, 5);
    ck_assert_uint_eq(w.spawner.loads, 5);
    world_delete(&w, "iris.joblib");
    world_await_gone(&w, "iris", 0);
    snprintf(command, sizeof command, "test $(ls %s/compiled | wc -l) = 1", w.state);
    ck_assert_int_eq(system(command), 0);
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "other/1 AVAILABLE 5");
    ck_assert_uint_eq(w.spawner.loads, 5);
    world_remove(&w);
}
END_TEST

START_TEST(the_sandbox_is_told)
{
    struct world w;
    bool seccomp;
    int landlock;
    world_make(&w);
    world_put(&w, "iris.pkl", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    ck_assert(!lar_registry_sandbox(w.registry, &seccomp, &landlock)); /* this report has none */
    world_put(&w, "held.pkl", "held 2");
    world_reload(&w, false);
    ck_assert(lar_registry_sandbox(w.registry, &seccomp, &landlock));
    ck_assert(seccomp);
    ck_assert_int_eq(landlock, 0);
    world_remove(&w);
}
END_TEST

START_TEST(a_thousand_models)
{
    struct world w;
    char path[64], text[32];
    world_make(&w);
    for (int i = 0; i < 1000; i++) {
        snprintf(path, sizeof path, i % 2 ? "m%03d.joblib" : "m%03d/1/model.joblib", i);
        snprintf(text, sizeof text, "ok %d", i);
        world_put(&w, path, text);
    }
    for (int run = 0; run < 2; run++) {
        world_start(&w);
        world_await_complete(&w);
        ck_assert_uint_eq(lar_reader_table(w.reader)->n_models, 1000);
        for (int i = 0; i < 1000; i++) {
            snprintf(path, sizeof path, "m%03d", i);
            world_await(&w, path, 1, i);
        }
        world_stop(&w);
    }
    ck_assert_uint_eq(w.spawner.loads, 1000);
    world_remove(&w);
}
END_TEST

int main(void)
{
    return check_main("registry", (const TTest *[]){all_layouts_are_loaded,
                                                    a_new_file_is_loaded_and_replaced,
                                                    long_ended_versions_leave_the_listing,
                                                    a_restart_opens_nothing_and_keeps_numbers,
                                                    damaged_compiled_forms_are_made_again,
                                                    what_fails_leaves_the_old_one_serving,
                                                    a_loader_that_dies_is_tried_three_times,
                                                    what_may_pass_is_tried_again,
                                                    a_file_that_is_cut_short_is_looked_at_again,
                                                    a_file_that_grows_is_left_alone,
                                                    rivals_are_listed,
                                                    what_was_removed_goes,
                                                    a_root_that_vanishes_unloads_nothing,
                                                    without_events_scans_do_the_work,
                                                    a_root_that_was_replaced_whole_is_the_root,
                                                    hostile_entries_harm_nobody,
                                                    models_can_be_named_by_hand,
                                                    lost_events_are_made_up_for,
                                                    links_within_the_folder_are_followed,
                                                    forms_that_nobody_has_are_dropped,
                                                    the_sandbox_is_told,
                                                    a_thousand_models,
                                                    NULL});
}
