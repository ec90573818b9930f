/* Open Inference Protocol requests and answers with tensors behind the JSON text.
 * SPDX-License-Identifier: MIT */
#include "tests/dialects/calls.h"

#include <math.h>

#define BYTES(...) (const char[]){__VA_ARGS__}, sizeof((const char[]){__VA_ARGS__})
#define IN(name, shape, type, size)                                                                \
    "{\"name\":\"" name "\",\"shape\":" shape ",\"datatype\":\"" type                              \
    "\",\"parameters\":{\"binary_data_size\":" size "}}"
#define ONE_F64 0, 0, 0, 0, 0, 0, (char)0xF0, 0x3F
#define TWO_F64 0, 0, 0, 0, 0, 0, 0, 0x40

struct row {
    void (*model)(struct lar_draft *);
    const char *text;
    const char *tail;
    size_t tail_size;
    const char *result;
};

/* Reads TEXT and TAIL with the tail at OFFSET from an aligned address. */
static void show(struct lar_text *out, const struct row *row, const struct lar_flat *flat,
                 size_t tail_size, size_t offset, struct lar_oip_heads *heads)
{
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 24, &err);
    struct lar_call_request call;
    size_t text_size = strlen(row->text), before = 64 - text_size % 64 + offset;
    char *block = aligned_alloc(64, (before + text_size + tail_size + 64) & ~(size_t)63);
    char *body = block + before;
    memcpy(body, row->text, text_size);
    memcpy(body + text_size, row->tail, tail_size);
    lar_text_clear(out);
    if (lar_oip_read_parts(&call, flat, "m", body, text_size + tail_size, text_size, heads, 1,
                           scratch, &err)) {
        show_call(out, flat, &call);
        for (size_t i = 0; call.forms && i < call.n_outputs; i++) {
            lar_text_puts(out, call.forms[i].binary == LAR_FORM_BINARY ? " b" : " j");
            lar_text_u64(out, call.forms[i].classes);
        }
    } else {
        ck_assert(err.code == LAR_ERR_INVALID || err.code == LAR_ERR_NOTFOUND);
        lar_text_puts(out, err.text);
    }
    lar_text_char(out, '\0');
    lar_scratch_free(scratch);
    free(block);
}

/* Each also by a head that was kept of it. */
static void check(const struct row *rows, size_t n)
{
    struct lar_oip_heads heads;
    for (size_t i = 0; i < n; i++) {
        struct model m;
        struct lar_error err = {0};
        struct lar_text out;
        ck_assert(model_init(&m, rows[i].model, &err));
        lar_text_init(&out, NULL, 0, 1 << 20);
        heads = (struct lar_oip_heads){0};
        for (size_t offset = 0; offset < 18; offset++) {
            show(&out, &rows[i], &m.flat, rows[i].tail_size, offset % 9,
                 offset < 9 ? NULL : &heads);
            if (strcmp(out.data, rows[i].result) != 0)
                ck_abort_msg("%s\n  gave %s\n  not  %s", rows[i].text, out.data, rows[i].result);
        }
        for (size_t k = 0; strstr(rows[i].result, " -> ") && k < rows[i].tail_size; k++) {
            show(&out, &rows[i], &m.flat, k, 0, &heads);
            if (strstr(out.data, " -> ") && rows[i].text[0])
                ck_abort_msg("%s cut to %zu gave %s", rows[i].text, k, out.data);
        }
        lar_text_finish(&out);
        model_finish(&m);
    }
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

/* Reads with HEADS under KEY what must give RESULT; whether it was read by a head. */
static bool recalls(const struct row *row, uint64_t key, struct lar_oip_heads *heads)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_call_request call;
    struct lar_text out;
    char body[512];
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 20, &err);
    size_t n = strlen(row->text);
    memcpy(body, row->text, n);
    memcpy(body + n, row->tail, row->tail_size);
    ck_assert(model_init(&m, row->model, &err));
    lar_text_init(&out, NULL, 0, 1 << 16);
    if (lar_oip_read_parts(&call, &m.flat, "m", body, n + row->tail_size, n, heads, key, scratch,
                           &err))
        show_call(&out, &m.flat, &call);
    else
        lar_text_puts(&out, err.text);
    lar_text_char(&out, '\0');
    ck_assert_str_eq(out.data, row->result);
    bool ret = !err.code && call.outputs == heads->all[key % LAR_OIP_HEADS].outputs;
    lar_text_finish(&out);
    model_finish(&m);
    lar_scratch_free(scratch);
    return ret;
}

