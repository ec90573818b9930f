/* Verdicts on the names in a pickle; see danger.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/danger.h"

#include <string.h>

/* A row is about MODULE and the modules in it: one NAME, or all of them (NULL). */
struct row {
    const char *module, *name, *why;
};

#define RUNS_PROGRAMS "runs programs"
#define RUNS_CODE "runs code that stands in the file"
#define CONNECTS "opens connections"
#define FILES "reads, writes or removes files"
#define IMPORTS "imports any module"
#define REACHES "reaches any attribute, and so any function"
#define UNPICKLES "unpickles further bytes"
#define MEMORY "reads and writes any memory"
#define STARTS "starts processes or threads"

static const struct row dangerous[] = {
    {"builtins", "eval", RUNS_CODE},
    {"builtins", "exec", RUNS_CODE},
    {"builtins", "execfile", RUNS_CODE},
    {"builtins", "compile", RUNS_CODE},
    {"builtins", "apply", "calls any function"},
    {"builtins", "breakpoint", "starts a debugger, or what the environment names"},
    {"builtins", "__import__", IMPORTS},
    {"builtins", "reload", IMPORTS},
    {"builtins", "open", FILES},
    {"builtins", "file", FILES},
    {"builtins", "getattr", REACHES},
    {"builtins", "setattr", "changes any object"},
    {"builtins", "delattr", "changes any object"},
    {"builtins", "globals", REACHES},
    {"builtins", "locals", REACHES},
    {"builtins", "vars", REACHES},
    {"operator", "attrgetter", REACHES},
    {"operator", "methodcaller", REACHES},
    {"_operator", "attrgetter", REACHES},
    {"_operator", "methodcaller", REACHES},
    {"types", "FunctionType", RUNS_CODE},
    {"types", "CodeType", RUNS_CODE},
    {"types", "LambdaType", RUNS_CODE},
    {"os", NULL, RUNS_PROGRAMS},
    {"posix", NULL, RUNS_PROGRAMS},
    {"nt", NULL, RUNS_PROGRAMS},
    {"posixpath", NULL, FILES},
    {"ntpath", NULL, FILES},
    {"subprocess", NULL, RUNS_PROGRAMS},
    {"_posixsubprocess", NULL, RUNS_PROGRAMS},
    {"commands", NULL, RUNS_PROGRAMS},
    {"popen2", NULL, RUNS_PROGRAMS},
    {"pty", NULL, RUNS_PROGRAMS},
    {"platform", "popen", RUNS_PROGRAMS},
    {"webbrowser", NULL, RUNS_PROGRAMS},
    {"antigravity", NULL, RUNS_PROGRAMS},
    {"pip", NULL, RUNS_PROGRAMS},
    {"setuptools", NULL, RUNS_PROGRAMS},
    {"distutils", NULL, RUNS_PROGRAMS},
    {"numpy.distutils", NULL, RUNS_PROGRAMS},
    {"numpy.f2py", NULL, RUNS_PROGRAMS},
    {"torch.utils.cpp_extension", NULL, RUNS_PROGRAMS},
    {"runpy", NULL, RUNS_CODE},
    {"code", NULL, RUNS_CODE},
    {"codeop", NULL, RUNS_CODE},
    {"pdb", NULL, RUNS_CODE},
    {"bdb", NULL, RUNS_CODE},
    {"timeit", NULL, RUNS_CODE},
    {"profile", NULL, RUNS_CODE},
    {"cProfile", NULL, RUNS_CODE},
    {"trace", NULL, RUNS_CODE},
    {"doctest", NULL, RUNS_CODE},
    {"cloudpickle", NULL, RUNS_CODE},
    {"dill", NULL, RUNS_CODE},
    {"numpy.testing", NULL, RUNS_CODE},
    {"pandas.core.computation", NULL, RUNS_CODE},
    {"pandas", "eval", RUNS_CODE},
    {"IPython", NULL, RUNS_CODE},
    {"importlib", NULL, IMPORTS},
    {"imp", NULL, IMPORTS},
    {"pkgutil", NULL, IMPORTS},
    {"pydoc", NULL, IMPORTS},
    {"zipimport", NULL, IMPORTS},
    {"sys", NULL, "changes the interpreter"},
    {"gc", NULL, "reaches any object"},
    {"inspect", NULL, REACHES},
    {"ctypes", NULL, MEMORY},
    {"_ctypes", NULL, MEMORY},
    {"cffi", NULL, MEMORY},
    {"mmap", NULL, MEMORY},
    {"numpy.ctypeslib", NULL, MEMORY},
    {"socket", NULL, CONNECTS},
    {"_socket", NULL, CONNECTS},
    {"ssl", NULL, CONNECTS},
    {"socketserver", NULL, CONNECTS},
    {"asyncio", NULL, CONNECTS},
    {"http", NULL, CONNECTS},
    {"httplib", NULL, CONNECTS},
    {"urllib", NULL, CONNECTS},
    {"urllib2", NULL, CONNECTS},
    {"urllib3", NULL, CONNECTS},
    {"requests", NULL, CONNECTS},
    {"httpx", NULL, CONNECTS},
    {"aiohttp", NULL, CONNECTS},
    {"ftplib", NULL, CONNECTS},
    {"smtplib", NULL, CONNECTS},
    {"poplib", NULL, CONNECTS},
    {"imaplib", NULL, CONNECTS},
    {"nntplib", NULL, CONNECTS},
    {"telnetlib", NULL, CONNECTS},
    {"xmlrpc", NULL, CONNECTS},
    {"xmlrpclib", NULL, CONNECTS},
    {"paramiko", NULL, CONNECTS},
    {"sklearn.datasets", NULL, "downloads and reads files"},
    {"torch.hub", NULL, "downloads code and runs it"},
    {"io", "open", FILES},
    {"_io", "open", FILES},
    {"io", "FileIO", FILES},
    {"_io", "FileIO", FILES},
    {"codecs", "open", FILES},
    {"shutil", NULL, FILES},
    {"tempfile", NULL, FILES},
    {"glob", NULL, FILES},
    {"fileinput", NULL, FILES},
    {"linecache", NULL, FILES},
    {"zipfile", NULL, FILES},
    {"tarfile", NULL, FILES},
    {"sqlite3", NULL, FILES},
    {"scipy.io", NULL, FILES},
    {"numpy", "fromfile", FILES},
    {"numpy", "genfromtxt", FILES},
    {"numpy", "loadtxt", FILES},
    {"numpy", "savetxt", FILES},
    {"numpy", "save", FILES},
    {"numpy", "savez", FILES},
    {"numpy", "DataSource", "downloads and reads files"},
    {"numpy", "load", UNPICKLES},
    {"pandas", "read_pickle", UNPICKLES},
    {"pandas.io", NULL, "downloads and reads files"},
    {"torch", "load", UNPICKLES},
    {"joblib", "load", UNPICKLES},
    {"joblib.numpy_pickle", "load", UNPICKLES},
    {"pickle", NULL, UNPICKLES},
    {"_pickle", NULL, UNPICKLES},
    {"cPickle", NULL, UNPICKLES},
    {"marshal", NULL, UNPICKLES},
    {"shelve", NULL, UNPICKLES},
    {"yaml", NULL, UNPICKLES},
    {"jsonpickle", NULL, UNPICKLES},
    {"multiprocessing", NULL, STARTS},
    {"concurrent", NULL, STARTS},
    {"threading", NULL, STARTS},
    {"_thread", NULL, STARTS},
    {"thread", NULL, STARTS},
    {"signal", NULL, STARTS},
    {"joblib.parallel", NULL, STARTS},
    {"joblib.externals", NULL, RUNS_CODE},
};

