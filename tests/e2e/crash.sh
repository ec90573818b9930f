#!/usr/bin/env bash
# kill -9 during uploads: at every system call that an upload makes, and at random moments.
# What was acknowledged is there byte for byte, nothing else is served, nothing is left lying about.
# CRASH_MOMENTS: how many random moments (default 10).
. "$(dirname "$0")/larder.sh"
. "$(dirname "$0")/killing.sh"
file=$SOURCE/examples/models/line/1/model.joblib
url=/v1/models/line/versions
acknowledged=0
killed=0

upload() { # sets got; counts what was acknowledged
    got=$(curl -s -m 20 -o /dev/null -D "$work/headers" -w '%{http_code}' -X POST -T "$file" "$base$url" || true)
    if [ "$got" = 201 ]; then
        acknowledged=$(sed -n 's/^[Ll]ocation:.*versions\/\([0-9]*\).*/\1/p' "$work/headers")
    fi
}

# After a crash: every version that there is, is whole; the acknowledged one is among them.
inspect() { # what happened
    local v
    start
    for v in $(find "$models/line" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort -n); do
        answers 200 "$base$url/$v/artifact"
        cmp -s "$work/body" "$file" || fail "$1: version $v is not what was uploaded"
        answers 200 "$base/v1/models/line/versions/$v:predict" -d '{"instances": [[1.0]]}'
    done
    [ -e "$models/line/$acknowledged/model.joblib" ] || fail "$1: version $acknowledged was acknowledged and is gone"
    if compgen -G "$models/.larder/up-*" >/dev/null; then
        fail "$1: litter: $(ls -A "$models/.larder")"
    fi
    stop
}

start
upload
[ "$got" = 201 ] || fail "upload: $got"
points_of upload
[ "$got" = 201 ] || fail "upload: $got"
stop
[ "$(wc -l <<<"$points")" -ge 8 ] || fail "an upload of fewer calls than files and folders: $points"

while read -r call n; do
    start
    killed_at "$call" "$n" upload
    [ "$got" = 201 ] || killed=$((killed + 1))
    inspect "$call number $n"
done <<<"$points"

[ "$killed" -ge 8 ] || fail "only $killed of the kills met an upload"

killed_at_moments 40 upload
echo "killed at $killed of $(wc -l <<<"$points") system calls and at ${CRASH_MOMENTS:-10} moments; $acknowledged acknowledged"
