/* Predictions to a file; see answer.h.
 * SPDX-License-Identifier: MIT */
#include "cli/answer.h"
#include "base/number.h"
#include "cli/predict.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TEXT_MOST ((size_t)16 << 30)

static const struct lar_flat_output *output_of(const struct lar_answer *a, size_t i)
{
    return &a->flat->outputs[a->call->outputs[i]];
}

bool lar_answer_begin(struct lar_answer *ret, enum lar_answer_form form,
                      const struct lar_screen *screen, const struct lar_flat *flat,
                      const struct lar_call_request *call, struct lar_error *err)
{
    *ret = (struct lar_answer){.form = form, .screen = screen, .flat = flat, .call = call};
    lar_text_init(&ret->text, NULL, 0, TEXT_MOST);
    lar_text_init(&ret->texts, NULL, 0, TEXT_MOST);
    lar_text_init(&ret->ends, NULL, 0, TEXT_MOST);
    return form != LAR_ANSWER_NPY || call->n_outputs == 1 ||
           lar_fail(err, LAR_ERR_INVALID,
                    "%s has %zu outputs, a .npy holds one: ask for CSV or JSON",
                    flat->methods[call->method].name, call->n_outputs);
}

void lar_answer_finish(struct lar_answer *answer)
{
    lar_text_finish(&answer->text);
    lar_text_finish(&answer->texts);
    lar_text_finish(&answer->ends);
}

static bool put(const struct lar_answer *a, const char *bytes, size_t n, struct lar_error *err)
{
    return fwrite(bytes, 1, n, a->screen->file) == n ||
           lar_fail_errno(err, errno, "writing the predictions");
}

/* ---- JSON ---- */

static const char json_before[] = "{\"predictions\": [", json_behind[] = "]}";

/* The predictions of one batch behind those of the one before. */
static bool splice(struct lar_answer *a, struct lar_error *err)
{
    const char *body = a->text.data;
    size_t n = a->text.size, before = sizeof json_before - 1, behind = sizeof json_behind - 1;
    if (n < before + behind || memcmp(body, json_before, before) != 0 ||
        memcmp(body + n - behind, json_behind, behind) != 0)
        return lar_fail(err, LAR_ERR_INVALID, "the method's results are not one for each row");
    if (a->written && !put(a, ",", 1, err))
        return false;
    return (a->written || put(a, json_before, before, err)) &&
           put(a, body + before, n - before - behind, err);
}

static bool add_json(struct lar_answer *a, const struct lar_tensor *results, struct lar_error *err)
{
    lar_text_clear(&a->text);
    if (!lar_tfs_write(&a->text, a->flat, a->call, results, err))
        return false;
    if (!a->call->as_rows)
        lar_screen_answer(a->screen, a->text.data, a->text.size);
    else if (a->form == LAR_ANSWER_JSON)
        return splice(a, err);
    else
        lar_predictions_print(a->screen, a->text.data, a->text.size);
    return true;
}

/* ---- CSV ---- */

static void put_text(struct lar_text *to, const char *bytes, size_t n)
{
    bool quoted = n == 0;
    for (size_t i = 0; i < n && !quoted; i++)
        quoted = memchr(",\"\r\n", bytes[i], 4) != NULL;
    if (!quoted) {
        lar_text_add(to, bytes, n);
        return;
    }
    lar_text_char(to, '"');
    for (size_t i = 0; i < n; i++) {
        if (bytes[i] == '"')
            lar_text_char(to, '"');
        lar_text_char(to, bytes[i]);
    }
    lar_text_char(to, '"');
}

static void put_real(struct lar_text *to, double v, bool narrow)
{
    char digits[LAR_NUMBER_SIZE] = "";
    if (isfinite(v)) {
        size_t n =
            narrow ? lar_number_write_f32(digits, (float)v) : lar_number_write_f64(digits, v);
        lar_text_add(to, digits, n);
        return;
    }
    lar_text_puts(to, isnan(v) ? "NaN" : v < 0 ? "-Infinity" : "Infinity");
}

/* Element I of a dense tensor; None and NaN among texts are empty. */
static void put_element(struct lar_text *to, const struct lar_tensor *t, uint64_t i)
{
    const void *data = t->data;
    switch (t->type) {
    case LAR_TYPE_STRING:
        if (t->kinds[i] == LAR_STRING_TEXT)
            put_text(to, (const char *)data + t->offsets[i], t->offsets[i + 1] - t->offsets[i]);
        return;
    case LAR_TYPE_F64: put_real(to, ((const double *)data)[i], false); return;
    case LAR_TYPE_F32: put_real(to, (double)((const float *)data)[i], true); return;
    case LAR_TYPE_I64: lar_text_i64(to, ((const int64_t *)data)[i]); return;
    case LAR_TYPE_I32: lar_text_i64(to, ((const int32_t *)data)[i]); return;
    case LAR_TYPE_I16: lar_text_i64(to, ((const int16_t *)data)[i]); return;
    case LAR_TYPE_I8: lar_text_i64(to, ((const int8_t *)data)[i]); return;
    case LAR_TYPE_U64: lar_text_u64(to, ((const uint64_t *)data)[i]); return;
    case LAR_TYPE_U32: lar_text_u64(to, ((const uint32_t *)data)[i]); return;
    case LAR_TYPE_U16: lar_text_u64(to, ((const uint16_t *)data)[i]); return;
    case LAR_TYPE_U8: lar_text_u64(to, ((const uint8_t *)data)[i]); return;
    case LAR_TYPE_BOOL: lar_text_puts(to, ((const uint8_t *)data)[i] ? "true" : "false"); return;
    default: to->failure = LAR_ERR_UNSUPPORTED; return;
    }
}

