/* SPDX-License-Identifier: MIT */
#include "tests/dialects/calls.h"

#include <math.h>

#define HEAD(name, shape, type)                                                                    \
    "{\"name\":\"" name "\",\"shape\":" shape ",\"datatype\":\"" type "\",\"data\":"

START_TEST(one_input)
{
    static const struct call_row rows[] = {
        {models_matrix, "{\"inputs\":[" HEAD("X", "[2,3]", "FP64") "[1,2,3,4,5,6]}]}",
         "2: X float64[2,3] [1.0,2.0,3.0,4.0,5.0,6.0] -> predict"},
        {models_matrix, "{\"inputs\":[" HEAD("any", "[2,3]", "FP64") "[[1,2,3],[4,5,6]]}]}",
         "2: X float64[2,3] [1.0,2.0,3.0,4.0,5.0,6.0] -> predict"},
        {models_matrix,
         "{\"inputs\":[{\"data\":[1,NaN,null],\"datatype\":\"FP32\",\"name\":\"any\",\"shape\":[1,"
         "3]"
         "}]}",
         "1: X float64[1,3] [1.0,NaN,NaN] -> predict"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "INT64") "[1,2,-9007199254740993]}]}",
         "1: X float64[1,3] [1.0,2.0,-9007199254740992.0] -> predict"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "BOOL") "[true,false,true]}]}",
         "1: X float64[1,3] [1.0,0.0,1.0] -> predict"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[0,3]", "FP64") "[]}]}",
         "input 'X' has no rows, at least one is needed"},
        {models_line, "{\"inputs\":[" HEAD("x", "[2]", "FP32") "[1,2]}]}",
         "2: X float64[2,1] [1.0,2.0] -> predict"},
        {models_text, "{\"inputs\":[" HEAD("t", "[2,1]", "BYTES") "[[\"a\"],[null]]}]}",
         "2: text string[2] [\"a\",null] -> predict"},
        {models_text,
         "{\"inputs\":[{\"name\":\"\\u0074\\\"\",\"shape\":[1],\"datatype\":\"BYTES\","
         "\"data\":[\"\\u0061\"]}]}",
         "1: text string[1] [\"a\"] -> predict"},
        {models_text,
         "{\"inputs\":[{\"name\":\"t\",\"shape\":[3,1],\"datatype\":\"BYTES\",\"parameters\":{"
         "\"content_type\":\"base64\"},\"data\":[\"YWJj\",\"w7Y=\",\"\"]}]}",
         "3: text string[3] [\"abc\",\"\xC3\xB6\",\"\"] -> predict"},
        {models_text,
         "{\"inputs\":[{\"data\":[\"YWJj\"],\"name\":\"t\",\"shape\":[1],\"datatype\":\"BYTES\","
         "\"parameters\":{\"content_type\":\"base64\"}}],\"parameters\":{\"content_type\":\"np\"}}",
         "1: text string[1] [\"abc\"] -> predict"},
    };
    CHECK_CALLS(lar_oip_read, rows);
}
END_TEST

START_TEST(one_input_for_each_column)
{
    static const struct call_row rows[] = {
        {models_matrix,
         "{\"inputs\":[" HEAD("depth", "[2]", "INT32") "[3,6]}," HEAD(
             "width", "[2,1]", "FP64") "[[1],[4]]}," HEAD("h\xC3\xB6he", "[2,1]",
                                                          "UINT8") "[2,5]}]}",
         "2: X float64[2,3] [1.0,2.0,3.0,4.0,5.0,6.0] -> predict"},
        {models_table,
         "{\"inputs\":[" HEAD("city", "[2]", "BYTES") "[\"a\",null]}," HEAD(
             "age", "[2,1]", "INT8") "[1,2]}," HEAD("flag", "[2]", "BOOL") "[true,false]}]}",
         "2: age float64[2] [1.0,2.0] city string[2] [\"a\",null]N "
         "flag bool[2,1] [true,false] -> predict"},
        {models_table,
         "{\"inputs\":[" HEAD("note", "[7]", "BYTES") "{\"x\":1}}," HEAD(
             "city", "[1]", "BYTES") "[\"a\"]}," HEAD("age", "[1]",
                                                      "INT8") "[1]}," HEAD("flag", "[1]",
                                                                           "BOOL") "[true]}]}",
         "1: age float64[1] [1.0] city string[1] [\"a\"] flag bool[1,1] [true] -> predict"},
        {models_matrix,
         "{\"inputs\":[" HEAD("depth", "[2]", "FP64") "[3,6]}," HEAD("wide", "[2]",
                                                                     "FP64") "[1,2]}]}",
         "inputs[1]: unknown column 'wide'; the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"inputs\":[" HEAD("depth", "[2]", "FP64") "[3,6]}]}",
         "column 'width' is missing"},
        {models_matrix,
         "{\"inputs\":[" HEAD("depth", "[1]", "FP64") "[3]}," HEAD("depth", "[1]", "FP64") "[1]}]}",
         "inputs[1]: column 'depth' is given twice"},
        {models_matrix,
         "{\"inputs\":[" HEAD("X", "[1,3]", "FP64") "[1,2,3]}," HEAD("depth", "[1]",
                                                                     "FP64") "[1]}]}",
         "input 'X' is given whole and in columns"},
        {models_matrix, "{\"inputs\":[" HEAD("depth", "[1]", "BYTES") "[\"3\"]}]}",
         "inputs[0]: column 'depth' is given as string, but it takes no strings"},
    };
    CHECK_CALLS(lar_oip_read, rows);
}
END_TEST

