/* Uploads, deletes, artifacts, numbers.
 * SPDX-License-Identifier: MIT */
#include "base/hash.h"
#include "tests/check_main.h"
#include "tests/server/world.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void expect(const struct world *w, const char *list)
{
    char buffer[4096];
    ck_assert_str_eq(world_list(w, buffer, sizeof buffer), list);
}

static bool send(const struct world *w, const char *model, enum lar_upload_kind kind,
                 uint64_t number, const char *text, struct lar_upload_result *ret,
                 struct lar_error *err)
{
    struct lar_upload *u;
    *ret = (struct lar_upload_result){0};
    if (!lar_upload_begin(&u, w->registry, model, kind, number, (int64_t)strlen(text), err))
        return false;
    for (const char *p = text; *p; p++)
        if (!lar_upload_write(u, p, 1, err)) {
            lar_upload_abort(u);
            return false;
        }
    return lar_upload_finish(u, ret, err);
}

/* Sends TEXT, expects it to be taken; returns the number. */
static uint64_t post(const struct world *w, const char *model, const char *text)
{
    struct lar_upload_result result;
    struct lar_error err = {0};
    ck_assert_msg(send(w, model, LAR_UPLOAD_NEXT, 0, text, &result, &err), "%s", err.text);
    ck_assert(!result.same);
    ck_assert_str_eq(result.report, "{\"format\":\"scikit-learn\"}");
    free(result.report);
    return result.number;
}

static enum lar_error_code put(const struct world *w, const char *model, uint64_t number,
                               const char *text, bool *ret_same)
{
    struct lar_upload_result result;
    struct lar_error err = {0};
    send(w, model, LAR_UPLOAD_AT, number, text, &result, &err);
    free(result.report);
    *ret_same = result.same;
    return err.code;
}

static void check_artifact(const struct world *w, const char *model, uint64_t number,
                           const char *text)
{
    char buffer[256] = "", sha256[65];
    uint64_t size = 0;
    struct lar_error err = {0};
    int fd = lar_registry_artifact(w->registry, model, number, &size, sha256, &err);
    ck_assert_msg(fd >= 0, "%s", err.text);
    ck_assert_uint_eq(size, strlen(text));
    ck_assert_int_eq(read(fd, buffer, sizeof buffer - 1), (ssize_t)strlen(text));
    ck_assert_str_eq(buffer, text);
    close(fd);
}

static enum lar_error_code delete_version(const struct world *w, const char *model, uint64_t number)
{
    struct lar_error err = {0};
    lar_reader_idle(w->reader); /* nobody waits for this thread */
    lar_registry_delete(w->registry, model, number, false, &err);
    return err.code;
}

START_TEST(an_upload_serves_and_stays)
{
    struct world w;
    char names[256];
    world_make(&w);
    world_start(&w);
    ck_assert_uint_eq(post(&w, "iris", "ok 1"), 1);
    expect(&w, "iris/1 AVAILABLE 1"); /* at once */
    ck_assert_uint_eq(post(&w, "iris", "ok 2"), 2);
    ck_assert(world_exists(&w, "iris/1/model.joblib"));
    ck_assert(world_exists(&w, "iris/2/model.joblib"));
    check_artifact(&w, "iris", 1, "ok 1");
    world_await(&w, "iris", 0, 2);
    ck_assert_str_eq(world_larder(&w, names, sizeof names), "iris.json lock ");
    unsigned loads = w.spawner.loads;
    ck_assert_uint_eq(loads, 2);
    world_reload(&w, false);
    world_sleep(100);
    world_reload(&w, false);
    ck_assert_uint_eq(w.spawner.loads, loads); /* the scanner found nothing to do */
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "iris/1 AVAILABLE 1, iris/2 AVAILABLE 2");
    ck_assert_uint_eq(w.spawner.loads, loads);
    world_remove(&w);
}
END_TEST

START_TEST(what_is_put_at_a_number)
{
    struct world w;
    bool same;
    world_make(&w);
    world_start(&w);
    ck_assert_int_eq(put(&w, "iris", 5, "ok 5", &same), LAR_ERR_NONE);
    ck_assert(!same);
    ck_assert_int_eq(put(&w, "iris", 5, "ok 5", &same), LAR_ERR_NONE);
    ck_assert(same);
    ck_assert_int_eq(put(&w, "iris", 5, "ok 6", &same), LAR_ERR_CONFLICT);
    ck_assert_int_eq(put(&w, "iris", 3, "ok 6", &same), LAR_ERR_CONFLICT);
    ck_assert_uint_eq(post(&w, "iris", "ok 7"), 6);
    expect(&w, "iris/5 AVAILABLE 5, iris/6 AVAILABLE 7");
    ck_assert_int_eq(put(&w, "iris", 0, "ok 6", &same), LAR_ERR_INVALID);
    ck_assert_int_eq(put(&w, "../iris", 1, "ok 6", &same), LAR_ERR_INVALID);
    world_remove(&w);
}
END_TEST

