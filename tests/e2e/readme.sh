#!/usr/bin/env bash
# Every curl line of the README and of docs/metrics.md works as printed, against the example models.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/. "$models"
start
cd "$SOURCE"
n=0
while read -r line; do
    line=${line//http:\/\/127.0.0.1:8080/$base}
    line=${line//127.0.0.1:8080/${base#http://}}
    out=$(bash -c "${line/curl /curl -sS --fail-with-body }" 2>&1) || fail "README: $line: $out"
    n=$((n + 1))
done < <(sed -n 's/^    \(curl .*\)$/\1/p' README.md docs/metrics.md)
[ "$n" -ge 5 ] || fail "only $n curl lines found"
echo "$n lines"