START_TEST(what_is_asked_for)
{
#define X13 HEAD("X", "[1,3]", "FP64") "[1,2,3]}"
#define X13_READ "1: X float64[1,3] [1.0,2.0,3.0] -> "
    static const struct call_row rows[] = {
        {models_matrix, "{\"inputs\":[" X13 "],\"outputs\":[{\"name\":\"predict_proba\"}]}",
         X13_READ "predict_proba"},
        {models_matrix,
         "{\"outputs\":[{\"parameters\":{\"binary_data\":false},\"name\":\"predict_proba\"},"
         "{\"name\":\"predict\"}],\"inputs\":[" X13 "],\"id\":\"a\\u00e9\"}",
         X13_READ "predict_proba predict id \"a\\u00e9\""},
        {models_matrix, "{\"inputs\":[" X13 "],\"outputs\":[],\"id\":null,\"parameters\":null}",
         X13_READ "predict"},
        {models_matrix, "{\"inputs\":[" X13 "],\"parameters\":{\"method\":\"predict_proba\"}}",
         X13_READ "predict_proba"},
        {models_matrix, "{\"parameters\":{\"x\":[],\"method\":null},\"inputs\":[" X13 "]}",
         X13_READ "predict"},
        {models_network,
         "{\"inputs\":[" HEAD("c", "[1,2]",
                              "INT8") "[1,2]}],\"parameters\":{\"method\":\"inverse\"}}",
         "1: code int64[1,2] [1,2] -> back"},
        {models_network,
         "{\"inputs\":[" HEAD("c", "[1,2]", "INT8") "[1,2]}],\"outputs\":[{\"name\":\"back\"}]}",
         "1: code int64[1,2] [1,2] -> back"},
        {models_network,
         "{\"inputs\":[" HEAD("size", "[1]", "INT64") "[5]}," HEAD("image", "[1,2,2]",
                                                                   "FP16") "[[[1,2],[3,4]]]}]}",
         "1: image float32[1,2,2] [1.0,2.0,3.0,4.0] size int32[1] [5] -> y raw_bytes"},
        {models_matrix, "{\"inputs\":[" X13 "],\"outputs\":[{\"name\":\"score\"}]}",
         "outputs[0]: unknown output 'score'; the model has 'predict', 'predict_proba'"},
        {models_matrix,
         "{\"inputs\":[" X13 "],\"outputs\":[{\"name\":\"predict\"},{\"name\":\"predict\"}]}",
         "outputs[1]: output 'predict' is asked for twice"},
        {models_matrix, "{\"inputs\":[" X13 "],\"outputs\":[{}]}", "outputs[0]: 'name' is missing"},
        {models_matrix, "{\"inputs\":[" X13 "],\"parameters\":{\"method\":\"score\"}}",
         "parameters: the model has no method 'score'"},
        {models_matrix, "{\"inputs\":[" X13 "],\"id\":7}",
         "id: expected a string, found a number (byte 77)"},
    };
    CHECK_CALLS(lar_oip_read, rows);
}
END_TEST

