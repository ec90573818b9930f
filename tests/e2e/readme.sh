#!/usr/bin/env bash
# Every curl line of the README and of docs/metrics.md works as printed, against the example models; then the README's lines
# for the command line, in their order.
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

export LARDER_URL=$base
sed -n '/^## The command line/,/^## What works/s/^    //p' README.md >"$work/lines"
[ "$(grep -c larder "$work/lines")" -ge 10 ] || fail "only these lines for the command line: $(cat "$work/lines")"
sed "s|\$PWD/build/|$BUILD/|" "$work/lines" >"$work/script"
bash -euxo pipefail "$work/script" >"$work/printed" 2>&1 </dev/null || fail "README: $(cat "$work/printed")"
answers 200 "$base/v1/models/iris/labels"
body_has '[.labels[] | [.label, .version]] == [["canary", "4"], ["default", "2"]]'
echo "$n lines by curl, $(wc -l <"$work/lines") for the command line"
stop
