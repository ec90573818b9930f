/* :classify and :regress.
 * SPDX-License-Identifier: MIT */
#include "tests/dialects/calls.h"

static bool classify(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                     size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    return lar_tfs_read_examples(ret, flat, false, body, size, scratch, err);
}

static bool regress(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                    size_t size, struct lar_scratch *scratch, struct lar_error *err)
{
    return lar_tfs_read_examples(ret, flat, true, body, size, scratch, err);
}

START_TEST(requests)
{
#define X "1: X float64[1,3] [1.0,2.0,3.0] -> "
#define ONE "{\"width\":1,\"h\xC3\xB6he\":[2],\"depth\":3}"
    static const struct call_row rows[] = {
        {models_matrix, "{\"examples\":[" ONE "]}", X "predict_proba"},
        {models_matrix, "{\"signature_name\":\"serving_default\",\"examples\":[" ONE "]}",
         X "predict_proba"},
        {models_matrix, "{\"examples\":[" ONE "],\"signature_name\":\"predict\"}", X "predict"},
        {models_matrix, "{\"examples\":[{\"X\":[1,2,3]}]}", X "predict_proba"},
        {models_matrix,
         "{\"examples\":[{\"width\":1},{\"depth\":[6]},{}],\"context\":{\"depth\":3,"
         "\"h\xC3\xB6he\":2,"
         "\"width\":[4]}}",
         "3: X float64[3,3] [1.0,2.0,3.0,4.0,2.0,6.0,4.0,2.0,3.0] -> predict_proba"},
        {models_line, "{\"examples\":[{\"x0\":[1]},{\"x0\":2}]}",
         "2: X float64[2,1] [1.0,2.0] -> predict"},
        {models_line, "{\"context\":{\"X\":1},\"examples\":[{},{\"X\":[2]}]}",
         "2: X float64[2,1] [1.0,2.0] -> predict"},
        {models_network,
         "{\"signature_name\":\"inverse\",\"examples\":[{\"code\":[1,2]}],\"context\":{}}",
         "1: code int64[1,2] [1,2] -> back"},
        {models_matrix, "{\"examples\":[{\"width\":1,\"depth\":3}]}",
         "examples[0]: column 'h\xC3\xB6he' is missing"},
        {models_matrix, "{\"examples\":[{\"width\":[1,2]}]}",
         "examples[0].width: expected 1 element, found at least 2 (byte 25)"},
        {models_matrix, "{\"examples\":[[1,2,3]]}",
         "examples[0]: expected an object, found an array (byte 13)"},
        {models_matrix, "{\"examples\":[]}", "examples: expected at least one row, found none"},
        {models_matrix, "{\"context\":{\"x\":1},\"examples\":[" ONE "]}",
         "context: unknown column 'x'; the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"instances\":[]}", "Missing 'examples' key"},
        {models_matrix, "{\"examples\":[" ONE "],\"signature_name\":\"no\"}",
         "the model has no signature 'no'"},
        {models_table, "{\"examples\":[{}]}",
         "signature 'predict' gives no scores of classes; name another one"},
    };
    CHECK_CALLS(classify, rows);
    static const struct call_row more[] = {
        {models_matrix, "{\"examples\":[" ONE "]}", X "predict"},
        {models_table, "{\"examples\":[{}]}",
         "signature 'predict' gives no number for each example; name another one"},
    };
    CHECK_CALLS(regress, more);
}
END_TEST

/* Like models_matrix, with labels of several types. */
static void labelled(struct lar_draft *d)
{
    static const char *const names[] = {"no", "y\"es"};
    static const int64_t numbers[] = {7, -8};
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_value y = lar_draft_node(
        d, &(struct lar_node_args){.op = "test.Like",
                                   .inputs = &x,
                                   .n_inputs = 1,
                                   .params = {{"like", lar_draft_scalar_f64(d, 0)}}});
    lar_draft_output(d, lar_draft_method(d, "a"), "a", y,
                     lar_draft_strings(d, names, NULL, NULL, 2));
    lar_draft_output(d, lar_draft_method(d, "b"), "b", y, lar_draft_i64(d, numbers, LAR_SHAPE(2)));
    lar_draft_output(d, lar_draft_method(d, "c"), "c", y, LAR_NO_VALUE);
}

static const char *written(struct lar_text *out, const struct lar_flat *flat, uint32_t output,
                           struct lar_shape shape, bool values)
{
    static double data[] = {0.25, 0.75, 1, 0};
    struct lar_error err = {0};
    struct lar_call_request call = {.outputs = &output, .n_outputs = 1};
    struct lar_tensor t = {LAR_TYPE_F64, LAR_LAYOUT_DENSE, shape, .data = data};
    lar_text_clear(out);
    if (!(values ? lar_tfs_write_values : lar_tfs_write_classes)(out, flat, &call, &t, &err)) {
        lar_text_clear(out);
        lar_text_puts(out, err.text);
    }
    lar_text_char(out, '\0');
    return out->data;
}

START_TEST(answers)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_text out;
    ck_assert_msg(model_init(&m, labelled, &err), "%s", err.text);
    lar_text_init(&out, NULL, 0, 1 << 16);
    ck_assert_str_eq(written(&out, &m.flat, 0, LAR_SHAPE(2, 2), false),
                     "{\"results\": [[[\"no\", 0.25], [\"y\\\"es\", 0.75]], [[\"no\", 1.0], "
                     "[\"y\\\"es\", 0.0]]]}");
    ck_assert_str_eq(written(&out, &m.flat, 1, LAR_SHAPE(1, 2), false),
                     "{\"results\": [[[\"7\", 0.25], [\"-8\", 0.75]]]}");
    ck_assert_str_eq(written(&out, &m.flat, 2, LAR_SHAPE(1, 2), false),
                     "{\"results\": [[[\"0\", 0.25], [\"1\", 0.75]]]}");
    ck_assert_str_eq(written(&out, &m.flat, 0, LAR_SHAPE(2), false),
                     "{\"results\": [[[\"y\\\"es\", 0.25]], [[\"y\\\"es\", 0.75]]]}");
    ck_assert_str_eq(written(&out, &m.flat, 0, LAR_SHAPE(1, 1, 2), false),
                     "output 'a' does not give a score for each class");
    ck_assert_str_eq(written(&out, &m.flat, 0, LAR_SHAPE(4), true),
                     "{\"results\": [0.25,0.75,1.0,0.0]}");
    ck_assert_str_eq(written(&out, &m.flat, 0, LAR_SHAPE(2, 1), true),
                     "{\"results\": [0.25,0.75]}");
    ck_assert_str_eq(written(&out, &m.flat, 0, LAR_SHAPE(2, 2), true),
                     "output 'a' is not one number for each example");
    lar_text_finish(&out);
    model_finish(&m);
}
END_TEST

int main(void)
{
    return check_main("dialect_examples", (const TTest *[]){requests, answers, NULL});
}
