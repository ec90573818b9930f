/* Failures as answers.
 * SPDX-License-Identifier: MIT */
#include "server/exchange.h"

/* What a client is told by number; errors of uploads and the like set their own status. */
unsigned lar_answer_status(const struct lar_answer *answer, const struct lar_error *err)
{
    if (answer->status)
        return answer->status;
    switch (err->code) {
    case LAR_ERR_TRUNCATED:
    case LAR_ERR_FORMAT:
    case LAR_ERR_UNSUPPORTED:
    case LAR_ERR_LIMIT:
    case LAR_ERR_INVALID: return 400;
    case LAR_ERR_DENIED: return 403;
    case LAR_ERR_NOTFOUND: return 404;
    case LAR_ERR_CONFLICT: return 409;
    case LAR_ERR_DIED: return 422;
    case LAR_ERR_FULL: return 507;
    case LAR_ERR_NOMEM:
    case LAR_ERR_UNAVAILABLE:
    case LAR_ERR_BUSY: return 503;
    default: return 500;
    }
}

/* MLflow's name of a failure. */
static const char *mlflow_code(unsigned status)
{
    switch (status) {
    case 403: return "PERMISSION_DENIED";
    case 404: return "RESOURCE_DOES_NOT_EXIST";
    case 503: return "TEMPORARILY_UNAVAILABLE";
    default: return status < 500 ? "BAD_REQUEST" : "INTERNAL_ERROR";
    }
}

bool lar_error_is_ours(enum lar_error_code code)
{
    return code == LAR_ERR_IO || code == LAR_ERR_FULL || code == LAR_ERR_INTERNAL;
}

/* What clients are told of our own failures: no paths, no numbers of descriptors. */
static const char *public_text(const struct lar_error *err)
{
    switch (err->code) {
    case LAR_ERR_IO: return "the server's storage failed; its log says how";
    case LAR_ERR_FULL: return "the server's disk is full";
    case LAR_ERR_INTERNAL: return "the server failed; its log says how";
    default: return err->text[0] ? err->text : lar_error_code_name(err->code);
    }
}

void lar_answer_refuse(struct lar_answer *answer, const struct lar_error *err)
{
    if (answer->status && answer->text.size)
        return;
    answer->status = lar_answer_status(answer, err);
    if (answer->status == 503)
        lar_answer_header(answer, "Retry-After", "1");
    lar_text_clear(&answer->text);
    answer->type = NULL;
    if (answer->errors == LAR_ERRORS_MLFLOW) {
        lar_text_puts(&answer->text, "{\"error_code\": ");
        lar_text_cstring(&answer->text, mlflow_code(answer->status));
        lar_text_puts(&answer->text, ", \"message\": ");
    } else {
        lar_text_puts(&answer->text, "{\"error\": ");
    }
    lar_text_cstring(&answer->text, public_text(err));
    lar_text_puts(&answer->text, "}\n");
}
