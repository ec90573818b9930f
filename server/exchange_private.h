/* What exchange.c and admission.c share.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_EXCHANGE_PRIVATE_H
#define SERVER_EXCHANGE_PRIVATE_H

#include "server/exchange.h"

enum { LAR_PIECE_BYTES = 16 << 10 }; /* of a streamed body */

/* Finds the route and judges what the header says; makes room for the body. False: ERR, and perhaps
 * the answer's status, say why not. True without a route: OPTIONS, which is answered. admission.c
 */
bool lar_exchange_admit(struct lar_exchange *ex);

/* Of EX's route, in bytes. admission.c */
size_t lar_exchange_body_limit(const struct lar_exchange *ex);

/* Says that the body is beyond it; returns false. admission.c */
bool lar_exchange_too_large(struct lar_exchange *ex);

/* Whether ROUTE is one of the Open Inference Protocol. admission.c */
bool lar_route_speaks_oip(const struct lar_route *route);

/* Memory for the answer, if it has none yet. exchange.c */
bool lar_exchange_answer_begin(struct lar_exchange *ex);

#endif
