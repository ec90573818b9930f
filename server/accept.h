/* What a request says it would like to get: lists of preferences with weights (RFC 9110, section
 * 12.4), as in Accept and Accept-Encoding. Pure functions of bytes.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_ACCEPT_H
#define SERVER_ACCEPT_H

#include "server/span.h"

/* TEXT up to the first C, without the blanks around it; *REST is what follows C (at NULL: there is
 * no C). REST may be TEXT's own variable. */
struct lar_span lar_span_part(struct lar_span text, char c, struct lar_span *rest);

enum { LAR_WEIGHT_MOST = 1000 };
/* Thousandths that "q=0.5" among PARAMETERS (between ';') gives; MOST where there is none; what is
 * malformed counts as not wanted. */
int lar_accept_weight(struct lar_span parameters);

struct lar_preference {
    int weight; /* 0: not wanted */
    bool named; /* by its own name, not by a range such as "text/..." or by saying nothing */
};

/* How much the header ACCEPT (at NULL: there is none) wants the media type TYPE. The narrowest
 * range that holds it counts. VERSIONS (NULL: all) ends with NULL: an entry for TYPE that has a
 * `version` which is not among them is passed over. */
struct lar_preference lar_accept_type(struct lar_span accept, const char *type,
                                      const char *const *versions);

#endif
