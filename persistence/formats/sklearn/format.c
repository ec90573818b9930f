/* The format "scikit-learn": a pickle, perhaps in a container, of a fitted estimator.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/format.h"
#include "persistence/formats/pickle/joblib.h"
#include "persistence/formats/pickle/machine.h"
#include "persistence/formats/sklearn/attributes.h"
#include "persistence/formats/sklearn/declared.h"
#include "persistence/formats/sklearn/describe.h"
#include "persistence/formats/sklearn/frame.h"
#include "persistence/formats/sklearn/inner.h"
#include "persistence/formats/sklearn/inverse.h"
#include "persistence/formats/sklearn/objects.h"
#include "persistence/formats/sklearn/selection.h"

#include <stdio.h>
#include <string.h>

/* The releases whose fixtures are compared. */
#define SK_OLDEST SK_RELEASE(0, 20)
#define SK_NEWEST SK_RELEASE(1, 9)

static const char *const method_names[SK_METHODS] = {
    [SK_PREDICT] = "predict",
    [SK_PREDICT_PROBA] = "predict_proba",
    [SK_PREDICT_LOG_PROBA] = "predict_log_proba",
    [SK_DECISION_FUNCTION] = "decision_function",
    [SK_SCORE_SAMPLES] = "score_samples",
    [SK_TRANSFORM] = "transform",
    [SK_APPLY] = "apply",
    [SK_DECISION_PATH] = "decision_path",
    [SK_KNEIGHBORS] = "kneighbors",
    [SK_INVERSE_TRANSFORM] = "inverse_transform",
};

const char *sk_method_name(enum sk_method method)
{
    return method_names[method];
}

/* Whether DATA begins as a pickle does: with PROTO, or with an opcode that protocols 0 and 1 start
 * with. */
static bool looks_like_pickle(const uint8_t *data, size_t size)
{
    if (size >= 2 && data[0] == 0x80)
        return data[1] <= 5;
    return size >= 2 && memchr("(c]}GIJKLMNSTUVXiFl)d", data[0], 21) != NULL &&
           memchr(data, '.', size) != NULL;
}

/* Whether NAME is one of the files in which joblib before 0.10 kept arrays: model.pkl_01.npy, or
 * compressed model.pkl_01.npy.z. */
static bool is_companion(const char *name)
{
    const char *dot = strstr(name, ".npy");
    return dot && dot - name >= 3 && dot[-1] >= '0' && dot[-1] <= '9' && dot[-2] >= '0' &&
           dot[-2] <= '9' && (strcmp(dot, ".npy") == 0 || strcmp(dot, ".npy.z") == 0);
}

/* The one file that is no companion, or NULL. */
static const struct lar_bundle_file *main_file(const struct lar_bundle *bundle)
{
    const struct lar_bundle_file *ret = NULL;
    if (bundle->n_files == 1)
        return &bundle->files[0];
    for (uint32_t i = 0; i < bundle->n_files; i++) {
        if (is_companion(bundle->files[i].name))
            continue;
        if (ret)
            return NULL;
        ret = &bundle->files[i];
    }
    return ret;
}

static int probe(const struct lar_bundle *bundle)
{
    const struct lar_bundle_file *file = main_file(bundle);
    if (!file)
        return 0;
    if (pk_container(file->data, file->size))
        return 1;
    if (!looks_like_pickle(file->data, file->size))
        return 0;
    return memmem(file->data, file->size, "sklearn.", 8) ? 2 : 1;
}

/* The estimator of an entry (name, estimator) of a list, or NULL. */
static const struct pk_node *entry_of(const struct pk_node *list, size_t i)
{
    if (!list || list->kind != PK_LIST || i >= list->items.n)
        return NULL;
    const struct pk_node *entry = list->items.data[i];
    return entry->kind == PK_TUPLE && entry->items.n == 2 ? entry->items.data[1] : NULL;
}

/* The first step that reads the model's input: of a pipeline the first that is not passed over. */
static const struct pk_node *first_reader(const struct pk_node *object)
{
    for (int depth = 0; depth < SK_DEPTH; depth++) {
        const struct sk_class *row = sk_class_of(object);
        const struct pk_node *steps = pk_attribute(object, "steps"), *next = NULL;
        if (!row || strcmp(row->name, "Pipeline") != 0)
            break;
        for (size_t i = 0; (next = entry_of(steps, i)) && sk_is_passthrough(next); i++)
            ;
        if (!next)
            break;
        object = next;
    }
    return object;
}

