/* SPDX-License-Identifier: MIT */
#include "tests/dialects/calls.h"

#include <math.h>

#define X13 "1: X float64[1,3] [1.0,2.0,3.0] -> predict"

START_TEST(data_frames)
{
    static const struct call_row rows[] = {
        {models_matrix,
         "{\"dataframe_split\":{\"columns\":[\"width\",\"h\\u00f6he\",\"depth\"],\"index\":[7],"
         "\"data\":[[1,2,3]]}}",
         X13},
        {models_matrix,
         "{\"dataframe_split\":{\"data\":[[9,3,1,2],[8,6,4,5]],\"columns\":[\"more\",\"depth\","
         "\"width\",\"h\xC3\xB6he\"]}}",
         "2: X float64[2,3] [1.0,2.0,3.0,4.0,5.0,6.0] -> predict"},
        {models_matrix, "{\"dataframe_split\":{\"columns\":[0,1,2],\"data\":[[1,2,3]]}}", X13},
        {models_matrix, "{\"dataframe_split\":{\"columns\":null,\"data\":[[1,2,3]]}}", X13},
        {models_matrix, "{\"dataframe_split\":{\"data\":[[1,2,null]]}}",
         "1: X float64[1,3] [1.0,2.0,NaN] -> predict"},
        {models_line, "{\"dataframe_split\":{\"columns\":[\"X\"],\"data\":[[1],[2]]}}",
         "2: X float64[2,1] [1.0,2.0] -> predict"},
        {models_matrix,
         "{\"dataframe_records\":[{\"depth\":3,\"extra\":{\"a\":[1]},\"width\":1,\"h\xC3\xB6he\":2}"
         "]}",
         X13},
        {models_table,
         "{\"dataframe_split\":{\"columns\":[\"x\",\"flag\",\"city\",\"note\",\"age\"],\"data\":["
         "[{},true,\"a\",5,1],[1,false,null,null,2]]}}",
         "2: age float64[2] [1.0,2.0] city string[2] [\"a\",null]N flag bool[2,1] [true,false] -> "
         "predict"},
        {models_table, "{\"dataframe_records\":[{\"age\":1,\"city\":\"a\",\"flag\":true,\"x\":0}]}",
         "1: age float64[1] [1.0] city string[1] [\"a\"] flag bool[1,1] [true] -> predict"},
        {models_matrix,
         "{\"dataframe_split\":{\"columns\":[\"width\",\"depth\"],\"data\":[[1,2]]}}",
         "dataframe_split.data[0]: column 'h\xC3\xB6he' is missing"},
        {models_table, "{\"dataframe_records\":[{\"age\":1,\"flag\":true}]}",
         "dataframe_records[0]: column 'city' is missing"},
        {models_matrix,
         "{\"dataframe_split\":{\"columns\":[\"width\",\"depth\",\"x\"],\"data\":[[1,2]]}}",
         "dataframe_split.data[0]: expected 3 values, one for each column, found 2"},
        {models_matrix, "{\"dataframe_split\":{\"columns\":[\"width\"],\"data\":[[1,2]]}}",
         "dataframe_split.data[0]: expected 1 values, one for each column, found more than 1"},
        {models_matrix,
         "{\"dataframe_split\":{\"columns\":[\"width\",\"width\"],\"data\":[[1,2]]}}",
         "dataframe_split.data[0]: column 'width' is given twice"},
        {models_matrix, "{\"dataframe_split\":{\"columns\":[\"width\"]}}",
         "dataframe_split: 'data' is missing"},
        {models_matrix, "{\"dataframe_split\":{\"dtypes\":1}}",
         "dataframe_split: unknown member 'dtypes'; a data frame has 'columns', 'index', 'data'"},
        {models_matrix, "{\"dataframe_records\":[[1,2,3]]}",
         "dataframe_records[0]: expected an object, found an array (byte 22)"},
        {models_matrix, "{\"dataframe_split\":{\"columns\":[],\"data\":[[]]}}",
         "dataframe_split.data[0]: expected 3 elements, found 0 (byte 43)"},
    };
    CHECK_CALLS(lar_mlflow_read, rows);
}
END_TEST

