/* Open Inference Protocol v2 answers and metadata; see dialect.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/binary_tensor.h"
#include "dialects/dialect.h"
#include "dialects/json_tensor.h"
#include "dialects/oip_types.h"

/* "name": NAME, "datatype": ..., "shape": [...]; without the braces. */
static void write_head(struct lar_text *text, const char *name, enum lar_type type,
                       const struct lar_shape *shape)
{
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, name);
    lar_text_puts(text, ",\"datatype\":\"");
    lar_text_puts(text, lar_oip_types[type]);
    lar_text_puts(text, "\",\"shape\":[");
    for (uint32_t i = 0; i < shape->rank; i++) {
        if (i > 0)
            lar_text_char(text, ',');
        lar_text_i64(text, shape->dims[i] < 0 ? -1 : shape->dims[i]);
    }
    lar_text_char(text, ']');
}

static bool is_binary(const struct lar_call_request *call, size_t i)
{
    return call->forms && call->forms[i].binary == LAR_FORM_BINARY;
}

static void write_output(struct lar_text *text, const char *name, const struct lar_tensor *t,
                         bool binary, size_t *binary_bytes)
{
    size_t bytes = 0;
    write_head(text, name, t->type, &t->shape);
    if (!binary) {
        lar_text_puts(text, ",\"data\":");
        lar_json_write_flat(text, t, (struct lar_json_style){.floats = LAR_JSON_NULLS});
    } else {
        if (!lar_binary_size(t, &bytes))
            bytes = text->limit; /* fails when it is written */
        lar_text_puts(text, ",\"parameters\":{\"binary_data_size\":");
        lar_text_u64(text, bytes);
        lar_text_char(text, '}');
        *binary_bytes += bytes;
    }
    lar_text_char(text, '}');
}

bool lar_oip_write(struct lar_text *text, const struct lar_flat *flat,
                   const struct lar_call_request *call, const struct lar_tensor *results,
                   const char *model, uint64_t version, size_t *ret_text_size,
                   struct lar_error *err)
{
    size_t start = text->size, binary_bytes = 0;
    lar_text_puts(text, "{\"model_name\":");
    lar_text_cstring(text, model);
    lar_text_puts(text, ",\"model_version\":\"");
    lar_text_u64(text, version);
    lar_text_char(text, '"');
    if (call->id) {
        lar_text_puts(text, ",\"id\":");
        lar_text_add(text, call->id, call->id_size);
    }
    lar_text_puts(text, ",\"outputs\":[");
    for (size_t i = 0; i < call->n_outputs; i++) {
        if (i > 0)
            lar_text_char(text, ',');
        write_output(text, flat->outputs[call->outputs[i]].name, &results[i], is_binary(call, i),
                     &binary_bytes);
    }
    lar_text_puts(text, "]}");
    *ret_text_size = binary_bytes ? text->size - start : 0;
    for (size_t i = 0; i < call->n_outputs; i++)
        if (is_binary(call, i))
            lar_binary_write(text, &results[i]);
    return lar_text_ok(text, err);
}

static void write_inputs(struct lar_text *text, const struct lar_flat *flat)
{
    const struct lar_flat_method *method = &flat->methods[flat->default_method];
    bool first = true;
    for (uint32_t i = 0; i < method->n_inputs; i++) {
        const struct lar_flat_input *input = &flat->inputs[method->inputs[i]];
        if (input->value == LAR_NO_VALUE)
            continue;
        if (!first)
            lar_text_char(text, ',');
        first = false;
        const struct lar_value_info *info = &flat->values[input->value];
        write_head(text, input->name, info->type, &info->shape);
        lar_text_char(text, '}');
    }
}

static void write_outputs(struct lar_text *text, const struct lar_flat *flat)
{
    for (uint32_t i = 0; i < flat->n_outputs; i++) {
        const struct lar_value_info *info = &flat->values[flat->outputs[i].value];
        if (i > 0)
            lar_text_char(text, ',');
        write_head(text, flat->outputs[i].name, info->type, &info->shape);
        lar_text_char(text, '}');
    }
}

/* ,"records":{...} of an input that holds the features of records, and the next their values. */
static void write_records(struct lar_text *text, const struct lar_flat *flat,
                          const struct lar_flat_input *input)
{
    if (!input->records)
        return;
    const struct lar_tensor *separator = flat->values[input->columns].constant;
    lar_text_puts(text, ",\"records\":{\"separator\":");
    lar_text_string(text, separator->data, separator->offsets[1]);
    lar_text_puts(text,
                  input->records & LAR_RECORDS_LISTS ? ",\"lists\":true" : ",\"lists\":false");
    lar_text_puts(text,
                  input->records & LAR_RECORDS_NULLS ? ",\"nulls\":true}" : ",\"nulls\":false}");
}