/* The names of the model's columns, as the estimator that reads them first has them, or the first
 * one inside it. */
static bool read_names(struct sk_context *sk, const struct pk_node *object)
{
    const struct pk_node *reader = first_reader(object);
    for (int depth = 0; reader && depth < SK_DEPTH; depth++) {
        if (!sk_column_names(sk, reader, &sk->root.names, &sk->root.n_names))
            return false;
        const struct sk_class *row = sk_class_of(reader);
        if (sk->root.names)
            return true;
        reader = row && strcmp(row->name, "FeatureUnion") == 0
                     ? first_reader(entry_of(pk_attribute(reader, "transformer_list"), 0))
                     : first_reader(sk_first_inner(reader));
    }
    return true;
}

/* Reads OBJECT into a draft that is thrown away, for the uses of the columns. */
static bool learn_types(struct sk_context *sk, const struct pk_node *object)
{
    struct lar_draft *draft = sk->draft;
    struct lar_arena *arena = sk->arena;
    struct sk_result result;
    struct sk_frame in = {.matrix = LAR_NO_VALUE, .n = SK_UNKNOWN};
    sk->draft = lar_draft_new(lar_draft_operators(draft), arena->limit, sk->err);
    if (!sk->draft) {
        sk->draft = draft;
        return false;
    }
    sk->arena = lar_draft_arena(sk->draft);
    bool ok = sk_read(sk, object, &in, &result);
    uint8_t *uses = NULL;
    if (ok && sk->root.uses) {
        uses = lar_arena_alloc(arena, sk->root.n + 1, 1);
        ok = uses != NULL || lar_arena_fail(arena, sk->err, "columns");
        if (uses)
            memcpy(uses, sk->root.uses, sk->root.n);
    }
    if (ok && sk->root.separator &&
        !(sk->root.separator =
              lar_arena_strndup(arena, sk->root.separator, strlen(sk->root.separator))))
        ok = lar_arena_fail(arena, sk->err, "a separator");
    lar_draft_free(sk->draft);
    sk->draft = draft;
    sk->arena = arena;
    sk->estimators = 0;
    sk->root.uses = uses;
    sk->root.guesses[0] = sk->root.guesses[1] = NULL;
    return ok;
}

/* Adds the outputs of one method. */
static void add_method(struct sk_context *sk, enum sk_method method, const struct sk_answer *answer)
{
    uint32_t index = lar_draft_method(sk->draft, method_names[method]);
    for (size_t i = 0; i < answer->n; i++) {
        static const char *const of_neighbors[] = {"distances", "indices"};
        char name[64];
        if (method == SK_KNEIGHBORS)
            (void)snprintf(name, sizeof name, "%s_%s", method_names[method], of_neighbors[i % 2]);
        else
            (void)snprintf(name, sizeof name, answer->several ? "%s_%zu" : "%s",
                           method_names[method], i);
        lar_draft_output(sk->draft, index, name, answer->outputs[i].value,
                         answer->outputs[i].labels);
    }
}

static bool add_methods(struct sk_context *sk, struct sk_result *result)
{
    if (result->transforms) {
        lar_value value = sk_frame_output(sk, &result->frame);
        if (value == LAR_NO_VALUE || !sk_answer(sk, result, SK_TRANSFORM, value, LAR_NO_VALUE))
            return false;
    }
    static const enum sk_method order[] = {
        SK_PREDICT,           SK_TRANSFORM,        SK_PREDICT_PROBA, SK_PREDICT_LOG_PROBA,
        SK_DECISION_FUNCTION, SK_SCORE_SAMPLES,    SK_APPLY,         SK_DECISION_PATH,
        SK_KNEIGHBORS,        SK_INVERSE_TRANSFORM};
    size_t n = 0;
    for (size_t i = 0; i < SK_METHODS; i++)
        if (result->answers[order[i]].n) {
            add_method(sk, order[i], &result->answers[order[i]]);
            n++;
        }
    return n || sk_fail(sk, LAR_ERR_UNSUPPORTED, "the model has no method that can be served");
}

