/* One line for each event, to standard error: text or JSON.
 *
 * Only server/ and the programs log; libraries return errors. Control characters of whatever is
 * logged are escaped, lines are cut at 4 kB, each line is one write(). Any thread may log.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum lar_log_level { LAR_LOG_ERROR, LAR_LOG_WARNING, LAR_LOG_INFO, LAR_LOG_DEBUG };

struct lar_log {
    _Atomic int level; /* what is less urgent is dropped; may change while threads log */
    _Atomic bool json;
    int fd;
};

void lar_log_init(struct lar_log *log, int fd, enum lar_log_level level, bool json);

__attribute__((format(printf, 3, 4))) void lar_log(struct lar_log *log, enum lar_log_level level,
                                                   const char *format, ...);

/* Writes one line for TEXT into BUFFER as lar_log() would, with the time MS (Unix, milliseconds);
 * returns its length, the newline included. SIZE is at least 128. */
size_t lar_log_line(char *buffer, size_t size, bool json, enum lar_log_level level, int64_t ms,
                    const char *text);

/* Holds back what clients can cause at will: at most PER_SECOND lines of one kind. */
struct lar_log_limit {
    _Atomic int64_t second;
    _Atomic unsigned count, skipped;
};

/* True: log it; *RET_SKIPPED is how many were held back since the last true. */
bool lar_log_allow(struct lar_log_limit *limit, unsigned per_second, unsigned *ret_skipped);

#endif
