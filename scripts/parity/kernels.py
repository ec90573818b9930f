"""Random kernels of Gaussian processes."""

import numpy as np
from sklearn.gaussian_process import kernels as gp

# Of Matern: those with a formula of their own, whole and half orders, near those, small and great.
ORDERS = [0.5, 1.5, 2.5, 1, 2, 3, 3.5, 4.5, 10, 0.3, 0.7, 0.05, 0.01, 0.4999999, 0.5000001, 1.0000001, 17.2, 40.0, 90.0, 120.0]
METRICS = {"linear": (), "poly": ("degree", "coef0"), "polynomial": ("degree", "coef0"), "rbf": (), "laplacian": (),
           "sigmoid": ("coef0",), "cosine": ()}


def number(rng, low=-1, high=1):
    return float(10 ** rng.uniform(low, high))


def lengths(rng, X):
    """One length, or one for each column; as far apart as rows are, more or less."""
    spread = float(X.std()) + 0.1
    if rng.rand() < 0.5:
        return spread * number(rng)
    return (X.std(axis=0) + 0.1) * 10 ** rng.uniform(-1, 1, X.shape[1])


def pairwise(rng, X):
    metrics = sorted(METRICS) + (["chi2", "additive_chi2"] if X.min() >= 0 else [])
    metric = metrics[rng.randint(len(metrics))]
    spread = float(np.abs(X).max()) + 1
    gamma = number(rng, -2, 0) / spread ** 2
    options = {name: int(rng.randint(1, 4)) for name in METRICS.get(metric, ()) if rng.rand() < 0.4}
    if rng.rand() < 0.2:
        options["ignored"] = 3
    fixed = {"gamma_bounds": "fixed"} if rng.rand() < 0.3 else {}
    if fixed and metric != "chi2" and rng.rand() < 0.4:
        gamma = None
    return gp.PairwiseKernel(gamma, metric=metric, pairwise_kernels_kwargs=options or None, **fixed)


def one(rng, X):
    kind = rng.randint(9)
    if kind < 3:
        order = ORDERS[rng.randint(len(ORDERS))] if rng.rand() < 0.7 else number(rng, -1.5, 1.5)
        return gp.Matern(lengths(rng, X), nu=order)
    if kind == 3:
        return gp.RBF(lengths(rng, X))
    if kind == 4:
        return gp.RationalQuadratic(float(X.std() + 0.1) * number(rng), number(rng))
    if kind == 5:
        return gp.ExpSineSquared(number(rng, 0, 1), float(X.std() + 0.1) * number(rng, 0, 1))
    if kind == 6:
        return gp.DotProduct(number(rng))
    if kind == 7:
        return pairwise(rng, X)
    return gp.ConstantKernel(number(rng)) * gp.RBF(lengths(rng, X))


def draw(rng, X, depth=0):
    """A kernel for the rows X, sums, products and powers among them."""
    kind = rng.rand()
    if depth == 2 or kind < 0.4:
        return one(rng, X)
    if kind < 0.6:
        return draw(rng, X, depth + 1) + draw(rng, X, depth + 1)
    if kind < 0.75:
        return draw(rng, X, depth + 1) * draw(rng, X, depth + 1)
    if kind < 0.85:
        return one(rng, X) ** float(rng.choice([1, 2, 0.5, 1.7]))
    if kind < 0.93:
        return draw(rng, X, depth + 1) + gp.WhiteKernel(number(rng, -2, 0))
    return gp.ConstantKernel(number(rng)) + draw(rng, X, depth + 1)