START_TEST(kept_heads)
{
#define LINE "{\"inputs\":[" IN("X", "[1]", "FP64", "8") "]}"
#define NAMED "{\"id\":\"7\",\"inputs\":[" IN("X", "[1]", "FP64", "8") "]}"
#define SIZE                                                                                       \
    "{\"inputs\":[" IN("image", "[1,2,1]", "FP32", "8") "," IN("size", "[1]", "INT64", "8") "]}"
    const char *one = "1: X float64[1,1] [1.0] -> predict";
    const char *two = "1: X float64[1,1] [2.0] -> predict";
    const struct row first = {models_line, LINE, BYTES(ONE_F64), one};
    const struct row second = {models_line, LINE, BYTES(TWO_F64), two};
    const struct row longer = {models_line, LINE, BYTES(TWO_F64, 0),
                               "unexpected additional input data for model 'm'"};
    const struct row named = {models_line, NAMED, BYTES(TWO_F64),
                              "1: X float64[1,1] [2.0] -> predict id \"7\""};
    const struct row fits = {models_network, SIZE,
                             BYTES(0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0),
                             "1: image float32[1,2,1] [0.0,0.0] size int32[1] [5] -> y raw_bytes"};
    const struct row beyond = {models_network, SIZE,
                               BYTES(0, 0, 0, 0, 0, 0, 0, 0, 5, 0, 0, 0, 1, 0, 0, 0),
                               "inputs[1]: element 0 is beyond the range of int32"};
    struct lar_oip_heads heads = {0};
    ck_assert(!recalls(&first, 1, &heads));
    ck_assert(recalls(&second, 1, &heads));
    ck_assert(!recalls(&second, 1 + LAR_OIP_HEADS, &heads)); /* another model in its place */
    ck_assert(!recalls(&first, 1, &heads));
    ck_assert(recalls(&second, 1, &heads));
    ck_assert(!recalls(&longer, 1, &heads));
    ck_assert(!recalls(&first, 1, &heads));
    ck_assert(!recalls(&named, 1, &heads)); /* another each time */
    ck_assert(!recalls(&named, 1, &heads));
    ck_assert(!recalls(&fits, 2, &heads));
    ck_assert(recalls(&fits, 2, &heads));
    ck_assert(!recalls(&beyond, 2, &heads));
    ck_assert(!recalls(&fits, 2, &heads));
}
END_TEST

