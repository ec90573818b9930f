/* Rows that are objects with keys of their own, in each dialect.
 * SPDX-License-Identifier: MIT */
#include "tests/dialects/calls.h"

#include <stdio.h>

#define R models_records
#define P models_plain_records
#define BAD "expected a number, a text, true or false, "

START_TEST(rows)
{
    static const struct call_row calls[] = {
        {P,
         "{\"instances\": [{\"dog\": 1, \"cat\": \"red\", \"elephant\": 4.5}, {\"dog\": true, "
         "\"\": false}]}",
         "2: features string[2,3] [\"dog\",\"cat=red\",\"elephant\",\"dog\",\"\",null] values "
         "float64[2,3] "
         "[1.0,1.0,4.5,1.0,0.0,0.0] -> transform"},
        {R,
         "{\"instances\": [{\"cat\": \"red\", \"dog\": null, \"c\": [\"x\", \"y\"], \"d\": []}, "
         "{}]}",
         "2: features string[2,4] [\"cat::red\",\"dog\",\"c::x\",\"c::y\",null,null,null,null] "
         "values "
         "float64[2,4] [1.0,NaN,1.0,1.0,0.0,0.0,0.0,0.0] -> transform"},
        {P, "{\"instances\": [{}, {}]}",
         "2: features string[2,0] [] values float64[2,0] [] -> transform"},
        {P, "{\"instances\": [{\"t\\u00e9l\": \"\\u00e9\", \"n\": NaN}]}",
         "1: features string[1,2] [\"tél=é\",\"n\"] values float64[1,2] [1.0,NaN] -> transform"},
        {P, "{\"instances\": [[[\"dog\", 1], [\"dog\", \"x\"], [\"dog\", 1]], []]}",
         "2: features string[2,3] [\"dog\",\"dog=x\",\"dog\",null,null,null] values float64[2,3] "
         "[1.0,1.0,1.0,0.0,0.0,0.0] -> transform"},
        {P, "{\"inputs\": [{\"dog\": 1}]}",
         "1: features string[1,1] [\"dog\"] values float64[1,1] [1.0] -> transform"},
    };
    CHECK_CALLS(lar_tfs_read, calls);
}
END_TEST

START_TEST(columns)
{
    static const struct call_row calls[] = {
        {P, "{\"inputs\": {\"dog\": [1, 2], \"cat\": [\"a\", 3]}}",
         "2: features string[2,2] [\"dog\",\"cat=a\",\"dog\",\"cat\"] values float64[2,2] "
         "[1.0,1.0,2.0,3.0] -> transform"},
        {R, "{\"inputs\": {\"dog\": [[1]], \"cat\": [[\"a\", \"b\"]]}}",
         "1: features string[1,3] [\"dog\",\"cat::a\",\"cat::b\"] values float64[1,3] "
         "[1.0,1.0,1.0] "
         "-> transform"},
        {P, "{\"inputs\": {\"features\": [1, 2]}}",
         "2: features string[2,1] [\"features\",\"features\"] values float64[2,1] [1.0,2.0] -> "
         "transform"},
        {P, "{\"inputs\": {\"features\": [[\"a\", null]], \"values\": [[1, 2]]}}",
         "1: features string[1,2] [\"a\",null] values float64[1,2] [1.0,2.0] -> transform"},
        {P, "{\"inputs\": {\"dog\": [1, 2], \"cat\": [\"a\"]}}",
         "inputs: column 'cat' has another number of rows than the first"},
        {P, "{\"inputs\": {\"dog\": [1], \"cat\": [\"a\", 2]}}",
         "inputs: column 'cat' has another number of rows than the first"},
        {P, "{\"inputs\": {\"dog\": 1}}",
         "inputs.dog: expected an array of a value for each row, found a number (byte 19)"},
        {P, "{\"inputs\": {}}", "inputs: expected at least one column, found none"},
        {P, "{\"inputs\": {\"dog\": []}}", "inputs: expected at least one row, found none"},
        {P, "{\"inputs\": {\"dog\": [1, [\"a\", \"b\"]]}}",
         "inputs.dog[1][1]: expected ']', found a string (byte 29)"},
        {P, "{\"inputs\": {\"dog\": [{}]}}", "inputs.dog[0]: " BAD "found an object (byte 20)"},
        {P, "{\"inputs\": {\"dog\": [1], \"dog\": [1]}}", "inputs: key 'dog' is given twice"},
        {P, "{\"inputs\": {\"features\": [[\"a\"]]}}", "input 'values' is missing"},
    };
    CHECK_CALLS(lar_tfs_read, calls);
}
END_TEST

