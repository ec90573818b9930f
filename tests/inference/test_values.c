/* Writers of outputs whose size nobody knows beforehand.
 * SPDX-License-Identifier: MIT */
#include "inference/values.h"

#include "tests/check_main.h"

/* A call with one output, as a plan makes it. */
struct fixture {
    struct lar_signature signature;
    struct lar_node_info node;
    struct lar_tensor out;
    struct lar_tensor in;
    const struct lar_tensor *inputs[1];
    struct lar_call call;
    struct lar_error err;
};

static void setup(struct fixture *f, enum lar_type type, enum lar_layout layout, size_t limit)
{
    *f =
        (struct fixture){.signature = {.name = "test.Op"}, .out = {.type = type, .layout = layout}};
    f->node.signature = &f->signature;
    f->inputs[0] = &f->in;
    f->call = (struct lar_call){.node = &f->node,
                                .inputs = f->inputs,
                                .outputs = &f->out,
                                .scratch = lar_scratch_new(0, limit, &f->err)};
    ck_assert_ptr_nonnull(f->call.scratch);
}

START_TEST(csr_grows_beyond_its_guess)
{
    struct fixture f;
    struct lar_csr_writer w;
    setup(&f, LAR_TYPE_F64, LAR_LAYOUT_CSR, 1 << 20);
    ck_assert(lar_csr_begin(&w, &f.call, 0, 50, 200, 1, &f.err));
    for (uint32_t row = 0; row < 50; row++) {
        for (uint32_t column = row % 3; column < 200; column += 3)
            ck_assert(lar_csr_add(&w, column, row + column / 1000.0, &f.err));
        lar_csr_row(&w);
    }
    ck_assert_ptr_null(lar_tensor_fault(&f.out, w.nnz));
    ck_assert_int_eq(f.out.shape.dims[0], 50);
    ck_assert_int_eq(f.out.shape.dims[1], 200);
    for (uint32_t row = 0; row < 50; row++)
        for (uint64_t e = f.out.indptr[row]; e < f.out.indptr[row + 1]; e++)
            ck_assert(((double *)f.out.data)[e] == row + f.out.indices[e] / 1000.0);
    lar_scratch_free(f.call.scratch);
}
END_TEST

START_TEST(csr_of_float32)
{
    struct fixture f;
    struct lar_csr_writer w;
    setup(&f, LAR_TYPE_F32, LAR_LAYOUT_CSR, 1 << 20);
    ck_assert(lar_csr_begin(&w, &f.call, 0, 1, 2, 0, &f.err));
    ck_assert(lar_csr_add(&w, 1, 0.1, &f.err));
    lar_csr_row(&w);
    ck_assert(((float *)f.out.data)[0] == 0.1f);
    ck_assert_ptr_null(lar_tensor_fault(&f.out, 1));
    lar_scratch_free(f.call.scratch);
}
END_TEST

START_TEST(csr_has_limits)
{
    struct fixture f;
    struct lar_csr_writer w;
    setup(&f, LAR_TYPE_F64, LAR_LAYOUT_CSR, 4096);
    ck_assert(!lar_csr_begin(&w, &f.call, 0, 1, UINT64_C(1) << 33, 0, &f.err));
    ck_assert_int_eq(f.err.code, LAR_ERR_LIMIT);
    lar_error_clear(&f.err);
    ck_assert(!lar_csr_begin(&w, &f.call, 0, UINT64_MAX, 1, 0, &f.err));
    lar_error_clear(&f.err);
    ck_assert(!lar_csr_begin(&w, &f.call, 0, 1000, 1, 0, &f.err));
    ck_assert_int_eq(f.err.code, LAR_ERR_LIMIT);
    lar_error_clear(&f.err);
    lar_scratch_reset(f.call.scratch);
    ck_assert(lar_csr_begin(&w, &f.call, 0, 1, 10000, 0, &f.err));
    uint32_t n = 0;
    while (n < 10000 && lar_csr_add(&w, n, 1, &f.err))
        n++;
    ck_assert_uint_gt(n, 10);
    ck_assert_uint_lt(n, 400);
    ck_assert_int_eq(f.err.code, LAR_ERR_LIMIT);
    lar_scratch_free(f.call.scratch);
}
END_TEST

