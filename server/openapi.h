/* The HTTP interface as an OpenAPI 3.1 document, written from a table of routes.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_OPENAPI_H
#define SERVER_OPENAPI_H

#include "server/operations.h"

/* Appends the document about ROUTES (which end with a NULL pattern). VERSION is the server's,
 * BASE_PATH where a proxy shows it or "". Schemas are those of openapi_components.json. */
void lar_openapi_write(struct lar_text *text, const struct lar_route *routes, const char *version,
                       const char *base_path);

#endif
