"""scikit-learn's answers against Larder's, by the design's rule: the same bits where neither a product nor libm is
involved; else scores within 1e-12 of the scale S, probabilities within 1e-12 (1 + S), their logarithms within that
relative to max(1, |log p|); 1e-6 stands for 1e-12 where scikit-learn computes in float32 (single.py of the fixtures
says where). A label may differ where its scores are within the tolerance of the best."""

import math

import numpy as np


def unit(wanted):
    return 1e-6 if wanted.get("float32") else 1e-12


def tolerance(method, want, scale, part):
    if method.startswith("predict_log_proba"):
        return part * (1 + scale) * max(1, abs(want))
    if method.startswith("predict_proba"):
        return part * (1 + scale)
    return part * scale


def value(cell):
    """What fixtures and Larder write, as a number or text."""
    if isinstance(cell, dict) or cell is None:
        return math.nan
    if cell in ("Infinity", "-Infinity"):
        return float(cell.replace("Infinity", "inf"))
    return cell


def flat(cells):
    out = []
    for cell in cells if isinstance(cells, list) else [cells]:
        out.extend(flat(cell) if isinstance(cell, list) else [value(cell)])
    return out


def same(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return (math.isnan(a) and math.isnan(b)) or a == b


def is_open(wanted, row):
    """Whether scikit-learn's own scores leave the choice of the label open."""
    for method in ("decision_function", "predict_proba"):
        scores = wanted.get(method)
        if not scores or scores["exact"] or len(scores["shape"]) > 2:
            continue
        width = scores["shape"][1] if len(scores["shape"]) == 2 else 1
        ours = sorted(value(v) for v in scores["data"][row * width:(row + 1) * width])
        gap = abs(ours[0]) if width == 1 else ours[-1] - ours[-2]
        scale = scores["scale"][row]
        if gap <= 2 * unit(scores) * (1 + scale) or (math.isnan(gap) and scale >= 1e300):
            return True
    return False


def difference(method, want, got, wanted, is_label):
    """None, or a sentence; and the worst error in units of the tolerance."""
    data, answers = [value(v) for v in want["data"]], flat(got)
    if len(answers) != len(data):
        return "%d values, scikit-learn has %d of shape %s" % (len(answers), len(data), want["shape"]), 0
    if want["dtype"] == "float32":  # written with as many digits as that needs
        answers = [float(np.float32(v)) for v in answers]
    rows, worst = max(want["shape"][0], 1), 0
    places = set(want.get("open", []))
    for i, (a, b) in enumerate(zip(answers, data)):
        row = i // max(1, len(data) // rows)
        if same(a, b) or i in places:
            continue
        text = isinstance(a, str) or isinstance(b, str)
        if (is_label or text) and is_open(wanted, row):
            continue
        if want["exact"] or text or is_label:
            return "row %d, value %d: %r, scikit-learn says %r, and exactly" % (row, i, a, b), 0
        if want["scale"][row] >= 1e290:  # nothing of it is certain, not even that it is a number
            continue
        log = want.get("float32") and want["dtype"] == "float32" and method.startswith("predict_log_proba")
        if log and abs(math.exp(a) - math.exp(b)) <= 2**-22:  # 1 - p in float32 leaves no more of it
            continue
        error = abs(a - b) / max(tolerance(method, b, want["scale"][row], unit(want)), 5e-324)
        if not error <= 1:
            return "row %d, value %d: %r, scikit-learn says %r: %g of the tolerance" % (row, i, a, b, error), 0
        worst = max(worst, error)
    return None, worst


def shape_of(got):
    shape = []
    while isinstance(got, list):
        shape.append(len(got))
        got = got[0] if got else None
    return shape


def is_finite(array):
    array = np.asarray(array)
    return array.dtype.kind != "f" or np.isfinite(array).all()
