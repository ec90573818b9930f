#!/usr/bin/env bash
# Which versions are loaded: policies, loading and unloading by hand, settings that the loader reads.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/iris "$models"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
states='[.versions[] | .state]'

listed() { # what jq makes of the listing, and how it must be within some seconds
    local i
    for ((i = 0; i < 300; i++)); do
        answers 200 "$base/v1/models/iris/versions"
        [ "$(jq -c "$1" <"$work/body")" != "$2" ] || return 0
        sleep 0.02
    done
    fail "$1 is not $2: $body"
}

start
listed "$states" '["AVAILABLE","AVAILABLE"]'
answers 200 -X POST "$base/v2/repository/models/iris/unload"
listed "$states" '["END","END"]'
answers 503 "$base/v1/models/iris:predict" -d "$row"
answers 200 "$base/v1/models/iris/versions/1/artifact"
cmp -s "$work/body" "$SOURCE/examples/models/iris/1/model.joblib" || fail "the artifact of an unloaded version"
answers 200 -X POST "$base/v2/repository/index"
body_has 'length == 2 and all(.[]; .name == "iris" and .state == "UNAVAILABLE")'
answers 200 -X POST "$base/v2/repository/models/iris/load" -d '{}'
answers 200 "$base/v1/models/iris:predict" -d "$row"
answers 200 -X POST "$base/v2/repository/index" -d '{"ready": true}'
body_has '[.[].state] == ["READY", "READY"]'
answers 400 -X POST "$base/v2/repository/models/iris/load" -d '{"parameters": {"file:1/model.joblib": "AAAA"}}'
body_has '.error | contains("/v1/models/NAME/versions")'
answers 404 -X POST "$base/v2/repository/models/none/load"
answers 404 -X POST "$base/v2/repository/models/none/unload"

# A policy, and what a bad one changes
echo 'policy: {latest: 1}' >"$models/iris/model.yaml"
listed "$states" '["END","AVAILABLE"]'
echo 'policy: {latest: one}' >"$models/iris/model.yaml"
listed '.settings_error | type' '"string"'
listed "$states" '["END","AVAILABLE"]'

# The loader's part: names of columns and the default method
cat >"$models/iris/model.yaml" <<END
policy: all
default_method: predict_proba
inputs: [a, b, c, d]
END
listed "$states" '["AVAILABLE","AVAILABLE"]'
listed '.settings_error' null
for ((i = 0; i < 200; i++)); do
    answers 200 "$base/v1/models/iris:predict" -d "$row"
    [ "$(jq '.predictions[0] | type == "array" and length == 3' <"$work/body")" != true ] || break
    sleep 0.02
done
body_has '.predictions[0] | length == 3'
answers 200 "$base/v1/models/iris:predict" -d '{"instances": [{"d": 0.2, "c": 1.4, "b": 3.5, "a": 5.1}]}'
echo 'inputs: [a, b]' >"$models/iris/model.yaml"
listed '[.versions[].error] | all(. // "" | contains("2 names for the 4 columns"))' true
answers 200 "$base/v1/models/iris:predict" -d '{"instances": [{"d": 0.2, "c": 1.4, "b": 3.5, "a": 5.1}]}' # what answered goes on
stop
