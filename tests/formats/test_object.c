/* SPDX-License-Identifier: MIT */
#include "tests/formats/parse_literal.h"

START_TEST(aliases_of_modules)
{
    const struct pk_node *node = PARSE("c__builtin__\nslice\n");
    ck_assert(pk_is_global(node, "builtins", "slice"));
    ck_assert(pk_is_global(node, "__builtin__", "slice"));
    ck_assert(!pk_is_global(node, "builtins", "slic"));
    ck_assert(!pk_is_global(node, "os", "slice"));
    ck_assert(!pk_is_global(NULL, "os", "slice"));
}
END_TEST

START_TEST(attributes_from_state)
{
    const struct pk_node *node = PARSE("cm\nC\n)\x81}(X\1\0\0\0aK\1X\1\0\0\0bK\2ub");
    ck_assert_int_eq(pk_attribute(node, "b")->integer, 2);
    ck_assert_ptr_null(pk_attribute(node, "c"));
    node = PARSE("cm\nC\n)\x81N}(X\1\0\0\0aK\1u\x86"
                 "b"); /* slots only */
    ck_assert_int_eq(pk_attribute(node, "a")->integer, 1);
    node = PARSE("cm\nC\n)\x81}X\1\0\0\0aK\1s}X\1\0\0\0aK\2s\x86"
                 "b"); /* slots win */
    ck_assert_int_eq(pk_attribute(node, "a")->integer, 2);
    ck_assert_ptr_null(pk_attribute(PARSE("K\1"), "a"));
    ck_assert_ptr_null(pk_attribute(NULL, "a"));
}
END_TEST

START_TEST(last_of_equal_keys_counts)
{
    const struct pk_node *dict = PARSE("}(X\1\0\0\0aK\1X\1\0\0\0aK\2u");
    ck_assert_int_eq(pk_dict_get(dict, "a")->integer, 2);
    ck_assert_ptr_null(pk_dict_get(PARSE("]"), "a"));
}
END_TEST

START_TEST(classes)
{
    ck_assert(pk_is_global(pk_class(PARSE("cm\nC\n)\x81")), "m", "C"));
    ck_assert(pk_is_global(pk_class(PARSE("cm\nC\n)}\x92")), "m", "C"));
    const struct pk_node *node =
        PARSE("ccopy_reg\n_reconstructor\n(cm\nC\nc__builtin__\nobject\nNtR");
    ck_assert(pk_is_global(pk_class(node), "m", "C"));
    ck_assert(pk_is_global(pk_class(PARSE("ccopyreg\n__newobj__\n(cm\nC\ntR")), "m", "C"));
    ck_assert_ptr_null(pk_class(PARSE("cm\nf\n)R")));
    ck_assert_ptr_null(pk_class(PARSE("ccopyreg\n_reconstructor\n)R")));
    ck_assert_ptr_null(pk_class(PARSE("K\1)R")));
}
END_TEST

START_TEST(numbers_and_numpy_scalars)
{
    int64_t i = 0;
    double d = 0;
    bool b = false;
    ck_assert(pk_get_i64(PARSE("K\7"), &i) && i == 7);
    ck_assert(pk_get_i64(PARSE("\x88"), &i) && i == 1);
    ck_assert(!pk_get_i64(PARSE("G?\xf8\0\0\0\0\0\0"), &i));
    ck_assert(pk_get_f64(PARSE("K\7"), &d) && d == 7);
    ck_assert(pk_get_i64(PARSE(SCALAR(DTYPE("i4", ">"), "C\4\xff\xff\xff\xfe")), &i) && i == -2);
    ck_assert(pk_get_i64(PARSE(SCALAR(DTYPE("u1", "|"), "C\1\xff")), &i) && i == 255);
    ck_assert(pk_get_f64(PARSE(SCALAR(DTYPE("f8", "<"), "C\x8\0\0\0\0\0\0\xf8?")), &d));
    ck_assert_double_eq(d, 1.5);
    ck_assert(pk_get_f64(PARSE(SCALAR(DTYPE("f4", "<"), "C\4\0\0\xc0?")), &d) && d == 1.5);
    ck_assert(pk_get_bool(PARSE(SCALAR(DTYPE("b1", "|"), "C\1\1")), &b) && b);
    ck_assert(!pk_get_i64(PARSE(SCALAR(DTYPE("f8", "<"), "C\x8\0\0\0\0\0\0\xf8?")), &i));
    ck_assert(!pk_get_i64(PARSE(SCALAR(DTYPE("i4", "<"), "C\3\1\0\0")), &i)); /* too short */
    ck_assert(
        !pk_get_i64(PARSE(SCALAR(DTYPE("u8", "<"), "C\x8\xff\xff\xff\xff\xff\xff\xff\xff")), &i));
    ck_assert(!pk_get_i64(NULL, &i) && !pk_get_f64(NULL, &d) && !pk_get_bool(NULL, &b));
    ck_assert(!pk_get_bool(PARSE("K\1"), &b));
}
END_TEST

