/* inotify, as a hint: events wake the scanner and shorten its waiting, scans decide.
 *
 * Watches are set by the scanner on each folder that it is about to read. Where they cannot be set
 * (too many, a file system that has none) the periodic scan does the work. One thread uses it.
 * SPDX-License-Identifier: MIT */
#ifndef SERVER_WATCHER_H
#define SERVER_WATCHER_H

#include "base/error.h"

#include <stddef.h>

struct lar_watcher;

enum lar_event_kind { LAR_EVENT_CLOSED /* written and closed, or moved in */, LAR_EVENT_DELETED };

struct lar_event {
    unsigned root;
    char *path; /* below the root */
    enum lar_event_kind kind;
};

/* What has been heard since the last scan. */
struct lar_events {
    struct lar_event *data; /* after lar_events_sort(): by root, path, kind */
    size_t n, room;
    bool any;  /* something happened, perhaps nothing that is listed */
    bool lost; /* the kernel or we have dropped events */
};
void lar_events_sort(struct lar_events *events);
bool lar_events_has(const struct lar_events *events, unsigned root, const char *path,
                    enum lar_event_kind kind);
void lar_events_finish(struct lar_events *events); /* to empty; accepts a zeroed one */

/* LAR_ERR_LIMIT and the like where the system gives no inotify instance. */
struct lar_watcher *lar_watcher_new(struct lar_error *err);
void lar_watcher_free(struct lar_watcher *watcher);    /* accepts NULL */
int lar_watcher_fd(const struct lar_watcher *watcher); /* readable when there are events */
void lar_watcher_read(struct lar_watcher *watcher, struct lar_events *ret);

/* Around one scan of all roots: folders that it did not reach are no longer watched. */
void lar_watcher_begin(struct lar_watcher *watcher);
bool lar_watcher_add(struct lar_watcher *watcher, unsigned root, int folder, const char *path);
void lar_watcher_end(struct lar_watcher *watcher);
size_t lar_watcher_count(const struct lar_watcher *watcher);

#endif
