/* Text from elsewhere, made fit for a terminal.
 *
 * A server's answer, a model's class and a file's name are foreign bytes: a terminal would obey
 * what is hidden in them. Control characters, characters that turn the direction of text or cannot
 * be seen, and bytes that are not UTF-8 are written as "\x1b" or "\u202e"; all else as it is.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_ESCAPE_H
#define CLI_ESCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes N bytes to TO. LINES: line feeds and tabs pass as they are. */
void lar_escape(FILE *to, const char *bytes, size_t n, bool lines);

/* The same as a new text (free); NULL: no memory. */
char *lar_escaped(const char *text);

/* How many columns of a terminal the escaped TEXT takes, at most LIMIT; RET_BYTES (may be NULL) is
 * the length of what fits. */
size_t lar_columns(const char *text, size_t limit, size_t *ret_bytes);

#endif