START_TEST(strings_grow)
{
    struct fixture f;
    struct lar_string_writer w;
    setup(&f, LAR_TYPE_STRING, LAR_LAYOUT_DENSE, 1 << 20);
    ck_assert(lar_strings_begin(&w, &f.call, 0, &LAR_SHAPE(100, 3), &f.err));
    for (int i = 0; i < 300; i++)
        ck_assert(lar_strings_add(&w, "abcdefghijklmnopqrstuvwxyz", (size_t)i % 27,
                                  i % 27 ? LAR_STRING_TEXT : LAR_STRING_NONE, &f.err));
    ck_assert_ptr_null(lar_tensor_fault(&f.out, f.out.offsets[300]));
    size_t length;
    const char *text = lar_text_at(&f.out, 299, &length);
    ck_assert_uint_eq(length, 299 % 27);
    ck_assert_mem_eq(text, "abcdefghijklmnopqrstuvwxyz", length);
    ck_assert(lar_text_equal(&f.out, 1, &f.out, 28));
    ck_assert(!lar_text_equal(&f.out, 1, &f.out, 29));
    ck_assert(lar_text_equal(&f.out, 0, &f.out, 27));
    lar_scratch_free(f.call.scratch);
}
END_TEST

START_TEST(strings_have_limits)
{
    struct fixture f;
    struct lar_string_writer w;
    static const char long_text[3000] = "x";
    setup(&f, LAR_TYPE_STRING, LAR_LAYOUT_DENSE, 4096);
    ck_assert(!lar_strings_begin(&w, &f.call, 0, &LAR_SHAPE(1000), &f.err));
    ck_assert_int_eq(f.err.code, LAR_ERR_LIMIT);
    lar_error_clear(&f.err);
    lar_scratch_reset(f.call.scratch);
    ck_assert(lar_strings_begin(&w, &f.call, 0, &LAR_SHAPE(2), &f.err));
    ck_assert(lar_strings_add(&w, long_text, 2000, LAR_STRING_TEXT, &f.err));
    ck_assert(!lar_strings_add(&w, long_text, 3000, LAR_STRING_TEXT, &f.err));
    ck_assert_int_eq(f.err.code, LAR_ERR_LIMIT);
    lar_scratch_free(f.call.scratch);
}
END_TEST

START_TEST(dense_outputs_are_taken_or_placed)
{
    struct fixture f;
    double placed[6];
    setup(&f, LAR_TYPE_F64, LAR_LAYOUT_DENSE, 1 << 16);
    ck_assert_ptr_nonnull(lar_output_dense(&f.call, 0, &LAR_SHAPE(2, 3), &f.err));
    ck_assert_int_eq(f.out.shape.dims[1], 3);
    f.out.data = placed;
    ck_assert_ptr_eq(lar_output_dense(&f.call, 0, &LAR_SHAPE(2, 3), &f.err), placed);
    ck_assert_ptr_null(lar_output_dense(&f.call, 0, &LAR_SHAPE(3, 2), &f.err));
    ck_assert_str_eq(f.err.text, "the result would have shape [3,2], not [2,3]");
    lar_error_clear(&f.err);
    f.out.data = NULL;
    ck_assert_ptr_null(lar_output_dense(&f.call, 0, &LAR_SHAPE(1 << 20), &f.err));
    ck_assert_int_eq(f.err.code, LAR_ERR_LIMIT);
    lar_error_clear(&f.err);
    ck_assert_ptr_nonnull(lar_scratch_take(f.call.scratch, 1, 1));
    ck_assert_ptr_null(lar_output_dense(&f.call, 0, &LAR_SHAPE(INT64_MAX, INT64_MAX), &f.err));
    ck_assert_int_eq(f.err.code, LAR_ERR_LIMIT);
    lar_scratch_free(f.call.scratch);
}
END_TEST

START_TEST(views_keep_the_number_of_elements)
{
    struct fixture f;
    double data[6];
    setup(&f, LAR_TYPE_F64, LAR_LAYOUT_DENSE, 1 << 16);
    f.in = (struct lar_tensor){LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 3), data, 0, 0, 0, 0};
    ck_assert(lar_output_view(&f.call, &LAR_SHAPE(6), &f.err));
    ck_assert_ptr_eq(f.out.data, data);
    ck_assert_int_eq(f.out.shape.rank, 1);
    ck_assert(!lar_output_view(&f.call, &LAR_SHAPE(5), &f.err));
    lar_scratch_free(f.call.scratch);
}
END_TEST

int main(void)
{
    return check_main("values", (const TTest *[]){csr_grows_beyond_its_guess, csr_of_float32,
                                                  csr_has_limits, strings_grow, strings_have_limits,
                                                  dense_outputs_are_taken_or_placed,
                                                  views_keep_the_number_of_elements, NULL});
}
