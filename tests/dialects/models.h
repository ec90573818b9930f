/* Small models for the dialects' tests and fuzz targets, over an operator that computes nothing:
 * only inputs, methods and outputs matter there.
 * SPDX-License-Identifier: MIT */
#ifndef TESTS_DIALECTS_MODELS_H
#define TESTS_DIALECTS_MODELS_H

#include "graph/flat.h"

#include <stdlib.h>
#include <string.h>

/* [rows, dims of "like"...] of the type of "like", whatever the inputs are. */
static inline bool models_infer(const struct lar_node_info *node, struct lar_value_info *ret,
                                struct lar_error *err)
{
    const struct lar_tensor *like = lar_node_param(node, "like");
    (void)err;
    ret->type = like->type;
    ret->layout = LAR_LAYOUT_DENSE;
    ret->shape = (struct lar_shape){.rank = like->shape.rank + 1, .dims = {LAR_DIM_ROWS}};
    for (uint32_t i = 0; i < like->shape.rank; i++)
        ret->shape.dims[i + 1] = like->shape.dims[i];
    return true;
}

static const struct lar_param_rule models_params[] = {
    {"like", LAR_TYPE_END, -1, false},
    {"categories", LAR_TYPE_STRING, 1, true},
    {0},
};

static const struct lar_signature models_signature = {"test.Like",   1,           1, 8, 1, 1,
                                                      models_params, models_infer};

static inline const struct lar_signature *models_find(const char *name, uint32_t version)
{
    (void)version;
    return strcmp(name, models_signature.name) == 0 ? &models_signature : NULL;
}

static const struct lar_operator_set models_operators = {.version = 1, .find = models_find};

/* Output NAME of METHOD: what LIKE says, computed of the inputs. */
static inline void models_output(struct lar_draft *d, uint32_t method, const char *name,
                                 lar_value like, const lar_value *inputs, uint32_t n_inputs,
                                 lar_value categories)
{
    lar_value y = lar_draft_node(d, &(struct lar_node_args){
                                        .op = "test.Like",
                                        .inputs = inputs,
                                        .n_inputs = n_inputs,
                                        .params = {{"like", like}, {"categories", categories}},
                                    });
    lar_draft_output(d, method, name, y, LAR_NO_VALUE);
}

/* X [rows,3] with named columns; predict (int64), predict_proba ([rows,2]). */
static inline void models_matrix(struct lar_draft *d)
{
    static const char *const columns[] = {"width", "h\xC3\xB6he", "depth"};
    static const double two[2];
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 3));
    lar_draft_input_columns(d, x, columns, 3);
    uint32_t m = lar_draft_method(d, "predict");
    models_output(d, m, "predict", lar_draft_scalar_i64(d, 0), &x, 1, LAR_NO_VALUE);
    m = lar_draft_method(d, "predict_proba");
    models_output(d, m, "predict_proba", lar_draft_f64(d, two, LAR_SHAPE(2)), &x, 1, LAR_NO_VALUE);
}

/* X [rows,12], columns without names. */
static inline void models_wide(struct lar_draft *d)
{
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 12));
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), &x, 1,
                  LAR_NO_VALUE);
}

/* X [rows,1]. */
static inline void models_line(struct lar_draft *d)
{
    lar_value x = lar_draft_input(d, "X", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS, 1));
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), &x, 1,
                  LAR_NO_VALUE);
}

/* Columns age (float64), note (unread), city (string, None among its categories), flag (bool,
 * [rows,1]). */
static inline void models_table(struct lar_draft *d)
{
    static const char *const texts[] = {"Bern", ""};
    static const uint8_t kinds[] = {LAR_STRING_TEXT, LAR_STRING_NONE};
    lar_value in[3];
    in[0] = lar_draft_input(d, "age", LAR_TYPE_F64, LAR_SHAPE(LAR_DIM_ROWS));
    lar_draft_unread_input(d, "note");
    in[1] = lar_draft_input(d, "city", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS));
    in[2] = lar_draft_input(d, "flag", LAR_TYPE_BOOL, LAR_SHAPE(LAR_DIM_ROWS, 1));
    models_output(d, lar_draft_method(d, "predict"), "predict",
                  lar_draft_strings(d, texts, NULL, kinds, 2), in, 3,
                  lar_draft_strings(d, texts, NULL, kinds, 2));
}

