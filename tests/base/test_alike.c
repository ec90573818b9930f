/* Which names are alike.
 * SPDX-License-Identifier: MIT */
#include "base/alike.h"
#include "tests/check_main.h"

#include <stdint.h>
#include <string.h>

static size_t alike(const char *a, const char *b)
{
    size_t ret = lar_alike(a, strlen(a), b, strlen(b));
    ck_assert_uint_eq(lar_alike(b, strlen(b), a, strlen(a)), ret);
    return ret;
}

START_TEST(slips_are_found)
{
    ck_assert_uint_eq(alike("KMeans", "KMeans"), 0);
    ck_assert_uint_eq(alike("KMean", "KMeans"), 1);
    ck_assert_uint_eq(alike("setle-ms", "settle-ms"), 1);
    ck_assert_uint_eq(alike("qeue", "queue"), 1);
    ck_assert_uint_eq(alike("LogisticRegresion", "LogisticRegression"), 1);
    ck_assert_uint_eq(alike("GradientBoostClassifier", "GradientBoostingClassifier"), 3);
    ck_assert_uint_eq(alike("", ""), 0);
}
END_TEST

START_TEST(other_names_are_not)
{
    static const char *const pairs[][2] = {
        {"TSNE", "RFE"}, {"DBSCAN", "CCA"}, {"Isomap", "Birch"}, {"Isomap", "Lasso"},
        {"SVC", "SVR"},  {"", "a"},         {"MDS", "RFE"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        ck_assert_msg(alike(pairs[i][0], pairs[i][1]) == SIZE_MAX, "%s %s", pairs[i][0],
                      pairs[i][1]);
}
END_TEST

START_TEST(long_names_are_like_no_other)
{
    char name[LAR_ALIKE_BYTES + 2];
    memset(name, 'a', sizeof name);
    ck_assert_uint_eq(lar_alike(name, LAR_ALIKE_BYTES, name, LAR_ALIKE_BYTES - 3), 3);
    ck_assert(lar_alike(name, LAR_ALIKE_BYTES + 1, name, LAR_ALIKE_BYTES + 1) == SIZE_MAX);
    ck_assert(lar_alike(name, LAR_ALIKE_BYTES + 1, name, 3) == SIZE_MAX);
}
END_TEST

int main(void)
{
    return check_main("alike", (const TTest *[]){slips_are_found, other_names_are_not,
                                                 long_names_are_like_no_other, NULL});
}
