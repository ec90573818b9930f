/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/danger.h"
#include "tests/check_main.h"

#include <string.h>

static struct pk_bytes bytes(const char *text)
{
    return (struct pk_bytes){(const uint8_t *)text, strlen(text)};
}

static const char *verdict(const char *module, const char *name)
{
    const char *why;
    enum pk_verdict v = pk_verdict_on(bytes(module), bytes(name), &why);
    ck_assert_int_eq(v == PK_DANGEROUS, why != NULL);
    return pk_verdict_name(v);
}

static const struct row {
    const char *module, *name, *verdict;
} rows[] = {
    {"os", "system", "dangerous"},
    {"posix", "system", "dangerous"},
    {"os.path", "join", "dangerous"},
    {"subprocess", "Popen", "dangerous"},
    {"builtins", "eval", "dangerous"},
    {"__builtin__", "eval", "dangerous"},
    {"__builtin__", "getattr", "dangerous"},
    {"builtins", "exec", "dangerous"},
    {"builtins", "__import__", "dangerous"},
    {"socket", "socket", "dangerous"},
    {"runpy", "run_path", "dangerous"},
    {"importlib", "import_module", "dangerous"},
    {"numpy.testing._private.utils", "runstring", "dangerous"},
    {"numpy", "load", "dangerous"},
    {"sklearn.datasets._base", "load_files", "dangerous"},
    {"sklearn.externals.joblib", "load", "dangerous"},
    /* names that lead through a harmless module to another */
    {"sklearn.utils.fixes", "os.system", "dangerous"},
    {"sklearn.utils", "fixes.os.system", "dangerous"},
    {"builtins", "eval.__call__", "dangerous"},
    {"x", "a.b.c.d.e.f.g.h.i.j.k.l.m.n.o.p.q.r", "dangerous"},
    /* whole parts count */
    {"osmosis", "system", "not known"},
    {"builtins", "evaluate", "not known"},
    {"builtins", "eval2", "not known"},
    {"sklearning", "Ridge", "not known"},
    {"__main__", "Model", "not known"},
    {"numpy", "frompyfunc", "not known"},
    {"sklearn.tree", "Outer.Inner", "not known"},
    {"", "", "not known"},
    {".", ".", "not known"},
    {"sklearn.linear_model._ridge", "Ridge", "harmless"},
    {"sklearn", "x", "harmless"},
    {"numpy", "ndarray", "harmless"},
    {"numpy._core.multiarray", "_reconstruct", "harmless"},
    {"__builtin__", "set", "harmless"},
    {"copy_reg", "_reconstructor", "harmless"},
    {"sklearn.externals.joblib.numpy_pickle", "NumpyArrayWrapper", "harmless"},
};

START_TEST(verdicts)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_msg(strcmp(verdict(rows[i].module, rows[i].name), rows[i].verdict) == 0,
                      "%s.%s is %s", rows[i].module, rows[i].name,
                      verdict(rows[i].module, rows[i].name));
}
END_TEST

int main(void)
{
    return check_main("danger", (const TTest *[]){verdicts, NULL});
}