#define TEXT(order, characters)                                                                    \
    SCALAR("cnumpy\ndtype\n(S'U2'\nI00\nI01\ntR(K\3S'" order "'\nNNNK\x08K\4K\0tb",                \
           "C\x08" characters)

START_TEST(texts_of_numpy)
{
    ck_assert(pk_text_equal(PARSE(TEXT("<", "l\0\0\0"
                                            "2\0\0\0")),
                            "l2"));
    ck_assert(pk_text_equal(PARSE(TEXT(">", "\0\0\0l"
                                            "\0\0\0"
                                            "2")),
                            "l2"));
    ck_assert(!pk_text_equal(PARSE(TEXT("<", "l\0\0\0"
                                             "1\0\0\0")),
                             "l2"));
    ck_assert(!pk_text_equal(PARSE(TEXT("<", "l\0\0\0"
                                             "2\0\0\0")),
                             "l"));
    ck_assert(!pk_text_equal(PARSE("cm\nC\n)\x81"), "l2") && !pk_text_equal(NULL, ""));
}
END_TEST

START_TEST(functions_and_classes_by_value)
{
    char text[64];
#define CODE "cm\ncode\n(K\1))(tX\4\0\0\0a.pyX\5\0\0\0twicetR"
    const struct pk_node *node = PARSE("ccloudpickle.cloudpickle\n_make_function\n(" CODE "tR");
    ck_assert_str_eq(pk_describe(node, text, sizeof text), "function twice");
    node = PARSE("ccloudpickle.cloudpickle\n_fill_function\n"
                 "(ccloudpickle.cloudpickle\n_make_skel_func\n(" CODE "tR}tR");
    ck_assert_str_eq(pk_describe(node, text, sizeof text), "function twice");
#define CLASS "ccloudpickle.cloudpickle\n_make_skeleton_class\n(cm\ntype\nX\4\0\0\0Mine)tR"
    ck_assert_str_eq(pk_describe(PARSE(CLASS), text, sizeof text), "class Mine");
    ck_assert_str_eq(pk_describe(PARSE(CLASS ")\x81"), text, sizeof text), "Mine");
    node = PARSE("ccloudpickle.cloudpickle\n_make_function\n)R");
    ck_assert_str_eq(pk_describe(node, text, sizeof text), "function ?");
}
END_TEST

START_TEST(descriptions)
{
    char text[32];
    ck_assert_str_eq(pk_describe(PARSE("csklearn.svm\nSVC\n)\x81"), text, sizeof text),
                     "sklearn.svm.SVC");
    ck_assert_str_eq(pk_describe(PARSE("cos\nsystem\n(tR"), text, sizeof text), "os.system");
    const struct pk_node *node = PARSE("c__builtin__\ngetattr\n(c__builtin__\nstr\nVsplit\ntR");
    ck_assert_str_eq(pk_describe(node, text, sizeof text), "str.split");
    node = PARSE("c__builtin__\ngetattr\n(c__builtin__\ndict\nVget\ntR");
    ck_assert_str_eq(pk_describe(node, text, sizeof text), "__builtin__.dict.get");
    node = PARSE("cbuiltins\ngetattr\n(Vsplit\ntR");
    ck_assert_str_eq(pk_describe(node, text, sizeof text), "builtins.getattr");
    ck_assert_str_eq(pk_describe(PARSE("}"), text, sizeof text), "dict");
    ck_assert_str_eq(pk_describe(NULL, text, sizeof text), "nothing");
    ck_assert_str_eq(pk_describe(PARSE(RECONSTRUCT), text, sizeof text), "numpy.ndarray");
    ck_assert_str_eq(pk_describe(PARSE("c\x1b[31m\nx\n"), text, sizeof text), "?[31m.x");
    char small[6];
    ck_assert_str_eq(pk_describe(PARSE("cabc\ndef\n"), small, sizeof small), "abc.d");
}
END_TEST

int main(void)
{
    int ret =
        check_main("object", (const TTest *[]){aliases_of_modules, attributes_from_state,
                                               last_of_equal_keys_counts, classes,
                                               numbers_and_numpy_scalars, texts_of_numpy,
                                               functions_and_classes_by_value, descriptions, NULL});
    lar_arena_finish(&arena);
    return ret;
}
