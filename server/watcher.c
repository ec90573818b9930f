/* Watches on folders; see watcher.h.
 * SPDX-License-Identifier: MIT */
#include "server/watcher.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <unistd.h>

enum { EVENTS = 16384, BUFFER = 16 << 10 };

static const uint32_t mask = IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE |
                             IN_DELETE_SELF | IN_MOVE_SELF | IN_ATTRIB | IN_ONLYDIR;

struct watch {
    int wd;
    unsigned root;
    char *path;
    uint64_t scan;
};

struct lar_watcher {
    int fd;
    struct watch *watches; /* ascending by wd */
    size_t n, room;
    uint64_t scan;
};

struct lar_watcher *lar_watcher_new(struct lar_error *err)
{
    struct lar_watcher *w = calloc(1, sizeof *w);
    if (!w) {
        lar_fail(err, LAR_ERR_NOMEM, "out of memory for the watcher");
        return NULL;
    }
    w->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (w->fd < 0) {
        lar_fail_errno(err, errno, "inotify");
        free(w);
        return NULL;
    }
    return w;
}

void lar_watcher_free(struct lar_watcher *w)
{
    if (!w)
        return;
    for (size_t i = 0; i < w->n; i++)
        free(w->watches[i].path);
    free(w->watches);
    close(w->fd);
    free(w);
}

int lar_watcher_fd(const struct lar_watcher *w)
{
    return w->fd;
}

size_t lar_watcher_count(const struct lar_watcher *w)
{
    return w->n;
}

/* The place of WD, or where it belongs. */
static size_t position(const struct lar_watcher *w, int wd)
{
    size_t low = 0, high = w->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (w->watches[middle].wd < wd)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static struct watch *find(const struct lar_watcher *w, int wd)
{
    size_t i = position(w, wd);
    return i < w->n && w->watches[i].wd == wd ? &w->watches[i] : NULL;
}

static void forget(struct lar_watcher *w, struct watch *watch)
{
    size_t i = (size_t)(watch - w->watches);
    free(watch->path);
    memmove(watch, watch + 1, (w->n - i - 1) * sizeof *watch);
    w->n--;
}

void lar_watcher_begin(struct lar_watcher *w)
{
    w->scan++;
}

static bool remember(struct lar_watcher *w, int wd, unsigned root, char *path)
{
    if (w->n == w->room) {
        size_t room = w->room ? 2 * w->room : 16;
        struct watch *grown = realloc(w->watches, room * sizeof *grown);
        if (!grown)
            return false;
        w->watches = grown;
        w->room = room;
    }
    size_t i = position(w, wd);
    memmove(&w->watches[i + 1], &w->watches[i], (w->n - i) * sizeof *w->watches);
    w->watches[i] = (struct watch){.wd = wd, .root = root, .path = path, .scan = w->scan};
    w->n++;
    return true;
}

bool lar_watcher_add(struct lar_watcher *w, unsigned root, int folder, const char *path)
{
    char name[40];
    snprintf(name, sizeof name, "/proc/self/fd/%d", folder);
    int wd = inotify_add_watch(w->fd, name, mask);
    if (wd < 0)
        return false;
    struct watch *known = find(w, wd);
    if (known && known->root == root && strcmp(known->path, path) == 0) {
        known->scan = w->scan;
        return true;
    }
    char *copy = strdup(path);
    if (known && copy) {
        free(known->path);
        *known = (struct watch){.wd = wd, .root = root, .path = copy, .scan = w->scan};
        return true;
    }
    if (copy && remember(w, wd, root, copy))
        return true;
    free(copy);
    return false;
}

void lar_watcher_end(struct lar_watcher *w)
{
    for (size_t i = w->n; i-- > 0;)
        if (w->watches[i].scan != w->scan) {
            inotify_rm_watch(w->fd, w->watches[i].wd);
            forget(w, &w->watches[i]);
        }
}

static void add_event(struct lar_events *events, const struct watch *watch, const char *name,
                      enum lar_event_kind kind)
{
    bool top = strcmp(watch->path, ".") == 0;
    if (events->n == events->room) {
        size_t room = events->room ? 2 * events->room : 16;
        struct lar_event *grown =
            room > EVENTS ? NULL : realloc(events->data, room * sizeof *grown);
        if (!grown) {
            events->lost = true;
            return;
        }
        events->data = grown;
        events->room = room;
    }
    struct lar_event *event = &events->data[events->n];
    event->root = watch->root;
    event->kind = kind;
    int n = top ? asprintf(&event->path, "%s", name)
                : asprintf(&event->path, "%s/%s", watch->path, name);
    if (n < 0)
        events->lost = true;
    else
        events->n++;
}

static void take(struct lar_watcher *w, const struct inotify_event *e, struct lar_events *ret)
{
    struct watch *watch = find(w, e->wd);
    ret->any = true;
    if (e->mask & IN_Q_OVERFLOW)
        ret->lost = true;
    if (!watch)
        return;
    if (e->mask & IN_IGNORED)
        forget(w, watch);
    else if (e->len && e->mask & (IN_CLOSE_WRITE | IN_MOVED_TO))
        add_event(ret, watch, e->name, LAR_EVENT_CLOSED);
    else if (e->len && e->mask & (IN_DELETE | IN_MOVED_FROM))
        add_event(ret, watch, e->name, LAR_EVENT_DELETED);
}

void lar_watcher_read(struct lar_watcher *w, struct lar_events *ret)
{
    _Alignas(struct inotify_event) char buffer[BUFFER];
    for (;;) {
        ssize_t n = read(w->fd, buffer, sizeof buffer);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        for (char *at = buffer; at < buffer + n;) {
            const struct inotify_event *e = (const struct inotify_event *)at;
            take(w, e, ret);
            at += sizeof *e + e->len;
        }
    }
}

/* What events are sorted by. */
struct place {
    unsigned root;
    const char *path;
    enum lar_event_kind kind;
};

static int compare(const struct place *p, const struct lar_event *e)
{
    int order = (p->root > e->root) - (p->root < e->root);
    order = order ? order : strcmp(p->path, e->path);
    return order ? order : (p->kind > e->kind) - (p->kind < e->kind);
}

static int by_place(const void *a, const void *b)
{
    const struct lar_event *e = a;
    return compare(&(struct place){.root = e->root, .path = e->path, .kind = e->kind}, b);
}

static int place_to_event(const void *place, const void *event)
{
    return compare(place, event);
}

void lar_events_sort(struct lar_events *events)
{
    if (events->n)
        qsort(events->data, events->n, sizeof *events->data, by_place);
}

bool lar_events_has(const struct lar_events *events, unsigned root, const char *path,
                    enum lar_event_kind kind)
{
    const struct place key = {.root = root, .path = path, .kind = kind};
    return events->n &&
           bsearch(&key, events->data, events->n, sizeof *events->data, place_to_event) != NULL;
}

void lar_events_finish(struct lar_events *events)
{
    for (size_t i = 0; i < events->n; i++)
        free(events->data[i].path);
    free(events->data);
    *events = (struct lar_events){0};
}
