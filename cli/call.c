/* How a call of a command ends.
 * SPDX-License-Identifier: MIT */
#include "cli/command.h"
#include "cli/escape.h"

#include <string.h>

int lar_call_end(const struct lar_call *call, bool ok, const struct lar_error *err)
{
    if (ok)
        return LAR_EXIT_OK;
    fflush(call->out.file);
    fputs("larder: ", call->err.file);
    lar_escape(call->err.file, err->text, strlen(err->text), false);
    fputc('\n', call->err.file);
    switch (err->code) {
    case LAR_ERR_INVALID: return LAR_EXIT_USAGE;
    case LAR_ERR_UNAVAILABLE: return LAR_EXIT_UNREACHABLE;
    default: return LAR_EXIT_REFUSED;
    }
}
