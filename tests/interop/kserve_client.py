"""KServe's InferenceRESTClient, v1 and v2, against a running larderd. usage: kserve_client.py BASE-URL"""

import asyncio
import sys

import numpy as np
from kserve import InferenceRESTClient, InferInput, InferRequest
from kserve.inference_client import RESTConfig

base = sys.argv[1]
rows = np.array([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]])


async def v1():
    client = InferenceRESTClient(RESTConfig(protocol="v1"))
    assert await client.is_server_live(base) and await client.is_model_ready(base, "iris")
    answer = await client.infer(base, {"instances": rows.tolist()}, model_name="iris")
    assert answer == {"predictions": ["setosa", "virginica"]}, answer
    await client.close()


async def v2():
    client = InferenceRESTClient(RESTConfig(protocol="v2"))
    assert await client.is_server_live(base) and await client.is_server_ready(base)
    assert await client.is_model_ready(base, "iris")
    for binary in False, True:
        tensor = InferInput("X", list(rows.shape), "FP64")
        tensor.set_data_from_numpy(rows, binary_data=binary)
        request = InferRequest("iris", [tensor], request_id="some-id", model_version="1")
        answer = await client.infer(base, request, model_name="iris")
        assert answer.id == "some-id" and answer.model_name == "iris", answer
        assert list(answer.outputs[0].as_numpy()) == ["setosa", "virginica"], answer.outputs[0].data
    await client.close()


asyncio.run(v1())
asyncio.run(v2())
print("kserve: InferenceRESTClient, v1 and v2")