START_TEST(numbers)
{
    const struct row rows[] = {
        {models_line, "{\"inputs\":[" IN("X", "[2,1]", "FP64", "16") "]}", BYTES(ONE_F64, TWO_F64),
         "2: X float64[2,1] [1.0,2.0] -> predict"},
        {models_line, "{\"inputs\":[" IN("X", "[2,1]", "FP32", "8") "]}",
         BYTES(0, 0, (char)0x80, 0x3F, 0, 0, (char)0xC0, 0x7F),
         "2: X float64[2,1] [1.0,NaN] -> predict"},
        {models_line, "{\"inputs\":[" IN("X", "[3]", "FP16", "6") "]}",
         BYTES(0, 0x3C, 1, 0, 0, (char)0xFC),
         "3: X float64[3,1] [1.0,5.960464477539063e-08,-Infinity] -> predict"},
        {models_line, "{\"inputs\":[" IN("X", "[1]", "BF16", "2") "]}", BYTES(0x40, (char)0xC0),
         "1: X float64[1,1] [-3.0] -> predict"},
        {models_line, "{\"inputs\":[" IN("X", "[2]", "INT16", "4") "]}",
         BYTES((char)0xFE, (char)0xFF, 3, 1), "2: X float64[2,1] [-2.0,259.0] -> predict"},
        {models_line, "{\"inputs\":[" IN("X", "[1]", "INT64", "8") "]}",
         BYTES(0, 0, 0, 0, 0, 0, 0, (char)0x80),
         "1: X float64[1,1] [-9223372036854775808.0] -> predict"},
        {models_line, "{\"inputs\":[" IN("X", "[1]", "UINT64", "8") "]}",
         BYTES(0, 0, 0, 0, 0, 0, 0, (char)0x80),
         "1: X float64[1,1] [9223372036854775808.0] -> predict"},
        {models_line, "{\"inputs\":[" IN("X", "[3]", "BOOL", "3") "]}", BYTES(0, 1, 2),
         "3: X float64[3,1] [0.0,1.0,1.0] -> predict"},
        {models_network,
         "{\"inputs\":[" IN("size", "[1]", "INT64", "8") "," IN(
             "image", "[1,2,1]", "FP32",
             "8") "],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":true}},{"
                  "\"name\":\"raw_bytes\",\"parameters\":{\"classification\":3}}]}",
         BYTES(5, 0, 0, 0, 0, 0, 0, 0, 0, 0, (char)0x80, 0x3F, 0, 0, 0, 0x40),
         "1: image float32[1,2,1] [1.0,2.0] size int32[1] [5] -> y raw_bytes b0 j3"},
        {models_network, "{\"inputs\":[" IN("size", "[1]", "INT64", "8") "]}",
         BYTES(5, 0, 0, 0, 1, 0, 0, 0), "inputs[0]: element 0 is beyond the range of int32"},
        {models_line, "{\"inputs\":[" IN("X", "[2]", "FP64", "8") "]}", BYTES(ONE_F64),
         "inputs[0]: input byte size mismatch for input 'X' for model 'm'. Expected 2 elements of "
         "8 bytes, got 8 bytes"},
        {models_line, "{\"inputs\":[" IN("X", "[2]", "FP64", "16") "]}", BYTES(ONE_F64),
         "inputs[0]: unexpected size for input 'X', expecting 8 additional bytes for model 'm'"},
        {models_line, "{\"inputs\":[" IN("X", "[1]", "FP64", "8") "]}", BYTES(ONE_F64, 0),
         "unexpected additional input data for model 'm'"},
        {models_line, "{\"inputs\":[" IN("X", "[0,1]", "FP64", "0") "]}", "", 0,
         "input 'X' has no rows, at least one is needed"},
        {models_line, "{\"inputs\":[" IN("X", "[1]", "FP64", "-8") "]}", BYTES(ONE_F64),
         "inputs[0].parameters.binary_data_size: expected a number of bytes, found a number "
         "(byte 86)"},
    };
    CHECK(rows);
}
END_TEST

START_TEST(columns_and_strings)
{
#define AGE "{\"name\":\"age\",\"shape\":[1],\"datatype\":\"FP64\",\"data\":[7]}"
    const struct row rows[] = {
        {models_table,
         "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[" IN(
             "city", "[1]", "BYTES", "6") "," AGE "," IN("flag", "[1,1]", "BOOL", "1") "]}",
         BYTES(2, 0, 0, 0, 'a', 'b', 1),
         "1: age float64[1] [7.0] city string[1] [\"ab\"] flag bool[1,1] [true] -> predict b0"},
        {models_table,
         "{\"inputs\":[" IN("note", "[2]", "FP32", "8") "," IN(
             "city", "[1]", "BYTES", "4") "," AGE "," IN("flag", "[1,1]", "BOOL", "1") "]}",
         BYTES(1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0),
         "1: age float64[1] [7.0] city string[1] [\"\"] flag bool[1,1] [false] -> predict"},
        {models_matrix,
         "{\"inputs\":[" IN("depth", "[1]", "FP64", "8") "," IN(
             "width", "[1,1]", "UINT8", "1") "," IN("h\xC3\xB6he", "[1]", "FP64", "8") "]}",
         BYTES(ONE_F64, 9, TWO_F64), "1: X float64[1,3] [9.0,2.0,1.0] -> predict"},
        {models_text,
         "{\"inputs\":[{\"name\":\"t\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{"
         "\"binary_data_size\":8,\"content_type\":\"base64\"}}]}",
         BYTES(4, 0, 0, 0, 'Y', 'Q', '=', '='), "1: text string[1] [\"a\"] -> predict"},
        {models_text, "{\"inputs\":[" IN("t", "[2]", "BYTES", "9") "]}",
         BYTES(1, 0, 0, 0, 'a', 9, 0, 0, 0),
         "inputs[0]: incomplete string length or string data at element 1"},
        {models_text, "{\"inputs\":[" IN("t", "[1]", "BYTES", "6") "]}",
         BYTES(1, 0, 0, 0, 'a', 'b'), "inputs[0]: 1 bytes more than 1 strings take"},
        {models_text, "{\"inputs\":[" IN("t", "[1]", "BYTES", "5") "]}",
         BYTES(1, 0, 0, 0, (char)0xFF), "inputs[0]: element 0 is not UTF-8 text"},
        {models_text, "{\"inputs\":[" IN("t", "[1000000]", "BYTES", "4") "]}", BYTES(0, 0, 0, 0),
         "inputs[0]: expected 1000000 strings, found 4 bytes"},
    };
    CHECK(rows);
}
END_TEST

