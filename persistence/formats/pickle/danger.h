/* What the names in a pickle would mean under Python, whose unpickler imports and calls them. Here
 * nothing is imported or called; this tells people what a file would do elsewhere.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_DANGER_H
#define PERSISTENCE_FORMATS_PICKLE_DANGER_H

#include "persistence/formats/pickle/object.h"

enum pk_verdict {
    PK_HARMLESS,  /* of a package whose names only build values */
    PK_NOT_KNOWN, /* any other: what its code does cannot be told */
    PK_DANGEROUS, /* runs programs or code, opens files or connections, or reaches what does */
};

/* The verdict on MODULE.NAME as a file names it; *RET_WHY is the reason of a dangerous one, else
 * NULL. */
enum pk_verdict pk_verdict_on(struct pk_bytes module, struct pk_bytes name, const char **ret_why);

/* "harmless", "not known", "dangerous". */
const char *pk_verdict_name(enum pk_verdict verdict);

#endif
