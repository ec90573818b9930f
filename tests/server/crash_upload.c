/* One life of a daemon that is killed while it changes things, and the life after it; run by
 * crash_upload.sh.
 *
 *   crash_upload change DIR       uploads, labels, deletes; tells on standard output what was
 * answered crash_upload check DIR ACKS   a fresh start must show exactly what ACKS, that output,
 * promises crash_upload fault DIR        an upload during which a call may fail: it is refused and
 * leaves nothing, or it is there; the earlier version serves all the time crash_upload sticky DIR
 * the same of an fsync: after it, nothing more is taken
 *
 * SPDX-License-Identifier: MIT */
#include "persistence/store/tar.h"
#include "tests/server/world.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The changes, in this order. Before each, the model has what the earlier ones left. */
static const struct change {
    const char *model;
    uint64_t number;   /* that the upload gets, or that is deleted */
    const char *text;  /* NULL: a delete, unless there is a label */
    const char *label; /* put on the number; number 0: taken away; with a text: by the upload */
} changes[] = {
    {"iris", 1, "ok 1", NULL},   {"iris", 2, "ok 2", NULL}, {"iris", 2, NULL, "prod"},
    {"new", 1, "ok 3", NULL},    {"iris", 1, NULL, NULL},   {"iris", 3, "ok 4", NULL},
    {"iris", 3, NULL, "prod"},   {"iris", 0, NULL, "prod"}, {"new", 0, NULL, NULL},
    {"iris", 4, "ok 6", "prod"}, /* so 3, which answers until then, gets `default` */
    {"iris", 5, "ok 7", "prod"}, {"iris", 6, "ok 5", NULL}, /* as a tar */
};
enum { CHANGES = sizeof changes / sizeof *changes };
static const uint64_t highest_after[CHANGES + 1] = {0, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 5, 6};

