/* Aliases of modules; see names.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/names.h"

#include <string.h>

/* FROM, alone or before a dot, reads as TO. One replacement is made for each name; the longer FROM
 * stands first. */
static const struct alias {
    const char *from, *to;
} aliases[] = {
    {"__builtin__", "builtins"},
    {"copy_reg", "copyreg"},
    {"numpy.core._multiarray_umath", "numpy.core.multiarray"},
    {"numpy._core._multiarray_umath", "numpy.core.multiarray"},
    {"numpy.multiarray", "numpy.core.multiarray"},
    {"numpy._core", "numpy.core"},
    {"numpy.core.records", "numpy"},
    {"numpy.rec", "numpy"},
    {"numpy.matrixlib.defmatrix", "numpy"},
    {"numpy.core.memmap", "numpy"},
    {"sklearn.externals.joblib", "joblib"},
    {"dill.dill", "dill._dill"},
};

enum { LONGEST = 128 }; /* longer names have no alias */

static size_t canonical(char *out, const char *name, size_t size)
{
    for (size_t i = 0; i < sizeof aliases / sizeof *aliases; i++) {
        const struct alias *a = &aliases[i];
        size_t n = strlen(a->from), to = strlen(a->to);
        if (size < n || memcmp(name, a->from, n) != 0 || (size > n && name[n] != '.'))
            continue;
        memcpy(out, a->to, to);
        memcpy(out + to, name + n, size - n);
        return to + size - n;
    }
    memcpy(out, name, size);
    return size;
}

bool pk_same_module(struct pk_bytes met, const char *wanted)
{
    char a[2 * LONGEST], b[2 * LONGEST];
    size_t n = strlen(wanted);
    if (n == met.size && memcmp(met.data, wanted, n) == 0)
        return true;
    if (n > LONGEST || met.size > LONGEST)
        return false;
    size_t a_size = canonical(a, (const char *)met.data, met.size);
    return a_size == canonical(b, wanted, n) && memcmp(a, b, a_size) == 0;
}
