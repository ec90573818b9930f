/* Behaves as the source's first bytes say: a loader for test_spawner.c.
 * SPDX-License-Identifier: MIT */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void put(int fd, const char *text)
{
    if (write(fd, text, strlen(text)) < 0)
        _exit(9);
}

/* The descriptors that are open, a digit each, to RESULT. */
static void list_descriptors(void)
{
    for (int fd = 0; fd < 64; fd++)
        if (fd != 4 && lseek(fd, 0, SEEK_CUR) == -1 && dup2(fd, fd) == fd)
            put(4, (char[]){(char)('0' + fd % 10), '\0'});
}

int main(int argc, char **argv)
{
    char say[16] = "";
    if (argc != 3 || read(3, say, sizeof say - 1) < 0)
        return 9;
    if (!strcmp(say, "translate")) {
        put(4, "translated ");
        put(4, argv[1]);
        put(5, "{}");
        return 0;
    }
    if (!strcmp(say, "refuse")) {
        put(5, "{\"error\":{\"code\":6,\"text\":\"steps[1]: no such thing\"}}");
        return 1;
    }
    if (!strcmp(say, "crash"))
        abort();
    if (!strcmp(say, "hang"))
        for (;;)
            pause();
    if (!strcmp(say, "descriptors"))
        list_descriptors();
    return !strcmp(say, "descriptors") ? 0 : 3;
}
