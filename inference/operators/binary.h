/* Elementwise operators of two inputs: one way to infer and to run them.
 * SPDX-License-Identifier: MIT */
#ifndef INFERENCE_OPERATORS_BINARY_H
#define INFERENCE_OPERATORS_BINARY_H

#include "inference/infer.h"
#include "inference/operator.h"

/* N elements; an operand whose STEP is 0 is the same element throughout. */
typedef void (*lar_binary_loop)(void *restrict y, const void *a, uint64_t a_step, const void *b,
                                uint64_t b_step, uint64_t n);

/* A function of this type with the inner loop of EXPRESSION over x and v: three plain loops, which
 * the compiler vectorises. */
#define LAR_BINARY_LOOP(function, type, result, expression)                                        \
    static void function(void *restrict y_, const void *a_, uint64_t a_step, const void *b_,       \
                         uint64_t b_step, uint64_t n)                                              \
    {                                                                                              \
        result *restrict y = y_;                                                                   \
        const type *a = a_, *b = b_;                                                               \
        for (uint64_t i = 0; a_step && b_step && i < n; i++) {                                     \
            const type x = a[i], v = b[i];                                                         \
            y[i] = (result)(expression);                                                           \
        }                                                                                          \
        for (uint64_t i = 0; a_step && !b_step && i < n; i++) {                                    \
            const type x = a[i], v = *b;                                                           \
            y[i] = (result)(expression);                                                           \
        }                                                                                          \
        for (uint64_t i = 0; !a_step && i < n; i++) {                                              \
            const type x = *a, v = b[i * b_step];                                                  \
            y[i] = (result)(expression);                                                           \
        }                                                                                          \
    }

/* Infers the broadcast shape of inputs 0 and 1, which must be of one type of TYPES. RESULT:
 * LAR_TYPE_END for the inputs' own type. */
bool lar_binary_infer(const struct lar_node_info *node, unsigned types, enum lar_type result,
                      struct lar_value_info *ret, struct lar_error *err);

/* Runs LOOP over inputs 0 and 1. */
bool lar_binary_run(struct lar_call *call, lar_binary_loop loop, struct lar_error *err);

#endif
