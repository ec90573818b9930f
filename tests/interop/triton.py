"""tritonclient.http and its aio twin against a running larderd: every call that they have.
usage: triton.py BASE-URL"""

import asyncio
import sys

import numpy as np
import tritonclient.http as http
import tritonclient.http.aio as aio
from tritonclient.utils import InferenceServerException

base = sys.argv[1].removeprefix("http://")
ROWS = np.array([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]])
REFUSED = [
    ("get_system_shared_memory_status", ()),
    ("get_cuda_shared_memory_status", ()),
    ("register_system_shared_memory", ("r", "/k", 8)),
    ("unregister_system_shared_memory", ()),
    ("unregister_cuda_shared_memory", ("r",)),
    ("get_trace_settings", ()),
    ("get_trace_settings", ("iris",)),
    ("update_trace_settings", (None, {"trace_level": ["OFF"]})),
    ("update_log_settings", ({"log_info": True},)),
]


def inputs(dtype=np.float64, kind="FP64", binary=True, rows=ROWS, name="X"):
    ret = http.InferInput(name, list(rows.shape), kind)
    ret.set_data_from_numpy(rows.astype(dtype), binary_data=binary)
    return [ret]


def check_calls(result):
    """RESULT: a dictionary of what the server's descriptions were."""
    assert result["live"] and result["ready"] and result["model"] and not result["none"]
    assert result["server"]["name"] == "larder"
    assert "binary_tensor_data" in result["server"]["extensions"]
    assert result["metadata"]["inputs"][0]["datatype"] == "FP64"
    assert result["config"]["input"][0]["data_type"] == "TYPE_FP64"
    stats = {(s["name"], s["version"]): s for s in result["statistics"]["model_stats"]}
    assert ("iris", "2") in stats and stats["iris", "2"]["memory_usage"][0]["byte_size"] > 0
    index = result["index"]
    assert {"name": "iris", "version": "1", "state": "READY", "reason": ""} in index, index
    assert result["log"]["log_error"]


def check_inference(infer):
    """INFER(model, inputs, **more) gives an InferResult."""
    for dtype, kind in (np.float64, "FP64"), (np.float32, "FP32"), (np.float16, "FP16"):
        for binary in (True, False) if kind != "FP16" else (True,):
            r = infer("iris", inputs(dtype, kind, binary), model_version="1")
            assert r.as_numpy("predict").tolist() == [0, 2], r.get_response()
    r = infer("iris", inputs(np.int32, "INT32"), model_version="1")
    assert r.as_numpy("predict").shape == (2,)
    for binary in True, False:
        asked = [http.InferRequestedOutput(n, binary_data=binary) for n in ("predict_proba", "predict")]
        r = infer("iris", inputs(), outputs=asked, request_id="some-id")
        proba, names = r.as_numpy("predict_proba"), r.as_numpy("predict")
        assert proba.shape == (2, 3) and abs(proba.sum() - 2) < 1e-12 and proba.dtype == np.float64
        assert [n.decode() if isinstance(n, bytes) else n for n in names] == ["setosa", "virginica"]
        assert r.get_response()["id"] == "some-id"
        asked = [http.InferRequestedOutput("predict_proba", binary_data=binary, class_count=2)]
        classes = infer("iris", inputs(), outputs=asked).as_numpy("predict_proba")
        text = [[c.decode() if isinstance(c, bytes) else c for c in row] for row in classes]
        assert text[0][0].split(":")[1:] == ["0", "setosa"] and len(text[1]) == 2, text
    mixed = [http.InferRequestedOutput("predict_proba", binary_data=True),
             http.InferRequestedOutput("predict", binary_data=False)]
    r = infer("iris", inputs(), outputs=mixed)
    assert r.as_numpy("predict_proba").shape == (2, 3) and len(r.as_numpy("predict")) == 2
    for how in "gzip", "deflate":
        r = infer("iris", inputs(rows=np.repeat(ROWS, 400, axis=0)), request_compression_algorithm=how,
                  response_compression_algorithm=how)
        assert r.as_numpy("predict").shape == (800,)
    try:
        infer("iris", inputs(rows=ROWS[:, :3]))
        raise AssertionError("three columns were taken")
    except InferenceServerException as error:
        assert "shape [2,3]" in error.message() and error.status() == "400", error
    try:
        infer("none", inputs())
        raise AssertionError("a model that is not there answers")
    except InferenceServerException as error:
        assert "Request for unknown model: 'none' is not found" in error.message()


def table_inputs(metadata, binary):
    ret = []
    for spec in metadata["inputs"]:
        if spec["datatype"] == "BYTES":
            data = np.array(["Bern", "Z\u00fcrich"], dtype=object)
        else:
            data = np.array([1.0, 2.0])
        data = data.reshape([2, 1] if len(spec["shape"]) == 2 else [2])
        one = http.InferInput(spec["name"], list(data.shape), spec["datatype"])
        one.set_data_from_numpy(data, binary_data=binary)
        ret.append(one)
    return ret


def sync():
    client = http.InferenceServerClient(base)
    check_inference(client.infer)
    for binary in True, False:
        r = client.infer("table", table_inputs(client.get_model_metadata("table"), binary))
        assert len(r.get_response()["outputs"]) == 1
    pending = [client.async_infer("iris", inputs(), model_version="1") for _ in range(8)]
    assert all(p.get_result().as_numpy("predict").tolist() == [0, 2] for p in pending)
    body, size = client.generate_request_body(inputs())
    assert size and body
    check_calls({
        "live": client.is_server_live(), "ready": client.is_server_ready(),
        "model": client.is_model_ready("iris", "1"), "none": client.is_model_ready("none"),
        "server": client.get_server_metadata(), "metadata": client.get_model_metadata("iris", "2"),
        "config": client.get_model_config("iris"), "statistics": client.get_inference_statistics(),
        "index": client.get_model_repository_index(), "log": client.get_log_settings()})
    one = client.get_inference_statistics("iris", "1")["model_stats"]
    assert len(one) == 1 and one[0]["inference_stats"]["success"]["count"] > 8
    client.unload_model("line")
    assert not client.is_model_ready("line")
    client.load_model("line")
    assert client.is_model_ready("line")
    for name, arguments in REFUSED:
        try:
            getattr(client, name)(*arguments)
            raise AssertionError(f"{name} is not refused")
        except InferenceServerException as error:
            assert error.status() == "501" and error.message(), error
    client.close()


async def asynchronous():
    client = aio.InferenceServerClient(base)
    loop = asyncio.get_running_loop()

    def infer(*arguments, **more):
        return asyncio.run_coroutine_threadsafe(client.infer(*arguments, **more), loop).result()

    await asyncio.to_thread(check_inference, infer)
    check_calls({
        "live": await client.is_server_live(), "ready": await client.is_server_ready(),
        "model": await client.is_model_ready("iris", "1"), "none": await client.is_model_ready("none"),
        "server": await client.get_server_metadata(),
        "metadata": await client.get_model_metadata("iris", "2"),
        "config": await client.get_model_config("iris"),
        "statistics": await client.get_inference_statistics("iris"),
        "index": await client.get_model_repository_index(), "log": await client.get_log_settings()})
    await client.unload_model("line")
    assert not await client.is_model_ready("line")
    await client.load_model("line")
    assert await client.is_model_ready("line")
    for name, arguments in REFUSED:
        try:
            await getattr(client, name)(*arguments)
            raise AssertionError(f"{name} is not refused")
        except InferenceServerException as error:
            assert error.status() == "501" and error.message(), error
    await client.close()


sync()
asyncio.run(asynchronous())
print("tritonclient: sync and aio")
