/* What a scikit-learn model asks for and offers, and what it refuses at request time.
 * SPDX-License-Identifier: MIT */
#include "inference/operator.h"
#include "tests/check_main.h"
#include "tests/formats/model_case.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void load(struct model *m, const char *file)
{
    char path[4096];
    struct lar_error err = {0};
    size_t size;
    snprintf(path, sizeof path, "%s/%s", FIXTURES, file);
    void *bytes = file_read(path, &size);
    ck_assert_msg(model_load(m, bytes, size, &err), "%s: %s", file, err.text);
    free(bytes);
}

/* "X float64 [rows,4]; city string [rows]; age -": all inputs. */
static void assert_inputs(const struct model *m, const char *want)
{
    char text[1024] = "", shape[64];
    for (uint32_t i = 0; i < m->flat.n_inputs; i++) {
        const struct lar_flat_input *in = &m->flat.inputs[i];
        const struct lar_value_info *info =
            in->value == LAR_NO_VALUE ? NULL : &m->flat.values[in->value];
        size_t used = strlen(text);
        snprintf(text + used, sizeof text - used, "%s%s %s%s%s", i ? "; " : "", in->name,
                 info ? lar_type_name(info->type) : "-", info ? " " : "",
                 info ? lar_shape_print(&info->shape, shape, sizeof shape) : "");
    }
    ck_assert_str_eq(text, want);
}

/* "predict transform": all methods, the default one first. */
static void assert_methods(const struct model *m, const char *want)
{
    char text[256];
    const struct lar_flat *f = &m->flat;
    snprintf(text, sizeof text, "%s", f->methods[f->default_method].name);
    for (uint32_t i = 0; i < f->n_methods; i++) {
        size_t used = strlen(text);
        if (i != f->default_method)
            snprintf(text + used, sizeof text - used, " %s", f->methods[i].name);
    }
    ck_assert_str_eq(text, want);
}

/* Runs the default method on one row of numbers or on tensors. */
static bool ask(const struct model *m, const struct lar_tensor *inputs, struct lar_error *err)
{
    *err = (struct lar_error){0};
    struct lar_scratch *scratch = lar_scratch_new(1 << 16, 1 << 24, err);
    const struct lar_flat_method *method = &m->flat.methods[m->flat.default_method];
    struct lar_tensor answer;
    bool ok = lar_plan_run(m->plan, scratch, inputs, (uint64_t)inputs[0].shape.dims[0],
                           &method->first_output, 1, &answer, err);
    lar_scratch_free(scratch);
    return ok;
}

static bool ask_row(const struct model *m, double *row, int64_t n, struct lar_error *err)
{
    struct lar_tensor x = {
        .type = LAR_TYPE_F64, .layout = LAR_LAYOUT_DENSE, .shape = LAR_SHAPE(1, n), .data = row};
    return ask(m, &x, err);
}

static void assert_refused(bool ok, const struct lar_error *err, const char *text)
{
    ck_assert_msg(!ok, "accepted");
    ck_assert_int_eq(err->code, LAR_ERR_INVALID);
    ck_assert_msg(strstr(err->text, text) != NULL, "%s", err->text);
}

START_TEST(a_matrix_of_numbers)
{
    struct model m;
    load(&m, "1.9.1/LogisticRegression_multi_words.pkl");
    assert_inputs(&m, "X float64 [rows,4]");
    assert_methods(&m, "predict predict_proba predict_log_proba decision_function");
    int proba = model_output(&m, "predict_proba");
    const struct lar_flat_output *out = &m.flat.outputs[proba];
    ck_assert_uint_ne(out->labels, LAR_NO_VALUE);
    const struct lar_tensor *labels = m.flat.values[out->labels].constant;
    ck_assert_mem_eq(labels->data, "setosaversicolorvirginica", 25);
    model_free(&m);
}
END_TEST

START_TEST(a_matrix_of_texts)
{
    struct model m;
    load(&m, "1.9.1/OneHotEncoder.pkl");
    assert_inputs(&m, "X string [rows,3]; transformed float64 [rows,10]");
    assert_methods(&m, "transform inverse_transform");
    model_free(&m);
}
END_TEST

START_TEST(texts_alone)
{
    struct model m;
    load(&m, "1.9.1/Text_logistic.pkl");
    assert_inputs(&m, "X string [rows]");
    model_free(&m);
}
END_TEST

START_TEST(a_table_has_an_input_for_each_column)
{
    static const char *const files[] = {"1.9.1/ColumnTransformer_names.pkl",
                                        "0.22.2.post1/ColumnTransformer_names.pkl",
                                        "1.2.2/ColumnTransformer_names.pkl"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct model m;
        load(&m, files[i]);
        assert_inputs(&m, "age float64 [rows]; fare float64 [rows]; score float64 [rows]; "
                          "city string [rows]; level string [rows]");
        model_free(&m);
    }
}
END_TEST

