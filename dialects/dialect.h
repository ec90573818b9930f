/* What clients say and are told, dialect by dialect: request bytes to tensors, tensors to answer
 * bytes. Pure functions of bytes and a loaded model; nothing here knows HTTP, threads or files.
 *
 * Read, run lar_plan_run() with what was read, write:
 *
 *   lar_scratch_reset(scratch);
 *   if (!lar_tfs_read(&call, flat, body, size, scratch, err)) -> 400 with err->text
 *   results = lar_scratch_take(scratch, call.n_outputs, sizeof *results)
 *   if (!lar_plan_run(plan, scratch, call.inputs, call.rows, call.outputs, call.n_outputs, results,
 *                     err)) -> 400, 503, ...
 *   lar_tfs_write(&text, flat, &call, results, err)
 *
 * Reading fails with LAR_ERR_INVALID (the request's fault, the text says where), LAR_ERR_NOTFOUND
 * (no such method or output: the dialects answer 400), LAR_ERR_LIMIT or LAR_ERR_NOMEM.
 * SPDX-License-Identifier: MIT */
#ifndef DIALECTS_DIALECT_H
#define DIALECTS_DIALECT_H

#include "dialects/text_buffer.h"
#include "graph/flat.h"
#include "inference/scratch.h"

/* How one output is answered (Open Inference Protocol). */
enum lar_form { LAR_FORM_UNSAID, LAR_FORM_JSON, LAR_FORM_BINARY };
struct lar_call_form {
    enum lar_form binary;
    uint64_t classes; /* 0: the tensor itself; else its K largest, as classes */
};

/* A predict call: what lar_plan_run() wants, and what the answer's form depends on. All memory is
 * the scratch's (strings may lie in the body), valid until its next reset. */
struct lar_call_request {
    struct lar_tensor *inputs; /* flat->n_inputs; data NULL where the outputs need none */
    uint64_t rows;
    uint32_t method;   /* index into flat->methods */
    uint32_t *outputs; /* indices into flat->outputs, in the order asked for */
    size_t n_outputs;
    struct lar_call_form *forms; /* of each output; NULL: all are JSON */
    bool as_rows;                /* TF Serving: asked with "instances" */
    const char *id; /* Open Inference Protocol: JSON text with its quotes; NULL: none */
    size_t id_size;
};

/* TensorFlow Serving's :predict. {"signature_name"?, "instances": [rows] | "inputs": columns}. */
bool lar_tfs_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                  size_t size, struct lar_scratch *scratch, struct lar_error *err);
/* {"predictions": ...} or {"outputs": ...}. RESULTS: one for each output of the call. */
bool lar_tfs_write(struct lar_text *text, const struct lar_flat *flat,
                   const struct lar_call_request *call, const struct lar_tensor *results,
                   struct lar_error *err);
/* :classify and :regress. {"signature_name"?, "context"?: {feature: value}, "examples": [{feature:
 * value or [value]}]}. Without a signature predict_proba or decision_function classifies, the
 * default method regresses. */
bool lar_tfs_read_examples(struct lar_call_request *ret, const struct lar_flat *flat, bool regress,
                           const void *body, size_t size, struct lar_scratch *scratch,
                           struct lar_error *err);
/* {"results": [[["label", score], ...], ...]} and {"results": [value, ...]}. */
bool lar_tfs_write_classes(struct lar_text *text, const struct lar_flat *flat,
                           const struct lar_call_request *call, const struct lar_tensor *results,
                           struct lar_error *err);
bool lar_tfs_write_values(struct lar_text *text, const struct lar_flat *flat,
                          const struct lar_call_request *call, const struct lar_tensor *results,
                          struct lar_error *err);
/* GET .../metadata: each method as a signature; the default one also as serving_default. */
bool lar_tfs_write_metadata(struct lar_text *text, const struct lar_flat *flat, const char *model,
                            uint64_t version, struct lar_error *err);

/* What the JSON text before binary tensors was read as. Clients of the binary extension send the
 * same text, byte for byte, with all requests of one shape, and reading it takes longer than all
 * the rest: so a thread keeps a few. All zero at the start, nothing to free. */
