/* Content codings: gzip, and deflate in zlib's form (RFC 1950), as HTTP means it.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_CODING_H
#define SERVER_CODING_H

#include "dialects/text_buffer.h"
#include "server/body.h"
#include "server/span.h"

enum lar_coding { LAR_CODING_NONE, LAR_CODING_GZIP, LAR_CODING_DEFLATE, LAR_CODING_OTHER };

/* What a Content-Encoding says; OTHER is what we cannot read. */
enum lar_coding lar_coding_of(struct lar_span value);

/* What an Accept-Encoding likes best of what we can write (RFC 9110, section 12.5.3). */
enum lar_coding lar_coding_accepted(struct lar_span value);

/* Whether an Accept-Encoding forbids an answer as it is, by "identity;q=0" or "*;q=0". */
bool lar_coding_plain_refused(struct lar_span value);

/* Bytes that were unpacked; zeroed at the start. */
struct lar_unpacked {
    char *data;
    size_t size, capacity;
};

/* Unpacks N bytes to at most LIMIT, counted against BUDGET. Any thread. LAR_ERR_INVALID: they are
 * not what CODING says; LAR_ERR_LIMIT: more than LIMIT, or more than anything honest gives for its
 * size; LAR_ERR_BUSY: the budget is spent. */
bool lar_coding_unpack(struct lar_unpacked *ret, enum lar_coding coding, const void *bytes,
                       size_t n, size_t limit, struct lar_budget *budget, struct lar_error *err);
void lar_unpacked_finish(struct lar_unpacked *unpacked, struct lar_budget *budget);

/* Packs TEXT in place; LONGER: even if that makes it longer. False: it stays as it was (it would
 * not get shorter, or no memory). */
bool lar_coding_pack(struct lar_text *text, enum lar_coding coding, bool longer);

#endif
