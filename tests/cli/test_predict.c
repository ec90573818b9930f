/* SPDX-License-Identifier: MIT */
#include "cli/predict.h"
#include "tests/check_main.h"
#include "tests/cli/printed.h"

#include <string.h>

START_TEST(a_line_for_each_prediction)
{
    static const struct {
        const char *body, *lines;
    } rows[] = {
        {"{\"predictions\":[0,1.50,\"setosa\"]}", "0\n1.50\n\"setosa\"\n"},
        {"{ \"predictions\" : [ [0.1, 0.9] ,\n [NaN, -Infinity] ] }",
         "[0.1,0.9]\n[NaN,-Infinity]\n"},
        {"{\"predictions\": []}", ""},
        {"{\"a\":[1,{\"predictions\":[2]}],\"b\":\"x,]\\\"\",\"predictions\":[3]}", "3\n"},
        {"{\"predictions\":[\"a, ]b\\\"\", {\"k\": [1, 2]}]}", "\"a, ]b\\\"\"\n{\"k\":[1,2]}\n"},
        {"{\"outputs\":[1,2]}", "{\"outputs\":[1,2]}\n"},
        {"[1,2]", "[1,2]\n"},
        {"{\"predictions\":3}", "{\"predictions\":3}\n"},
        {"", "\n"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct printed p;
        printed_begin(&p, false, 80);
        lar_predictions_print(&p.screen, rows[i].body, strlen(rows[i].body));
        printed_end(&p, rows[i].lines);
    }
}
END_TEST

/* Every beginning of an answer, in memory of just that size. */
START_TEST(cut_answers_are_read_to_their_end)
{
    static const char body[] = "{\"a\":\"\\\"\",\"predictions\": [[1, \"x\\\\\"], {\"b\":[2]}]}";
    for (size_t n = 0; n < sizeof body; n++) {
        struct printed p;
        char *copy = malloc(n ? n : 1);
        memcpy(copy, body, n);
        printed_begin(&p, true, 80);
        lar_predictions_print(&p.screen, copy, n);
        ck_assert_int_eq(fclose(p.screen.file), 0);
        free(p.text);
        free(copy);
    }
}
END_TEST

int main(void)
{
    return check_main("predict", (const TTest *[]){a_line_for_each_prediction,
                                                   cut_answers_are_read_to_their_end, NULL});
}
