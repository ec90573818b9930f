/* Every scikit-learn fixture is read, run, and held against what scikit-learn answered.
 *
 * Results that need no product and no libm must be equal bit by bit. For others, with S the scale
 * that the fixture records for each row: scores within 1e-12 S, probabilities within 1e-12 (1 + S),
 * their logarithms within that relative to max(1, |log p|); 1e-6 stands for 1e-12 where the fixture
 * says that scikit-learn computes in float32. Labels may differ only where the row's
 * scores are that near to each other and not the same as scikit-learn's, or where the fixture lists
 * the place as open; those are counted. Each row alone gives the bits of the batch, and so do a
 * thousand at once, unless the fixture says that its rows are answered together.
 * inverse_transform is asked with what transform answered, where the fixture has it.
 *
 *     test_sklearn FIXTURES [PART]     only fixtures whose path has PART in it
 *     test_sklearn FIXTURES --markdown TEMPLATE     docs/sklearn.md to stdout
 * SPDX-License-Identifier: MIT */
#include "tests/formats/model_case.h"
#include "tests/formats/sklearn_table.h"

#include <assert.h>
#include <dirent.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OUTPUTS = 32, INPUTS = 64, ROWS = 40 };

static size_t failures;

__attribute__((format(printf, 3, 4))) static bool fault(struct line *line, const char *path,
                                                        const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("%s: ", path);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    line->failures++;
    failures++;
    return false;
}

/* Element I as a double; CSR as if it were dense. */
static double element(const struct lar_tensor *t, uint64_t i)
{
    if (t->layout == LAR_LAYOUT_CSR) {
        uint64_t row = i / (uint64_t)t->shape.dims[1];
        uint32_t column = (uint32_t)(i % (uint64_t)t->shape.dims[1]);
        for (uint64_t k = t->indptr[row]; k < t->indptr[row + 1]; k++)
            if (t->indices[k] == column)
                return t->type == LAR_TYPE_F32 ? (double)((float *)t->data)[k]
                                               : ((double *)t->data)[k];
        return 0;
    }
    const void *data = t->data;
    switch (t->type) {
    case LAR_TYPE_F64: return ((const double *)data)[i];
    case LAR_TYPE_F32: return (double)((const float *)data)[i];
    case LAR_TYPE_I64: return (double)((const int64_t *)data)[i];
    case LAR_TYPE_I32: return ((const int32_t *)data)[i];
    case LAR_TYPE_I16: return ((const int16_t *)data)[i];
    case LAR_TYPE_I8: return ((const int8_t *)data)[i];
    case LAR_TYPE_U64: return (double)((const uint64_t *)data)[i];
    case LAR_TYPE_U32: return ((const uint32_t *)data)[i];
    case LAR_TYPE_U16: return ((const uint16_t *)data)[i];
    case LAR_TYPE_U8:
    case LAR_TYPE_BOOL: return ((const uint8_t *)data)[i];
    default: return NAN;
    }
}

static bool same_text(const struct lar_tensor *t, uint64_t i, json_t *want)
{
    if (!json_is_string(want))
        return t->kinds[i] == (json_is_null(want) ? LAR_STRING_NONE : LAR_STRING_NAN);
    uint64_t n = t->offsets[i + 1] - t->offsets[i];
    return t->kinds[i] == LAR_STRING_TEXT && n == json_string_length(want) &&
           memcmp((char *)t->data + t->offsets[i], json_string_value(want), n) == 0;
}

static double wanted(json_t *v)
{
    const char *text = json_string_value(v);
    if (text)
        return text[0] == '-' ? -INFINITY : INFINITY;
    return json_is_number(v) ? json_number_value(v) : json_is_boolean(v) ? json_is_true(v) : NAN;
}

static bool same_bits(double a, double b)
{
    return (isnan(a) && isnan(b)) || memcmp(&a, &b, sizeof a) == 0;
}

