"""A random fitted model, by seed: the class, its data, and what stands around it."""

import inspect
import warnings

import numpy as np
import sklearn
from sklearn.base import is_classifier, is_regressor
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.utils import all_estimators

import data
import kernels
from parameters import fix, random_parameters

CLASSES = """
Lasso LassoCV ElasticNet ElasticNetCV LassoLars LassoLarsCV LassoLarsIC Lars LarsCV OrthogonalMatchingPursuit
OrthogonalMatchingPursuitCV BayesianRidge ARDRegression HuberRegressor GammaRegressor PoissonRegressor TweedieRegressor
QuantileRegressor TheilSenRegressor RANSACRegressor LinearRegression Ridge RidgeCV MultiTaskLasso MultiTaskLassoCV
MultiTaskElasticNet MultiTaskElasticNetCV RidgeClassifier RidgeClassifierCV Perceptron PassiveAggressiveClassifier
PassiveAggressiveRegressor SGDClassifier SGDRegressor SGDOneClassSVM LinearSVC LinearSVR LogisticRegression
LogisticRegressionCV StandardScaler MinMaxScaler MaxAbsScaler RobustScaler Normalizer Binarizer PolynomialFeatures
SplineTransformer KBinsDiscretizer PowerTransformer QuantileTransformer OneHotEncoder OrdinalEncoder TargetEncoder
FunctionTransformer SimpleImputer MissingIndicator KNNImputer IterativeImputer SelectKBest SelectPercentile SelectFpr
SelectFdr SelectFwe GenericUnivariateSelect VarianceThreshold RFE RFECV SelectFromModel SequentialFeatureSelector
DecisionTreeClassifier DecisionTreeRegressor ExtraTreeClassifier ExtraTreeRegressor RandomForestClassifier
RandomForestRegressor ExtraTreesClassifier ExtraTreesRegressor GradientBoostingClassifier GradientBoostingRegressor
HistGradientBoostingClassifier HistGradientBoostingRegressor AdaBoostClassifier AdaBoostRegressor BaggingClassifier
BaggingRegressor IsolationForest VotingClassifier VotingRegressor StackingClassifier StackingRegressor
RandomTreesEmbedding KMeans MiniBatchKMeans BisectingKMeans Birch MeanShift AffinityPropagation GaussianNB MultinomialNB
ComplementNB BernoulliNB CategoricalNB KNeighborsClassifier KNeighborsRegressor RadiusNeighborsClassifier
RadiusNeighborsRegressor NearestCentroid NearestNeighbors LocalOutlierFactor KernelDensity SVC SVR NuSVC NuSVR
OneClassSVM PCA IncrementalPCA KernelPCA TruncatedSVD FastICA FactorAnalysis NMF MiniBatchNMF LatentDirichletAllocation
LinearDiscriminantAnalysis QuadraticDiscriminantAnalysis GaussianMixture BayesianGaussianMixture GaussianProcessRegressor
GaussianProcessClassifier MLPClassifier MLPRegressor DummyClassifier DummyRegressor CalibratedClassifierCV
IsotonicRegression GridSearchCV RandomizedSearchCV FixedThresholdClassifier TunedThresholdClassifierCV
OneVsRestClassifier OneVsOneClassifier OutputCodeClassifier ClassifierChain RegressorChain MultiOutputClassifier
MultiOutputRegressor TransformedTargetRegressor CountVectorizer TfidfVectorizer TfidfTransformer HashingVectorizer
LabelEncoder LabelBinarizer MultiLabelBinarizer DictVectorizer FeatureHasher FeatureUnion ColumnTransformer Pipeline
""".split()

# No rows that the protocol can ask: labels.
NOT_ASKED = {"LabelEncoder", "LabelBinarizer", "MultiLabelBinarizer", "IsotonicRegression"}
RECORDS = {"DictVectorizer", "FeatureHasher"}
POSITIVE_X = {"MultinomialNB", "ComplementNB", "NMF", "MiniBatchNMF", "LatentDirichletAllocation", "TfidfTransformer",
              "CategoricalNB"}