START_TEST(names_are_found_inside_other_estimators)
{
    static const char *const files[] = {"0.22.2.post1/Nested_search_of_table.joblib.z",
                                        "1.9.1/Nested_search_of_table.joblib.xz",
                                        "1.9.1/Nested_calibrated_table.joblib.gz"};
    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        struct model m;
        load(&m, files[i]);
        assert_inputs(&m, "age float64 [rows]; fare float64 [rows]; score float64 [rows]; "
                          "city string [rows]; level -");
        model_free(&m);
    }
}
END_TEST

START_TEST(isotonic_regressions_refuse_what_they_have_not_seen)
{
    struct model m;
    struct lar_error err;
    load(&m, "1.9.1/IsotonicRegression_raise.joblib.gz");
    assert_inputs(&m, "X float64 [rows,1]");
    double row = 4.9;
    ck_assert(ask_row(&m, &row, 1, &err));
    row = 5.5;
    assert_refused(ask_row(&m, &row, 1, &err), &err,
                   "row 0: 5.5 is outside of what the model was fitted on, -5 to 5");
    row = NAN;
    assert_refused(ask_row(&m, &row, 1, &err), &err, "IsotonicRegression does not accept");
    model_free(&m);
}
END_TEST

START_TEST(unread_columns_have_no_type)
{
    struct model m;
    load(&m, "1.9.1/ColumnTransformer_empty.joblib.bz2");
    assert_inputs(&m, "age -; fare float64 [rows]; score -; city -; level -");
    model_free(&m);
}
END_TEST

START_TEST(missing_numbers_are_refused_where_scikit_learn_refuses_them)
{
    struct model m;
    struct lar_error err;
    load(&m, "1.9.1/LogisticRegression_multi_words.pkl");
    double row[] = {5, 3, 1, 0.2};
    ck_assert(ask_row(&m, row, 4, &err));
    row[2] = NAN;
    assert_refused(ask_row(&m, row, 4, &err), &err,
                   "LogisticRegression does not accept such input: row 0, column 2 is NaN");
    row[2] = INFINITY;
    assert_refused(ask_row(&m, row, 4, &err), &err, "column 2 is infinite");
    model_free(&m);
    load(&m, "1.9.1/StandardScaler.pkl");
    assert_refused(ask_row(&m, row, 4, &err), &err, "StandardScaler");
    row[2] = NAN;
    ck_assert(ask_row(&m, row, 4, &err));
    model_free(&m);
}
END_TEST

START_TEST(trees_take_nan_since_their_release)
{
    struct model m;
    struct lar_error err;
    double row[] = {5, NAN, 1, 0.2}, large[] = {5, 1e39, 1, 0.2};
    load(&m, "1.2.2/DecisionTreeClassifier_int.joblib.z");
    assert_refused(ask_row(&m, row, 4, &err), &err, "DecisionTreeClassifier");
    assert_refused(ask_row(&m, large, 4, &err), &err, "column 1 is too large for float32");
    model_free(&m);
    load(&m, "1.9.1/DecisionTreeClassifier_int.joblib.lzma");
    ck_assert_msg(ask_row(&m, row, 4, &err), "%s", err.text);
    assert_refused(ask_row(&m, large, 4, &err), &err, "column 1 is too large for float32");
    model_free(&m);
    load(&m, "1.3.2/RandomForestClassifier_int.pkl");
    assert_refused(ask_row(&m, row, 4, &err), &err, "RandomForestClassifier");
    model_free(&m);
}
END_TEST

START_TEST(unknown_categories_are_named)
{
    struct model m;
    struct lar_error err;
    load(&m, "1.9.1/OneHotEncoder.pkl");
    struct lar_tensor x[2] = {{.type = LAR_TYPE_STRING,
                               .layout = LAR_LAYOUT_DENSE,
                               .shape = LAR_SHAPE(1, 3),
                               .data = (char[]){"redXXLa"},
                               .offsets = (uint64_t[]){0, 3, 6, 7},
                               .kinds = (uint8_t[]){0, 0, 0}}};
    assert_refused(ask(&m, x, &err), &err, "column x1, row 0: unknown category 'XXL'");
    model_free(&m);
}
END_TEST

