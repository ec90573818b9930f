"""Random data: what models are fitted on, and the rows that they are asked."""

import numpy as np
import pandas as pd

WORDS = (
    "the a fox dog Cat caf\u00e9 na\u00efve \u00fcber don't snake_case 42 3.14 x \u6771\u4eac \u043a\u043e\u0448\u043a\u0430 "
    "and or not good bad film great awful boring \u00c9cole STRASSE stra\u00dfe e-mail user@example.org 1,000"
).split()
CITIES = ["Oslo", "Bergen", "Troms\u00f8", "oslo", "", "New York", "\u6771\u4eac"]


def column(rng, n):
    """One column of numbers, of one of the kinds that people have."""
    kind = rng.randint(8)
    if kind == 0:
        return rng.randint(0, 4, n).astype(float)  # ties
    if kind == 1:
        return rng.randint(0, 2, n).astype(float)
    if kind == 2:
        return np.exp(rng.normal(0, 2, n))
    if kind == 3:
        return rng.normal(1000, 3, n)
    if kind == 4:
        return np.round(rng.normal(0, 1, n), 1)
    return rng.normal(0, 1, n) * 10 ** rng.uniform(-1, 1)


def matrix(rng, n, k, positive=False):
    X = np.column_stack([column(rng, n) for _ in range(k)])
    return np.abs(X) if positive else X


def unseen(rng, X, missing=False):
    """Rows to ask: some that were fitted on, new ones, and edges."""
    k = X.shape[1]
    some = X[rng.randint(0, len(X), 8)]
    moved = X[rng.randint(0, len(X), 12)] + rng.normal(0, 1, (12, k)) * (X.std(axis=0) + 1e-3)
    mixed = np.column_stack([X[rng.randint(0, len(X), 6), j] for j in range(k)])
    edges = np.vstack([np.zeros(k), np.full(k, 3.0), X.mean(axis=0), X.min(axis=0), X.max(axis=0)])
    out = np.vstack([some, moved, mixed, edges])
    if np.nanmin(X) >= 0:
        out = np.abs(out)
    if missing:
        out[rng.rand(*out.shape) < 0.15] = np.nan
    return out


def holes(rng, X):
    X = X.copy()
    X[rng.rand(*X.shape) < 0.1] = np.nan
    X[0] = np.nan_to_num(X[0])
    return X


def classes(rng, X, kinds=None):
    """Labels that depend on X: 2 to 4 of them, of one of the types that people have."""
    n = rng.choice([2, 2, 3, 4]) if kinds is None else kinds
    # missing values count for nothing
    score = np.nan_to_num(X).dot(rng.normal(0, 1, X.shape[1])) + rng.normal(0, 0.1, len(X))
    y = np.argsort(np.argsort(score)) * n // len(X)
    kind = rng.randint(6)
    if kind == 0:
        return np.array(["no", "yes", "maybe", "\u00fcberhaupt"])[y]
    if kind == 1:
        return np.array([-1, 1, 5, 7])[y]
    if kind == 2 and n == 2:
        return y == 1
    if kind == 3:
        return y.astype(float)
    if kind == 4:
        return np.array(["a", "b", "c", "d"], dtype=object)[y]
    return y


def targets(rng, X, k=None, positive=False):
    width = k or 1
    y = np.nan_to_num(X).dot(rng.normal(0, 1, (X.shape[1], width))) + rng.normal(0, 0.2, (len(X), width))
    y = y / (np.abs(y).max() + 1e-9) * 10 ** rng.uniform(-1, 2)
    if positive:
        y = np.abs(y) + 0.1
    return y if k else y[:, 0]


def documents(rng, n):
    return [" ".join(rng.choice(WORDS, rng.randint(0, 9))) for _ in range(n)]


def table(rng, n):
    frame = pd.DataFrame({
        "age": rng.randint(1, 80, n).astype(float),
        "fare": np.round(rng.gamma(2, 15, n), 2),
        "city": rng.choice(CITIES[:5], n).astype(object),
        "level": rng.choice(["first", "second", "third"], n).astype(object),
    })
    return frame


def dicts(rng, n, lists=False):
    """Rows with keys of their own, few or many; values are numbers and texts, under the same keys too."""
    keys = WORDS + ["k%d" % i for i in range(int(rng.choice([1, 5, 40])))] + ["a=b", ""]

    def value():
        kind = rng.randint(8 if lists else 6)
        if kind < 3:
            return float([rng.randint(5), rng.normal(), np.round(rng.normal(), 2)][kind])
        if kind == 3:
            return bool(rng.randint(2))
        if kind == 4:
            return int(rng.randint(-3, 4))
        if kind == 5:
            return str(rng.choice(["x", "y", "b", ""]))
        return None if kind == 6 else [str(v) for v in rng.choice(["x", "y", "z"], rng.randint(3), replace=False)]

    def row():
        count = rng.randint(1 + min(len(keys), int(rng.choice([3, 8, 45]))))
        return {str(k): value() for k in rng.choice(sorted(set(keys)), min(count, len(set(keys))), replace=False)}

    return [row() for _ in range(n)]
