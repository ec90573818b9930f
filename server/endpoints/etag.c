/* Entity tags, and whether the client has what they stand for.
 * SPDX-License-Identifier: MIT */
#include "base/hash.h"
#include "server/endpoints/endpoints.h"

#include <stdio.h>

bool lar_etag_make(char tag[static LAR_ETAG_BYTES], const void *data, size_t size,
                   struct lar_error *err)
{
    struct lar_hash hash = {0};
    uint8_t digest[LAR_HASH_SIZE];
    char hex[LAR_HASH_HEX];
    if (!lar_hash_begin(&hash, err))
        return false;
    lar_hash_add(&hash, data, size);
    lar_hash_end(&hash, digest);
    lar_hash_finish(&hash);
    lar_hash_hex(digest, hex);
    snprintf(tag, LAR_ETAG_BYTES, "\"%.32s\"", hex);
    return true;
}

/* Whether the list of tags LIST (RFC 9110, 13.1.2) has TAG, weak or not. */
static bool has_tag(struct lar_span list, const char *tag)
{
    return lar_span_is(list, "*") ||
           (list.at && memmem(list.at, list.size, tag, strlen(tag)) != NULL);
}

void lar_etag_settle(struct lar_request *rq, const char *tag)
{
    lar_answer_header(&rq->answer, "ETag", tag);
    if (!has_tag(rq->headers.if_none_match, tag))
        return;
    rq->answer.status = 304;
    lar_text_clear(&rq->answer.text);
}
