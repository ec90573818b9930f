/* A client of raw bytes, to 127.0.0.1.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_SERVER_CLIENT_H
#define TESTS_SERVER_CLIENT_H

#include <stddef.h>

/* A connected socket, with a receive time-out of 40 s. */
int client_open(int port);
void client_send(int fd, const char *bytes, size_t n);
/* Reads until the other side closes or N bytes are there; returns how many; text is terminated. */
size_t client_read_all(int fd, char *text, size_t n);
/* Reads one answer with Content-Length; returns its status, or 0 where the connection ended. */
int client_answer(int fd, char *text, size_t n);
/* Sends BYTES on a new connection and returns all that comes until it is closed. */
const char *client_talk(int port, const char *bytes, size_t n);
int client_status(const char *answer); /* of the first status line, or 0 */
unsigned client_count(const char *text, const char *what);

#endif
