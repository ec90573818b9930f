/* Settings of a model, applied to its draft; see options.h.
 * SPDX-License-Identifier: MIT */
#include "loader/options.h"

#include <jansson.h>
#include <stdlib.h>

static void name_inputs(struct lar_draft *draft, const json_t *list)
{
    size_t n = json_array_size(list);
    const char **names = calloc(n + 1, sizeof *names);
    if (!names) {
        lar_draft_fail(draft, LAR_ERR_NOMEM, "out of memory for names");
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = json_string_value(json_array_get(list, i));
        names[i] = name ? name : "";
    }
    lar_draft_name_inputs(draft, names, n);
    free(names);
}

bool lar_options_apply(struct lar_draft *draft, const char *options, struct lar_error *err)
{
    if (!*options)
        return true;
    json_t *root = json_loads(options, JSON_REJECT_DUPLICATES, NULL);
    if (!root)
        return lar_fail(err, LAR_ERR_INTERNAL, "the options are no JSON");
    const char *method = json_string_value(json_object_get(root, "default_method"));
    const json_t *inputs = json_object_get(root, "inputs");
    if (method)
        lar_draft_default_method(draft, method);
    if (json_is_array(inputs))
        name_inputs(draft, inputs);
    json_decref(root);
    return lar_draft_ok(draft, err) || lar_error_within(err, "model.yaml");
}
