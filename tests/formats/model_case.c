/* SPDX-License-Identifier: MIT */
#include "tests/formats/model_case.h"

#include "inference/operator.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { MEMORY = 64 << 20, FILES = 64 };

static bool load(struct model *m, struct lar_draft *draft, struct lar_error *err)
{
    size_t size = lar_flat_size(draft, 2, err);
    if (!size)
        return false;
    m->block = aligned_alloc(64, (size + 63) / 64 * 64);
    if (!m->block)
        return lar_fail(err, LAR_ERR_NOMEM, "a block of %zu bytes", size);
    lar_flat_fill(draft, "{}", 2, m->block);
    return lar_flat_open(&m->flat, m->block, size, &lar_operators, err) &&
           lar_plan_new(&m->plan, &m->flat, err);
}

bool model_load_bundle(struct model *ret, const struct lar_bundle *bundle, struct lar_error *err)
{
    struct lar_read_limits limits = {.memory = MEMORY};
    struct lar_report report = {.root = json_object()};
    *ret = (struct model){.block = NULL};
    struct lar_draft *draft = lar_draft_new(&lar_operators, MEMORY, err);
    bool ok =
        draft && lar_format_read(bundle, &limits, draft, &report, err) && load(ret, draft, err);
    lar_draft_free(draft);
    json_decref(report.root);
    if (!ok)
        model_free(ret);
    return ok;
}

bool model_load(struct model *ret, const void *bytes, size_t size, struct lar_error *err)
{
    struct lar_bundle_file file = {.name = "model", .data = bytes, .size = size};
    struct lar_bundle bundle = {.files = &file, .n_files = 1, .options = ""};
    return model_load_bundle(ret, &bundle, err);
}

/* Adds what lies in FOLDER to FILES; names begin with PREFIX. */
static void add_folder(const char *folder, const char *prefix, struct lar_bundle_file *files,
                       uint32_t *n)
{
    char path[4096], name[1024];
    struct dirent **entries;
    int count = scandir(folder, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        struct stat st;
        snprintf(path, sizeof path, "%s/%s", folder, entries[i]->d_name);
        snprintf(name, sizeof name, "%s%s", prefix, entries[i]->d_name);
        bool hidden = entries[i]->d_name[0] == '.';
        free(entries[i]);
        if (hidden || stat(path, &st))
            continue;
        if (S_ISDIR(st.st_mode)) {
            strcat(name, "/");
            add_folder(path, name, files, n);
        } else if (*n < FILES) {
            struct lar_bundle_file *file = &files[(*n)++];
            file->data = file_read(path, &file->size);
            file->name = strdup(name);
        }
    }
    if (count >= 0)
        free(entries);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct lar_bundle_file *)a)->name,
                  ((const struct lar_bundle_file *)b)->name);
}

bool model_load_folder(struct model *ret, const char *path, struct lar_error *err)
{
    struct lar_bundle_file files[FILES];
    struct lar_bundle bundle = {.files = files, .options = ""};
    add_folder(path, "", files, &bundle.n_files);
    qsort(files, bundle.n_files, sizeof *files, by_name);
    bool ok = model_load_bundle(ret, &bundle, err);
    for (uint32_t i = 0; i < bundle.n_files; i++) {
        free((void *)files[i].name);
        free((void *)files[i].data);
    }
    return ok;
}

void model_free(struct model *model)
{
    lar_plan_free(model->plan);
    lar_flat_finish(&model->flat);
    free(model->block);
    *model = (struct model){.block = NULL};
}

void *file_read(const char *path, size_t *ret_size)
{
    FILE *f = fopen(path, "rb");
    long size = f && fseek(f, 0, SEEK_END) == 0 ? ftell(f) : -1;
    void *bytes = size >= 0 ? malloc((size_t)size + 1) : NULL;
    if (!bytes || fseek(f, 0, SEEK_SET) || fread(bytes, 1, (size_t)size, f) != (size_t)size) {
        fprintf(stderr, "%s: cannot read: %s\n", path, strerror(errno));
        exit(EXIT_FAILURE);
    }
    fclose(f);
    *ret_size = (size_t)size;
    return bytes;
}

json_t *json_read(const char *path)
{
    json_error_t error;
    json_t *value = json_load_file(path, JSON_ALLOW_NUL, &error);
    if (!value) {
        fprintf(stderr, "%s:%d: %s\n", path, error.line, error.text);
        exit(EXIT_FAILURE);
    }
    return value;
}

/* The cells of one input: those of columns [0, width) of the data, or of one column. */
struct cells {
    json_t *rows;
    size_t first, n, column, width;
};

static json_t *cell(const struct cells *c, size_t i)
{
    return json_array_get(json_array_get(c->rows, c->first + i / c->width),
                          c->column + i % c->width);
}