START_TEST(names_that_scans_pass_over_are_refused)
{
    static const char *const names[] = {"iris.tmp", "iris.part", "iris.swp", ".iris", "ir/is"};
    struct world w;
    world_make(&w);
    world_start(&w);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct lar_upload_result result;
        struct lar_error err = {0};
        ck_assert(!send(&w, names[i], LAR_UPLOAD_NEXT, 0, "ok 1", &result, &err));
        ck_assert_int_eq(err.code, LAR_ERR_INVALID);
    }
    expect(&w, "");
    world_remove(&w);
}
END_TEST

START_TEST(what_is_refused_leaves_nothing)
{
    static const struct {
        const char *text;
        enum lar_error_code code;
    } rows[] = {{"", LAR_ERR_INVALID},
                {"refuse os.system", LAR_ERR_UNSUPPORTED},
                {"cut", LAR_ERR_TRUNCATED},
                {"die", LAR_ERR_DIED},
                {"garbage", LAR_ERR_FORMAT}};
    struct world w;
    char names[256];
    world_make(&w);
    world_start(&w);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lar_upload_result result;
        struct lar_error err = {0};
        ck_assert(!send(&w, "iris", LAR_UPLOAD_NEXT, 0, rows[i].text, &result, &err));
        ck_assert_int_eq(err.code, rows[i].code);
        if (rows[i].code == LAR_ERR_UNSUPPORTED)
            ck_assert_ptr_nonnull(strstr(result.report, "os.system"));
        free(result.report);
    }
    expect(&w, "");
    ck_assert(!world_exists(&w, "iris"));
    ck_assert_str_eq(world_larder(&w, names, sizeof names), "lock ");
    ck_assert_uint_eq(post(&w, "iris", "ok 1"), 1);
    world_remove(&w);
}
END_TEST

START_TEST(more_than_the_disk_holds_is_refused_before_it_comes)
{
    struct world w;
    struct lar_upload *u;
    struct lar_error err = {0};
    char names[256];
    world_make(&w);
    w.settings.max_upload = INT64_MAX;
    world_start(&w);
    ck_assert(!lar_upload_begin(&u, w.registry, "iris", LAR_UPLOAD_NEXT, 0, INT64_MAX - 1, &err));
    ck_assert_int_eq(err.code, LAR_ERR_FULL);
    ck_assert_ptr_nonnull(strstr(err.text, "9223372036854775806 bytes"));
    ck_assert_str_eq(world_larder(&w, names, sizeof names), "lock ");
    world_remove(&w);
}
END_TEST

