/* MLflow's folders: what MLmodel may say, against models that MLflow wrote.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/formats/model_case.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PICKLED                                                                                    \
    "flavors:\n  python_function: {loader_module: mlflow.sklearn, predict_fn: predict}\n"          \
    "  sklearn: {pickled_model: model.pkl, serialization_format: pickle}\n"

static struct lar_error err;
static struct model model;

/* Reads a folder of MLmodel, with TEXT, and the model of the fixture NAME, below PREFIX. */
static bool load_below(const char *prefix, const char *text, const char *name)
{
    char path[1024], file[256], described[256];
    struct lar_error none = {0};
    snprintf(path, sizeof path, FIXTURES "/odd/%s/model.pkl", name);
    snprintf(file, sizeof file, "%smodel.pkl", prefix);
    snprintf(described, sizeof described, "%sMLmodel", prefix);
    size_t size;
    void *bytes = file_read(path, &size);
    struct lar_bundle_file files[] = {
        {.name = described, .data = (const uint8_t *)text, .size = strlen(text)},
        {.name = file, .data = bytes, .size = size},
    };
    struct lar_bundle bundle = {.files = files, .n_files = 2, .options = ""};
    model_free(&model);
    err = none;
    bool ok = model_load_bundle(&model, &bundle, &err);
    free(bytes);
    return ok;
}

static bool load(const char *text, const char *name)
{
    return load_below("", text, name);
}

static void expect_input(uint32_t i, const char *name, enum lar_type type)
{
    ck_assert_uint_lt(i, model.flat.n_inputs);
    const struct lar_flat_input *input = &model.flat.inputs[i];
    ck_assert_str_eq(input->name, name);
    if (type == LAR_TYPE_END)
        ck_assert_uint_eq(input->value, LAR_NO_VALUE);
    else
        ck_assert_int_eq((int)model.flat.values[input->value].type, (int)type);
}

/* The name of the last column of the matrix that is the only input. */
static void expect_last_column(const char *name)
{
    ck_assert_uint_eq(model.flat.n_inputs, 1);
    const struct lar_tensor *names = model.flat.values[model.flat.inputs[0].columns].constant;
    uint64_t n = lar_tensor_count(names), length = names->offsets[n] - names->offsets[n - 1];
    ck_assert_uint_eq(length, strlen(name));
    ck_assert_mem_eq((const char *)names->data + names->offsets[n - 1], name, length);
}

#define OK(mlmodel, fixture) ck_assert_msg(load(mlmodel, fixture), "%s", err.text)
#define REFUSED(mlmodel, fixture, piece)                                                           \
    do {                                                                                           \
        ck_assert(!load(mlmodel, fixture));                                                        \
        ck_assert_msg(strstr(err.text, piece) != NULL, "'%s' is not in: %s", piece, err.text);     \
        ck_assert_msg(strncmp(err.text, "MLmodel: ", 9) == 0, "%s", err.text);                     \
    } while (0)
#define SIGNED(inputs) PICKLED "signature:\n  inputs: '" inputs "'\n"
#define COLUMN(type, name) "{\"type\": \"" type "\", \"name\": \"" name "\"}"

START_TEST(where_the_model_lies)
{
    OK(PICKLED, "mlflow2_columns");
    OK("flavors:\n  python_function: {loader_module: mlflow.sklearn, data: model.pkl}\n",
       "mlflow2_columns");
    ck_assert_msg(load_below("model/", PICKLED, "mlflow2_columns"), "%s", err.text);
    REFUSED("flavors:\n  sklearn: {pickled_model: other.pkl}\n", "mlflow2_columns",
            "no file 'other.pkl'");
    REFUSED("flavors:\n  sklearn: {pickled_model: ../model.pkl}\n", "mlflow2_columns",
            "no file '../model.pkl'");
    REFUSED("flavors:\n  sklearn: {code: null}\n", "mlflow2_columns", "no 'pickled_model'");
    REFUSED("flavors:\n  sklearn: {pickled_model: MLmodel}\n", "mlflow2_columns", "MLmodel: ");
}
END_TEST

START_TEST(flavours)
{
    REFUSED("flavors:\n  python_function: {loader_module: mlflow.xgboost}\n  xgboost: {data: x}\n",
            "mlflow2_columns", "python_function, xgboost");
    REFUSED("flavors:\n  python_function: {loader_module: mlflow.pyfunc.model}\n",
            "mlflow2_columns", "never run");
    REFUSED("flavors: sklearn\n", "mlflow2_columns", "no map 'flavors'");
    REFUSED("- sklearn\n", "mlflow2_columns", "no map");
    REFUSED("flavors: {\n", "mlflow2_columns", "MLmodel: ");
}
END_TEST

