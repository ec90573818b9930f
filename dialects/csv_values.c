/* CSV's cells as JSON's values; see csv.h.
 * SPDX-License-Identifier: MIT */
#include "base/number.h"
#include "dialects/csv.h"

#include <strings.h>

static bool put(struct lar_csv_json *to, const char *bytes, size_t n, struct lar_error *err)
{
    if (n > to->capacity - to->size) {
        size_t capacity = (to->size + n) * 2 + 4096;
        if (!lar_json_grow(to->js, &to->data, to->size, capacity, err))
            return false;
        to->capacity = capacity;
    }
    if (n)
        memcpy(to->data + to->size, bytes, n);
    to->size += n;
    return true;
}

bool lar_csv_put(struct lar_csv_json *to, const char *text, struct lar_error *err)
{
    return put(to, text, strlen(text), err);
}

bool lar_csv_put_string(struct lar_csv_json *to, const struct lar_json_string *cell,
                        struct lar_error *err)
{
    static const char hex[] = "0123456789abcdef";
    if (!put(to, "\"", 1, err))
        return false;
    for (size_t i = 0; i < cell->size; i++) {
        unsigned char b = (unsigned char)cell->text[i];
        char code[] = {'\\', 'u', '0', '0', hex[b >> 4], hex[b & 15]};
        bool ok = b < 0x20                ? put(to, code, sizeof code, err)
                  : b == '"' || b == '\\' ? put(to, (const char[]){'\\', (char)b}, 2, err)
                                          : put(to, &cell->text[i], 1, err);
        if (!ok)
            return false;
    }
    return put(to, "\"", 1, err);
}

static bool is_one_of(const struct lar_json_string *s, const char *const *words)
{
    for (; *words; words++)
        if (lar_json_is(s, *words))
            return true;
    return false;
}

bool lar_csv_is_missing(const struct lar_json_string *cell)
{
    static const char *const words[] = {"",         "#N/A", "#N/A N/A", "#NA",    "-1.#IND",
                                        "-1.#QNAN", "-NaN", "-nan",     "1.#IND", "1.#QNAN",
                                        "<NA>",     "N/A",  "NA",       "NULL",   "NaN",
                                        "None",     "n/a",  "nan",      "null",   NULL};
    enum { LONGEST = 8 };
    return cell->size <= LONGEST && is_one_of(cell, words);
}

static struct lar_json_string without_blanks(struct lar_json_string s)
{
    while (s.size && (*s.text == ' ' || *s.text == '\t'))
        s.text++, s.size--;
    while (s.size && (s.text[s.size - 1] == ' ' || s.text[s.size - 1] == '\t'))
        s.size--;
    return s;
}

/* ---- numbers ---- */

/* The parts of "[+-]digits[.digits][e[+-]digits]", where digits on one side of the point do. */
struct number {
    bool negative, point;
    struct lar_json_string whole; /* without leading zeros */
    struct lar_json_string fraction, exponent;
    const char *word; /* an infinity as JSON's readers here know it; NULL: digits */
};

static struct lar_json_string take_digits(const char **at, const char *end)
{
    const char *from = *at;
    while (*at < end && **at >= '0' && **at <= '9')
        ++*at;
    return (struct lar_json_string){from, (size_t)(*at - from)};
}

static bool is_infinity(const char *at, size_t n)
{
    return (n == 3 && strncasecmp(at, "inf", 3) == 0) ||
           (n == 8 && strncasecmp(at, "infinity", 8) == 0);
}

/* "e-05": an exponent, or nothing at all. */
static bool take_exponent(struct lar_json_string *ret, const char *at, const char *end)
{
    *ret = (struct lar_json_string){at, (size_t)(end - at)};
    if (at == end)
        return true;
    if (*at++ != 'e' && at[-1] != 'E')
        return false;
    at += at < end && (*at == '+' || *at == '-');
    return take_digits(&at, end).size > 0 && at == end;
}

