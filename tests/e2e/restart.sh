#!/usr/bin/env bash
# Restarts: everything is there again, and no loader starts for what is in the cache.
. "$(dirname "$0")/larder.sh"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
cp -r "$SOURCE"/examples/models/. "$models"
start
answers 201 -X POST -T "$SOURCE/examples/models/line/1/model.joblib" "$base/v1/models/line/versions"
answers 200 "$base/v1/models/iris:predict" -d "$row"
first=$body
answers 200 "$base/metrics"
loads=$(sed -n 's/^larder_loads_total{.*result="ok".*} //p' "$work/body" | awk '{ n += $1 } END { print n + 0 }')
[ "$loads" -ge 5 ] || fail "only $loads loads counted"
stop

start
answers 200 "$base/v1/models/line/versions/2/artifact"
cmp "$work/body" "$SOURCE/examples/models/line/1/model.joblib" || fail "the uploaded version changed"
answers 200 "$base/v1/models/iris:predict" -d "$row"
[ "$body" = "$first" ] || fail "another answer after a restart: $body"
answers 200 "$base/metrics"
loads=$(sed -n 's/^larder_loads_total{.*result="ok".*} //p' "$work/body" | awk '{ n += $1 } END { print n + 0 }')
[ "$loads" = 0 ] || fail "$loads loaders ran although everything was compiled"
stop

# The cache is a cache
rm -rf "${state:?}"/*
start
answers 200 "$base/v1/models/iris:predict" -d "$row"
[ "$body" = "$first" ] || fail "another answer without the cache: $body"
stop