START_TEST(methods)
{
    OK(PICKLED, "mlflow2_columns");
    ck_assert_str_eq(model.flat.methods[model.flat.default_method].name, "predict");
    OK("flavors:\n  python_function: {predict_fn: predict_proba}\n"
       "  sklearn: {pickled_model: model.pkl}\n",
       "mlflow2_columns");
    ck_assert_str_eq(model.flat.methods[model.flat.default_method].name, "predict_proba");
    ck_assert(!load("flavors:\n  python_function: {predict_fn: transform}\n"
                    "  sklearn: {pickled_model: model.pkl}\n",
                    "mlflow2_columns"));
    ck_assert_ptr_nonnull(strstr(err.text, "no method 'transform'"));
}
END_TEST

#define FOUR(type)                                                                                 \
    "[" COLUMN(type, "sepal length") "," COLUMN("double", "sepal width") "," COLUMN(               \
        "double", "petal length") "," COLUMN("double", "petal width") "]"

START_TEST(named_columns)
{
    OK(SIGNED(FOUR("double")), "mlflow2_columns");
    expect_input(0, "X", LAR_TYPE_F64);
    expect_last_column("petal width");
    OK(SIGNED(FOUR("double")), "mlflow2_renamed"); /* whose file has no names */
    expect_last_column("petal width");
    OK(SIGNED(FOUR("long")), "mlflow2_columns");
    ck_assert_uint_eq(model.flat.n_inputs, 4);
    expect_input(0, "sepal length", LAR_TYPE_I64);
    expect_input(3, "petal width", LAR_TYPE_F64);
    OK(SIGNED(FOUR("boolean")), "mlflow2_columns");
    expect_input(0, "sepal length", LAR_TYPE_BOOL);
    REFUSED(SIGNED(FOUR("string")), "mlflow2_columns",
            "column sepal length as string, but the model reads numbers");
    REFUSED(SIGNED(FOUR("datetime")), "mlflow2_columns", "column sepal length as datetime");
    REFUSED(SIGNED(FOUR("decimal")), "mlflow2_columns", "'decimal'");
    REFUSED(SIGNED("[" COLUMN("double", "sepal length") "]"), "mlflow2_columns",
            "nothing where the model's column sepal width belongs");
    REFUSED(SIGNED("[" COLUMN("double", "a") "]"), "mlflow2_renamed",
            "declares 1 columns, but the model was fitted with 4");
    REFUSED(SIGNED("[" COLUMN("double", "sepal width") "," COLUMN("double", "sepal length") "]"),
            "mlflow2_columns", "has sepal width where");
}
END_TEST

START_TEST(other_signatures)
{
    OK(SIGNED("[{\"type\":\"float\"},{\"type\":\"float\"},{\"type\":\"float\"},"
              "{\"type\":\"float\"}]"),
       "mlflow2_renamed");
    expect_input(0, "X", LAR_TYPE_F32);
    REFUSED(SIGNED("[{\"type\":\"double\"}]"), "mlflow2_renamed", "declares 1 columns");
    OK(SIGNED("[{\"type\":\"tensor\",\"name\":\"flowers\",\"tensor-spec\":"
              "{\"dtype\":\"int64\",\"shape\":[-1,4]}}]"),
       "mlflow2_renamed");
    expect_input(0, "flowers", LAR_TYPE_I64);
    REFUSED(SIGNED("[{\"type\":\"tensor\",\"tensor-spec\":{\"dtype\":\"float64\","
                   "\"shape\":[-1,5]}}]"),
            "mlflow2_renamed", "declares 5 columns");
    REFUSED(SIGNED("[{\"type\":\"tensor\",\"tensor-spec\":{\"dtype\":\"float64\","
                   "\"shape\":[-1,2,2]}}]"),
            "mlflow2_renamed", "3 dimensions");
    OK(SIGNED("[" COLUMN("string", "review") "]"), "mlflow2_text");
    expect_input(0, "review", LAR_TYPE_STRING);
    REFUSED(SIGNED("[" COLUMN("double", "review") "]"), "mlflow2_text", "reads text");
    REFUSED(SIGNED("[" COLUMN("string", "a") "," COLUMN("string", "b") "]"), "mlflow2_text",
            "2 columns");
    REFUSED(SIGNED("[]"), "mlflow2_text", "no list of 1");
    REFUSED(SIGNED("{"), "mlflow2_text", "is no JSON");
    REFUSED(SIGNED("[" COLUMN("string", "a") ",{\"type\":\"string\"}]"), "mlflow2_text",
            "some columns have names");
    OK(PICKLED "signature: {inputs: null}\n", "mlflow2_text");
}
END_TEST