/* The element type that NumPy's DTYPE comes out as; of objects, by their first element. */
static enum lar_type expected_type(const char *dtype, json_t *data)
{
    json_t *first = json_array_get(data, 0);
    if (dtype[0] == '<')
        return LAR_TYPE_STRING;
    if (strcmp(dtype, "object") == 0)
        return json_is_boolean(first)   ? LAR_TYPE_BOOL
               : json_is_integer(first) ? LAR_TYPE_I64
               : json_is_real(first)    ? LAR_TYPE_F64
                                        : LAR_TYPE_STRING;
    for (enum lar_type type = LAR_TYPE_BOOL; type < LAR_TYPE_END; type++)
        if (strcmp(lar_type_name(type), dtype) == 0)
            return type;
    return LAR_TYPE_END;
}

/* Whether an object result has both text and something else. */
static bool is_mixed(json_t *methods)
{
    json_t *transform = json_object_get(methods, "transform"), *v;
    size_t i, texts = 0, others = 0;
    if (!transform || strcmp(json_string_value(json_object_get(transform, "dtype")), "object") != 0)
        return false;
    json_array_foreach(json_object_get(transform, "data"), i, v)
    {
        texts += json_is_string(v);
        others += json_is_number(v) || json_is_boolean(v);
    }
    return texts && others;
}

/* One fixture being compared. */
struct test {
    const char *path;
    struct line *line;
    json_t *methods;
    struct model model;
    struct lar_tensor outputs[OUTPUTS];
    uint32_t n_outputs, indices[OUTPUTS];
    size_t rows;
    bool together; /* a row's answer depends on the other rows */
};

/* What part of a scale the numbers of WANT, a method's answer, may be off. */
static double unit_of(json_t *want)
{
    return json_is_true(json_object_get(want, "float32")) ? 1e-6 : 1e-12;
}

/* How far a number may be off, given the row's scale. */
static double tolerance(const char *method, double want, double scale, double unit)
{
    if (strncmp(method, "predict_log_proba", 17) == 0)
        return unit * (1 + scale) * fmax(1, fabs(want));
    if (strncmp(method, "predict_proba", 13) == 0)
        return unit * (1 + scale);
    return unit * scale;
}

/* Whether scikit-learn's scores of ROW leave the choice of the label open: the two greatest (or the
 * only one and 0) are nearly the same, and ours differ. From the same scores follows the same
 * label.
 */
static bool is_open(const struct test *t, size_t row)
{
    int output = model_output(&t->model, "decision_function");
    json_t *scores = json_object_get(t->methods, "decision_function");
    json_t *data = json_object_get(scores, "data"), *shape = json_object_get(scores, "shape");
    double scale = json_number_value(json_array_get(json_object_get(scores, "scale"), row));
    size_t k =
        json_array_size(shape) == 2 ? (size_t)json_integer_value(json_array_get(shape, 1)) : 1;
    double best = k == 1 ? 0 : -INFINITY, second = -INFINITY;
    bool differ = false;
    for (size_t i = 0; i < k; i++) {
        double v = wanted(json_array_get(data, row * k + i));
        differ |= output >= 0 && element(&t->outputs[output], row * k + i) != v;
        second = fmax(second, fmin(v, best));
        best = fmax(best, v);
    }
    double gap = k == 1 ? fabs(wanted(json_array_get(data, row))) : best - second;
    return scores && differ && gap <= 2 * unit_of(scores) * scale;
}

/* How the numbers of one method are compared. */
struct rule {
    const char *method;
    bool exact, label;
    double unit;
};

