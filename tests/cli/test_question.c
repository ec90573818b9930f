/* SPDX-License-Identifier: MIT */
#include "cli/question.h"
#include "tests/check_main.h"
#include "tests/dialects/models.h"

static struct model model;
static struct lar_arena arena;
static struct lar_scratch *scratch;
static struct lar_call_request call;
static struct lar_error err;

static void use(void (*make)(struct lar_draft *))
{
    lar_error_clear(&err);
    if (!scratch)
        scratch = lar_scratch_new(0, 1 << 24, &err);
    model_finish(&model);
    ck_assert_msg(model_init(&model, make, &err), "%s", err.text);
}

static bool read_rows(const char *bytes, size_t size)
{
    lar_error_clear(&err);
    lar_arena_finish(&arena);
    lar_arena_init(&arena, 1 << 22);
    lar_scratch_reset(scratch);
    return lar_question_read(&call, &model.flat, model.flat.default_method, false, bytes, size,
                             &arena, scratch, &err);
}

/* TEXT is read as the rows WANT of the only matrix. */
static void reads(const char *text, uint64_t rows, const double *want)
{
    ck_assert_msg(read_rows(text, strlen(text)), "%s: %s", text, err.text);
    ck_assert_uint_eq(call.rows, rows);
    ck_assert(call.as_rows);
    const struct lar_tensor *x = &call.inputs[0];
    for (uint64_t i = 0; i < lar_tensor_count(x); i++)
        ck_assert_double_eq(((const double *)x->data)[i], want[i]);
}

static void refuses(const char *text, const char *why)
{
    ck_assert_msg(!read_rows(text, strlen(text)), "%s", text);
    ck_assert_msg(strstr(err.text, why) != NULL, "'%s' is not in: %s", why, err.text);
}

static const double six[] = {1, 2, 3, 4, 5, 6};

START_TEST(csv_goes_by_names)
{
    use(models_matrix);
    reads("width,h\xC3\xB6he,depth\n1,2,3\n4,5,6\n", 2, six);
    reads("\xEF\xBB\xBF\"depth\",width,\"h\xC3\xB6he\"\r\n3,1,2\r\n6,4,5", 2, six);
    reads("1,2,3\n4,5,6\n", 2, six);
    reads("1,2,3", 1, six);
    reads("7,width,h\xC3\xB6he,depth,id,\n9,1,2,3,4,\n", 1, six);
    refuses("width,depth\n1,3\n", "CSV: column 'h\xC3\xB6he' is missing");
    refuses("width,w,depth\n1,2,3\n", "'h\xC3\xB6he' is missing; the model has no column 'w'");
    refuses("1,2\n", "first line has 2 columns, the model 3");
    refuses("width,h\xC3\xB6he,depth\n1,2\n", "CSV");
    refuses("\"width,h", "has no end");
    refuses("\"width\"x,h", "text follows the quotes");
    refuses("", "no rows came");
    refuses(" \n", "no rows came");
}
END_TEST

START_TEST(csv_without_the_model_having_names)
{
    static const double twelve[] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11.5};
    use(models_wide);
    reads("a,b,c,d,e,f,g,h,i,j,k,\"l\"\"\"\n0,1,2,3,4,5,6,7,8,9,10,11.5\n", 1, twelve);
    reads("0,1,2,3,4,5,6,7,8,9,10,11.5\n", 1, twelve);
    reads("0,1,2,3,4,5,6,7,8,9,10,11\n0,1,2,3,4,5,6,7,8,9,10,11.5\n", 1, twelve);
    reads("x11,x1,x2,x3,x4,x5,x6,x7,x8,x9,x10,x0\n11.5,1,2,3,4,5,6,7,8,9,10,0\n", 1, twelve);
    refuses("a,b\n1,2\n", "the model has no column 'a', 'b'");
    refuses("x0,x1\n1,2\n", "'x2', 'x3'");
    refuses("a,b,x2,x3,e,f,g,h,i,j,k,l\n1,2,3,4,5,6,7,8,9,10,11,12\n", "'x0', 'x1', 'x4'");
}
END_TEST

