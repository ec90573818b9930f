#!/usr/bin/env bash
# What an HTTP server must not guess about (hostile_rows.h): refused, the connection closed, the service goes on. Then
# good, bad and hostile requests, mixed, which leave no memory behind. REQUESTS: how many (20000); scripts/torture makes
# more.
. "$(dirname "$0")/larder.sh"
requests=${REQUESTS:-20000}
cp -r "$SOURCE/examples/models/iris" "$models"
start --limits-body-time 500ms
hostile() { timeout 600 "$BUILD/tests/e2e/hostile" "${base##*:}" "$@"; }
# memory: kB that are the daemon's own
memory() { awk '/^(Pss_Anon|Pss_Shmem):/ { n += $2 } END { print n }' "/proc/$larderd_pid/smaps_rollup"; }

hostile table
hostile mixed "$requests"
first=$(memory)
for i in 1 2 3 4 5 6 7 8; do
hostile mixed "$requests"
echo "$requests mixed requests: $first kB, then $(memory) kB"
done
stop