static bool compare_one(struct test *t, const struct rule *rule, const struct lar_tensor *got,
                        json_t *want, uint64_t i, size_t row, double scale)
{
    const char *method = rule->method;
    bool exact = rule->exact;
    if (got->type == LAR_TYPE_STRING || rule->label) {
        bool same = got->type == LAR_TYPE_STRING ? same_text(got, i, want)
                                                 : element(got, i) == wanted(want);
        if (same)
            return true;
        if (!exact && is_open(t, row)) {
            t->line->labels++;
            return true;
        }
        return fault(t->line, t->path, "%s[%llu]: another label", method, (unsigned long long)i);
    }
    double a = element(got, i), b = wanted(want);
    if (exact ? same_bits(a, b) : (isnan(a) && isnan(b)) || a == b)
        return true;
    double error = fabs(a - b) / tolerance(method, b, scale, rule->unit);
    double *worst = rule->unit > 1e-12 ? &t->line->worst_float32 : &t->line->worst;
    if (!exact && error <= 1) {
        *worst = fmax(*worst, error);
        return true;
    }
    return fault(t->line, t->path, "%s[%llu]: %.17g, scikit-learn says %.17g (%g of the tolerance)",
                 method, (unsigned long long)i, a, b, exact ? INFINITY : error);
}

/* Whether PLACES, which may be NULL, has I. */
static bool is_listed(json_t *places, uint64_t i)
{
    size_t k;
    json_t *place;
    json_array_foreach(places, k, place)
    {
        if ((uint64_t)json_integer_value(place) == i)
            return true;
    }
    return false;
}

static bool compare(struct test *t, const char *method, const struct lar_tensor *got, json_t *want)
{
    json_t *data = json_object_get(want, "data"), *shape = json_object_get(want, "shape");
    json_t *scale = json_object_get(want, "scale");
    const char *dtype = json_string_value(json_object_get(want, "dtype"));
    enum lar_type type = expected_type(dtype, data);
    struct rule rule = {.method = method,
                        .exact = json_is_true(json_object_get(want, "exact")),
                        .unit = unit_of(want)};
    rule.label =
        strcmp(method, "predict") == 0 && (json_object_get(t->methods, "decision_function") ||
                                           json_object_get(t->methods, "predict_proba"));
    uint64_t count = lar_tensor_count(got), n = json_array_size(data);
    table_note(t->line, t->path, method, rule.exact);
    t->line->float32 |= rule.unit > 1e-12;
    bool fits = got->shape.rank == json_array_size(shape) && got->type == type && count == n;
    for (uint32_t i = 0; fits && i < got->shape.rank; i++)
        fits = got->shape.dims[i] == json_integer_value(json_array_get(shape, i));
    if (!fits) {
        char text[128];
        return fault(t->line, t->path, "%s: is %s %s, expected %s of %llu elements", method,
                     lar_type_name(got->type), lar_shape_print(&got->shape, text, sizeof text),
                     dtype, (unsigned long long)n);
    }
    for (uint64_t i = 0; i < n; i++) {
        size_t row = (size_t)(i / (n / t->rows));
        double s = json_number_value(json_array_get(scale, row));
        if (is_listed(json_object_get(want, "open"), i) &&
            !(got->type != LAR_TYPE_STRING &&
              same_bits(element(got, i), wanted(json_array_get(data, i)))))
            t->line->labels++;
        else if (!compare_one(t, &rule, got, json_array_get(data, i), i, row, s))
            return false;
    }
    return true;
}

/* Copies what TENSOR points to, so that it survives the scratch. */
static struct lar_tensor keep(const struct lar_tensor *t)
{
    struct lar_tensor copy = *t;
    uint64_t n = lar_tensor_count(t), rows = t->shape.rank ? (uint64_t)t->shape.dims[0] : 1;
    size_t bytes = n * lar_type_size(t->type);
    if (t->layout == LAR_LAYOUT_CSR) {
        bytes = t->indptr[rows] * lar_type_size(t->type);
        copy.indptr = memcpy(malloc((rows + 1) * 8), t->indptr, (rows + 1) * 8);
        copy.indices = malloc(t->indptr[rows] * 4 + 1);
        memcpy(copy.indices, t->indices, t->indptr[rows] * 4);
    } else if (t->type == LAR_TYPE_STRING) {
        bytes = t->offsets[n];
        copy.offsets = memcpy(malloc((n + 1) * 8), t->offsets, (n + 1) * 8);
        copy.kinds = malloc(n + 1);
        memcpy(copy.kinds, t->kinds, n);
    }
    copy.data = malloc(bytes + 1);
    if (bytes)
        memcpy(copy.data, t->data, bytes);
    return copy;
}

