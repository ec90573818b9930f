/* SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "tests/check_main.h"

#include <string.h>

enum { WORDS = 12 };

/* Reads "larder" and WORDS, up to NULL. */
static bool reads(struct lar_call *call, struct lar_error *err, const char *const *words)
{
    const char *argv[WORDS + 1] = {"larder"};
    int n = 1;
    for (; *words; words++)
        argv[n++] = *words;
    *call = (struct lar_call){0};
    *err = (struct lar_error){0};
    /* The arguments outlive the call: they are literals. */
    return lar_arguments_read(call, n, argv, err);
}

#define READ(...) reads(&call, &err, (const char *const[]){__VA_ARGS__, NULL})

START_TEST(options_stand_anywhere)
{
    struct lar_call call;
    struct lar_error err;
    ck_assert(READ("push", "--label", "canary", "a.joblib", "iris", "--url=http://h:1"));
    ck_assert_str_eq(call.command->name, "push");
    ck_assert_uint_eq(call.n_operands, 2);
    ck_assert_str_eq(call.operands[0], "a.joblib");
    ck_assert_str_eq(call.operands[1], "iris");
    ck_assert_str_eq(call.options.label, "canary");
    ck_assert_str_eq(call.options.url, "http://h:1");
    ck_assert(!call.options.json);
    ck_assert(READ("--json", "--url", "unix:/s", "list"));
    ck_assert(call.options.json);
    ck_assert_str_eq(call.options.url, "unix:/s");
    ck_assert(READ("rm", "iris", "--force", "--yes"));
    ck_assert(call.options.force && call.options.yes);
    ck_assert(READ("rm", "iris", "--label", "canary"));
    ck_assert_str_eq(call.options.label, "canary");
    ck_assert(!READ("validate", "--label", "canary", "a.joblib"));
    ck_assert(READ("validate", "--", "--odd"));
    ck_assert_str_eq(call.operands[0], "--odd");
    ck_assert(READ("predict", "iris", "-"));
    ck_assert_str_eq(call.operands[1], "-");
}
END_TEST

START_TEST(watch_may_have_a_number)
{
    struct lar_call call;
    struct lar_error err;
    ck_assert(READ("status"));
    ck_assert_uint_eq(call.options.watch, 0);
    ck_assert(READ("status", "--watch"));
    ck_assert_uint_eq(call.options.watch, 2);
    ck_assert(READ("status", "--watch", "10", "--json"));
    ck_assert_uint_eq(call.options.watch, 10);
    ck_assert(READ("status", "--watch", "--json"));
    ck_assert(call.options.json && call.options.watch == 2);
    ck_assert(READ("status", "--watch=7"));
    ck_assert_uint_eq(call.options.watch, 7);
    ck_assert(!READ("status", "--watch=0"));
    ck_assert(!READ("status", "--watch=86401"));
    ck_assert(!READ("status", "--watch=1s"));
    ck_assert(!READ("status", "--watch", "soon"));
}
END_TEST

START_TEST(help_is_asked_for_in_three_ways)
{
    struct lar_call call;
    struct lar_error err;
    ck_assert(READ("--help") && call.options.help && !call.command);
    ck_assert(READ("help") && call.options.help && !call.command);
    ck_assert(READ("help", "pull") && call.options.help);
    ck_assert_str_eq(call.command->name, "pull");
    ck_assert(READ("pull", "-h") && call.options.help);
    ck_assert(READ("--version") && call.options.version);
}
END_TEST

START_TEST(what_makes_no_sense_is_said)
{
    static const struct {
        const char *words[4], *says;
    } rows[] = {
        {{NULL}, "a command is missing"},
        {{"pusch"}, "no command 'pusch'"},
        {{"push"}, "something is missing: larder push FILE|FOLDER NAME"},
        {{"push", "a"}, "something is missing"},
        {{"list", "a", "b"}, "'b' is too much: larder list [NAME]"},
        {{"list", "--force"}, "larder list takes no --force"},
        {{"--force", "rm"}, "stands behind the command"},
        {{"list", "--nonsense"}, "no option --nonsense"},
        {{"list", "-x"}, "no option -x"},
        {{"list", "--json=1"}, "--json takes no value"},
        {{"list", "--url"}, "--url wants a value: --url URL"},
        {{"list", "--url="}, "--url wants a value"},
        {{"list", "--token", "secret"}, "LARDER_TOKEN"},
        {{"list", "--token=secret"}, "LARDER_TOKEN"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct lar_call call;
        struct lar_error err;
        ck_assert(!reads(&call, &err, rows[i].words));
        ck_assert_int_eq(err.code, LAR_ERR_INVALID);
        ck_assert_msg(strstr(err.text, rows[i].says), "%s", err.text);
        ck_assert_ptr_null(strstr(err.text, "secret"));
    }
}
END_TEST

/* Each row of the tables is whole, and what help says of a command's options can be parsed. */
START_TEST(the_tables_hold_together)
{
    char text[16384];
    for (const struct lar_command *c = lar_commands; c->name; c++) {
        ck_assert(c->run && c->brief && c->least <= c->most && c->most <= LAR_OPERANDS);
        ck_assert_msg(strstr(c->help, "examples\n"), "%s", c->name);
        for (const char *const *name = c->options; name && *name; name++)
            ck_assert_ptr_nonnull(lar_option_find(*name, strlen(*name)));
        FILE *to = fmemopen(text, sizeof text, "w");
        lar_help_command(to, c);
        ck_assert_int_eq(fclose(to), 0);
        for (const struct lar_option *o = lar_options; o->name; o++) {
            char flag[64];
            snprintf(flag, sizeof flag, "\n  --%s ", o->name);
            ck_assert_msg(!lar_command_takes(c, o) == !strstr(text, flag), "%s --%s", c->name,
                          o->name);
        }
        for (const char *line = text; line; line = strchr(line + 1, '\n'))
            ck_assert_msg(strcspn(line + 1, "\n") <= 80, "%s: a line is too long", c->name);
    }
}
END_TEST

int main(void)
{
    return check_main(
        "arguments", (const TTest *[]){options_stand_anywhere, watch_may_have_a_number,
                                       help_is_asked_for_in_three_ways, what_makes_no_sense_is_said,
                                       the_tables_hold_together, NULL});
}
