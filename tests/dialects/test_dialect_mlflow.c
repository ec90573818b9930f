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
        {models_matrix, "{\"dataframe_split\":{\"data\":[[1,false,3]]}}",
         "dataframe_split.data[0][1]: expected a number (1 for true, 0 for false), found false "
         "(byte 31)"},
        {models_table, "{\"dataframe_records\":[{\"age\":1,\"city\":true,\"flag\":true}]}",
         "dataframe_records[0].city: expected a string, found true (byte 38)"},
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
        {models_matrix, "{\"instances\":[[1,2,3]],\"params\":null}", X13},
        {models_matrix, "{\"params\":null,\"inputs\":null,\"instances\":[[1,2,3]]}", X13},
        {models_matrix, "{\"instances\":null,\"params\":null}",
         "The request must be an object with exactly one of 'dataframe_split', "
         "'dataframe_records', 'instances', 'inputs'"},
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
         "3: age float64[3] [1.0,2.0,NaN] city string[3] [\"a\\nb\",null,null]NN flag bool[3,1] "
         "[true,false,true] -> predict"},
        {models_text, "text\nhello \"you\"\\\n17\n",
         "2: text string[2] [\"hello \\\"you\\\"\\\\\",\"17\"] -> predict"},
        {models_line, "X\n5\n", "1: X float64[1,1] [5.0] -> predict"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,x,3\n",
         "CSV.data[0].h\xC3\xB6he: expected a number, found a string"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,2\n",
         "CSV.data[0]: expected 3 values, one for each column, found 2"},
        {models_matrix, "width,depth\n1,2\n", "CSV: column 'h\xC3\xB6he' is missing"},
        {models_matrix, "width,h\xC3\xB6he,depth\n",
         "CSV.data: expected at least one row, found none"},
        {models_matrix, "", "CSV: the line with the names is missing"},
        {models_line, "X\n\"b", "CSV: a quoted value has no end"},
        {models_line, "X\n\"b\"c", "CSV: text follows the quotes of a value"},
    };
    check_csv(rows, sizeof rows / sizeof *rows);
}
END_TEST

/* count (int64), small (float32), on (bool), text. */
static void kinds(struct lar_draft *d)
{
    lar_value in[4] = {
        lar_draft_input(d, "count", LAR_TYPE_I64, LAR_SHAPE(LAR_DIM_ROWS)),
        lar_draft_input(d, "small", LAR_TYPE_F32, LAR_SHAPE(LAR_DIM_ROWS)),
        lar_draft_input(d, "on", LAR_TYPE_BOOL, LAR_SHAPE(LAR_DIM_ROWS)),
        lar_draft_input(d, "text", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS)),
    };
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), in, 4,
                  LAR_NO_VALUE);
}

/* x0, x1: a number and a text, as a table without names has them. */
static void nameless_table(struct lar_draft *d)
{
    lar_value in[2] = {lar_draft_input(d, "x0", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS)),
                       lar_draft_input(d, "x1", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS))};
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), in, 2,
                  LAR_NO_VALUE);
}

/* Columns of a matrix called 0 and 2019. */
static void years(struct lar_draft *d)
{
    static const char *const columns[] = {"2019", "0"};
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 2));
    lar_draft_input_columns(d, x, columns, 2);
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), &x, 1,
                  LAR_NO_VALUE);
}

static void quoted(struct lar_draft *d)
{
    static const char *const columns[] = {"a", "b\"q", "\"\""};
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_draft_input_columns(d, x, columns, 3);
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), &x, 1,
                  LAR_NO_VALUE);
}