static void drop(struct lar_tensor *t)
{
    free(t->data);
    if (t->layout == LAR_LAYOUT_CSR) {
        free(t->indptr);
        free(t->indices);
    } else if (t->type == LAR_TYPE_STRING) {
        free(t->offsets);
        free(t->kinds);
    }
}

/* Whether PART is rows [FIRST, ...) of WHOLE, bit by bit. */
static bool is_part(const struct lar_tensor *whole, const struct lar_tensor *part, size_t first)
{
    uint64_t rows = (uint64_t)part->shape.dims[0], n = lar_tensor_count(part);
    uint64_t offset = first * (rows ? n / rows : 0);
    for (uint64_t i = 0; i < n; i++) {
        if (part->type != LAR_TYPE_STRING) {
            if (!same_bits(element(part, i), element(whole, offset + i)))
                return false;
            continue;
        }
        uint64_t k = offset + i, length = part->offsets[i + 1] - part->offsets[i];
        if (part->kinds[i] != whole->kinds[k] ||
            length != whole->offsets[k + 1] - whole->offsets[k] ||
            memcmp((char *)part->data + part->offsets[i], (char *)whole->data + whole->offsets[k],
                   length) != 0)
            return false;
    }
    return true;
}

static bool run(struct test *t, json_t *data, size_t first, size_t n, struct lar_scratch *scratch,
                struct lar_tensor *ret)
{
    struct lar_error err = {0};
    struct lar_tensor inputs[INPUTS];
    assert(t->model.flat.n_inputs <= INPUTS);
    lar_scratch_reset(scratch);
    json_t *transform = json_object_get(t->methods, "transform");
    return (model_inputs(&t->model, data, first, n, scratch, inputs, &err) &&
            model_inverse_input(&t->model, transform, first, n, scratch, inputs, &err) &&
            lar_plan_run(t->model.plan, scratch, inputs, n, t->indices, t->n_outputs, ret, &err)) ||
           fault(t->line, t->path, "rows %zu to %zu: %s", first, first + n, err.text);
}

/* Rows one by one, and by threes, give what all rows at once gave. */
static bool check_batches(struct test *t, json_t *data, struct lar_scratch *scratch)
{
    struct lar_tensor part[OUTPUTS];
    for (size_t step = 1; step <= 3; step += 2)
        for (size_t first = 0; first + step <= t->rows; first += step) {
            if (!run(t, data, first, step, scratch, part))
                return false;
            for (uint32_t i = 0; i < t->n_outputs; i++)
                if (!is_part(&t->outputs[i], &part[i], first))
                    return fault(t->line, t->path, "%s: row %zu in a batch of %zu differs",
                                 t->model.flat.outputs[i].name, first, step);
        }
    return true;
}

/* Outputs that the fixture must have: the ways through trees are long, and recorded only where a
 * case asks for them. */
static size_t expected_outputs(const struct test *t)
{
    size_t n = 0;
    for (uint32_t i = 0; i < t->n_outputs; i++) {
        const char *name = t->model.flat.outputs[i].name;
        bool optional = strcmp(name, "apply") == 0 || strcmp(name, "decision_path") == 0;
        n += !optional || json_object_get(t->methods, name);
    }
    return n;
}

