/* SPDX-License-Identifier: MIT */
#include "server/registry.h"
#include "server/tfs_status.h"
#include "tests/dialects/calls.h"

#include <math.h>

START_TEST(rows_of_a_matrix)
{
    static const struct call_row rows[] = {
        {models_matrix, "{\"instances\": [[1,2,3],[4,5,6]]}",
         "2: X float64[2,3] [1.0,2.0,3.0,4.0,5.0,6.0] -> predict"},
        {models_matrix, "{\"instances\": [[NaN,null,-Infinity]]}",
         "1: X float64[1,3] [NaN,NaN,-Infinity] -> predict"},
        {models_matrix, "{\"instances\": [{\"X\": [1,2,3]}]}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict"},
        {models_matrix,
         "{\"instances\": [{\"width\":1,\"h\xC3\xB6he\":2,\"depth\":3},"
         "{\"depth\":6,\"width\":4,\"h\\u00f6he\":5},{\"depth\":9,\"h\xC3\xB6he\":8,\"width\":7}]}",
         "3: X float64[3,3] [1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0] -> predict"},
        {models_wide,
         "{\"instances\": [{\"x11\":11,\"x10\":10,\"x0\":0,\"x1\":1,\"x2\":2,\"x3\":3,\"x4\":4,"
         "\"x5\":5,\"x6\":6,\"x7\":7,\"x8\":8,\"x9\":9}]}",
         "1: X float64[1,12] [0.0,1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0,10.0,11.0] -> predict"},
        {models_line, "{\"instances\": [1.0, [2], {\"x0\": 5}]}",
         "3: X float64[3,1] [1.0,2.0,5.0] -> predict"},
        {models_words,
         "{\"instances\": [[\"yes\", null], {\"b\": \"B\", \"a\": {\"b64\":\"QQ==\"}}]}",
         "2: words string[2,2] [\"yes\",null,\"A\",\"B\"] -> predict"},
        {models_text, "{\"instances\": [\"yes\", {\"b64\": \"bm8=\"}, {\"text\": \"x\"}]}",
         "3: text string[3] [\"yes\",\"no\",\"x\"] -> predict"},
    };
    CHECK_CALLS(lar_tfs_read, rows);
}
END_TEST

START_TEST(rows_of_a_table)
{
    static const struct call_row rows[] = {
        {models_table,
         "{\"instances\": [[1, {\"any\":[1]}, \"Bern\", true], [2, 7, null, [false]]]}",
         "2: age float64[2] [1.0,2.0] city string[2] [\"Bern\",null]N "
         "flag bool[2,1] [true,false] -> predict"},
        {models_table,
         "{\"instances\": [{\"flag\": true, \"city\": \"\\ud83d\\ude00\", \"age\": null}]}",
         "1: age float64[1] [NaN] city string[1] [\"\xF0\x9F\x98\x80\"] flag bool[1,1] [true] "
         "-> predict"},
        {models_table, "{\"instances\": [[1, 0, \"Bern\", true], [\"2\", 0, \"x\", true]]}",
         "instances[1].age: expected a number, found a string (byte 38)"},
        {models_table, "{\"instances\": [{\"age\": 1, \"city\": 5, \"flag\": true}]}",
         "instances[0].city: expected a string, found a number (byte 34)"},
        {models_table, "{\"instances\": [{\"age\": 1, \"city\": \"a\", \"flag\": 1}]}",
         "instances[0].flag: expected true or false, found a number (byte 47)"},
        {models_table, "{\"instances\": [{\"age\": 1, \"city\": \"a\"}]}",
         "instances[0]: column 'flag' is missing"},
        {models_table, "{\"instances\": [{\"age\": 1, \"age\": 2}]}",
         "instances[0]: column 'age' is given twice"},
        {models_table, "{\"instances\": [{\"age\": 1, \"town\": \"a\"}]}",
         "instances[0]: unknown column 'town'; the model has 'age', 'note', 'city', 'flag'"},
        {models_table, "{\"instances\": [[1, 0, \"a\"]]}",
         "instances[0]: expected 4 values, one for each column, found 3"},
        {models_table, "{\"instances\": [[1, 0, \"a\", true, 5]]}",
         "instances[0]: expected 4 values, one for each column, found more than 4"},
        {models_table, "{\"instances\": [5]}",
         "instances[0]: expected an array, found a number (byte 15)"},
    };
    CHECK_CALLS(lar_tfs_read, rows);
}
END_TEST

