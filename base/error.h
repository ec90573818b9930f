/* Errors as values.
 *
 * A function that can fail returns false (or NULL) and fills the caller's struct lar_error; the
 * caller owns it, it is never NULL, and it is the last parameter. The first failure wins: a later
 * one does not overwrite it. On the way up, lar_error_within() puts the place in front
 * ("steps[1]: coef_: ..."), so that the text reads from the outside in.
 *
 * Nothing here allocates. Libraries never log, exit or abort on input.
 * SPDX-License-Identifier: MIT */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum lar_error_code {
    LAR_ERR_NONE,
    LAR_ERR_NOMEM,       /* memory of the process is spent: may pass */
    LAR_ERR_IO,          /* the operating system refused: may pass */
    LAR_ERR_FULL,        /* no space left on the disk */
    LAR_ERR_TRUNCATED,   /* bytes end too early: may be a file that is still being written */
    LAR_ERR_FORMAT,      /* bytes are not what they claim to be */
    LAR_ERR_UNSUPPORTED, /* well-formed, but outside what Larder reads or runs */
    LAR_ERR_LIMIT,       /* over a limit that the text names */
    LAR_ERR_INVALID,     /* a request or a setting that makes no sense */
    LAR_ERR_NOTFOUND,
    LAR_ERR_CONFLICT, /* the name or number is taken by something else */
    LAR_ERR_DENIED,
    LAR_ERR_UNAVAILABLE, /* known, but nothing there to answer now */
    LAR_ERR_BUSY,        /* try again later */
    LAR_ERR_DIED,        /* the loader was killed: by a signal, a limit, a time-out */
    LAR_ERR_INTERNAL,    /* our own fault */
};

struct lar_error {
    enum lar_error_code code;
    char text[640]; /* one sentence, UTF-8, without a final full stop's newline */
};

/* Records CODE and the formatted text unless ERR holds an error already. Always returns false. */
__attribute__((format(printf, 3, 4))) bool lar_fail(struct lar_error *err, enum lar_error_code code,
                                                    const char *format, ...);

/* The same with the meaning of errno ERRNUM appended; the code follows from it (ENOMEM, ENOSPC and
 * EDQUOT, EACCES and EPERM, ENOENT; else LAR_ERR_IO). Always returns false. */
__attribute__((format(printf, 3, 4))) bool lar_fail_errno(struct lar_error *err, int errnum,
                                                          const char *format, ...);

/* Puts "PLACE: " in front of the text of an error that is set. Always returns false. */
__attribute__((format(printf, 2, 3))) bool lar_error_within(struct lar_error *err,
                                                            const char *format, ...);

/* The analyser sees one file at a time: it is told here what the functions above return. */
#ifdef __clang_analyzer__
#define lar_fail(...) (lar_fail(__VA_ARGS__), false)
#define lar_fail_errno(...) (lar_fail_errno(__VA_ARGS__), false)
#define lar_error_within(...) (lar_error_within(__VA_ARGS__), false)
#endif

void lar_error_clear(struct lar_error *err);

/* "unsupported", "truncated", ...: for logs and metrics. */
const char *lar_error_code_name(enum lar_error_code code);

#endif