/* The same rows again and again, a thousand of them at once, each give what they gave. */
static bool check_thousand(struct test *t, json_t *data, struct lar_scratch *scratch)
{
    enum { THOUSAND = 1000 };
    struct lar_tensor many[OUTPUTS];
    json_t *rows = json_array(), *repeated = json_copy(data);
    for (size_t i = 0; i < THOUSAND; i++)
        json_array_append(rows, json_array_get(json_object_get(data, "rows"), i % t->rows));
    json_object_set_new(repeated, "rows", rows);
    bool ok = run(t, repeated, 0, THOUSAND, scratch, many);
    for (uint32_t i = 0; ok && i < t->n_outputs; i++)
        for (size_t first = 0; ok && first + t->rows <= THOUSAND; first += t->rows)
            ok = is_part(&many[i], &t->outputs[i], first) ||
                 fault(t->line, t->path, "%s: rows from %zu of a thousand differ",
                       t->model.flat.outputs[i].name, first);
    json_decref(repeated);
    return ok;
}

static bool check_model(struct test *t, json_t *data)
{
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(1 << 20, 1 << 28, &err);
    struct lar_tensor answers[OUTPUTS];
    t->n_outputs = t->model.flat.n_outputs;
    /* The last one, asked for where the fixture has an answer. */
    if (model_output(&t->model, "inverse_transform") >= 0 &&
        !json_object_get(t->methods, "inverse_transform"))
        t->n_outputs--;
    assert(scratch && t->n_outputs <= OUTPUTS);
    for (uint32_t i = 0; i < t->n_outputs; i++)
        t->indices[i] = i;
    bool ok = run(t, data, 0, t->rows, scratch, answers);
    for (uint32_t i = 0; ok && i < t->n_outputs; i++)
        t->outputs[i] = keep(&answers[i]);
    uint32_t kept = ok ? t->n_outputs : 0;
    if (!t->together)
        ok = ok && check_batches(t, data, scratch) && check_thousand(t, data, scratch);
    const char *method;
    json_t *want;
    json_object_foreach(t->methods, method, want)
    {
        int i = model_output(&t->model, method);
        if (ok && i < 0)
            ok = fault(t->line, t->path, "there is no output %s", method);
        ok = ok && compare(t, method, &t->outputs[i], want);
    }
    if (ok && expected_outputs(t) != json_object_size(t->methods))
        ok = fault(t->line, t->path, "%u outputs, scikit-learn has %zu", t->n_outputs,
                   json_object_size(t->methods));
    for (uint32_t i = 0; i < kept; i++)
        drop(&t->outputs[i]);
    lar_scratch_free(scratch);
    return ok;
}

/* Text that is only handed on is in no file: such a column counts as a number, and text in it is
 * refused. */
static void check_unreadable(struct test *t, json_t *data)
{
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(1 << 20, 1 << 28, &err);
    struct lar_tensor inputs[INPUTS];
    assert(scratch && t->model.flat.n_inputs <= INPUTS);
    if (model_inputs(&t->model, data, 0, t->rows, scratch, inputs, &err))
        fault(t->line, t->path, "takes text that it cannot hand on");
    lar_scratch_free(scratch);
}