START_TEST(csv_values)
{
    static const struct call_row rows[] = {
        {models_matrix, "width,h\xC3\xB6he,depth\n.5,3.,007\n+1,-.5e1,-0012.50\n 1 ,\t2\t,\"3\"\n",
         "3: X float64[3,3] [0.5,3.0,7.0,1.0,-5.0,-12.5,1.0,2.0,3.0] -> predict"},
        {models_matrix,
         "width,h\xC3\xB6he,depth\n1e400,-1e400,1e-400\nINF,+inf,-infinity\n00,+.0,1E+05\n",
         "3: X float64[3,3] [Infinity,-Infinity,0.0,Infinity,Infinity,-Infinity,0.0,0.0,1e+05] "
         "-> predict"},
        {models_matrix, "width,h\xC3\xB6he,depth\nTrue,FALSE,true\n#N/A N/A,-1.#IND,<NA>\n",
         "2: X float64[2,3] [1.0,0.0,1.0,NaN,NaN,NaN] -> predict"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,.,3\n",
         "CSV.data[0].h\xC3\xB6he: expected a number, found a string"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,1e,3\n",
         "CSV.data[0].h\xC3\xB6he: expected a number, found a string"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,--1,3\n",
         "CSV.data[0].h\xC3\xB6he: expected a number, found a string"},
        {models_matrix, "width,h\xC3\xB6he,depth\n1,2 3,3\n",
         "CSV.data[0].h\xC3\xB6he: expected a number, found a string"},
        {kinds, "count,small,on,text\n007,.5,True,True\n+1,-1e400,0,1\nTrue,TRUE,1,007\n",
         "3: count int64[3] [7,1,1] small float32[3] [0.5,-Infinity,1.0] on bool[3] "
         "[true,false,true] text string[3] [\"True\",\"1\",\"007\"] -> predict"},
        {kinds, "count,small,on,text\n3.,1,1,a\n",
         "CSV.data[0].count: expected an integer, found a number with fraction or exponent"},
        {kinds, "count,small,on,text\n1e400,1,1,a\n",
         "CSV.data[0].count: expected an integer, found a number with fraction or exponent"},
        {kinds, "count,small,on,text\n1,1,2,a\n",
         "CSV.data[0].on: expected true or false, found a number"},
        {kinds, "count,small,on,text\n,1,1,a\n",
         "CSV.data[0].count: expected an integer, found null"},
        /* missing texts, quoted or not, but only as a whole */
        {models_words,
         "a,b\nNA,\"N/A\"\nnull,NULL\n#N/A,nan\nNone,\"\"\nn/a,\n NA,NAN\nNA yes,\"\"\"\"\n",
         "7: words string[7,2] [null,null,null,null,null,null,null,null,null,null,\" NA\",\"NAN\","
         "\"NA yes\",\"\\\"\"] -> predict"},
    };
    check_csv(rows, sizeof rows / sizeof *rows);
}
END_TEST

#define HINT " (the model has no column names of its own; `inputs` in its model.yaml gives them)"
#define X12 "1: X float64[1,12] [9.0,8.0,7.0,6.0,5.0,4.0,3.0,2.0,1.0,0.0,-1.0,-2.0] -> predict"

