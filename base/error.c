/* Errors as values; see error.h.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Cuts at a whole UTF-8 character when snprintf had to shorten. */
static void end_whole(char *text, size_t size, int wanted)
{
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t n = size - 1;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
        n--;
    if (n > 0 && (unsigned char)text[n - 1] >= 0xC0)
        n--;
    else
        n = size - 1;
    text[n] = '\0';
}

bool lar_fail(struct lar_error *err, enum lar_error_code code, const char *format, ...)
{
    if (err->code != LAR_ERR_NONE)
        return false;
    err->code = code;
    va_list args;
    va_start(args, format);
    end_whole(err->text, sizeof err->text, vsnprintf(err->text, sizeof err->text, format, args));
    va_end(args);
    return false;
}

static enum lar_error_code code_of_errno(int errnum)
{
    switch (errnum) {
    case ENOMEM: return LAR_ERR_NOMEM;
    case ENOSPC:
    case EDQUOT: return LAR_ERR_FULL;
    case EACCES:
    case EPERM: return LAR_ERR_DENIED;
    case ENOENT: return LAR_ERR_NOTFOUND;
    default: return LAR_ERR_IO;
    }
}

bool lar_fail_errno(struct lar_error *err, int errnum, const char *format, ...)
{
    if (err->code != LAR_ERR_NONE)
        return false;
    char what[512];
    va_list args;
    va_start(args, format);
    end_whole(what, sizeof what, vsnprintf(what, sizeof what, format, args));
    va_end(args);
    char buffer[96];
    return lar_fail(err, code_of_errno(errnum), "%s: %s", what,
                    strerror_r(errnum, buffer, sizeof buffer));
}

bool lar_error_within(struct lar_error *err, const char *format, ...)
{
    if (err->code == LAR_ERR_NONE)
        return false;
    char place[256];
    va_list args;
    va_start(args, format);
    end_whole(place, sizeof place, vsnprintf(place, sizeof place, format, args));
    va_end(args);
    char inner[sizeof err->text];
    memcpy(inner, err->text, sizeof inner);
    end_whole(err->text, sizeof err->text,
              snprintf(err->text, sizeof err->text, "%s: %s", place, inner));
    return false;
}

void lar_error_clear(struct lar_error *err)
{
    err->code = LAR_ERR_NONE;
    err->text[0] = '\0';
}

const char *lar_error_code_name(enum lar_error_code code)
{
    static const char *const names[] = {
        [LAR_ERR_NONE] = "none",
        [LAR_ERR_NOMEM] = "out of memory",
        [LAR_ERR_IO] = "input/output",
        [LAR_ERR_FULL] = "disk full",
        [LAR_ERR_TRUNCATED] = "truncated",
        [LAR_ERR_FORMAT] = "malformed",
        [LAR_ERR_UNSUPPORTED] = "unsupported",
        [LAR_ERR_LIMIT] = "limit",
        [LAR_ERR_INVALID] = "invalid",
        [LAR_ERR_NOTFOUND] = "not found",
        [LAR_ERR_CONFLICT] = "conflict",
        [LAR_ERR_DENIED] = "denied",
        [LAR_ERR_UNAVAILABLE] = "unavailable",
        [LAR_ERR_BUSY] = "busy",
        [LAR_ERR_DIED] = "loader died",
        [LAR_ERR_INTERNAL] = "internal",
    };
    return names[code];
}
