#!/usr/bin/env bash
# The main job: a file in the folder, or an upload, answers a moment later; what is no model is refused.
. "$(dirname "$0")/larder.sh"
examples=$SOURCE/examples/models
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'

mkdir -p "$models/iris/1"
cp "$examples/iris/1/model.joblib" "$models/iris/1/"
start --limits-upload 2M

# TensorFlow Serving's dialect, rows and columns
answers 200 "$base/v1/models/iris:predict" -d "$row"
body_has '.predictions == [0] or .predictions == ["setosa"]'
grep -qi '^Larder-Model-Version: 1; sha256=[0-9a-f]\{16\}' "$work/headers" || fail "no version header"
answers 200 "$base/v1/models/iris:predict" -d '{"inputs": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]}'
body_has '.outputs | length == 2'
answers 200 "$base/v1/models/iris:predict" -d '{"signature_name": "predict_proba", "instances": [[5.1, 3.5, 1.4, 0.2]]}'
body_has '.predictions[0] | length == 3 and (add - 1 | fabs) < 1e-12'
answers 200 "$base/v1/models/iris/versions/1:predict" -d "$row"
answers 404 "$base/v1/models/iris/versions/9:predict" -d "$row"
answers 404 "$base/v1/models/none:predict" -d "$row"
body_has '.error | length > 0'
answers 400 "$base/v1/models/iris:predict" -d '{"instances": [[5.1, 3.5, 1.4]]}'
body_has '.error | length > 0'
answers 400 "$base/v1/models/iris:predict" -d '{"instances": [[5.1, "x", 1.4, 0.2]]}'
answers 400 "$base/v1/models/iris:predict" -d '{"instances": [['
answers 200 "$base/v1/models/iris"
body_has '.model_version_status[0] | .version == "1" and .state == "AVAILABLE"'
answers 200 "$base/v1/models/iris/metadata"
body_has '.model_spec.name == "iris"'
answers 200 "$base/v1/models"
body_has '.models == ["iris"]'

# Open Inference Protocol
answers 200 "$base/v2"
body_has '.name == "larder" and (.extensions | type == "array")'
answers 200 "$base/v2/health/live"
body_has '.live'
answers 200 "$base/v2/health/ready"
body_has '.ready'
answers 200 "$base/v2/models/iris/ready"
answers 200 "$base/v2/models/iris"
body_has '.inputs[0].datatype == "FP64" and .inputs[0].shape == [-1, 4]'
oip='{"id": "7", "inputs": [{"name": "X", "shape": [2, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2, 6.7, 3.0, 5.2, 2.3]}]}'
answers 200 "$base/v2/models/iris/infer" -d "$oip"
body_has '.id == "7" and .model_version == "1" and .outputs[0].shape == [2]'
answers 404 "$base/v2/models/none/infer" -d "$oip"
answers 400 "$base/v2/models/iris/infer" -d '{"inputs": []}'

# A file that only its name keeps from being a model is told of, once
cp "$examples/iris/1/model.joblib" "$models/my model.joblib"
for _ in $(seq 100); do
    ! grep -q "passing over 'my model.joblib'" "$work/log" || break
    sleep 0.1
