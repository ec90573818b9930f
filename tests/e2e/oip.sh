#!/usr/bin/env bash
# The Open Inference Protocol with Triton's extensions, as its clients send it.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/. "$models"
bodies=$SOURCE/tests/e2e/bodies
start

# header_is NAME VALUE, header_none NAME: of the last answer.
header_is() { grep -qix "$1: $2"$'\r' "$work/headers" || fail "no $1: $2 in $(cat "$work/headers")"; }
header_none() { ! grep -qi "^$1:" "$work/headers" || fail "$1 in $(cat "$work/headers")"; }

# split: cuts the last answer at its Inference-Header-Content-Length into json and tail.
split() {
    local n
    n=$(sed -n 's/^Inference-Header-Content-Length: \([0-9]*\).*/\1/Ip' "$work/headers")
    [ -n "$n" ] || fail "no Inference-Header-Content-Length"
    head -c "$n" "$work/body" >"$work/json"
    tail -c "+$((n + 1))" "$work/body" >"$work/tail"
    cp "$work/json" "$work/body"
}

infer() { # FILE HEADER-LENGTH URL [STATUS]
    answers "${4:-200}" "$3" -H "Inference-Header-Content-Length: $2" -H 'Content-Type:' --data-binary @"$bodies/$1"
}

infer iris_fp32.bin 144 "$base/v2/models/iris/versions/1/infer"
header_is Content-Type application/octet-stream
split
body_has '.id == "7" and .model_version == "1" and .outputs == [{"name": "predict", "datatype": "INT64", "shape": [2], "parameters": {"binary_data_size": 16}}]'
[ "$(od -An -td8 -w8 "$work/tail" | tr -d ' \n')" = 02 ] || fail "binary answer: $(od -An -td8 "$work/tail")"

infer iris_mixed.bin 184 "$base/v2/models/iris/infer"
split
body_has '.outputs[0].parameters.binary_data_size == 24 and (.outputs[0].data | not) and .outputs[1].data == ["setosa"]'
[ "$(stat -c %s "$work/tail")" = 24 ] || fail "tail"

infer iris_raw.bin 0 "$base/v2/models/iris/versions/1/infer"
split
body_has '.outputs[0].shape == [1]'
[ "$(stat -c %s "$work/tail")" = 8 ] || fail "tail"

# What does not fit
infer iris_fp32.bin 9999 "$base/v2/models/iris/infer" 400
infer iris_fp32.bin x "$base/v2/models/iris/infer" 400
head -c 160 "$bodies/iris_fp32.bin" >"$work/short"
answers 400 "$base/v2/models/iris/infer" -H 'Inference-Header-Content-Length: 144' --data-binary @"$work/short"
body_has '.error | contains("unexpected size for input '\''X'\'', expecting 16 additional bytes for model '\''iris'\''")'
{ cat "$bodies/iris_fp32.bin"; echo; } >"$work/long"
answers 400 "$base/v2/models/iris/infer" -H 'Inference-Header-Content-Length: 144' --data-binary @"$work/long"
body_has '.error == "unexpected additional input data for model '\''iris'\''"'

# JSON, and classes with their labels
x='"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2]}]'
answers 200 "$base/v2/models/iris/infer" -d "{$x, \"outputs\": [{\"name\": \"predict_proba\", \"parameters\": {\"classification\": 2}}]}"
header_is Content-Type application/json
header_none Inference-Header-Content-Length
body_has '.outputs[0] | .datatype == "BYTES" and .shape == [1, 2] and (.data[0] | test("^0[.][0-9]+:0:setosa$")) and (.data[1] | test("e?-?[0-9]+:1:versicolor$"))'
answers 404 "$base/v2/models/none/infer" -d "{$x}"
body_has '.error == "Request for unknown model: '\''none'\'' is not found"'

answers 404 "$base/v2/models/iris/versions/beta/infer" -d "{$x}"
body_has '.error == "Request for unknown model: '\''iris'\'' label '\''beta'\'' is not found"'

# Statistics: four good calls of version 2's three rows, counted where they were made
answers 200 "$base/v2/models/iris/versions/1/stats"
body_has '.model_stats | length == 1 and (.[0] | .name == "iris" and .version == "1" and .inference_count == 3 and .execution_count == 2 and .inference_stats.success.count == 2 and .inference_stats.fail.count == 0 and .inference_stats.compute_infer.ns > 0 and .last_inference > 1600000000000 and ([.batch_stats[].batch_size] | sort == [1, 2]))'
answers 200 "$base/v2/models/iris/stats"
body_has '.model_stats | length == 2 and .[1].inference_stats.fail.count == 4'
answers 200 "$base/v2/models/stats"
body_has '.model_stats | map(.name) | unique | length == 4'
answers 404 "$base/v2/models/none/stats"
answers 200 "$base/v2/models/iris/config"
body_has '.name == "iris" and .input[0].data_type == "TYPE_FP64" and .input[0].dims == [-1, 4]'
answers 200 -X POST "$base/v2/repository/index"
body_has 'map(select(.name == "iris" and .version == "2" and .state == "READY")) | length == 1'
answers 200 "$base/v2/repository/index" -d '{"ready": true}'
answers 400 "$base/v2/repository/index" -d '{"ready": 1}'
answers 200 "$base/v2"
body_has '.extensions | index("binary_tensor_data") and index("classification") and (index("system_shared_memory") | not) and (index("trace") | not)'
answers 200 "$base/v2/logging"
body_has '.log_info and .log_verbose_level == 0'
for refused in systemsharedmemory/status cudasharedmemory/region/r/status trace/setting models/iris/trace/setting; do
    answers 501 "$base/v2/$refused"
    body_has '.error | length > 0'
done
answers 501 -X POST "$base/v2/systemsharedmemory/region/r/register" -d '{"key": "/k", "offset": 0, "byte_size": 4}'
answers 501 "$base/v2/logging" -d '{"log_info": false}'
stop
