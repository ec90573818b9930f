#!/usr/bin/env bash
# The example of every route, as docs/http.md prints it, against the example models: its status, and a piece of its body.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/. "$models"
start
cd "$SOURCE"
n=0
while IFS=$'\x1f' read -r status piece command; do
    rm -f "$work/body"
    call="curl -sS -o '$work/body' -w '%{http_code}' ${command#curl -s }"
    got=$(bash -c "$call" 2>&1 </dev/null) || fail "$command: $got"
    [ "$got" = "$status" ] || fail "$command: status $got, expected $status: $(cat "$work/body")"
    [ -z "$piece" ] || grep -qaF -- "$piece" "$work/body" || fail "$command: no '$piece' in: $(head -c 2000 "$work/body")"
    n=$((n + 1))
done < <("$BUILD/docs/http_docs" examples "$base" | tr '\t' '\037')
[ "$n" -ge 80 ] || fail "only $n examples found"
echo "$n examples"
stop
