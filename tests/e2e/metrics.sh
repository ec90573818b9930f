#!/usr/bin/env bash
# /metrics: what is counted and under which names, both forms, and that docs/metrics.md lists exactly what is there.
. "$(dirname "$0")/larder.sh"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
oip='{"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2]}]}'
cp -r "$SOURCE/examples/models/iris" "$models"
start --limits-body 64k

# has SAMPLE: that line is in the last answer.
has() {
    grep -qxF -- "$1" "$work/body" || fail "no '$1' in: $(grep "^${1%%[\{ ]*}" "$work/body" | head -n 20)"
}

# Each protocol, each code, also what is refused before a model sees it
answers 200 "$base/v1/models/iris/versions/1:predict" -d "$row"
answers 200 "$base/v1/models/iris/versions/1:predict" -d '{"instances": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]}'
answers 400 "$base/v1/models/iris/versions/1:predict" -d '{"instances": [['
answers 413 "$base/v1/models/iris/versions/1:predict" -H 'Expect:' --data-binary @<(head -c 70000 /dev/zero)
answers 415 "$base/v1/models/iris/versions/1:predict" -H 'Content-Encoding: br' -d "$row"
answers 200 "$base/v2/models/iris/versions/1/infer" -d "$oip"
answers 501 "$base/v2/models/iris/versions/1/infer" -H 'Content-Encoding: br' -d "$oip"
answers 200 "$base/invocations?model=iris" -H 'Content-Type: application/json' -d '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
for i in 1 2 3; do
    answers 404 "$base/v1/models/unknown-$i:predict" -d "$row"
done
answers 404 "$base/v1/models/iris/versions/99:predict" -d "$row"
answers 200 "$base/metrics"
grep -qi '^Content-Type: text/plain; version=0.0.4; charset=utf-8' "$work/headers" || fail "another type"
v='larder_predict_requests_total{model="iris",version="1",protocol'
has "$v=\"tfs\",code=\"200\"} 2"
has "$v=\"tfs\",code=\"400\"} 1"
has "$v=\"tfs\",code=\"413\"} 1"
has "$v=\"tfs\",code=\"415\"} 1"
has "$v=\"oip\",code=\"200\"} 1"
has "$v=\"oip\",code=\"501\"} 1"
has 'larder_predict_requests_total{model="",version="",protocol="tfs",code="404"} 4'
has 'larder_predict_rows_total{model="iris",version="1"} 4'
has 'larder_predict_duration_seconds_count{model="iris",version="1"} 7'
has 'larder_model_ready{model="iris"} 1'
has 'larder_http_requests_in_flight 1'
has 'larder_ready 1'
has 'larder_loads_total{result="ok"} 2'
has 'larder_load_duration_seconds_count 2'
! grep -q 'unknown-' "$work/body" || fail "the name of a model that is not there became a label"
! grep -q '# EOF\|# UNIT' "$work/body" || fail "OpenMetrics where nobody asked for it"

# OpenMetrics has the same samples
prometheus='application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1'
names() { sed -n 's/^\([a-z][a-z_]*\).*/\1/p' "$1" | sort -u; }
names "$work/body" >"$work/names"
answers 200 "$base/metrics" -H "Accept: $prometheus"
grep -qi '^Content-Type: application/openmetrics-text; version=1.0.0; charset=utf-8' "$work/headers" || fail "no OpenMetrics"
[ "$(tail -n 1 "$work/body")" = '# EOF' ] || fail "no # EOF at the end"
has '# TYPE larder_predict_requests counter'
has '# UNIT larder_predict_duration_seconds seconds'
names "$work/body" | cmp - "$work/names" || fail "other samples in OpenMetrics"

# The documentation lists the families that are there, no more and no less
sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' "$work/body" | sort >"$work/families"
# shellcheck disable=SC2016
sed -n 's/^| `\([a-z_]*\)` .*/\1/p' "$SOURCE/docs/metrics.md" | sed 's/_total$//; s/_info$//' | sort >"$work/documented"
diff "$work/documented" "$work/families" || fail "docs/metrics.md and /metrics differ"

# What is gone is no longer told, and a model that answers no more is not ready
answers 204 -X DELETE "$base/v1/models/iris/versions/1"
answers 200 "$base/metrics"
! grep -q 'version="1"' "$work/body" || fail "a deleted version is still there"
answers 200 -X POST "$base/v2/repository/models/iris/unload"
answers 200 "$base/metrics"
has 'larder_model_ready{model="iris"} 0'
has 'larder_versions{state="AVAILABLE"} 0'
answers 204 -X DELETE "$base/v1/models/iris"
answers 200 "$base/metrics"
! grep -q 'model="iris"' "$work/body" || fail "a deleted model is still there"
stop
