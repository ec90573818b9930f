/* How texts become terms: the analyzer's parameters, by way of WordCounts, HashWords and HashTexts.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"
#include "tests/inference/strings.h"

#include "inference/texts/murmur.h"

/* Counts of KNOWN terms (N of them, the column of each is its place) in TEXT. */
static struct one counting(const char *text, size_t n, const char *const *known)
{
    static int64_t places[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, columns;
    columns = (int64_t)n;
    struct one o = {.op = "larder.WordCounts",
                    .inputs = {strings(1, &text)},
                    .n_inputs = 1,
                    .params = {{"vocabulary", strings(n, known)},
                               {"indices", ARRAY(LAR_TYPE_I64, places, (int64_t)n)},
                               {"columns", {0}}}};
    o.params[2].tensor = (struct lar_tensor){
        .type = LAR_TYPE_I64, .layout = LAR_LAYOUT_DENSE, .shape = LAR_SCALAR, .data = &columns};
    return o;
}
#define KNOWN(...)                                                                                 \
    sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *), (const char *const[])             \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }

static void set(struct one *o, size_t i, const char *name, struct lar_tensor tensor)
{
    o->params[3 + i].name = name;
    o->params[3 + i].tensor = tensor;
}
#define INTEGER(v) (struct lar_tensor) SCALAR_I64(v)

/* One row of N numbers. */
static void expect(struct one *o, size_t n, const double *want)
{
    ck_assert_msg(one_run(o), "%s", o->err.text);
    ck_assert_ptr_null(lar_tensor_fault(&o->out, o->out.indptr[1]));
    for (uint64_t c = 0, k = 0; c < n; c++) {
        bool stored = k < o->out.indptr[1] && o->out.indices[k] == c;
        double is = stored ? ((double *)o->out.data)[k++] : 0;
        ck_assert_msg(is == want[c], "column %llu: %g, not %g", (unsigned long long)c, is, want[c]);
    }
    one_finish(o);
}
#define EXPECT(o, ...)                                                                             \
    expect(o, sizeof((const double[]){__VA_ARGS__}) / sizeof(double), (const double[]){__VA_ARGS__})

static void expect_failure(struct one *o, enum lar_error_code code, const char *text)
{
    ck_assert(!one_run(o));
    ck_assert_int_eq(o->err.code, code);
    ck_assert_msg(strstr(o->err.text, text) != NULL, "%s", o->err.text);
    one_finish(o);
}

START_TEST(words_together)
{
    struct one o = counting("to be or not to be", KNOWN("to be", "be", "be or not", "to", "or to"));
    set(&o, 0, "least", INTEGER(1));
    set(&o, 1, "most", INTEGER(3));
    EXPECT(&o, 2, 2, 1, 2, 0);
    set(&o, 0, "least", INTEGER(2));
    EXPECT(&o, 2, 0, 1, 0, 0);
    set(&o, 2, "stop_words", strings(2, (const char *const[]){"be", "not"}));
    EXPECT(&o, 0, 0, 0, 0, 1); /* what stands between them does not part them */
    o = counting("", KNOWN("to be"));
    set(&o, 0, "most", INTEGER(3));
    EXPECT(&o, 0);
}
END_TEST

START_TEST(characters)
{
    struct one o =
        counting("a \t\n b\u00e9\tb", KNOWN("a", " ", "\t", "\u00e9\t", "a b", " b\u00e9"));
    set(&o, 0, "analyzer", INTEGER(1));
    set(&o, 1, "most", INTEGER(3));
    EXPECT(&o, 1, 1, 1, 1, 1, 1);
    o = counting("\u2003\u3000\xc2\x85\xe1\x9a\x80\xe2\x80\xa8\xe2\x81\x9f", KNOWN(" ", "\u2003"));
    set(&o, 0, "analyzer", INTEGER(1));
    EXPECT(&o, 1, 0);
}
END_TEST

