/* Requests to a larderd, over libcurl; the only file that knows it.
 *
 * What answers is not trusted: answers are bounded, redirects not followed, and every text of them
 * is foreign (cli/escape.h). For one thread.
 * SPDX-License-Identifier: MIT */
#ifndef CLI_CLIENT_H
#define CLI_CLIENT_H

#include "cli/parcel.h"
#include "cli/progress.h"

#include <jansson.h>

struct lar_client;

/* URL is http://HOST[:PORT][/BASE], https://..., HOST:PORT, or unix:/PATH. TOKEN may be NULL; so
 * may CA_FILE, the certificates in PEM that vouch for https servers instead of the system's. All
 * are copied. LAR_ERR_INVALID: URL or TOKEN makes no sense. */
bool lar_client_new(struct lar_client **ret, const char *url, const char *token,
                    const char *ca_file, struct lar_error *err);
void lar_client_free(struct lar_client *client); /* accepts NULL */

const char *lar_client_url(const struct lar_client *client); /* for messages */

/* A request. Members that are NULL or zero are not there. */
struct lar_ask {
    const char *method; /* NULL: GET */
    const void *body;   /* this ... */
    size_t size;
    struct lar_parcel *parcel; /* ... or this, from its beginning */
    const char *type;          /* Content-Type of either */
    const char *digest;        /* Repr-Digest of either */
    bool if_none_match;        /* "*" */

    int sink;             /* a descriptor for the body of a 200; 0: it is kept in memory */
    uint64_t sink_most;   /* bytes */
    struct lar_hash *sum; /* of what went to the sink */

    struct lar_progress *progress;
};

enum { LAR_REPLY_MOST = 64 << 20, LAR_REPLY_DIGEST = 512 };

struct lar_reply {
    long status;
    char *body; /* ended by a NUL that SIZE does not count */
    size_t size;
    char digest[LAR_REPLY_DIGEST]; /* Repr-Digest; "" */
};

/* Asks PATH ("/v1/models", with its query). True: an answer came, whatever it says; REPLY is the
 * caller's (lar_reply_finish). LAR_ERR_UNAVAILABLE: none came. */
bool lar_client_ask(struct lar_client *client, const char *path, const struct lar_ask *ask,
                    struct lar_reply *reply, struct lar_error *err);
void lar_reply_finish(struct lar_reply *reply); /* accepts a zeroed one */

/* Whether the status is 2xx; else ERR has the server's own words, and a code by the status that is
 * neither LAR_ERR_INVALID nor LAR_ERR_UNAVAILABLE. */
bool lar_reply_good(const struct lar_reply *reply, struct lar_error *err);

/* The body as JSON, the caller's (json_decref). */
json_t *lar_reply_json(const struct lar_reply *reply, struct lar_error *err);

/* All at once: GET, good, JSON. */
json_t *lar_client_get(struct lar_client *client, const char *path, struct lar_error *err);

#endif
