/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/names.h"
#include "tests/check_main.h"

#include <string.h>

static bool same(const char *met, const char *wanted)
{
    return pk_same_module((struct pk_bytes){(const uint8_t *)met, strlen(met)}, wanted);
}

START_TEST(spellings)
{
    ck_assert(same("os", "os"));
    ck_assert(same("numpy._core.multiarray", "numpy.core.multiarray"));
    ck_assert(same("numpy.core._multiarray_umath", "numpy._core.multiarray"));
    ck_assert(same("numpy.multiarray", "numpy.core.multiarray"));
    ck_assert(same("numpy._core.numeric", "numpy.core.numeric"));
    ck_assert(same("sklearn.externals.joblib.numpy_pickle", "joblib.numpy_pickle"));
    ck_assert(same("__builtin__", "builtins"));
    ck_assert(same("copy_reg", "copyreg"));
    ck_assert(same("dill.dill", "dill._dill"));
    ck_assert(!same("numpy._cores", "numpy.cores"));
    ck_assert(!same("__builtin__x", "builtinsx"));
    ck_assert(!same("", "os"));
    char text[300];
    memset(text, 'x', sizeof text - 1);
    text[sizeof text - 1] = '\0';
    ck_assert(!same(text, "os") && !same("os", text) && same(text, text));
}
END_TEST

int main(void)
{
    return check_main("names", (const TTest *[]){spellings, NULL});
}
