/* Errors as values; see error.h.
 * SPDX-License-Identifier: MIT */
#include "base/error.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* vsnprintf that, where it must cut, cuts at a whole UTF-8 character. */
__attribute__((format(printf, 3, 0))) static void print(char *text, size_t size, const char *format,
                                                        va_list args)
{
    int wanted = vsnprintf(text, size, format, args);
    if (wanted < 0)
        text[0] = '\0';
    if (wanted < 0 || (size_t)wanted < size)
        return;
    size_t n = size - 1;
    while (n > 0 && ((unsigned char)text[n - 1] & 0xC0) == 0x80)
        n--;
    if (n > 0 && (unsigned char)text[n - 1] >= 0xC0)
        text[n - 1] = '\0';
}

bool(lar_fail)(struct lar_error *err, enum lar_error_code code, const char *format, ...)
{
    if (err->code != LAR_ERR_NONE)
        return false;
    err->code = code;
    va_list args;
    va_start(args, format);
    print(err->text, sizeof err->text, format, args);
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

bool(lar_fail_errno)(struct lar_error *err, int errnum, const char *format, ...)
{
    if (err->code != LAR_ERR_NONE)
        return false;
    char what[512];
    va_list args;
    va_start(args, format);
    print(what, sizeof what, format, args);
    va_end(args);
    char buffer[96];
    return lar_fail(err, code_of_errno(errnum), "%s: %s", what,
                    strerror_r(errnum, buffer, sizeof buffer));
}

bool(lar_error_within)(struct lar_error *err, const char *format, ...)
{
    if (err->code == LAR_ERR_NONE)
        return false;
    char place[256];
    va_list args;
    va_start(args, format);
    print(place, sizeof place, format, args);
    va_end(args);
    struct lar_error outer = {0};
    lar_fail(&outer, err->code, "%s: %s", place, err->text);
    *err = outer;
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
