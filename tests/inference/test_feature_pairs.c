/* HashPairs, LookUpPairs, and the order in which they add.
 * SPDX-License-Identifier: MIT */
#include "inference/pair_sort.h"
#include "tests/inference/one_operator.h"
#include "tests/inference/strings.h"

#include <math.h>

enum { MANY = 5000 };

/* N names that are all there but those that are NULL, ROWS rows of them, and VALUES. */
static void pairs(struct one *o, size_t rows, size_t n, const char *const *names,
                  const double *values)
{
    o->inputs[0] = strings(rows * n, names);
    o->inputs[0].shape = LAR_SHAPE((int64_t)rows, (int64_t)n);
    o->inputs[1] = (struct lar_tensor)ARRAY(LAR_TYPE_F64, (double *)values, 0);
    o->inputs[1].shape = o->inputs[0].shape;
    o->n_inputs = 2;
}

/* Row ROW is N numbers, bit by bit. */
static void expect_row(const struct one *o, uint64_t row, size_t n, const double *want)
{
    uint64_t k = o->out.indptr[row], end = o->out.indptr[row + 1];
    for (uint64_t c = 0; c < n; c++) {
        double is = 0;
        if (k < end && o->out.indices[k] == c) {
            is = o->out.type == LAR_TYPE_F32 ? (double)((float *)o->out.data)[k]
                                             : ((double *)o->out.data)[k];
            k++;
        }
        ck_assert_msg(is == want[c] || (isnan(is) && isnan(want[c])), "row %llu, %llu: %.17g",
                      (unsigned long long)row, (unsigned long long)c, is);
    }
    ck_assert_uint_eq(k, end);
}
#define EXPECT_ROW(o, row, ...)                                                                    \
    expect_row(o, row, sizeof((const double[]){__VA_ARGS__}) / sizeof(double),                     \
               (const double[]){__VA_ARGS__})

START_TEST(values_are_hashed)
{
    static const char *const names[] = {"a", "ab", NULL, "a", "ab", "", "a", NULL};
    static const double values[] = {0.1, 2, 9, 0.2, -0.0, 0, NAN, 1};
    struct one o = {.op = "larder.HashPairs",
                    .params = {{"columns", SCALAR_I64(7)}, {"alternate", BOOLS(LAR_SCALAR, 1)}}};
    pairs(&o, 2, 4, names, values);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_ptr_null(lar_tensor_fault(&o.out, o.out.indptr[2]));
    EXPECT_ROW(&o, 0, 0, 0, 0, -2, 0.1 + 0.2, 0, 0);
    EXPECT_ROW(&o, 1, 0, 0, 0, 0, NAN, 0, 0);
    one_finish(&o);
    o.params[1] = o.params[2]; /* not alternate */
    ck_assert(one_run(&o));
    EXPECT_ROW(&o, 0, 0, 0, 0, 2, 0.1 + 0.2, 0, 0);
    one_finish(&o);
}
END_TEST

START_TEST(float32_is_added_in_float32)
{
    static const char *const names[] = {"a", "a", "a"};
    static const double values[] = {0.1, 16777216, 1};
    struct one o = {.op = "larder.HashPairs",
                    .params = {{"columns", SCALAR_I64(1)}, {"float32", BOOLS(LAR_SCALAR, 1)}}};
    pairs(&o, 1, 3, names, values);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_int_eq(o.out.type, LAR_TYPE_F32);
    EXPECT_ROW(&o, 0, (double)(0.1f + 16777216.0f + 1.0f));
    one_finish(&o);
}
END_TEST

START_TEST(names_are_looked_up)
{
    static const char *const names[] = {"b", "x", "a", "b", NULL, "c", "c", ""};
    static const double values[] = {0.5, 7, NAN, 2, 1, -0.0, 0, 4};
    struct one o = {.op = "larder.LookUpPairs",
                    .params = {{"vocabulary", strings(3, (const char *const[]){"a", "b", "c"})}}};
    pairs(&o, 2, 4, names, values);
    ck_assert_msg(one_run(&o), "%s", o.err.text);
    ck_assert_ptr_null(lar_tensor_fault(&o.out, o.out.indptr[2]));
    EXPECT_ROW(&o, 0, NAN, 2.5, 0);
    EXPECT_ROW(&o, 1, 0, 0, 0);
    one_finish(&o);
    o.params[1].name = "latest";
    o.params[1].tensor = (struct lar_tensor)BOOLS(LAR_SCALAR, 1);
    ck_assert(one_run(&o));
    EXPECT_ROW(&o, 0, NAN, 2, 0);
    one_finish(&o);
}
END_TEST

