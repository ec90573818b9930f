/* Writing a draft and opening what was written.
 * SPDX-License-Identifier: MIT */
#include "tests/check_main.h"
#include "tests/graph/tiny.h"

static struct lar_flat flat;
static void *block;
static size_t size;

static void setup(void)
{
    struct lar_error err = {0};
    block = tiny_block(tiny_draft(&err), "{\"a\": 1}", &size, &err);
    ck_assert_msg(block != NULL, "%s", err.text);
    ck_assert_msg(lar_flat_open(&flat, block, size, &tiny_operators, &err), "%s", err.text);
}

static void teardown(void)
{
    lar_flat_finish(&flat);
    free(block);
}

START_TEST(interface_survives)
{
    setup();
    ck_assert_uint_eq(flat.n_inputs, 3);
    ck_assert_str_eq(flat.inputs[0].name, "X");
    ck_assert_str_eq(flat.inputs[1].name, "note");
    ck_assert_str_eq(flat.inputs[2].name, "Z");
    ck_assert_uint_eq(flat.inputs[1].value, LAR_NO_VALUE);
    ck_assert_uint_eq(flat.inputs[2].columns, LAR_NO_VALUE);
    const struct lar_tensor *columns = flat.values[flat.inputs[0].columns].constant;
    ck_assert_int_eq(columns->shape.dims[0], 3);
    ck_assert_uint_eq(columns->offsets[2] - columns->offsets[1], 5);
    ck_assert_mem_eq((char *)columns->data + columns->offsets[1], "b\xC3\xAAta", 5);
    ck_assert_str_eq(flat.report, "{\"a\": 1}");
    ck_assert_uint_eq(flat.report_size, 8);

    ck_assert_uint_eq(flat.n_methods, 2);
    ck_assert_uint_eq(flat.default_method, 1);
    const struct lar_flat_method *transform = &flat.methods[0], *predict = &flat.methods[1];
    ck_assert_str_eq(transform->name, "transform");
    ck_assert_uint_eq(transform->n_inputs, 2);
    ck_assert_uint_eq(transform->inputs[0], 0);
    ck_assert_uint_eq(transform->inputs[1], 1);
    ck_assert_uint_eq(predict->n_inputs, 3);
    ck_assert_uint_eq(predict->first_output, 1);
    ck_assert_uint_eq(predict->n_outputs, 3);
    ck_assert_str_eq(flat.outputs[0].name, "transform");
    ck_assert_str_eq(flat.outputs[1].name, "predict");
    ck_assert_uint_eq(flat.outputs[3].method, 1);
    ck_assert_uint_eq(flat.outputs[3].value, flat.inputs[0].value);
    const struct lar_tensor *labels = flat.values[flat.outputs[1].labels].constant;
    ck_assert_int_eq(((int64_t *)labels->data)[2], 30);
    teardown();
}
END_TEST

START_TEST(nodes_survive_without_the_dead)
{
    setup();
    ck_assert_uint_eq(flat.n_nodes, 4);
    const struct lar_flat_node *scale = &flat.nodes[1], *copy = &flat.nodes[2];
    ck_assert_str_eq(flat.nodes[0].signature->name, "Add");
    ck_assert_uint_eq(flat.nodes[0].signature->version, 14);
    ck_assert_uint_eq(flat.nodes[3].signature->version, 7);
    ck_assert_str_eq(scale->signature->name, "test.Scale");
    ck_assert_uint_eq(scale->n_params, 4);
    ck_assert_int_eq(flat.values[scale->outputs[0]].layout, LAR_LAYOUT_CSR);
    ck_assert_uint_eq(copy->n_inputs, 2);
    ck_assert_uint_eq(copy->inputs[1], LAR_NO_VALUE);
    ck_assert_uint_eq(copy->n_outputs, 3);
    ck_assert_uint_eq(flat.nodes[3].inputs[1], copy->outputs[2]);

    const struct lar_value_info *buffer[2];
    struct lar_node_info info = lar_flat_node_info(&flat, 1, buffer);
    ck_assert_ptr_eq(info.inputs[0], &flat.values[scale->inputs[0]]);
    const struct lar_tensor *factor = lar_node_param(&info, "factor");
    ck_assert_uint_eq((uintptr_t)factor->data % 64, 0);
    ck_assert_double_eq(((double *)factor->data)[1], -1);
    const struct lar_tensor *words = lar_node_param(&info, "words");
    ck_assert_int_eq(words->kinds[1], LAR_STRING_NAN);
    ck_assert_mem_eq(words->data, "yesno", 5);
    const struct lar_tensor *csr = lar_node_param(&info, "matrix");
    ck_assert_uint_eq(csr->indptr[2], 2);
    ck_assert_uint_eq(csr->indices[0], 2);
    ck_assert_double_eq(((double *)csr->data)[1], 2.5);
    info = lar_flat_node_info(&flat, 2, buffer);
    ck_assert_ptr_null(info.inputs[1]);
    teardown();
}
END_TEST