START_TEST(characters_inside_of_words)
{
    struct one o = counting(" ab  c", KNOWN(" a", "ab", "b ", " ab ", " c ", "b c", " ab"));
    set(&o, 0, "analyzer", INTEGER(2));
    set(&o, 1, "least", INTEGER(2));
    set(&o, 2, "most", INTEGER(6));
    EXPECT(&o, 1, 1, 1, 1, 1, 0, 1);
    set(&o, 1, "least", INTEGER(5)); /* longer than both words: each once */
    EXPECT(&o, 0, 0, 0, 1, 1, 0, 0);
    set(&o, 1, "least", INTEGER(3));
    set(&o, 2, "most", INTEGER(3));
    EXPECT(&o, 0, 0, 0, 0, 1, 0, 1);
}
END_TEST

START_TEST(accents)
{
    const char *text = "\u00e9cole e\u0301cole \uac01 \ufb01n";
    struct one o =
        counting(text, KNOWN("ecole", "e\u0301cole", "\u1100\u1161\u11a8", "fin", "cole"));
    set(&o, 0, "accents", INTEGER(2));
    EXPECT(&o, 2, 0, 1, 1, 0);
    set(&o, 0, "accents", INTEGER(1));
    EXPECT(&o, 2, 0, 0, 1, 0);
    set(&o, 0, "accents", INTEGER(3));
    EXPECT(&o, 2, 0, 1, 1, 0);
    o = counting("e\u0301cole", KNOWN("ecole", "cole"));
    set(&o, 0, "accents", INTEGER(3)); /* is normal already: keeps its mark, which parts words */
    EXPECT(&o, 0, 1);
    o = counting("a\u0323\u0307 aa", KNOWN("a", "aa", "\u0323")); /* marks in their order */
    set(&o, 0, "accents", INTEGER(3));
    set(&o, 1, "shortest", INTEGER(1));
    EXPECT(&o, 1, 1, 0);
    /* U+FDFA has eighteen parts */
    char all[32 * 3 + 1] = "";
    for (size_t i = 0; i < 32; i++)
        strcat(all, "\ufdfa");
    o = counting(all, KNOWN("\u0635\u0644\u0649"));
    set(&o, 0, "accents", INTEGER(2));
    EXPECT(&o, 1);
}
END_TEST

START_TEST(patterns)
{
    struct one o = counting("ab-c, d", KNOWN("ab-c", "d", "ab"));
    set(&o, 0, "pattern", strings(1, (const char *const[]){"[a-z-]+"}));
    EXPECT(&o, 1, 1, 0);
    set(&o, 0, "pattern", strings(1, (const char *const[]){"([a-z]+)-"}));
    EXPECT(&o, 0, 0, 1);
    o = counting("aab", KNOWN("aa", ""));
    set(&o, 0, "pattern", strings(1, (const char *const[]){"a*"}));
    EXPECT(&o, 1, 2); /* an empty one behind "aa", and at the end */
    set(&o, 0, "pattern", strings(1, (const char *const[]){"x|(y)|a"}));
    EXPECT(&o, 0, 2); /* a group that took no part */
    set(&o, 0, "pattern", strings(1, (const char *const[]){"(a)(b)"}));
    expect_failure(&o, LAR_ERR_FORMAT, "2 groups");
    set(&o, 0, "pattern", strings(1, (const char *const[]){"(a"}));
    expect_failure(&o, LAR_ERR_FORMAT, "cannot be compiled");
    set(&o, 0, "pattern", strings(1, (const char *const[]){"a\\K"}));
    EXPECT(&o, 0, 2);
    o = counting("a\xed\xa0\x80", KNOWN("a"));
    set(&o, 0, "pattern", strings(1, (const char *const[]){"a"}));
    expect_failure(&o, LAR_ERR_INVALID, "row 0: a text holds a lone surrogate");
}
END_TEST

START_TEST(patterns_are_limited)
{
    char text[4001];
    memset(text, 'a', 4000);
    text[4000] = 0;
    struct one o = counting(text, KNOWN("a"));
    set(&o, 0, "pattern", strings(1, (const char *const[]){"(?:a+)+[bc]"}));
    expect_failure(&o, LAR_ERR_LIMIT, "match limit exceeded");
    set(&o, 0, "pattern", strings(1, (const char *const[]){"(?:a|aa)+?[cd]"}));
    expect_failure(&o, LAR_ERR_LIMIT, "than is allowed");
}
END_TEST

