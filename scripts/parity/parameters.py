"""Random hyper-parameters, of what scikit-learn itself says that a class takes."""

import numbers

import numpy as np

# What has no place in a random model: time, printing, randomness that must be told apart.
FIXED = {
    "n_jobs", "verbose", "random_state", "max_iter", "copy", "copy_X", "copy_x", "warm_start", "memory", "cache_size",
    "pre_dispatch", "error_score", "refit", "return_train_score", "n_iter_no_change", "feature_names_out", "validate",
    "check_inverse", "store_cv_results", "store_cv_values", "precompute", "n_init", "max_samples", "compute_full_tree",
    "scoring", "cv", "batch_size", "max_fun", "max_no_improvement", "init_size", "reassignment_ratio", "dtype",
    "max_n_alphas", "n_alphas", "alphas", "Cs", "callback", "selection", "algorithm_params", "metric_params", "input",
    "encoding", "decode_error", "device", "transform_input", "metadata_routing", "enable_metadata_routing", "engine",
}
SMALL = {"n_estimators": (1, 8), "n_components": (1, 3), "n_clusters": (2, 4), "degree": (1, 4), "n_neighbors": (1, 6),
         "max_depth": (1, 6), "max_leaf_nodes": (2, 12), "n_knots": (2, 6), "n_bins": (2, 6), "n_quantiles": (5, 30),
         "hidden_layer_sizes": None, "max_features": (1, 4), "n_features": (4, 64), "leaf_size": (1, 40),
         "max_bins": (3, 60), "min_samples_leaf": (1, 5), "min_samples_split": (2, 8), "n_features_to_select": (1, 2),
         "max_categories": (2, 4), "min_frequency": (1, 5), "iterated_power": (1, 5)}


def one(rng, name, constraint):
    """A value that CONSTRAINT allows, or NotImplemented."""
    kind = type(constraint).__name__
    if constraint is None:
        return None
    if constraint == "boolean" or kind == "_Booleans":
        return bool(rng.randint(2))
    if kind in ("StrOptions", "Options"):
        deprecated = getattr(constraint, "deprecated", set()) or set()
        options = sorted((o for o in constraint.options if o not in deprecated), key=str)
        return options[rng.randint(len(options))] if options else NotImplemented
    if kind == "Hidden":
        return NotImplemented
    if kind == "Interval":
        low, high = constraint.left, constraint.right
        if constraint.type is numbers.Integral or constraint.type.__name__ == "Integral":
            a, b = SMALL.get(name) or (low if low is not None else 0, None)
            b = b if b is not None else a + 5
            return int(rng.randint(a, b + 1))
        if low is not None and high is not None:
            return float(rng.uniform(low, high))
        return float((low or 0) + 10 ** rng.uniform(-2, 1))
    return NotImplemented


def random_parameters(rng, cls):
    """Some of the class's parameters, each with a random value."""
    constraints = getattr(cls, "_parameter_constraints", None)
    out = {}
    if not isinstance(constraints, dict):
        return booleans(rng, cls)
    for name in sorted(constraints):
        if name in FIXED or rng.rand() > 0.45 or isinstance(constraints[name], str):
            continue
        choices = list(constraints[name])
        value = one(rng, name, choices[rng.randint(len(choices))])
        if value is not NotImplemented and not (isinstance(value, str) and value in ("deprecated", "warn")):
            out[name] = value
    return out


def booleans(rng, cls):
    """Older releases say nothing: what is a bool by default may be the other one."""
    import inspect

    signature = inspect.signature(cls.__init__)
    return {
        name: not p.default
        for name, p in sorted(signature.parameters.items())
        if isinstance(p.default, bool) and name not in FIXED and rng.rand() < 0.3
    }


def fix(rng, cls, out, seed):
    """Bounds of time, and a seed."""
    import inspect

    names = set(inspect.signature(cls.__init__).parameters)
    if "random_state" in names:
        out["random_state"] = seed
    if "max_iter" in names and cls.__name__ not in ("HuberRegressor",):
        out["max_iter"] = int(rng.choice([20, 60, 200]))
    if "n_estimators" in names:
        out.setdefault("n_estimators", int(rng.randint(1, 8)))
    if "n_init" in names and cls.__name__ != "AffinityPropagation":
        out["n_init"] = 1
    if "n_components" in names and out.get("n_components") in (None, "mle", "warn", "auto"):
        out["n_components"] = int(rng.randint(1, 3))
    if cls.__name__.startswith("MLP"):
        out["hidden_layer_sizes"] = tuple(int(n) for n in rng.randint(1, 6, rng.randint(1, 3)))
    if cls.__name__ == "HistGradientBoostingClassifier" or cls.__name__ == "HistGradientBoostingRegressor":
        out["max_iter"] = int(rng.randint(1, 8))
        out["early_stopping"] = False
    np.random.seed(seed)
    return out
