/* SPDX-License-Identifier: MIT */
#include "cli/labels.h"
#include "cli/reference.h"
#include "tests/check_main.h"

/* As a server lists them: each version with its labels. */
static void mark(json_t *listing, const json_t *labels)
{
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const json_t *label = json_array_get(labels, i);
        json_t *version = (json_t *)lar_versions_at(listing, lar_version_number(label));
        if (version)
            json_object_set_new(version, "labels", json_pack("[s]", lar_member(label, "label")));
    }
}

/* HISTORY are members of a list; AVAILABLE digits, one a version. */
static uint64_t before(const char *now, const char *history, const char *available,
                       const char *label)
{
    json_t *listing = json_pack("{s:[]}", "versions");
    for (const char *p = available; *p; p++)
        json_array_append_new(
            json_object_get(listing, "versions"),
            json_pack("{s:s%, s:s}", "version", p, (size_t)1, "state", "AVAILABLE"));
    json_t *labels = json_pack("{s:o, s:o}", "labels", json_loads(now, 0, NULL), "history",
                               json_loads(history, 0, NULL));
    ck_assert(labels && listing);
    mark(listing, json_object_get(labels, "labels"));
    uint64_t ret = lar_label_before(labels, listing, label);
    json_decref(labels);
    json_decref(listing);
    return ret;
}

#define NOW(label, v) "[{\"label\": \"" label "\", \"version\": \"" v "\"}]"
#define EVENT(label, v) "{\"what\": \"label\", \"label\": \"" label "\", \"version\": \"" v "\"}"

START_TEST(back_to_the_version_before)
{
    static const char history[] = "[{\"what\": \"upload\", \"version\": \"9\"}," EVENT(
        "a", "1") "," EVENT("a", "2") "," EVENT("b", "4") "," EVENT("a", "3") "]";
    ck_assert_uint_eq(before(NOW("a", "3"), history, "1239", "a"), 2);
    ck_assert_uint_eq(before(NOW("a", "3"), history, "139", "a"), 1); /* 2 is gone */
    ck_assert_uint_eq(before(NOW("a", "3"), history, "39", "a"), 0);
    ck_assert_uint_eq(before("[]", history, "1239", "a"), 3); /* it was taken away */
    ck_assert_uint_eq(before(NOW("b", "4"), history, "12349", "b"), 0);
}
END_TEST

START_TEST(twice_is_where_it_began)
{
    static const char history[] = "[" EVENT("a", "1") "," EVENT("a", "2") "," EVENT("a", "1") "]";
    ck_assert_uint_eq(before(NOW("a", "1"), history, "12", "a"), 2);
}
END_TEST

START_TEST(default_without_a_past_goes_one_below)
{
    ck_assert_uint_eq(before("[]", "[]", "1257", "default"), 5);
    ck_assert_uint_eq(before(NOW("default", "5"), "[" EVENT("default", "5") "]", "1257", "default"),
                      2);
    ck_assert_uint_eq(before("[]", "[]", "7", "default"), 0);
    ck_assert_uint_eq(before("[]", "[]", "", "default"), 0);
    ck_assert_uint_eq(before("[]", "[]", "1257", "canary"), 0);
}
END_TEST

#define ANSWERED(v) "{\"what\": \"answered\", \"label\": \"default\", \"version\": \"" v "\"}"
#define UNLABEL(v) "{\"what\": \"unlabel\", \"label\": \"default\", \"version\": \"" v "\"}"

START_TEST(default_goes_back_to_who_answered)
{
    /* Put on 1 while 3 answered. */
    static const char first[] = "[" ANSWERED("3") "," EVENT("default", "1") "]";
    ck_assert_uint_eq(before(NOW("default", "1"), first, "123", "default"), 3);
    ck_assert_uint_eq(before(NOW("default", "1"), first, "12", "default"), 0); /* 3 is gone */

    /* Taken away again: 3, the newest, answers. Then put on it, or on 2. */
    static const char gone[] = "[" ANSWERED("3") "," EVENT("default", "1") "," UNLABEL("1") "]";
    static const char on_it[] =
        "[" EVENT("default", "1") "," UNLABEL("1") "," EVENT("default", "3") "]";
    static const char on_two[] =
        "[" EVENT("default", "1") "," UNLABEL("1") "," ANSWERED("3") "," EVENT("default", "2") "]";
    ck_assert_uint_eq(before("[]", gone, "123", "default"), 1);
    ck_assert_uint_eq(before(NOW("default", "3"), on_it, "123", "default"), 1);
    ck_assert_uint_eq(before(NOW("default", "2"), on_two, "123", "default"), 3);

    /* Put on 3, which answers without it, too: 1 is what was before. */
    static const char on_newest[] =
        "[" EVENT("default", "1") "," EVENT("default", "3") "," UNLABEL("3") "]";
    ck_assert_uint_eq(before("[]", on_newest, "123", "default"), 1);
}
END_TEST

int main(void)
{
    return check_main("labels",
                      (const TTest *[]){back_to_the_version_before, twice_is_where_it_began,
                                        default_without_a_past_goes_one_below,
                                        default_goes_back_to_who_answered, NULL});
}