/* words [rows,2], strings with NaN among their categories. */
static inline void models_words(struct lar_draft *d)
{
    static const char *const columns[] = {"a", "b"};
    static const char *const texts[] = {"yes", "", ""};
    static const uint8_t kinds[] = {LAR_STRING_TEXT, LAR_STRING_NONE, LAR_STRING_NAN};
    lar_value x = lar_draft_input(d, "words", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS, 2));
    lar_draft_input_columns(d, x, columns, 2);
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), &x, 1,
                  lar_draft_strings(d, texts, NULL, kinds, 3));
}

/* text [rows]. */
static inline void models_text(struct lar_draft *d)
{
    lar_value x = lar_draft_input(d, "text", LAR_TYPE_STRING, LAR_SHAPE(LAR_DIM_ROWS));
    models_output(d, lar_draft_method(d, "predict"), "predict", lar_draft_scalar_f64(d, 0), &x, 1,
                  LAR_NO_VALUE);
}

/* serve (default): image [rows,2,d1] float32, size [rows] int32 -> y, raw_bytes; inverse:
 * code [rows,2] int64 -> image. */
static inline void models_network(struct lar_draft *d)
{
    static const double two[2];
    static const char *const texts[] = {"?"};
    lar_value in[2];
    in[0] =
        lar_draft_input(d, "image", LAR_TYPE_F32, LAR_SHAPE(LAR_DIM_ROWS, 2, LAR_DIM_SYMBOL(1)));
    in[1] = lar_draft_input(d, "size", LAR_TYPE_I32, LAR_SHAPE(LAR_DIM_ROWS));
    lar_value code = lar_draft_input(d, "code", LAR_TYPE_I64, LAR_SHAPE(LAR_DIM_ROWS, 2));
    uint32_t inverse = lar_draft_method(d, "inverse");
    models_output(d, inverse, "back", lar_draft_f64(d, two, LAR_SHAPE(2)), &code, 1, LAR_NO_VALUE);
    uint32_t serve = lar_draft_method(d, "serve");
    models_output(d, serve, "y", lar_draft_scalar_f64(d, 0), in, 2, LAR_NO_VALUE);
    models_output(d, serve, "raw_bytes", lar_draft_strings(d, texts, NULL, NULL, 1), in, 2,
                  LAR_NO_VALUE);
    lar_draft_default_method(d, "serve");
}

/* Rows that are records, which hold WHAT. */
static inline void models_of_records(struct lar_draft *d, const char *separator, unsigned what)
{
    const struct lar_shape shape = LAR_SHAPE(LAR_DIM_ROWS, LAR_DIM_UNKNOWN);
    lar_value pairs[] = {lar_draft_input(d, "features", LAR_TYPE_STRING, shape),
                         lar_draft_input(d, "values", LAR_TYPE_F64, shape)};
    lar_draft_input_records(d, pairs[0], separator, what);
    models_output(d, lar_draft_method(d, "transform"), "transform", lar_draft_scalar_f64(d, 0),
                  pairs, 2, LAR_NO_VALUE);
}

/* Whatever they may hold; nothing but numbers and texts. */
static inline void models_records(struct lar_draft *d)
{
    models_of_records(d, "::", LAR_RECORDS | LAR_RECORDS_LISTS | LAR_RECORDS_NULLS);
}
static inline void models_plain_records(struct lar_draft *d)
{
    models_of_records(d, "=", LAR_RECORDS);
}

static void (*const models_all[])(struct lar_draft *) = {
    models_matrix,  models_wide, models_line,    models_table,         models_words,
    models_network, models_text, models_records, models_plain_records,
};

struct model {
    struct lar_flat flat;
    void *block;
};

/* Builds, writes and opens what BUILD says; false and ERR on failure. */
static inline bool model_init(struct model *m, void (*build)(struct lar_draft *),
                              struct lar_error *err)
{
    struct lar_draft *d = lar_draft_new(&models_operators, 1 << 20, err);
    bool ok = false;
    *m = (struct model){0};
    if (d) {
        build(d);
        size_t size = lar_flat_size(d, 2, err);
        m->block = size ? aligned_alloc(64, (size + 63) & ~(size_t)63) : NULL;
        if (m->block) {
            lar_flat_fill(d, "{}", 2, m->block);
            ok = lar_flat_open(&m->flat, m->block, size, &models_operators, err);
        }
    }
    lar_draft_free(d);
    return ok;
}

static inline void model_finish(struct model *m)
{
    lar_flat_finish(&m->flat);
    free(m->block);
}

#endif
