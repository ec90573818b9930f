#!/usr/bin/env python3
"""Makes models/iris/1 and models/iris/2: logistic regression on Fisher's irises.

Version 1 answers with the numbers of the classes. Version 2 answers with their names and is less
regularised, so the two give different probabilities for the same flower.

    pip install scikit-learn joblib
    python examples/make_iris.py
"""

import json
import os

import joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

data = load_iris()
names = data.target_names[data.target]
versions = {
    "1": LogisticRegression(max_iter=1000).fit(data.data, data.target),
    "2": LogisticRegression(C=20.0, max_iter=5000).fit(data.data, names),
}
for version, model in versions.items():
    folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models", "iris", version)
    os.makedirs(folder, exist_ok=True)
    joblib.dump(model, os.path.join(folder, "model.joblib"))

    rows = [[5.1, 3.5, 1.4, 0.2], [6.0, 2.7, 5.1, 1.6], [6.7, 3.0, 5.2, 2.3]]
    expected = {
        "rows": rows,
        "method": "predict_proba",
        "answers": model.predict_proba(rows).tolist(),
        "tolerance": 1e-9,
    }
    with open(os.path.join(folder, "expected.json"), "w") as out:
        json.dump(expected, out, indent=1)
        out.write("\n")
    print(version, model.predict(rows).tolist(), expected["answers"])
