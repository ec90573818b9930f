/* The folder that MLflow keeps a model in: a file MLmodel (YAML) that names the flavours, and the
 * model's own file, which is read as if it were alone. The signature gives the inputs their names
 * and types. Releases 1.0 to 3.
 * SPDX-License-Identifier: MIT */
#include "base/yaml.h"
#include "persistence/formats/format.h"
#include "persistence/formats/mlflow/signature.h"

#include <stdio.h>
#include <string.h>

enum { TABLE = 64 << 20, SIGNATURE = 1 << 20 };

static const char description[] = "MLmodel";

/* What is known while a folder is read. */
struct folder {
    const struct lar_bundle *bundle;
    const struct lar_bundle_file *file; /* MLmodel */
    size_t base;                        /* length of its path, with the slash */
    struct lar_arena arena;
    struct lar_yaml_node *root, *flavour, *function; /* sklearn; python_function or NULL */
};

/* The file MLmodel: at the top, or the only one at the top of the only folder. */
static const struct lar_bundle_file *find_description(const struct lar_bundle *bundle)
{
    const struct lar_bundle_file *ret = NULL;
    if (lar_bundle_find(bundle, description))
        return lar_bundle_find(bundle, description);
    for (uint32_t i = 0; i < bundle->n_files; i++) {
        const char *slash = strchr(bundle->files[i].name, '/');
        if (!slash || strcmp(slash + 1, description) != 0)
            continue;
        if (ret)
            return NULL;
        ret = &bundle->files[i];
    }
    return ret;
}

static int probe(const struct lar_bundle *bundle)
{
    return bundle->n_files > 1 && find_description(bundle) ? 3 : 0;
}

static const char *text_of(const struct lar_yaml_node *map, const char *key)
{
    const struct lar_yaml_node *node = map ? lar_yaml_member(map, key) : NULL;
    bool is_null = node && node->text && !node->quoted && strcmp(node->text, "null") == 0;
    return node && !is_null ? node->text : NULL;
}

/* The flavours that the file names, for a message. */
static void list_flavours(const struct lar_yaml_node *flavours, char *out, size_t size)
{
    size_t used = 0;
    out[0] = 0;
    for (const struct lar_yaml_node *f = flavours->first; f; f = f->next) {
        int n = snprintf(out + used, size - used, "%s%.40s", used ? ", " : "", f->key);
        if (n < 0 || (size_t)n >= size - used)
            break;
        used += (size_t)n;
    }
    for (char *p = out; *p; p++)
        if ((unsigned char)*p < ' ' || *p == 0x7F)
            *p = '?';
}

static bool is_map(const struct lar_yaml_node *node)
{
    return node && node->kind == LAR_YAML_MAP;
}

static bool find_flavour(struct folder *f, struct lar_error *err)
{
    char list[200];
    const struct lar_yaml_node *flavours = lar_yaml_member(f->root, "flavors");
    if (!is_map(flavours))
        return lar_fail(err, LAR_ERR_FORMAT, "there is no map 'flavors'");
    f->flavour = lar_yaml_member(flavours, "sklearn");
    f->function = lar_yaml_member(flavours, "python_function");
    f->function = is_map(f->function) ? f->function : NULL;
    if (is_map(f->flavour))
        return true;
    const char *module = text_of(f->function, "loader_module");
    if (module && strcmp(module, "mlflow.sklearn") == 0) {
        f->flavour = f->function;
        return true;
    }
    list_flavours(flavours, list, sizeof list);
    if (module && (strcmp(module, "mlflow.pyfunc.model") == 0 || !*list))
        return lar_fail(err, LAR_ERR_UNSUPPORTED,
                        "flavors: the model is a Python class of its user's (%s), whose code is "
                        "never run. The flavour sklearn is supported",
                        list);
    return lar_fail(err, LAR_ERR_UNSUPPORTED,
                    "flavors: %s; of MLflow's flavours only sklearn is supported", list);
}

/* The model's file, which the flavour names relative to MLmodel. */
static const struct lar_bundle_file *model_file(const struct folder *f, struct lar_error *err)
{
    static const char *const keys[] = {"pickled_model", "model_path", "data"};
    const char *path = NULL;
    for (size_t i = 0; !path && i < sizeof keys / sizeof *keys; i++) {
        path = text_of(f->flavour, keys[i]);
        path = path ? path : text_of(f->function, keys[i]);
    }
    if (!path) {
        lar_fail(err, LAR_ERR_FORMAT, "flavors: sklearn: no 'pickled_model' says which file");
        return NULL;
    }
    char name[1024];
    int n = snprintf(name, sizeof name, "%.*s%s", (int)f->base, f->file->name, path);
    const struct lar_bundle_file *file =
        n > 0 && (size_t)n < sizeof name ? lar_bundle_find(f->bundle, name) : NULL;
    if (!file)
        lar_fail(err, LAR_ERR_FORMAT, "flavors: sklearn: there is no file '%.200s'", path);
    return file;
}

/* The list that the signature keeps as JSON text under NAME; NULL without an error where there is
 * none, or where it is not JSON in the strict sense (MLflow may write NaN). */
