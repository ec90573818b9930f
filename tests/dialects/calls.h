/* What a dialect read of a request, as text, for comparing.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_DIALECTS_CALLS_H
#define TESTS_DIALECTS_CALLS_H

#include "dialects/dialect.h"
#include "dialects/json_tensor.h"
#include "tests/check_main.h"
#include "tests/dialects/models.h"

typedef bool call_reader(struct lar_call_request *ret, const struct lar_flat *flat,
                         const void *body, size_t size, struct lar_scratch *scratch,
                         struct lar_error *err);

struct call_row {
    void (*model)(struct lar_draft *);
    const char *body;
    const char *result; /* "2 rows: X float64 [[1.0,2.0]] -> predict", or the error's text */
};

/* None as a string would be null like NaN: shown apart. */
static inline void show_input(struct lar_text *out, const struct lar_tensor *t)
{
    char shape[64];
    ck_assert_int_eq(t->layout, LAR_LAYOUT_DENSE);
    lar_text_puts(out, lar_type_name(t->type));
    lar_text_puts(out, lar_shape_print(&t->shape, shape, sizeof shape));
    lar_text_char(out, ' ');
    lar_json_write_flat(out, t, (struct lar_json_style){.floats = LAR_JSON_TOKENS});
    for (uint64_t i = 0; t->kinds && i < lar_tensor_count(t); i++)
        if (t->kinds[i] == LAR_STRING_NONE)
            lar_text_puts(out, "N");
}

static inline void show_call(struct lar_text *out, const struct lar_flat *flat,
                             const struct lar_call_request *call)
{
    lar_text_u64(out, call->rows);
    lar_text_char(out, ':');
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_tensor *t = &call->inputs[i];
        if (!t->data)
            continue;
        ck_assert_ptr_null(lar_tensor_fault(t, t->offsets ? t->offsets[lar_tensor_count(t)] : 0));
        lar_text_char(out, ' ');
        lar_text_puts(out, flat->inputs[i].name);
        lar_text_char(out, ' ');
        show_input(out, t);
    }
    lar_text_puts(out, " ->");
    for (size_t i = 0; i < call->n_outputs; i++) {
        ck_assert_uint_lt(call->outputs[i], flat->n_outputs);
        lar_text_char(out, ' ');
        lar_text_puts(out, flat->outputs[call->outputs[i]].name);
    }
    if (call->id) {
        lar_text_puts(out, " id ");
        lar_text_add(out, call->id, call->id_size);
    }
}

/* Reads BODY, which is copied to a block of its own size, and shows what came of it. */
static inline void show_request(struct lar_text *out, call_reader *read,
                                const struct lar_flat *flat, const char *body, size_t size)
{
    struct lar_error err = {0};
    struct lar_scratch *scratch = lar_scratch_new(0, 1 << 24, &err);
    struct lar_call_request call;
    char *copy = malloc(size + !size);
    ck_assert(scratch && copy);
    memcpy(copy, body, size);
    if (read(&call, flat, copy, size, scratch, &err)) {
        ck_assert_int_eq(err.code, LAR_ERR_NONE);
        show_call(out, flat, &call);
    } else {
        ck_assert(err.code == LAR_ERR_INVALID || err.code == LAR_ERR_NOTFOUND);
        lar_text_puts(out, err.text);
    }
    lar_text_char(out, '\0');
    lar_scratch_free(scratch);
    free(copy);
}

static inline void check_calls(call_reader *read, const struct call_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct model m;
        struct lar_error err = {0};
        struct lar_text out;
        ck_assert_msg(model_init(&m, rows[i].model, &err), "%s", err.text);
        lar_text_init(&out, NULL, 0, 1 << 20);
        show_request(&out, read, &m.flat, rows[i].body, strlen(rows[i].body));
        if (strcmp(out.data, rows[i].result) != 0)
            ck_abort_msg("%s\n  gave %s\n  not  %s", rows[i].body, out.data, rows[i].result);
        /* A good request cut short is none. */
        size_t cuts = strstr(rows[i].result, " -> ") ? strlen(rows[i].body) : 0;
        for (size_t k = 0; k < cuts; k++) {
            lar_text_clear(&out);
            show_request(&out, read, &m.flat, rows[i].body, k);
            if (strstr(out.data, " -> "))
                ck_abort_msg("%.*s gave %s", (int)k, rows[i].body, out.data);
        }
        lar_text_finish(&out);
        model_finish(&m);
    }
}

#define CHECK_CALLS(read, rows) check_calls(read, rows, sizeof(rows) / sizeof *(rows))

#endif
