/* expected.json: who passes, who is refused and how it is told, what is compared again and when.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/server/world.h"

#include <string.h>

static void expect(const struct world *w, const char *list)
{
    char buffer[4096];
    ck_assert_str_eq(world_list(w, buffer, sizeof buffer), list);
}

/* A model that adds 1, with TEXT as its expected.json. */
static void start(struct world *w, const char *text)
{
    world_make(w);
    world_put(w, "iris/1/model.joblib", "ok 1");
    world_put(w, "iris/1/expected.json", text);
    world_start(w);
    world_await_complete(w);
}

START_TEST(who_answers_as_expected_is_published)
{
    static const char *const good[] = {
        "{\"rows\":[1,2.5],\"method\":\"predict\",\"answers\":[2,3.5],\"tolerance\":0}",
        "{\"answers\": [2, 3.5], \"rows\": [1, 2.5], \"by\": \"hand\"}",
        "{\"rows\":[1],\"answers\":[2.09],\"tolerance\":0.1}",
        "{\"rows\":[999],\"answers\":[1009],\"tolerance\":0.1}", /* relative, above 1 */
        "{\"rows\":[null,Infinity,-Infinity],\"answers\":[NaN,Infinity,-Infinity]}",
        "{\"rows\":[NaN],\"answers\":[null]}",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct world w;
        start(&w, good[i]);
        expect(&w, "iris/1 AVAILABLE 1");
        world_remove(&w);
    }
}
END_TEST

START_TEST(who_does_not_is_refused_with_both_values)
{
    static const struct {
        const char *text, *why;
    } rows[] = {
        {"{\"rows\":[1,2],\"answers\":[2,3.25]}",
         "expected.json: answers[1]: 3.25 is expected, this model answers 3.0"},
        {"{\"rows\":[1],\"answers\":[2.2],\"tolerance\":0.05}", "2.2 is expected"},
        {"{\"rows\":[1],\"answers\":[NaN]}", "NaN is expected, this model answers 2.0"},
        {"{\"rows\":[Infinity],\"answers\":[1e308]}", "1e308 is expected, this model answers Inf"},
        {"{\"rows\":[1e308],\"answers\":[Infinity],\"tolerance\":1}", "Infinity is expected"},
        {"{\"rows\":[1],\"answers\":[\"2\"]}", "is expected, this model answers 2.0"},
        {"{\"rows\":[1],\"answers\":[[2]]}", "[2] is expected, this model answers 2.0"},
        {"{\"rows\":[1],\"answers\":[2,3]}", "more than 1 values are expected"},
        {"{\"rows\":[1,2],\"answers\":[2]}", "no more than 1 values are expected"},
        {"{\"rows\":[\"x\"],\"answers\":[2]}", "expected.json: instances[0]"},
        {"{\"rows\":[1],\"answers\":[2],\"method\":\"transform\"}", "no signature 'transform'"},
        {"{\"rows\":[1]}", "expected.json: answers is missing"},
        {"{\"answers\":[1]}", "expected.json: rows is missing"},
        {"{\"rows\":[1],\"answers\":[2],\"tolerance\":-1}", "tolerance"},
        {"{\"rows\":[1],\"answers\":[2],\"method\":3}", "method is not a string"},
        {"{\"rows\":[1],\"answers\":[2]} x", "expected.json: "},
        {"", "expected.json: "},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct world w;
        start(&w, rows[i].text);
        world_await_error(&w, "iris", 1, rows[i].why);
        expect(&w, "iris/1 END");
        world_remove(&w);
    }
}
END_TEST

START_TEST(what_serves_goes_on_beside_a_refusal)
{
    struct world w;
    start(&w, "{\"rows\":[1],\"answers\":[2]}");
    expect(&w, "iris/1 AVAILABLE 1");
    world_move_in(&w, "iris/1/model.joblib", "ok 5"); /* answers 6 */
    world_await_error(&w, "iris", 1, "2 is expected, this model answers 6.0");
    expect(&w, "iris/1 AVAILABLE 1");
    world_move_in(&w, "iris/1/expected.json", "{\"rows\":[1],\"answers\":[6]}");
    world_await(&w, "iris", 1, 5);
    world_move_in(&w, "iris/1/expected.json", "{\"rows\":[1],\"answers\":[7]}");
    world_await_error(&w, "iris", 1, "7 is expected, this model answers 6.0");
    world_delete(&w, "iris/1/expected.json");
    for (int i = 0; i < 1000; i++) { /* nothing is expected any more */
        struct lar_error none = {0};
        lar_reader_turn(w.reader);
        const struct lar_model_entry *m = lar_table_find(lar_reader_table(w.reader), "iris", 4);
        if (m->versions[0].error.code == none.code)
            break;
        ck_assert_int_lt(i, 999);
        world_sleep(10);
    }
    world_remove(&w);
}
END_TEST

START_TEST(a_restart_compares_nothing_again)
{
    struct world w;
    start(&w, "{\"rows\":[1],\"answers\":[2]}");
    unsigned loads = w.spawner.loads;
    world_stop(&w);
    world_start(&w);
    world_await_complete(&w);
    expect(&w, "iris/1 AVAILABLE 1");
    ck_assert_uint_eq(w.spawner.loads, loads);
    world_stop(&w);
    world_move_in(&w, "iris/1/expected.json", "{\"rows\":[1],\"answers\":[3]}");
    world_start(&w);
    world_await_error(&w, "iris", 1, "3 is expected"); /* the form in the cache does not help */
    world_remove(&w);
}
END_TEST

/* A model's own file in its folder has it beside it. */
START_TEST(beside_a_single_file)
{
    struct world w;
    world_make(&w);
    world_put(&w, "iris/model.joblib", "ok 1");
    world_put(&w, "iris/expected.json", "{\"rows\":[1],\"answers\":[3]}");
    world_start(&w);
    world_await_error(&w, "iris", 0, "3 is expected, this model answers 2.0");
    world_remove(&w);
}
END_TEST

int main(void)
{
    const TTest *const tests[] = {who_answers_as_expected_is_published,
                                  who_does_not_is_refused_with_both_values,
                                  what_serves_goes_on_beside_a_refusal,
                                  a_restart_compares_nothing_again,
                                  beside_a_single_file,
                                  NULL};
    return check_main("self_check", tests);
}
