/* Whether bytes are text.
 * SPDX-License-Identifier: MIT */
#ifndef GRAPH_TEXT_H
#define GRAPH_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Well-formed UTF-8: shortest forms, up to U+10FFFF. With SURROGATES, U+D800 to U+DFFF in their
 * three-byte form pass too: Python strings may hold them. */
bool lar_text_valid(const void *text, size_t size, bool surrogates);

#endif
