/* Frames: what flows between estimators, from the model's input to its results.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_FRAME_H
#define PERSISTENCE_FORMATS_SKLEARN_FRAME_H

#include "persistence/formats/sklearn/estimator.h"

/* Says that FRAME must have N columns, as WHAT demands; the model's input learns it here. */
bool sk_frame_expect(struct sk_context *sk, const struct sk_frame *frame, size_t n,
                     const char *what);

/* The number of columns, SK_UNKNOWN for an input of which nothing is known yet. */
size_t sk_frame_width(const struct sk_context *sk, const struct sk_frame *frame);

/* The frame as one matrix of numbers: float64 (or float32, where the matrix has it), dense or CSR.
 * LAR_NO_VALUE with the error set where it holds text. */
lar_value sk_frame_numbers(struct sk_context *sk, const struct sk_frame *frame);

/* The same in float64; float32 is refused. */
lar_value sk_frame_f64(struct sk_context *sk, const struct sk_frame *frame);

/* The same, never sparse. */
lar_value sk_frame_dense(struct sk_context *sk, const struct sk_frame *frame);

/* FRAME with a matrix of numbers made dense float64, for whoever goes through it by columns. */
struct sk_frame sk_frame_plain(struct sk_context *sk, const struct sk_frame *frame);

/* Column I as text or as float64: a matrix or a vector and which column of it. NAME: as the user
 * knows it. */
struct sk_input {
    lar_value value;
    int64_t index;
    const char *name;
};
bool sk_frame_column(struct sk_context *sk, const struct sk_frame *frame, size_t i, bool text,
                     struct sk_input *ret);

/* Whether the frame is one sparse matrix. */
bool sk_frame_is_sparse(struct sk_context *sk, const struct sk_frame *frame);

/* Whether column I is known to be text. */
bool sk_frame_is_text(struct sk_context *sk, const struct sk_frame *frame, size_t i);

/* Texts [rows]: of a series, or of a model that is asked with texts alone. */
lar_value sk_frame_documents(struct sk_context *sk, const struct sk_frame *frame);

/* Texts [rows, ?]: of a model whose rows are lists of texts. */
lar_value sk_frame_lists(struct sk_context *sk, const struct sk_frame *frame);

/* The features of a model whose rows are dicts: RET gets their names, texts [rows, ?], and their
 * values, float64 [rows, ?]. A text under a key is the feature KEY SEPARATOR TEXT; HOLDS: of enum
 * lar_record_values, what else a dict may hold. */
bool sk_frame_records(struct sk_context *sk, const struct sk_frame *frame, const char *separator,
                      unsigned holds, lar_value ret[2]);

/* N of the columns, in the order of INDICES, which live as long as the draft. */
bool sk_frame_select(struct sk_context *sk, const struct sk_frame *frame, const int64_t *indices,
                     size_t n, bool series, struct sk_frame *ret);

/* Frames side by side: numpy.hstack, or scipy.sparse.hstack where SPARSE. */
bool sk_frame_concat(struct sk_context *sk, const struct sk_frame *frames, size_t n, bool sparse,
                     struct sk_frame *ret);

/* Every number times FACTOR. */
bool sk_frame_scale(struct sk_context *sk, struct sk_frame *frame, double factor);

/* One frame that is all of MATRIX. */
struct sk_frame sk_frame_of(struct sk_context *sk, lar_value matrix);

/* Expects the number of columns that OBJECT says it was fitted with; many releases do not. */
bool sk_frame_expect_fitted(struct sk_context *sk, const struct pk_node *object,
                            const struct sk_frame *frame);

/* The frame as a method's result. */
lar_value sk_frame_output(struct sk_context *sk, const struct sk_frame *frame);

/* Refuses NaN (unless ALLOW_NAN) and infinity at request time as the estimator OBJECT does; hands
 * VALUE on. FLOAT32: it also refuses what float32 cannot hold. */
lar_value sk_check_finite(struct sk_context *sk, const struct pk_node *object, lar_value value,
                          bool allow_nan, bool float32);

/* Fixes the types of the model's input from the uses that were recorded, and makes the inputs. */
bool sk_root_make(struct sk_context *sk);

/* Marks column I of the model's input as used so. */
bool sk_root_use(struct sk_context *sk, size_t i, enum sk_use use);
const char *sk_root_name(struct sk_context *sk, size_t i);

#endif
