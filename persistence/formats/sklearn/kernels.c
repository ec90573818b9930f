/* Kernel functions as estimators name them; see kernels.h.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/kernels.h"

#include <string.h>

int64_t sk_kernel_kind(const struct pk_node *name)
{
    /* In the order of enum lar_similarity_kind. */
    static const char *const names[][2] = {
        {"linear", "linear"},   {"poly", "polynomial"},     {"rbf", "rbf"},
        {"sigmoid", "sigmoid"}, {"laplacian", "laplacian"}, {"additive_chi2", "additive_chi2"},
        {"chi2", "chi2"},       {"cosine", "cosine"},
    };
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (pk_text_equal(name, names[i][0]) || pk_text_equal(name, names[i][1]))
            return (int64_t)i;
    return -1;
}

lar_value sk_kernel_matrix(struct sk_context *sk, const struct sk_kernel *kernel, lar_value x,
                           lar_value vectors)
{
    struct lar_draft *d = sk->draft;
    return lar_draft_node(d, &(struct lar_node_args){
                                 .op = "larder.KernelMatrix",
                                 .inputs = (lar_value[]){x, vectors},
                                 .n_inputs = 2,
                                 .params = {{"kind", lar_draft_scalar_i64(d, kernel->kind)},
                                            {"gamma", lar_draft_scalar_f64(d, kernel->gamma)},
                                            {"coef0", lar_draft_scalar_f64(d, kernel->coef0)},
                                            {"degree", lar_draft_scalar_f64(d, kernel->degree)},
                                            {"scales", kernel->scales}},
                             });
}

lar_value sk_kernel_sums(struct sk_context *sk, const struct sk_kernel *kernel, lar_value x,
                         lar_value vectors, lar_value weights, lar_value intercepts,
                         lar_value counts)
{
    struct lar_draft *d = sk->draft;
    return lar_draft_node(d, &(struct lar_node_args){
                                 .op = "larder.SupportVectors",
                                 .inputs = (lar_value[]){x, vectors},
                                 .n_inputs = 2,
                                 .params = {{"kind", lar_draft_scalar_i64(d, kernel->kind)},
                                            {"gamma", lar_draft_scalar_f64(d, kernel->gamma)},
                                            {"coef0", lar_draft_scalar_f64(d, kernel->coef0)},
                                            {"degree", lar_draft_scalar_f64(d, kernel->degree)},
                                            {"scales", kernel->scales},
                                            {"weights", weights},
                                            {"intercepts", intercepts},
                                            {"counts", counts}},
                             });
}