START_TEST(columns_that_nothing_reads)
{
    OK(SIGNED("[" COLUMN("double", "age") "," COLUMN("long", "fare") "," COLUMN(
           "float", "score") "," COLUMN("string", "city") "," COLUMN("datetime", "level") "]"),
       "mlflow2_table");
    expect_input(1, "fare", LAR_TYPE_I64);
    expect_input(3, "city", LAR_TYPE_STRING);
    expect_input(4, "level", LAR_TYPE_END);
    OK(SIGNED("[" COLUMN("double", "age") "," COLUMN("long", "fare") "," COLUMN(
           "float", "score") "," COLUMN("string", "city") "]"),
       "mlflow2_table");
    REFUSED(SIGNED("[" COLUMN("double", "age") "," COLUMN("long", "fare") "," COLUMN(
                "float", "score") "," COLUMN("string", "level") "]"),
            "mlflow2_table", "has level where the model's column city belongs");
    REFUSED(SIGNED("[" COLUMN("double", "age") "," COLUMN("long", "fare") "," COLUMN(
                "float", "score") "," COLUMN("long", "city") "," COLUMN("string", "level") "]"),
            "mlflow2_table", "column city as long, but the model reads text");
}
END_TEST

#define PARAMS(list) PICKLED "signature:\n  params: '" list "'\n"

START_TEST(parameters)
{
    OK(PARAMS("[]"), "mlflow2_renamed");
    OK(PICKLED "signature: {params: null}\n", "mlflow2_renamed");
    OK(PARAMS("[{\"name\":\"a\",\"type\":\"double\",\"default\":1,\"shape\":null},"
              "{\"name\":\"b\",\"dtype\":\"long\",\"default\":[1,null],\"shape\":[-1]},"
              "{\"name\":\"c\",\"type\":\"string\",\"default\":null},"
              "{\"name\":\"d\",\"type\":\"boolean\",\"default\":true},"
              "{\"name\":\"e\",\"type\":\"object\",\"default\":{},\"properties\":{}},"
              "{\"name\":\"f\",\"type\":\"datetime\",\"default\":\"2020-01-01\"}]"),
       "mlflow2_renamed");
    REFUSED(PARAMS("{}"), "mlflow2_renamed", "signature: params: no list");
    REFUSED(PARAMS("[{\"type\":\"long\",\"default\":1}]"), "mlflow2_renamed",
            "params[0]: has no name");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"long\"}]"), "mlflow2_renamed", "no default");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"binary\",\"default\":null}]"), "mlflow2_renamed",
            "of type 'binary'");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"long\",\"default\":1.0}]"), "mlflow2_renamed",
            "not of type long");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"integer\",\"default\":true}]"), "mlflow2_renamed",
            "not of type integer");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"string\",\"default\":[\"x\",1],\"shape\":[-1]}]"),
            "mlflow2_renamed", "element 1 of its default is not of type string");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"long\",\"default\":[1],\"shape\":[2]}]"),
            "mlflow2_renamed", "neither null nor [-1]");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"long\",\"default\":1,\"shape\":[-1]}]"),
            "mlflow2_renamed", "its default is no list");
    REFUSED(PARAMS("[{\"name\":\"a\",\"type\":\"long\",\"default\":1},"
                   "{\"name\":\"a\",\"type\":\"long\",\"default\":2}]"),
            "mlflow2_renamed", "0 and 1 have one name");
    OK(PARAMS("[{\"name\":\"a\",\"type\":\"double\",\"default\":NaN}]"), "mlflow2_renamed");
}
END_TEST

int main(void)
{
    int ret = check_main("mlflow", (const TTest *[]){where_the_model_lies, flavours, methods,
                                                     named_columns, other_signatures,
                                                     columns_that_nothing_reads, parameters, NULL});
    model_free(&model);
    return ret;
}
