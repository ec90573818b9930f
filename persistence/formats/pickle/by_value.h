/* Functions and classes whose code lies in the file, as cloudpickle and dill write those that
 * cannot be imported elsewhere: told apart from other calls, and their names, for messages.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_PICKLE_BY_VALUE_H
#define PERSISTENCE_FORMATS_PICKLE_BY_VALUE_H

#include "persistence/formats/pickle/object.h"

enum pk_by_value { PK_NOT_BY_VALUE, PK_FUNCTION_BY_VALUE, PK_CLASS_BY_VALUE };

/* What NODE makes; RET (may be NULL) receives its name, of size 0 if none was found. */
enum pk_by_value pk_by_value(const struct pk_node *node, struct pk_bytes *ret);

#endif
