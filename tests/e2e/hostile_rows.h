/* Requests of unclear framing or form, with what each is answered with. After each of them the
 * connection is closed, and what follows on it is not read as a request.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_E2E_HOSTILE_ROWS_H
#define TESTS_E2E_HOSTILE_ROWS_H

#include <stddef.h>

struct hostile_row {
    const char *name;
    int status; /* 0: the connection ends without an answer */
    const char *text;
    size_t size;
    size_t fill;       /* so many 'a' after TEXT */
    const char *after; /* and this after them */
};

#define BYTES(text) text, sizeof(text) - 1, 0, ""
#define LONG(text, fill, after) text, sizeof(text) - 1, fill, after
#define POST "POST /v1/models/iris:predict HTTP/1.1\r\nHost: h\r\n"
#define GET "GET /v2/health/live HTTP/1.1\r\n"
#define CHUNKS "\r\n3\r\n{}\n\r\n0\r\n\r\n"

static const struct hostile_row hostile_rows[] = {
    /* two lengths */
    {"length and chunked", 400,
     BYTES(POST "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n" CHUNKS)},
    {"chunked and length", 400,
     BYTES(POST "Transfer-Encoding: chunked\r\nContent-Length: 3\r\n" CHUNKS)},
    {"two different lengths", 400,
     BYTES(POST "Content-Length: 3\r\nContent-Length: 4\r\n\r\n{}\n ")},
    {"the same length twice", 400,
     BYTES(POST "Content-Length: 3\r\nContent-Length: 3\r\n\r\n{}\n")},
    {"chunked twice", 400,
     BYTES(POST "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n" CHUNKS)},
    /* encodings */
    {"xchunked", 400, BYTES(POST "Transfer-Encoding: xchunked\r\n" CHUNKS)},
    {"gzip, chunked", 400, BYTES(POST "Transfer-Encoding: gzip, chunked\r\n" CHUNKS)},
    {"identity", 400, BYTES(POST "Transfer-Encoding: identity\r\n\r\n{}\n")},
    {"chunked in HTTP/1.0", 400,
     BYTES("POST /v1/models/iris:predict HTTP/1.0\r\nTransfer-Encoding: chunked\r\n" CHUNKS)},
    /* names and values */
    {"space before a length's colon", 400, BYTES(POST "Content-Length : 3\r\n\r\n{}\n")},
    {"space before an encoding's colon", 400, BYTES(POST "Transfer-Encoding : chunked\r\n" CHUNKS)},
    {"a bare CR", 400, BYTES(GET "Host: h\r\nA: b\rc\r\n\r\n")},
    {"NUL in a value", 400, BYTES(GET "Host: h\r\nA: b\0c\r\n\r\n")},
    {"NUL in a name", 400, BYTES(GET "Host: h\r\nA\0b: c\r\n\r\n")},
    {"a folded header", 400, BYTES(GET "Host: h\r\nA: b\r\n c\r\n\r\n")},
    {"a folded length", 400, BYTES(POST "Content-Length: 1\r\n 0\r\n\r\n0123456789")},
    {"two Host headers", 400, BYTES(GET "Host: h\r\nHost: g\r\n\r\n")},
    {"no Host header", 400, BYTES(GET "\r\n")},
    /* lengths */
    {"length +3", 400, BYTES(POST "Content-Length: +3\r\n\r\n{}\n")},
    {"length 0x3", 400, BYTES(POST "Content-Length: 0x3\r\n\r\n{}\n")},
    {"length -1", 400, BYTES(POST "Content-Length: -1\r\n\r\n{}\n")},
    {"length 3, 3", 400, BYTES(POST "Content-Length: 3, 3\r\n\r\n{}\n")},
    {"length empty", 400, BYTES(POST "Content-Length:\r\n\r\n{}\n")},
    {"length 2^64-1", 400, BYTES(POST "Content-Length: 18446744073709551615\r\n\r\n{}\n")},
    {"length above the limit", 413, BYTES(POST "Content-Length: 99999999999\r\n\r\n{}\n")},
    {"chunk 0x3", 400, BYTES(POST "Transfer-Encoding: chunked\r\n\r\n0x3\r\n{}\n\r\n0\r\n\r\n")},
    {"chunk without its end", 400,
     BYTES(POST "Transfer-Encoding: chunked\r\n\r\n3\r\n{}\n0\r\n\r\n")},
    {"chunk 2^64", 413, BYTES(POST "Transfer-Encoding: chunked\r\n\r\n10000000000000000\r\n{}\n")},
    /* what is too long */
    {"a target of 40 kB", 414, LONG("GET /", 40000, " HTTP/1.1\r\nHost: h\r\n\r\n")},
    {"a header of 40 kB", 431, LONG(GET "Host: h\r\nA: ", 40000, "\r\n\r\n")},
    /* targets */
    {"%00 in the target", 400, BYTES("GET /v2/health/live%00 HTTP/1.1\r\nHost: h\r\n\r\n")},
    {"%2e%2e in the target", 400,
     BYTES("GET /v1/%2e%2e/v2/health/live HTTP/1.1\r\nHost: h\r\n\r\n")},
    {".. in the target", 400, BYTES("GET /v1/../v2/health/live HTTP/1.1\r\nHost: h\r\n\r\n")},
    {"%2f in the target", 400, BYTES("GET /v2%2fhealth/live HTTP/1.1\r\nHost: h\r\n\r\n")},
    {"%5c in the target", 400, BYTES("GET /v2/health%5clive HTTP/1.1\r\nHost: h\r\n\r\n")},
    {"an absolute target", 400, BYTES("GET http://h/v2/health/live HTTP/1.1\r\nHost: h\r\n\r\n")},
    {"a body where none belongs", 413, BYTES(GET "Host: h\r\nContent-Length: 3\r\n\r\n{}\n")},
    /* Their deadline ends these: the mix leaves them out. */
    {"a chunk extension of 40 kB", 408,
     LONG(POST "Transfer-Encoding: chunked\r\n\r\n3;", 40000, "\r\n{}\n\r\n0\r\n\r\n")},
    {"chunk 2^64-1", 408, BYTES(POST "Transfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\n{}\n")},
};
enum { HOSTILE_SLOW = 2, HOSTILE_ROWS = sizeof hostile_rows / sizeof hostile_rows[0] };

/* Lines that end with LF alone are read, as nginx reads them. */
#define BARE_LF                                                                                    \
    "POST /v1/models/iris:predict HTTP/1.1\nHost: h\nTransfer-Encoding: chunked\n\n"               \
    "22\n{\"instances\": [[5.1,3.5,1.4,0.2]]}\n0\n\n"

#endif
