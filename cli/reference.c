/* References and listings; see reference.h.
 * SPDX-License-Identifier: MIT */
#include "cli/reference.h"

#include <stdio.h>
#include <string.h>

const char *lar_member(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* ---- what users write ---- */

bool lar_label_check(const char *text, struct lar_error *err)
{
    if (lar_name_is_model(text, strlen(text)) && text[strspn(text, "0123456789")])
        return true;
    return lar_fail(err, LAR_ERR_INVALID,
                    "'%.150s' cannot be a label: letters, digits, '.', '_' and '-', not digits "
                    "alone",
                    text);
}

bool lar_reference_read_version(struct lar_reference *ret, const char *text, struct lar_error *err)
{
    if (lar_name_is_version(text, &ret->number))
        return true;
    ret->number = 0;
    if (!*text || !text[strspn(text, "0123456789")])
        return lar_fail(err, LAR_ERR_INVALID, "'%.150s' is no version: a positive integer", text);
    if (!lar_label_check(text, err))
        return false;
    snprintf(ret->label, sizeof ret->label, "%s", text);
    return true;
}

bool lar_reference_read(struct lar_reference *ret, const char *text, struct lar_error *err)
{
    size_t n = strcspn(text, "/");
    *ret = (struct lar_reference){0};
    if (!lar_name_is_model(text, n))
        return lar_fail(err, LAR_ERR_INVALID,
                        "'%.150s' does not name a model: 1 to %d letters, digits, '.', '_' and "
                        "'-', beginning with a letter or digit",
                        text, LAR_NAME_MAX);
    memcpy(ret->model, text, n);
    return !text[n] || lar_reference_read_version(ret, text + n + 1, err);
}

/* ---- what servers list ---- */

json_t *lar_versions_get(struct lar_client *client, const char *model, struct lar_error *err)
{
    char path[LAR_PATH_TEXT];
    snprintf(path, sizeof path, "/v1/models/%s/versions", model);
    return lar_client_get(client, path, err);
}

uint64_t lar_version_number(const json_t *version)
{
    uint64_t ret;
    const char *text = lar_member(version, "version");
    return text && lar_name_is_version(text, &ret) ? ret : 0;
}

bool lar_version_available(const json_t *version)
{
    const char *state = lar_member(version, "state");
    return state && strcmp(state, "AVAILABLE") == 0;
}

bool lar_version_has_label(const json_t *version, const char *label)
{
    const json_t *labels = json_object_get(version, "labels");
    for (size_t i = 0; i < json_array_size(labels); i++) {
        const char *text = json_string_value(json_array_get(labels, i));
        if (text && strcmp(text, label) == 0)
            return true;
    }
    return false;
}

const char *lar_version_labels(const json_t *version, char to[LAR_LABELS_TEXT])
{
    const json_t *labels = json_object_get(version, "labels");
    size_t at = 0;
    to[0] = '\0';
    for (size_t i = 0; i < json_array_size(labels) && at < LAR_LABELS_TEXT; i++) {
        const char *text = json_string_value(json_array_get(labels, i));
        at += (size_t)snprintf(to + at, LAR_LABELS_TEXT - at, "%s%s", i ? "," : "",
                               text ? text : "?");
    }
    return to;
}

const json_t *lar_versions_at(const json_t *listing, uint64_t number)
{
    const json_t *versions = json_object_get(listing, "versions");
    for (size_t i = 0; i < json_array_size(versions); i++)
        if (lar_version_number(json_array_get(versions, i)) == number)
            return json_array_get(versions, i);
    return NULL;
}

static const json_t *labelled(const json_t *versions, const char *label)
{
    for (size_t i = 0; i < json_array_size(versions); i++)
        if (lar_version_has_label(json_array_get(versions, i), label))
            return json_array_get(versions, i);
    return NULL;
}

static const json_t *answering(const json_t *versions)
{
    const json_t *ret = labelled(versions, "default");
    for (size_t i = json_array_size(versions); !ret && i-- > 0;)
        if (lar_version_available(json_array_get(versions, i)))
            ret = json_array_get(versions, i);
    return ret;
}

const json_t *lar_versions_find(const json_t *listing, const struct lar_reference *reference,
                                struct lar_error *err)
{
    const json_t *versions = json_object_get(listing, "versions");
    const json_t *ret = reference->number   ? lar_versions_at(listing, reference->number)
                        : *reference->label ? labelled(versions, reference->label)
                                            : answering(versions);
    if (lar_version_number(ret))
        return ret;
    if (reference->number)
        lar_fail(err, LAR_ERR_NOTFOUND, "'%s' has no version %llu", reference->model,
                 (unsigned long long)reference->number);
    else if (*reference->label)
        lar_fail(err, LAR_ERR_NOTFOUND, "'%s' has no label '%s'", reference->model,
                 reference->label);
    else
        lar_fail(err, LAR_ERR_NOTFOUND, "no version of '%s' is available", reference->model);
    return NULL;
}
