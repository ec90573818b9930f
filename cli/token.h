/* The token that a server may want: from a file or the environment, never from the command line,
 * which every process of the machine can read.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_TOKEN_H
#define CLI_TOKEN_H

#include "base/error.h"

enum { LAR_TOKEN_TEXT = 4096 };

/* Reads the token into TO: the first word of FILE's first line that is neither empty nor a comment
 * (#), as larderd's own tokens file holds it; without FILE, LARDER_TOKEN; TO is empty where there
 * is neither. */
bool lar_token_read(char to[LAR_TOKEN_TEXT], const char *file, struct lar_error *err);

#endif
