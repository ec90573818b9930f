/* SPDX-License-Identifier: MIT */
#include "cli/labels.h"
#include "tests/check_main.h"

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

int main(void)
{
    return check_main("labels",
                      (const TTest *[]){back_to_the_version_before, twice_is_where_it_began,
                                        default_without_a_past_goes_one_below, NULL});
}