START_TEST(json_in_each_form)
{
    use(models_matrix);
    reads("[[1, 2, 3], [4, 5, 6]]", 2, six);
    reads("\xEF\xBB\xBF [{\"depth\": 3, \"width\": 1, \"h\xC3\xB6he\": 2}]", 1, six);
    reads("{\"instances\": [[1, 2, 3]]}", 1, six);
    reads("{\"dataframe_split\": {\"columns\": [\"depth\", \"width\", \"h\xC3\xB6he\"], "
          "\"data\": [[3, 1, 2]]}}",
          1, six);
    reads("{\"dataframe_records\": [{\"depth\": 3, \"width\": 1, \"h\xC3\xB6he\": 2}]}", 1, six);
    ck_assert(read_rows("{\"inputs\": [[1, 2, 3]]}", 23) && !call.as_rows);
    const char *named = "{\"signature_name\": \"predict_proba\", \"instances\": [[1, 2, 3]]}";
    ck_assert(read_rows(named, strlen(named)));
    ck_assert_uint_eq(call.method, 1);
    ck_assert(!lar_question_read(&call, &model.flat, 0, true, named, strlen(named), &arena, scratch,
                                 &err));
    ck_assert_ptr_nonnull(strstr(err.text, "--method says predict, the rows' own member says"));
    refuses("[[1, 2]]", "instances[0]");
    refuses("[[1, 2, 3]", "expected");
    ck_assert_ptr_null(strstr(err.text, "(byte"));
    refuses("{}", "Missing 'inputs' or 'instances'");
}
END_TEST

/* A .npy of version 1 with HEADER and N bytes of DATA. */
static bool read_npy(const char *header, const void *data, size_t n)
{
    static char file[4096];
    size_t size = strlen(header);
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = (char)size;
    file[9] = 0;
    memcpy(file + 10, header, size);
    memcpy(file + 10 + size, data, n);
    return read_rows(file, 10 + size + n);
}

START_TEST(arrays)
{
    static const float halves[] = {1, 2, 3, 4, 5, 6};
    use(models_matrix);
    ck_assert_msg(read_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (2, 3), }", six, 48),
                  "%s", err.text);
    ck_assert_uint_eq(call.rows, 2);
    ck_assert_mem_eq(call.inputs[0].data, six, 48);
    ck_assert(read_npy("{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }", halves, 24));
    static const double turned[] = {1, 3, 5, 2, 4, 6};
    ck_assert_mem_eq(call.inputs[0].data, turned, 48);
    ck_assert(!read_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (0, 3), }", six, 0));
    ck_assert_ptr_nonnull(strstr(err.text, "at least one row"));
    ck_assert(!read_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3, 2), }", six, 48));
    ck_assert_ptr_nonnull(
        strstr(err.text, "the array: has the shape [3,2], the model takes [rows,3]"));
    ck_assert(!read_npy("{'descr': '<f8', 'fortran_order': False, 'shape': (3,), }", six, 24));
    ck_assert(!read_npy("{'descr': '<U1', 'fortran_order': False, 'shape': (1, 3), }", six, 12));
    ck_assert_ptr_nonnull(strstr(err.text, "the model takes float64"));
    ck_assert(!read_npy("{'descr': '|O', 'fortran_order': False, 'shape': (1, 3), }", "N.", 2));
    /* fields are columns, whatever their order */
    ck_assert_msg(read_npy("{'descr': [('depth', '<f8'), ('width', '<f8'), "
                           "('h\xC3\xB6he', '<f8')], 'fortran_order': False, 'shape': (2,), }",
                           six, 48),
                  "%s", err.text);
    static const double fields[] = {2, 3, 1, 5, 6, 4};
    ck_assert_mem_eq(call.inputs[0].data, fields, 48);
    ck_assert(!read_npy("{'descr': [('depth', '<f8'), ('width', '<f8')], "
                        "'fortran_order': False, 'shape': (3,), }",
                        six, 48));
    ck_assert_ptr_nonnull(strstr(err.text, "'h\xC3\xB6he' is missing"));
    ck_assert(!read_npy("{'descr': [('depth', '<f8'), ('x', '<f8')], "
                        "'fortran_order': False, 'shape': (3,), }",
                        six, 48));
    ck_assert_ptr_nonnull(strstr(err.text, "no column 'x'"));
}
END_TEST

START_TEST(arrays_under_keys)
{
    static const unsigned char rows[] = {0, 0, 0, 0, 0, 0, 0xF0, 0x3F, 'a', 0, 0, 0,
                                         0, 0, 0, 0, 0, 0, 0,    0x40, 0,   0, 0, 0};
    use(models_plain_records);
    ck_assert_msg(read_npy("{'descr': [('dog', '<f8'), ('cat', '<U1')], 'fortran_order': False, "
                           "'shape': (2,), }",
                           rows, sizeof rows),
                  "%s", err.text);
    ck_assert_uint_eq(call.rows, 2);
    const struct lar_tensor *t = &call.inputs[0];
    ck_assert_int_eq(t->shape.dims[1], 2);
    ck_assert_ptr_null(lar_tensor_fault(t, t->offsets[4]));
    ck_assert_uint_eq(t->offsets[4], strlen("dogcat=adogcat="));
    ck_assert_mem_eq(t->data, "dogcat=adogcat=", t->offsets[4]);
    static const double values[] = {1, 1, 2, 1};
    ck_assert_mem_eq(call.inputs[1].data, values, sizeof values);
    ck_assert(!read_npy("{'descr': [('dog', '<f8'), ('cat', '<U1')], 'fortran_order': False, "
                        "'shape': (0,), }",
                        rows, 0));
    ck_assert_ptr_nonnull(strstr(err.text, "at least one row"));
}
END_TEST

