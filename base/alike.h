/* Names that somebody may have meant by one that is not known.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_ALIKE_H
#define BASE_ALIKE_H

#include <stddef.h>

enum { LAR_ALIKE_BYTES = 64 }; /* longer names are like no other */

/* How many insertions, deletions and changes of bytes lead from A to B; SIZE_MAX: more than one for
 * each four bytes of the longer name, so that the names are not alike. Of less than four bytes only
 * the same name is. */
size_t lar_alike(const char *a, size_t a_size, const char *b, size_t b_size);

#endif