enum { LAR_OIP_HEADS = 4, LAR_OIP_HEAD_BYTES = 512, LAR_OIP_HEAD_TENSORS = 4 };
struct lar_oip_part {
    uint32_t input; /* index into flat->inputs */
    enum lar_type wire;
    struct lar_shape shape;
    uint64_t count; /* of elements */
    size_t offset;  /* behind the text */
};
struct lar_oip_head {
    uint64_t key; /* 0: not in use */
    size_t size, text_size;
    uint64_t rows;
    uint32_t method, n_inputs, n_outputs;
    bool formed;
    struct lar_oip_part inputs[LAR_OIP_HEAD_TENSORS];
    uint32_t outputs[LAR_OIP_HEAD_TENSORS];
    struct lar_call_form forms[LAR_OIP_HEAD_TENSORS];
    char text[LAR_OIP_HEAD_BYTES];
};
struct lar_oip_heads {
    struct lar_oip_head all[LAR_OIP_HEADS];
};

/* Open Inference Protocol v2: POST .../infer. The first TEXT_SIZE bytes of BODY are JSON, the rest
 * the tensors that it says lie there; TEXT_SIZE 0: all of it is the only input's elements. MODEL
 * is for messages. HEADS, which one thread uses at a time, may be NULL; KEY then stands for FLAT
 * and, for as long as they are used, for no other. A call that was read with HEADS lasts until they
 * are used again. */
bool lar_oip_read_parts(struct lar_call_request *ret, const struct lar_flat *flat,
                        const char *model, const void *body, size_t size, size_t text_size,
                        struct lar_oip_heads *heads, uint64_t key, struct lar_scratch *scratch,
                        struct lar_error *err);
/* The same of a body that is JSON alone. */
bool lar_oip_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                  size_t size, struct lar_scratch *scratch, struct lar_error *err);
/* Replaces RESULTS of outputs that are wanted as classes by their strings, "value:index[:label]".
 */
bool lar_oip_classify(const struct lar_flat *flat, const struct lar_call_request *call,
                      struct lar_tensor *results, struct lar_scratch *scratch,
                      struct lar_error *err);
/* *RET_TEXT_SIZE: the bytes of JSON where tensors follow it, else 0. */
bool lar_oip_write(struct lar_text *text, const struct lar_flat *flat,
                   const struct lar_call_request *call, const struct lar_tensor *results,
                   const char *model, uint64_t version, size_t *ret_text_size,
                   struct lar_error *err);
/* GET /v2/models/M: the default method's inputs, every method's outputs. VERSIONS: those that are
 * loaded. PLATFORM: "<project>_<format>", informative. */
bool lar_oip_write_metadata(struct lar_text *text, const struct lar_flat *flat, const char *model,
                            const uint64_t *versions, size_t n_versions, const char *platform,
                            struct lar_error *err);
/* "inputs":[...],"outputs":[...],"methods":[...],"default_method":...: all that a model has, in the
 * protocol's form. An input that nothing reads has a name only. */
void lar_oip_write_interface(struct lar_text *text, const struct lar_flat *flat);
/* GET /v2/models/M/config: the same as Triton's ModelConfig, without batching. */
bool lar_oip_write_config(struct lar_text *text, const struct lar_flat *flat, const char *model,
                          const char *platform, struct lar_error *err);

/* MLflow's /invocations: one of dataframe_split, dataframe_records, instances, inputs, and
 * "params"?, of which `method` selects the method. Columns of data frames that the model lacks are
 * passed over. */
bool lar_mlflow_read(struct lar_call_request *ret, const struct lar_flat *flat, const void *body,
                     size_t size, struct lar_scratch *scratch, struct lar_error *err);
/* The same of CSV (RFC 4180), whose values mean what they mean to pandas.read_csv(): a line of
 * names, then a line for each row; csv.h says when the first line is a row, or goes by position. */
bool lar_mlflow_read_csv(struct lar_call_request *ret, const struct lar_flat *flat,
                         const void *body, size_t size, struct lar_scratch *scratch,
                         struct lar_error *err);
/* {"predictions": ...} */
bool lar_mlflow_write(struct lar_text *text, const struct lar_flat *flat,
                      const struct lar_call_request *call, const struct lar_tensor *results,
                      struct lar_error *err);

/* {"error": TEXT}: the body of a failure in both dialects. */
void lar_dialect_write_error(struct lar_text *text, const struct lar_error *error);

#endif
