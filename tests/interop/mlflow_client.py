"""MLflow's ScoringServerClient against running larderds.
usage: mlflow_client.py BASE-URL (default_model: iris) TABLE-URL (one model, a table)"""

import sys
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
from mlflow.pyfunc.scoring_server.client import ScoringServerClient


def client_of(url):
    parts = urlsplit(url)
    client = ScoringServerClient(parts.hostname, parts.port)
    client.wait_server_ready(timeout=5)
    client.ping()
    assert client.get_version().count(".") == 2
    return client


rows = np.array([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]])
iris = client_of(sys.argv[1])
for data in pd.DataFrame(rows), pd.DataFrame(rows, columns=["x0", "x1", "x2", "x3"]), rows:
    answer = iris.invoke(data)
    assert answer.get_predictions().iloc[:, 0].tolist() == ["setosa", "virginica"], answer
answer = iris.invoke(pd.DataFrame(rows), params={"method": "predict_proba"})
proba = answer.get_predictions("ndarray")
assert proba.shape == (2, 3) and abs(proba.sum() - 2) < 1e-12
try:
    iris.invoke(rows[:, :3])
    raise AssertionError("three columns were taken")
except Exception as error:
    assert "error code 400" in str(error) and "BAD_REQUEST" in str(error), error

table = client_of(sys.argv[2])
columns = [c.split(":") for c in sys.argv[3].split(",")] if len(sys.argv) > 3 else []
frame = pd.DataFrame({name: ["Bern", None] if kind == "BYTES" else [1.0, float("nan")]
                      for name, kind in columns})
frame["not the model's"] = 7
assert len(table.invoke(frame[frame.columns[::-1]]).get_predictions()) == 2
try:
    table.invoke(frame.drop(columns=columns[0][0]))
    raise AssertionError("a missing column was not noticed")
except Exception as error:
    assert f"column '{columns[0][0]}' is missing" in str(error), error
print("mlflow: ScoringServerClient")
