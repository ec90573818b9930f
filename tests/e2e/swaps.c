/* swaps PORT MODELS_FOLDER FILE_A FILE_B DIGEST_A DIGEST_B SWAPS: hot swaps under load.
 *
 * Clients call two models without pause while their content changes between FILE_A and FILE_B: one
 * by rename into the folder, one by upload, in turn. No request may fail; every answer must name a
 * known digest; and one digest must always give the same bytes, different from the other's.
 * SPDX-License-Identifier: MIT */
#include "tests/e2e/dial.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { CLIENTS = 3, BODY = 1024, FILE_SIZE = 1 << 20 };

static uint16_t port;
static const char *digests[2];
static char known[2][BODY]; /* the answer of each digest, once seen */
static pthread_mutex_t known_lock = PTHREAD_MUTEX_INITIALIZER;
static _Atomic bool over;
static _Atomic unsigned long answered;

static void fail(const char *what, const char *detail)
{
    fprintf(stderr, "FAIL: %s: %s\n", what, detail);
    exit(1);
}

struct answer {
    int status;
    char text[16 << 10]; /* headers and body */
    const char *body;
};

static void ask(int fd, const void *head, size_t head_size, const void *body, size_t body_size,
                struct answer *ret)
{
    if (write(fd, head, head_size) != (ssize_t)head_size ||
        (body_size && write(fd, body, body_size) != (ssize_t)body_size))
        fail("write", strerror(errno));
    size_t have = 0;
    for (;;) {
        ssize_t n = read(fd, ret->text + have, sizeof ret->text - 1 - have);
        if (n <= 0)
            fail("connection lost", ret->text);
        have += (size_t)n;
        ret->text[have] = '\0';
        const char *end = strstr(ret->text, "\r\n\r\n");
        const char *length = strcasestr(ret->text, "content-length:");
        if (end && length &&
            have - (size_t)(end + 4 - ret->text) >= strtoul(length + 15, NULL, 10)) {
            ret->body = end + 4;
            ret->status = (int)strtol(ret->text + 9, NULL, 10);
            return;
        }
    }
}

/* Calls MODEL once; returns which content answered. */
static int call(int fd, const char *model)
{
    static const char row[] =
        "{\"signature_name\":\"predict_proba\",\"instances\":[[5.9,3.0,4.2,1.5]]}";
    char head[512];
    struct answer a;
    int n = snprintf(head, sizeof head,
                     "POST /v1/models/%s:predict HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     model, port, strlen(row));
    ask(fd, head, (size_t)n, row, strlen(row), &a);
    if (a.status != 200)
        fail("a request failed", a.text);
    const char *digest = strcasestr(a.text, "larder-model-version:");
    digest = digest ? strstr(digest, "sha256=") : NULL;
    int which = !digest                                ? -1
                : !strncmp(digest + 7, digests[0], 16) ? 0
                : !strncmp(digest + 7, digests[1], 16) ? 1
                                                       : -1;
    if (which < 0)
        fail("an unknown digest answered", a.text);
    pthread_mutex_lock(&known_lock);
    if (!known[which][0])
        (void)snprintf(known[which], BODY, "%s", a.body);
    bool same = strcmp(known[which], a.body) == 0;
    pthread_mutex_unlock(&known_lock);
    if (!same)
        fail("one digest gave two answers", a.text);
    answered++;
    return which;
}

static void *client(void *model)
{
    int fd = dial(port, 0);
    while (!over)
        call(fd, model);
    close(fd);
    return NULL;
}

static size_t read_file(const char *path, char *data)
{
    FILE *f = fopen(path, "rb");
    size_t n = f ? fread(data, 1, FILE_SIZE, f) : 0;
    if (n == 0 || n == FILE_SIZE)
        fail("cannot read", path);
    fclose(f);
    return n;
}

static void move_in(const char *folder, const char *data, size_t size)
{
    char next[512], name[512];
    (void)snprintf(next, sizeof next, "%s/.moved.tmp", folder);
    (void)snprintf(name, sizeof name, "%s/moved.joblib", folder);
    FILE *f = fopen(next, "wb");
    if (!f || fwrite(data, 1, size, f) != size || fclose(f) || rename(next, name))
        fail("mv", strerror(errno));
}

static void upload(int fd, const char *data, size_t size)
{
    char head[512];
    struct answer a;
    int n = snprintf(head, sizeof head,
                     "POST /v1/models/uploaded/versions HTTP/1.1\r\nHost: 127.0.0.1:%u\r\n"
                     "Content-Length: %zu\r\n\r\n",
                     port, size);
    ask(fd, head, (size_t)n, data, size, &a);
    if (a.status != 201)
        fail("an upload failed", a.text);
}

static void wait_until(int fd, const char *model, int which)
{
    time_t end = time(NULL) + 20;
    while (call(fd, model) != which)
        if (time(NULL) > end)
            fail("new content does not answer", model);
}

int main(int argc, char **argv)
{
    if (argc != 8)
        return 2;
    static char data[2][FILE_SIZE];
    port = (uint16_t)strtoul(argv[1], NULL, 10);
    size_t sizes[2] = {read_file(argv[3], data[0]), read_file(argv[4], data[1])};
    digests[0] = argv[5], digests[1] = argv[6];
    long swaps = strtol(argv[7], NULL, 10);
    pthread_t threads[2 * CLIENTS];
    int fd = dial(port, 0);
    for (int i = 0; i < 2 * CLIENTS; i++)
        if (pthread_create(&threads[i], NULL, client, (void *)(i % 2 ? "moved" : "uploaded")))
            return 1;
    for (long i = 1; i <= swaps; i++) {
        int which = (i / 2) % 2;
        if (i % 2) {
            move_in(argv[2], data[!which], sizes[!which]);
            wait_until(fd, "moved", !which);
        } else {
            upload(fd, data[which], sizes[which]);
            wait_until(fd, "uploaded", which);
        }
    }
    over = true;
    for (int i = 0; i < 2 * CLIENTS; i++)
        pthread_join(threads[i], NULL);
    if (!known[0][0] || !known[1][0] || strcmp(known[0], known[1]) == 0)
        fail("the two contents must answer differently", known[0]);
    printf("%ld swaps, %lu answers, none wrong\n", swaps, answered);
    return 0;
}
