/* Which classes of scikit-learn are read, and by what. A row matches the class in each module of
 * its package, so that releases that moved it are read alike.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/classes.h"

const struct sk_class sk_classes[] = {
    {"sklearn.compose", "ColumnTransformer", sk_read_column_transformer, false},
    {"sklearn.ensemble", "RandomForestClassifier", sk_read_forest_classifier, true},
    {"sklearn.ensemble", "RandomForestRegressor", sk_read_forest_regressor, true},
    {"sklearn.feature_extraction", "CountVectorizer", sk_read_count_vectorizer, false},
    {"sklearn.feature_extraction", "TfidfTransformer", sk_read_tfidf_transformer, true},
    {"sklearn.feature_extraction", "TfidfVectorizer", sk_read_tfidf_vectorizer, false},
    {"sklearn.impute", "SimpleImputer", sk_read_simple_imputer, false},
    {"sklearn.linear_model", "LinearRegression", sk_read_linear_regressor, true},
    {"sklearn.linear_model", "LogisticRegression", sk_read_logistic_regression, true},
    {"sklearn.linear_model", "Ridge", sk_read_linear_regressor, true},
    {"sklearn.linear_model", "SGDClassifier", sk_read_sgd_classifier, true},
    {"sklearn.pipeline", "FeatureUnion", sk_read_feature_union, false},
    {"sklearn.pipeline", "Pipeline", sk_read_pipeline, false},
    {"sklearn.preprocessing", "Binarizer", sk_read_binarizer, true},
    {"sklearn.preprocessing", "FunctionTransformer", sk_read_function_transformer, false},
    {"sklearn.preprocessing", "MaxAbsScaler", sk_read_max_abs_scaler, true},
    {"sklearn.preprocessing", "MinMaxScaler", sk_read_min_max_scaler, true},
    {"sklearn.preprocessing", "Normalizer", sk_read_normalizer, true},
    {"sklearn.preprocessing", "OneHotEncoder", sk_read_one_hot_encoder, false},
    {"sklearn.preprocessing", "OrdinalEncoder", sk_read_ordinal_encoder, false},
    {"sklearn.preprocessing", "RobustScaler", sk_read_robust_scaler, true},
    {"sklearn.preprocessing", "StandardScaler", sk_read_standard_scaler, true},
    {"sklearn.tree", "DecisionTreeClassifier", sk_read_tree_classifier, true},
    {"sklearn.tree", "DecisionTreeRegressor", sk_read_tree_regressor, true},
    {NULL, NULL, NULL, false},
};
