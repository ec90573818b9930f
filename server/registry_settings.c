/* model.yaml: when it comes to count, and what follows. All under the lock.
 * SPDX-License-Identifier: MIT */
#include "server/registry_private.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool same(const char *text, size_t n, const struct lar_found_settings *found)
{
    if (!found || !text)
        return !found && !text;
    return found->text && found->size == n && memcmp(text, found->text, n) == 0;
}

static char *copy(const struct lar_found_settings *found, size_t *ret_size)
{
    *ret_size = found && found->text ? found->size : 0;
    char *ret = found ? calloc(1, *ret_size + 1) : NULL;
    if (ret && found->text)
        memcpy(ret, found->text, *ret_size);
    return ret;
}

/* Sixteen digits of what the loader reads: other ones are another compiled form of the same file.
 */
static void tag_options(struct model *model)
{
    struct lar_hash hash = {0};
    struct lar_error err = {0};
    uint8_t digest[LAR_HASH_SIZE];
    char hex[LAR_HASH_HEX];
    model->options_tag[0] = '\0';
    if (!model->settings.options || !lar_hash_begin(&hash, &err))
        return;
    lar_hash_add(&hash, model->settings.options, strlen(model->settings.options));
    lar_hash_end(&hash, digest);
    lar_hash_hex(digest, hex);
    snprintf(model->options_tag, sizeof model->options_tag, "?%.16s", hex);
    lar_hash_finish(&hash);
}

static bool same_options(const struct lar_model_settings *a, const struct lar_model_settings *b)
{
    return strcmp(a->options ? a->options : "", b->options ? b->options : "") == 0;
}

/* Other inputs or another default method: every version is translated again, under its number. */
static void take(struct lar_registry *registry, struct model *model,
                 struct lar_model_settings *settings)
{
    bool again = !same_options(&model->settings, settings);
    for (struct slot *slot = model->slots; again && slot; slot = slot->next) {
        lar_load_forget(registry, slot); /* by the old tag */
        slot->is_done = slot->is_failed = false;
    }
    lar_model_settings_finish(&model->settings);
    model->settings = *settings;
    if (again)
        tag_options(model);
    model->has_settings = true;
    lar_error_clear(&model->settings_error);
}

static void judge(struct lar_registry *registry, struct model *model,
                  const struct lar_found_settings *found)
{
    struct lar_model_settings settings = {0};
    struct lar_error err = {0};
    bool ok =
        !found || (found->text ? lar_model_settings_parse(&settings, found->text, found->size, &err)
                               : lar_fail(&err, found->error->code, "%s", found->error->text));
    if (ok) {
        take(registry, model, &settings);
        if (found && registry->first_scan_over)
            lar_registry_log(registry, LAR_LOG_INFO, "model '%s' has new settings", model->name);
        return;
    }
    lar_error_within(&err, "model.yaml");
    bool known = strcmp(model->settings_error.text, err.text) == 0;
    model->settings_error = err;
    if (!known)
        lar_registry_log(registry, LAR_LOG_ERROR, "model '%s': %s%s", model->name,
                         model->settings_error.text,
                         model->has_settings ? "; the settings before it go on" : "");
}

static bool is_still(struct lar_registry *registry, const struct model *model,
                     const struct lar_found_settings *found, int64_t now)
{
    int64_t settle = registry->settings.settle_ms;
    bool old = found && !registry->first_scan_over &&
               found->changed_ns / 1000000 <= lar_unix_ms() - settle;
    return old || now - model->next_since_ms >= settle;
}

bool lar_model_take_settings(struct lar_registry *registry, struct model *model,
                             const struct lar_found_settings *found)
{
    int64_t now = lar_now_ms();
    if (same(model->settings_text, model->settings_size, found)) {
        model->has_next = false;
        model->has_settings |= !found; /* a model without the file needs none */
        return true;
    }
    if (!model->has_next || !same(model->next_text, model->next_size, found)) {
        free(model->next_text);
        model->next_text = copy(found, &model->next_size);
        model->has_next = true;
        model->next_since_ms = now;
    }
    if (!is_still(registry, model, found, now)) {
        lar_registry_scan_by(registry, model->next_since_ms + registry->settings.settle_ms);
        return model->has_settings || model->settings_error.code;
    }
    free(model->settings_text);
    model->settings_text = model->next_text;
    model->settings_size = model->next_size;
    model->next_text = NULL;
    model->has_next = false;
    judge(registry, model, found);
    return true;
}

void lar_model_settings_drop(struct model *model)
{
    lar_model_settings_finish(&model->settings);
    free(model->settings_text);
    free(model->next_text);
}
