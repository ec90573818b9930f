/* Names on disk; see name.h. The table of extensions is here.
 * SPDX-License-Identifier: MIT */
#include "persistence/store/name.h"

#include <string.h>
#include <strings.h>

/* What people call files of the formats that Larder reads or refuses with a reason. The reader is
 * chosen by content: an extension only says that the file is worth a look. */
static const char *const extensions[] = {
    ".joblib", ".pkl", ".pickle", ".pck", ".sav", ".onnx", ".h5",  ".hdf5", ".keras",
    ".pt",     ".pth", ".pt2",    ".ubj", ".xgb", ".bst",  ".cbm", ".lgb",  ".skops",
};

/* joblib's names for what it compresses. */
static const char *const compressions[] = {".gz", ".bz2", ".xz", ".z", ".lzma", ".lz4", ".zst"};

static bool is_alnum(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool lar_name_is_model(const char *name, size_t length)
{
    if (length == 0 || length > LAR_NAME_MAX || !is_alnum(name[0]))
        return false;
    for (size_t i = 1; i < length; i++)
        if (!is_alnum(name[i]) && name[i] != '.' && name[i] != '_' && name[i] != '-')
            return false;
    return true;
}

bool lar_name_is_version(const char *name, uint64_t *ret)
{
    uint64_t v = 0;
    if (!*name)
        return false;
    for (; *name; name++) {
        uint64_t digit = (uint64_t)(*name - '0');
        if (*name < '0' || *name > '9' || v > (LAR_VERSION_MAX - digit) / 10)
            return false;
        v = v * 10 + digit;
    }
    *ret = v;
    return v > 0;
}

static bool ends_with(const char *name, size_t length, const char *suffix)
{
    size_t n = strlen(suffix);
    return length > n && strncasecmp(name + length - n, suffix, n) == 0;
}

bool lar_name_is_candidate(const char *name, size_t *ret_stem)
{
    size_t length = strlen(name);
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        if (ends_with(name, length, compressions[i])) {
            length -= strlen(compressions[i]);
            break;
        }
    for (size_t i = 0; i < sizeof extensions / sizeof *extensions; i++)
        if (ends_with(name, length, extensions[i])) {
            if (ret_stem)
                *ret_stem = length - strlen(extensions[i]);
            return true;
        }
    return false;
}

bool lar_name_makes_folder(const char *name)
{
    return strcmp(name, "saved_model.pb") == 0 || strcmp(name, "MLmodel") == 0;
}

bool lar_name_is_ignored(const char *name)
{
    static const char *const unfinished[] = {"~", ".tmp", ".part", ".filepart", ".swp"};
    size_t length = strlen(name);
    if (name[0] == '.')
        return true;
    for (size_t i = 0; i < sizeof unfinished / sizeof *unfinished; i++)
        if (ends_with(name, length, unfinished[i]))
            return true;
    return false;
}

static const struct {
    const char *format, *magic;
    size_t n;
    const char *name;
} uploads[] = {
    /* A format that has one extension; NULL as magic fits any content. */
    {"scikit-learn", "PK\3\4", 4, "model.skops"},
    {"scikit-learn", NULL, 0, "model.joblib"},
    {"ONNX", NULL, 0, "model.onnx"},
    {"PyTorch", NULL, 0, "model.pt"},
    {"CatBoost", NULL, 0, "model.cbm"},
    {"Keras", "PK\3\4", 4, "model.keras"},
    {"XGBoost", "\x80", 1, "model.joblib"},
    {"XGBoost", NULL, 0, "model.ubj"},
    /* By content alone; NULL as format fits any. */
    {NULL, "\x89HDF\r\n\x1a\n", 8, "model.h5"},
    {NULL, "\x80", 1, "model.pkl"},
    {NULL, "\x1f\x8b", 2, "model.pkl.gz"},
    {NULL, "BZh", 3, "model.pkl.bz2"},
    {NULL,
     "\xfd"
     "7zXZ",
     5, "model.pkl.xz"},
};

const char *lar_name_of_upload(const char *format, const uint8_t *head, size_t n)
{
    for (size_t i = 0; i < sizeof uploads / sizeof *uploads; i++) {
        if (uploads[i].format && (!format || strcasecmp(format, uploads[i].format) != 0))
            continue;
        if (uploads[i].magic &&
            (n < uploads[i].n || memcmp(head, uploads[i].magic, uploads[i].n) != 0))
            continue;
        return uploads[i].name;
    }
    return "model";
}
