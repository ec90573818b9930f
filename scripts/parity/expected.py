"""What scikit-learn answers, and how exactly, as the fixtures have it: with the scale of each row."""

import contextlib
import functools
import importlib
import os

import answers
import nearness
import numpy as np
import single
from sklearn.base import BaseEstimator
from sklearn.neighbors import KNeighborsClassifier, KNeighborsRegressor
from sklearn.pipeline import Pipeline

FAMILIES = os.path.join(os.path.dirname(os.path.abspath(answers.__file__)), "families")


def load_families():
    """They know the scales of their classes."""
    for name in sorted(os.listdir(FAMILIES)):
        if name.endswith(".py"):
            module = importlib.import_module("families." + name[:-3])
            module.add()


def parts(model, depth=0):
    """MODEL and the fitted estimators in it."""
    yield model
    for value in list(vars(model).values()) if depth < 4 else []:
        entries = value if isinstance(value, (list, tuple)) else [value]
        for entry in entries:
            for one in entry if isinstance(entry, tuple) else [entry]:
                if isinstance(one, BaseEstimator):
                    yield from parts(one, depth + 1)


# What these answer is made of comparisons, look-ups and sums in an order that is told.
EXACT = {
    "DecisionTreeClassifier", "DecisionTreeRegressor", "ExtraTreeClassifier", "ExtraTreeRegressor",
    "RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor", "DummyClassifier",
    "DummyRegressor", "GridSearchCV", "RandomizedSearchCV", "Pipeline", "ColumnTransformer", "FeatureUnion",
    "StandardScaler", "MinMaxScaler", "MaxAbsScaler", "RobustScaler", "OneHotEncoder", "OrdinalEncoder", "LabelBinarizer",
    "LabelEncoder", "KBinsDiscretizer", "PolynomialFeatures", "SimpleImputer", "MissingIndicator", "Binarizer",
}


def is_inexact(model):
    """Whether a part of the model goes through libm, or through sums whose order is the CPU's or the memory's."""
    for part in parts(model):
        kind = type(part).__name__
        if kind == "PowerTransformer" or getattr(part, "output_distribution", "") == "normal":
            return True
        if kind == "Normalizer" and part.norm != "max" or getattr(part, "sublinear_tf", False):
            return True
        if hasattr(part, "components_") or hasattr(part, "mixing_"):
            return True
        if part is not model and kind not in EXACT and (hasattr(part, "predict") or hasattr(part, "score_samples")):
            return True
    return False


def scale_of(model, X, depth=0):
    """The largest scale of MODEL or of what it holds, row by row; zeros where nothing is known."""
    X = nearness.plain(X) if not isinstance(X, list) else X
    best = np.zeros(len(X))
    try:
        model, X = answers.final_step(model, X)
        own = answers.own_scales(model, X)
        known = answers.scales(model, X) if own is None else None
        for one in [known] if own is None else own.values():
            if one is not None:
                best = np.maximum(best, np.where(np.isfinite(one), one, 0))
    except Exception:  # a scale of a class that is asked for another way
        pass
    columns = getattr(model, "estimators_features_", None)
    held = [m for m in vars(model).values() if isinstance(m, BaseEstimator)]
    for several in vars(model).values():
        if isinstance(several, (list, np.ndarray)):
            held += [m for m in np.asarray(several, dtype=object).ravel() if isinstance(m, BaseEstimator)]
    for i, one in enumerate(held if depth < 4 else []):
        part = X[:, columns[i % len(columns)]] if columns is not None and len(held) % len(columns) == 0 else X
        best = np.maximum(best, scale_of(one, part, depth + 1))
    return best