/* The whole body is the only input. */
START_TEST(raw)
{
    const struct row rows[] = {
        {models_line, "", BYTES(ONE_F64, TWO_F64), "2: X float64[2,1] [1.0,2.0] -> predict b0"},
        {models_text, "", BYTES('a', 'b'), "1: text string[1] [\"ab\"] -> predict b0"},
        {models_text, "", BYTES((char)0xC3), "the raw input is not UTF-8 text"},
        {models_line, "", BYTES(1, 2, 3), "raw input of 3 bytes does not make [rows,1] of float64"},
        {models_matrix, "", BYTES(ONE_F64),
         "raw input of 8 bytes does not make [rows,3] of float64"},
        {models_words, "", BYTES('a'), "raw input of 1 bytes does not make [rows,2] of string"},
        {models_table, "", BYTES(1),
         "raw input is only for models with one input; model 'm' has 4"},
    };
    CHECK(rows);
}
END_TEST

static void answer(struct lar_text *out, const char *body, struct lar_tensor *results,
                   size_t *ret_text_size, const char *error)
{
    struct model m;
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 20, &err);
    struct lar_call_request call;
    ck_assert(model_init(&m, models_matrix, &err));
    ck_assert_msg(lar_oip_read(&call, &m.flat, body, strlen(body), scratch, &err), "%s", err.text);
    lar_text_clear(out);
    bool ok = lar_oip_classify(&m.flat, &call, results, scratch, &err) &&
              lar_oip_write(out, &m.flat, &call, results, "m", 1, ret_text_size, &err);
    ck_assert_str_eq(err.text, error);
    ck_assert(ok == !*error);
    lar_scratch_free(scratch);
    model_finish(&m);
}

#define X13 "\"inputs\":[{\"name\":\"X\",\"shape\":[1,3],\"datatype\":\"FP64\",\"data\":[1,2,3]}]"

