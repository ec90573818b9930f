/* Which classes of scikit-learn are read, and by what. A row matches the class in each module of
 * its package, so that releases that moved it are read alike.
 * SPDX-License-Identifier: MIT */
#include "persistence/formats/sklearn/classes.h"

const struct sk_class sk_classes[] = {
    {"sklearn.compose", "ColumnTransformer", sk_read_column_transformer},
    {"sklearn.ensemble", "RandomForestClassifier", sk_read_forest_classifier},
    {"sklearn.ensemble", "RandomForestRegressor", sk_read_forest_regressor},
    {"sklearn.feature_extraction", "CountVectorizer", sk_read_count_vectorizer},
    {"sklearn.feature_extraction", "TfidfTransformer", sk_read_tfidf_transformer},
    {"sklearn.feature_extraction", "TfidfVectorizer", sk_read_tfidf_vectorizer},
    {"sklearn.impute", "SimpleImputer", sk_read_simple_imputer},
    {"sklearn.linear_model", "LinearRegression", sk_read_linear_regressor},
    {"sklearn.linear_model", "LogisticRegression", sk_read_logistic_regression},
    {"sklearn.linear_model", "Ridge", sk_read_linear_regressor},
    {"sklearn.linear_model", "SGDClassifier", sk_read_sgd_classifier},
    {"sklearn.pipeline", "FeatureUnion", sk_read_feature_union},
    {"sklearn.pipeline", "Pipeline", sk_read_pipeline},
    {"sklearn.preprocessing", "FunctionTransformer", sk_read_function_transformer},
    {"sklearn.preprocessing", "MinMaxScaler", sk_read_min_max_scaler},
    {"sklearn.preprocessing", "OneHotEncoder", sk_read_one_hot_encoder},
    {"sklearn.preprocessing", "OrdinalEncoder", sk_read_ordinal_encoder},
    {"sklearn.preprocessing", "StandardScaler", sk_read_standard_scaler},
    {"sklearn.tree", "DecisionTreeClassifier", sk_read_tree_classifier},
    {"sklearn.tree", "DecisionTreeRegressor", sk_read_tree_regressor},
    {NULL, NULL, NULL},
};