START_TEST(columns)
{
    static const struct call_row rows[] = {
        {models_matrix, "{\"inputs\": [[1,2,3],[4,5,6]]}",
         "2: X float64[2,3] [1.0,2.0,3.0,4.0,5.0,6.0] -> predict"},
        {models_matrix, "{\"inputs\": {\"X\": [[1,2,3]]}}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict"},
        {models_matrix,
         "{\"inputs\": {\"depth\": [3,6], \"width\": [[1],[4]], \"h\xC3\xB6he\": [2,5]}}",
         "2: X float64[2,3] [1.0,2.0,3.0,4.0,5.0,6.0] -> predict"},
        {models_words, "{\"inputs\": {\"b\": [\"B\",\"\",null], \"a\": [\"A\",\"AA\",\"x\"]}}",
         "3: words string[3,2] [\"A\",\"B\",\"AA\",\"\",\"x\",null] -> predict"},
        {models_line, "{\"inputs\": [1, 2]}", "2: X float64[2,1] [1.0,2.0] -> predict"},
        {models_table,
         "{\"inputs\": {\"age\": [1,2], \"city\": [[\"a\"],[null]], \"flag\": [true,false]}}",
         "2: age float64[2] [1.0,2.0] city string[2] [\"a\",null]N "
         "flag bool[2,1] [true,false] -> predict"},
        {models_network,
         "{\"inputs\": {\"size\": [1,2], \"image\": [[[1,2,3],[4,5,6]],[[7,8,9],[0,1,2]]]}}",
         "2: image float32[2,2,3] [1.0,2.0,3.0,4.0,5.0,6.0,7.0,8.0,9.0,0.0,1.0,2.0] "
         "size int32[2] [1,2] -> y raw_bytes"},
        {models_matrix, "{\"inputs\": {\"depth\": [3,6], \"width\": [1]}}",
         "inputs: column 'h\xC3\xB6he' is missing"},
        {models_matrix, "{\"inputs\": {\"depth\": [3,6], \"width\": [1], \"h\xC3\xB6he\": [1]}}",
         "inputs: column 'depth' has another number of rows than the first"},
        {models_matrix, "{\"inputs\": {\"depth\": [3,6], \"weight\": [1]}}",
         "inputs: unknown column 'weight'; the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"inputs\": {\"depth\": [3], \"depth\": [1]}}",
         "inputs.depth: column 'depth' is given twice"},
        {models_matrix, "{\"inputs\": {\"depth\": [3,true]}}",
         "inputs.depth[1]: expected a number (1 for true, 0 for false), found true (byte 24)"},
        {models_matrix, "{\"inputs\": []}", "input 'X' has no rows, at least one is needed"},
        {models_table, "{\"inputs\": {\"age\": [1,2], \"city\": [\"a\"], \"flag\": [true,false]}}",
         "input 'city' has 1 rows, 'age' has 2"},
        {models_table, "{\"inputs\": {\"age\": [1], \"city\": [\"a\"]}}",
         "input 'flag' is missing"},
        {models_table, "{\"inputs\": [[1]]}",
         "inputs: expected an object, found an array (byte 11)"},
        {models_network, "{\"inputs\": {\"size\": [3000000000]}}",
         "inputs.size[0]: number beyond the range of int32 (byte 21)"},
        {models_network, "{\"inputs\": {\"image\": [[[1,2,3],[4,5]]]}}",
         "inputs.image[0][1]: expected 3 elements, found 2 (byte 36)"},
    };
    CHECK_CALLS(lar_tfs_read, rows);
}
END_TEST

START_TEST(members_in_any_order)
{
    static const struct call_row rows[] = {
        {models_matrix, "{\"signature_name\": \"predict_proba\", \"instances\": [[1,2,3]]}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict_proba"},
        {models_matrix, "{\"instances\": [[1,2,3]], \"signature_name\": \"predict_proba\"}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict_proba"},
        {models_matrix,
         "{\"instances\": [[1,2,3]], \"x\": {}, \"signature_name\": \"serving_default\"}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict"},
        {models_matrix, "{\"signature_name\": \"\", \"instances\": [[1,2,3]]}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict"},
        {models_matrix, "{\"signature_name\": null, \"instances\": [[1,2,3]]}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict"},
        {models_network, "{\"instances\": [[1,2]], \"signature_name\": \"inverse\"}",
         "1: code int64[1,2] [1,2] -> back"},
        {models_network,
         "{\"signature_name\": \"inverse\", \"instances\": [[1,-9007199254740993]]}",
         "1: code int64[1,2] [1,-9007199254740993] -> back"},
        {models_network, "{\"instances\": [{\"image\": [[1],[2]], \"size\": 3}]}",
         "1: image float32[1,2,1] [1.0,2.0] size int32[1] [3] -> y raw_bytes"},
        {models_network, "{\"instances\": [[[[1],[2]],3],[[[1,2],[2]],3]]}",
         "instances[1].image[0]: expected 1 element, found at least 2 (byte 34)"},
    };
    CHECK_CALLS(lar_tfs_read, rows);
}
END_TEST