START_TEST(the_same_draft_gives_the_same_bytes)
{
    struct lar_error err = {0};
    size_t sizes[2];
    void *a = tiny_block(tiny_draft(&err), "r", &sizes[0], &err);
    void *b = tiny_block(tiny_draft(&err), "r", &sizes[1], &err);
    ck_assert_uint_eq(sizes[0], sizes[1]);
    ck_assert_uint_eq(sizes[0] % 64, 0);
    ck_assert_mem_eq(a, b, sizes[0]);
    free(a);
    free(b);
}
END_TEST

START_TEST(an_input_that_nothing_needs_is_unread)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&tiny_operators, 1 << 20, &err);
    lar_value a = lar_draft_input(d, "a", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 1));
    lar_value b = lar_draft_input(d, "b", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 1));
    lar_draft_input_columns(d, a, (const char *const[]){"only"}, 1);
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict", b, LAR_NO_VALUE);
    block = tiny_block(d, "", &size, &err);
    ck_assert_msg(block && lar_flat_open(&flat, block, size, &tiny_operators, &err), "%s",
                  err.text);
    ck_assert_uint_eq(flat.n_values, 1);
    ck_assert_uint_eq(flat.inputs[0].value, LAR_NO_VALUE);
    ck_assert_uint_eq(flat.inputs[0].columns, LAR_NO_VALUE);
    ck_assert_uint_eq(flat.inputs[1].value, 0);
    ck_assert_uint_eq(flat.methods[0].n_inputs, 2);
    ck_assert_str_eq(flat.report, "");
    teardown();
}
END_TEST

START_TEST(labels_may_name_an_axis_of_unknown_length)
{
    struct lar_error err = {0};
    struct lar_draft *d = lar_draft_new(&tiny_operators, 1 << 20, &err);
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN));
    lar_value labels = lar_draft_strings(d, (const char *const[]){"a", "b"}, NULL, NULL, 2);
    lar_draft_output(d, lar_draft_method(d, "predict"), "predict", x, labels);
    block = tiny_block(d, "", &size, &err);
    ck_assert_msg(block && lar_flat_open(&flat, block, size, &tiny_operators, &err), "%s",
                  err.text);
    ck_assert_uint_eq(flat.outputs[0].labels, 1);
    teardown();
}
END_TEST

static void expect_unwritable(struct lar_draft *d, size_t report, enum lar_error_code code,
                              const char *text)
{
    struct lar_error err = {0};
    ck_assert_uint_eq(lar_flat_size(d, report, &err), 0);
    ck_assert_int_eq(err.code, code);
    ck_assert_msg(strstr(err.text, text) != NULL, "%s", err.text);
    lar_draft_free(d);
}

START_TEST(what_cannot_be_written_is_refused)
{
    struct lar_error err = {0};
    expect_unwritable(lar_draft_new(&tiny_operators, 4096, &err), 0, LAR_ERR_UNSUPPORTED,
                      "no method");
    struct lar_draft *d = tiny_draft(&err);
    lar_draft_fail(d, LAR_ERR_FORMAT, "broken");
    expect_unwritable(d, 0, LAR_ERR_FORMAT, "broken");
    d = tiny_draft(&err);
    lar_draft_unread_input(d, "X");
    expect_unwritable(d, 0, LAR_ERR_FORMAT, "two inputs are called 'X'");
    d = tiny_draft(&err);
    lar_draft_output(d, 0, "predict", 0, LAR_NO_VALUE);
    expect_unwritable(d, 0, LAR_ERR_FORMAT, "two outputs are called 'predict'");
    d = tiny_draft(&err);
    lar_draft_output(d, lar_draft_method(d, "predict"), "again", 0, LAR_NO_VALUE);
    expect_unwritable(d, 0, LAR_ERR_FORMAT, "two methods are called 'predict'");
    d = tiny_draft(&err);
    lar_draft_method(d, "empty");
    expect_unwritable(d, 0, LAR_ERR_INTERNAL, "'empty' has no output");
    d = tiny_draft(&err);
    lar_draft_default_method(d, "score");
    expect_unwritable(d, 0, LAR_ERR_NOTFOUND, "'score'");
    expect_unwritable(tiny_draft(&err), (1 << 24) + 1, LAR_ERR_LIMIT, "report");
    d = tiny_draft(&err);
    for (int i = 0; i < 63; i++)
        lar_draft_method(d, (char[]){'m', (char)('0' + i), 0});
    expect_unwritable(d, 0, LAR_ERR_LIMIT, "65 methods");
}
END_TEST

int main(void)
{
    return check_main("flat", (const TTest *[]){interface_survives, nodes_survive_without_the_dead,
                                                the_same_draft_gives_the_same_bytes,
                                                an_input_that_nothing_needs_is_unread,
                                                labels_may_name_an_axis_of_unknown_length,
                                                what_cannot_be_written_is_refused, NULL});
}