done
[ "$(grep -c "passing over 'my model.joblib': a model's name is" "$work/log")" = 1 ] || fail "no word about a model's bad name"

# So is a folder that would be a version's if it had a number
mkdir -p "$models/drop/v1"
cp "$examples/iris/1/model.joblib" "$models/drop/v1"
for _ in $(seq 100); do
    ! grep -q "passing over 'drop/v1'" "$work/log" || break
    sleep 0.1
done
answers 200 -X POST "$base/v1/reload"
answers 404 "$base/v1/models/drop"
[ "$(grep -c "passing over 'drop/v1': a version's folder .* is called by its number" "$work/log")" = 1 ] || fail "no word about a version's bad name"
mv "$models/drop/v1" "$models/drop/1"
until_is 200 "$base/v1/models/drop"
rm -r "$models/drop"

# A second version by upload; the first one goes on
answers 201 -X POST -T "$examples/iris/2/model.joblib" "$base/v1/models/iris/versions"
grep -qi '^Location: .*/v1/models/iris/versions/2' "$work/headers" || fail "no Location"
answers 200 "$base/v1/models/iris:predict" -d "$row"
grep -qi '^Larder-Model-Version: 2;' "$work/headers" || fail "version 2 does not answer"
answers 200 "$base/v1/models/iris/versions/1:predict" -d "$row"
answers 200 -T "$examples/iris/2/model.joblib" "$base/v1/models/iris/versions/2" # the same content
answers 409 -T "$examples/iris/1/model.joblib" "$base/v1/models/iris/versions/2" # another
answers 200 "$base/v1/models/iris/versions"
answers 200 "$base/v1/models/iris/versions/2/artifact"
cmp "$work/body" "$examples/iris/2/model.joblib" || fail "the artifact differs"

# A file put into the folder
cp "$examples/line/1/model.joblib" "$work/line.joblib"
mv "$work/line.joblib" "$models/line.joblib"
until_is 200 "$base/v2/models/line/ready"

# A table: names or positions
answers 201 -X POST -T "$examples/table/1/model.joblib" "$base/v1/models/table/versions"
answers 200 "$base/v2/models/table"
body_has '[.inputs[].datatype] | (index("BYTES") != null) and (index("FP64") != null)'

# What is no model
system=$(printf 'cos\nsystem\n(S"touch %s/executed"\ntR.' "$work")
answers 422 -X POST --data-binary "$system" "$base/v1/models/evil/versions"
body_has '.error | contains("system")'
[ ! -e "$work/executed" ] || fail "a model file was executed"
head -c 300 "$examples/iris/1/model.joblib" >"$work/cut"
answers 422 -X POST -T "$work/cut" "$base/v1/models/cut/versions"
answers 422 -X POST --data-binary 'this is no model' "$base/v1/models/text/versions"
: >"$work/empty"
got=$(curl -s -o "$work/body" -w '%{http_code}' -X POST --data-binary @"$work/empty" "$base/v1/models/empty/versions")
[[ $got = 4?? ]] || fail "an empty upload: $got"
head -c 5000 /dev/urandom >"$work/random"
answers 422 -X POST -T "$work/random" "$base/v1/models/random/versions"
head -c 3000000 /dev/zero >"$work/big"
answers 413 -X POST -H 'Expect: 100-continue' -T "$work/big" "$base/v1/models/big/versions"
answers 200 "$base/v1/models/iris:predict" -d "$row"
for m in evil cut text empty random big; do
    answers 404 "$base/v1/models/$m"
    [ ! -e "$models/$m" ] || fail "$m left something behind"
done

# Validate keeps nothing; delete removes, and the number is never given again
answers 200 -X POST -T "$examples/iris/1/model.joblib" "$base/v1/validate"
answers 422 -X POST -T "$work/random" "$base/v1/validate"
answers 204 -X DELETE "$base/v1/models/iris/versions/2"
answers 200 "$base/v1/models/iris:predict" -d "$row"
grep -qi '^Larder-Model-Version: 1;' "$work/headers" || fail "version 1 does not answer again"
answers 201 -X POST -T "$examples/iris/2/model.joblib" "$base/v1/models/iris/versions"
grep -qi '^Location: .*/v1/models/iris/versions/3' "$work/headers" || fail "number 2 was given again"
answers 200 -X POST "$base/v1/reload"

# Who may change things
answers 401 -X DELETE -H 'X-Forwarded-For: 10.0.0.9' "$base/v1/models/iris/versions/3"
answers 403 -X DELETE -H 'Origin: http://evil.example' "$base/v1/models/iris/versions/3"
answers 403 -X DELETE -H 'Sec-Fetch-Site: cross-site' "$base/v1/models/iris/versions/3"
answers 403 -X DELETE -H 'Host: evil.example' "$base/v1/models/iris/versions/3"
answers 405 -X PATCH "$base/v1/models/iris"
grep -qi '^Allow: ' "$work/headers" || fail "405 without Allow"

answers 200 "$base/metrics"
grep -q 'larder_predict_requests_total{.*model="iris".*} ' "$work/body" || fail "no request counter"
grep -q '^larder_sandbox_info{seccomp="[a-z]*",landlock="[0-9]*"} 1$' "$work/body" || fail "no sandbox in the metrics"
if grep -q '^larder_sandbox_info{.*landlock="0"' "$work/body"; then
    [ "$(grep -c 'without Landlock' "$work/log")" = 1 ] || fail "a missing Landlock is not logged once"
fi
stop
