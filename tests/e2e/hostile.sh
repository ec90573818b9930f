#!/usr/bin/env bash
# What an HTTP server must not guess about (hostile_rows.h): refused, the connection closed, the service goes on. Then
# good, bad and hostile requests, mixed, which leave no memory behind. REQUESTS: how many (20000); scripts/torture asks
# for more.
. "$(dirname "$0")/larder.sh"
requests=${REQUESTS:-20000}
cp -r "$SOURCE/examples/models/iris" "$models"
start --limits-body-time 500ms
hostile() { "$BUILD/tests/e2e/hostile" "${base##*:}" "$@"; }
# memory: kB that are the daemon's own
memory() { awk '/^(Pss_Anon|Pss_Shmem):/ { n += $2 } END { print n }' "/proc/$larderd_pid/smaps_rollup"; }
gone() { [ "$(curl -s "$base/metrics" | awk '/^larder_http_connections / { print $2 }')" = 1 ]; }

hostile table
hostile mixed 40000 # until every list has its length
before=$(memory)
hostile mixed "$requests"
for ((i = 0; i < 100; i++)); do
    ! gone || break
    sleep 0.05
done
gone || fail "clients that have gone are still there"
after=$(memory)
echo "$requests mixed requests: $before kB, then $after kB"
if [ -z "${SANITIZED:-}" ]; then
    # 1 MB for 200,000, and what chance makes of the heap
    [ "$after" -le $((before + 256 + requests * 768 / 200000)) ] || fail "memory is left behind"
fi
stop
