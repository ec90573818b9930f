"""What scikit-learn answers, with the scale of each row, as the fixtures have it."""

import answers
from sklearn.base import BaseEstimator
from sklearn.feature_extraction.text import TfidfTransformer, TfidfVectorizer


def parts(model, depth=0):
    """MODEL and the fitted estimators in it."""
    yield model
    for value in list(vars(model).values()) if depth < 4 else []:
        entries = value if isinstance(value, (list, tuple)) else [value]
        for entry in entries:
            for one in entry if isinstance(entry, tuple) else [entry]:
                if isinstance(one, BaseEstimator):
                    yield from parts(one, depth + 1)


def is_inexact(model):
    """Whether a part of the model goes through libm, or through sums whose order is the CPU's."""
    for part in parts(model):
        kind = type(part).__name__
        if kind == "PowerTransformer" or getattr(part, "output_distribution", "") == "normal":
            return True
        if kind == "Normalizer" and part.norm != "max" or getattr(part, "sublinear_tf", False):
            return True
        if hasattr(part, "components_") or hasattr(part, "mixing_"):
            return True
    return False


def expected(model, X):
    found = answers.results(model, X)
    scale = answers.scales(model, X)
    libm = answers.uses(model, (TfidfTransformer, TfidfVectorizer), "sublinear_tf") or answers.inexact(model, X)
    libm = libm or is_inexact(model)
    out = {}
    for method, result in found.items():
        exact = scale is None and not libm and not method.startswith("predict_log_proba")
        exact = exact or (method == "transform" and hasattr(model, "support_"))
        out[method] = answers.answer(result, exact, scale)
    return out
