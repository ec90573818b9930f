/* TensorFlow Serving's status of a model's versions; see tfs_status.h.
 * SPDX-License-Identifier: MIT */
#include "server/tfs_status.h"
#include "server/registry.h"

static void write_version(struct lar_text *text, const struct lar_version_entry *version)
{
    bool failed = version->error.code != LAR_ERR_NONE;
    lar_text_puts(text, "{\"version\": \"");
    lar_text_u64(text, version->number);
    lar_text_puts(text, "\", \"state\": ");
    lar_text_cstring(text, lar_state_name(version->state));
    lar_text_puts(text, ", \"status\": {\"error_code\": ");
    lar_text_puts(text, failed ? "\"UNKNOWN\"" : "\"OK\"");
    lar_text_puts(text, ", \"error_message\": ");
    lar_text_cstring(text, failed ? version->error.text : "");
    lar_text_puts(text, "}}");
}

bool lar_tfs_write_status(struct lar_text *text, const struct lar_model_entry *model,
                          uint64_t number, struct lar_error *err)
{
    bool any = false;
    lar_text_puts(text, "{\"model_version_status\": [");
    for (size_t i = model->n_versions; i-- > 0;) { /* the newest first */
        if (number && model->versions[i].number != number)
            continue;
        if (any)
            lar_text_puts(text, ", ");
        any = true;
        write_version(text, &model->versions[i]);
    }
    if (number && !any)
        return lar_fail(err, LAR_ERR_NOTFOUND, "Could not find version %llu of model %.128s",
                        (unsigned long long)number, model->name);
    lar_text_puts(text, "], \"name\": ");
    lar_text_cstring(text, model->name);
    lar_text_puts(text, model->answering ? ", \"ready\": true}" : ", \"ready\": false}");
    return lar_text_ok(text, err);
}
