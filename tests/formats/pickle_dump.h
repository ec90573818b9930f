/* The dump of tests/fixtures/pickle/make.py, of what Larder read.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_FORMATS_PICKLE_DUMP_H
#define TESTS_FORMATS_PICKLE_DUMP_H

#include "persistence/formats/pickle/numpy.h"

/* One line of JSON, to be freed; NULL with an error. DATA is what was parsed: its opcodes tell
 * Python 2's str from text. With ARRAYS, NumPy's objects are printed as their values. */
char *pickle_dump(const struct pk_pickle *pickle, const uint8_t *data, bool arrays,
                  struct lar_error *err);

#endif