START_TEST(what_is_refused)
{
    static const struct call_row calls[] = {
        {P, "{\"instances\": [{\"dog\": {\"a\": 1}}]}",
         "instances[0].dog: " BAD "found an object (byte 23)"},
        {P, "{\"instances\": [{\"dog\": 1}, {\"dog\": null}]}",
         "instances[1].dog: " BAD "found null (byte 35)"},
        {P, "{\"instances\": [{\"dog\": [\"a\"]}]}",
         "instances[0].dog: " BAD "found an array (byte 23)"},
        {R, "{\"instances\": [{\"dog\": [\"a\", 1]}]}",
         "instances[0].dog[1]: expected a text, found a number (byte 29)"},
        {R, "{\"instances\": [{\"dog\": [null]}]}",
         "instances[0].dog[0]: expected a text, found null (byte 24)"},
        {P, "{\"instances\": [{\"dog\": 1, \"d\\u006fg\": 2}]}",
         "instances[0]: key 'dog' is given twice"},
        {P, "{\"instances\": [1]}",
         "instances[0]: expected an object or a list of pairs [name, value], found a number (byte "
         "15)"},
        {P, "{\"instances\": [[1]]}",
         "instances[0][0]: expected a pair [name, value], found a number (byte 16)"},
        {P, "{\"instances\": [[[]]]}",
         "instances[0][0]: expected a pair [name, value], found ']' (byte 18)"},
        {P, "{\"instances\": [[[\"a\"]]]}",
         "instances[0][0]: expected [name, value], found one alone"},
        {P, "{\"instances\": [[[\"a\", 1, 2]]]}",
         "instances[0][0]: expected [name, value], found more than two"},
        {P, "{\"instances\": [{\"dog\": 1e999}]}",
         "instances[0].dog: number beyond the range of float64 (byte 23)"},
        {P, "{\"instances\": []}", "instances: expected at least one row, found none"},
    };
    CHECK_CALLS(lar_tfs_read, calls);
}
END_TEST

START_TEST(data_frames)
{
    static const struct call_row calls[] = {
        {P, "{\"dataframe_records\": [{\"dog\": 1}, {\"run\": 5, \"cat\": \"x\"}]}",
         "2: features string[2,2] [\"dog\",null,\"run\",\"cat=x\"] values float64[2,2] "
         "[1.0,0.0,5.0,1.0] "
         "-> transform"},
        {P,
         "{\"dataframe_split\": {\"columns\": [\"dog\", \"cat\"], \"data\": [[1, \"a\"], [2, "
         "\"b\"]]}}",
         "2: features string[2,2] [\"dog\",\"cat=a\",\"dog\",\"cat=b\"] values float64[2,2] "
         "[1.0,1.0,2.0,1.0] -> transform"},
        {R, "{\"dataframe_split\": {\"data\": [[1, null]], \"columns\": [\"dog\", \"cat\"]}}",
         "1: features string[1,2] [\"dog\",\"cat\"] values float64[1,2] [1.0,NaN] -> transform"},
        {P, "{\"inputs\": {\"dog\": [1]}}",
         "1: features string[1,1] [\"dog\"] values float64[1,1] [1.0] -> transform"},
        {P, "{\"dataframe_split\": {\"columns\": [\"a\", \"a\"], \"data\": [[1, 2]]}}",
         "dataframe_split.data[0]: key 'a' is given twice"},
        {P, "{\"dataframe_records\": [[[\"a\", 1]]]}",
         "dataframe_records[0]: expected an object, found an array (byte 23)"},
    };
    CHECK_CALLS(lar_mlflow_read, calls);
}
END_TEST

