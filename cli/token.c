/* Tokens; see token.h.
 * SPDX-License-Identifier: MIT */
#include "cli/token.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool read_line(char to[LAR_TOKEN_TEXT], FILE *file)
{
    while (fgets(to, LAR_TOKEN_TEXT, file)) {
        size_t blank = strspn(to, " \t\r\n");
        size_t n = strcspn(to + blank, " \t\r\n");
        if (n == 0 || to[blank] == '#')
            continue;
        memmove(to, to + blank, n);
        memset(to + n, 0, LAR_TOKEN_TEXT - n);
        return true;
    }
    return false;
}

bool lar_token_read(char to[LAR_TOKEN_TEXT], const char *file, struct lar_error *err)
{
    const char *set = getenv("LARDER_TOKEN");
    to[0] = '\0';
    if (file) {
        FILE *f = fopen(file, "re");
        if (!f)
            return lar_fail_errno(err, errno, "the token file %s", file);
        bool found = read_line(to, f);
        fclose(f);
        return found || lar_fail(err, LAR_ERR_FORMAT, "no token is in %s", file);
    }
    if (set && strlen(set) >= LAR_TOKEN_TEXT)
        return lar_fail(err, LAR_ERR_INVALID, "LARDER_TOKEN is too long");
    snprintf(to, LAR_TOKEN_TEXT, "%s", set ? set : "");
    return true;
}
