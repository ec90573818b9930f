/* TensorFlow Serving's answers and metadata; see dialect.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/dialect_rows.h"
#include "dialects/json_tensor.h"

#include <stdio.h>

/* Strings are base64 where the output's name says so, as TensorFlow Serving writes them. */
static struct lar_json_style style_of(const struct lar_flat_output *output,
                                      const struct lar_tensor *t, bool tokens)
{
    size_t n = strlen(output->name);
    return (struct lar_json_style){
        .floats = tokens ? LAR_JSON_TOKENS : LAR_JSON_NULLS,
        .b64 = tokens && t->type == LAR_TYPE_STRING && n >= 6 &&
               strcmp(output->name + n - 6, "_bytes") == 0,
    };
}

bool lar_rows_write(struct lar_text *text, const struct lar_flat *flat,
                    const struct lar_call_request *call, const struct lar_tensor *results,
                    bool tokens)
{
    for (size_t i = 0; i < call->n_outputs; i++)
        if (results[i].shape.rank == 0 || results[i].shape.dims[0] != results[0].shape.dims[0])
            return false;
    lar_text_char(text, '[');
    for (int64_t row = 0; row < results[0].shape.dims[0] && text->failure == LAR_ERR_NONE; row++) {
        lar_text_puts(text, row > 0 ? ", {" : "{");
        for (size_t i = 0; i < call->n_outputs; i++) {
            const struct lar_flat_output *output = &flat->outputs[call->outputs[i]];
            if (i > 0)
                lar_text_puts(text, ", ");
            lar_text_cstring(text, output->name);
            lar_text_puts(text, ": ");
            lar_json_write_row(text, &results[i], (uint64_t)row,
                               style_of(output, &results[i], tokens));
        }
        lar_text_char(text, '}');
    }
    lar_text_char(text, ']');
    return true;
}

void lar_rows_write_columns(struct lar_text *text, const struct lar_flat *flat,
                            const struct lar_call_request *call, const struct lar_tensor *results,
                            bool tokens)
{
    lar_text_char(text, '{');
    for (size_t i = 0; i < call->n_outputs; i++) {
        const struct lar_flat_output *output = &flat->outputs[call->outputs[i]];
        if (i > 0)
            lar_text_puts(text, ", ");
        lar_text_cstring(text, output->name);
        lar_text_puts(text, ": ");
        lar_json_write(text, &results[i], style_of(output, &results[i], tokens));
    }
    lar_text_char(text, '}');
}

bool lar_tfs_write(struct lar_text *text, const struct lar_flat *flat,
                   const struct lar_call_request *call, const struct lar_tensor *results,
                   struct lar_error *err)
{
    lar_text_puts(text, call->as_rows ? "{\"predictions\": " : "{\"outputs\": ");
    if (call->n_outputs == 1)
        lar_json_write(text, &results[0],
                       style_of(&flat->outputs[call->outputs[0]], &results[0], true));
    else if (!call->as_rows)
        lar_rows_write_columns(text, flat, call, results, true);
    else if (!lar_rows_write(text, flat, call, results, true))
        return lar_fail(err, LAR_ERR_INVALID,
                        "the outputs do not have one row for each instance; send \"inputs\" "
                        "instead of \"instances\"");
    lar_text_char(text, '}');
    return lar_text_ok(text, err);
}

/* TensorFlow's names of the types (tensorflow/core/framework/types.proto). */
static const char *dtype(enum lar_type type)
{
    static const char *const names[LAR_TYPE_END] = {
        [LAR_TYPE_BOOL] = "DT_BOOL",  [LAR_TYPE_U8] = "DT_UINT8",      [LAR_TYPE_U16] = "DT_UINT16",
        [LAR_TYPE_U32] = "DT_UINT32", [LAR_TYPE_U64] = "DT_UINT64",    [LAR_TYPE_I8] = "DT_INT8",
        [LAR_TYPE_I16] = "DT_INT16",  [LAR_TYPE_I32] = "DT_INT32",     [LAR_TYPE_I64] = "DT_INT64",
        [LAR_TYPE_F16] = "DT_HALF",   [LAR_TYPE_BF16] = "DT_BFLOAT16", [LAR_TYPE_F32] = "DT_FLOAT",
        [LAR_TYPE_F64] = "DT_DOUBLE", [LAR_TYPE_STRING] = "DT_STRING",
    };
    return names[type];
}

