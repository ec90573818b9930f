/* What a loader found out about a model, for people.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_FACTS_H
#define CLI_FACTS_H

#include "cli/grid.h"

#include <jansson.h>

/* Adds format, producer, class, warnings and, where MET, the classes that were met, of a REPORT
 * (may be NULL) to a grid of facts. */
void lar_facts_of_report(struct lar_grid *grid, const json_t *report, bool met);

#endif