static bool numbers(const struct cells *c, struct lar_tensor *t, struct lar_scratch *scratch,
                    struct lar_error *err)
{
    double *to = t->data = lar_scratch_take(scratch, c->n * c->width, sizeof *to);
    for (size_t i = 0; to && i < c->n * c->width; i++) {
        json_t *v = cell(c, i);
        const char *text = json_string_value(v);
        if (text && strcmp(text, "Infinity") != 0 && strcmp(text, "-Infinity") != 0)
            return lar_fail(err, LAR_ERR_INVALID, "the model wants a number, the data has '%s'",
                            text);
        to[i] = json_is_number(v) ? json_number_value(v)
                : text            ? (text[0] == '-' ? -INFINITY : INFINITY)
                                  : NAN;
    }
    return to != NULL;
}

/* The doubles of T as its type has them. */
static void narrow(struct lar_tensor *t, size_t count)
{
    const double *from = t->data;
    for (size_t i = 0; i < count; i++)
        switch (t->type) {
        case LAR_TYPE_BOOL: ((bool *)t->data)[i] = from[i] != 0; break;
        case LAR_TYPE_I32: ((int32_t *)t->data)[i] = (int32_t)from[i]; break;
        case LAR_TYPE_I64: ((int64_t *)t->data)[i] = (int64_t)from[i]; break;
        case LAR_TYPE_F32: ((float *)t->data)[i] = (float)from[i]; break;
        default: break;
        }
}

static bool texts(const struct cells *c, struct lar_tensor *t, struct lar_scratch *scratch,
                  struct lar_error *err)
{
    size_t count = c->n * c->width, used = 0;
    for (size_t i = 0; i < count; i++)
        used += json_string_length(cell(c, i));
    char *bytes = t->data = lar_scratch_take(scratch, used + 1, 1);
    t->offsets = lar_scratch_take(scratch, count + 1, sizeof *t->offsets);
    t->kinds = lar_scratch_take(scratch, count + 1, 1);
    used = 0;
    for (size_t i = 0; i < count; i++) {
        json_t *v = cell(c, i);
        size_t n = json_string_length(v);
        if (json_is_number(v))
            return lar_fail(err, LAR_ERR_INVALID, "the model wants text, the data has a number");
        if (n)
            memcpy(bytes + used, json_string_value(v), n);
        t->offsets[i] = used;
        t->kinds[i] = json_is_string(v) ? LAR_STRING_TEXT
                      : json_is_null(v) ? LAR_STRING_NONE
                                        : LAR_STRING_NAN;
        used += n;
    }
    t->offsets[count] = used;
    return true;
}

/* ---- rows that are dicts ---- */

/* What is put together of them: NAMES and VALUES of the pairs. */
struct pairs {
    json_t *names, *values;
    const char *separator;
};

static void add_pair(struct pairs *p, json_t *name, json_t *value)
{
    json_array_append_new(p->names, name);
    json_array_append_new(p->values, value);
}

/* KEY's VALUE as scikit-learn sees it: texts are features of their own, lists several of them. */
static void add_value(struct pairs *p, const char *key, json_t *value)
{
    size_t i;
    json_t *text;
    if (json_is_string(value)) {
        add_pair(p, json_sprintf("%s%s%s", key, p->separator, json_string_value(value)),
                 json_integer(1));
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, text) add_value(p, key, text);
    } else if (json_is_boolean(value)) {
        add_pair(p, json_string(key), json_integer(json_is_true(value)));
    } else {
        add_pair(p, json_string(key), json_is_number(value) ? json_incref(value) : json_null());
    }
}

/* A row of DATA: an object, a list of pairs, or cells of columns. */
static void add_row(struct pairs *p, json_t *columns, json_t *row)
{
    const char *key;
    size_t i;
    json_t *value;
    if (json_is_object(row))
        json_object_foreach(row, key, value) add_value(p, key, value);
    else
        json_array_foreach(row, i, value) if (json_is_array(columns))
            add_value(p, json_string_value(json_array_get(columns, i)), value);
    else add_value(p, json_string_value(json_array_get(value, 0)), json_array_get(value, 1));
}

