/* Heads that were read before; see dialect.h.
 * SPDX-License-Identifier: MIT */
#include "dialects/binary_tensor.h"
#include "dialects/dialect_oip_private.h"

struct lar_oip_head *lar_oip_head_of(struct lar_oip_heads *heads, uint64_t key)
{
    return heads && key ? &heads->all[key % LAR_OIP_HEADS] : NULL;
}

void lar_oip_head_note(struct oip *o, const struct lar_slot *slot, size_t offset)
{
    struct lar_oip_head *head = o->head;
    if (!head || head->n_inputs == LAR_OIP_HEAD_TENSORS)
        return;
    head->inputs[head->n_inputs++] = (struct lar_oip_part){
        .input = (uint32_t)(slot->input - o->flat->inputs),
        .wire = slot->cells.wire,
        .shape = slot->shape,
        .count = slot->cells.count,
        .offset = offset,
    };
}

/* Only what the text and the tail's size decide may be kept: no string, whose bytes say how many
 * there are, no column, which is put together with others. */
static bool is_kept(const struct oip *o, size_t text_size)
{
    const struct lar_oip_head *head = o->head;
    bool ret = text_size <= sizeof head->text && !o->call->id && head->n_inputs == o->n_read &&
               head->n_inputs > 0 && o->call->n_outputs <= LAR_OIP_HEAD_TENSORS;
    for (uint32_t i = 0; ret && i < head->n_inputs; i++)
        ret = head->inputs[i].wire != LAR_TYPE_STRING;
    return ret;
}

void lar_oip_head_keep(struct oip *o, uint64_t key, const char *body, size_t size, size_t text_size)
{
    struct lar_oip_head *head = o->head;
    const struct lar_call_request *call = o->call;
    if (!is_kept(o, text_size))
        return;
    memcpy(head->text, body, text_size);
    memcpy(head->outputs, call->outputs, call->n_outputs * sizeof *call->outputs);
    if (call->forms)
        memcpy(head->forms, call->forms, call->n_outputs * sizeof *call->forms);
    head->formed = call->forms;
    head->n_outputs = (uint32_t)call->n_outputs;
    head->method = call->method;
    head->rows = call->rows;
    head->size = size;
    head->text_size = text_size;
    head->key = key;
}

bool lar_oip_head_read(struct lar_oip_head *head, struct lar_call_request *ret,
                       const struct lar_flat *flat, uint64_t key, const char *body, size_t size,
                       size_t text_size, struct lar_scratch *scratch)
{
    struct lar_error err = {0};
    struct lar_json memory;
    if (head->key != key || head->size != size || head->text_size != text_size ||
        memcmp(head->text, body, text_size) != 0)
        return false;
    lar_json_init(&memory, body, text_size, scratch);
    *ret = (struct lar_call_request){.rows = head->rows,
                                     .method = head->method,
                                     .outputs = head->outputs,
                                     .n_outputs = head->n_outputs,
                                     .forms = head->formed ? head->forms : NULL};
    if (!lar_json_grow(&memory, &ret->inputs, 0, flat->n_inputs * sizeof *ret->inputs, &err))
        return false;
    memset(ret->inputs, 0, flat->n_inputs * sizeof *ret->inputs);
    for (uint32_t i = 0; i < head->n_inputs; i++) {
        const struct lar_oip_part *part = &head->inputs[i];
        struct lar_cells cells;
        size_t width = lar_type_size(part->wire);
        if (lar_cells_init(&cells, flat->values[flat->inputs[part->input].value].type,
                           part->wire) ||
            !lar_binary_read(&cells, &memory, body + text_size + part->offset, part->count * width,
                             part->count, &err) ||
            !lar_cells_tensor(&cells, &memory, &part->shape, &ret->inputs[part->input], &err))
            return false;
    }
    return true;
}
