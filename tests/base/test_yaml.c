/* SPDX-License-Identifier: MIT */
#include "base/yaml.h"
#include "tests/check_main.h"

#include <string.h>

static struct lar_yaml_node *parse(struct lar_arena *arena, const char *text, struct lar_error *err)
{
    lar_arena_init(arena, 1 << 20);
    *err = (struct lar_error){0};
    return lar_yaml_parse(text, strlen(text), arena, err);
}

START_TEST(tree_has_places)
{
    struct lar_arena arena;
    struct lar_error err;
    struct lar_yaml_node *root =
        parse(&arena, "a: 1\nb:\n  - x\n  - 'y z'\nc: {d: [], e: ''}\n", &err);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(root->kind, LAR_YAML_MAP);
    ck_assert_uint_eq(root->n, 3);
    struct lar_yaml_node *b = lar_yaml_member(root, "b");
    ck_assert_int_eq(b->kind, LAR_YAML_LIST);
    ck_assert_uint_eq(b->n, 2);
    ck_assert_uint_eq(b->key_line, 2);
    ck_assert_str_eq(b->first->text, "x");
    ck_assert(!b->first->quoted);
    ck_assert_uint_eq(b->first->next->line, 4);
    ck_assert_uint_eq(b->first->next->column, 5);
    ck_assert(b->first->next->quoted);
    struct lar_yaml_node *c = lar_yaml_member(root, "c");
    ck_assert_uint_eq(lar_yaml_member(c, "d")->n, 0);
    ck_assert_str_eq(lar_yaml_member(c, "e")->text, "");
    ck_assert_ptr_null(lar_yaml_member(root, "d"));
    lar_arena_finish(&arena);
}
END_TEST

START_TEST(nothing_is_an_empty_map)
{
    struct lar_arena arena;
    struct lar_error err;
    struct lar_yaml_node *root = parse(&arena, "# only a comment\n", &err);
    ck_assert_ptr_nonnull(root);
    ck_assert_int_eq(root->kind, LAR_YAML_MAP);
    ck_assert_uint_eq(root->n, 0);
    lar_arena_finish(&arena);
}
END_TEST

static const struct {
    const char *text, *error;
} refused[] = {
    {"a: &x 1\nb: *x\n", "1:4: anchors and tags"},
    {"b: *x\n", "1:4: aliases"},
    {"a: !!int 1\n", "1:4: anchors and tags"},
    {"a: !!set {x}\n", "1:4: anchors and tags"},
    {"a: 1\nb: 2\na: 3\n", "3:1: 'a' is given twice"},
    {"a: 1\n---\nb: 2\n", "2:1: a second document"},
    {"[a]: 1\n", "1:1: a key must be"},
    {"a: [1\n", "2:1:"},
    {"a: \"\\0\"\n", "1:4: a NUL"},
    {"[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]", "1:17: nested too deeply"},
};

START_TEST(what_settings_do_not_need_is_refused)
{
    for (size_t i = 0; i < sizeof refused / sizeof refused[0]; i++) {
        struct lar_arena arena;
        struct lar_error err;
        ck_assert_ptr_null(parse(&arena, refused[i].text, &err));
        ck_assert_msg(strncmp(err.text, refused[i].error, strlen(refused[i].error)) == 0, "%s",
                      err.text);
        lar_arena_finish(&arena);
    }
}
END_TEST

START_TEST(size_is_capped)
{
    struct lar_arena arena;
    struct lar_error err = {0};
    static char text[LAR_YAML_BYTES + 1];
    memset(text, '#', sizeof text);
    lar_arena_init(&arena, 1 << 20);
    ck_assert_ptr_nonnull(lar_yaml_parse(text, LAR_YAML_BYTES, &arena, &err));
    ck_assert_ptr_null(lar_yaml_parse(text, LAR_YAML_BYTES + 1, &arena, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    lar_arena_finish(&arena);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {tree_has_places, nothing_is_an_empty_map,
                                  what_settings_do_not_need_is_refused, size_is_capped, NULL};
    return check_main("yaml", tests);
}
