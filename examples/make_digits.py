#!/usr/bin/env python3
"""Makes models/digits/1: a forest of 100 trees that reads handwritten digits of 8 x 8 pixels.

pip install scikit-learn joblib
python examples/make_digits.py
"""

import json
import os

import joblib
from sklearn.datasets import load_digits
from sklearn.ensemble import RandomForestClassifier

data = load_digits()
train, test = slice(0, 1500), slice(1500, None)
model = RandomForestClassifier(n_estimators=100, max_leaf_nodes=64, random_state=0)
model.fit(data.data[train], data.target[train])

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models", "digits", "1")
os.makedirs(folder, exist_ok=True)
joblib.dump(model, os.path.join(folder, "model.joblib"), compress=("xz", 6))

rows = data.data[1500:1503].tolist()
expected = {
    "rows": rows,
    "method": "predict",
    "answers": model.predict(rows).tolist(),
    "tolerance": 1e-9,
}
with open(os.path.join(folder, "expected.json"), "w") as out:
    json.dump(expected, out)
    out.write("\n")
print(expected["answers"], "accuracy", model.score(data.data[test], data.target[test]))
