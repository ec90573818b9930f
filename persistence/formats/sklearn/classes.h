/* The readers of all classes, by module of scikit-learn; table.c says which class each reads.
 * SPDX-License-Identifier: MIT */
#ifndef PERSISTENCE_FORMATS_SKLEARN_CLASSES_H
#define PERSISTENCE_FORMATS_SKLEARN_CLASSES_H

#include "persistence/formats/sklearn/estimator.h"

#define SK_READER(name)                                                                            \
    bool name(struct sk_context *sk, const struct pk_node *object, const struct sk_frame *in,      \
              struct sk_result *ret)

SK_READER(sk_read_linear_regressor);
SK_READER(sk_read_sgd_regressor);
SK_READER(sk_read_ransac_regressor);
SK_READER(sk_read_log_regressor);
SK_READER(sk_read_tweedie_regressor);
SK_READER(sk_read_linear_classifier);
SK_READER(sk_read_ridge_classifier);
SK_READER(sk_read_sgd_one_class_svm);
SK_READER(sk_read_logistic_regression);
SK_READER(sk_read_sgd_classifier);
SK_READER(sk_read_standard_scaler);
SK_READER(sk_read_min_max_scaler);
SK_READER(sk_read_max_abs_scaler);
SK_READER(sk_read_robust_scaler);
SK_READER(sk_read_normalizer);
SK_READER(sk_read_binarizer);
SK_READER(sk_read_k_bins_discretizer);
SK_READER(sk_read_polynomial_features);
SK_READER(sk_read_power_transformer);
SK_READER(sk_read_quantile_transformer);
SK_READER(sk_read_function_transformer);
SK_READER(sk_read_label_encoder);
SK_READER(sk_read_label_binarizer);
SK_READER(sk_read_multi_label_binarizer);
SK_READER(sk_read_target_encoder);
SK_READER(sk_read_spline_transformer);
SK_READER(sk_read_one_hot_encoder);
SK_READER(sk_read_ordinal_encoder);
SK_READER(sk_read_simple_imputer);
SK_READER(sk_read_iterative_imputer);
SK_READER(sk_read_missing_indicator);
SK_READER(sk_read_count_vectorizer);
SK_READER(sk_read_dict_vectorizer);
SK_READER(sk_read_feature_hasher);
SK_READER(sk_read_hashing_vectorizer);
SK_READER(sk_read_generic_selector);
SK_READER(sk_read_rfe);
SK_READER(sk_read_select_fdr);
SK_READER(sk_read_select_fpr);
SK_READER(sk_read_select_from_model);
SK_READER(sk_read_select_fwe);
SK_READER(sk_read_select_k_best);
SK_READER(sk_read_select_percentile);
SK_READER(sk_read_sequential_selector);
SK_READER(sk_read_variance_threshold);
SK_READER(sk_read_tfidf_transformer);
SK_READER(sk_read_tfidf_vectorizer);
SK_READER(sk_read_column_transformer);
SK_READER(sk_read_pipeline);
SK_READER(sk_read_feature_union);
SK_READER(sk_read_gaussian_process_regressor);
SK_READER(sk_read_gaussian_process_classifier);
SK_READER(sk_read_binary_gaussian_process);
SK_READER(sk_read_support_classifier);
SK_READER(sk_read_support_regressor);
SK_READER(sk_read_one_class_svm);
SK_READER(sk_read_tree_classifier);
SK_READER(sk_read_tree_regressor);
SK_READER(sk_read_forest_classifier);
SK_READER(sk_read_forest_regressor);
SK_READER(sk_read_boosting_classifier);
SK_READER(sk_read_boosting_regressor);
SK_READER(sk_read_hist_classifier);
SK_READER(sk_read_hist_regressor);
SK_READER(sk_read_isolation_forest);
SK_READER(sk_read_trees_embedding);
SK_READER(sk_read_adaboost_classifier);
SK_READER(sk_read_adaboost_regressor);
SK_READER(sk_read_k_means);
SK_READER(sk_read_nearest_neighbors);
SK_READER(sk_read_k_neighbors_classifier);
SK_READER(sk_read_k_neighbors_regressor);
SK_READER(sk_read_pca);
SK_READER(sk_read_incremental_pca);
SK_READER(sk_read_truncated_svd);
SK_READER(sk_read_fast_ica);
SK_READER(sk_read_factor_analysis);
SK_READER(sk_read_batch_solver);
SK_READER(sk_read_gaussian_nb);
SK_READER(sk_read_multinomial_nb);
SK_READER(sk_read_complement_nb);
SK_READER(sk_read_bernoulli_nb);
SK_READER(sk_read_categorical_nb);
SK_READER(sk_read_mlp_classifier);
SK_READER(sk_read_mlp_regressor);
SK_READER(sk_read_bernoulli_rbm);
SK_READER(sk_read_lda);
SK_READER(sk_read_qda);
SK_READER(sk_read_gaussian_mixture);
SK_READER(sk_read_bayesian_mixture);
SK_READER(sk_read_elliptic_envelope);
SK_READER(sk_read_pls);
SK_READER(sk_read_pls_svd);

#endif