/* ---- .npz: a zip of stored members ---- */

struct zip {
    unsigned char bytes[4096], central[2048];
    size_t size, central_size;
    unsigned n;
};

static void put_le(unsigned char **to, uint32_t v, unsigned n)
{
    for (unsigned i = 0; i < n; i++)
        *(*to)++ = (unsigned char)(v >> 8 * i);
}

static uint32_t crc_of(const unsigned char *bytes, size_t n)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < n; i++) {
        crc ^= bytes[i];
        for (int k = 0; k < 8; k++)
            crc = crc >> 1 ^ (crc & 1 ? 0xEDB88320u : 0);
    }
    return ~crc;
}

/* What the local and the central header of a member have in common. */
static void put_facts(unsigned char **to, const char *name, uint32_t crc, size_t size)
{
    put_le(to, 20, 2);
    put_le(to, 0, 2); /* flags; stored; time and date */
    put_le(to, 0, 2);
    put_le(to, 0x00210000, 4);
    put_le(to, crc, 4);
    put_le(to, (uint32_t)size, 4);
    put_le(to, (uint32_t)size, 4);
    put_le(to, (uint32_t)strlen(name), 2);
    put_le(to, 0, 2);
}

static void add_member(struct zip *zip, const char *name, const char *header, const void *data,
                       size_t n)
{
    unsigned char npy[512] = "\x93NUMPY\1\0", *at = zip->bytes + zip->size,
                  *central = zip->central + zip->central_size;
    size_t text = strlen(header), size = 10 + text + n, offset = zip->size;
    npy[8] = (unsigned char)text;
    memcpy(npy + 10, header, text);
    memcpy(npy + 10 + text, data, n);
    put_le(&at, 0x04034B50, 4);
    put_facts(&at, name, crc_of(npy, size), size);
    memcpy(at, name, strlen(name));
    memcpy(at + strlen(name), npy, size);
    zip->size = (size_t)(at - zip->bytes) + strlen(name) + size;
    put_le(&central, 0x02014B50, 4);
    put_le(&central, 20, 2);
    put_facts(&central, name, crc_of(npy, size), size);
    put_le(&central, 0, 2); /* no comment, disk 0, no attributes */
    put_le(&central, 0, 4);
    put_le(&central, 0, 4);
    put_le(&central, (uint32_t)offset, 4);
    memcpy(central, name, strlen(name));
    zip->central_size = (size_t)(central - zip->central) + strlen(name);
    zip->n++;
}

static bool read_zip(struct zip *zip)
{
    unsigned char *at = zip->bytes + zip->size + zip->central_size;
    memcpy(zip->bytes + zip->size, zip->central, zip->central_size);
    put_le(&at, 0x06054B50, 4);
    put_le(&at, 0, 4);
    put_le(&at, zip->n, 2);
    put_le(&at, zip->n, 2);
    put_le(&at, (uint32_t)zip->central_size, 4);
    put_le(&at, (uint32_t)zip->size, 4);
    put_le(&at, 0, 2);
    return read_rows((const char *)zip->bytes, (size_t)(at - zip->bytes));
}

START_TEST(arrays_of_objects_where_nothing_reads_them)
{
    static const double ages[] = {22, 38};
    static const char objects[] = "{'descr': '|O', 'fortran_order': False, 'shape': (2,), }";
    for (int i = 0; i < 2; i++) {
        struct zip zip = {.n = 0};
        use(models_table);
        add_member(&zip, "age.npy", "{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
                   ages, 16);
        add_member(&zip, i ? "city.npy" : "note.npy", objects, "N.", 2);
        add_member(&zip, i ? "note.npy" : "city.npy",
                   "{'descr': '<U1', 'fortran_order': False, 'shape': (2,), }", "a\0\0\0b\0\0\0",
                   8);
        add_member(&zip, "flag.npy", "{'descr': '|b1', 'fortran_order': False, 'shape': (2,), }",
                   "\1\0", 2);
        bool ok = read_zip(&zip);
        ck_assert_msg(ok == (i == 0), "%s", err.text);
        if (ok)
            ck_assert_mem_eq(call.inputs[0].data, ages, 16);
        else
            ck_assert_ptr_nonnull(strstr(err.text, "city.npy"));
    }
}
END_TEST

int main(void)
{
    return check_main("question",
                      (const TTest *[]){csv_goes_by_names, csv_without_the_model_having_names,
                                        json_in_each_form, arrays, arrays_under_keys,
                                        arrays_of_objects_where_nothing_reads_them, NULL});
}