START_TEST(what_is_refused)
{
    static const struct call_row rows[] = {
        {models_matrix, "{}", "'inputs' is missing"},
        {models_matrix, "[]", "expected an object, found an array (byte 0)"},
        {models_matrix, "{\"inputs\":[]}", "input 'X' is missing"},
        {models_matrix, "{\"inputs\":null}", "'inputs' is missing"},
        {models_matrix, "{\"inputs\":5}", "inputs: expected an array, found a number (byte 10)"},
        {models_matrix, "{\"inputs\":[5]}",
         "inputs[0]: expected an object, found a number (byte 11)"},
        {models_matrix, "{\"inputs\":[{\"shape\":[1,3],\"datatype\":\"FP64\",\"data\":[1,2,3]}]}",
         "inputs[0]: 'name' is missing"},
        {models_matrix, "{\"inputs\":[{\"name\":\"X\",\"datatype\":\"FP64\",\"data\":[1,2,3]}]}",
         "inputs[0]: 'shape' is missing"},
        {models_matrix, "{\"inputs\":[{\"name\":\"X\",\"shape\":[1,3],\"data\":[1,2,3]}]}",
         "inputs[0]: 'datatype' is missing"},
        {models_matrix, "{\"inputs\":[{\"name\":\"X\",\"shape\":[1,3],\"datatype\":\"FP64\"}]}",
         "inputs[0]: 'data' is missing"},
        {models_matrix,
         "{\"inputs\":[{\"name\":\"X\",\"shape\":[1,3],\"datatype\":\"FP64\","
         "\"parameters\":{\"binary_data_size\":24}}]}",
         "inputs[0]: unexpected size for input 'X', expecting 24 additional bytes for model ''"},
        {models_matrix,
         "{\"inputs\":[{\"name\":\"X\",\"shape\":[1,3],\"datatype\":\"FP64\",\"data\":[1,2,3],"
         "\"parameters\":{\"binary_data_size\":0}}]}",
         "inputs[0]: Input must set only one of the following fields: 'data', 'binary_data_size' "
         "in 'parameters', 'shared_memory_region' in 'parameters'. But more than one is specified"},
        {models_matrix,
         "{\"inputs\":[{\"name\":\"X\",\"shape\":[1,3],\"datatype\":\"FP64\","
         "\"parameters\":{\"shared_memory_region\":\"r\"}}]}",
         "inputs[0].parameters: Unable to find shared memory region: 'r'"},
        {models_matrix, "{\"inputs\":[" X13 "],\"parameters\":{\"triton_x\":1}}",
         "parameters: parameter keys starting with 'triton_' are reserved for Triton usage and "
         "should not be specified."},
        {models_text,
         "{\"inputs\":[{\"name\":\"t\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{"
         "\"content_type\":\"base64\"},\"data\":[\"Y*==\"]}]}",
         "inputs[0]: element 0 is not base64 of UTF-8 text"},
        {models_text,
         "{\"inputs\":[{\"name\":\"t\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{"
         "\"content_type\":\"pd_json\"},\"data\":[\"{}\"]}]}",
         "inputs[0].parameters: content type 'pd_json' is not read; send an input for each column "
         "('pd')"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "float") "[1,2,3]}]}",
         "inputs[0].datatype: unknown datatype 'float'"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,-3]", "FP64") "[1,2,3]}]}",
         "inputs[0].shape: expected a number of elements, found a number (byte 34)"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,1,1,1,1,1,1,1,1]", "FP64") "[1]}]}",
         "inputs[0].shape: more than 8 dimensions"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,4]", "FP64") "[1,2,3,4]}]}",
         "inputs[0]: shape [1,4] where the model takes [rows,3]"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[3]", "FP64") "[1,2,3]}]}",
         "inputs[0]: shape [3] where the model takes [rows,3]"},
        {models_matrix, "{\"inputs\":[" HEAD("heigth", "[1]", "FP64") "[1]}]}",
         "inputs[0]: shape [1] where the model takes [rows,3] or a column: unknown column "
         "'heigth'; "
         "the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"inputs\":[" HEAD("any", "[1,1]", "FP64") "[1]}]}",
         "inputs[0]: shape [1,1] where the model takes [rows,3] or a column: unknown column 'any'; "
         "the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1099511627776,3]", "FP64") "[1,2,3]}]}",
         "inputs[0].data: expected 3298534883328 elements, found 3 (byte 81)"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[2,3]", "FP64") "[[1,2,3],[4,5]]}]}",
         "inputs[0].data[1]: expected 3 elements, found 2 (byte 76)"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "FP64") "[1,\"2\",3]}]}",
         "inputs[0].data[1]: expected a number, found a string (byte 65)"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "INT32") "[1,2.5,3]}]}",
         "inputs[0].data[1]: expected an integer, found a number with fraction or exponent "
         "(byte 66)"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "UINT8") "[1,256,3]}]}",
         "inputs[0].data[1]: number beyond the range of uint8 (byte 66)"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "FP32") "[1,1e39,3]}]}",
         "inputs[0].data[1]: number beyond the range of float32 (byte 65)"},
        {models_matrix, "{\"inputs\":[" HEAD("X", "[1,3]", "BYTES") "[\"1\",\"2\",\"3\"]}]}",
         "inputs[0]: input 'X' is given as string, but it takes no strings"},
        {models_matrix, "{\"inputs\":[" X13 "," HEAD("Y", "[1,3]", "FP64") "[1,2,3]}]}",
         "inputs[1]: unknown input 'Y'; the model has 'X'"},
        {models_matrix, "{\"inputs\":[" X13 "," X13 "]}", "inputs[1]: input 'X' is given twice"},
        {models_network, "{\"inputs\":[" HEAD("size", "[1]", "FP32") "[5]}]}",
         "inputs[0]: input 'size' is given as float32, but it takes integers only"},
        {models_network, "{\"inputs\":[" HEAD("size", "[1]", "INT64") "[3000000000]}]}",
         "inputs[0].data[0]: number beyond the range of int32 (byte 65)"},
        {models_network,
         "{\"inputs\":[" HEAD("size", "[2]", "INT64") "[5,6]}," HEAD("image", "[1,2,2]",
                                                                     "FP32") "[1,2,3,4]}]}",
         "input 'size' has 2 rows, 'image' has 1"},
    };
    CHECK_CALLS(lar_oip_read, rows);
}
END_TEST