static bool is_folder(const char *path)
{
    struct stat st;
    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* The model file NAME beside the description ABOUT at PATH. */
static void check_file(const char *root, const char *path, json_t *about, const char *name)
{
    char file[4096];
    int folder = (int)(strrchr(path, '/') - path);
    struct test t = {.line = table_line(json_string_value(json_object_get(about, "class"))),
                     .methods = json_object_get(about, "methods"),
                     .together = json_is_true(json_object_get(about, "together"))};
    struct lar_error err = {0};
    size_t size;
    t.line->fixtures++;
    char shown[4096];
    snprintf(file, sizeof file, "%.*s/%s", folder, path, name);
    snprintf(shown, sizeof shown, "%s", file + strlen(root) + 1);
    t.path = shown;
    bool loaded;
    if (is_folder(file)) {
        loaded = model_load_folder(&t.model, file, &err);
    } else {
        void *bytes = file_read(file, &size);
        loaded = model_load(&t.model, bytes, size, &err);
        free(bytes); /* nothing may lead into the file any more */
    }
    if (!loaded && is_mixed(t.methods)) {
        if (!strstr(err.text, "mixed"))
            fault(t.line, t.path, "not refused as mixed: %s", err.text);
    } else if (!loaded) {
        fault(t.line, t.path, "%s: %s", lar_error_code_name(err.code), err.text);
    } else {
        snprintf(file, sizeof file, "%s/data/%s.json", root,
                 json_string_value(json_object_get(about, "dataset")));
        json_t *data = json_read(file), *rows = json_object_get(about, "rows");
        t.rows = rows ? (size_t)json_integer_value(rows)
                      : json_array_size(json_object_get(data, "rows"));
        if (is_mixed(t.methods))
            check_unreadable(&t, data);
        else
            check_model(&t, data);
        json_decref(data);
    }
    model_free(&t.model);
}

/* One model, as one file or as several that say the same. */
static void check_fixture(const char *root, const char *path)
{
    json_t *about = json_read(path), *name, *files = json_object_get(about, "files");
    size_t i;
    if (!files)
        check_file(root, path, about, json_string_value(json_object_get(about, "file")));
    json_array_foreach(files, i, name) check_file(root, path, about, json_string_value(name));
    json_decref(about);
}

/* Every line of NAME.txt must be in the message with which NAME.* is refused. */
static void check_refused(const char *root, const char *top, const char *name)
{
    char path[4096], line[512];
    struct line *row = table_line(".refused");
    struct lar_error err = {0};
    struct model model;
    size_t size, stem = (size_t)(strchr(name, '.') - name);
    snprintf(path, sizeof path, "%s/%s", top, name);
    bool folder = is_folder(path);
    void *bytes = folder ? NULL : file_read(path, &size);
    row->fixtures++;
    if (folder ? model_load_folder(&model, path, &err) : model_load(&model, bytes, size, &err)) {
        fault(row, path + strlen(root) + 1, "is not refused");
        model_free(&model);
    }
    free(bytes);
    snprintf(path, sizeof path, "%s/%.*s.txt", top, (int)stem, name);
    FILE *f = fopen(path, "r");
    assert(f);
    while (fgets(line, sizeof line, f)) {
        line[strcspn(line, "\n")] = 0;
        if (!strstr(err.text, line))
            fault(row, path + strlen(root) + 1, "'%s' is not in: %s", line, err.text);
    }
    fclose(f);
    if (getenv("SHOW"))
        printf("%s: %s\n", name, err.text);
}

static bool ends_with(const char *text, const char *end)
{
    size_t n = strlen(text), m = strlen(end);
    return n >= m && strcmp(text + n - m, end) == 0;
}

static void check_folder(const char *root, const char *release, const char *part)
{
    char folder[2048], path[4096];
    struct dirent **entries;
    bool refused = strncmp(release, "refused", 7) == 0;
    snprintf(folder, sizeof folder, "%s/%s", root, release);
    int n = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        snprintf(path, sizeof path, "%s/%s", folder, name);
        if (name[0] != '.' && (!part || strstr(path, part))) {
            if (refused && !ends_with(name, ".txt"))
                check_refused(root, folder, name);
            else if (!refused && ends_with(name, ".json"))
                check_fixture(root, path);
        }
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

int main(int argc, char **argv)
{
    bool writes = argc == 4 && strcmp(argv[2], "--markdown") == 0;
    const char *root = argc > 1 ? argv[1] : ".", *template = writes ? argv[3] : NULL;
    const char *part = argc > 2 && !writes ? argv[2] : NULL;
    struct dirent **entries;
    int n = scandir(root, &entries, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        const char *name = entries[i]->d_name;
        if ((name[0] >= '0' && name[0] <= '9') || strncmp(name, "refused", 7) == 0 ||
            strcmp(name, "odd") == 0)
            check_folder(root, name, part);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
    if (template)
        failures += !table_write(template);
    else
        table_print(failures);
    return failures || !table_fixtures() ? EXIT_FAILURE : EXIT_SUCCESS;
}
