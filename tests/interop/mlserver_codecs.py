"""What MLServer's codecs make, sent with requests to a running larderd, and read back by them.
usage: mlserver_codecs.py BASE-URL TEXT-COLUMNS..."""

import sys

import numpy as np
import pandas as pd
import requests
from mlserver.codecs import (Base64Codec, NumpyCodec, NumpyRequestCodec, PandasCodec, StringCodec)
from mlserver.types import (InferenceRequest, InferenceResponse, MetadataModelResponse,
                            MetadataServerResponse, RepositoryIndexResponse, RequestOutput)

base = sys.argv[1]
rows = np.array([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]])


def infer(model, request):
    r = requests.post(f"{base}/v2/models/{model}/infer", data=request.model_dump_json(),
                      headers={"Content-Type": "application/json"})
    assert r.status_code == 200, r.text
    return InferenceResponse.model_validate_json(r.text)


# np: one tensor, which the request's codec reads back
request = NumpyRequestCodec.encode_request(rows)
request.outputs = [RequestOutput(name="predict_proba")]
proba = NumpyRequestCodec.decode_response(infer("iris", request))
assert proba.shape == (2, 3) and abs(proba.sum() - 2) < 1e-12
request = InferenceRequest(id="an-id", inputs=[NumpyCodec.encode_input("X", rows.astype(np.float32))])
answer = infer("iris", request)
assert answer.id == "an-id" and StringCodec.decode_output(answer.outputs[0]) == ["setosa", "virginica"]

# pd: an input for each column, numbers and strings
frame = pd.DataFrame(rows, columns=["x0", "x1", "x2", "x3"])
assert infer("iris", PandasCodec.encode_request(frame)).outputs[0].data.root == ["setosa", "virginica"]
metadata = MetadataModelResponse.model_validate(requests.get(f"{base}/v2/models/table").json())
table = pd.DataFrame({t.name: ["Bern", "B\u00e2le"] if t.datatype == "BYTES" else [1.0, 2.0]
                      for t in metadata.inputs})
frame_request = PandasCodec.encode_request(table)
plain = infer("table", frame_request)
back = PandasCodec.decode_response(plain)
assert len(back) == 2

# str and base64: the same strings, coded in two ways
inputs = []
for t in metadata.inputs:
    if t.datatype == "BYTES":
        inputs.append(Base64Codec.encode_input(t.name, ["Bern".encode(), "B\u00e2le".encode()]))
    else:
        inputs.append(NumpyCodec.encode_input(t.name, np.array([1.0, 2.0])))
assert infer("table", InferenceRequest(inputs=inputs)).outputs == plain.outputs
for i, t in enumerate(metadata.inputs):
    if t.datatype == "BYTES":
        inputs[i] = StringCodec.encode_input(t.name, ["Bern", "B\u00e2le"])
assert infer("table", InferenceRequest(inputs=inputs)).outputs == plain.outputs

MetadataServerResponse.model_validate(requests.get(f"{base}/v2").json())
index = RepositoryIndexResponse.model_validate(requests.post(f"{base}/v2/repository/index").json())
assert {m.name for m in index.root} >= {"iris", "table"}
print("mlserver: np, pd, str, base64")