/* "NAME": {tensor info}, which TensorFlow calls NAME:0. */
static void write_tensor_info(struct lar_text *text, const char *name,
                              const struct lar_value_info *info)
{
    char tensor[1040]; /* the flat form's names have 1024 bytes at most */
    snprintf(tensor, sizeof tensor, "%s:0", name);
    lar_text_cstring(text, name);
    lar_text_puts(text, ": {\"dtype\": \"");
    lar_text_puts(text, dtype(info->type));
    lar_text_puts(text, "\", \"tensor_shape\": {\"dim\": [");
    for (uint32_t i = 0; i < info->shape.rank; i++) {
        lar_text_puts(text, i > 0 ? ", {\"size\": \"" : "{\"size\": \"");
        lar_text_i64(text, info->shape.dims[i] < 0 ? -1 : info->shape.dims[i]);
        lar_text_puts(text, "\", \"name\": \"\"}");
    }
    lar_text_puts(text, "], \"unknown_rank\": false}, \"name\": ");
    lar_text_cstring(text, tensor);
    lar_text_char(text, '}');
}

static void write_signature(struct lar_text *text, const struct lar_flat *flat, const char *name,
                            const struct lar_flat_method *method)
{
    bool first = true;
    lar_text_cstring(text, name);
    lar_text_puts(text, ": {\"inputs\": {");
    for (uint32_t i = 0; i < method->n_inputs; i++) {
        const struct lar_flat_input *input = &flat->inputs[method->inputs[i]];
        if (input->value == LAR_NO_VALUE)
            continue;
        if (!first)
            lar_text_puts(text, ", ");
        first = false;
        write_tensor_info(text, input->name, &flat->values[input->value]);
    }
    lar_text_puts(text, "}, \"outputs\": {");
    for (uint32_t i = 0; i < method->n_outputs; i++) {
        const struct lar_flat_output *output = &flat->outputs[method->first_output + i];
        if (i > 0)
            lar_text_puts(text, ", ");
        write_tensor_info(text, output->name, &flat->values[output->value]);
    }
    lar_text_puts(text, "}, \"method_name\": \"tensorflow/serving/predict\", \"defaults\": {}}");
}

bool lar_tfs_write_metadata(struct lar_text *text, const struct lar_flat *flat, const char *model,
                            uint64_t version, struct lar_error *err)
{
    bool taken = false;
    lar_text_puts(text, "{\"model_spec\": {\"name\": ");
    lar_text_cstring(text, model);
    lar_text_puts(text, ", \"signature_name\": \"\", \"version\": \"");
    lar_text_u64(text, version);
    lar_text_puts(text, "\"}, \"metadata\": {\"signature_def\": {\"signature_def\": {");
    for (uint32_t i = 0; i < flat->n_methods; i++) {
        if (i > 0)
            lar_text_puts(text, ", ");
        taken |= strcmp(flat->methods[i].name, "serving_default") == 0;
        write_signature(text, flat, flat->methods[i].name, &flat->methods[i]);
    }
    if (!taken) {
        lar_text_puts(text, ", ");
        write_signature(text, flat, "serving_default", &flat->methods[flat->default_method]);
    }
    lar_text_puts(text, "}}}}");
    return lar_text_ok(text, err);
}

void lar_dialect_write_error(struct lar_text *text, const struct lar_error *error)
{
    lar_text_puts(text, "{\"error\": ");
    lar_text_cstring(text, error->text);
    lar_text_char(text, '}');
}