POSITIVE_Y = {"GammaRegressor", "PoissonRegressor", "TweedieRegressor"}
SEVERAL = {"MultiTaskLasso", "MultiTaskLassoCV", "MultiTaskElasticNet", "MultiTaskElasticNetCV", "RegressorChain",
           "MultiOutputRegressor"}
MAY_BE_SEVERAL = {"LinearRegression", "Ridge", "RandomForestRegressor", "ExtraTreesRegressor", "DecisionTreeRegressor",
                  "KNeighborsRegressor", "MLPRegressor", "GaussianProcessRegressor", "Lasso", "ElasticNet", "DummyRegressor", "ExtraTreeRegressor"}
MISSING = {"SimpleImputer", "KNNImputer", "IterativeImputer", "MissingIndicator", "HistGradientBoostingClassifier",
           "HistGradientBoostingRegressor", "StandardScaler", "MinMaxScaler", "RobustScaler", "MaxAbsScaler",
           "PowerTransformer", "QuantileTransformer"}
TEXTS = {"CountVectorizer", "TfidfVectorizer", "HashingVectorizer"}
WORDED = {"OneHotEncoder", "OrdinalEncoder", "TargetEncoder"}


def found():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            from sklearn.experimental import enable_iterative_imputer  # noqa: F401
            from sklearn.experimental import enable_hist_gradient_boosting  # noqa: F401
            from sklearn.experimental import enable_halving_search_cv  # noqa: F401
        except ImportError:
            pass
        all_of_them = dict(all_estimators())
    all_of_them["Pipeline"] = Pipeline
    all_of_them["FeatureUnion"] = FeatureUnion
    return {name: all_of_them[name] for name in CLASSES if name in all_of_them and name not in NOT_ASKED}


def make(rng, cls, seed, **more):
    out = random_parameters(rng, cls) if rng.rand() < 0.85 else {}
    out = fix(rng, cls, out, seed)
    names = inspect.signature(cls.__init__).parameters
    out.update({k: v for k, v in more.items() if k in names})
    return cls(**out)


def inner(rng, all_of_them, names, seed):
    return make(rng, all_of_them[names[rng.randint(len(names))]], seed)


SIMPLE_CLASSIFIERS = ["LogisticRegression", "DecisionTreeClassifier", "RandomForestClassifier", "GaussianNB",
                      "KNeighborsClassifier", "LinearSVC", "SVC"]
SIMPLE_REGRESSORS = ["LinearRegression", "Ridge", "DecisionTreeRegressor", "KNeighborsRegressor", "SVR"]
SCALERS = ["StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "QuantileTransformer", "PCA",
           "PolynomialFeatures", "KBinsDiscretizer", "SelectKBest"]
WITH_PROBA = ["LogisticRegression", "DecisionTreeClassifier", "RandomForestClassifier", "GaussianNB"]


