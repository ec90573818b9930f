#!/usr/bin/env bash
# larderd as systemd/larderd.service starts it: no capabilities, an unprivileged user, no executable
# memory, a notify socket, everything read-only but its models and state.
. "$(dirname "$0")/larder.sh"
[ "$(id -u)" = 0 ] || { echo "SKIP: needs root to become somebody else"; exit 77; }
cp -r "$SOURCE"/examples/models/iris "$models"
chmod 755 "$work"
chown -R 65534:65534 "$models" "$state"

"$BUILD/tests/e2e/notify_socket" "$work/notify" >"$work/said" &
listener=$!
while [ ! -S "$work/notify" ]; do sleep 0.02; done
chmod 777 "$work/notify"

LARDERD_UNDER="env NOTIFY_SOCKET=$work/notify unshare --mount $BUILD/tests/e2e/as_unit $models $state" start
status=$(cat "/proc/$larderd_pid/status")
grep -q '^CapEff:[[:space:]]*0000000000000000$' <<<"$status" || fail "it has capabilities"
grep -q '^NoNewPrivs:[[:space:]]*1$' <<<"$status" || fail "it may gain privileges"
grep -q '^Uid:[[:space:]]*65534' <<<"$status" || fail "it runs as $(grep ^Uid <<<"$status")"
answers 200 "$base/v1/models/iris:predict" -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
answers 201 -X POST -T "$SOURCE/examples/models/line/1/model.joblib" "$base/v1/models/line/versions"
answers 200 "$base/v1/models/line:predict" -d '{"instances": [[2.0]]}'
kill -HUP "$larderd_pid"
sleep 0.2
answers 200 "$base/v2/health/live"
stop
kill $listener
wait $listener 2>/dev/null || true
grep -q READY=1 "$work/said" || fail "READY=1 was not sent"
grep -q STOPPING=1 "$work/said" || fail "STOPPING=1 was not sent"
