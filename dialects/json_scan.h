/* A reader that walks over JSON text and builds nothing.
 *
 * Grammar and UTF-8 are checked as it goes; one addition to JSON: the bare tokens NaN, Infinity
 * and -Infinity are values, which clients of several protocols send. What cannot be read yet (a
 * member that comes before the one that explains it) is passed over with lar_json_skip(), which
 * checks it, and read later from its remembered place. A text belongs to one request; memory comes
 * from its scratch. Errors are LAR_ERR_INVALID and say what was expected, what was met and at which
 * byte; the way to it is put in front by lar_json_at_*(): "instances[2][1]: expected ...".
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_JSON_SCAN_H
#define DIALECTS_JSON_SCAN_H

#include "base/error.h"
#include "inference/scratch.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

enum { LAR_JSON_DEPTH = 64 }; /* arrays and objects within each other, at most */

struct lar_json {
    const char *begin, *at, *end;
    struct lar_scratch *scratch;
    void *newest; /* the scratch's newest allocation, if it was made through here */
    char *decoded;
    size_t decoded_size;
};

/* A string of the text: decoded, not terminated. Without escapes it lies in the text itself. */
struct lar_json_string {
    const char *text;
    size_t size;
};

enum lar_json_step { LAR_JSON_FAILED, LAR_JSON_CLOSED, LAR_JSON_MORE };

/* A byte order mark before the text is passed over. */
void lar_json_init(struct lar_json *js, const void *text, size_t size, struct lar_scratch *scratch);

/* Passes white space over; returns the next byte, or 0 at the end (a NUL byte is no JSON either).
 */
static inline char lar_json_peek(struct lar_json *js)
{
    while (js->at < js->end &&
           (*js->at == ' ' || *js->at == '\n' || *js->at == '\r' || *js->at == '\t'))
        js->at++;
    return js->at < js->end ? *js->at : '\0';
}

/* "expected <EXPECTED>, found a string (byte 17)" of what comes next. Always returns false. */
bool lar_json_fail(struct lar_json *js, struct lar_error *err, const char *expected);

/* The same where a number was tried: what looks like one is "not a number as JSON writes it". */
bool lar_json_fail_number(struct lar_json *js, struct lar_error *err, const char *expected);

/* Passes one whole value over, checking it; its depth is bounded by LAR_JSON_DEPTH. */
bool lar_json_skip(struct lar_json *js, struct lar_error *err);

/* Passes `null` over if that is what comes next. */
bool lar_json_null(struct lar_json *js);

/* true or false. */
bool lar_json_bool(struct lar_json *js, bool *ret, struct lar_error *err);

/* A string; RET is valid until the next call that reads a string. */
bool lar_json_text(struct lar_json *js, struct lar_json_string *ret, struct lar_error *err);

/* The same of a string that stays while others are read. */
bool lar_json_keep_text(struct lar_json *js, struct lar_json_string *ret, struct lar_error *err);

/* Passes a string over, checking it. *RET_SIZE is an upper bound of its decoded size; *RET_ESCAPED
 * says whether it holds a backslash. */
bool lar_json_string_skip(struct lar_json *js, size_t *ret_size, bool *ret_escaped,
                          struct lar_error *err);

/* Decodes the string that lar_json_string_skip() passed over, which began at FROM (its quote), to
 * TO; returns the size. Lone surrogates get their three-byte form. */
size_t lar_json_string_decode(const char *from, char *to);

/* Arrays and objects: open with '[' or '{', then step until CLOSED. FIRST is true for the first
 * step. A member's step reads its key (valid as that of lar_json_text()) and the colon; the caller
 * then reads the value. */
bool lar_json_open(struct lar_json *js, char bracket, struct lar_error *err);
enum lar_json_step lar_json_element(struct lar_json *js, bool first, struct lar_error *err);
enum lar_json_step lar_json_member(struct lar_json *js, bool first, struct lar_json_string *ret_key,
                                   struct lar_error *err);

/* A whole object: READ reads the value of each member, CONTEXT's own way. */
typedef bool lar_json_member_reader(void *context, const struct lar_json_string *key,
                                    struct lar_error *err);
bool lar_json_object(struct lar_json *js, lar_json_member_reader *read, void *context,
                     struct lar_error *err);

/* Nothing but white space may be left. */
bool lar_json_end(struct lar_json *js, struct lar_error *err);

static inline bool lar_json_is(const struct lar_json_string *s, const char *text)
{
    return strlen(text) == s->size && memcmp(s->text, text, s->size) == 0;
}

/* Memory of the scratch, for what grows while the text is read: *P of OLD bytes becomes one of NEW
 * bytes with the same content. OLD is 0: a new one. */
bool lar_json_grow(struct lar_json *js, void *p, size_t old_size, size_t new_size,
                   struct lar_error *err);

/* Put the way to an error in front of its text; they always return false. */
bool lar_json_at_index(struct lar_error *err, uint64_t index);
bool lar_json_at_member(struct lar_error *err, const char *name, size_t size);
bool lar_json_at_name(struct lar_error *err, const char *name); /* the outermost */

#endif
