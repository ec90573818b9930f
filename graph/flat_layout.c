/* What writing and checking the flat form share; see flat_layout.h.
 * SPDX-License-Identifier: MIT */
#include "graph/flat_layout.h"

#include "graph/draft.h"

#include "base/checked.h"

struct lar_flat_places lar_flat_place(const struct lar_flat_header *header,
                                      const struct lar_flat_graph *graph)
{
    struct lar_flat_places p;
    p.values = sizeof *header + header->n_graphs * sizeof *graph;
    p.constants = p.values + graph->n_values * sizeof(struct lar_flat_value_record);
    p.nodes = p.constants + graph->n_constants * sizeof(struct lar_flat_constant_record);
    p.params = p.nodes + graph->n_nodes * sizeof(struct lar_flat_node_record);
    p.inputs = p.params + graph->n_params * sizeof(struct lar_flat_param_record);
    p.outputs = p.inputs + graph->n_inputs * sizeof(struct lar_flat_input_record);
    p.methods = p.outputs + graph->n_outputs * sizeof(struct lar_flat_output_record);
    p.links = p.methods + header->n_methods * sizeof(struct lar_flat_method_record);
    p.method_inputs = p.links + graph->n_links * sizeof(uint32_t);
    p.names = p.method_inputs + header->n_method_inputs * sizeof(uint32_t);
    p.report = p.names + header->names_size;
    p.report_end = p.report + header->report_size + 1;
    p.data = lar_flat_align(p.report_end);
    return p;
}

uint64_t lar_tensor_length(const struct lar_tensor *t)
{
    if (t->layout == LAR_LAYOUT_CSR)
        return t->indptr[t->shape.dims[0]];
    uint64_t n = lar_tensor_count(t);
    return t->type == LAR_TYPE_STRING ? t->offsets[n] : n * lar_type_size(t->type);
}

bool lar_flat_parts(const struct lar_value_info *info, uint64_t length, size_t most,
                    size_t ret[LAR_FLAT_PARTS])
{
    struct {
        uint64_t count;
        size_t size;
    } parts[LAR_FLAT_PARTS] = {{0, 0}};
    uint64_t n = 0;
    size_t element = lar_type_size(info->type);
    bool csr = info->layout == LAR_LAYOUT_CSR, strings = info->type == LAR_TYPE_STRING;
    if (!csr && !lar_shape_count(&info->shape, &n))
        return false;
    if (csr) {
        parts[0].count = parts[2].count = length;
        parts[0].size = element;
        parts[1].count = (uint64_t)info->shape.dims[0] + 1;
        parts[1].size = sizeof(uint64_t);
        parts[2].size = sizeof(uint32_t);
    } else if (strings) {
        parts[0].count = n + 1;
        parts[0].size = sizeof(uint64_t);
        parts[1].count = length;
        parts[2].count = n;
        parts[1].size = parts[2].size = 1;
    } else {
        parts[0].count = n;
        parts[0].size = element;
    }
    for (int i = 0; i < LAR_FLAT_PARTS; i++)
        if (!lar_mul_size(parts[i].count, parts[i].size, &ret[i]) || ret[i] > most)
            return false;
    return csr || strings || ret[0] == length;
}

const char *lar_constant_fault(const struct lar_value_info *info)
{
    if (info->type < LAR_TYPE_BOOL || info->type >= LAR_TYPE_END)
        return "its type does not exist";
    if (info->layout != LAR_LAYOUT_DENSE && info->layout != LAR_LAYOUT_CSR)
        return "its layout does not exist";
    if (!lar_shape_valid(&info->shape))
        return "its shape is out of range";
    for (uint32_t i = 0; i < info->shape.rank; i++)
        if (info->shape.dims[i] < 0)
            return "a dimension is no count";
    if (info->layout == LAR_LAYOUT_DENSE)
        return NULL;
    if (info->shape.rank != 2)
        return "a sparse matrix must have rank 2";
    if (info->type != LAR_TYPE_F32 && info->type != LAR_TYPE_F64)
        return "a sparse matrix must be float32 or float64";
    return NULL;
}

const char *lar_columns_fault(const struct lar_value_info *input,
                              const struct lar_value_info *columns)
{
    if (!columns->constant || columns->type != LAR_TYPE_STRING || columns->shape.rank != 1)
        return "names of columns must be a constant list of strings";
    if (input->shape.rank != 2 || input->shape.dims[1] != columns->shape.dims[0])
        return "there are not as many names as columns";
    return NULL;
}

static bool is_of_records(const struct lar_value_info *input, enum lar_type type)
{
    return input->type == type && input->shape.rank == 2 && input->shape.dims[0] == LAR_DIM_ROWS &&
           input->shape.dims[1] == LAR_DIM_UNKNOWN;
}

const char *lar_records_fault(const struct lar_value_info *features,
                              const struct lar_value_info *values,
                              const struct lar_value_info *separator, uint32_t hold)
{
    const struct lar_shape one = LAR_SHAPE(1);
    if (!(hold & LAR_RECORDS) || hold > (LAR_RECORDS | LAR_RECORDS_LISTS | LAR_RECORDS_NULLS))
        return "there are no such records";
    if (!separator->constant || separator->type != LAR_TYPE_STRING ||
        !lar_shape_equal(&separator->shape, &one) ||
        separator->constant->kinds[0] != LAR_STRING_TEXT)
        return "what separates keys and texts must be a constant list of one text";
    if (!is_of_records(features, LAR_TYPE_STRING) || !values ||
        !is_of_records(values, LAR_TYPE_F64))
        return "records must be strings and, as the next input, float64, of shape [rows,?]";
    return NULL;
}

const char *lar_labels_fault(const struct lar_value_info *output,
                             const struct lar_value_info *labels)
{
    if (!labels->constant || labels->layout != LAR_LAYOUT_DENSE || labels->shape.rank != 1)
        return "labels must be a constant list";
    if (output->shape.rank == 0)
        return "a scalar has no labels";
    int64_t last = output->shape.dims[output->shape.rank - 1];
    if (last >= 0 && last != labels->shape.dims[0])
        return "there are not as many labels as the last axis is long";
    return NULL;
}
