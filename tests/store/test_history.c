/* SPDX-License-Identifier: MIT */
#include "persistence/store/history.h"
#include "persistence/store/index.h"
#include "tests/check_main.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

START_TEST(what_was_written_is_read)
{
    struct lar_history history = {0}, again;
    struct lar_error err = {0};
    ck_assert(lar_history_add_file(&history, 3, A, &err));
    ck_assert(lar_history_add_file(&history, 5, B, &err));
    for (int i = 0; i < 120; i++)
        lar_history_add_event(&history, 1000 + i, "upload", 6, B);
    history.highest = 9;
    char *text = lar_history_text(&history);
    ck_assert_msg(lar_history_parse(&again, text, strlen(text), &err), "%s", err.text);
    ck_assert_uint_eq(again.highest, 9);
    ck_assert_uint_eq(again.n_files, 2);
    ck_assert_uint_eq(lar_history_number(&again, A), 3);
    ck_assert_uint_eq(lar_history_number(&again, B), 5);
    ck_assert_uint_eq(json_array_size(again.events), 100);
    ck_assert_int_eq(json_integer_value(json_object_get(json_array_get(again.events, 99), "time")),
                     1119);
    free(text);
    lar_history_finish(&again);
    lar_history_finish(&history);
}
END_TEST

START_TEST(labels_are_sorted_and_dropped)
{
    static const char text[] = "{\"labels\":{\"prod\":2,\"default\":1,\"canary\":2}}";
    struct lar_history history;
    struct lar_error err = {0};
    ck_assert(lar_history_parse(&history, text, strlen(text), &err));
    ck_assert_uint_eq(history.n_labels, 3);
    ck_assert_str_eq(history.labels[0].name, "canary");
    ck_assert_str_eq(history.labels[2].name, "prod");
    lar_history_drop_labels(&history, 2);
    ck_assert_uint_eq(history.n_labels, 1);
    ck_assert_str_eq(history.labels[0].name, "default");
    lar_history_finish(&history);
}
END_TEST

START_TEST(a_label_that_is_coming_is_kept_apart)
{
    static const char text[] =
        "{\"labels\":{\"canary\":2},\"coming\":{\"number\":3,\"label\":\"canary\"}}";
    struct lar_history history, copy;
    struct lar_error err = {0};
    ck_assert(lar_history_parse(&history, text, strlen(text), &err));
    ck_assert_uint_eq(lar_history_label(&history, "canary"), 2);
    ck_assert(lar_history_copy(&copy, &history, &err));
    ck_assert_str_eq(copy.coming.name, "canary");
    ck_assert_uint_eq(copy.coming.number, 3);
    lar_history_finish(&copy);
    lar_history_finish(&history);
}
END_TEST

START_TEST(there_is_room_for_labels)
{
    struct lar_history history = {0};
    struct lar_error err = {0};
    char name[16];
    const char *const two[] = {"new", NULL, "l7", "other"};
    for (int i = 0; i < LAR_HISTORY_LABELS - 1; i++) {
        snprintf(name, sizeof name, "l%d", i);
        ck_assert(lar_history_set_label(&history, name, 1, &err));
    }
    ck_assert(lar_history_has_room(&history, two, 3)); /* one of them is there already */
    ck_assert(!lar_history_has_room(&history, two, 4));
    lar_history_finish(&history);
}
END_TEST

START_TEST(damage_is_told)
{
    static const char *const bad[] = {
        "",
        "{",
        "[]",
        "null",
        "{\"highest\":-1}",
        "{\"highest\":1,\"highest\":2}",
        "{\"files\":{}}",
        "{\"files\":[{\"number\":1}]}",
        "{\"files\":[{\"number\":0,\"sha256\":\"" A "\"}]}",
        "{\"files\":[{\"number\":1,\"sha256\":\"abc\"}]}",
        "{\"labels\":[]}",
        "{\"labels\":{\"default\":\"1\"}}",
        "{\"labels\":{\"../x\":1}}",
        "{\"history\":{}}",
        "{\"coming\":{\"number\":3}}",
        "{\"coming\":{\"label\":\"canary\"}}",
        "{\"coming\":{\"number\":3,\"label\":\"../x\"}}",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct lar_history history;
        struct lar_error err = {0};
        ck_assert_msg(!lar_history_parse(&history, bad[i], strlen(bad[i]), &err), "%s", bad[i]);
        ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    }
}
END_TEST

START_TEST(the_index_is_of_one_loader_and_one_state)
{
    struct lar_store store = {.state = -1};
    struct lar_index index, other = {0};
    struct lar_error err = {0};
    struct lar_identity identity = {.size = 4};
    struct lar_index_record record = {.key = A, .sha256 = B, .size = 7}, found;
    ck_assert(lar_index_read(&index, &store, A, &err));
    lar_index_put(&index, "iris/3", &identity, &record);
    ck_assert(lar_index_find(&index, "iris/3", &identity, &found));
    ck_assert_str_eq(found.key, A);
    ck_assert_str_eq(found.sha256, B);
    ck_assert_uint_eq(found.size, 7);
    ck_assert(lar_index_uses(&index, A));
    ck_assert(!lar_index_uses(&index, B));
    ck_assert(!lar_index_find(&index, "iris/4", &identity, &found));
    identity.digest[0] = 1;
    ck_assert(!lar_index_find(&index, "iris/3", &identity, &found));

    char dir[] = "/var/tmp/larder-index-XXXXXX", path[64];
    ck_assert_ptr_nonnull(mkdtemp(dir));
    store.state = open(dir, O_RDONLY | O_DIRECTORY);
    lar_index_write(&index, &store);
    identity.digest[0] = 0;
    lar_index_finish(&index);
    ck_assert(lar_index_read(&index, &store, A, &err));
    ck_assert(lar_index_find(&index, "iris/3", &identity, &found));
    ck_assert(lar_index_read(&other, &store, B, &err)); /* another loader: other forms */
    ck_assert(!lar_index_find(&other, "iris/3", &identity, &found));
    lar_index_finish(&other);
    lar_index_finish(&index);
    snprintf(path, sizeof path, "%s/index", dir);
    ck_assert_int_eq(truncate(path, 20), 0);
    ck_assert(lar_index_read(&index, &store, A, &err)); /* damaged: empty */
    ck_assert(!lar_index_find(&index, "iris/3", &identity, &found));
    lar_index_finish(&index);
    unlink(path);
    rmdir(dir);
    close(store.state);
}
END_TEST

int main(void)
{
    return check_main("history",
                      (const TTest *[]){what_was_written_is_read, labels_are_sorted_and_dropped,
                                        a_label_that_is_coming_is_kept_apart,
                                        there_is_room_for_labels, damage_is_told,
                                        the_index_is_of_one_loader_and_one_state, NULL});
}
