#!/usr/bin/env python3
"""Makes models/table/1: a pipeline over a table with number and text columns and gaps in both.

The passengers are made up by seed: no data set is needed.

    pip install scikit-learn joblib pandas
    python examples/make_table.py
"""

import json
import os

import joblib
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

rng = np.random.default_rng(1912)
count = 800
level = rng.choice(["first", "second", "third"], count, p=[0.25, 0.2, 0.55])
sex = rng.choice(["female", "male"], count, p=[0.36, 0.64])
age = np.round(np.clip(rng.normal(30, 14, count), 1, 80))
fare = np.round(
    rng.gamma(2, 8, count) * np.select([level == "first", level == "second"], [5, 1.5], 1), 2
)
port = rng.choice(["Southampton", "Cherbourg", "Queenstown"], count, p=[0.7, 0.2, 0.1])
chance = 2.5 * (sex == "female") + 1.2 * (level == "first") - 0.03 * age - 0.3
survived = np.where(rng.random(count) < 1 / (1 + np.exp(-chance)), "yes", "no")

table = pd.DataFrame({"age": age, "fare": fare})
for name, column in [("class", level), ("sex", sex), ("port", port)]:
    table[name] = pd.Series(column.astype(object), dtype=object)
table.loc[rng.random(count) < 0.2, "age"] = np.nan
table.loc[rng.random(count) < 0.02, "port"] = np.nan

numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
texts = make_pipeline(
    SimpleImputer(strategy="most_frequent"), OneHotEncoder(handle_unknown="ignore")
)
columns = ColumnTransformer(
    [("numbers", numbers, ["age", "fare"]), ("texts", texts, ["class", "sex", "port"])]
)
model = make_pipeline(columns, LogisticRegression(max_iter=1000))
model.fit(table, survived)

folder = os.path.join(os.path.dirname(os.path.abspath(__file__)), "models", "table", "1")
os.makedirs(folder, exist_ok=True)
joblib.dump(model, os.path.join(folder, "model.joblib"))

rows = [
    {"age": 29.0, "fare": 80.5, "class": "first", "sex": "female", "port": "Cherbourg"},
    {"age": 40.0, "fare": 8.05, "class": "third", "sex": "male", "port": "Southampton"},
    {"age": None, "fare": 13.0, "class": "second", "sex": "female", "port": "Belfast"},
]
frame = pd.DataFrame(rows).astype({"age": float})
expected = {
    "rows": rows,
    "method": "predict_proba",
    "answers": model.predict_proba(frame).tolist(),
    "tolerance": 1e-9,
}
with open(os.path.join(folder, "expected.json"), "w") as out:
    json.dump(expected, out, indent=1)
    out.write("\n")
print(model.predict(frame).tolist(), expected["answers"])
