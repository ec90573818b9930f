/* What the files of the Open Inference Protocol's requests share; for them only.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_DIALECT_OIP_PRIVATE_H
#define DIALECTS_DIALECT_OIP_PRIVATE_H

#include "dialects/dialect_inputs.h"

struct oip {
    struct lar_call_request *call;
    const struct lar_flat *flat;
    struct lar_json *js;
    const char *model; /* its name, for messages */
    struct lar_inputs in;
    bool ready;          /* the inputs are known, whatever comes later */
    bool there;          /* "inputs" was there */
    bool binary;         /* the parameter binary_data_output */
    const char *pending; /* where its value lies if it could not be read yet */
    uint64_t n_read;     /* tensors */
    int64_t method;      /* the parameter, or -1 */
    const char *tail;    /* what follows the JSON text and no tensor has taken yet */
    size_t tail_size;
    struct lar_oip_head *head; /* where to note how tensors are read; NULL: nowhere */
};

/* One of "inputs". */
bool lar_oip_read_tensor(struct oip *o, struct lar_error *err);

/* The request's "outputs" and "parameters". */
bool lar_oip_read_outputs(struct oip *o, struct lar_error *err);
bool lar_oip_read_parameters(struct oip *o, struct lar_error *err);

/* The place for KEY's head; NULL: there is none. */
struct lar_oip_head *lar_oip_head_of(struct lar_oip_heads *heads, uint64_t key);

/* Reads BODY if its text is HEAD's. False: it is another, or the tensors are at fault; it has to be
 * read anew. */
bool lar_oip_head_read(struct lar_oip_head *head, struct lar_call_request *ret,
                       const struct lar_flat *flat, uint64_t key, const char *body, size_t size,
                       size_t text_size, struct lar_scratch *scratch);

/* The elements of SLOT, which were read, lie OFFSET bytes behind the text. */
void lar_oip_head_note(struct oip *o, const struct lar_slot *slot, size_t offset);

/* Keeps o->head, if all of the call, which is complete, was noted. */
void lar_oip_head_keep(struct oip *o, uint64_t key, const char *body, size_t size,
                       size_t text_size);

/* Which outputs are answered in bytes, once all is read. */
bool lar_oip_finish_forms(struct oip *o, struct lar_error *err);

#endif
