/* SPDX-License-Identifier: MIT */
#include "persistence/store/model_settings.h"
#include "tests/check_main.h"

#include <stdlib.h>
#include <string.h>

static bool parse(struct lar_model_settings *ret, const char *text, struct lar_error *err)
{
    *err = (struct lar_error){0};
    return lar_model_settings_parse(ret, text, strlen(text), err);
}

START_TEST(each_key_is_read)
{
    struct lar_model_settings s;
    struct lar_error err;
    ck_assert(parse(&s, "", &err));
    ck_assert_int_eq(s.policy, LAR_POLICY_ALL);
    ck_assert_uint_eq(s.keep, 0);
    ck_assert_ptr_null(s.options);
    ck_assert(parse(&s, "policy: all\nkeep: 3\n", &err));
    ck_assert_int_eq(s.policy, LAR_POLICY_ALL);
    ck_assert_uint_eq(s.keep, 3);
    ck_assert(parse(&s, "policy: {latest: 2}", &err));
    ck_assert_int_eq(s.policy, LAR_POLICY_LATEST);
    ck_assert_uint_eq(s.latest, 2);
    ck_assert(parse(&s, "policy:\n  versions: [3, 17]\n", &err));
    ck_assert_int_eq(s.policy, LAR_POLICY_LISTED);
    ck_assert(lar_model_settings_lists(&s, 3) && lar_model_settings_lists(&s, 17));
    ck_assert(!lar_model_settings_lists(&s, 4));
    lar_model_settings_finish(&s);
    ck_assert(parse(&s, "inputs: [a, 'b c']\ndefault_method: transform\n", &err));
    ck_assert_str_eq(s.options, "{\"default_method\":\"transform\",\"inputs\":[\"a\",\"b c\"]}");
    lar_model_settings_finish(&s);
}
END_TEST

START_TEST(what_is_wrong_is_told_with_its_place)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"keep: 0", "1:7: keep wants a positive whole number"},
        {"keep: -1", "a positive whole number"},
        {"keep: '3'", "a positive whole number"},
        {"keep: 9999999999999999999", "a positive whole number"},
        {"policy: latest", "1:9: policy wants 'all', {latest: N} or {versions: [N, ...]}"},
        {"policy: {latest: 1, versions: [2]}", "policy wants"},
        {"policy: {latest: none}", "1:18: latest wants a positive whole number"},
        {"policy: {versions: 3}", "1:20: versions wants a list"},
        {"policy: {versions: [x]}", "1:21: versions wants a positive whole number"},
        {"default_method: [a]", "default_method wants a method's name"},
        {"inputs: x", "inputs wants a list of names"},
        {"inputs: []", "inputs wants a list of names"},
        {"inputs: [a, [b]]", "inputs wants a list of names"},
        {"\nkepe: 3", "2:1: no key 'kepe'; there are policy, keep, default_method and inputs"},
        {"- a", "wants keys and values"},
        {"a: &x 1\nb: *x", "1:4"},
    };
    struct lar_model_settings s;
    struct lar_error err;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        ck_assert_msg(!parse(&s, rows[i].text, &err), "%s", rows[i].text);
        ck_assert_msg(strstr(err.text, rows[i].why) != NULL, "%s: %s", rows[i].text, err.text);
    }
    char *large = malloc(LAR_MODEL_SETTINGS_BYTES + 2);
    memset(large, '#', LAR_MODEL_SETTINGS_BYTES + 1);
    large[LAR_MODEL_SETTINGS_BYTES + 1] = '\0';
    ck_assert(!parse(&s, large, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    free(large);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {each_key_is_read, what_is_wrong_is_told_with_its_place, NULL};
    return check_main("model_settings", tests);
}