START_TEST(what_does_not_fit_is_refused)
{
    static const char *const names[] = {"a", "x\xed\xa0\x80"};
    static const double values[] = {0, 1};
    struct one o = {.op = "larder.HashPairs", .params = {{"columns", SCALAR_I64(7)}}};
    pairs(&o, 1, 2, names, values);
    ck_assert(!one_run(&o));
    ck_assert_msg(strstr(o.err.text, "row 0: a lone surrogate cannot be hashed"), "%s", o.err.text);
    one_finish(&o);
    o.inputs[1].shape = LAR_SHAPE(1, 1);
    ck_assert(!one_run(&o));
    ck_assert_msg(strstr(o.err.text, "names of shape [1,2] and values of shape [1,1]"), "%s",
                  o.err.text);
    ck_assert_int_eq(o.err.code, LAR_ERR_INVALID);
    one_finish(&o);
    o.params[0].tensor = (struct lar_tensor)SCALAR_I64(0);
    EXPECT_REFUSED(&o, "0 columns");
}
END_TEST

/* ---- the order ---- */

/* At random; two runs that the median of three cuts as badly as can be; downwards. */
static void fill(struct lar_pair *p, size_t n, uint64_t distinct, int pattern)
{
    uint64_t x = n * 1000 + distinct;
    for (size_t i = 0, half = n / 2; i < n; i++) {
        x = x * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        uint64_t high = i >= half ? 2 * (i - half + 1) : i % 2 ? half + i - 1 : i + 1;
        p[i].key = pattern == 0   ? (x >> 33) % distinct
                   : pattern == 1 ? high / distinct
                                  : (n - i) / distinct;
        p[i].value = (double)i;
    }
}

START_TEST(equal_keys_end_where_std_sort_puts_them)
{
    static const struct {
        size_t n;
        uint64_t distinct;
        int pattern;
        uint64_t order; /* hash of where std::sort() of GNU's C++ library put them */
    } rows[] = {
        {16, 3, 0, UINT64_C(0x00462F35CC96AFB8)},    {17, 3, 0, UINT64_C(0x200E9447210E75C8)},
        {60, 5, 0, UINT64_C(0x3AC32A8B60CC11BA)},    {1000, 4, 0, UINT64_C(0x38A3E46C8550E5D4)},
        {1000, 97, 0, UINT64_C(0x9F8061FD9221A798)}, {5000, 1000, 0, UINT64_C(0x469921AC6F57B0B0)},
        {40, 3, 1, UINT64_C(0x848B9A84CC5DBAA8)},    {2000, 3, 1, UINT64_C(0xA17211ACF493C4DC)},
        {4000, 5, 1, UINT64_C(0xB9188D8DF5DC5344)},  {100, 7, 2, UINT64_C(0x484F2385C3C68782)},
        {3000, 2, 2, UINT64_C(0x639A0A63039462C4)},
    };
    static struct lar_pair p[MANY];
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        uint64_t hash = 0;
        fill(p, rows[r].n, rows[r].distinct, rows[r].pattern);
        lar_pair_sort(p, rows[r].n);
        for (size_t i = 0; i < rows[r].n; i++) {
            ck_assert(i == 0 || p[i - 1].key <= p[i].key);
            hash = hash * UINT64_C(6364136223846793005) + (uint64_t)p[i].value;
        }
        ck_assert_msg(hash == rows[r].order, "row %zu", r);
    }
    lar_pair_sort(p, 0);
}
END_TEST

START_TEST(what_ascends_stays)
{
    struct lar_pair p[100];
    for (size_t i = 0; i < 100; i++)
        p[i] = (struct lar_pair){.key = i / 30, .value = (double)i};
    lar_pair_sort(p, 100);
    for (size_t i = 0; i < 100; i++)
        ck_assert_double_eq(p[i].value, (double)i);
}
END_TEST

int main(void)
{
    return check_main("feature_pairs",
                      (const TTest *[]){values_are_hashed, float32_is_added_in_float32,
                                        names_are_looked_up, what_does_not_fit_is_refused,
                                        equal_keys_end_where_std_sort_puts_them, what_ascends_stays,
                                        NULL});
}
