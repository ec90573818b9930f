/* Inputs that are the features and values of records: draft, block, what is refused.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_layout.h"
#include "graph/print.h"
#include "tests/check_main.h"
#include "tests/graph/tiny.h"

#include <stdlib.h>
#include <string.h>

static const struct lar_shape pairs = {.rank = 2, .dims = {LAR_DIM_ROWS, LAR_DIM_UNKNOWN}};

/* A graph that answers with its inputs. VALUES_TOO: the second one is needed. */
static struct lar_draft *draft_of(bool first_too, bool values_too)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&tiny_operators, 1 << 20, &err);
    lar_value features = lar_draft_input(d, "features", LAR_TYPE_STRING, pairs);
    lar_value values = lar_draft_input(d, "values", LAR_TYPE_F64, pairs);
    lar_draft_input_records(d, features, "::", LAR_RECORDS | LAR_RECORDS_NULLS);
    uint32_t method = lar_draft_method(d, "transform");
    if (first_too)
        lar_draft_output(d, method, "a", features, LAR_NO_VALUE);
    if (values_too)
        lar_draft_output(d, method, "b", values, LAR_NO_VALUE);
    if (!first_too)
        lar_draft_output(d, method, "c", lar_draft_scalar_f64(d, 1), LAR_NO_VALUE);
    return d;
}

enum { OF_LAST = 1000 };

/* Opens what DRAFT is written as, with RECORDS of its first input replaced, if not 0. OF_LAST: its
 * last one is said to be of records, too. */
static bool open(struct lar_draft *draft, uint32_t records, struct lar_flat *ret, void **ret_block,
                 struct lar_error *err)
{
    *err = (struct lar_error){0};
    size_t size = lar_flat_size(draft, 2, err);
    ck_assert_uint_gt(size, 0);
    *ret_block = aligned_alloc(64, size);
    lar_flat_fill(draft, "{}", 2, *ret_block);
    lar_draft_free(draft);
    const struct lar_flat_header *header = *ret_block;
    struct lar_flat_places places =
        lar_flat_place(header, (const void *)((char *)*ret_block + sizeof *header));
    struct lar_flat_input_record *inputs = (void *)((char *)*ret_block + places.inputs);
    if (records == OF_LAST) {
        inputs[1].columns = inputs[0].columns;
        inputs[1].records = LAR_RECORDS;
    } else if (records) {
        inputs[0].records = records;
    }
    return lar_flat_open(ret, *ret_block, size, &tiny_operators, err);
}

START_TEST(are_kept)
{
    struct lar_error err;
    struct lar_flat flat;
    void *block;
    char text[1024] = "";
    ck_assert_msg(open(draft_of(true, true), 0, &flat, &block, &err), "%s", err.text);
    ck_assert_uint_eq(flat.inputs[0].records, 5);
    ck_assert_uint_eq(flat.inputs[1].records, 0);
    const struct lar_tensor *t = flat.values[flat.inputs[0].columns].constant;
    ck_assert_uint_eq(t->offsets[1], 2);
    ck_assert_mem_eq(t->data, "::", 2);
    FILE *out = fmemopen(text, sizeof text, "w");
    lar_print_flat(&flat, out);
    fclose(out);
    ck_assert_ptr_nonnull(strstr(text, "string[rows,?], records with string[1]{\"::\"}\n"));
    lar_flat_finish(&flat);
    free(block);
}
END_TEST

START_TEST(are_forgotten_with_their_input)
{
    struct lar_error err;
    struct lar_flat flat;
    void *block;
    ck_assert_msg(open(draft_of(false, false), 0, &flat, &block, &err), "%s", err.text);
    ck_assert_uint_eq(flat.inputs[0].records, 0);
    ck_assert_uint_eq(flat.inputs[0].columns, LAR_NO_VALUE);
    lar_flat_finish(&flat);
    free(block);
}
END_TEST

