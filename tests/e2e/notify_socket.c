/* Listens as systemd's notify socket would and prints each message.
 * SPDX-License-Identifier: MIT */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (argc != 2 || strlen(argv[1]) >= sizeof address.sun_path)
        return 2;
    memcpy(address.sun_path, argv[1], strlen(argv[1]));
    if (bind(fd, (struct sockaddr *)&address, sizeof address)) {
        perror("notify_socket");
        return 1;
    }
    for (;;) {
        char text[4096];
        ssize_t n = recv(fd, text, sizeof text - 1, 0);
        if (n < 0)
            return 1;
        text[n] = '\0';
        puts(text);
        fflush(stdout);
    }
}