/* The two inputs of records: features and values, filled up to the longest row. */
static bool record_inputs(const struct model *model, json_t *data, size_t first, size_t n,
                          struct lar_scratch *scratch, struct lar_tensor *ret,
                          struct lar_error *err)
{
    const struct lar_tensor *t = model->flat.values[model->flat.inputs[0].columns].constant;
    char *separator = strndup(t->data, t->offsets[1]);
    json_t *names = json_array(), *values = json_array();
    size_t width = 0;
    for (int round = 0; round < 2; round++) /* how long they are; then all of them */
        for (size_t i = 0; i < n; i++) {
            struct pairs p = {json_array(), json_array(), separator};
            add_row(&p, json_object_get(data, "columns"),
                    json_array_get(json_object_get(data, "rows"), first + i));
            while (round && json_array_size(p.names) < width)
                add_pair(&p, json_object(), json_null());
            width = json_array_size(p.names) > width ? json_array_size(p.names) : width;
            if (round) {
                json_array_append_new(names, p.names);
                json_array_append_new(values, p.values);
            } else {
                json_decref(p.names);
                json_decref(p.values);
            }
        }
    const struct cells of_names = {.rows = names, .n = n, .width = width};
    const struct cells of_values = {.rows = values, .n = n, .width = width};
    for (int i = 0; i < 2; i++)
        ret[i] = (struct lar_tensor){.type = i ? LAR_TYPE_F64 : LAR_TYPE_STRING,
                                     .layout = LAR_LAYOUT_DENSE,
                                     .shape = LAR_SHAPE((int64_t)n, (int64_t)width)};
    bool ok = texts(&of_names, &ret[0], scratch, err) && numbers(&of_values, &ret[1], scratch, err);
    json_decref(names);
    json_decref(values);
    free(separator);
    return ok;
}

/* ---- all inputs ---- */

/* Which column of the data INPUT is, the model's Ith. */
static size_t column_of(const struct lar_flat_input *input, json_t *columns, uint32_t i_input)
{
    size_t n = json_array_size(columns);
    for (size_t i = 0; i < n; i++)
        if (strcmp(json_string_value(json_array_get(columns, i)), input->name) == 0)
            return i;
    return input->name[0] == 'x' ? strtoul(input->name + 1, NULL, 10) : i_input;
}

bool model_inputs(const struct model *model, json_t *data, size_t first, size_t n,
                  struct lar_scratch *scratch, struct lar_tensor *ret, struct lar_error *err)
{
    json_t *types = json_object_get(data, "types"), *columns = json_object_get(data, "columns");
    if (model->flat.inputs[0].records)
        return record_inputs(model, data, first, n, scratch, ret, err);
    for (uint32_t i = 0; i < model->flat.n_inputs; i++) {
        const struct lar_flat_input *input = &model->flat.inputs[i];
        ret[i] = (struct lar_tensor){.layout = LAR_LAYOUT_DENSE};
        if (input->value == LAR_NO_VALUE || strcmp(input->name, INVERSE_INPUT) == 0)
            continue;
        const struct lar_value_info *info = &model->flat.values[input->value];
        struct cells c = {.rows = json_object_get(data, "rows"), .first = first, .n = n};
        bool matrix = info->shape.rank == 2;
        c.width = matrix ? json_array_size(types) : 1;
        c.column = matrix ? 0 : column_of(input, columns, i);
        ret[i].type = info->type;
        ret[i].shape = matrix ? LAR_SHAPE((int64_t)n, (int64_t)c.width) : LAR_SHAPE((int64_t)n);
        if (!(info->type == LAR_TYPE_STRING ? texts : numbers)(&c, &ret[i], scratch, err))
            return lar_error_within(err, "input %s", input->name);
        narrow(&ret[i], n * c.width);
    }
    return true;
}

bool model_inverse_input(const struct model *model, json_t *transform, size_t first, size_t n,
                         struct lar_scratch *scratch, struct lar_tensor *inputs,
                         struct lar_error *err)
{
    json_t *shape = json_object_get(transform, "shape"), *rows = json_array();
    size_t width = 1, all = (size_t)json_integer_value(json_array_get(shape, 0));
    if (json_array_size(shape) == 2)
        width = (size_t)json_integer_value(json_array_get(shape, 1));
    for (size_t i = 0; all && i < first + n; i++) { /* again from the beginning after the last */
        json_t *row = json_array(), *from = json_object_get(transform, "data");
        for (size_t k = 0; k < width; k++)
            json_array_append(row, json_array_get(from, i % all * width + k));
        json_array_append_new(rows, row);
    }
    bool ok = true;
    for (uint32_t i = 0; i < model->flat.n_inputs; i++) {
        if (strcmp(model->flat.inputs[i].name, INVERSE_INPUT) != 0)
            continue;
        const struct lar_value_info *info = &model->flat.values[model->flat.inputs[i].value];
        struct cells c = {.rows = rows, .first = first, .n = n, .width = width};
        ok = numbers(&c, &inputs[i], scratch, err);
        inputs[i].type = info->type;
        inputs[i].shape = info->shape;
        inputs[i].shape.dims[0] = (int64_t)n;
        if (info->shape.rank == 2)
            inputs[i].shape.dims[1] = (int64_t)width;
        if (info->type == LAR_TYPE_I64)
            for (size_t k = 0; ok && k < n * width; k++)
                ((int64_t *)inputs[i].data)[k] = (int64_t)((double *)inputs[i].data)[k];
    }
    json_decref(rows);
    return ok;
}

int model_output(const struct model *model, const char *name)
{
    for (uint32_t i = 0; i < model->flat.n_outputs; i++)
        if (strcmp(model->flat.outputs[i].name, name) == 0)
            return (int)i;
    return -1;
}
