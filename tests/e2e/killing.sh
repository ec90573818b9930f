# How tests kill larderd at system calls and at moments; sourced after larder.sh.
# shellcheck shell=bash
command -v strace >/dev/null || { echo "SKIP: no strace"; exit 77; }
calls=openat,openat2,mkdir,mkdirat,write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,linkat,unlink,unlinkat,ftruncate

die() {
    kill -9 "$larderd_pid" 2>/dev/null || true
    wait "$larderd_pid" 2>/dev/null || true
    larderd_pid=
}

traced() { # strace arguments; attaches and waits until it is there
    strace -f -qq -p "$larderd_pid" "$@" 2>/dev/null &
    tracer=$!
    local i
    for ((i = 0; i < 200; i++)); do
        ! grep -q '^TracerPid:[[:space:]]*0$' "/proc/$larderd_pid/status" || { sleep 0.01; continue; }
        return 0
    done
    fail "strace did not attach"
}

# The calls that larderd makes while "$@" runs, a line each: the call, and its number among its like.
points_of() {
    traced -e trace=$calls -o "$work/trace"
    sleep 0.1
    "$@"
    kill "$tracer"
    wait "$tracer" 2>/dev/null || true
    points=$(awk '{ sub(/^[0-9]+ +/, ""); sub(/\(.*/, ""); print }' "$work/trace" | grep -x '[a-z0-9]*' | sort | uniq -c |
        awk '{ for (i = 1; i <= $1; i++) print $2, i }')
}

# Runs "$@" with larderd killed at call $1 number $2, unless it makes fewer.
killed_at() {
    traced -e trace="$1" -e inject="$1":signal=KILL:when="$2" -o /dev/null
    "${@:3}"
    die
    wait "$tracer" 2>/dev/null || true
}

# Runs "${@:2}", which sets got, up to $1 times while larderd is killed at a random moment; then inspect. All that
# CRASH_MOMENTS times (10).
killed_at_moments() {
    local i k killer
    for ((i = 0; i < ${CRASH_MOMENTS:-10}; i++)); do
        start
        (sleep 0.0$((RANDOM % 90 + 10)); kill -9 "$larderd_pid") &
        killer=$!
        for ((k = 0; k < $1; k++)); do
            "${@:2}"
            [ "$got" != 000 ] || break
        done
        wait $killer 2>/dev/null || true
        die
        inspect "random moment $i"
    done
}
