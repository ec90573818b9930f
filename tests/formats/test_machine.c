/* SPDX-License-Identifier: MIT */
#include "persistence/formats/pickle/machine.h"
#include "tests/check_main.h"

#include <math.h>
#include <string.h>

static struct lar_arena arena;
static struct pk_pickle pickle;
static struct lar_error err;

static void begin(void)
{
    lar_arena_finish(&arena);
    lar_arena_init(&arena, 1 << 20);
    pickle = (struct pk_pickle){.arena = &arena};
    lar_error_clear(&err);
}

static const struct pk_node *parse(const void *data, size_t size)
{
    begin();
    bool ok = pk_parse(&pickle, data, size, NULL, NULL, &err);
    ck_assert_msg(ok, "%s", err.text);
    return pickle.root;
}

static enum lar_error_code refused(const void *data, size_t size)
{
    begin();
    ck_assert(!pk_parse(&pickle, data, size, NULL, NULL, &err));
    return err.code;
}

#define PARSE(literal) parse(literal, sizeof(literal) - 1)
#define REFUSED(literal) refused(literal, sizeof(literal) - 1)

/* Every text of an error that names where it happened. */
#define REFUSED_AT(literal, code, op, offset)                                                      \
    do {                                                                                           \
        ck_assert_int_eq(REFUSED(literal), code);                                                  \
        ck_assert_msg(strstr(err.text, op) && strstr(err.text, "offset " #offset), "%s",           \
                      err.text);                                                                   \
    } while (0)

START_TEST(integers_of_every_size)
{
    ck_assert_int_eq(PARSE("K\xff.")->integer, 255);
    ck_assert_int_eq(PARSE("M\xff\xff.")->integer, 65535);
    ck_assert_int_eq(PARSE("J\xff\xff\xff\xff.")->integer, -1);
    ck_assert_int_eq(PARSE("I-9223372036854775808\n.")->integer, INT64_MIN);
    ck_assert_int_eq(PARSE("L9223372036854775807L\n.")->integer, INT64_MAX);
    ck_assert_int_eq(PARSE("\x8a\x00.")->integer, 0);
    ck_assert_int_eq(PARSE("\x8a\x09\xff\xff\xff\xff\xff\xff\xff\xff\xff.")->integer, -1);
    ck_assert_int_eq(PARSE("\x8b\x02\x00\x00\x00\x00\x80.")->integer, -32768);
    ck_assert_int_eq(PARSE("I00\n.")->kind, PK_BOOL);
    ck_assert_int_eq(PARSE("I0\n.")->kind, PK_INT);
}
END_TEST

START_TEST(big_integers_are_minimal)
{
    const struct pk_node *node = PARSE("L9223372036854775808L\n.");
    ck_assert_int_eq(node->kind, PK_BIGINT);
    ck_assert_uint_eq(node->bytes.size, 9);
    ck_assert_mem_eq(node->bytes.data, "\0\0\0\0\0\0\0\x80\0", 9);
    node = PARSE("L-9223372036854775809\n.");
    ck_assert_uint_eq(node->bytes.size, 9);
    ck_assert_mem_eq(node->bytes.data, "\xff\xff\xff\xff\xff\xff\xff\x7f\xff", 9);
    node = PARSE("\x8a\x0al\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19.");
    ck_assert_uint_eq(node->bytes.size, 10);
}
END_TEST

START_TEST(floats_are_decimal_only)
{
    ck_assert_double_eq(PARSE("F1.5e3\n.")->real, 1500);
    ck_assert_double_eq(PARSE("F-0.1\n.")->real, -0.1);
    ck_assert_double_eq(PARSE("F.5\n.")->real, 0.5);
    ck_assert(isinf(PARSE("F-inf\n.")->real));
    ck_assert(isnan(PARSE("Fnan\n.")->real));
    ck_assert_double_eq(PARSE("G?\xf8\0\0\0\0\0\0.")->real, 1.5);
    ck_assert_int_eq(REFUSED("F0x10\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("F1e\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("F\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("F1,5\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("Finfinity\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("F1\0\n."), LAR_ERR_FORMAT);
}
END_TEST

START_TEST(python2_strings)
{
    ck_assert(pk_text_equal(PARSE("S'a\\n\\x41\\101\\'\\q'\n."), "a\nAA'\\q"));
    ck_assert_int_eq(PARSE("S\"\\xff\"\n.")->kind, PK_BYTES);
    ck_assert_int_eq(PARSE("U\x02\xc3\xa9.")->kind, PK_TEXT);
    ck_assert_int_eq(PARSE("U\x01\xe9.")->kind, PK_BYTES);
    ck_assert(pk_text_equal(PARSE("V\xe9\\u20ac\\U0001f600\\\\u0041\n."),
                            "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\\\\u0041"));
    ck_assert_int_eq(REFUSED("S'a\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("S'\\x4'\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("V\\u12\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("V\\U00110000\n."), LAR_ERR_FORMAT);
    ck_assert_int_eq(REFUSED("X\x01\0\0\0\xff."), LAR_ERR_FORMAT);
}
END_TEST

START_TEST(old_protocols_write_values_as_calls)
{
    const struct pk_node *node =
        PARSE("c_codecs\nencode\n(X\x03\0\0\0a\xc3\xbfX\x06\0\0\0latin1tR.");
    ck_assert_int_eq(node->kind, PK_BYTES);
    ck_assert_uint_eq(node->bytes.size, 2);
    ck_assert_mem_eq(node->bytes.data, "a\xff", 2);
    ck_assert_int_eq(PARSE("c__builtin__\nbytes\n)R.")->kind, PK_BYTES);
    ck_assert_int_eq(PARSE("c__builtin__\nbytearray\nC\x01x\x85R.")->kind, PK_BYTEARRAY);
    node = PARSE("c__builtin__\nset\n](K\1K\2e\x85R.");
    ck_assert_int_eq(node->kind, PK_SET);
    ck_assert_uint_eq(node->items.n, 2);
    ck_assert_int_eq(PARSE("cbuiltins\nset\nK\1\x85R.")->kind, PK_OBJECT);
    ck_assert_int_eq(REFUSED("c_codecs\nencode\n(X\x02\0\0\0\xc4\x80X\x06\0\0\0latin1tR."),
                     LAR_ERR_FORMAT);
}
END_TEST

START_TEST(memo_is_bounded_by_the_file)
{
    ck_assert(PARSE("]q\xff"
                    "0h\xff.")
                  ->kind == PK_LIST);
    ck_assert(PARSE("]r\xff\xff\0\0"
                    "0j\xff\xff\0\0.")
                  ->kind == PK_LIST);
    REFUSED_AT("]r\xff\xff\xff\xff.", LAR_ERR_FORMAT, "LONG_BINPUT", 1);
    ck_assert_uint_lt(arena.used, 8192);
    REFUSED_AT("h\x05.", LAR_ERR_FORMAT, "BINGET", 0);
    REFUSED_AT("Nq\0h\1.", LAR_ERR_FORMAT, "BINGET", 3);
    /* MEMOIZE takes the number of entries, PUT overwrites */
    ck_assert_int_eq(PARSE("K\1q\0"
                           "0K\2q\0"
                           "0K\3\x94h\1.")
                         ->integer,
                     3);
    ck_assert_int_eq(PARSE("K\1q\0"
                           "0K\2q\0"
                           "0h\0.")
                         ->integer,
                     2);
}
END_TEST

START_TEST(marks_guard_the_stack)
{
    ck_assert_int_eq(PARSE("K\1(0.")->integer, 1);
    ck_assert_int_eq(PARSE("K\1(K\2K\3"
                           "1.")
                         ->integer,
                     1);
    REFUSED_AT("K\1(\x85.", LAR_ERR_FORMAT, "TUPLE1", 3);
    REFUSED_AT("t.", LAR_ERR_FORMAT, "TUPLE", 0);
    REFUSED_AT(".", LAR_ERR_FORMAT, "STOP", 0);
    REFUSED_AT("0.", LAR_ERR_FORMAT, "POP", 0);
    REFUSED_AT("(e.", LAR_ERR_FORMAT, "APPENDS", 1);
    REFUSED_AT("(K\1d.", LAR_ERR_FORMAT, "DICT", 3);
    REFUSED_AT("N(K\1e.", LAR_ERR_FORMAT, "APPENDS", 4);
    REFUSED_AT("](NNu.", LAR_ERR_FORMAT, "SETITEMS", 4);
    REFUSED_AT("KaNb.", LAR_ERR_FORMAT, "BUILD", 3);
}
END_TEST

START_TEST(truncation_says_where)
{
    REFUSED_AT("", LAR_ERR_TRUNCATED, "", 0);
    REFUSED_AT("NN", LAR_ERR_TRUNCATED, "", 2);
    REFUSED_AT("NX\x05\0\0\0ab", LAR_ERR_TRUNCATED, "BINUNICODE", 1);
    REFUSED_AT("\x8e\xff\xff\xff\0\0\0\0\0", LAR_ERR_TRUNCATED, "BINBYTES8", 0);
    REFUSED_AT("cos\nsystem", LAR_ERR_TRUNCATED, "GLOBAL", 0);
    REFUSED_AT("NB\xff\xff", LAR_ERR_TRUNCATED, "BINBYTES", 1);
    REFUSED_AT("\x8d\xff\xff\xff\xff\xff\xff\xff\xff.", LAR_ERR_FORMAT, "BINUNICODE8", 0);
    REFUSED_AT("T\xff\xff\xff\xff.", LAR_ERR_FORMAT, "BINSTRING", 0);
    REFUSED_AT("\x8b\xff\xff\xff\xff.", LAR_ERR_FORMAT, "LONG4", 0);
}
END_TEST

START_TEST(outside_help_is_refused)
{
    REFUSED_AT("\x82\x01.", LAR_ERR_UNSUPPORTED, "EXT1", 0);
    REFUSED_AT("\x83\x01\x02.", LAR_ERR_UNSUPPORTED, "EXT2", 0);
    REFUSED_AT("\x84\x01\x02\x03\x04.", LAR_ERR_UNSUPPORTED, "EXT4", 0);
    REFUSED_AT("\x97.", LAR_ERR_UNSUPPORTED, "NEXT_BUFFER", 0);
    REFUSED_AT("\x80\x06N.", LAR_ERR_UNSUPPORTED, "PROTO", 0);
    ck_assert_int_eq(REFUSED("\xff"), LAR_ERR_FORMAT);
    ck_assert_int_eq(PARSE("Pid 7\n.")->kind, PK_PERSISTENT);
    ck_assert_int_eq(PARSE("K\7Q.")->items.data[0]->integer, 7);
}
END_TEST

START_TEST(crlf_damage_is_named)
{
    ck_assert_int_eq(REFUSED("ccopy_reg\r\n_reconstructor\r\np0\r\n."), LAR_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.text, "CR LF"));
    ck_assert_int_eq(REFUSED("(lp0\r\nI1\r\na."), LAR_ERR_FORMAT);
    ck_assert_ptr_nonnull(strstr(err.text, "CR LF"));
}
END_TEST

START_TEST(calls_only_remember)
{
    const struct pk_node *node = PARSE("cos\nsystem\n(S'id'\ntR.");
    ck_assert_int_eq(node->kind, PK_OBJECT);
    ck_assert(pk_is_global(node->object.callable, "os", "system"));
    ck_assert(pk_text_equal(node->object.args->items.data[0], "id"));
    ck_assert_uint_eq(pickle.n_globals, 1);
    node = PARSE("(i__main__\nOld\n}S'a'\nI1\nsb.");
    ck_assert(node->kind == PK_OBJECT && node->object.maker == PK_INST);
    node = PARSE("(c__main__\nOld\nI1\no.");
    ck_assert(pk_is_global(pk_class(node), "__main__", "Old"));
    ck_assert_uint_eq(node->object.args->items.n, 1);
    node = PARSE("c__main__\nA\n)}\x92}X\1\0\0\0aK\1sb}X\1\0\0\0bK\2sb.");
    ck_assert_int_eq(pk_attribute(node, "a")->integer, 1);
    ck_assert_int_eq(pk_attribute(node, "b")->integer, 2);
    node = PARSE("\x8c\1m\x8c\4n.xq\x93)\x81(K\1K\2e.");
    ck_assert_uint_eq(node->object.list->n, 2);
    REFUSED_AT("K\1K\2\x93.", LAR_ERR_FORMAT, "STACK_GLOBAL", 4);
    REFUSED_AT("cm\nn\n]R.", LAR_ERR_FORMAT, "REDUCE", 6);
}
END_TEST

START_TEST(cycles_and_depth_need_no_stack)
{
    const struct pk_node *node = PARSE("]q\0h\0a.");
    ck_assert_ptr_eq(node->items.data[0], node);
    enum { DEEP = 10000 };
    static char deep[DEEP + 2];
    memset(deep, '\x85', sizeof deep);
    deep[0] = ')';
    deep[DEEP + 1] = '.';
    node = parse(deep, sizeof deep);
    for (int i = 0; i < DEEP; i++)
        node = node->items.data[0];
    ck_assert_uint_eq(node->items.n, 0);
}
END_TEST

START_TEST(limits_are_kept)
{
    struct pk_limits limits = {.nodes = 3};
    begin();
    ck_assert(!pk_parse(&pickle, "NNNN.", 5, &limits, NULL, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    limits = (struct pk_limits){.depth = 2};
    begin();
    ck_assert(!pk_parse(&pickle, "(((ttt.", 7, &limits, NULL, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    limits = (struct pk_limits){.memo = 2};
    begin();
    ck_assert(!pk_parse(&pickle, "Nq\2.", 4, &limits, NULL, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
    begin();
    arena.limit = 100;
    ck_assert(!pk_parse(&pickle, "NNNNNNNNNNNNNNN.", 16, NULL, NULL, &err));
    ck_assert_int_eq(err.code, LAR_ERR_LIMIT);
}
END_TEST

START_TEST(what_follows_stop_is_left)
{
    size_t end;
    begin();
    ck_assert(pk_parse(&pickle, "\x80\4N.rest", 8, NULL, &end, &err));
    ck_assert_uint_eq(end, 4);
    ck_assert_int_eq(pickle.protocol, 4);
}
END_TEST

int main(void)
{
    int ret = check_main(
        "machine",
        (const TTest *[]){integers_of_every_size, big_integers_are_minimal, floats_are_decimal_only,
                          python2_strings, old_protocols_write_values_as_calls,
                          memo_is_bounded_by_the_file, marks_guard_the_stack, truncation_says_where,
                          outside_help_is_refused, crlf_damage_is_named, calls_only_remember,
                          cycles_and_depth_need_no_stack, limits_are_kept,
                          what_follows_stop_is_left, NULL});
    lar_arena_finish(&arena);
    return ret;
}
