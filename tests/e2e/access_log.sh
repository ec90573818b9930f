#!/usr/bin/env bash
# The access log: a line for each request, ids, rotation.
. "$(dirname "$0")/larder.sh"
row='{"instances": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]}'
trace=0af7651916cd43dd8448eb211c80319c
cp -r "$SOURCE/examples/models/iris" "$models/"
start --access-log "$work/access" --listen "unix:$work/socket"

# has FILE JQ-FILTER: within 10 s a line of FILE is so.
has() {
    local i
    for ((i = 0; i < 500; i++)); do
        [ -z "$(jq -c "select($2)" <"$1" 2>/dev/null)" ] || return 0
        sleep 0.02
    done
    fail "no line is so: $2 in: $(cat "$1")"
}

answers 200 "$base/v1/models/iris:predict" -d "$row" -H 'X-Request-Id: mine' -H "traceparent: 00-$trace-b7ad6b7169203331-01"
grep -qi '^x-request-id: mine' "$work/headers" || fail "the id does not come back"
has "$work/access" ".request_id == \"mine\" and .trace_id == \"$trace\" and .peer == \"127.0.0.1\" and .method == \"POST\" and .route == \"/v1/models/{model}:predict\" and
    .path == \"/v1/models/iris:predict\" and .model == \"iris\" and .version == 2 and .status == 200 and .rows == 2 and .bytes_in == ${#row} and .bytes_out == $(stat -c %s "$work/body") and
    .duration_ms > 0 and (.time | test(\"^20.*Z$\"))"

answers 200 "$base/invocations" -H 'Content-Type: application/json' -d "$row"
id=$(sed -n 's/^[Xx]-[Rr]equest-[Ii]d: \([0-9a-f]*\)\r$/\1/p' "$work/headers")
[ "${#id}" = 32 ] || fail "no id is made: $(cat "$work/headers")"
has "$work/access" ".request_id == \"$id\" and .model == \"iris\" and .version == 2 and .rows == 2"

answers 404 "$base/nowhere?secret=1" -H 'X-Request-Id: gone'
has "$work/access" '.request_id == "gone" and .status == 404 and .path == "/nowhere" and (has("route") | not)'
answers 200 --unix-socket "$work/socket" http://x/v2/health/live -H 'X-Request-Id: local' --head
has "$work/access" '.request_id == "local" and .peer == "unix" and .method == "HEAD" and .bytes_out == 0'
answers 200 "$base/v1/models/iris/versions/1/artifact" -H 'X-Request-Id: file'
has "$work/access" ".request_id == \"file\" and .bytes_out == $(stat -c %s "$work/body") and .version == 1 and (has(\"rows\") | not)"
answers 400 "$base/v1/models/iris:predict" -d '{}' -H 'X-Request-Id: bad'
has "$work/access" '.request_id == "bad" and .status == 400 and .model == "iris" and (has("rows") | not)'

# Many at once: no line is lost or torn
for _ in 1 2 3 4; do
    curl -sS -o /dev/null -H 'X-Request-Id: many' "$base/v2/health/live?[1-500]" &
    clients="${clients:-} $!"
done
# shellcheck disable=SC2086
wait $clients
many() { jq -c 'select(.request_id == "many")' <"$work/access" 2>/dev/null | wc -l; }
for ((i = 0; i < 500; i++)); do
    [ "$(many)" != 2000 ] || break
    sleep 0.02
done
[ "$(many)" = 2000 ] || fail "$(many) lines for 2000 requests"

# Rotation
mv "$work/access" "$work/access.1"
kill -HUP "$larderd_pid"
for ((i = 0; i < 500; i++)); do
    [ ! -f "$work/access" ] || break
    sleep 0.02
done
answers 200 "$base/v2/health/live" -H 'X-Request-Id: after'
has "$work/access" '.request_id == "after"'
! grep -q '"after"' "$work/access.1" || fail "the old file is still written to"
stop

# Off, an id that was sent comes back all the same, and none is made
start
answers 200 "$base/v2/health/live"
! grep -qi '^x-request-id' "$work/headers" || fail "an id without a log"
answers 200 "$base/v2/health/live" -H 'X-Request-Id: mine'
grep -qi '^x-request-id: mine' "$work/headers" || fail "the id does not come back"
stop
start --access-log stderr
answers 200 "$base/v2/health/live" -H 'X-Request-Id: here'
stop
grep -q '"request_id":"here"' "$work/log" || fail "no line on standard error"