START_TEST(many_terms_are_sorted)
{
    char text[3 * 100 + 1];
    for (int i = 0; i < 100; i++)
        memcpy(text + 3 * i, (const char *const[]){"zz ", "aa ", "mm "}[i % 3], 3);
    text[300] = 0;
    struct one o = counting(text, KNOWN("zz", "aa", "mm"));
    EXPECT(&o, 34, 33, 33);
    static int64_t wide[] = {70000, 3, 900}, columns = 1 << 20;
    o.params[1].tensor.data = wide;
    o.params[2].tensor.data = &columns;
    ck_assert(one_run(&o));
    ck_assert_uint_eq(o.out.indptr[1], 3);
    ck_assert_uint_eq(o.out.indices[0], 3);
    ck_assert_uint_eq(o.out.indices[1], 900);
    ck_assert_uint_eq(o.out.indices[2], 70000);
    one_finish(&o);
}
END_TEST

START_TEST(options_are_verified)
{
    static const struct {
        const char *name;
        int64_t value;
    } wrong[] = {{"accents", 4}, {"accents", -1}, {"analyzer", 3}, {"least", 0},
                 {"least", 2},   {"most", 1001},  {"shortest", 0}};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct one o = counting("a", KNOWN("a"));
        set(&o, 0, wrong[i].name, INTEGER(wrong[i].value));
        expect_failure(&o, LAR_ERR_FORMAT, " is not from ");
    }
}
END_TEST

START_TEST(murmur)
{
    static const struct {
        const char *text;
        int32_t hash;
    } known[] = {{"", 0},
                 {"a", 1009084850},
                 {"ab", -1681926305},
                 {"abc", -1277324294},
                 {"abcd", 1139631978},
                 {"hello world", 1586663183},
                 {"\u00e9cole", 2018674546}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        ck_assert_int_eq(lar_murmur((const uint8_t *)known[i].text, strlen(known[i].text)),
                         known[i].hash);
}
END_TEST

#define HASHED(text_)                                                                              \
    {                                                                                              \
        .op = "larder.HashWords", .inputs = {strings(1, (const char *const[]){text_})},            \
        .n_inputs = 1, .params = {                                                                 \
            {"columns", SCALAR_I64(7)},                                                            \
            {"alternate", BOOLS(LAR_SCALAR, 1)},                                                   \
            {"shortest", SCALAR_I64(1)}                                                            \
        }                                                                                          \
    }

START_TEST(words_are_hashed)
{
    struct one o = HASHED("a ab abc abcd a");
    EXPECT(&o, 0, -1, 1, -1, 2, 0, 0);
    o.params[1].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 0);
    EXPECT(&o, 0, 1, 1, 1, 2, 0, 0);
    o.params[2].name = "binary";
    o.params[2].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    EXPECT(&o, 0, 1, 1, 1, 0, 0, 0); /* a word of one letter is none now */
    o = (struct one)HASHED("x\xed\xa0\x80");
    EXPECT(&o, 0, 0, 1, 0, 0, 0, 0);
    o.params[3].name = "analyzer";
    o.params[3].tensor = INTEGER(1);
    expect_failure(&o, LAR_ERR_INVALID, "row 0: a lone surrogate cannot be hashed");
    o.params[0].tensor = INTEGER(0);
    EXPECT_REFUSED(&o, "0 columns");
}
END_TEST

START_TEST(texts_are_hashed)
{
    struct lar_tensor texts = strings(4, (const char *const[]){"a", "ab", NULL, "a"});
    texts.shape = LAR_SHAPE(1, 4);
    struct one o = {.op = "larder.HashTexts",
                    .inputs = {texts},
                    .n_inputs = 1,
                    .params = {{"columns", SCALAR_I64(7)}, {"alternate", BOOLS(LAR_SCALAR, 1)}}};
    EXPECT(&o, 0, 0, 0, -1, 2, 0, 0);
}
END_TEST

int main(void)
{
    return check_main("terms",
                      (const TTest *[]){words_together, characters, characters_inside_of_words,
                                        accents, patterns, patterns_are_limited,
                                        many_terms_are_sorted, options_are_verified, murmur,
                                        words_are_hashed, texts_are_hashed, NULL});
}