/* Names of theirs only build values. A row with a name is about that module alone. */
static const struct row harmless[] = {
    {"sklearn", NULL, NULL},
    {"_loss", NULL, NULL}, /* scikit-learn's losses, as its compiled code names itself */
    {"scipy", NULL, NULL},
    {"numpy.core", NULL, NULL},
    {"numpy._core", NULL, NULL},
    {"numpy.random", NULL, NULL},
    {"numpy.ma", NULL, NULL},
    {"numpy", "ndarray", NULL},
    {"numpy", "dtype", NULL},
    {"numpy", "matrix", NULL},
    {"numpy", "recarray", NULL},
    {"numpy", "bool", NULL},
    {"numpy", "bool_", NULL},
    {"numpy", "object_", NULL},
    {"numpy", "str_", NULL},
    {"numpy", "bytes_", NULL},
    {"numpy", "number", NULL},
    {"numpy", "int8", NULL},
    {"numpy", "int16", NULL},
    {"numpy", "int32", NULL},
    {"numpy", "int64", NULL},
    {"numpy", "intc", NULL},
    {"numpy", "uint8", NULL},
    {"numpy", "uint16", NULL},
    {"numpy", "uint32", NULL},
    {"numpy", "uint64", NULL},
    {"numpy", "float16", NULL},
    {"numpy", "float32", NULL},
    {"numpy", "float64", NULL},
    {"numpy", "complex64", NULL},
    {"numpy", "complex128", NULL},
    {"pandas", NULL, NULL},
    {"joblib.numpy_pickle", "NumpyArrayWrapper", NULL},
    {"joblib.numpy_pickle", "NDArrayWrapper", NULL},
    {"joblib.numpy_pickle", "ZNDArrayWrapper", NULL},
    {"joblib.numpy_pickle_compat", "NDArrayWrapper", NULL},
    {"joblib.numpy_pickle_compat", "ZNDArrayWrapper", NULL},
    {"collections", NULL, NULL},
    {"copyreg", "_reconstructor", NULL},
    {"copyreg", "__newobj__", NULL},
    {"copyreg", "__newobj_ex__", NULL},
    {"_codecs", "encode", NULL},
    {"datetime", NULL, NULL},
    {"decimal", NULL, NULL},
    {"fractions", NULL, NULL},
    {"uuid", "UUID", NULL},
    {"builtins", "object", NULL},
    {"builtins", "type", NULL},
    {"builtins", "bool", NULL},
    {"builtins", "int", NULL},
    {"builtins", "long", NULL},
    {"builtins", "float", NULL},
    {"builtins", "complex", NULL},
    {"builtins", "str", NULL},
    {"builtins", "unicode", NULL},
    {"builtins", "bytes", NULL},
    {"builtins", "bytearray", NULL},
    {"builtins", "list", NULL},
    {"builtins", "tuple", NULL},
    {"builtins", "dict", NULL},
    {"builtins", "set", NULL},
    {"builtins", "frozenset", NULL},
    {"builtins", "slice", NULL},
    {"builtins", "range", NULL},
    {"builtins", "xrange", NULL},
};