static json_t *listed(const struct lar_yaml_node *signature, const char *name)
{
    const char *text = is_map(signature) ? text_of(signature, name) : NULL;
    return text && strlen(text) <= SIGNATURE ? json_loads(text, JSON_REJECT_DUPLICATES, NULL)
                                             : NULL;
}

/* What the signature says of outputs, which MLflow checks no answer against, and of parameters. */
static bool describe_signature(struct folder *f, struct lar_report *report, struct lar_error *err)
{
    const struct lar_yaml_node *signature = lar_yaml_member(f->root, "signature");
    json_t *facts = json_object_get(report->root, "mlflow");
    json_t *outputs = listed(signature, "outputs"), *params = listed(signature, "params");
    bool ok = !params || ml_check_params(params, err);
    if (outputs)
        (void)json_object_set(facts, "outputs", outputs);
    if (params && ok)
        (void)json_object_set(facts, "params", params);
    json_decref(outputs);
    json_decref(params);
    return ok || lar_error_within(err, "signature");
}

/* The signature's inputs; RET->n and RET->columns stay empty where it has none. */
static bool read_signature(struct folder *f, struct lar_declared *ret, bool *ret_any,
                           struct lar_report *report, struct lar_error *err)
{
    const struct lar_yaml_node *signature = lar_yaml_member(f->root, "signature");
    const char *text = is_map(signature) ? text_of(signature, "inputs") : NULL;
    *ret_any = false;
    if (!text)
        return true;
    json_error_t why;
    json_t *inputs =
        strlen(text) <= SIGNATURE ? json_loads(text, JSON_REJECT_DUPLICATES, &why) : NULL;
    bool ok = inputs || lar_fail(err, LAR_ERR_FORMAT, "inputs: is no JSON");
    ok = ok && ml_signature(ret, inputs, &f->arena, err);
    if (ok) {
        json_t *facts = json_object_get(report->root, "mlflow");
        (void)json_object_set(facts, "signature", inputs);
    }
    json_decref(inputs);
    *ret_any = ok;
    return ok || lar_error_within(err, "signature");
}

static void set_text(json_t *object, const char *key, const char *text)
{
    if (text)
        (void)json_object_set_new(object, key, json_string(text));
}

/* What a person may want to know of the folder. */
static void describe(const struct folder *f, struct lar_report *report)
{
    json_t *facts = json_object();
    set_text(facts, "version", text_of(f->root, "mlflow_version"));
    set_text(facts, "created", text_of(f->root, "utc_time_created"));
    set_text(facts, "serialization", text_of(f->flavour, "serialization_format"));
    const struct lar_yaml_node *example = lar_yaml_member(f->root, "saved_input_example_info");
    set_text(facts, "input_example", is_map(example) ? text_of(example, "artifact_path") : NULL);
    (void)json_object_set_new(report->root, "mlflow", facts);
}

static bool read_model(struct folder *f, const struct lar_read_limits *limits,
                       struct lar_draft *draft, struct lar_report *report, struct lar_error *err)
{
    struct lar_declared declared;
    bool any;
    f->root = lar_yaml_parse((const char *)f->file->data, f->file->size, &f->arena, err);
    if (!f->root)
        return false;
    if (!is_map(f->root))
        return lar_fail(err, LAR_ERR_FORMAT, "it is no map");
    if (!find_flavour(f, err))
        return false;
    describe(f, report);
    const struct lar_bundle_file *file = model_file(f, err);
    if (!file || !read_signature(f, &declared, &any, report, err) ||
        !describe_signature(f, report, err))
        return false;
    struct lar_bundle_file alone = {.name = "model", .data = file->data, .size = file->size};
    struct lar_bundle inner = {.files = &alone, .n_files = 1, .options = f->bundle->options};
    struct lar_read_limits with = *limits;
    with.declared = any ? &declared : NULL;
    if (!lar_format_read(&inner, &with, draft, report, err))
        return lar_error_within(err, "%s", file->name + f->base);
    const char *method = text_of(f->function, "predict_fn");
    if (method && strcmp(method, "predict") != 0)
        lar_draft_default_method(draft, method);
    return lar_draft_ok(draft, err) || lar_error_within(err, "predict_fn");
}

static bool read_folder(const struct lar_bundle *bundle, const struct lar_read_limits *limits,
                        struct lar_draft *draft, struct lar_report *report, struct lar_error *err)
{
    struct folder f = {.bundle = bundle, .file = find_description(bundle)};
    if (!f.file)
        return lar_fail(err, LAR_ERR_FORMAT, "there is no file '%s'", description);
    f.base = strlen(f.file->name) - (sizeof description - 1);
    lar_arena_init(&f.arena, TABLE);
    bool ok = read_model(&f, limits, draft, report, err);
    lar_arena_finish(&f.arena);
    return ok || lar_error_within(err, "%s", f.file->name);
}

const struct lar_format lar_format_mlflow = {
    .name = "MLflow",
    .probe = probe,
    .read = read_folder,
};