START_TEST(what_is_refused)
{
    static const struct call_row rows[] = {
        {models_matrix, "", "expected an object, found the end of the text (byte 0)"},
        {models_matrix, "[]", "expected an object, found an array (byte 0)"},
        {models_matrix, "{}", "Missing 'inputs' or 'instances' key"},
        {models_matrix, "{\"instances\": [[1,2,3]], \"inputs\": [[1,2,3]]}",
         "'inputs' and 'instances' are both given; send one of them"},
        {models_matrix, "{\"instances\": [[1,2,3]], \"instances\": [[1,2,3]]}",
         "'instances' is given twice"},
        {models_matrix, "{\"instances\": []}", "instances: expected at least one row, found none"},
        {models_matrix, "{\"instances\": [[1,2,3]]} x",
         "expected the end of the text, found 'x' (byte 25)"},
        {models_matrix, "{\"instances\": [[1,2,3],[4,5]]}",
         "instances[1]: expected 3 elements, found 2 (byte 28)"},
        {models_matrix, "{\"instances\": [[1,2,3],[4,5,6,7]]}",
         "instances[1]: expected 3 elements, found at least 4 (byte 30)"},
        {models_matrix, "{\"instances\": [[1,2,3],[4,\"x\",6]]}",
         "instances[1][1]: expected a number, found a string (byte 26)"},
        {models_matrix, "{\"instances\": [1,2,3]}",
         "instances[0]: expected an array, found a number (byte 15)"},
        {models_matrix, "{\"instances\": [{\"width\": 1}]}",
         "instances[0]: column 'h\xC3\xB6he' is missing"},
        {models_matrix, "{\"instances\": [{\"width\": 1, \"depth\": 1, \"depth\": 2}]}",
         "instances[0]: column 'depth' is given twice"},
        {models_matrix, "{\"instances\": [{\"Width\": 1}]}",
         "instances[0]: unknown column 'Width'; the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"instances\": [{\"depth\": \"x\", \"width\": 1, \"h\xC3\xB6he\": 2}]}",
         "instances[0].depth: expected a number, found a string (byte 25)"},
        {models_matrix, "{\"signature_name\": \"classify\", \"instances\": [[1,2,3]]}",
         "the model has no signature 'classify'"},
        {models_matrix, "{\"signature_name\": 5, \"instances\": [[1,2,3]]}",
         "signature_name: expected a string, found a number (byte 19)"},
        {models_text, "{\"instances\": [{\"b64\": 5}]}",
         "instances[0]: expected a string, found a number (byte 23)"},
    };
    CHECK_CALLS(lar_tfs_read, rows);
}
END_TEST

static void answer(void (*build)(struct lar_draft *), const char *body,
                   const struct lar_tensor *results, const char *want)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 20, &err);
    struct lar_call_request call;
    struct lar_text out;
    char memory[64];
    lar_text_init(&out, memory, sizeof memory, 1 << 16);
    ck_assert(model_init(&m, build, &err));
    ck_assert(lar_tfs_read(&call, &m.flat, body, strlen(body), scratch, &err));
    if (!lar_tfs_write(&out, &m.flat, &call, results, &err)) {
        lar_text_clear(&out);
        lar_dialect_write_error(&out, &err);
    }
    lar_text_char(&out, '\0');
    ck_assert_str_eq(out.data, want);
    lar_text_finish(&out);
    lar_scratch_free(scratch);
    model_finish(&m);
}

