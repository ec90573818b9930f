/* What a server answered; see client.h.
 * SPDX-License-Identifier: MIT */
#include "cli/client.h"

#include <stdlib.h>

void lar_reply_finish(struct lar_reply *reply)
{
    free(reply->body);
    *reply = (struct lar_reply){0};
}

json_t *lar_reply_json(const struct lar_reply *reply, struct lar_error *err)
{
    json_error_t why;
    json_t *root = json_loadb(reply->body, reply->size, JSON_REJECT_DUPLICATES, &why);
    if (!root)
        lar_fail(err, LAR_ERR_FORMAT,
                 "the server's answer is not JSON (line %d: %.100s): is it a larderd?", why.line,
                 why.text);
    return root;
}

static enum lar_error_code code_of(long status)
{
    switch (status) {
    case 401:
    case 403: return LAR_ERR_DENIED;
    case 404: return LAR_ERR_NOTFOUND;
    case 409:
    case 412: return LAR_ERR_CONFLICT;
    case 413: return LAR_ERR_LIMIT;
    case 422: return LAR_ERR_UNSUPPORTED;
    case 503: return LAR_ERR_BUSY;
    case 507: return LAR_ERR_FULL;
    default: return LAR_ERR_IO;
    }
}

static const char *advice(long status)
{
    switch (status) {
    case 401: return " (a token goes into LARDER_TOKEN or --token-file)";
    case 503: return " (try again later)";
    default: return "";
    }
}

bool lar_reply_good(const struct lar_reply *reply, struct lar_error *err)
{
    if (reply->status >= 200 && reply->status < 300)
        return true;
    json_t *root = json_loadb(reply->body, reply->size, 0, NULL);
    const char *text = json_string_value(json_object_get(root, "error"));
    if (!text) /* MLflow's dialect */
        text = json_string_value(json_object_get(root, "message"));
    lar_fail(err, code_of(reply->status), "%.560s%s",
             text ? text : "the server's answer says nothing that can be read",
             advice(reply->status));
    lar_error_within(err, "refused with status %ld", reply->status);
    json_decref(root);
    return false;
}

json_t *lar_client_get(struct lar_client *client, const char *path, struct lar_error *err)
{
    struct lar_ask ask = {0};
    struct lar_reply reply;
    json_t *root = NULL;
    if (!lar_client_ask(client, path, &ask, &reply, err))
        return NULL;
    if (lar_reply_good(&reply, err))
        root = lar_reply_json(&reply, err);
    lar_reply_finish(&reply);
    return root;
}
