/* Operators of texts: WordCounts, Tfidf.
 * SPDX-License-Identifier: MIT */
#include "tests/inference/one_operator.h"
#include "tests/inference/strings.h"

/* Runs O and compares with dense rows. */
static void expect_rows(struct one *o, uint64_t rows, uint64_t columns, const double *want)
{
    ck_assert_msg(one_run(o), "%s", o->err.text);
    ck_assert_int_eq(o->out.layout, LAR_LAYOUT_CSR);
    ck_assert_ptr_null(lar_tensor_fault(&o->out, o->out.indptr[rows]));
    for (uint64_t row = 0; row < rows; row++)
        for (uint64_t c = 0, k = o->out.indptr[row]; c < columns; c++) {
            bool stored = k < o->out.indptr[row + 1] && o->out.indices[k] == c;
            double is = stored ? ((double *)o->out.data)[k++] : 0;
            ck_assert_msg(is == want[row * columns + c], "row %llu, column %llu: %.17g, not %.17g",
                          (unsigned long long)row, (unsigned long long)c, is,
                          want[row * columns + c]);
        }
    one_finish(o);
}
#define EXPECT_ROWS(o, rows, columns, ...)                                                         \
    expect_rows(o, rows, columns, (const double[]){__VA_ARGS__})

static const char *const words[] = {"fox", "dog", "can", "42", "_x", "stanbul", "\u03c3\u03c2"};

#define COUNTS(text_)                                                                              \
    {                                                                                              \
        .op = "larder.WordCounts", .inputs = {strings(1, (const char *const[]){text_})},           \
        .n_inputs = 1, .params = {                                                                 \
            {"vocabulary", strings(7, words)},                                                     \
            {"indices", I64(S(7), 6, 5, 4, 3, 2, 1, 0)},                                           \
            {"columns", SCALAR_I64(7)},                                                            \
            {"lowercase", BOOLS(LAR_SCALAR, 1)}                                                    \
        }                                                                                          \
    }

START_TEST(words_are_counted)
{
    struct one o = COUNTS("Fox, FOX; dog can't 42 4 _X a-fox foxy");
    EXPECT_ROWS(&o, 1, 7, 0, 0, 1, 1, 1, 1, 3);
    o = (struct one)COUNTS("");
    EXPECT_ROWS(&o, 1, 7, 0, 0, 0, 0, 0, 0, 0);
    o = (struct one)COUNTS("fox");
    EXPECT_ROWS(&o, 1, 7, 0, 0, 0, 0, 0, 0, 1);
}
END_TEST

START_TEST(lower_case_is_pythons)
{
    struct one o = COUNTS("\u0130STANBUL \u03a3\u03a3"); /* dotted I: i and a mark, which is no
                                                            letter; a sigma at a word's end */
    EXPECT_ROWS(&o, 1, 7, 1, 1, 0, 0, 0, 0, 0);
    o = (struct one)COUNTS("FOX\xed\xa0\x80"
                           "DOG \u00c9"); /* a lone surrogate parts words and is passed over */
    EXPECT_ROWS(&o, 1, 7, 0, 0, 0, 0, 0, 1, 1);
    o = (struct one)COUNTS("\xff\xc3(fox\xf0\x9f"); /* no UTF-8 at all */
    EXPECT_ROWS(&o, 1, 7, 0, 0, 0, 0, 0, 0, 1);
}
END_TEST

/* Python passes over what is case-ignorable even where it is cased itself (U+02B0). */
START_TEST(final_sigma_is_pythons)
{
    static const char *const known[] = {"\u02b0\u02b0\u03c3", "a\u03c2\u02b0", "\u03c3\u03c3",
                                        "a\u03c3\u02b0z"};
    const char *text = "\u02b0\u02b0\u03a3 a\u03a3\u02b0 \u03a3\u03a3\u200b'A A\u03a3\u02b0Z";
    struct one o = {.op = "larder.WordCounts",
                    .inputs = {strings(1, &text)},
                    .n_inputs = 1,
                    .params = {{"vocabulary", strings(4, known)},
                               {"indices", I64(S(4), 0, 1, 2, 3)},
                               {"columns", SCALAR_I64(4)},
                               {"lowercase", BOOLS(LAR_SCALAR, 1)}}};
    EXPECT_ROWS(&o, 1, 4, 1, 1, 1, 1);
}
END_TEST