START_TEST(answers)
{
    struct lar_text out;
    size_t text_size;
    uint64_t offsets[] = {0, 2, 2, 3}, indptr[] = {0, 1, 2};
    uint8_t kinds[] = {LAR_STRING_TEXT, LAR_STRING_NAN, LAR_STRING_TEXT};
    uint32_t indices[] = {1, 0};
    char letters[] = "abc";
    float sparse[] = {1, 2};
    double proba[] = {0.25, 0.75};
    static const char begin[] = "{\"model_name\":\"m\",\"model_version\":\"1\",\"outputs\":[";
    struct lar_tensor strings[] = {{LAR_TYPE_STRING, LAR_LAYOUT_DENSE, LAR_SHAPE(3),
                                    .data = letters, .offsets = offsets, .kinds = kinds}};
    struct lar_tensor csr[] = {{LAR_TYPE_F32, LAR_LAYOUT_CSR, LAR_SHAPE(2, 2), .data = sparse,
                                .indptr = indptr, .indices = indices}};
    struct lar_tensor two[] = {strings[0],
                               {LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(1, 2), .data = proba}};
    lar_text_init(&out, NULL, 0, 1 << 16);
    answer(&out, "{" X13 ",\"parameters\":{\"binary_data_output\":true}}", strings, &text_size, "");
    ck_assert_uint_eq(out.size, text_size + 15);
    ck_assert_mem_eq(out.data + text_size, "\2\0\0\0ab\0\0\0\0\1\0\0\0c", 15);
    lar_text_char(&out, '\0');
    ck_assert_mem_eq(out.data, begin, sizeof begin - 1);
    ck_assert_mem_eq(out.data + sizeof begin - 1,
                     "{\"name\":\"predict\",\"datatype\":\"BYTES\",\"shape\":[3],\"parameters\":{"
                     "\"binary_data_size\":15}}]}",
                     text_size - sizeof begin + 1);
    answer(&out, "{" X13 ",\"parameters\":{\"binary_data_output\":true}}", csr, &text_size, "");
    ck_assert_uint_eq(out.size, text_size + 16);
    ck_assert_mem_eq(out.data + text_size, ((const float[]){0, 1, 2, 0}), 16);
    answer(&out,
           "{" X13 ",\"outputs\":[{\"name\":\"predict\"},{\"name\":\"predict_proba\","
           "\"parameters\":{\"binary_data\":true}}]}",
           two, &text_size, "");
    ck_assert_uint_eq(out.size, text_size + 16);
    ck_assert_mem_eq(out.data + text_size, proba, 16);
    lar_text_char(&out, '\0');
    ck_assert_ptr_nonnull(strstr(out.data, "\"data\":[\"ab\",null,\"c\"]},{\"name\":\"predict_"));
    lar_text_finish(&out);
}
END_TEST

START_TEST(classes)
{
    struct lar_text out;
    size_t text_size;
    double proba[] = {0.5, NAN, 0.5, -INFINITY, 0, 3};
    char letters[] = "a";
    int64_t labels[] = {INT64_MIN, 7};
    uint64_t offsets[] = {0, 1};
    uint8_t kinds[] = {LAR_STRING_TEXT};
#define ASKED(k)                                                                                   \
    "{" X13 ",\"outputs\":[{\"name\":\"predict\",\"parameters\":{\"classification\":" k "}}]}"
    struct lar_tensor one[] = {{LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 3), .data = proba}};
    lar_text_init(&out, NULL, 0, 1 << 16);
    answer(&out, ASKED("2"), one, &text_size, "");
    lar_text_char(&out, '\0');
    ck_assert_ptr_nonnull(strstr(out.data, "\"datatype\":\"BYTES\",\"shape\":[2,2],\"data\":["
                                           "\"0.5:0\",\"0.5:2\",\"3.0:2\",\"0.0:1\"]"));
    one[0] = (struct lar_tensor){LAR_TYPE_F64, LAR_LAYOUT_DENSE, LAR_SHAPE(2, 3), .data = proba};
    answer(&out, ASKED("99999999999"), one, &text_size, "");
    lar_text_char(&out, '\0');
    ck_assert_ptr_nonnull(strstr(out.data, "\"shape\":[2,3],\"data\":[\"0.5:0\",\"0.5:2\","
                                           "\"nan:1\",\"3.0:2\",\"0.0:1\",\"-inf:0\"]"));
    one[0] = (struct lar_tensor){LAR_TYPE_I64, LAR_LAYOUT_DENSE, LAR_SHAPE(2), .data = labels};
    answer(&out, ASKED("5"), one, &text_size, "");
    lar_text_char(&out, '\0');
    ck_assert_ptr_nonnull(strstr(out.data, "\"shape\":[2,1],\"data\":[\"-9223372036854775808:0\","
                                           "\"7:0\"]"));
    one[0] = (struct lar_tensor){LAR_TYPE_STRING, LAR_LAYOUT_DENSE,   LAR_SHAPE(1),
                                 .data = letters, .offsets = offsets, .kinds = kinds};
    answer(&out, ASKED("1"), one, &text_size,
           "class result not available for output 'predict' due to unsupported type 'BYTES'");
    lar_text_finish(&out);
}
END_TEST

int main(void)
{
    return check_main("dialect_binary", (const TTest *[]){numbers, columns_and_strings, raw,
                                                          kept_heads, answers, classes, NULL});
}
