/* Where output goes: to a person at a terminal, or to a program.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_SCREEN_H
#define CLI_SCREEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct lar_screen {
    FILE *file;
    bool terminal;
    bool bold;        /* titles may be (NO_COLOR and TERM=dumb say no) */
    unsigned columns; /* of the terminal */
};

void lar_screen_init(struct lar_screen *screen, FILE *file);

/* A server's answer as it came, with a line feed at its end; on a terminal escaped. */
void lar_screen_answer(const struct lar_screen *screen, const char *bytes, size_t n);

enum { LAR_SIZE_TEXT = 32 };

/* "991 bytes", "1.2 MB" (powers of 1,000). */
const char *lar_size_text(double bytes, char to[LAR_SIZE_TEXT]);

#endif