START_TEST(answers)
{
    int64_t labels[] = {7, 8};
    double two[] = {0.5, NAN, INFINITY, 1};
    char bytes[] = "ab";
    uint64_t offsets[] = {0, 1, 2};
    uint8_t kinds[] = {LAR_STRING_TEXT, LAR_STRING_TEXT};
    struct lar_tensor predict = {LAR_TYPE_I64, LAR_LAYOUT_DENSE, LAR_SHAPE(2), .data = labels};
    struct lar_tensor proba = {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 2), .data = two};
    struct lar_tensor net[] = {
        {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 2), .data = two},
        {LAR_TYPE_STRING, LAR_LAYOUT_DENSE, LAR_SHAPE(2), bytes, offsets, kinds, NULL, NULL},
    };
    answer(models_matrix, "{\"instances\":[[1,2,3]]}", &predict, "{\"predictions\": [7,8]}");
    answer(models_matrix, "{\"inputs\":[[1,2,3]],\"signature_name\":\"predict_proba\"}", &proba,
           "{\"outputs\": [[0.5,NaN],[Infinity,1.0]]}");
    answer(models_network, "{\"inputs\":{\"size\":[1],\"image\":[[[1],[2]]]}}", net,
           "{\"outputs\": {\"y\": [[0.5,NaN],[Infinity,1.0]], "
           "\"raw_bytes\": [{\"b64\": \"YQ==\"},{\"b64\": \"Yg==\"}]}}");
    answer(models_network, "{\"instances\":[{\"size\":1,\"image\":[[1],[2]]}]}", net,
           "{\"predictions\": [{\"y\": [0.5,NaN], \"raw_bytes\": {\"b64\": \"YQ==\"}}, "
           "{\"y\": [Infinity,1.0], \"raw_bytes\": {\"b64\": \"Yg==\"}}]}");
    net[1].shape = LAR_SCALAR;
    answer(models_network, "{\"instances\":[{\"size\":1,\"image\":[[1],[2]]}]}", net,
           "{\"error\": \"the outputs do not have one row for each instance; send \\\"inputs\\\" "
           "instead of \\\"instances\\\"\"}");
}
END_TEST

START_TEST(metadata)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_text out;
    lar_text_init(&out, NULL, 0, 1 << 16);
    ck_assert(model_init(&m, models_line, &err));
    ck_assert(lar_tfs_write_metadata(&out, &m.flat, "li\"ne", 12, &err));
    lar_text_char(&out, '\0');
#define SIGNATURE                                                                                  \
    ": {\"inputs\": {\"X\": {\"dtype\": \"DT_DOUBLE\", \"tensor_shape\": {\"dim\": [{\"size\": "   \
    "\"-1\", \"name\": \"\"}, {\"size\": \"1\", \"name\": \"\"}], \"unknown_rank\": false}, "      \
    "\"name\": \"X:0\"}}, \"outputs\": {\"predict\": {\"dtype\": \"DT_DOUBLE\", "                  \
    "\"tensor_shape\": {\"dim\": [{\"size\": \"-1\", \"name\": \"\"}], \"unknown_rank\": false}, " \
    "\"name\": \"predict:0\"}}, \"method_name\": \"tensorflow/serving/predict\", \"defaults\": "   \
    "{}}"
    ck_assert_str_eq(out.data,
                     "{\"model_spec\": {\"name\": \"li\\\"ne\", \"signature_name\": \"\", "
                     "\"version\": \"12\"}, \"metadata\": {\"signature_def\": {\"signature_def\": "
                     "{\"predict\"" SIGNATURE ", \"serving_default\"" SIGNATURE "}}}}");
    lar_text_finish(&out);
    model_finish(&m);
}
END_TEST

/* Stands in for server/registry.c. */
const char *lar_state_name(enum lar_state state)
{
    return state == LAR_STATE_AVAILABLE ? "AVAILABLE" : "END";
}

START_TEST(status)
{
    const struct lar_version_entry versions[] = {
        {.number = 1, .state = LAR_STATE_END, .error = {LAR_ERR_FORMAT, "no \"pickle\""}},
        {.number = 3, .state = LAR_STATE_AVAILABLE},
    };
    const struct lar_model_entry model = {
        .name = "iris", .versions = versions, .n_versions = 2, .answering = &versions[1]};
    struct lar_error err = {0};
    struct lar_text out;
    lar_text_init(&out, NULL, 0, 1 << 16);
    ck_assert(lar_tfs_write_status(&out, &model, 0, &err));
    lar_text_char(&out, '\0');
    ck_assert_str_eq(
        out.data,
        "{\"model_version_status\": [{\"version\": \"3\", \"state\": \"AVAILABLE\", \"status\": "
        "{\"error_code\": \"OK\", \"error_message\": \"\"}}, {\"version\": \"1\", \"state\": "
        "\"END\", \"status\": {\"error_code\": \"UNKNOWN\", \"error_message\": \"no "
        "\\\"pickle\\\"\"}}], \"name\": \"iris\", \"ready\": true}");
    lar_text_clear(&out);
    ck_assert(!lar_tfs_write_status(&out, &model, 2, &err));
    ck_assert_int_eq(err.code, LAR_ERR_NOTFOUND);
    lar_text_finish(&out);
}
END_TEST

int main(void)
{
    return check_main("dialect_tfs", (const TTest *[]){rows_of_a_matrix, rows_of_a_table, columns,
                                                       members_in_any_order, what_is_refused,
                                                       answers, metadata, status, NULL});
}