/* How many columns an output takes; 0: it is no row's. */
static uint64_t width_of(const struct lar_tensor *t)
{
    return t->shape.rank == 1 ? 1 : t->shape.rank == 2 ? (uint64_t)t->shape.dims[1] : 0;
}

/* "predict_proba_setosa" where the columns have labels, else "transform_0". */
static void put_names(struct lar_text *to, const struct lar_flat *flat,
                      const struct lar_flat_output *output, const struct lar_tensor *t)
{
    struct lar_text name;
    const struct lar_tensor *labels =
        output->labels == LAR_NO_VALUE ? NULL : flat->values[output->labels].constant;
    uint64_t n = width_of(t);
    if (labels && (lar_tensor_count(labels) != n || labels->layout != LAR_LAYOUT_DENSE))
        labels = NULL;
    lar_text_init(&name, NULL, 0, TEXT_MOST);
    for (uint64_t i = 0; i < n; i++) {
        lar_text_clear(&name);
        lar_text_puts(&name, output->name);
        if (t->shape.rank == 2) {
            lar_text_char(&name, '_');
            if (labels && labels->type == LAR_TYPE_STRING)
                lar_text_add(&name, (const char *)labels->data + labels->offsets[i],
                             labels->offsets[i + 1] - labels->offsets[i]);
            else if (labels)
                put_element(&name, labels, i);
            else
                lar_text_u64(&name, i);
        }
        if (i)
            lar_text_char(to, ',');
        put_text(to, name.data, name.size);
    }
    lar_text_finish(&name);
}

static bool add_csv(struct lar_answer *a, const struct lar_tensor *results, struct lar_error *err)
{
    size_t n = a->call->n_outputs;
    int64_t rows = results[0].shape.rank ? results[0].shape.dims[0] : 0;
    lar_text_clear(&a->text);
    for (size_t i = 0; i < n; i++)
        if (!width_of(&results[i]) || results[i].shape.dims[0] != rows)
            return lar_fail(err, LAR_ERR_INVALID, "the output %s is no table: ask for JSON",
                            output_of(a, i)->name);
    for (size_t i = 0; i < n && !a->written; i++) {
        if (i)
            lar_text_char(&a->text, ',');
        put_names(&a->text, a->flat, output_of(a, i), &results[i]);
        if (i + 1 == n)
            lar_text_char(&a->text, '\n');
    }
    for (int64_t row = 0; row < rows; row++)
        for (size_t i = 0; i < n; i++) {
            uint64_t width = width_of(&results[i]);
            for (uint64_t k = 0; k < width; k++) {
                if (i || k)
                    lar_text_char(&a->text, ',');
                put_element(&a->text, &results[i], (uint64_t)row * width + k);
            }
            if (i + 1 == n)
                lar_text_char(&a->text, '\n');
        }
    return lar_text_ok(&a->text, err) && put(a, a->text.data, a->text.size, err);
}

/* ---- all forms ---- */

/* A sparse result as a dense one, whose data is malloc's. */
static bool densify(struct lar_tensor *t, struct lar_error *err)
{
    size_t size = lar_type_size(t->type), columns = (size_t)t->shape.dims[1];
    uint8_t *to = calloc(lar_tensor_count(t) + 1, size);
    if (!to)
        return lar_fail(err, LAR_ERR_NOMEM, "out of memory for a dense result");
    for (int64_t row = 0; row < t->shape.dims[0]; row++)
        for (uint64_t k = t->indptr[row]; k < t->indptr[row + 1]; k++)
            memcpy(to + ((size_t)row * columns + t->indices[k]) * size,
                   (const uint8_t *)t->data + k * size, size);
    *t = (struct lar_tensor){
        .type = t->type, .layout = LAR_LAYOUT_DENSE, .shape = t->shape, .data = to};
    return true;
}

static bool add_dense(struct lar_answer *a, const struct lar_tensor *results, struct lar_error *err)
{
    size_t n = a->call->n_outputs, made = 0;
    struct lar_tensor *dense = calloc(n + 1, sizeof *dense);
    bool ok = dense || lar_fail(err, LAR_ERR_NOMEM, "out of memory for the results");
    for (; ok && made < n; made++) {
        dense[made] = results[made];
        ok = results[made].layout != LAR_LAYOUT_CSR || densify(&dense[made], err);
    }
    ok = ok && (a->form == LAR_ANSWER_CSV ? add_csv(a, dense, err) : lar_npy_add(a, dense, err));
    for (size_t i = 0; dense && i < made; i++)
        if (dense[i].data != results[i].data)
            free(dense[i].data);
    free(dense);
    return ok;
}

bool lar_answer_add(struct lar_answer *answer, const struct lar_tensor *results,
                    struct lar_error *err)
{
    bool json = answer->form == LAR_ANSWER_LINES || answer->form == LAR_ANSWER_JSON;
    if (!(json ? add_json : add_dense)(answer, results, err))
        return false;
    answer->written += results[0].shape.rank ? (uint64_t)results[0].shape.dims[0] : 1;
    return true;
}

bool lar_answer_end(struct lar_answer *answer, struct lar_error *err)
{
    if (answer->form == LAR_ANSWER_NPY)
        return lar_npy_end(answer, err);
    if (answer->form != LAR_ANSWER_JSON || !answer->call->as_rows)
        return true;
    return put(answer, json_behind, sizeof json_behind - 1, err) && put(answer, "\n", 1, err);
}