START_TEST(csv_headers)
{
    static const struct call_row rows[] = {
        {quoted, "a,\"b\"\"q\",\"\"\"\"\"\"\n1,2,3\n",
         "1: X float64[1,3] [1.0,2.0,3.0] -> predict"},
        /* an index, a target, a comma too many */
        {models_matrix, ",width,species,h\xC3\xB6he,depth,\n7,1,x,2,3,\n", X13},
        {models_matrix, "\n\r\n1,2,3\n", X13},
        {models_matrix, "1,2,3\n4,,6", "2: X float64[2,3] [1.0,2.0,3.0,4.0,NaN,6.0] -> predict"},
        {models_matrix, "NA,2,3\n", "1: X float64[1,3] [NaN,2.0,3.0] -> predict"},
        {models_matrix, "1,2\n", "CSV: the first line has 2 columns, the model 3"},
        {models_matrix, "0,1,2\n1,2,3\n",
         "CSV: columns 'width', 'h\xC3\xB6he', 'depth' are missing; the model has no column '0', "
         "'1', '2'"},
        {models_matrix, "a,b,c\n1,2,3\n",
         "CSV: columns 'width', 'h\xC3\xB6he', 'depth' are missing; the model has no column 'a', "
         "'b', 'c'"},
        {models_wide, "x11,x1,x2,x3,x4,x5,x6,x7,x8,x9,x10,x0\n-2,8,7,6,5,4,3,2,1,0,-1,9\n", X12},
        {models_wide, "0,1,2,3,4,5,6,7,8,9,10,11\n9,8,7,6,5,4,3,2,1,0,-1,-2\n", X12},
        {models_wide, ",0,1,2,3,4,5,6,7,8,9,10,11\n5,9,8,7,6,5,4,3,2,1,0,-1,-2\n", X12},
        {models_wide, "11,1,2,3,4,5,6,7,8,9,10,0,y\n-2,8,7,6,5,4,3,2,1,0,-1,9,no\n", X12},
        {models_wide, "9,8,7,6,5,4,3,2,1,0,-1,-2\n", X12},
        {models_wide, "a,b,c,d,e,f,g,h,i,j,k,l\n9,8,7,6,5,4,3,2,1,0,-1,-2\n", X12},
        {models_wide, "a,b,c,d,e,f,g,h,i,j,x10,x11\n9,8,7,6,5,4,3,2,1,0,-1,-2\n",
         "CSV: columns 'x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7', 'x8', 'x9' are missing; the "
         "model has no column 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j'" HINT},
        {models_wide, "a,b\n1,2\n",
         "CSV: columns 'x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6', 'x7', 'x8', 'x9', 'x10', 'x11' "
         "are missing; the model has no column 'a', 'b'" HINT},
        {nameless_table, "0,1\n5,a\n", "1: x0 float64[1] [5.0] x1 string[1] [\"a\"] -> predict"},
        {nameless_table, "n,t\n5,a\n", "1: x0 float64[1] [5.0] x1 string[1] [\"a\"] -> predict"},
        {nameless_table, "5,a\n6,b\n",
         "CSV: columns 'x0', 'x1' are missing; the model has no column '5', 'a'" HINT},
        {years, "0,2019\n1,2\n", "1: X float64[1,2] [2.0,1.0] -> predict"},
        {years, "3,4\n", "1: X float64[1,2] [3.0,4.0] -> predict"},
        {models_table, "age,flag\n1,1\n", "CSV: column 'city' is missing"},
        {models_table,
         ",aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
         "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb,"
         "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc,"
         "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd,"
         "eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee,f,flag\n1\n",
         "CSV: columns 'age', 'city' are missing; the model has no column '', "
         "'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', "
         "'bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb', "
         "'cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc', "
         "'dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd', ..."},
        {models_matrix, "\n", "CSV: the line with the names is missing"},
    };
    check_csv(rows, sizeof rows / sizeof *rows);
}
END_TEST

START_TEST(names_that_are_numbers)
{
    static const struct call_row rows[] = {
        {models_line, "{\"dataframe_records\":[{\"0\":5}]}", "1: X float64[1,1] [5.0] -> predict"},
        {models_line, "{\"dataframe_split\":{\"columns\":[\"y\",\"0\"],\"data\":[[1,5]]}}",
         "1: X float64[1,1] [5.0] -> predict"},
        {models_line, "{\"instances\":[{\"0\":5}]}", "1: X float64[1,1] [5.0] -> predict"},
        {models_line, "{\"inputs\":{\"0\":[5,6]}}", "2: X float64[2,1] [5.0,6.0] -> predict"},
        {models_line, "{\"instances\":[{\"1\":5}]}",
         "instances[0]: unknown column '1'; the model has 'x0'" HINT},
        {models_line, "{\"instances\":[{\"00\":5}]}",
         "instances[0]: unknown column '00'; the model has 'x0'" HINT},
        {models_line, "{\"instances\":[{\"0\":5,\"x0\":5}]}",
         "instances[0]: column 'x0' is given twice"},
        {nameless_table, "{\"dataframe_split\":{\"columns\":[\"1\",\"0\"],\"data\":[[\"a\",5]]}}",
         "1: x0 float64[1] [5.0] x1 string[1] [\"a\"] -> predict"},
        {nameless_table, "{\"dataframe_records\":[{\"0\":5}]}",
         "dataframe_records[0]: column 'x1' is missing" HINT},
        {models_matrix, "{\"instances\":[{\"0\":1,\"1\":2,\"2\":3}]}",
         "instances[0]: unknown column '0'; the model has 'width', 'h\xC3\xB6he', 'depth'"},
        {models_matrix, "{\"dataframe_records\":[{\"0\":1,\"1\":2,\"2\":3}]}",
         "dataframe_records[0]: column 'width' is missing"},
    };
    CHECK_CALLS(lar_mlflow_read, rows);
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
                      (const TTest *[]){data_frames, tensors, csv, csv_values, csv_headers,
                                        names_that_are_numbers, answers, NULL});
}
