/* SPDX-License-Identifier: MIT */
#include "persistence/store/name.h"
#include "tests/check_main.h"

#include <string.h>

START_TEST(models)
{
    static const char *const good[] = {"a", "9", "iris-v2.1_b", "A..b"};
    static const char *const bad[] = {"", ".a", "_a", "-a", "a/b", "a b", "\xc3\xa9", "a\n"};
    char name[LAR_NAME_MAX + 2];
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ck_assert_msg(lar_name_is_model(good[i], strlen(good[i])), "%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        ck_assert_msg(!lar_name_is_model(bad[i], strlen(bad[i])), "%s", bad[i]);
    memset(name, 'a', sizeof name);
    ck_assert(lar_name_is_model(name, LAR_NAME_MAX));
    ck_assert(!lar_name_is_model(name, LAR_NAME_MAX + 1));
}
END_TEST

START_TEST(versions)
{
    static const struct {
        const char *name;
        uint64_t number; /* 0: none */
    } rows[] = {
        {"1", 1},
        {"00000123", 123},
        {"9223372036854775807", INT64_MAX},
        {"9223372036854775808", 0},
        {"0", 0},
        {"00", 0},
        {"", 0},
        {"-1", 0},
        {"+1", 0},
        {"1a", 0},
        {" 1", 0},
        {"99999999999999999999", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint64_t number = 0;
        bool is = lar_name_is_version(rows[i].name, &number);
        ck_assert_msg(is == (rows[i].number != 0), "%s", rows[i].name);
        if (is)
            ck_assert_uint_eq(number, rows[i].number);
    }
}
END_TEST

START_TEST(candidates)
{
    static const struct {
        const char *name;
        size_t stem; /* 0: none */
    } rows[] = {
        {"iris.joblib", 4},  {"iris.PKL", 4},       {"a.b.onnx", 3},      {"iris.pkl.gz", 4},
        {"iris.pt.xz", 4},   {"iris.h5.bz2", 4},    {"iris.txt", 0},      {"iris", 0},
        {".joblib", 0},      {"iris.gz", 0},        {"iris.pkl.zip", 0},  {"model_01.npy", 0},
        {"iris.json", 0},    {"iris.pkl.gz.gz", 0}, {"iris.joblib.z", 4}, {"iris.joblib.lzma", 4},
        {"iris.pkl.LZ4", 4}, {"iris.z", 0},         {"iris.skops", 4},    {"iris.pkl.zst", 4},
        {"MLmodel", 0},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        size_t stem = 0;
        lar_name_is_candidate(rows[i].name, &stem);
        ck_assert_msg(stem == rows[i].stem, "%s: %zu", rows[i].name, stem);
    }
}
END_TEST

START_TEST(folders)
{
    ck_assert(lar_name_makes_folder("MLmodel") && lar_name_makes_folder("saved_model.pb"));
    ck_assert(!lar_name_makes_folder("MLmodel.pkl") && !lar_name_makes_folder("model.joblib"));
}
END_TEST

START_TEST(unfinished_files)
{
    static const char *const ignored[] = {".larder", "..data",     "a~",   "a.pkl.tmp",
                                          "a.part",  "a.filepart", "a.swp"};
    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        ck_assert_msg(lar_name_is_ignored(ignored[i]), "%s", ignored[i]);
    ck_assert(!lar_name_is_ignored("a.tmp.pkl"));
}
END_TEST

START_TEST(uploads)
{
    static const struct {
        const char *format, *head, *name;
    } rows[] = {
        {"scikit-learn", "\x80\x04", "model.joblib"},
        {"scikit-learn", "PK\3\4", "model.skops"},
        {"onnx", "\x08\x07", "model.onnx"},
        {"Keras", "PK\3\4", "model.keras"},
        {"Keras", "\x89HDF\r\n\x1a\n", "model.h5"},
        {NULL, "\x80\x04", "model.pkl"},
        {NULL, "\x1f\x8b", "model.pkl.gz"},
        {"of the future", "?", "model"},
        {NULL, "", "model"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        ck_assert_str_eq(
            lar_name_of_upload(rows[i].format, (const uint8_t *)rows[i].head, strlen(rows[i].head)),
            rows[i].name);
}
END_TEST

int main(void)
{
    return check_main("name", (const TTest *[]){models, versions, candidates, folders,
                                                unfinished_files, uploads, NULL});
}
