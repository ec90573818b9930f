#!/usr/bin/env bash
# Labels: promote, roll back, who answers in each dialect, what they forbid, and that they stay.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/iris "$models"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
oip='{"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2]}]}'
labels=/v1/models/iris/labels

version_is() { # NUMBER curl-arguments
    local want=$1
    shift
    answers 200 "$@"
    grep -qi "^Larder-Model-Version: $want;" "$work/headers" || fail "$*: not version $want: $(cat "$work/headers")"
}

start
answers 200 -X PUT "$base$labels/stable" -d '{"version": 1.0, "note": 123456789012345678901234567890}'
body_has '.name == "iris" and .label == "stable" and .version == "1"'
answers 200 -X PUT "$base$labels/canary" -d '{"version": "2"}'
version_is 1 "$base$labels/stable:predict" -d "$row"
version_is 2 "$base$labels/canary:predict" -d "$row"
version_is 1 "$base/v2/models/iris/versions/stable/infer" -d "$oip"
body_has '.model_version == "1"'
version_is 2 "$base/v2/models/iris/versions/canary/infer" -d "$oip"
version_is 1 "$base/v2/models/iris/versions/stable"
answers 200 "$base/v2/models/iris/versions/stable/ready"
answers 404 "$base/v2/models/iris/versions/none/infer" -d "$oip"
answers 404 "$base/v2/models/iris/versions/1x/infer" -d "$oip"

# Who answers when nobody is named
version_is 2 "$base/v1/models/iris:predict" -d "$row"
answers 200 -X PUT "$base$labels/default" -d '{"version": 1}'
version_is 1 "$base/v1/models/iris:predict" -d "$row"
version_is 1 "$base/v2/models/iris/infer" -d "$oip"

# What is refused
answers 400 -X PUT "$base$labels/stable" -d '{"version": 1.5}'
answers 400 -X PUT "$base$labels/stable" -d '{"version": 1e300}'
answers 400 -X PUT "$base$labels/stable" -d '{"version": 0}'
answers 400 -X PUT "$base$labels/stable" -d '{"version": "three"}'
answers 400 -X PUT "$base$labels/stable" -d 'version=3'
answers 400 -X PUT "$base$labels/stable" -d ''
answers 400 -X PUT "$base$labels/7" -d '{"version": 1}'
answers 404 -X PUT "$base$labels/stable" -d '{"version": 9}'
answers 404 -X PUT "$base/v1/models/none/labels/stable" -d '{"version": 1}'
answers 404 -X DELETE "$base$labels/none"
answers 403 -X PUT "$base$labels/stable" -d '{"version": 1}' -H 'Origin: http://elsewhere.example'
mkdir "$models/iris/3"
echo nonsense >"$models/iris/3/model.joblib"
answers 200 -X POST "$base/v1/reload"
answers 409 -X PUT "$base$labels/stable" -d '{"version": 3}'
answers 409 -X DELETE "$base/v1/models/iris/versions/1"
body_has '.error | contains("label")'
answers 400 -X DELETE "$base/v1/models/iris/versions/1?force=yes"

# Listed, with what was done
answers 200 "$base$labels"
body_has '[.labels[] | [.label, .version]] == [["canary", "2"], ["default", "1"], ["stable", "1"]]'
body_has '[.history[] | select(.what == "label") | .label] == ["stable", "canary", "default"]'
answers 200 "$base/v1/models/iris/versions"
body_has '.versions[0].labels == ["default", "stable"]'
stop

# A version that comes with a label changes nothing for others
start
answers 204 -X DELETE "$base$labels/default"
version_is 2 "$base/v1/models/iris:predict" -d "$row"
upload() { # PATH-AND-QUERY, more arguments of curl
    local path=$1
    shift
    answers 201 -T "$SOURCE/examples/models/iris/1/model.joblib" "$base/v1/models/iris/versions$path" "$@"
}
upload '?label=next' -X POST
body_has '.version == "4" and .label == "next" and .answering == {"version": "2", "label": "default", "pinned": true}'
grep -q 'uploaded iris/4, sha256 [0-9a-f]*, label next; version 2 goes on answering: label default' "$work/log" || fail "the log does not say so"
version_is 2 "$base/v1/models/iris:predict" -d "$row"
version_is 2 "$base/v2/models/iris/infer" -d "$oip"
version_is 4 "$base$labels/next:predict" -d "$row"
upload '' -X POST
body_has '.version == "5" and (has("label") | not) and .answering == {"version": "2", "label": "default"}'
upload '/7?label=next'
body_has '.version == "7" and .answering == {"version": "2", "label": "default"}'
version_is 7 "$base$labels/next:predict" -d "$row"
answers 200 -T "$SOURCE/examples/models/iris/1/model.joblib" "$base/v1/models/iris/versions/5?label=next"
version_is 5 "$base$labels/next:predict" -d "$row"
answers 400 -X POST -T "$SOURCE/examples/models/iris/1/model.joblib" "$base/v1/models/iris/versions?label=7"
answers 200 "$base$labels"
body_has '[.history[] | select(.label == "default") | [.what, .version]][-2:] == [["unlabel", "1"], ["label", "2"]]'
for number in 4 5 7; do answers 204 -X DELETE "$base/v1/models/iris/versions/$number?force=1"; done
answers 204 -X DELETE "$base$labels/default"
answers 200 -X PUT "$base$labels/default" -d '{"version": 1}'
answers 200 "$base$labels"
body_has '[.history[] | [.what, .version]][-2:] == [["answered", "2"], ["label", "1"]]'
stop

# They stay
start
version_is 1 "$base/v1/models/iris:predict" -d "$row"
version_is 2 "$base$labels/canary:predict" -d "$row"
answers 204 -X DELETE "$base$labels/default"
version_is 2 "$base/v1/models/iris:predict" -d "$row"
answers 204 -X DELETE "$base/v1/models/iris/versions/1?force=1"
answers 404 "$base$labels/stable:predict" -d "$row"
answers 200 "$base$labels"
body_has '[.labels[].label] == ["canary"]'
stop