enum { N_DANGEROUS = sizeof dangerous / sizeof *dangerous };
enum { N_HARMLESS = sizeof harmless / sizeof *harmless };
enum { PARTS = 16 }; /* of a name with dots, that are looked at */

/* Python 2's names of modules that are in the tables under Python 3's. */
static struct pk_bytes newer(struct pk_bytes module)
{
    static const char *const names[][2] = {
        {"__builtin__", "builtins"},
        {"__builtins__", "builtins"},
        {"copy_reg", "copyreg"},
        {"sklearn.externals.joblib.numpy_pickle", "joblib.numpy_pickle"},
        {"sklearn.externals.joblib", "joblib"},
        {"SocketServer", "socketserver"},
        {"Queue", "queue"}};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pk_bytes_are(module, names[i][0]))
            return (struct pk_bytes){(const uint8_t *)names[i][1], strlen(names[i][1])};
    return module;
}

/* Whether NAME is TEXT, or TEXT with a dot and more behind it. */
static bool is_below(struct pk_bytes name, const char *text)
{
    size_t n = strlen(text);
    return pk_bytes_begin(name, text) && (name.size == n || name.data[n] == '.');
}

/* A name with dots leads from object to object: it is what its first part is. */
static bool matches(const struct row *row, struct pk_bytes module, struct pk_bytes name)
{
    if (!module.size || module.data[0] != (uint8_t)*row->module)
        return false; /* most rows, at little cost: every global of a file meets all of them */
    if (!row->name)
        return is_below(module, row->module);
    return pk_bytes_are(module, row->module) && is_below(name, row->name);
}

static const char *danger_of(struct pk_bytes module, struct pk_bytes name)
{
    for (size_t i = 0; i < N_DANGEROUS; i++)
        if (matches(&dangerous[i], module, name))
            return dangerous[i].why;
    return NULL;
}

/* The danger of a name with dots, such as fixes.os.system: of each part and what follows it. */
static const char *inner_danger(struct pk_bytes name)
{
    const char *why = NULL;
    for (int parts = 0; !why; parts++) {
        const uint8_t *dot = name.size ? memchr(name.data, '.', name.size) : NULL;
        if (!dot)
            return NULL;
        if (parts == PARTS)
            return REACHES;
        struct pk_bytes part = {name.data, (size_t)(dot - name.data)};
        name = (struct pk_bytes){dot + 1, name.size - part.size - 1};
        why = danger_of(part, name);
    }
    return why;
}

enum pk_verdict pk_verdict_on(struct pk_bytes module, struct pk_bytes name, const char **ret_why)
{
    module = newer(module);
    *ret_why = danger_of(module, name);
    if (!*ret_why)
        *ret_why = inner_danger(name);
    if (*ret_why)
        return PK_DANGEROUS;
    for (size_t i = 0; i < N_HARMLESS; i++)
        if (matches(&harmless[i], module, name))
            return name.size && memchr(name.data, '.', name.size) ? PK_NOT_KNOWN : PK_HARMLESS;
    return PK_NOT_KNOWN;
}

const char *pk_verdict_name(enum pk_verdict verdict)
{
    static const char *const names[] = {
        [PK_HARMLESS] = "harmless", [PK_NOT_KNOWN] = "not known", [PK_DANGEROUS] = "dangerous"};
    return names[verdict];
}