static bool take_number(struct number *ret, const struct lar_json_string *s)
{
    const char *at = s->text, *end = at + s->size;
    *ret = (struct number){.negative = at < end && *at == '-'};
    at += at < end && (*at == '-' || *at == '+');
    if (is_infinity(at, (size_t)(end - at))) {
        ret->word = ret->negative ? "-Infinity" : "Infinity";
        return true;
    }
    ret->whole = take_digits(&at, end);
    ret->point = at < end && *at == '.';
    at += ret->point;
    if (ret->point)
        ret->fraction = take_digits(&at, end);
    if (ret->whole.size + ret->fraction.size == 0)
        return false;
    while (ret->whole.size && *ret->whole.text == '0')
        ret->whole.text++, ret->whole.size--;
    return take_exponent(&ret->exponent, at, end);
}

static bool put_parts(struct lar_csv_json *to, const struct lar_json_string *s,
                      const char *if_empty, struct lar_error *err)
{
    return s->size ? put(to, s->text, s->size, err) : lar_csv_put(to, if_empty, err);
}

/* As JSON writes it; beyond float64 it is an infinity, as in Python. */
static bool put_number(struct lar_csv_json *to, const struct number *v, enum lar_type type,
                       struct lar_error *err)
{
    double ignored;
    size_t from = to->size;
    if (v->word)
        return lar_csv_put(to, v->word, err);
    if ((v->negative && !put(to, "-", 1, err)) || !put_parts(to, &v->whole, "0", err) ||
        (v->point && (!put(to, ".", 1, err) || !put_parts(to, &v->fraction, "0", err))) ||
        !put_parts(to, &v->exponent, "", err))
        return false;
    const char *at = to->data + from;
    bool floats = type == LAR_TYPE_F64 || type == LAR_TYPE_F32;
    if (!floats || lar_number_read_f64(&at, to->data + to->size, &ignored) != LAR_NUMBER_OVERFLOW)
        return true;
    to->size = from;
    return lar_csv_put(to, v->negative ? "-Infinity" : "Infinity", err);
}

bool lar_csv_is_number(const struct lar_json_string *cell)
{
    struct number ignored;
    const struct lar_json_string s = without_blanks(*cell);
    return take_number(&ignored, &s);
}

/* ---- values ---- */

static const char *const truths[] = {"true", "True", "TRUE", NULL};
static const char *const falsehoods[] = {"false", "False", "FALSE", NULL};

bool lar_csv_is_flag(const struct lar_json_string *cell)
{
    return is_one_of(cell, truths) || is_one_of(cell, falsehoods);
}

bool lar_csv_put_value(struct lar_csv_json *to, const struct lar_json_string *cell,
                       enum lar_type type, struct lar_error *err)
{
    const struct lar_json_string s = without_blanks(*cell);
    struct number number;
    double ignored;
    if (type == LAR_TYPE_STRING)
        return lar_csv_is_missing(cell) ? lar_csv_put(to, "null", err)
                                        : lar_csv_put_string(to, cell, err);
    bool flags = type == LAR_TYPE_BOOL;
    if (is_one_of(&s, truths) || (flags && lar_json_is(&s, "1")))
        return lar_csv_put(to, flags ? "true" : "1", err);
    if (is_one_of(&s, falsehoods) || (flags && lar_json_is(&s, "0")))
        return lar_csv_put(to, flags ? "false" : "0", err);
    const char *at = s.text;
    if (lar_number_read_f64(&at, s.text + s.size, &ignored) == LAR_NUMBER_OK &&
        at == s.text + s.size) /* as most are */
        return put(to, s.text, s.size, err);
    if (lar_csv_is_missing(&s))
        return lar_csv_put(to, "null", err);
    if (take_number(&number, &s))
        return put_number(to, &number, type, err);
    return lar_csv_put_string(to, &s, err);
}
