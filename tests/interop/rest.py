"""TensorFlow Serving's guide and KServe's v1 examples, sent as their documents do.
usage: rest.py BASE-URL"""

import json
import sys

import requests

base = sys.argv[1]
row = [5.1, 3.5, 1.4, 0.2]


def post(path, body, status=200, **more):
    r = requests.post(base + path, data=json.dumps(body), **more)
    assert r.status_code == status, (path, r.status_code, r.text)
    assert r.headers["Content-Type"] == "application/json"
    return r.json()


# The guide's curl -d: the body is a form, says the header
form = {"headers": {"Content-Type": "application/x-www-form-urlencoded"}}
assert post("/v1/models/iris:predict", {"instances": [row]}, **form) == {"predictions": ["setosa"]}
assert post("/v1/models/iris:predict", {"inputs": [row, row]})["outputs"] == ["setosa", "setosa"]
assert post("/v1/models/iris/versions/1:predict", {"signature_name": "serving_default", "instances": [row]}) == {"predictions": [0]}
named = {"x0": 5.1, "x1": 3.5, "x2": 1.4, "x3": 0.2}
assert post("/v1/models/iris:predict", {"instances": [named]})["predictions"] == ["setosa"]
classes = post("/v1/models/iris:classify", {"examples": [named]})["results"][0]
assert [c[0] for c in classes] == ["setosa", "versicolor", "virginica"] and classes[0][1] > 0.9
value = post("/v1/models/line:regress", {"context": {}, "examples": [{"X": 1.0}, {"X": [2.0]}]})["results"]
assert len(value) == 2 and value == post("/v1/models/line:predict", {"instances": [[1.0], [2.0]]})["predictions"]
assert "error" in post("/v1/models/iris:predict", {"instances": [row], "inputs": [row]}, 400)
assert post("/v1/models/iris:predict", {}, 400)["error"] == "Missing 'inputs' or 'instances' key"
assert post("/v1/models/x:predict", {"instances": [row]}, 404)["error"] == "Servable not found for request: Latest(x)"
status = requests.get(base + "/v1/models/iris").json()["model_version_status"]
assert status[0] == {"version": "2", "state": "AVAILABLE", "status": {"error_code": "OK", "error_message": ""}}
metadata = requests.get(base + "/v1/models/iris/metadata").json()
signature = metadata["metadata"]["signature_def"]["signature_def"]["serving_default"]
assert signature["inputs"]["X"]["tensor_shape"]["dim"][1]["size"] == "4"

# KServe v1: what kserve.InferenceRESTClient compares is the whole Content-Type
assert "iris" in requests.get(base + "/v1/models").json()["models"]
ready = requests.get(base + "/v1/models/iris").json()
assert ready["name"] == "iris" and ready["ready"] is True
for probe in "/", "/livez", "/healthz", "/readyz":
    assert requests.get(base + probe).status_code == 200
print("requests: TensorFlow Serving's and KServe v1's examples")