START_TEST(sizes_are_held_against_the_limit_and_the_announcement)
{
    struct world w;
    struct lar_upload *u;
    struct lar_upload_result result;
    struct lar_error err = {0};
    char names[256];
    world_make(&w);
    w.settings.max_upload = 10;
    world_start(&w);
    ck_assert(!lar_upload_begin(&u, w.registry, "iris", LAR_UPLOAD_NEXT, 0, 11, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    lar_error_clear(&err);
    ck_assert(lar_upload_begin(&u, w.registry, "iris", LAR_UPLOAD_NEXT, 0, -1, &err));
    ck_assert(lar_upload_write(u, "ok 1      ", 10, &err));
    ck_assert(!lar_upload_write(u, " ", 1, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    lar_upload_abort(u);
    lar_error_clear(&err);
    ck_assert(lar_upload_begin(&u, w.registry, "iris", LAR_UPLOAD_NEXT, 0, 9, &err));
    ck_assert(lar_upload_write(u, "ok 1", 4, &err));
    ck_assert(!lar_upload_finish(u, &result, &err));
    ck_assert_int_eq(err.code, LAR_ERR_INVALID);
    ck_assert_str_eq(world_larder(&w, names, sizeof names), "lock ");
    world_remove(&w);
}
END_TEST

START_TEST(validating_keeps_nothing)
{
    struct world w;
    struct lar_upload_result result;
    struct lar_error err = {0};
    char names[256];
    world_make(&w);
    world_start(&w);
    ck_assert(send(&w, NULL, LAR_UPLOAD_VALIDATE, 0, "ok 1", &result, &err));
    ck_assert_ptr_nonnull(result.report);
    ck_assert_uint_eq(result.number, 0);
    free(result.report);
    ck_assert(!send(&w, NULL, LAR_UPLOAD_VALIDATE, 0, "refuse it", &result, &err));
    ck_assert_int_eq(err.code, LAR_ERR_UNSUPPORTED);
    free(result.report);
    expect(&w, "");
    ck_assert_str_eq(world_larder(&w, names, sizeof names), "lock ");
    world_remove(&w);
}
END_TEST

START_TEST(numbers_are_never_given_again)
{
    struct world w;
    bool same;
    world_make(&w);
    world_start(&w);
    post(&w, "iris", "ok 1");
    post(&w, "iris", "ok 2");
    ck_assert_int_eq(delete_version(&w, "iris", 2), LAR_ERR_NONE);
    expect(&w, "iris/1 AVAILABLE 1");
    ck_assert(!world_exists(&w, "iris/2"));
    ck_assert_int_eq(put(&w, "iris", 2, "ok 2", &same), LAR_ERR_CONFLICT);
    ck_assert_int_eq(delete_version(&w, "iris", 2), LAR_ERR_NOTFOUND);
    ck_assert_int_eq(delete_version(&w, "iris", 0), LAR_ERR_NONE);
    expect(&w, "");
    ck_assert(!world_exists(&w, "iris"));
    ck_assert_int_eq(delete_version(&w, "iris", 0), LAR_ERR_NOTFOUND);
    ck_assert_uint_eq(post(&w, "iris", "ok 3"), 3);
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    ck_assert_int_eq(delete_version(&w, "iris", 0), LAR_ERR_NONE);
    world_stop(&w);
    world_start(&w);
    ck_assert_uint_eq(post(&w, "iris", "ok 4"), 4);
    world_remove(&w);
}
END_TEST

START_TEST(numbers_end_at_the_highest)
{
    struct world w;
    struct lar_upload_result result;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris/9223372036854775807/model.pkl", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    ck_assert(!send(&w, "iris", LAR_UPLOAD_NEXT, 0, "ok 2", &result, &err));
    ck_assert_int_eq(err.code, LAR_ERR_CONFLICT);
    free(result.report);
    world_put(&w, "iris.pkl", "ok 3");
    world_reload(&w, false);
    expect(&w, "iris/9223372036854775807 AVAILABLE 1, iris/9223372036854775808 END");
    world_remove(&w);
}
END_TEST

START_TEST(files_and_uploads_share_one_row_of_numbers)
{
    struct world w;
    struct lar_error err = {0};
    uint64_t size;
    world_make(&w);
    world_put(&w, "iris.joblib", "ok 1");
    world_put(&w, "inside/model.joblib", "ok 1");
    world_put(&w, "hand/9/model.joblib", "ok 9");
    world_start(&w);
    world_await_complete(&w);
    ck_assert_uint_eq(post(&w, "iris", "ok 2"), 2);
    ck_assert_uint_eq(post(&w, "hand", "ok 10"), 10);
    world_move_in(&w, "iris.joblib", "ok 3");
    world_await(&w, "iris", 3, 3);
    expect(&w, "hand/9 AVAILABLE 9, hand/10 AVAILABLE 10, inside/1 AVAILABLE 1, iris/1 END, iris/2 "
               "AVAILABLE 2, iris/3 AVAILABLE 3");
    ck_assert_int_eq(lar_registry_artifact(w.registry, "iris", 1, &size, (char[65]){0}, &err), -1);
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    check_artifact(&w, "iris", 3, "ok 3");
    struct lar_upload_result result;
    lar_error_clear(&err);
    ck_assert(!send(&w, "inside", LAR_UPLOAD_NEXT, 0, "ok 2", &result, &err));
    ck_assert_int_eq(err.code, LAR_ERR_CONFLICT);
    ck_assert_int_eq(delete_version(&w, "iris", 3), LAR_ERR_NONE);
    ck_assert(!world_exists(&w, "iris.joblib"));
    world_await(&w, "iris", 0, 2);
    ck_assert_int_eq(delete_version(&w, "iris", 0), LAR_ERR_NONE);
    ck_assert_int_eq(delete_version(&w, "inside", 1), LAR_ERR_NONE);
    expect(&w, "hand/9 AVAILABLE 9, hand/10 AVAILABLE 10");
    world_remove(&w);
}
END_TEST

START_TEST(labels_choose_who_answers)
{
    struct world w;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "ok 1");
    world_put(&w, "iris/2/model.joblib", "ok 2");
    world_put(&w, ".larder/iris.json",
              "{\"highest\":2,\"labels\":{\"default\":1,\"new\":2,\"none\":7}}");
    world_start(&w);
    world_await_complete(&w);
    const struct lar_table *t = lar_reader_table(w.reader);
    ck_assert(world_value(lar_table_loaded(t, "iris", 4, 0, NULL, 0, &err)) == 1);
    ck_assert(world_value(lar_table_loaded(t, "iris", 4, 0, "new", 3, &err)) == 2);
    ck_assert(world_value(lar_table_loaded(t, "iris", 4, 2, NULL, 0, &err)) == 2);
    ck_assert_ptr_null(lar_table_loaded(t, "iris", 4, 0, "old", 3, &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    lar_error_clear(&err);
    ck_assert_ptr_null(lar_table_loaded(t, "iri", 3, 0, NULL, 0, &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    lar_error_clear(&err);
    ck_assert_int_eq(delete_version(&w, "iris", 1), LAR_ERR_CONFLICT);
    lar_reader_idle(w.reader);
    ck_assert(lar_registry_delete(w.registry, "iris", 1, true, &err));
    world_await(&w, "iris", 0, 2);
    ck_assert_uint_eq(lar_table_find(lar_reader_table(w.reader), "iris", 4)->n_labels, 2);
    world_remove(&w);
}
END_TEST

START_TEST(damaged_notes_stop_changes_only)
{
    struct world w;
    struct lar_upload_result result;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "ok 1");
    world_put(&w, ".larder/iris.json", "{\"highest\":");
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "iris/1 AVAILABLE 1");
    ck_assert(!send(&w, "iris", LAR_UPLOAD_NEXT, 0, "ok 2", &result, &err));
    ck_assert_int_eq(err.code, LAR_ERR_INTERNAL);
    ck_assert_int_eq(delete_version(&w, "iris", 1), LAR_ERR_INTERNAL);
    world_remove(&w);
}
END_TEST

START_TEST(a_second_daemon_reads_only)
{
    struct world w, second;
    struct lar_upload *u;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "iris/1/model.joblib", "ok 1");
    world_start(&w);
    world_await_complete(&w);
    second = w;
    world_start(&second);
    world_await_complete(&second);
    expect(&second, "iris/1 AVAILABLE 1");
    ck_assert(!lar_upload_begin(&u, second.registry, "iris", LAR_UPLOAD_NEXT, 0, -1, &err));
    ck_assert_int_eq(err.code, LAR_ERR_BUSY);
    ck_assert_int_eq(delete_version(&second, "iris", 1), LAR_ERR_BUSY);
    ck_assert_uint_eq(post(&w, "iris", "ok 2"), 2);
    world_await(&second, "iris", 2, 2);
    ck_assert_uint_eq(post(&w, "iris", "ok 3"), 3);
    ck_assert_int_eq(delete_version(&w, "iris", 3), LAR_ERR_NONE);
    world_stop(&w);
    world_reload(&second, false); /* the first has ended: now it is the second's turn */
    world_reload(&second, false);
    ck_assert_uint_eq(post(&second, "iris", "ok 4"), 4);
    world_remove(&second);
}
END_TEST

START_TEST(a_folder_comes_back_as_one_tar)
{
    struct world w;
    char path[128], command[512];
    uint64_t size;
    struct lar_error err = {0};
    world_make(&w);
    world_put(&w, "sm/1/saved_model.pb", "ok 1");
    world_put(&w, "sm/1/variables/variables.data-00000-of-00001", "data");
    world_put(&w,
              "sm/1/things/a-very-long-name-"
              "0123456789012345678901234567890123456789012345678901234567890123456789"
              "0123456789012345678901234567890123456789.txt",
              "words");
    world_start(&w);
    world_await_complete(&w);
    int fd = lar_registry_artifact(w.registry, "sm", 1, &size, (char[65]){0}, &err);
    ck_assert_msg(fd >= 0, "%s", err.text);
    static char bytes[1 << 16];
    ck_assert_int_eq(read(fd, bytes, sizeof bytes), (ssize_t)size);
    close(fd);
    uint8_t digest[LAR_HASH_SIZE];
    char hex[LAR_HASH_HEX];
    struct lar_hash hash = {0};
    ck_assert(lar_hash_begin(&hash, &err));
    lar_hash_add(&hash, bytes, size);
    lar_hash_end(&hash, digest);
    lar_hash_finish(&hash);
    lar_hash_hex(digest, hex);
    world_await(&w, "sm", 1, 1);
    ck_assert_str_eq(lar_reader_table(w.reader)->models[0].versions[0].sha256, hex);
    snprintf(path, sizeof path, "%s/artifact.tar", w.dir);
    FILE *f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    ck_assert_uint_eq(fwrite(bytes, 1, size, f), size);
    fclose(f);
    snprintf(command, sizeof command,
             "mkdir %s/out && tar -xf %s -C %s/out && diff -r %s/out %s/sm/1", w.dir, path, w.dir,
             w.dir, w.models);
    ck_assert_int_eq(system(command), 0);
    world_remove(&w);
}
END_TEST

struct worker {
    struct world *world;
    int id;
};

static void *work(void *arg)
{
    const struct worker *worker = arg;
    const struct world *w = worker->world;
    char text[32], own[32];
    snprintf(own, sizeof own, "own%d", worker->id);
    for (int i = 0; i < 10; i++) {
        struct lar_error err = {0};
        snprintf(text, sizeof text, "ok %d", 100 * worker->id + i);
        uint64_t number = post(w, own, text);
        check_artifact(w, own, number, text);
        post(w, "shared", text);
        if (i % 3 == 2)
            ck_assert_msg(lar_registry_delete(w->registry, own, 0, false, &err), "%s", err.text);
        if (i % 4 == 3)
            ck_assert_msg(lar_registry_reload(w->registry, false, &err), "%s", err.text);
    }
    return NULL;
}

START_TEST(many_at_once)
{
    enum { WORKERS = 4 };
    struct world w;
    pthread_t threads[WORKERS];
    struct worker workers[WORKERS];
    world_make(&w);
    world_start(&w);
    lar_reader_idle(w.reader); /* it belongs to this thread, which only waits */
    for (int i = 0; i < WORKERS; i++) {
        workers[i] = (struct worker){.world = &w, .id = i + 1};
        ck_assert_int_eq(pthread_create(&threads[i], NULL, work, &workers[i]), 0);
    }
    for (int i = 0; i < WORKERS; i++)
        pthread_join(threads[i], NULL);
    world_reload(&w, false);
    lar_reader_turn(w.reader);
    const struct lar_table *t = lar_reader_table(w.reader);
    const struct lar_model_entry *shared = lar_table_find(t, "shared", 6);
    ck_assert_uint_eq(t->n_models, WORKERS + 1);
    ck_assert_uint_eq(shared->n_versions, 10 * WORKERS);
    for (size_t i = 0; i < shared->n_versions; i++) {
        ck_assert_uint_eq(shared->versions[i].number, i + 1);
        ck_assert_int_eq(shared->versions[i].state, LAR_STATE_AVAILABLE);
    }
    ck_assert_uint_eq(lar_table_find(t, "own1", 4)->versions[0].number, 10);
    ck_assert_uint_eq(w.spawner.loads, 20 * WORKERS - 10 * WORKERS);
    world_remove(&w);
}
END_TEST

START_TEST(litter_of_an_earlier_run_is_swept)
{
    struct world w;
    char names[256];
    world_make(&w);
    world_put(&w, ".larder/up-7/v/model", "ok 1");
    world_put(&w, ".larder/up-8", "x");
    world_put(&w, ".larder/iris.json.tmp", "x");
    world_put(&w, ".larder/up-1.json", "{}"); /* the notes of a model called up-1 */
    world_start(&w);
    ck_assert_str_eq(world_larder(&w, names, sizeof names), "lock up-1.json ");
    world_remove(&w);
}
END_TEST

int main(void)
{
    return check_main(
        "upload",
        (const TTest *[]){an_upload_serves_and_stays, what_is_put_at_a_number,
                          names_that_scans_pass_over_are_refused, what_is_refused_leaves_nothing,
                          more_than_the_disk_holds_is_refused_before_it_comes,
                          sizes_are_held_against_the_limit_and_the_announcement,
                          validating_keeps_nothing, numbers_are_never_given_again,
                          numbers_end_at_the_highest, files_and_uploads_share_one_row_of_numbers,
                          labels_choose_who_answers, damaged_notes_stop_changes_only,
                          a_second_daemon_reads_only, a_folder_comes_back_as_one_tar, many_at_once,
                          litter_of_an_earlier_run_is_swept, NULL});
}