/* What the reader tells of FILES[0..n), read or refused. */
static bool tell(const struct lar_bundle_file *files, uint32_t n, struct lar_report *report,
                 struct lar_error *err)
{
    struct lar_bundle bundle = {
        .files = (struct lar_bundle_file *)files, .n_files = n, .options = ""};
    struct lar_read_limits limits = {.memory = 1 << 24};
    struct lar_draft *draft = lar_draft_new(&lar_operators, 1 << 24, err);
    report->root = json_object();
    bool ok = lar_format_read(&bundle, &limits, draft, report, err);
    lar_draft_free(draft);
    return ok;
}

START_TEST(the_report_names_what_is_in_a_file)
{
    struct lar_report report;
    struct lar_error err = {0};
    size_t size;
    void *bytes = file_read(FIXTURES "/1.9.1/StandardScaler.pkl", &size);
    struct lar_bundle_file file = {.name = "model", .data = bytes, .size = size};
    ck_assert_msg(tell(&file, 1, &report, &err), "%s", err.text);
    const char *format, *producer, *class, *release;
    json_t *classes;
    ck_assert_int_eq(json_unpack(report.root, "{s:s,s:s,s:s,s:{s:s},s:o}", "format", &format,
                                 "producer", &producer, "class", &class, "versions", "scikit-learn",
                                 &release, "classes", &classes),
                     0);
    ck_assert_str_eq(format, "scikit-learn");
    ck_assert_str_eq(producer, "scikit-learn 1.9.1");
    ck_assert_str_eq(class, "sklearn.preprocessing._data.StandardScaler");
    ck_assert_str_eq(release, "1.9.1");
    ck_assert_str_eq(json_string_value(json_array_get(classes, 0)), class);
    ck_assert_ptr_null(json_object_get(report.root, "warnings"));
    json_decref(report.root);
    uint8_t *at = memmem(bytes, size, "1.9.1", 5); /* as if a later release had written it */
    ck_assert_ptr_nonnull(at);
    memcpy(at, "2.0.0", 5);
    ck_assert_msg(tell(&file, 1, &report, &err), "%s", err.text);
    const char *warning =
        json_string_value(json_array_get(json_object_get(report.root, "warnings"), 0));
    ck_assert_str_eq(warning, "written by scikit-learn 2.0: releases from 0.20 to 1.9 are tested");
    json_decref(report.root);
    free(bytes);
}
END_TEST

/* That the only warning about a file is TEXT. */
static void check_warning(const char *path, const char *text)
{
    struct lar_report report;
    struct lar_error err = {0};
    size_t size;
    void *bytes = file_read(path, &size);
    struct lar_bundle_file file = {.name = "model", .data = bytes, .size = size};
    ck_assert_msg(tell(&file, 1, &report, &err), "%s", err.text);
    const json_t *warnings = json_object_get(report.root, "warnings");
    ck_assert_uint_eq(json_array_size(warnings), 1);
    ck_assert_str_eq(json_string_value(json_array_get(warnings, 0)), text);
    json_decref(report.root);
    free(bytes);
}

START_TEST(what_is_not_served_is_said)
{
    check_warning(FIXTURES "/0.20.4/SVC_batch.pkl",
                  "decision_function is not served: this release of scikit-learn scales it by the "
                  "other rows");
    check_warning(FIXTURES "/1.9.1/OneHotEncoder_int_ignore.joblib",
                  "inverse_transform is not served: sklearn.preprocessing._encoders.OneHotEncoder: "
                  "categories_: numbers among which inverse_transform puts None or "
                  "'infrequent_sklearn'");
}
END_TEST

START_TEST(what_is_no_model_is_said)
{
    static const struct {
        const char *bytes, *text;
        uint32_t n;
    } cases[] = {
        {"", "the file is empty", 1},
        {"{\"a\": 1}", "it begins with '{\"a\": 1}'", 1},
        {"", "there is no file", 0},
        {"", "a folder of 2 files", 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lar_report report;
        struct lar_error err = {0};
        struct lar_bundle_file files[2] = {
            {"a", (const uint8_t *)cases[i].bytes, strlen(cases[i].bytes)}, {"b", NULL, 0}};
        ck_assert(!tell(files, cases[i].n, &report, &err));
        ck_assert_msg(strstr(err.text, cases[i].text) != NULL, "%s", err.text);
        json_decref(report.root);
    }
}
END_TEST

int main(void)
{
    return check_main(
        "sklearn_interface",
        (const TTest *[]){
            a_matrix_of_numbers, a_matrix_of_texts, texts_alone,
            a_table_has_an_input_for_each_column, names_are_found_inside_other_estimators,
            isotonic_regressions_refuse_what_they_have_not_seen, unread_columns_have_no_type,
            missing_numbers_are_refused_where_scikit_learn_refuses_them,
            trees_take_nan_since_their_release, unknown_categories_are_named,
            the_report_names_what_is_in_a_file, what_is_not_served_is_said,
            what_is_no_model_is_said, NULL});
}