static void die(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

/* The folder that holds model.joblib with TEXT, to BYTES; returns its size. */
static size_t make_tar(const char *text, uint8_t bytes[8192])
{
    size_t size = strlen(text), n = lar_tar_head("model.joblib", size, bytes);
    memcpy(bytes + n, text, size);
    memset(bytes + n + size, 0, lar_tar_padding(size) + 2 * LAR_TAR_BLOCK);
    return n + size + lar_tar_padding(size) + 2 * LAR_TAR_BLOCK;
}

static uint64_t upload_bytes(const struct world *w, const char *model, const char *label,
                             const void *text, size_t size)
{
    struct lar_upload *u;
    struct lar_upload_result result;
    struct lar_error err = {0};
    if (!lar_upload_begin(&u, w->registry, model, LAR_UPLOAD_NEXT, 0, (int64_t)size, &err))
        die("begin", err.text);
    if (label && !lar_upload_label(u, label, &err))
        die("label", err.text);
    if (!lar_upload_write(u, text, size, &err))
        die("write", err.text);
    if (!lar_upload_finish(u, &result, &err))
        die("finish", err.text);
    free(result.report);
    return result.number;
}

static uint64_t upload(const struct world *w, const char *model, const char *text)
{
    return upload_bytes(w, model, NULL, text, strlen(text));
}

/* The last version comes as a folder. */
static uint64_t upload_change(const struct world *w, const struct change *c)
{
    uint8_t bytes[8192];
    if (c != &changes[CHANGES - 1])
        return upload_bytes(w, c->model, c->label, c->text, strlen(c->text));
    return upload_bytes(w, c->model, c->label, bytes, make_tar(c->text, bytes));
}

/* What strace looks for in its log. */
static void mark(const char *name)
{
    if (access(name, F_OK) == 0)
        die("mark", name);
}

static void change(struct world *w)
{
    world_start(w);
    world_await_complete(w);
    lar_reader_idle(w->reader); /* nobody waits for this thread */
    mark("/begin-of-changes");
    for (size_t i = 0; i < CHANGES; i++) {
        const struct change *c = &changes[i];
        struct lar_error err = {0};
        if (c->text && upload_change(w, c) != c->number)
            die("upload", "another number than expected");
        if (c->label && !c->text &&
            !(c->number ? lar_registry_label_set(w->registry, c->model, c->label, c->number, &err)
                        : lar_registry_label_drop(w->registry, c->model, c->label, &err)))
            die("label", err.text);
        if (!c->text && !c->label &&
            !lar_registry_delete(w->registry, c->model, c->number, false, &err))
            die("delete", err.text);
        if (write(STDOUT_FILENO, "+", 1) != 1)
            die("write", strerror(errno));
    }
    mark("/end-of-changes");
    world_stop(w);
}

/* What is there after the first N changes, as "iris/1 = ok 1" lines. PINNED: and `default` is put
 * where the next one puts it. */
static void expected(size_t n, bool pinned, char *ret, size_t size)
{
    ret[0] = '\0';
    size_t at = 0;
    static const char *const models[] = {"iris", "new"};
    for (size_t m = 0; m < 2; m++)
        for (uint64_t number = 1; number <= 6; number++) {
            const char *text = NULL;
            for (size_t i = 0; i < n; i++)
                if (strcmp(changes[i].model, models[m]) == 0 &&
                    (changes[i].text || !changes[i].label) &&
                    (changes[i].number == number || changes[i].number == 0))
                    text = changes[i].text;
            if (text)
                at += (size_t)snprintf(ret + at, size - at, "%s/%d = %s\n", models[m], (int)number,
                                       text);
        }
    uint64_t prod = 0;
    for (size_t i = 0; i < n + pinned && i < CHANGES; i++) {
        if (changes[i].label && changes[i].text && changes[i].number == 4)
            at += (size_t)snprintf(ret + at, size - at, "default = 3\n");
        if (changes[i].label && i < n)
            prod = changes[i].number;
    }
    if (prod)
        snprintf(ret + at, size - at, "prod = %d\n", (int)prod);
}

static void present(const struct world *w, char *ret, size_t size)
{
    size_t at = 0;
    ret[0] = '\0';
    lar_reader_turn(w->reader);
    const struct lar_table *t = lar_reader_table(w->reader);
    for (size_t m = 0; m < t->n_models; m++)
        for (size_t v = 0; v < t->models[m].n_versions; v++) {
            char text[64] = "", sha256[65];
            uint64_t n;
            struct lar_error err = {0};
            const struct lar_version_entry *entry = &t->models[m].versions[v];
            int fd = lar_registry_artifact(w->registry, t->models[m].name, entry->number, &n,
                                           sha256, &err);
            if (fd < 0 || read(fd, text, sizeof text - 1) != (ssize_t)n)
                die("artifact", err.text);
            close(fd);
            if (!entry->loaded || world_value(entry->loaded) != atof(text + 3))
                die("served", "not what the file says");
            at += (size_t)snprintf(ret + at, size - at, "%s/%d = %s\n", t->models[m].name,
                                   (int)entry->number, text);
        }
    for (size_t m = 0; m < t->n_models; m++)
        for (size_t i = 0; i < t->models[m].n_labels; i++)
            at += (size_t)snprintf(ret + at, size - at, "%s = %d\n", t->models[m].labels[i].name,
                                   (int)t->models[m].labels[i].number);
}

static void check_litter(const struct world *w)
{
    char names[256], command[512];
    world_larder(w, names, sizeof names);
    for (char *name = strtok(names, " "); name; name = strtok(NULL, " "))
        if (strcmp(name, "lock") != 0 && strcmp(name, "iris.json") != 0 &&
            strcmp(name, "new.json") != 0)
            die("litter in .larder", name);
    snprintf(command, sizeof command,
             "test -z \"$(find %s -empty -type d; find %s -name '*.tmp')\"", w->models, w->dir);
    if (system(command) != 0)
        die("litter", w->dir);
}

/* The last change may have happened without its answer, but not by halves; only who answers may be
 * pinned already for an upload that did not come to be. */
static void check(struct world *w, const char *acks)
{
    char now[1024], least[1024], pinned[1024], most[1024];
    FILE *f = fopen(acks, "r");
    size_t n = 0;
    while (f && fgetc(f) == '+')
        n++;
    if (f)
        fclose(f);
    world_start(w);
    world_await_complete(w);
    present(w, now, sizeof now);
    expected(n, false, least, sizeof least);
    expected(n, true, pinned, sizeof pinned);
    expected(n < CHANGES ? n + 1 : n, false, most, sizeof most);
    if (strcmp(now, least) != 0 && strcmp(now, pinned) != 0 && strcmp(now, most) != 0) {
        fprintf(stderr, "after %zu answers there is\n%sinstead of\n%sor\n%s", n, now, least, most);
        exit(1);
    }
    check_litter(w);
    if (upload(w, "iris", "ok 9") <= highest_after[n])
        die("upload", "a number was given again");
    world_stop(w);
}

static bool try_upload(const struct world *w, const char *text, struct lar_error *err)
{
    struct lar_upload *u;
    struct lar_upload_result result = {0};
    if (!lar_upload_begin(&u, w->registry, "iris", LAR_UPLOAD_NEXT, 0, (int64_t)strlen(text), err))
        return false;
    if (!lar_upload_label(u, "canary", err) || !lar_upload_write(u, text, strlen(text), err)) {
        lar_upload_abort(u);
        return false;
    }
    bool ok = lar_upload_finish(u, &result, err);
    free(result.report);
    return ok;
}

static void fault(struct world *w, bool sticky)
{
    char now[1024], after[1024];
    struct lar_error err = {0};
    world_start(w);
    world_await_complete(w);
    if (upload(w, "iris", "ok 1") != 1)
        die("upload", "not the first number");
    mark("/begin-of-changes");
    bool ok = try_upload(w, "ok 2", &err);
    mark("/end-of-changes");
    world_await(w, "iris", 0, 1);
    world_await(w, "iris", ok ? 2 : 1, ok ? 2 : 1);
    present(w, now, sizeof now);
    if (strcmp(now, ok ? "iris/1 = ok 1\niris/2 = ok 2\ncanary = 2\ndefault = 1\n"
                       : "iris/1 = ok 1\n") != 0)
        die(ok ? "taken" : "refused", now);
    check_litter(w);
    if (!ok && sticky) {
        struct lar_error second = {0};
        if (try_upload(w, "ok 2", &second) || second.code != LAR_ERR_BUSY)
            die("after a failed fsync", "uploads are taken");
    }
    world_stop(w);
    world_start(w);
    world_await_complete(w);
    present(w, after, sizeof after);
    /* A broken disk may keep what was written down before: that 1 answers. */
    bool pinned = !ok && sticky && strcmp(after, "iris/1 = ok 1\ndefault = 1\n") == 0;
    if (strcmp(now, after) != 0 && !pinned)
        die("after a new start", after);
    if (upload(w, "iris", "ok 3") < 2)
        die("upload", "a number was given again");
    world_stop(w);
    printf("%s\n", ok ? "taken" : lar_error_code_name(err.code));
}

int main(int argc, char **argv)
{
    struct world w;
    if (argc < 3)
        return 2;
    world_open(&w, argv[2]);
    if (strcmp(argv[1], "change") == 0)
        change(&w);
    else if (strcmp(argv[1], "fault") == 0)
        fault(&w, false);
    else if (strcmp(argv[1], "sticky") == 0)
        fault(&w, true);
    else if (argc == 4)
        check(&w, argv[3]);
    return 0;
}
