/* A connection to a larderd on this machine.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_E2E_DIAL_H
#define TESTS_E2E_DIAL_H

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

/* Without delays of small writes; reads fail after PATIENCE_S seconds (0: never). What fails here
 * ends the program. */
static inline int dial(uint16_t port, int patience_s)
{
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct timeval patience = {.tv_sec = patience_s};
    int on = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    if (connect(fd, (struct sockaddr *)&address, sizeof address)) {
        perror("FAIL: connect");
        exit(1);
    }
    return fd;
}

#endif
