/* What is printed to a screen that is a piece of memory.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_CLI_PRINTED_H
#define TESTS_CLI_PRINTED_H

#include "cli/screen.h"

#include <check.h>
#include <stdlib.h>

struct printed {
    struct lar_screen screen;
    char *text;
    size_t size;
};

static inline void printed_begin(struct printed *p, bool terminal, unsigned columns)
{
    *p = (struct printed){.screen = {.terminal = terminal, .columns = columns}};
    p->screen.file = open_memstream(&p->text, &p->size);
    ck_assert_ptr_nonnull(p->screen.file);
}

/* Checks all that was printed. */
static inline void printed_end(struct printed *p, const char *wanted)
{
    ck_assert_int_eq(fclose(p->screen.file), 0);
    ck_assert_str_eq(p->text, wanted);
    free(p->text);
}

#endif
