/* Uploads: received beside the models and loaded; upload_publish.c goes on.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/name.h"
#include "persistence/store/source.h"
#include "server/upload_private.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { WRITE_STEP = 8 << 10 };

static bool begin_file(struct lar_upload *u, struct lar_error *err)
{
    if (u->kind == LAR_UPLOAD_VALIDATE) {
        u->file = lar_nameless_file(u->registry->store.state, err);
        return u->file >= 0;
    }
    bool ok = lar_upload_stage(u, u->expected > 0 ? (uint64_t)u->expected : 0, err);
    if (ok)
        u->file = u->stage.file;
    return ok;
}

bool lar_upload_begin(struct lar_upload **ret, struct lar_registry *registry, const char *model,
                      enum lar_upload_kind kind, uint64_t number, int64_t expected_size,
                      struct lar_error *err)
{
    if (kind != LAR_UPLOAD_VALIDATE) {
        if (!lar_name_is_model(model, strlen(model)))
            return lar_fail(err, LAR_ERR_INVALID,
                            "'%.200s' cannot be a model's name: 1 to %d letters, digits, '.', '_' "
                            "and '-', beginning with a letter or digit",
                            model, LAR_NAME_MAX);
        if (lar_name_is_ignored(model)) /* it would be taken, then never found again */
            return lar_fail(err, LAR_ERR_INVALID,
                            "'%s' ends like an unfinished file; scans pass such names over", model);
        if (lar_registry_is_named(registry, model))
            return lar_fail(err, LAR_ERR_DENIED,
                            "model '%s' was named at start with --model; it is read-only", model);
        if (kind == LAR_UPLOAD_AT && (number == 0 || number > LAR_VERSION_MAX))
            return lar_fail(err, LAR_ERR_INVALID, "a version is a positive integer");
    }
    if (expected_size > 0 && (uint64_t)expected_size > registry->settings.max_upload)
        return lar_fail(err, LAR_ERR_LIMIT, "an upload of %lld bytes; at most %llu are taken",
                        (long long)expected_size,
                        (unsigned long long)registry->settings.max_upload);
    struct lar_upload *u = calloc(1, sizeof *u);
    if (!u)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for an upload");
    u->registry = registry;
    u->kind = kind;
    u->number = number;
    u->expected = expected_size;
    u->file = -1;
    snprintf(u->model, sizeof u->model, "%s", model ? model : "");
    if (lar_hash_begin(&u->hash, err) && begin_file(u, err)) {
        *ret = u;
        return true;
    }
    lar_upload_abort(u);
    return false;
}

bool lar_upload_write(struct lar_upload *u, const void *bytes, size_t n, struct lar_error *err)
{
    if (n > u->registry->settings.max_upload - u->size)
        return lar_fail(err, LAR_ERR_LIMIT, "an upload over the limit of %llu bytes",
                        (unsigned long long)u->registry->settings.max_upload);
    if (u->size < LAR_UPLOAD_HEAD)
        memcpy(u->head + u->size, bytes,
               n < LAR_UPLOAD_HEAD - u->size ? n : LAR_UPLOAD_HEAD - u->size);
    /* In small steps: many kernels let no other thread have the processor during one. */
    for (const char *at = bytes; n;) {
        size_t step = n < WRITE_STEP ? n : WRITE_STEP;
        if (!lar_write_all(u->file, at, step, err))
            return lar_error_within(err, "the upload");
        lar_hash_add(&u->hash, at, step);
        u->size += step;
        at += step, n -= step;
        sched_yield(); /* this thread does not wait, so it would not be taken off otherwise */
    }
    return true;
}

void lar_upload_abort(struct lar_upload *u)
{
    if (!u)
        return;
    if (u->file >= 0 && u->kind == LAR_UPLOAD_VALIDATE && !u->folder)
        close(u->file);
    lar_stage_end(&u->stage);
    lar_hash_finish(&u->hash);
    free(u);
}

/* ---- the end of an upload ---- */

static bool check_bytes(const struct lar_upload *u, struct lar_error *err)
{
    if (u->expected >= 0 && u->size != (uint64_t)u->expected)
        return lar_fail(err, LAR_ERR_INVALID, "%llu bytes came, %lld were announced",
                        (unsigned long long)u->size, (long long)u->expected);
    if (u->size == 0)
        return lar_fail(err, LAR_ERR_INVALID, "the upload is empty; the body is the model file");
    return true;
}

/* What the model's settings say to the loader. */
static bool copy_options(struct lar_upload *u, char **ret, struct lar_error *err)
{
    pthread_mutex_lock(&u->registry->lock);
    const struct model *model = lar_registry_model(u->registry, u->model);
    const char *options = model ? model->settings.options : NULL;
    *ret = options ? strdup(options) : NULL;
    bool ok = !options || *ret;
    pthread_mutex_unlock(&u->registry->lock);
    return ok || lar_fail(err, LAR_ERR_NOMEM, "out of memory for an upload");
}

/* ---- all of it ---- */

static bool run(struct lar_upload *u, struct load *load, struct lar_upload_result *ret,
                struct lar_error *err)
{
    bool keeps = u->kind != LAR_UPLOAD_VALIDATE;
    if (keeps && !u->folder && !lar_upload_check_taken(u, ret, err))
        return false;
    if (ret->same)
        return true;
    bool ok = lar_load_run(u->registry, load, err);
    ret->report = load->report;
    if (ok && u->folder) {
        memcpy(ret->sha256, load->sha256, sizeof ret->sha256);
        ok = !keeps || lar_upload_check_taken(u, ret, err);
    }
    return ok && (!keeps || ret->same || lar_upload_publish(u, load, ret, err));
}

static bool finish(struct lar_upload *u, struct lar_upload_result *ret, struct lar_error *err)
{
    uint8_t digest[LAR_HASH_SIZE];
    char path[LAR_UPLOAD_PATH];
    lar_hash_end(&u->hash, digest);
    lar_hash_hex(digest, ret->sha256);
    if (!check_bytes(u, err) || (lar_upload_looks_packed(u) && !lar_upload_unpack(u, err)))
        return false;
    struct load load = {.root = u->file, .keep = u->kind != LAR_UPLOAD_VALIDATE};
    if (u->folder) {
        lar_upload_path(u, path);
        load.root = u->stage.larder;
        load.path = path;
    }
    if (u->kind != LAR_UPLOAD_VALIDATE && !copy_options(u, &load.options, err))
        return false;
    bool ok = run(u, &load, ret, err);
    if (ok && ret->same) {
        ret->number = u->number;
        ok = !*u->label || lar_registry_label_set(u->registry, u->model, u->label, u->number, err);
    }
    if (ok)
        lar_upload_tell(u, ret);
    lar_loaded_free(load.loaded);
    free(load.options);
    return ok;
}

bool lar_upload_finish(struct lar_upload *u, struct lar_upload_result *ret, struct lar_error *err)
{
    *ret = (struct lar_upload_result){0};
    bool ok = finish(u, ret, err);
    lar_upload_abort(u);
    return ok;
}