START_TEST(csv)
{
    static const struct call_row calls[] = {
        {R, "dog,cat,yes,mixed,code\n1,red,True,True,5\n2.5,\"a\"\"b\",False,3,x\n\n,,True,0,\n",
         "3: features string[3,5] "
         "[\"dog\",\"cat::red\",\"yes\",\"mixed::True\",\"code::5\",\"dog\",\"cat::a\\\"b\","
         "\"yes\",\"mixed::3\","
         "\"code::x\",\"dog\",\"cat\",\"yes\",\"mixed::0\",\"code\"] values float64[3,5] "
         "[1.0,1.0,1.0,1.0,1.0,2.5,1.0,0.0,1.0,1.0,NaN,NaN,1.0,1.0,NaN] -> transform"},
        {P, "1,2\n3,4\n",
         "1: features string[1,2] [\"1\",\"2\"] values float64[1,2] [3.0,4.0] -> transform"},
        {P, "dog,cat\n1,\n", "CSV.data[0].cat: " BAD "found null"},
        {P, "dog,dog\n1,2\n", "CSV.data[0]: key 'dog' is given twice"},
        {P, "dog\n1,2\n", "CSV.data[0]: expected 1 values, one for each column, found more than 1"},
        {P, "dog,cat\n1\n", "CSV.data[0]: expected 2 values, one for each column, found 1"},
    };
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) { /* a part of CSV may be CSV, too */
        struct model m;
        struct lar_error err = {0};
        struct lar_text out;
        ck_assert(model_init(&m, calls[i].model, &err));
        lar_text_init(&out, NULL, 0, 1 << 20);
        for (size_t k = 0; k < strlen(calls[i].body); k++) {
            lar_text_clear(&out);
            show_request(&out, lar_mlflow_read_csv, &m.flat, calls[i].body, k);
        }
        lar_text_clear(&out);
        show_request(&out, lar_mlflow_read_csv, &m.flat, calls[i].body, strlen(calls[i].body));
        ck_assert_str_eq(out.data, calls[i].result);
        lar_text_finish(&out);
        model_finish(&m);
    }
}
END_TEST

#define TENSOR(name, type, shape, data)                                                            \
    "{\"name\":\"" name "\",\"datatype\":\"" type "\",\"shape\":" shape ",\"data\":" data "}"

START_TEST(open_inference_protocol)
{
    static const struct call_row calls[] = {
        {P,
         "{\"inputs\":[" TENSOR("dog", "INT64", "[2]", "[1,2]") "," TENSOR("cat", "BYTES", "[2,1]",
                                                                           "[\"a\",\"b\"]") "]}",
         "2: features string[2,2] [\"dog\",\"cat=a\",\"dog\",\"cat=b\"] values float64[2,2] "
         "[1.0,1.0,2.0,1.0] -> transform"},
        {R,
         "{\"inputs\":[" TENSOR("yes", "BOOL", "[2]", "[true,false]") "," TENSOR(
             "cat", "BYTES", "[2]", "[\"a\",null]") "]}",
         "2: features string[2,2] [\"yes\",\"cat::a\",\"yes\",\"cat\"] values float64[2,2] "
         "[1.0,1.0,0.0,NaN] -> transform"},
        {P,
         "{\"inputs\":[" TENSOR("features", "BYTES", "[1,2]",
                                "[\"a\",null]") "," TENSOR("values", "FP64", "[1,2]", "[1,2]") "]}",
         "1: features string[1,2] [\"a\",null] values float64[1,2] [1.0,2.0] -> transform"},
        {P, "{\"inputs\":[" TENSOR("features", "BYTES", "[1]", "[\"a\"]") "]}",
         "1: features string[1,1] [\"features=a\"] values float64[1,1] [1.0] -> transform"},
        {P, "{\"inputs\":[" TENSOR("cat", "BYTES", "[1]", "[null]") "]}",
         "column 'cat' is null in row 0, a text is expected"},
        {P,
         "{\"inputs\":[" TENSOR("a", "FP32", "[1]", "[1]") "," TENSOR("b", "FP32", "[2]",
                                                                      "[1,2]") "]}",
         "column 'b' has another number of rows than the first"},
        {P,
         "{\"inputs\":[" TENSOR("a", "FP32", "[1]", "[1]") "," TENSOR("a", "FP32", "[1]",
                                                                      "[1]") "]}",
         "inputs[1]: key 'a' is given twice"},
        {P,
         "{\"inputs\":[" TENSOR("a", "FP32", "[1]", "[1]") "," TENSOR("values", "FP64", "[1,1]",
                                                                      "[1]") "]}",
         "input 'values' is given whole and in columns"},
        {P, "{\"inputs\":[" TENSOR("a", "FP32", "[1,2]", "[1,2]") "]}",
         "inputs[0]: shape [1,2] where a key's values have [rows]; 'features' and 'values' have "
         "[rows,n]"},
        {P, "{\"inputs\":[" TENSOR("a", "FP32", "[0]", "[]") "]}",
         "expected at least one row, found none"},
        {P, "{\"inputs\":[" TENSOR("values", "FP64", "[1,1]", "[1]") "]}",
         "input 'features' is missing"},
    };
    CHECK_CALLS(lar_oip_read, calls);
}
END_TEST

