/* What the operators' infer() functions share: shapes and refusals.
 *
 * A dimension is a count, a symbol or unknown (graph/tensor.h). The rules below work on all three,
 * so that run() can apply them again to counts.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_INFER_H
#define INFERENCE_INFER_H

#include "graph/operator.h"

/* Sets of element types. */
#define LAR_TYPE_BIT(type) (1u << (type))
#define LAR_TYPES_FLOAT (LAR_TYPE_BIT(LAR_TYPE_F32) | LAR_TYPE_BIT(LAR_TYPE_F64))
#define LAR_TYPES_INT                                                                              \
    (LAR_TYPE_BIT(LAR_TYPE_U8) | LAR_TYPE_BIT(LAR_TYPE_U16) | LAR_TYPE_BIT(LAR_TYPE_U32) |         \
     LAR_TYPE_BIT(LAR_TYPE_U64) | LAR_TYPE_BIT(LAR_TYPE_I8) | LAR_TYPE_BIT(LAR_TYPE_I16) |         \
     LAR_TYPE_BIT(LAR_TYPE_I32) | LAR_TYPE_BIT(LAR_TYPE_I64))
#define LAR_TYPES_ARITHMETIC                                                                       \
    (LAR_TYPES_FLOAT | LAR_TYPE_BIT(LAR_TYPE_I32) | LAR_TYPE_BIT(LAR_TYPE_I64))
#define LAR_TYPES_ANY (LAR_TYPE_BIT(LAR_TYPE_END) - 1)

/* Refuses a node with LAR_ERR_UNSUPPORTED; who called infer() names the operator. Always returns
 * false. */
__attribute__((format(printf, 2, 3))) bool lar_infer_refuse(struct lar_error *err,
                                                            const char *format, ...);

/* Of operators that treat each column by itself: whether input 0 is a float64 matrix with as many
 * columns as the constant PARAM has along its last dimension. The result is of its shape. */
bool lar_infer_by_column(const struct lar_node_info *node, const char *param,
                         struct lar_value_info *ret, struct lar_error *err);

/* Whether input K is dense, of one of TYPES and of RANK (-1: any); else refuses the node. */
bool lar_infer_dense(const struct lar_node_info *node, uint32_t k, unsigned types, int rank,
                     struct lar_error *err);

/* The same for a matrix (rank 2), dense or CSR, of float32 or float64. */
bool lar_infer_matrix(const struct lar_node_info *node, uint32_t k, struct lar_error *err);

/* A dense result. */
struct lar_value_info lar_infer_result(enum lar_type type, struct lar_shape shape);

/* The values of input K, a constant of int64 and rank 0 or 1; refuses other inputs. */
bool lar_infer_constant(const struct lar_node_info *node, uint32_t k, const int64_t **ret,
                        uint64_t *ret_n, struct lar_error *err);

/* Of verify(): whether the int64 NAME is one of N choices; whether all elements of the int64 array
 * NAME are among N of WHAT ("column"). */
bool lar_verify_choice(const struct lar_node_info *node, const char *name, int64_t n,
                       struct lar_error *err);
bool lar_verify_places(const struct lar_node_info *node, const char *name, const char *what,
                       int64_t n, struct lar_error *err);

/* Of verify(): whether the float64 NAME, which may be left out, is finite and not below 0, or, of
 * an array, whose WHAT ("a topic") it has, each element. */
bool lar_verify_not_negative(const struct lar_node_info *node, const char *name, const char *what,
                             struct lar_error *err);

/* A float64 matrix [rows, d] to float64 [rows, k], by the parameter NAME, a matrix [k, d], k at
 * most MOST: ("topics", "words"). */
bool lar_infer_shares(const struct lar_node_info *node, const char *name, const char *columns,
                      int64_t most, struct lar_value_info *ret, struct lar_error *err);

/* ONNX's multidirectional broadcasting; false if the shapes do not fit. An unknown dimension meets
 * any other, to be checked again at run time; a symbol meets itself and 1 only. */
bool lar_shape_broadcast(struct lar_shape *ret, const struct lar_shape *a,
                         const struct lar_shape *b);

/* AXIS in [-RANK, RANK) to [0, RANK). */
bool lar_axis(int64_t axis, uint32_t rank, uint32_t *ret);

/* Whether two dimensions may be the same number. */
static inline bool lar_dims_meet(int64_t a, int64_t b)
{
    return a == b || a == LAR_DIM_UNKNOWN || b == LAR_DIM_UNKNOWN;
}

#endif