START_TEST(tensors)
{
    static const struct call_row rows[] = {
        {models_matrix, "{\"instances\":[[1,2,3]]}", X13},
        {models_matrix, "{\"instances\":[{\"width\":1,\"depth\":3,\"h\xC3\xB6he\":2}]}", X13},
        {models_matrix, "{\"inputs\":[[1,2,3]],\"params\":{\"t\":0.5},\"signature_name\":7}", X13},
        {models_matrix, "{\"inputs\":{\"width\":[1],\"depth\":[3],\"h\xC3\xB6he\":[2]}}", X13},
        {models_matrix, "{\"params\":{\"method\":\"predict_proba\"},\"inputs\":[[1,2,3]]}",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict_proba"},
        {models_network, "{\"inputs\":{\"code\":[[1,2]]},\"params\":{\"method\":\"inverse\"}}",
         "1: code int64[1,2] [1,2] -> back"},
        {models_matrix, "{\"instances\":[{\"width\":1,\"depth\":3,\"x\":2}]}",
         "instances[0]: unknown column 'x'; the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"instances\":[],\"inputs\":[]}",
         "instances: expected at least one row, found none"},
        {models_network, "{\"instances\":[],\"inputs\":[]}",
         "'instances' and 'inputs' are both given; send one of them"},
        {models_matrix, "{\"instances\":[[1,2,3]],\"inputs\":[[1,2,3]]}",
         "'instances' and 'inputs' are both given; send one of them"},
        {models_matrix, "{\"messages\":[]}",
         "The request must be an object with exactly one of 'dataframe_split', "
         "'dataframe_records', 'instances', 'inputs'"},
        {models_matrix, "[[1,2,3]]", "expected an object, found an array (byte 0)"},
        {models_matrix, "{\"inputs\":[[1,2,3]],\"params\":{\"method\":\"x\"}}",
         "params: the model has no method 'x'"},
    };
    CHECK_CALLS(lar_mlflow_read, rows);
}
END_TEST

/* A cut CSV is a shorter CSV: no cuts here. */
static void check_csv(const struct call_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct model m;
        struct lar_error err = {0};
        struct lar_text out;
        ck_assert(model_init(&m, rows[i].model, &err));
        lar_text_init(&out, NULL, 0, 1 << 20);
        show_request(&out, lar_mlflow_read_csv, &m.flat, rows[i].body, strlen(rows[i].body));
        ck_assert_str_eq(out.data, rows[i].result);
        for (size_t k = 0; k < strlen(rows[i].body); k++) {
            lar_text_clear(&out);
            show_request(&out, lar_mlflow_read_csv, &m.flat, rows[i].body, k);
        }
        lar_text_finish(&out);
        model_finish(&m);
    }
}

START_TEST(csv)
{
    static const struct call_row rows[] = {
        {models_matrix, "width,h\xC3\xB6he,depth\n1,2,3\n", X13},
        {models_matrix,
         "\xEF\xBB\xBF"
         "depth,\"more\",h\xC3\xB6he,width\r\n3,\"a \"\"b\"\",c\",2, +1 ",
         X13},
        {models_matrix, "width,h\xC3\xB6he,depth\n\n,nan,-inf\n1e3,inf,NA\n",
         "2: X float64[2,3] [NaN,NaN,-Infinity,1000.0,Infinity,NaN] -> predict"},
        {models_table, "city,age,flag\n\"a\nb\",1,True\n,2,0\n\"\",,1\n",
         "3: age float64[3] [1.0,2.0,NaN] city string[3] [\"a\\nb\",null,\"\"]N flag bool[3,1] "
         "[true,false,true] -> predict"},
        {models_text, "text\nhello \"you\"\\\n17\n",
         "2: text string[2] [\"hello \\\"you\\\"\\\\\",\"17\"] -> predict"},
        {models_line, "X\n5\n", "1: X float64[1,1] [5.0] -> predict"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,x,3\n",
         "CSV.data[0].h\xC3\xB6he: expected a number, found a string"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,2\n",
         "CSV.data[0]: expected 3 values, one for each column, found 2"},
        {models_matrix, "width,depth\n1,2\n", "CSV.data[0]: column 'h\xC3\xB6he' is missing"},
        {models_matrix, "width,h\xC3\xB6he,depth\n",
         "CSV.data: expected at least one row, found none"},
        {models_matrix, "", "CSV: the line with the names is missing"},
        {models_matrix, "a\n\"b", "CSV: a quoted value has no end"},
        {models_matrix, "a\n\"b\"c", "CSV: text follows the quotes of a value"},
    };
    check_csv(rows, sizeof rows / sizeof *rows);
}
END_TEST

START_TEST(answers)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_text out;
    double one[] = {1, NAN}, two[] = {0.5, 0.5, 1, 0};
    uint32_t outputs[] = {0, 1};
    struct lar_tensor results[] = {
        {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2), .data = one},
        {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 2), .data = two},
    };
    struct lar_call_request call = {.outputs = outputs, .n_outputs = 1};
    ck_assert(model_init(&m, models_matrix, &err));
    lar_text_init(&out, NULL, 0, 1 << 16);
    ck_assert(lar_mlflow_write(&out, &m.flat, &call, results, &err));
    lar_text_char(&out, '\0');
    ck_assert_str_eq(out.data, "{\"predictions\": [1.0,null]}");
    call.n_outputs = 2;
    lar_text_clear(&out);
    ck_assert(lar_mlflow_write(&out, &m.flat, &call, results, &err));
    lar_text_char(&out, '\0');
    ck_assert_str_eq(out.data,
                     "{\"predictions\": [{\"predict\": 1.0, \"predict_proba\": [0.5,0.5]}, "
                     "{\"predict\": null, \"predict_proba\": [1.0,0.0]}]}");
    results[0].shape = LAR_SHAPE(1);
    lar_text_clear(&out);
    ck_assert(lar_mlflow_write(&out, &m.flat, &call, results, &err));
    lar_text_char(&out, '\0');
    ck_assert_str_eq(out.data, "{\"predictions\": {\"predict\": [1.0], \"predict_proba\": "
                               "[[0.5,0.5],[1.0,0.0]]}}");
    lar_text_finish(&out);
    model_finish(&m);
}
END_TEST

int main(void)
{
    return check_main("dialect_mlflow",
                      (const TTest *[]){data_frames, tensors, csv, answers, NULL});
}
