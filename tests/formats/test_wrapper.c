/* Array wrappers and names; whole files of joblib are read by test_pickle_files.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/numpy.h"
#include "tests/formats/parse_literal.h"

#include <stdio.h>
#include <string.h>

/* A wrapper of two uint8 whose state has MORE; the elements follow. */
#define WRAPPER(module, shape, type, more)                                                         \
    "c" module "\nNumpyArrayWrapper\n)\x81}(S'subclass'\ncnumpy\nndarray\nS'shape'\n" shape        \
    "S'order'\nS'C'\nS'dtype'\n" type more "ub"

static bool parse(struct pk_pickle *pickle, const char *data, size_t size)
{
    lar_error_clear(&err);
    lar_arena_finish(&arena);
    lar_arena_init(&arena, 64 << 20);
    *pickle = (struct pk_pickle){.arena = &arena};
    return pk_parse(pickle, data, size, NULL, NULL, &err);
}

#define U1 DTYPE("u1", "|")

START_TEST(elements_follow_the_wrapper)
{
    struct np_array array;
    struct pk_pickle pickle;
    static const char plain[] = "(" WRAPPER("joblib.numpy_pickle", "(K\2t", U1, "") "\3\4K\7t.";
    ck_assert_msg(parse(&pickle, plain, sizeof plain - 1), "%s", err.text);
    ck_assert(pickle.joblib);
    ck_assert_int_eq(pickle.root->items.data[0]->kind, PK_ARRAY);
    ck_assert_int_eq(pickle.root->items.data[1]->integer, 7);
    ck_assert(np_array(&array, pickle.root->items.data[0], &arena, &err));
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[1], 4);

    static const char padded[] = WRAPPER("sklearn.externals.joblib.numpy_pickle", "(K\2t", U1,
                                         "S'numpy_array_alignment_bytes'\nK\x10") "\2\xff\xff\3\4.";
    ck_assert_msg(parse(&pickle, padded, sizeof padded - 1), "%s", err.text);
    ck_assert(np_array(&array, pickle.root, &arena, &err));
    ck_assert_int_eq(np_to_i64(&array, &arena, &err)[0], 3);

    static const char none[] =
        WRAPPER("joblib.numpy_pickle", "(K\2t", U1, "S'numpy_array_alignment_bytes'\nN") "\3\4.";
    ck_assert_msg(parse(&pickle, none, sizeof none - 1), "%s", err.text);
}
END_TEST

START_TEST(wrappers_that_lie)
{
    struct pk_pickle pickle;
    static const char long_one[] = WRAPPER("joblib.numpy_pickle",
                                           "(K\xff"
                                           "K\xfft",
                                           U1, "") "\3.";
    ck_assert(!parse(&pickle, long_one, sizeof long_one - 1));
    ck_assert_int_eq(err.code, LAR_ERR_TRUNCATED);
    ck_assert_ptr_nonnull(strstr(err.text, "BUILD"));
    static const char negative[] = WRAPPER("joblib.numpy_pickle", "(" M1 "t", U1, "") "\3.";
    ck_assert(!parse(&pickle, negative, sizeof negative - 1));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    static const char shapeless[] = WRAPPER("joblib.numpy_pickle", "K\2", U1, "") "\3.";
    ck_assert(!parse(&pickle, shapeless, sizeof shapeless - 1));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    static const char overflow[] =
        WRAPPER("joblib.numpy_pickle", "(\x8a\x08\0\0\0\0\0\0\0\x40K\4t", U1, "") "\3.";
    ck_assert(!parse(&pickle, overflow, sizeof overflow - 1));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    static const char foreign[] =
        WRAPPER("joblib.numpy_pickle", "(K\2t", "cnumpy.dtypes\nStringDType\n)R", "") "\3\4.";
    ck_assert(!parse(&pickle, foreign, sizeof foreign - 1));
    ck_assert_int_eq(err.code, LAR_ERR_UNSUPPORTED);
    ck_assert_ptr_nonnull(strstr(err.text, "StringDType"));
}
END_TEST

START_TEST(nested_pickles_have_their_own_memo)
{
    struct pk_pickle pickle;
#define OBJECTS WRAPPER("joblib.numpy_pickle", "(K\1t", DTYPE("O8", "|"), "")
    static const char own[] = "(K\1q\0" OBJECTS "K\2q\0.h\0t.";
    ck_assert_msg(parse(&pickle, own, sizeof own - 1), "%s", err.text);
    ck_assert_int_eq(pickle.root->items.data[1]->array.nested->integer, 2);
    ck_assert_int_eq(pickle.root->items.data[2]->integer, 1);
    static const char foreign[] = "(K\1q\0" OBJECTS "h\0.t.";
    ck_assert(!parse(&pickle, foreign, sizeof foreign - 1));
    ck_assert_int_eq(err.code, LAR_ERR_FORMAT);
    /* within a nested pickle a wrapper is an object like others, so that nesting ends */
    static const char deep[] = OBJECTS OBJECTS "..";
    ck_assert_msg(parse(&pickle, deep, sizeof deep - 1), "%s", err.text);
    ck_assert_int_eq(pickle.root->array.nested->kind, PK_OBJECT);
}
END_TEST

static size_t name_many(char *text, int n)
{
    size_t size = 0;
    for (int i = 0; i < n; i++)
        size += (size_t)sprintf(text + size, "cm%d\nn\n0cm0\nn\n0", i);
    memcpy(text + size, "N.", 2);
    return size + 2;
}

START_TEST(names_are_listed_once)
{
    static char text[1 << 20];
    struct pk_pickle pickle;
    ck_assert_msg(parse(&pickle, text, name_many(text, 3000)), "%s", err.text);
    ck_assert_uint_eq(pickle.n_globals, 3000);
    for (size_t i = 0; i < pickle.n_globals; i++) {
        char module[32];
        snprintf(module, sizeof module, "m%zu", i);
        ck_assert(pk_is_global(pickle.globals[i], module, "n"));
    }
    ck_assert(!parse(&pickle, text, name_many(text, 20000)));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
}
END_TEST

int main(void)
{
    int ret =
        check_main("wrapper", (const TTest *[]){elements_follow_the_wrapper, wrappers_that_lie,
                                                nested_pickles_have_their_own_memo,
                                                names_are_listed_once, NULL});
    lar_arena_finish(&arena);
    return ret;
}