START_TEST(options_of_counting)
{
    static const uint8_t no = 0, yes = 1;
    struct one o = COUNTS("FOX fox fox dog");
    o.params[3].tensor.data = (void *)&no;
    o.params[4].name = "binary";
    o.params[4].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    o.params[4].tensor.data = (void *)&yes;
    EXPECT_ROWS(&o, 1, 7, 0, 0, 0, 0, 0, 1, 1);
}
END_TEST

START_TEST(missing_texts_are_refused)
{
    struct one o = COUNTS(NULL);
    ck_assert(!one_run(&o));
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(o.err.text, "row 0: the text is missing (NaN)"));
    one_finish(&o);
    o = (struct one)COUNTS("fox");
    o.params[1].tensor = (struct lar_tensor)I64(S(7), 6, 5, 4, 3, 2, 1, 7);
    ck_assert(!one_run(&o));
    ck_assert_ptr_nonnull(strstr(o.err.text, "word 6 has column 7 of 7"));
    one_finish(&o);
}
END_TEST

#define TFIDF                                                                                      \
    {                                                                                              \
        .op = "larder.Tfidf", .inputs = {F64(S(3, 3), 3, 0, 4, 0, 0, 0, 0, -2, 0)}, .n_inputs = 1, \
        .params = {                                                                                \
            {"norm", SCALAR_I64(2)}                                                                \
        }                                                                                          \
    }

START_TEST(rows_are_normalised)
{
    struct one o = TFIDF;
    EXPECT_ROWS(&o, 3, 3, 3. / 5, 0, 4. / 5, 0, 0, 0, 0, -1, 0);
    static int64_t norm = 1;
    o.params[0].tensor.data = &norm;
    EXPECT_ROWS(&o, 3, 3, 3. / 7, 0, 4. / 7, 0, 0, 0, 0, -1, 0);
    o.params[0].name = "idf";
    o.params[0].tensor = (struct lar_tensor)F64(S(3), 2, 3, 0.5);
    EXPECT_ROWS(&o, 3, 3, 6, 0, 2, 0, 0, 0, 0, -6, 0);
    o.params[0].tensor = (struct lar_tensor)F64(S(2), 2, 3);
    EXPECT_REFUSED(&o, "2 weights for 3 columns");
}
END_TEST

START_TEST(the_order_of_the_norm_matters)
{
    /* 1 + 2^-53 + 2^-53 is 1 from the left and more from the right. */
    double small = 0x1p-53;
    struct one o = {.op = "larder.Tfidf",
                    .inputs = {F64(S(1, 3), 1, small, small)},
                    .n_inputs = 1,
                    .params = {{"norm", SCALAR_I64(1)}}};
    EXPECT_ROWS(&o, 1, 3, 1, small, small);
    o.params[1].name = "descending";
    o.params[1].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    double sum = small + small + 1;
    EXPECT_ROWS(&o, 1, 3, 1 / sum, small / sum, small / sum);
}
END_TEST

START_TEST(infinite_weights_are_refused)
{
    struct one o = {.op = "larder.Tfidf",
                    .inputs = {F64(S(2, 2), 1, 0, 0, 1)},
                    .n_inputs = 1,
                    .params = {{"idf", F64(S(2), 2, INFINITY)}}};
    EXPECT_ROWS(&o, 2, 2, 2, 0, 0, INFINITY);
    o.params[1].name = "norm";
    o.params[1].tensor = (struct lar_tensor)SCALAR_I64(2);
    ck_assert(!one_run(&o));
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    ck_assert_ptr_nonnull(strstr(o.err.text, "row 1"));
    one_finish(&o);
}
END_TEST

START_TEST(sublinear_counts)
{
    struct one o = {.op = "larder.Tfidf",
                    .inputs = {F64(S(1, 2), 5, 0)},
                    .n_inputs = 1,
                    .params = {{"sublinear", BOOLS(LAR_SCALAR, 1)}}};
    EXPECT_ROWS(&o, 1, 2, log(5) + 1, 0);
}
END_TEST

int main(void)
{
    return check_main(
        "texts", (const TTest *[]){words_are_counted, lower_case_is_pythons, final_sigma_is_pythons,
                                   options_of_counting, missing_texts_are_refused,
                                   rows_are_normalised, the_order_of_the_norm_matters,
                                   infinite_weights_are_refused, sublinear_counts, NULL});
}