START_TEST(wrong_ones_are_refused)
{
    static const uint32_t wrong[] = {2, 4, 6, 8, 9, UINT32_MAX};
    struct lar_error err;
    struct lar_flat flat;
    void *block;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        ck_assert(!open(draft_of(true, true), wrong[i], &flat, &block, &err));
        ck_assert_str_eq(err.text, "input 0: there are no such records");
        lar_flat_finish(&flat);
        free(block);
    }
    ck_assert(!open(draft_of(true, true), OF_LAST, &flat, &block, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "input 1: records must be strings and"));
    lar_flat_finish(&flat);
    free(block);
    ck_assert(!open(draft_of(true, false), 0, &flat, &block, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "input 0: records must be strings and"));
    lar_flat_finish(&flat);
    free(block);
}
END_TEST

START_TEST(each_rule_has_its_sentence)
{
    uint8_t kind = LAR_STRING_TEXT;
    uint64_t offsets[2] = {0, 1};
    char byte = '=';
    struct lar_tensor text = {.type = LAR_TYPE_STRING,
                              .layout = LAR_LAYOUT_DENSE,
                              .shape = LAR_SHAPE(1),
                              .data = &byte,
                              .offsets = offsets,
                              .kinds = &kind};
    const struct lar_value_info features = {LAR_TYPE_STRING, LAR_LAYOUT_DENSE, pairs, NULL};
    const struct lar_value_info values = {LAR_TYPE_F64, LAR_LAYOUT_DENSE, pairs, NULL};
    const struct lar_value_info separator = {LAR_TYPE_STRING, LAR_LAYOUT_DENSE, LAR_SHAPE(1),
                                             &text};
    struct lar_value_info bad = separator;
    ck_assert_ptr_null(lar_records_fault(&features, &values, &separator, 7));
    ck_assert_ptr_nonnull(lar_records_fault(&features, NULL, &separator, 1));
    ck_assert_ptr_nonnull(lar_records_fault(&values, &values, &separator, 1));
    ck_assert_ptr_nonnull(lar_records_fault(&features, &features, &separator, 1));
    bad.constant = NULL;
    ck_assert_ptr_nonnull(lar_records_fault(&features, &values, &bad, 1));
    bad = separator;
    bad.type = LAR_TYPE_F64;
    ck_assert_ptr_nonnull(lar_records_fault(&features, &values, &bad, 1));
    bad = separator;
    bad.shape = LAR_SHAPE(1, 1);
    ck_assert_ptr_nonnull(lar_records_fault(&features, &values, &bad, 1));
    kind = LAR_STRING_NONE;
    ck_assert_ptr_nonnull(lar_records_fault(&features, &values, &separator, 1));
    kind = LAR_STRING_TEXT;
    bad = features;
    bad.shape = LAR_SHAPE(LAR_DIM_ROWS);
    ck_assert_ptr_nonnull(lar_records_fault(&bad, &values, &separator, 1));
    bad.shape = LAR_SHAPE(3, LAR_DIM_UNKNOWN);
    ck_assert_ptr_nonnull(lar_records_fault(&bad, &values, &separator, 1));
    bad.shape = LAR_SHAPE(LAR_DIM_ROWS, 3);
    ck_assert_ptr_nonnull(lar_records_fault(&bad, &values, &separator, 1));
}
END_TEST

START_TEST(drafts_say_what_is_wrong)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&tiny_operators, 1 << 20, &err);
    lar_value x = lar_draft_input(d, "x", LAR_TYPE_STRING, pairs);
    lar_draft_unread_input(d, "y");
    lar_draft_input_records(d, x, "=", LAR_RECORDS);
    ck_assert(!lar_draft_ok(d, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "value 0 is no input before another"));
    lar_draft_input_records(d, x, "=", LAR_RECORDS); /* nothing more */
    lar_draft_free(d);
    err = (struct lar_error){0};
    d = lar_draft_new(&tiny_operators, 1 << 20, &err);
    lar_draft_input(d, "w", LAR_TYPE_F64, LAR_SCALAR);
    x = lar_draft_input(d, "x", LAR_TYPE_F64, pairs);
    lar_draft_input(d, "y", LAR_TYPE_F64, pairs);
    lar_draft_input_records(d, x, "=", LAR_RECORDS);
    ck_assert(!lar_draft_ok(d, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "input 'x': records must be strings and"));
    lar_draft_free(d);
}
END_TEST

int main(void)
{
    return check_main("records",
                      (const TTest *[]){are_kept, are_forgotten_with_their_input,
                                        wrong_ones_are_refused, each_rule_has_its_sentence,
                                        drafts_say_what_is_wrong, NULL});
}