static bool read_examples(struct lar_call_request *ret, const struct lar_flat *flat,
                          const void *body, size_t size, struct lar_scratch *scratch,
                          struct lar_error *err)
{
    return lar_tfs_read_examples(ret, flat, true, body, size, scratch, err);
}

START_TEST(examples)
{
    static const struct call_row calls[] = {
        {P, "{\"examples\": [{\"dog\": [1], \"cat\": \"a\"}, {\"cat\": [\"b\"], \"run\": []}]}",
         "2: features string[2,2] [\"dog\",\"cat=a\",\"cat=b\",null] values float64[2,2] "
         "[1.0,1.0,1.0,0.0] -> transform"},
        {P, "{\"context\": {\"dog\": 1}, \"examples\": [{\"cat\": 1}]}",
         "context: examples of this model have keys of their own: give them in each example"},
        {P, "{\"examples\": [{\"dog\": [1, 2]}]}",
         "examples[0].dog[1]: expected ']', found a number (byte 26)"},
    };
    CHECK_CALLS(read_examples, calls);
}
END_TEST

/* Reads a row of COUNT keys and then N of none. */
static enum lar_error_code read_lengths(int count, int n, const char *format, char *message)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_text body;
    struct lar_call_request call;
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 30, &err);
    ck_assert(scratch && model_init(&m, P, &err));
    lar_text_init(&body, NULL, 0, 1 << 26);
    lar_text_puts(&body, "{\"instances\": [{");
    for (int i = 0; i < count; i++) {
        char key[64];
        snprintf(key, sizeof key, format, i);
        lar_text_puts(&body, i ? ",\"" : "\"");
        lar_text_puts(&body, key);
        lar_text_puts(&body, "\":1");
    }
    lar_text_char(&body, '}');
    for (int i = 0; i < n; i++)
        lar_text_puts(&body, ",{}");
    lar_text_puts(&body, "]}");
    bool ok = lar_tfs_read(&call, &m.flat, body.data, body.size, scratch, &err);
    ck_assert_int_eq(ok, err.code == LAR_ERR_NONE);
    snprintf(message, sizeof err.text, "%s", err.text);
    lar_text_finish(&body);
    lar_scratch_free(scratch);
    model_finish(&m);
    return err.code;
}

START_TEST(lengths_are_bounded)
{
    char message[sizeof((struct lar_error *)0)->text];
    ck_assert_int_eq(read_lengths(2000, 2000, "key%d", message), LAR_ERR_NONE);
    ck_assert_int_eq(read_lengths(4000, 4000, "key%d", message), LAR_ERR_LIMIT);
    ck_assert_str_eq(message,
                     "4001 rows of up to 4000 keys, but 4000 in all: send rows with many keys "
                     "and rows with few in calls of their own");
    ck_assert_int_eq(read_lengths(60000, 1, "key%d", message), LAR_ERR_NONE);
}
END_TEST

int main(void)
{
    return check_main("dialect_records",
                      (const TTest *[]){rows, columns, what_is_refused, data_frames, csv,
                                        open_inference_protocol, examples, lengths_are_bounded,
                                        NULL});
}
