/* Blocks that an enemy wrote: each field of a valid block made wrong in turn, every cut, every bit.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/graph/tiny.h"
#include "tests/graph/walk.h"
#include "tests/graph/wrong_fields.h"

/* The malloc() that fails: counted down by the test of exhausted memory. */
static int mallocs_left = -1;
void *__real_malloc(size_t size);
void *__wrap_malloc(size_t size);

void *__wrap_malloc(size_t size)
{
    return mallocs_left >= 0 && mallocs_left-- == 0 ? NULL : __real_malloc(size);
}

static uint8_t *make(enum base base, size_t *ret_size)
{
    struct lar_error err = {0};
    struct lar_draft *d = base == TINY ? tiny_draft(&err) : tiny_plain_draft(&err);
    if (base == LONG_NAMES) {
        char name[1025] = {0};
        memset(name, '0', 1024);
        lar_draft_unread_input(d, name);
        name[0] = '1';
        lar_draft_unread_input(d, name);
    }
    uint8_t *ret = tiny_block(d, "[1, 2]", ret_size, &err);
    ck_assert_msg(ret != NULL, "%s", err.text);
    return ret;
}

static struct lar_flat_places places_of(const uint8_t *block)
{
    struct lar_flat_header header;
    struct lar_flat_graph graph;
    memcpy(&header, block, sizeof header);
    memcpy(&graph, block + sizeof header, sizeof graph);
    return lar_flat_place(&header, &graph);
}

/* Opens a copy of SIZE bytes, exactly as long, and reads all of it. */
static bool try_open(const uint8_t *block, size_t size, struct lar_error *err)
{
    struct lar_flat flat;
    uint8_t *copy = NULL;
    ck_assert_int_eq(posix_memalign((void **)&copy, 64, size ? size : 1), 0);
    memcpy(copy, block, size);
    bool ok = lar_flat_open(&flat, copy, size, &tiny_operators, err);
    ck_assert(ok == (err->code == LAR_ERR_NONE));
    volatile uint64_t sum = ok ? walk_flat(&flat) : 0; /* volatile: the reads must happen */
    (void)sum;
    ck_assert(ok == (flat.values != NULL));
    lar_flat_finish(&flat);
    free(copy);
    return ok;
}

START_TEST(valid_blocks_open)
{
    for (enum base base = TINY; base <= LONG_NAMES; base++) {
        struct lar_error err = {0};
        size_t size;
        uint8_t *block = make(base, &size);
        ck_assert_msg(try_open(block, size, &err), "%s", err.text);
        free(block);
    }
}
END_TEST

START_TEST(one_wrong_field)
{
    const struct row *row = &rows[_i];
    struct lar_error err = {0};
    size_t size;
    uint8_t *block = make(row->base, &size);
    struct lar_flat_places places = places_of(block);
    for (const struct edit *e = row->edits; e < row->edits + 4 && e->bytes; e++) {
        size_t section = 0;
        if (e->section != START)
            memcpy(&section, (char *)&places + e->section, sizeof section);
        memcpy(block + section + e->offset, &e->value, e->bytes);
    }
    ck_assert_msg(!try_open(block, size, &err), "row %d was accepted: %s", _i, row->expected);
    ck_assert_msg(err.code == row->code && strstr(err.text, row->expected), "row %d: %d, %s: %s",
                  _i, err.code, err.text, row->expected);
    free(block);
}
END_TEST

START_TEST(every_cut_is_refused)
{
    size_t size;
    uint8_t *block = make(TINY, &size);
    for (uint64_t n = 0; n < size; n++) {
        struct lar_error err = {0};
        ck_assert(!try_open(block, n, &err));
        ck_assert_int_eq(err.code, LAR_ERR_TRUNCATED);
    }
    for (uint64_t n = sizeof(struct lar_flat_header); n < size; n++) {
        struct lar_error err = {0};
        memcpy(block + offsetof(struct lar_flat_header, size), &n, sizeof n);
        ck_assert(!try_open(block, n, &err));
    }
    free(block);
}
END_TEST

START_TEST(longer_blocks_are_refused)
{
    size_t size;
    uint8_t *block = make(TINY, &size), *longer = calloc(1, size + 64);
    memcpy(longer, block, size);
    for (uint64_t n = size + 1; n <= size + 64; n++) {
        struct lar_error err = {0};
        ck_assert(!try_open(longer, n, &err));
        ck_assert_str_eq(err.text, "header: wrong size of the block");
        lar_error_clear(&err);
        memcpy(longer + offsetof(struct lar_flat_header, size), &n, sizeof n);
        ck_assert(!try_open(longer, n, &err));
        ck_assert_str_eq(err.text, n % 64 ? "header: wrong size of the block"
                                          : "constants: more than the values need");
        memcpy(longer, block, size);
    }
    free(longer);
    free(block);
}
END_TEST

/* All bytes are meaningful or must be zero, so a changed byte is refused or changes content. */
START_TEST(any_wrong_byte_is_refused_or_harmless)
{
    size_t size, accepted = 0;
    uint8_t *block = make((enum base)_i, &size);
    for (size_t i = 0; i < size; i++)
        for (int bit = 0; bit < 9; bit++) {
            struct lar_error err = {0};
            uint8_t flip = bit < 8 ? (uint8_t)(1 << bit) : 0xFF;
            block[i] ^= flip;
            accepted += try_open(block, size, &err);
            block[i] ^= flip;
        }
    ck_assert_uint_gt(accepted, 0);
    ck_assert_uint_lt(accepted, size * 9 / 4);
    free(block);
}
END_TEST

START_TEST(alignment_is_needed)
{
    struct lar_error err = {0};
    struct lar_flat flat;
    _Alignas(64) static const uint8_t zeros[256];
    ck_assert(!lar_flat_open(&flat, zeros + 8, 128, &tiny_operators, &err));
    ck_assert_int_eq(err.code, LAR_ERR_INTERNAL);
}
END_TEST

START_TEST(memory_may_be_spent)
{
    size_t size;
    uint8_t *block = make(TINY, &size);
    for (int fails = 0; fails < 2; fails++) {
        struct lar_error err = {0};
        struct lar_flat flat;
        mallocs_left = fails;
        ck_assert(!lar_flat_open(&flat, block, size, &tiny_operators, &err));
        mallocs_left = -1;
        ck_assert_int_eq(err.code, LAR_ERR_NOMEM);
        lar_flat_finish(&flat);
    }
    free(block);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("flat_check");
    TCase *all = tcase_create("flat_check");
    tcase_set_timeout(all, 120);
    tcase_add_test(all, valid_blocks_open);
    tcase_add_loop_test(all, one_wrong_field, 0, sizeof rows / sizeof rows[0]);
    tcase_add_test(all, every_cut_is_refused);
    tcase_add_test(all, longer_blocks_are_refused);
    tcase_add_loop_test(all, any_wrong_byte_is_refused_or_harmless, TINY, LONG_NAMES);
    tcase_add_test(all, alignment_is_needed);
    tcase_add_test(all, memory_may_be_spent);
    suite_add_tcase(suite, all);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
