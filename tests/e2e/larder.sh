# Helpers of the end-to-end tests; sourced. Each test gets: BUILD (the build folder), SOURCE (the
# project), INLINE_US (where predict runs: 0 on workers, large on the HTTP threads).
# shellcheck shell=bash
set -euo pipefail

work=$(mktemp -d "${TMPDIR:-/tmp}/larder-test.XXXXXX")
models=$work/models
state=$work/state
mkdir -p "$models" "$state"
larderd_pid=
base=

finish() {
    local rc=$?
    trap - EXIT
    if [ -n "$larderd_pid" ]; then
        kill "$larderd_pid" 2>/dev/null || true
        wait "$larderd_pid" 2>/dev/null || true
    fi
    [ "$rc" = 0 ] || { echo "--- larderd's log"; tail -n 60 "$work/log" 2>/dev/null; } >&2
    rm -rf "$work"
    exit "$rc"
}
trap finish EXIT

fail() {
    echo "FAIL: $*" >&2
    exit 1
}

# Starts larderd on a free port with further flags; sets base (http://127.0.0.1:PORT) and larderd_pid.
# LARDERD_UNDER may hold a command to start it under.
start() {
    : >"$work/log"
    # shellcheck disable=SC2086
    ${LARDERD_UNDER:-} "$BUILD/server/larderd" --loader "$BUILD/loader/larder-loader" --models "$models" --state "$state" --listen 127.0.0.1:0 \
        --settle-ms 20 --inline-us "$INLINE_US" "$@" 2>>"$work/log" &
    larderd_pid=$!
    local port i
    for ((i = 0; i < 1000; i++)); do
        port=$(sed -n 's/.*listening on 127\.0\.0\.1:\([0-9]*\).*/\1/p' "$work/log" | head -n 1)
        [ -z "$port" ] || break
        kill -0 "$larderd_pid" 2>/dev/null || fail "larderd did not start: $(cat "$work/log")"
        sleep 0.02
    done
    base=http://127.0.0.1:$port
    until_is 200 "$base/v2/health/ready"
}

stop() {
    kill -TERM "$larderd_pid"
    wait "$larderd_pid" || fail "larderd ended with status $?"
    larderd_pid=
}

# until_is STATUS URL: asks until the status is that, 20 s at most.
until_is() {
    local i got
    for ((i = 0; i < 1000; i++)); do
        got=$(curl -s -o /dev/null -w '%{http_code}' "$2" || true)
        [ "$got" != "$1" ] || return 0
        sleep 0.02
    done
    fail "$2: still $got, expected $1"
}

# answers STATUS [curl arguments]: makes the request, checks the status, leaves the body in $body.
answers() {
    local want=$1 got
    shift
    got=$(curl -s -o "$work/body" -D "$work/headers" -w '%{http_code}' "$@" || true)
    body=$(tr -d '\0' <"$work/body")
    [ "$got" = "$want" ] || fail "curl $*: status $got, expected $want: $body"
}

# body_has JQ-FILTER: the last body is JSON for which the filter is true.
body_has() {
    jq -e "$1" <"$work/body" >/dev/null || fail "not so: $1 in: $(cat "$work/body")"
}
