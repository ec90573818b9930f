/* One request on its way, from its header to the end of its answer: what is to be done next.
 *
 * Knows routes, bodies and workers, but neither the HTTP library nor sockets. Belongs to one HTTP
 * thread, except while it is with a worker (LAR_STEP_WAIT until its mail arrives).
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_EXCHANGE_H
#define SERVER_EXCHANGE_H

#include "server/access_log.h"
#include "server/body.h"
#include "server/coding.h"
#include "server/http.h"
#include "server/mailbox.h"

/* Parts of an HTTP thread that its exchanges use. */
struct lar_exchange_home {
    const struct lar_http_settings *settings;
    struct lar_mailbox box; /* where exchanges come back from workers */
    struct lar_slabs slabs;
    struct lar_exchange *free; /* for the next requests */
    unsigned n_free;
    void *lane;
    int64_t now_us;             /* when the thread awoke, by the monotonic clock */
    unsigned abandoned;         /* exchanges whose connection is gone, still with a worker */
    _Atomic uint64_t in_flight; /* exchanges; written by this thread only */
    uint64_t id_key[2];         /* random: of the request ids that are made */
    uint64_t n_ids;
};

enum lar_step {
    LAR_STEP_READ,   /* give it what follows */
    LAR_STEP_WAIT,   /* it is with a worker: suspend the connection until its mail */
    LAR_STEP_ANSWER, /* send rq.answer */
    LAR_STEP_DROP    /* close the connection without an answer */
};

/* What lies in a thread's mailbox. */
enum lar_mail_kind { LAR_MAIL_CONNECTION, LAR_MAIL_EXCHANGE };
struct lar_http_mail {
    struct lar_mail mail; /* first */
    enum lar_mail_kind kind;
};

struct lar_exchange {
    struct lar_http_mail mail; /* first */
    struct lar_task task;
    struct lar_exchange_home *home;
    struct lar_exchange *next_free;
    void *connection; /* the owner's; NULL: gone, nobody waits for the answer */
    struct lar_body body;
    enum lar_coding coding;       /* of the body */
    struct lar_unpacked unpacked; /* the body without its coding */
    void *answer_slab;
    int64_t deadline;           /* a worker that comes later drops it */
    uint64_t received, checked; /* bytes of the body; those when its deadline was looked at */
    bool begun, waiting, refused, early;
    bool late; /* the request was, and its client was told so */
    const char *target_fault;
    const char *path, *method; /* as they came, without the query; the owner's */
    const char *request_id;    /* to be sent with the answer; NULL: not asked for */
    struct lar_request rq;     /* ends with what is not cleared, as all that follows */
    struct lar_error err;
    struct lar_target target;
    char made_id[LAR_REQUEST_ID_BYTES];
};

/* For a request with the raw target RAW; NULL: no memory. */
struct lar_exchange *lar_exchange_new(struct lar_exchange_home *home, const char *raw);
/* After the answer, or when the connection is gone. */
void lar_exchange_finish(struct lar_exchange *ex);
/* Frees what lies in the free list. */
void lar_exchange_home_finish(struct lar_exchange_home *home);

/* The header is complete. ANSWER here means: before the body is read. */
enum lar_step lar_exchange_begin(struct lar_exchange *ex, const char *method, const char *version,
                                 struct lar_guard *guard);
/* Bytes of the body; *RET_TAKEN of them are done with, none while a worker has the request. */
enum lar_step lar_exchange_bytes(struct lar_exchange *ex, const char *bytes, size_t n,
                                 size_t *ret_taken);
/* The body is complete, or the exchange is back from a worker after that. */
enum lar_step lar_exchange_end(struct lar_exchange *ex);
/* Its mail has arrived. False: nobody waits for it, it is freed. */
bool lar_exchange_back(struct lar_exchange *ex);

/* What ERR is answered with, unless ANSWER says it already. */
unsigned lar_answer_status(const struct lar_answer *answer, const struct lar_error *err);
/* Turns ERR into the answer, unless the endpoint has made one (answer.status and a text). */
void lar_answer_refuse(struct lar_answer *answer, const struct lar_error *err);
/* Failures of ours, which clients are told of without the details. */
bool lar_error_is_ours(enum lar_error_code code);

#endif
