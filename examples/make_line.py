#!/usr/bin/env python3
"""Makes models/line/1: y = 0.5 x + 2, the smallest model there is.

pip install scikit-learn joblib
python examples/make_line.py
"""

import json
import os

import joblib
import numpy as np
from sklearn.linear_model import LinearRegression

x = np.array([[0.0], [2.0], [4.0], [6.0], [8.0]])
y = 0.5 * x.ravel() + 2.0
model = LinearRegression().fit(x, y)

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models", "line", "1")
os.makedirs(folder, exist_ok=True)
joblib.dump(model, os.path.join(folder, "model.joblib"))

rows = [[1.0], [2.0], [5.0]]
expected = {
    "rows": rows,
    "method": "predict",
    "answers": model.predict(rows).tolist(),
    "tolerance": 1e-9,
}
with open(os.path.join(folder, "expected.json"), "w") as out:
    json.dump(expected, out, indent=1)
    out.write("\n")
print(expected["answers"])
