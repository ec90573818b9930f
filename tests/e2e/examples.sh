#!/usr/bin/env bash
# TensorFlow Serving's :classify and :regress, KServe's v1 forms, probes.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/. "$models"
start
flower='{"X": [5.1, 3.5, 1.4, 0.2]}'
answers 200 "$base/v1/models/iris:classify" -d "{\"examples\": [$flower]}"
body_has '.results[0] | length == 3 and .[0][0] == "setosa" and .[0][1] > 0.9 and (map(.[1]) | add - 1 | fabs) < 1e-12'
answers 200 "$base/v1/models/iris/versions/1:classify" -d "{\"examples\": [$flower]}"
body_has '.results[0][0][0] == "0"'
answers 200 "$base/v1/models/line:regress" -d '{"examples": [{"X": 1.0}, {"X": [2.0]}]}'
body_has '.results | length == 2 and (map(type) | unique) == ["number"]'
answers 400 "$base/v1/models/line:regress" -d '{"examples": []}'
answers 400 "$base/v1/models/iris:regress" -d "{\"examples\": [$flower]}"
body_has '.error | contains("gives no number")'
answers 400 "$base/v1/models/iris:classify" -d '{"instances": [[1, 2, 3, 4]]}'
answers 404 "$base/v1/models/none:classify" -d "{\"examples\": [$flower]}"
body_has '.error == "Servable not found for request: Latest(none)"'
answers 404 "$base/v1/models/iris/versions/9:predict" -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
body_has '.error == "Servable not found for request: Specific(iris, 9)"'

# KServe v1
answers 200 "$base/v1/models"
body_has '.models | index("iris") != null'
answers 200 "$base/v1/models/iris"
body_has '.name == "iris" and .ready == true'
answers 200 "$base/v1/models/iris:predict" -H 'Content-Type: application/json' -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
body_has '.predictions == ["setosa"]'
grep -qix 'Content-Type: application/json'$'\r' "$work/headers" || fail "Content-Type"

for probe in livez healthz readyz v2/health/live v2/health/ready; do answers 200 "$base/$probe"; done
stop
