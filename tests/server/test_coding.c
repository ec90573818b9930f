/* SPDX-License-Identifier: MIT */
#include "server/coding.h"
#include "tests/check_main.h"

#include <stdlib.h>
#include <string.h>

START_TEST(names)
{
    ck_assert_int_eq(lar_coding_of((struct lar_span){0}), LAR_CODING_NONE);
    ck_assert_int_eq(lar_coding_of(lar_span_of("identity")), LAR_CODING_NONE);
    ck_assert_int_eq(lar_coding_of(lar_span_of(" GZip\t")), LAR_CODING_GZIP);
    ck_assert_int_eq(lar_coding_of(lar_span_of("x-gzip")), LAR_CODING_GZIP);
    ck_assert_int_eq(lar_coding_of(lar_span_of("deflate")), LAR_CODING_DEFLATE);
    ck_assert_int_eq(lar_coding_of(lar_span_of("br")), LAR_CODING_OTHER);
    ck_assert_int_eq(lar_coding_of(lar_span_of("gzip, gzip")), LAR_CODING_OTHER);
}
END_TEST

START_TEST(what_is_accepted)
{
    static const struct {
        const char *value;
        enum lar_coding coding;
    } rows[] = {
        {"", LAR_CODING_NONE},
        {"gzip", LAR_CODING_GZIP},
        {"gzip, deflate", LAR_CODING_GZIP},
        {"deflate, gzip, br", LAR_CODING_GZIP},
        {"gzip;q=0.5, deflate;q=0.9", LAR_CODING_DEFLATE},
        {"gzip ; q=0 , deflate", LAR_CODING_DEFLATE},
        {"gzip;q=0", LAR_CODING_NONE},
        {"*", LAR_CODING_GZIP},
        {"*;q=0.1, gzip;q=0", LAR_CODING_DEFLATE},
        {"*;q=0", LAR_CODING_NONE},
        {"identity, gzip;q=0.5", LAR_CODING_NONE},
        {"identity;q=0.5, gzip;q=1.0", LAR_CODING_GZIP},
        {"br;q=1.0, zstd", LAR_CODING_NONE},
        {"gzip;q=1.0001", LAR_CODING_NONE},
        {"gzip;q=2", LAR_CODING_NONE},
        {"gzip;x=1", LAR_CODING_GZIP},
        {",,;,q=1;;,", LAR_CODING_NONE},
        {"gzip;q=0.001", LAR_CODING_GZIP},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(lar_coding_accepted(lar_span_of(rows[i].value)) == rows[i].coding, "%s",
                      rows[i].value);
}
END_TEST

START_TEST(identity_can_be_refused)
{
    static const char *const refusing[] = {"identity;q=0",       "*;q=0",
                                           "gzip, identity;q=0", "*;q=0.000",
                                           "gzip;q=1, * ; q=0",  "*, identity;q=0.0"};
    static const char *const taking[] = {"",
                                         "gzip",
                                         "identity",
                                         "identity;q=0.001",
                                         "*;q=0, identity",
                                         "identity;q=0.5, *;q=0",
                                         "gzip;q=0"};
    for (size_t i = 0; i < sizeof refusing / sizeof *refusing; i++)
        ck_assert_msg(lar_coding_plain_refused(lar_span_of(refusing[i])), "%s", refusing[i]);
    for (size_t i = 0; i < sizeof taking / sizeof *taking; i++)
        ck_assert_msg(!lar_coding_plain_refused(lar_span_of(taking[i])), "%s", taking[i]);
    ck_assert(!lar_coding_plain_refused((struct lar_span){0}));
}
END_TEST

/* N bytes of text, packed. */
static struct lar_text packed(enum lar_coding coding, size_t n, bool same)
{
    struct lar_text text;
    lar_text_init(&text, NULL, 0, n + 1);
    for (size_t i = 0; i < n; i++)
        lar_text_char(&text, same ? 'a' : "0123456789,. [] "[i * 2654435761u >> 7 & 15]);
    ck_assert(lar_coding_pack(&text, coding, false));
    ck_assert_uint_lt(text.size, n);
    return text;
}

static enum lar_error_code unpack(struct lar_unpacked *u, struct lar_budget *budget,
                                  enum lar_coding coding, const struct lar_text *text, size_t size,
                                  size_t limit)
{
    struct lar_error err = {0};
    *u = (struct lar_unpacked){0};
    bool ok = lar_coding_unpack(u, coding, text->data, size, limit, budget, &err);
    ck_assert(ok == (err.code == LAR_ERR_NONE));
    return err.code;
}

START_TEST(there_and_back)
{
    for (enum lar_coding coding = LAR_CODING_GZIP; coding < LAR_CODING_OTHER; coding++)
        for (size_t n = 100; n < 200000; n *= 3) {
            struct lar_budget budget = {1 << 20};
            struct lar_unpacked u;
            struct lar_text text = packed(coding, n, false);
            ck_assert_int_eq(unpack(&u, &budget, coding, &text, text.size, n), LAR_ERR_NONE);
            ck_assert_uint_eq(u.size, n);
            for (size_t i = 0; i < n; i++)
                ck_assert_int_eq(u.data[i], "0123456789,. [] "[i * 2654435761u >> 7 & 15]);
            lar_unpacked_finish(&u, &budget);
            ck_assert_int_eq(unpack(&u, &budget, coding, &text, text.size, n - 1), LAR_ERR_LIMIT);
            lar_unpacked_finish(&u, &budget);
            for (size_t cut = 0; cut < text.size; cut += 1 + cut / 3) {
                ck_assert_int_eq(unpack(&u, &budget, coding, &text, cut, n), LAR_ERR_INVALID);
                lar_unpacked_finish(&u, &budget);
            }
            ck_assert_int_eq(budget.left, 1 << 20);
            lar_text_finish(&text);
        }
}
END_TEST

START_TEST(refusals)
{
    struct lar_budget budget = {64 << 20};
    struct lar_unpacked u;
    struct lar_text text = packed(LAR_CODING_GZIP, 900 * 1024, true);
    ck_assert_int_eq(unpack(&u, &budget, LAR_CODING_GZIP, &text, text.size, 32 << 20),
                     LAR_ERR_NONE); /* below the free size nobody counts */
    lar_unpacked_finish(&u, &budget);
    ck_assert_int_eq(unpack(&u, &budget, LAR_CODING_DEFLATE, &text, text.size, 32 << 20),
                     LAR_ERR_INVALID);
    lar_unpacked_finish(&u, &budget);
    lar_text_finish(&text);
    text = packed(LAR_CODING_GZIP, 8 << 20, true); /* about 1,000 times */
    ck_assert_int_eq(unpack(&u, &budget, LAR_CODING_GZIP, &text, text.size, 32 << 20),
                     LAR_ERR_LIMIT);
    lar_unpacked_finish(&u, &budget);
    lar_text_finish(&text);
    text = packed(LAR_CODING_DEFLATE, 200000, false);
    budget.left = 100000;
    ck_assert_int_eq(unpack(&u, &budget, LAR_CODING_DEFLATE, &text, text.size, 32 << 20),
                     LAR_ERR_BUSY);
    lar_unpacked_finish(&u, &budget);
    ck_assert_int_eq(budget.left, 100000);
    ck_assert(lar_text_room(&text, 1) != NULL);
    lar_text_char(&text, 'x');
    ck_assert_int_eq(unpack(&u, &budget, LAR_CODING_DEFLATE, &text, text.size, 32 << 20),
                     LAR_ERR_BUSY);
    lar_unpacked_finish(&u, &budget);
    budget.left = 1 << 20;
    ck_assert_int_eq(unpack(&u, &budget, LAR_CODING_DEFLATE, &text, text.size, 32 << 20),
                     LAR_ERR_INVALID); /* a byte too many */
    lar_unpacked_finish(&u, &budget);
    lar_text_finish(&text);
}
END_TEST

START_TEST(what_gets_no_shorter_stays)
{
    struct lar_text text;
    char memory[4] = "abcd";
    lar_text_init(&text, memory, sizeof memory, 100);
    lar_text_add(&text, "wxyz", 4);
    ck_assert(!lar_coding_pack(&text, LAR_CODING_GZIP, false));
    ck_assert_uint_eq(text.size, 4);
    ck_assert_mem_eq(text.data, "wxyz", 4);
}
END_TEST

int main(void)
{
    return check_main("coding", (const TTest *[]){names, what_is_accepted, identity_can_be_refused,
                                                  there_and_back, refusals,
                                                  what_gets_no_shorter_stays, NULL});
}