static bool translate(struct sk_context *sk, const struct pk_node *object,
                      const struct lar_declared *declared)
{
    const struct sk_class *row = sk_class_of(first_reader(object));
    struct sk_frame in = {.matrix = LAR_NO_VALUE, .n = SK_UNKNOWN};
    struct sk_result result;
    sk->root = (struct sk_root){.n = SK_UNKNOWN,
                                .matrix = LAR_NO_VALUE,
                                .declared = declared,
                                .eager = row && row->numeric};
    if (!sk_class_of(object))
        return sk_refuse_top(sk, object);
    if (!read_names(sk, object) || !sk_declared_names(sk))
        return false;
    if (!sk->root.eager) {
        const char *const *names = sk->root.names;
        if (!learn_types(sk, object))
            return false;
        sk->root.names = names;
        if (!sk_root_make(sk))
            return false;
    }
    if (!sk_read(sk, object, &in, &result))
        return false;
    return sk_add_inverse(sk, object, &result) && add_methods(sk, &result) &&
           lar_draft_ok(sk->draft, sk->err);
}

static void warn(struct lar_report *report, const char *sentence)
{
    json_t *warnings = json_object_get(report->root, "warnings");
    if (warnings)
        (void)json_array_append_new(warnings, json_string(sentence));
    else
        (void)json_object_set_new(report->root, "warnings", json_pack("[s]", sentence));
}

/* What may matter though the model loads: a release that nobody has tested. */
static void warn_of_release(const struct pk_pickle *pickle, struct lar_report *report)
{
    char text[200];
    unsigned release = sk_release(pickle->root);
    if (release >= SK_OLDEST && release <= SK_NEWEST)
        return;
    if (!release)
        (void)snprintf(text, sizeof text,
                       "the file does not say which release of scikit-learn "
                       "wrote it; it is read as one of before 0.20");
    else
        (void)snprintf(text, sizeof text,
                       "written by scikit-learn %u.%u: releases from %u.%u to %u.%u are tested",
                       release / 100, release % 100, SK_OLDEST / 100, SK_OLDEST % 100,
                       SK_NEWEST / 100, SK_NEWEST % 100);
    warn(report, text);
}

bool sk_read_objects(const struct pk_pickle *objects, const char *stream,
                     const struct lar_read_limits *limits, struct lar_draft *draft,
                     struct lar_report *report, struct lar_error *err)
{
    struct sk_context sk = {
        .draft = draft, .arena = lar_draft_arena(draft), .err = err, .stream = stream};
    sk_describe_model(objects, report);
    if (sk_class_of(objects->root))
        warn_of_release(objects, report);
    if (!translate(&sk, objects->root, limits->declared))
        return false;
    if (sk.remark)
        warn(report, sk.remark);
    return true;
}

static bool read_pickle(const struct pk_unpacked *bytes, const struct lar_bundle *bundle,
                        const struct lar_read_limits *limits, struct lar_draft *draft,
                        struct lar_report *report, struct lar_error *err)
{
    struct lar_arena arena;
    struct pk_pickle pickle = {.arena = &arena, .companions = bundle};
    lar_arena_init(&arena, limits->memory);
    bool ok = pk_parse(&pickle, bytes->data, bytes->size, NULL, NULL, err);
    sk_describe_pickle(&pickle, bytes->size, report);
    ok =
        ok && sk_read_objects(&pickle, bytes->owned ? "unpacked " : "", limits, draft, report, err);
    lar_arena_finish(&arena);
    return ok;
}

static bool read_file(const struct lar_bundle *bundle, const struct lar_read_limits *limits,
                      struct lar_draft *draft, struct lar_report *report, struct lar_error *err)
{
    const struct lar_bundle_file *file = main_file(bundle);
    const char *container = pk_container(file->data, file->size);
    struct pk_unpacked bytes;
    if (container)
        (void)json_object_set_new(report->root, "container", json_string(container));
    if (!pk_unpack(&bytes, file->data, file->size, limits->memory, err))
        return false;
    bool ok = bytes.size && looks_like_pickle(bytes.data, bytes.size);
    if (!ok)
        lar_fail(err, LAR_ERR_FORMAT, "%s%sthe content is no pickle", container ? container : "",
                 container ? ": " : "");
    else
        ok = read_pickle(&bytes, bundle, limits, draft, report, err);
    pk_unpack_free(&bytes);
    return ok;
}

const struct lar_format lar_format_sklearn = {
    .name = "scikit-learn",
    .probe = probe,
    .read = read_file,
};
