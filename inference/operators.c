/* All operators: a new one is one file in inference/operators/ and one row here.
 * SPDX-License-Identifier: MIT */
#include "inference/operator.h"

#include <stddef.h>
#include <string.h>

extern const struct lar_operator lar_operator_abs, lar_operator_add, lar_operator_and,
    lar_operator_argmax, lar_operator_cast, lar_operator_clip, lar_operator_concat,
    lar_operator_cos, lar_operator_div, lar_operator_equal, lar_operator_exp, lar_operator_gather,
    lar_operator_greater, lar_operator_greater_or_equal, lar_operator_identity, lar_operator_less,
    lar_operator_less_or_equal, lar_operator_log, lar_operator_matmul, lar_operator_max,
    lar_operator_min, lar_operator_mul, lar_operator_neg, lar_operator_not, lar_operator_or,
    lar_operator_pow, lar_operator_reduce_log_sum_exp, lar_operator_reduce_max,
    lar_operator_reduce_min, lar_operator_reduce_sum, lar_operator_relu, lar_operator_reshape,
    lar_operator_sigmoid, lar_operator_slice, lar_operator_softmax, lar_operator_sqrt,
    lar_operator_squeeze, lar_operator_sub, lar_operator_tanh, lar_operator_transpose,
    lar_operator_unsqueeze, lar_operator_where;

extern const struct lar_operator lar_operator_additive_chi2, lar_operator_binarize,
    lar_operator_category_sums, lar_operator_check_finite, lar_operator_concat_columns,
    lar_operator_count_sketch, lar_operator_digitize, lar_operator_distances, lar_operator_function,
    lar_operator_hash_pairs, lar_operator_hash_texts, lar_operator_hash_words, lar_operator_impute,
    lar_operator_impute_text, lar_operator_interpolate, lar_operator_kernel_density,
    lar_operator_kernel_matrix, lar_operator_latent_probabilities, lar_operator_layer,
    lar_operator_log_add_exp, lar_operator_look_up, lar_operator_look_up_pairs,
    lar_operator_missing, lar_operator_nearest_center, lar_operator_neighbor_graph,
    lar_operator_neighbor_impute, lar_operator_neighbor_means, lar_operator_neighbor_votes,
    lar_operator_neighbors, lar_operator_nonnegative_weights, lar_operator_normalize_rows,
    lar_operator_one_hot, lar_operator_pair_probabilities, lar_operator_pair_scores,
    lar_operator_pair_votes, lar_operator_pick_columns, lar_operator_power_inverse,
    lar_operator_power_transform, lar_operator_products, lar_operator_quantiles,
    lar_operator_radius_neighbors, lar_operator_repeat, lar_operator_scale_columns,
    lar_operator_scaled_distances, lar_operator_solve_lower, lar_operator_splines,
    lar_operator_spread_columns, lar_operator_support_vectors, lar_operator_text_sets,
    lar_operator_tfidf, lar_operator_to_csr, lar_operator_to_dense, lar_operator_topic_shares,
    lar_operator_tree_ensemble, lar_operator_tree_leaves, lar_operator_tree_paths,
    lar_operator_unanimous, lar_operator_votes, lar_operator_weighted_median,
    lar_operator_word_counts;

/* Operators of one name: the newest version first. Ends with NULL. */
static const struct lar_operator *const operators[] = {
    /* ai.onnx */
    &lar_operator_abs,
    &lar_operator_add,
    &lar_operator_and,
    &lar_operator_argmax,
    &lar_operator_cast,
    &lar_operator_clip,
    &lar_operator_concat,
    &lar_operator_cos,
    &lar_operator_div,
    &lar_operator_equal,
    &lar_operator_exp,
    &lar_operator_gather,
    &lar_operator_greater,
    &lar_operator_greater_or_equal,
    &lar_operator_identity,
    &lar_operator_less,
    &lar_operator_less_or_equal,
    &lar_operator_log,
    &lar_operator_matmul,
    &lar_operator_max,
    &lar_operator_min,
    &lar_operator_mul,
    &lar_operator_neg,
    &lar_operator_not,
    &lar_operator_or,
    &lar_operator_pow,
    &lar_operator_reduce_log_sum_exp,
    &lar_operator_reduce_max,
    &lar_operator_reduce_min,
    &lar_operator_reduce_sum,
    &lar_operator_relu,
    &lar_operator_reshape,
    &lar_operator_sigmoid,
    &lar_operator_slice,
    &lar_operator_softmax,
    &lar_operator_sqrt,
    &lar_operator_squeeze,
    &lar_operator_sub,
    &lar_operator_tanh,
    &lar_operator_transpose,
    &lar_operator_unsqueeze,
    &lar_operator_where,
    /* larder */
    &lar_operator_additive_chi2,
    &lar_operator_binarize,
    &lar_operator_category_sums,
    &lar_operator_check_finite,
    &lar_operator_concat_columns,
    &lar_operator_count_sketch,
    &lar_operator_digitize,
    &lar_operator_distances,
    &lar_operator_function,
    &lar_operator_hash_pairs,
    &lar_operator_hash_texts,
    &lar_operator_hash_words,
    &lar_operator_impute,
    &lar_operator_impute_text,
    &lar_operator_interpolate,
    &lar_operator_kernel_density,
    &lar_operator_kernel_matrix,
    &lar_operator_latent_probabilities,
    &lar_operator_layer,
    &lar_operator_log_add_exp,
    &lar_operator_look_up,
    &lar_operator_look_up_pairs,
    &lar_operator_missing,
    &lar_operator_nearest_center,
    &lar_operator_neighbor_graph,
    &lar_operator_neighbor_impute,
    &lar_operator_neighbor_means,
    &lar_operator_neighbor_votes,
    &lar_operator_neighbors,
    &lar_operator_nonnegative_weights,
    &lar_operator_normalize_rows,
    &lar_operator_one_hot,
    &lar_operator_pair_probabilities,
    &lar_operator_pair_scores,
    &lar_operator_pair_votes,
    &lar_operator_pick_columns,
    &lar_operator_power_inverse,
    &lar_operator_power_transform,
    &lar_operator_products,
    &lar_operator_quantiles,
    &lar_operator_radius_neighbors,
    &lar_operator_repeat,
    &lar_operator_scale_columns,
    &lar_operator_scaled_distances,
    &lar_operator_solve_lower,
    &lar_operator_splines,
    &lar_operator_spread_columns,
    &lar_operator_support_vectors,
    &lar_operator_text_sets,
    &lar_operator_tfidf,
    &lar_operator_to_csr,
    &lar_operator_topic_shares,
    &lar_operator_to_dense,
    &lar_operator_tree_ensemble,
    &lar_operator_tree_leaves,
    &lar_operator_tree_paths,
    &lar_operator_unanimous,
    &lar_operator_votes,
    &lar_operator_weighted_median,
    &lar_operator_word_counts,
    NULL,
};

static const struct lar_signature *find(const char *name, uint32_t version)
{
    for (const struct lar_operator *const *op = operators; *op; op++) {
        const struct lar_signature *s = &(*op)->signature;
        if (strcmp(s->name, name) == 0 && (version == 0 || version == s->version))
            return s;
    }
    return NULL;
}

const struct lar_operator_set lar_operators = {.version = 2, .find = find};

const struct lar_operator *lar_operator_of(const struct lar_signature *signature)
{
    return (const struct lar_operator *)(const void *)((const char *)signature -
                                                       offsetof(struct lar_operator, signature));
}
