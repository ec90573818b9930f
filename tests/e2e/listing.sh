#!/usr/bin/env bash
# What a listing says of each version, its parts and tags, and what a reload tells.
. "$(dirname "$0")/larder.sh"
examples=$SOURCE/examples/models
cp -r "$examples"/iris "$examples"/line "$examples"/table "$models"
start
answers 200 "$base/v1/models/iris/versions"
body_has '.name == "iris" and (.versions | length) == 2'
body_has '.versions[0] | .version == "1" and .state == "AVAILABLE" and .labels == [] and .format == "scikit-learn"'
body_has '.versions[0] | (.producer | startswith("scikit-learn ")) and (.versions["scikit-learn"] | length > 0) and (.class | endswith("LogisticRegression"))'
body_has '.versions[0].inputs == [{"name": "X", "datatype": "FP64", "shape": [-1, 4]}]'
body_has '.versions[0] | (.methods | index("predict_proba") != null) and .default_method == "predict" and ([.outputs[].name] | index("predict_proba") != null)'
body_has '.versions[0] | (.warnings | type) == "array" and (.created | endswith("Z")) and (.loaded | endswith("Z"))'
[ "$(jq -r '.versions[0].sha256' <"$work/body")" = "$(sha256sum <"$examples/iris/1/model.joblib" | cut -d' ' -f1)" ] || fail "another digest"
[ "$(jq '.versions[0].size' <"$work/body")" = "$(stat -c %s "$examples/iris/1/model.joblib")" ] || fail "another size"
answers 200 "$base/v1/models/table/versions"
body_has '[.versions[0].inputs[].datatype] | index("BYTES") != null'

# Parts
answers 200 "$base/v1/models/iris/versions?limit=1"
body_has '[.versions[].version] == ["2"]'
answers 200 "$base/v1/models/iris/versions?limit=1&before=2"
body_has '[.versions[].version] == ["1"]'
answers 200 "$base/v1/models?limit=2"
body_has '.models == ["iris", "line"] and [.items[].name] == ["iris", "line"]'
answers 200 "$base/v1/models?limit=2&after=line"
body_has '.models == ["table"]'
answers 400 "$base/v1/models?limit=0"
answers 400 "$base/v1/models/iris/versions?limit=many"

# Unchanged
for url in /v1/models /v1/models/iris/versions; do
    answers 200 "$base$url"
    tag=$(sed -n 's/^[Ee][Tt]ag: \(.*\)\r$/\1/p' "$work/headers")
    [ -n "$tag" ] || fail "$url: no ETag"
    : >"$work/body" # curl leaves it alone where nothing comes
    answers 304 "$base$url" -H "If-None-Match: $tag"
    [ ! -s "$work/body" ] || fail "304 with a body"
    answers 304 "$base$url" -H "If-None-Match: \"other\", W/$tag"
    answers 200 "$base$url" -H 'If-None-Match: "other"'
done
answers 200 -X PUT "$base/v1/models/iris/labels/stable" -d '{"version": 1}'
answers 200 "$base/v1/models/iris/versions" -H "If-None-Match: $tag"
body_has '.versions[0].labels == ["stable"]'

# What a reload has changed
answers 200 -X POST "$base/v1/reload"
body_has '. == {"reloaded": true, "added": [], "changed": [], "removed": []}'
rm -r "${models:?}/table"
answers 200 -X POST "$base/v1/reload?prune=1"
body_has '.reloaded and (.added | type) == "array" and (.changed | type) == "array"'
answers 200 "$base/v1/models"
body_has '.models == ["iris", "line"]'
stop