@contextlib.contextmanager
def searches_noted(n):
    """The open rows, of N, of all searches for nearest neighbours that a model makes meanwhile; also those where a weight
    is the inverse of a distance so small that brute force has rounded most of it away."""
    rows, kept = set(), {}

    def noting(asked):
        def ask(model, X, *args, **options):
            if nearness.plain(X).shape[0] == n:
                averages = asked.__name__ == "predict" and not hasattr(model, "classes_")
                said, chosen = nearness.nearest(model, X, {"predict": asked(model, X)} if averages else {})
                rows.update(chosen)
                if averages:
                    rows.update(np.flatnonzero(said["predict"][1] > 1e3 * (1 + np.abs(model._y).max())).tolist())
            return asked(model, X, *args, **options)

        return functools.wraps(asked)(ask)

    for kind, name in ((KNeighborsClassifier, "predict"), (KNeighborsClassifier, "predict_proba"), (KNeighborsRegressor, "predict")):
        kept[kind, name] = vars(kind)[name]
        setattr(kind, name, noting(kept[kind, name]))
    try:
        yield rows
    finally:
        for (kind, name), asked in kept.items():
            setattr(kind, name, asked)


def power_scale(model):
    """How much PowerTransformers magnify the rounding of a power: ((x + 1)^l - 1) / l for small l, and the like for 2 - l."""
    worst = 0
    for part in parts(model):
        if type(part).__name__ == "PowerTransformer" and hasattr(part, "lambdas_"):
            small = np.minimum(np.abs(part.lambdas_), np.abs(2 - np.asarray(part.lambdas_)))
            spread = part._scaler.scale_ if part.standardize else 1
            found = np.where(small > np.spacing(1.0), 1 / np.maximum(small * spread, 1e-300), 0)
            worst = max(worst, found.max())
    return worst


def scale_before(model, X):
    """The largest scale of the steps before a pipeline's last."""
    best = np.zeros(len(X)) + power_scale(model)
    for _, step in model.steps[:-1] if isinstance(model, Pipeline) else []:
        if isinstance(step, BaseEstimator):
            best = np.maximum(best, scale_of(step, X)) if is_inexact(step) else best
            X = step.transform(X)
    return best


def described(model, X, found):
    out, _ = answers.described(model, X, found)
    if not is_inexact(model):
        return out
    inner, before = None, scale_before(model, X)
    for method, result in found.items():
        if not out[method]["exact"]:  # what enters the last step is off by more than its own sums
            out[method]["scale"] = [own + more for own, more in zip(out[method]["scale"], before)]
        if not out[method]["exact"] or method == "predict" and "predict_proba" in found:
            continue
        array = result.toarray() if hasattr(result, "toarray") else np.asarray(result)
        if array.dtype.kind != "f":
            continue
        if inner is None:
            inner = scale_of(model, X) + power_scale(model)
        finite = np.where(np.isfinite(array), array, 0).reshape(len(array), -1)
        kept = {name: out[method][name] for name in ("open", "float32") if name in out[method]}
        if single.rounds(model):
            kept["float32"] = True
        out[method] = answers.answer(result, False, 1 + inner + np.abs(finite).max(axis=1))
        out[method].update(kept)
    return out


def expected(model, X):
    with searches_noted(len(X)) as rows:
        found = answers.results(model, X)
    out = described(model, X, found)
    if type(answers.final_step(model, X)[0]).__name__ in answers.NEAR:
        return out  # these say themselves what is open
    for said in out.values():
        width = len(said["data"]) // max(1, said["shape"][0])
        said["open"] = sorted({*said.get("open", []), *(i * width + j for i in rows for j in range(width))})
    return out


def asked_back(model, X):
    """What transform answers, dense, and what inverse_transform makes of that; None where it refuses, or where a part is
    not exact."""
    if is_inexact(model):
        return None
    try:
        rows = model.transform(X)
        rows = rows.toarray() if hasattr(rows, "toarray") else np.asarray(rows)
        if rows.dtype.kind not in "biuf" or rows.ndim != 2 or rows.shape[1] == 0:
            return None
        rows = rows.astype(float)
        return rows, answers.answer(np.asarray(model.inverse_transform(rows.copy())), True, None)
    except Exception:
        return None
