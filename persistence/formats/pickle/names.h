/* Modules that changed their name: the one table of aliases.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_NAMES_H
#define PERSISTENCE_FORMATS_PICKLE_NAMES_H

#include "persistence/formats/pickle/object.h"

/* Whether the module MET in a file is what WANTED names: the same, or an older or newer spelling
 * (__builtin__ and builtins, numpy._core and numpy.core, sklearn.externals.joblib and joblib). */
bool pk_same_module(struct pk_bytes met, const char *wanted);

#endif