START_TEST(answers)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 20, &err);
    struct lar_call_request call;
    struct lar_text out;
    size_t text_size = 9;
    int32_t labels[] = {7, -8};
    double two[] = {0.5, NAN, INFINITY, 1};
    const struct lar_tensor results[] = {
        {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 2), .data = two},
        {LAR_TYPE_I32, LAR_LAYOUT_DENSE, LAR_SHAPE(2), .data = labels},
    };
    static const char body[] = "{\"id\":\"\\ud800\",\"inputs\":[" X13 "],\"outputs\":["
                               "{\"name\":\"predict_proba\"},{\"name\":\"predict\"}]}";
    ck_assert(model_init(&m, models_matrix, &err));
    ck_assert(lar_oip_read(&call, &m.flat, body, strlen(body), scratch, &err));
    lar_text_init(&out, NULL, 0, 1 << 16);
    ck_assert(lar_oip_write(&out, &m.flat, &call, results, "iris", 3, &text_size, &err));
    lar_text_char(&out, '\0');
    ck_assert_uint_eq(text_size, 0);
    ck_assert_str_eq(
        out.data,
        "{\"model_name\":\"iris\",\"model_version\":\"3\",\"id\":\"\\ud800\",\"outputs\":["
        "{\"name\":\"predict_proba\",\"datatype\":\"FP64\",\"shape\":[2,2],"
        "\"data\":[0.5,null,null,1.0]},"
        "{\"name\":\"predict\",\"datatype\":\"INT32\",\"shape\":[2],\"data\":[7,-8]}]}");
    lar_text_finish(&out);
    lar_text_init(&out, NULL, 0, 100);
    ck_assert(!lar_oip_write(&out, &m.flat, &call, results, "iris", 3, &text_size, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    lar_text_finish(&out);
    lar_scratch_free(scratch);
    model_finish(&m);
}
END_TEST

START_TEST(metadata)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_text out;
    lar_text_init(&out, NULL, 0, 1 << 16);
    ck_assert(model_init(&m, models_table, &err));
    ck_assert(lar_oip_write_metadata(&out, &m.flat, "table", (const uint64_t[]){1, 3}, 2,
                                     "sklearn_joblib", &err));
    lar_text_char(&out, '\0');
    ck_assert_str_eq(out.data,
                     "{\"name\":\"table\",\"versions\":[\"1\",\"3\"],\"platform\":"
                     "\"sklearn_joblib\",\"inputs\":["
                     "{\"name\":\"age\",\"datatype\":\"FP64\",\"shape\":[-1]},"
                     "{\"name\":\"city\",\"datatype\":\"BYTES\",\"shape\":[-1]},"
                     "{\"name\":\"flag\",\"datatype\":\"BOOL\",\"shape\":[-1,1]}],\"outputs\":["
                     "{\"name\":\"predict\",\"datatype\":\"BYTES\",\"shape\":[-1,2]}]}");
    lar_text_finish(&out);
    model_finish(&m);
}
END_TEST

int main(void)
{
    return check_main("dialect_oip",
                      (const TTest *[]){one_input, one_input_for_each_column, what_is_asked_for,
                                        what_is_refused, answers, metadata, NULL});
}