def around(rng, name, all_of_them, seed):
    """Estimators that hold others, with random ones."""
    cls = all_of_them[name]
    regressors = name.endswith("Regressor") or name == "RegressorChain"
    simple = SIMPLE_REGRESSORS if regressors else SIMPLE_CLASSIFIERS
    if name in ("FixedThresholdClassifier", "TunedThresholdClassifierCV", "CalibratedClassifierCV"):
        simple = WITH_PROBA
    simple = [s for s in simple if s in all_of_them]
    if name in ("VotingClassifier", "VotingRegressor", "StackingClassifier", "StackingRegressor"):
        chosen = WITH_PROBA if name.endswith("Classifier") else simple
        return make(rng, cls, seed, estimators=[("e%d" % i, inner(rng, all_of_them, chosen, seed + i))
                                                for i in range(rng.randint(1, 4))])
    if name == "FeatureUnion":
        return FeatureUnion([("t%d" % i, inner(rng, all_of_them, SCALERS[:5], seed + i)) for i in range(rng.randint(1, 4))])
    if name == "Pipeline":
        steps = [("s%d" % i, inner(rng, all_of_them, SCALERS, seed + i)) for i in range(rng.randint(1, 3))]
        return Pipeline(steps + [("last", inner(rng, all_of_them, simple, seed))])
    if name in ("GridSearchCV", "RandomizedSearchCV"):
        tree = all_of_them["DecisionTreeClassifier"](random_state=seed)
        grid = {"max_depth": [1, 2, 3]}
        return cls(tree, grid, cv=2) if name == "GridSearchCV" else cls(tree, grid, cv=2, n_iter=2, random_state=seed)
    held = inner(rng, all_of_them, simple, seed)
    if name in ("RFE", "RFECV", "SelectFromModel", "SequentialFeatureSelector"):
        held = inner(rng, all_of_them, ["LogisticRegression", "DecisionTreeClassifier", "RandomForestClassifier"], seed)
    return make(rng, cls, seed, estimator=held, base_estimator=held, regressor=held, cv=2)


HOLDERS = {"VotingClassifier", "VotingRegressor", "StackingClassifier", "StackingRegressor", "FeatureUnion", "Pipeline",
           "GridSearchCV", "RandomizedSearchCV", "RFE", "RFECV", "SelectFromModel", "SequentialFeatureSelector",
           "BaggingClassifier", "BaggingRegressor", "CalibratedClassifierCV", "FixedThresholdClassifier",
           "TunedThresholdClassifierCV", "OneVsRestClassifier", "OneVsOneClassifier", "OutputCodeClassifier",
           "ClassifierChain", "RegressorChain", "MultiOutputClassifier", "MultiOutputRegressor", "TransformedTargetRegressor"}


def of_records(rng, all_of_them, cls, n, seed):
    """Of rows that are dicts or pairs: the model and the rows to ask."""
    dtype = [np.float64, np.float64, np.float32][rng.randint(3)]
    lists, pairs = False, False
    if cls.__name__ == "DictVectorizer":
        model = cls(sparse=bool(rng.randint(2)), sort=bool(rng.randint(2)), separator=["=", "=", "::"][rng.randint(3)], dtype=dtype)
        lists = rng.rand() < 0.5
    else:
        pairs = rng.rand() < 0.4
        model = cls(int(rng.choice([1, 3, 8, 64])), input_type="pair" if pairs else "dict", dtype=dtype,
                    alternate_sign=bool(rng.randint(2)))
    rows, asked = data.dicts(rng, n, lists), data.dicts(rng, 25, lists)
    if lists and rng.rand() < 0.5:
        model = FeatureUnion([("a", model), ("b", type(model)(separator=model.separator))])
    elif not lists and not pairs and dtype is np.float64 and rng.rand() < 0.4:
        model = make_pipeline(model, inner(rng, all_of_them, ["LogisticRegression", "DecisionTreeClassifier"], seed))
    if pairs:
        rows, asked = ([[list(p) for p in row.items()] for row in both] for both in (rows, asked))
        asked[0] = asked[0] + [["fox", 0.1], ["fox", 0.2], ["fox", "x"], ["fox", 0.3]]
    return model.fit(rows, np.arange(n) % 2), asked


def several_labels(rng, X, rows):
    return np.column_stack([data.classes(np.random.RandomState(rng.randint(1000)), X, 2) == data.classes(rng, X, 2)
                            for _ in range(2)]).astype(int) if rows else None


