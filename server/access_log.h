/* The access log: one JSON line for each request, written by a thread of its own.
 *
 * Whoever adds a line copies it into a buffer and goes on; where the disk is slower than the
 * requests the buffer fills, further lines are dropped, and a line says how many.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_ACCESS_LOG_H
#define SERVER_ACCESS_LOG_H

#include "base/log.h"
#include "dialects/text_buffer.h"
#include "server/span.h"

#include <sys/socket.h>

struct lar_access_log;

enum {
    LAR_ACCESS_LINE_BYTES = 8192,          /* none is longer */
    LAR_ACCESS_BUFFER_BYTES = 1024 * 1024, /* of lines that wait */
    LAR_REQUEST_ID_BYTES = 32 + 1,         /* of one that is made */
    LAR_REQUEST_ID_MAX = 128,              /* of one that is sent */
};

/* Off until lar_access_log_open(). LOG is told of what cannot be written. */
bool lar_access_log_new(struct lar_access_log **ret, struct lar_log *log, struct lar_error *err);
/* Writes what waits, for two seconds at most. Accepts NULL. */
void lar_access_log_free(struct lar_access_log *a);

/* "off", "stderr" or a path, which is opened anew also when it is the same as before (for
 * logrotate). Lines that were added before go where they went then. On failure nothing changes. One
 * thread at a time. */
bool lar_access_log_open(struct lar_access_log *a, const char *target, struct lar_error *err);

/* Any thread. NULL is off. */
bool lar_access_log_on(const struct lar_access_log *a);

/* N bytes that end in a newline. Any thread; waits for no disk. */
void lar_access_log_add(struct lar_access_log *a, const char *line, size_t n);

/* One request, as its line says it. Empty spans and zeros are left out where a comment says so. */
struct lar_access {
    int64_t time_ms; /* Unix */
    const char *request_id;
    struct lar_span trace_id, parent_id; /* of traceparent; may be empty */
    const char *peer;                    /* an address, or "unix" */
    const char *client;                  /* whom a trusted proxy names; may be NULL */
    const char *method;
    const char *route; /* its pattern; may be NULL */
    const char *path;  /* as it was sent, without the query */
    struct lar_span model;
    uint64_t version; /* 0: none */
    unsigned status;
    uint64_t bytes_in, bytes_out; /* of bodies */
    int64_t duration_us;
    uint64_t rows; /* 0: none */
    bool aborted;  /* the connection ended before the answer did */
};

/* Appends the line, which is valid JSON whatever came. TEXT has LAR_ACCESS_LINE_BYTES. */
void lar_access_write(struct lar_text *text, const struct lar_access *access);

struct lar_exchange;
/* Adds the line of EX, from ADDRESS; COMPLETE: all of the answer was sent. Its HTTP thread. */
void lar_access_log_exchange(struct lar_access_log *a, const struct lar_exchange *ex,
                             const struct sockaddr_storage *address, bool complete);

/* Whether VALUE, of X-Request-Id, is taken: 1 to 128 visible ASCII characters. */
bool lar_request_id_valid(struct lar_span value);
/* Another one each time that COUNT differs, for a KEY of random bits. */
void lar_request_id_make(char ret[static LAR_REQUEST_ID_BYTES], const uint64_t key[static 2],
                         uint64_t count);

/* The parts of a traceparent (W3C Trace Context, section 3.2); false: it is not valid. */
bool lar_traceparent_read(struct lar_span value, struct lar_span *trace_id,
                          struct lar_span *parent_id);

/* ADDRESS without its port, as text; "unix" for a socket in the file system. */
enum { LAR_PEER_BYTES = 64 };
void lar_peer_text(char ret[static LAR_PEER_BYTES], const struct sockaddr_storage *address);

#endif