void lar_oip_write_interface(struct lar_text *text, const struct lar_flat *flat)
{
    lar_text_puts(text, "\"inputs\":[");
    for (uint32_t i = 0; i < flat->n_inputs; i++) {
        const struct lar_flat_input *input = &flat->inputs[i];
        if (i > 0)
            lar_text_char(text, ',');
        if (input->value == LAR_NO_VALUE) {
            lar_text_puts(text, "{\"name\":");
            lar_text_cstring(text, input->name);
        } else {
            const struct lar_value_info *info = &flat->values[input->value];
            write_head(text, input->name, info->type, &info->shape);
            write_records(text, flat, input);
        }
        lar_text_char(text, '}');
    }
    lar_text_puts(text, "],\"outputs\":[");
    write_outputs(text, flat);
    lar_text_puts(text, "],\"methods\":[");
    for (uint32_t i = 0; i < flat->n_methods; i++) {
        if (i > 0)
            lar_text_char(text, ',');
        lar_text_cstring(text, flat->methods[i].name);
    }
    lar_text_puts(text, "],\"default_method\":");
    lar_text_cstring(text, flat->methods[flat->default_method].name);
}

bool lar_oip_write_metadata(struct lar_text *text, const struct lar_flat *flat, const char *model,
                            const uint64_t *versions, size_t n_versions, const char *platform,
                            struct lar_error *err)
{
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model);
    lar_text_puts(text, ",\"versions\":[");
    for (size_t i = 0; i < n_versions; i++) {
        lar_text_puts(text, i > 0 ? ",\"" : "\"");
        lar_text_u64(text, versions[i]);
        lar_text_char(text, '"');
    }
    lar_text_puts(text, "],\"platform\":");
    lar_text_cstring(text, platform);
    lar_text_puts(text, ",\"inputs\":[");
    write_inputs(text, flat);
    lar_text_puts(text, "],\"outputs\":[");
    write_outputs(text, flat);
    lar_text_puts(text, "]}");
    return lar_text_ok(text, err);
}

/* {"name": NAME, "data_type": ..., "dims": [...]; without the last brace. */
static void write_config_tensor(struct lar_text *text, const char *name,
                                const struct lar_value_info *info)
{
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, name);
    lar_text_puts(text, ",\"data_type\":\"TYPE_");
    lar_text_puts(text, info->type == LAR_TYPE_STRING ? "STRING" : lar_oip_types[info->type]);
    lar_text_puts(text, "\",\"dims\":[");
    for (uint32_t i = 0; i < info->shape.rank; i++) {
        if (i > 0)
            lar_text_char(text, ',');
        lar_text_i64(text, info->shape.dims[i] < 0 ? -1 : info->shape.dims[i]);
    }
    lar_text_char(text, ']');
}

bool lar_oip_write_config(struct lar_text *text, const struct lar_flat *flat, const char *model,
                          const char *platform, struct lar_error *err)
{
    const struct lar_flat_method *method = &flat->methods[flat->default_method];
    const char *comma = "";
    lar_text_puts(text, "{\"name\":");
    lar_text_cstring(text, model);
    lar_text_puts(text, ",\"platform\":");
    lar_text_cstring(text, platform);
    lar_text_puts(text, ",\"backend\":\"larder\",\"version_policy\":{\"all\":{}},"
                        "\"max_batch_size\":0,\"input\":[");
    for (uint32_t i = 0; i < method->n_inputs; i++) {
        const struct lar_flat_input *input = &flat->inputs[method->inputs[i]];
        if (input->value == LAR_NO_VALUE)
            continue;
        lar_text_puts(text, comma);
        comma = ",";
        write_config_tensor(text, input->name, &flat->values[input->value]);
        lar_text_puts(text, ",\"format\":\"FORMAT_NONE\",\"optional\":false}");
    }
    lar_text_puts(text, "],\"output\":[");
    for (uint32_t i = 0; i < flat->n_outputs; i++) {
        if (i > 0)
            lar_text_char(text, ',');
        write_config_tensor(text, flat->outputs[i].name, &flat->values[flat->outputs[i].value]);
        lar_text_puts(text, ",\"label_filename\":\"\"}");
    }
    lar_text_puts(text,
                  "],\"instance_group\":[],\"default_model_filename\":\"\",\"parameters\":{}}");
    return lar_text_ok(text, err);
}
