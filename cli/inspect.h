/* What is known of a model file, for people and for programs.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_INSPECT_H
#define CLI_INSPECT_H

#include "cli/local.h"
#include "cli/screen.h"

/* Rows of a name and a value each. */
bool lar_inspect_print(const struct lar_local *local, const char *file,
                       const struct lar_screen *screen, struct lar_error *err);

/* One object on a line; docs/cli.md has its members. */
bool lar_inspect_print_json(const struct lar_local *local, const char *file,
                            const struct lar_screen *screen, struct lar_error *err);

#endif
