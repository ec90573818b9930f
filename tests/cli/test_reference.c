/* SPDX-License-Identifier: MIT */
#include "cli/reference.h"
#include "tests/check_main.h"

#include <string.h>

START_TEST(names_versions_and_labels)
{
    struct lar_reference r;
    struct lar_error err = {0};
    ck_assert(lar_reference_read(&r, "iris", &err));
    ck_assert_str_eq(r.model, "iris");
    ck_assert(r.number == 0 && !*r.label);
    ck_assert(lar_reference_read(&r, "iris.v2_b-c/0012", &err));
    ck_assert_str_eq(r.model, "iris.v2_b-c");
    ck_assert_uint_eq(r.number, 12);
    ck_assert(lar_reference_read(&r, "iris/canary", &err));
    ck_assert_str_eq(r.label, "canary");
    ck_assert_uint_eq(r.number, 0);
}
END_TEST

/* Nothing that would be another path gets into one. */
START_TEST(what_is_no_name_is_refused)
{
    static const char *const texts[] = {
        "",        "/",         "/1",       ".iris",    "-iris",   "a b",
        "a%2fb",   "../etc",    "iris/",    "iris/0",   "iris/-1", "iris/1/2",
        "iris/..", "iris/a b",  "iris/1?x", "iris?x=1", "iris#f",  "iris/99999999999999999999",
        "\033[2J", "caf\u00e9",
    };
    char longest[LAR_NAME_MAX + 3];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct lar_reference r;
        struct lar_error err = {0};
        ck_assert_msg(!lar_reference_read(&r, texts[i], &err), "%s", texts[i]);
        ck_assert_int_eq(err.code, LAR_ERR_INVALID);
    }
    struct lar_reference r;
    struct lar_error err = {0};
    memset(longest, 'a', sizeof longest);
    longest[LAR_NAME_MAX] = '\0';
    ck_assert(lar_reference_read(&r, longest, &err));
    longest[LAR_NAME_MAX] = 'a';
    longest[LAR_NAME_MAX + 1] = '\0';
    ck_assert(!lar_reference_read(&r, longest, &err));
}
END_TEST

static uint64_t finds(const json_t *listing, const char *text)
{
    struct lar_reference r;
    struct lar_error err = {0};
    ck_assert(lar_reference_read(&r, text, &err));
    return lar_version_number(lar_versions_find(listing, &r, &err));
}

START_TEST(versions_are_found)
{
    json_t *listing = json_loads(
        "{\"versions\": [{\"version\": \"1\", \"state\": \"AVAILABLE\", \"labels\": [\"old\"]},"
        "{\"version\": \"2\", \"state\": \"AVAILABLE\", \"labels\": [\"b\", \"a\"]},"
        "{\"version\": \"3\", \"state\": \"END\", \"labels\": []}]}",
        0, NULL);
    char labels[LAR_LABELS_TEXT];
    ck_assert_uint_eq(finds(listing, "m"), 2);
    ck_assert_uint_eq(finds(listing, "m/3"), 3);
    ck_assert_uint_eq(finds(listing, "m/4"), 0);
    ck_assert_uint_eq(finds(listing, "m/old"), 1);
    ck_assert_uint_eq(finds(listing, "m/none"), 0);
    ck_assert_str_eq(lar_version_labels(lar_versions_at(listing, 2), labels), "b,a");
    ck_assert_str_eq(lar_version_labels(NULL, labels), "");
    json_array_append_new(
        json_object_get(json_array_get(json_object_get(listing, "versions"), 0), "labels"),
        json_string("default"));
    ck_assert_uint_eq(finds(listing, "m"), 1);
    json_decref(listing);
}
END_TEST

/* A server may send anything. */
START_TEST(strange_listings_have_no_versions)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        "{\"versions\": 3}",
        "{\"versions\": [1, null, []]}",
        "{\"versions\": [{\"version\": 1, \"state\": \"AVAILABLE\"}]}",
        "{\"versions\": [{\"version\": \"../1\", \"state\": \"AVAILABLE\"}]}",
        "{\"versions\": [{\"version\": \"1\", \"state\": 7, \"labels\": {\"a\": 1}}]}",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        json_t *listing = json_loads(texts[i], 0, NULL);
        ck_assert_uint_eq(finds(listing, "m"), 0);
        ck_assert_uint_eq(finds(listing, "m/a"), 0);
        json_decref(listing);
    }
}
END_TEST

int main(void)
{
    return check_main("reference", (const TTest *[]){names_versions_and_labels,
                                                     what_is_no_name_is_refused, versions_are_found,
                                                     strange_listings_have_no_versions, NULL});
}
