/* The reading side of the registry: what HTTP threads and workers use. No locks.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *lar_state_name(enum lar_state state)
{
    static const char *const names[] = {"START", "LOADING", "AVAILABLE", "UNLOADING", "END"};
    return (size_t)state < sizeof names / sizeof *names ? names[state] : "?";
}

struct lar_reader *lar_registry_reader(struct lar_registry *registry, struct lar_error *err)
{
    struct lar_reader *reader = calloc(1, sizeof *reader);
    if (!reader) {
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for a reader");
        return NULL;
    }
    reader->registry = registry;
    lar_epochs_add(registry->epochs, &reader->epoch);
    return reader;
}

void lar_reader_turn(struct lar_reader *reader)
{
    lar_epochs_turn(reader->registry->epochs, &reader->epoch);
    reader->table = atomic_load(&reader->registry->table);
}

void lar_reader_idle(struct lar_reader *reader)
{
    reader->table = NULL;
    lar_epochs_idle(&reader->epoch);
}

void lar_reader_free(struct lar_reader *reader)
{
    if (!reader)
        return;
    lar_epochs_remove(reader->registry->epochs, &reader->epoch);
    free(reader);
}

const struct lar_table *lar_reader_table(const struct lar_reader *reader)
{
    assert(reader->table); /* idle readers have none */
    return &reader->table->public;
}

/* NAME is not NUL-terminated, TEXT is. */
static int compare(const char *name, size_t length, const char *text)
{
    int order = strncmp(name, text, length);
    return order ? order : text[length] ? -1 : 0;
}

const struct lar_model_entry *lar_table_find(const struct lar_table *table, const char *name,
                                             size_t length)
{
    size_t low = 0, high = table->n_models;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = compare(name, length, table->models[middle].name);
        if (order == 0)
            return &table->models[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}

static const struct lar_version_entry *find_version(const struct lar_model_entry *model,
                                                    uint64_t number)
{
    for (size_t i = 0; i < model->n_versions; i++)
        if (model->versions[i].number == number)
            return &model->versions[i];
    return NULL;
}

static bool find_label(const struct lar_model_entry *model, const char *label, size_t length,
                       uint64_t *ret)
{
    for (size_t i = 0; i < model->n_labels; i++)
        if (compare(label, length, model->labels[i].name) == 0) {
            *ret = model->labels[i].number;
            return true;
        }
    return false;
}

struct lar_loaded *lar_table_loaded(const struct lar_table *table, const char *name, size_t length,
                                    uint64_t number, const char *label, size_t label_length,
                                    struct lar_error *err)
{
    const struct lar_model_entry *model = lar_table_find(table, name, length);
    if (!model) {
        lar_fail(err, LAR_ERR_NOTFOUND, "there is no model '%.*s'", (int)length, name);
        return NULL;
    }
    if (label && !find_label(model, label, label_length, &number)) {
        lar_fail(err, LAR_ERR_NOTFOUND, "model '%s' has no label '%.*s'", model->name,
                 (int)label_length, label);
        return NULL;
    }
    const struct lar_version_entry *version =
        number ? find_version(model, number) : model->answering;
    if (number && !version) {
        lar_fail(err, LAR_ERR_NOTFOUND, "model '%s' has no version %llu", model->name,
                 (unsigned long long)number);
        return NULL;
    }
    if (version && version->loaded)
        return version->loaded;
    if (!number && !version)
        lar_fail(err, LAR_ERR_UNAVAILABLE, "model '%s' has no available version", model->name);
    else if (version->error.code)
        lar_fail(err, LAR_ERR_UNAVAILABLE, "version %llu of model '%s' is not available: %s",
                 (unsigned long long)version->number, model->name, version->error.text);
    else
        lar_fail(err, LAR_ERR_UNAVAILABLE, "version %llu of model '%s' is not available (%s)",
                 (unsigned long long)version->number, model->name, lar_state_name(version->state));
    return NULL;
}

/* A count inside a turn needs no order of its own; giving it back does, so that the thread that
 * frees sees all that was done with it. */
struct lar_loaded *lar_loaded_acquire(struct lar_loaded *loaded)
{
    atomic_fetch_add_explicit(&loaded->references, 1, memory_order_relaxed);
    return loaded;
}

void lar_loaded_release(struct lar_loaded *loaded)
{
    if (loaded)
        atomic_fetch_sub_explicit(&loaded->references, 1, memory_order_release);
}