def draw(seed, only=None):
    """(name, fitted model, rows to ask, how it was made); raises where scikit-learn refuses the draw."""
    rng = np.random.RandomState(seed)
    all_of_them = found()
    names = [n for n in all_of_them if not only or n in only]
    name = names[rng.randint(len(names))]
    cls = all_of_them[name]
    n, k = int(rng.randint(20, 120)), int(rng.randint(2, 9))
    if name in TEXTS:
        texts = data.documents(rng, n)
        return name, make(rng, cls, seed).fit(texts), data.documents(rng, 25)
    if name in RECORDS:
        return (name,) + of_records(rng, all_of_them, cls, n, seed)
    if name == "ColumnTransformer":
        return (name,) + tabular(rng, all_of_them, n, seed)
    X = data.matrix(rng, n, k, name in POSITIVE_X or rng.rand() < 0.2)
    if name == "TfidfTransformer" or name == "CategoricalNB":
        X = np.round(np.minimum(X, 6))
    missing = name in MISSING and rng.rand() < 0.6
    if missing or name == "MissingIndicator":
        X = data.holes(rng, X)
    model = around(rng, name, all_of_them, seed) if name in HOLDERS else make(rng, cls, seed)
    if name.startswith("GaussianProcess") and rng.rand() < 0.9:
        model.set_params(kernel=kernels.draw(rng, X))
        if rng.rand() < 0.8:
            model.set_params(optimizer=None)
        if name == "GaussianProcessRegressor":
            model.set_params(alpha=float(10 ** rng.uniform(-4, 0)))
    if name == "ClassifierChain" or name == "MultiOutputClassifier":
        y = np.column_stack([data.classes(rng, X, 2) == data.classes(rng, X, 2) for _ in range(2)]).astype(int)
        y[0], y[1] = 0, 1
    elif is_regressor(model):
        several = 3 if name in SEVERAL or (name in MAY_BE_SEVERAL and rng.rand() < 0.3) else None
        y = data.targets(rng, X, several, name in POSITIVE_Y)
    else:
        y = data.classes(rng, X)
    if name in WORDED:
        X = data.table(rng, n)[["city", "level"]]
        model.fit(X, y)
        rows = data.table(rng, 25)[["city", "level"]]
        return name, model, rows
    if name == "LocalOutlierFactor":
        model.set_params(novelty=True)
    if rng.rand() < 0.25 and name not in POSITIVE_X and not missing and name not in HOLDERS:
        model = make_pipeline(inner(rng, all_of_them, SCALERS[:5], seed), model)
    if rng.rand() < 0.15:
        X = np.asarray(X, dtype=np.float32) if not missing else X
    # these know names, and take any number of columns under any
    if rng.rand() < 0.25 and name not in ("FunctionTransformer", "DummyClassifier", "DummyRegressor"):
        import pandas as pd

        X = pd.DataFrame(X, columns=["c%d" % i for i in range(k)])
    model.fit(X, y)
    rows = data.unseen(rng, np.nan_to_num(np.asarray(X, dtype=float)), missing)
    if hasattr(X, "columns"):
        rows = type(X)(rows, columns=X.columns)
    if name == "CategoricalNB":
        rows = np.asarray(X, dtype=float)[:20]
    return name, model, rows


def tabular(rng, all_of_them, n, seed):
    frame = data.table(rng, n)
    y = data.classes(rng, frame[["age", "fare"]].values)
    words = inner(rng, all_of_them, ["OneHotEncoder", "OrdinalEncoder"], seed)
    names = inspect.signature(type(words).__init__).parameters
    if "handle_unknown" in names:
        words.set_params(handle_unknown="ignore" if type(words).__name__ == "OneHotEncoder" else "error")
    numbers = inner(rng, all_of_them, SCALERS[:5], seed)
    remainder = ["drop", "passthrough"][rng.randint(2)] if rng.rand() < 0.3 else "drop"
    columns = ["age", "fare"] if remainder == "drop" else ["fare"]
    model = ColumnTransformer([("n", numbers, columns), ("w", words, ["city", "level"])], remainder=remainder)
    if rng.rand() < 0.6:
        model = make_pipeline(model, inner(rng, all_of_them, ["LogisticRegression", "DecisionTreeClassifier"], seed))
    return model.fit(frame, y), data.table(rng, 25)
