#!/usr/bin/env bash
# Sockets that systemd hands over, by name; connections that wait while larderd restarts; modes of unix
# sockets; IPv6.
. "$(dirname "$0")/larder.sh"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
cp -r "$SOURCE/examples/models/iris" "$models/"
flags=(--loader "$BUILD/loader/larder-loader" --models "$models" --state "$state" --settle-ms 20 --inline-us "$INLINE_US")

activate() { # SOCKET... -- FLAG...: starts larderd with these sockets
    local sockets=()
    while [ "$1" != -- ]; do
        sockets+=("$1")
        shift
    done
    shift
    rm -f "$work/pid"
    "$BUILD/tests/e2e/activate" "$work/pid" "${sockets[@]}" -- "$BUILD/server/larderd" "${flags[@]}" "$@" >"$work/sockets" 2>>"$work/log" &
    larderd_pid=$! # of the one that holds the sockets
}
port_of() { sed -n "s/^$1 //p" "$work/sockets"; }

: >"$work/log"
activate "127.0.0.1@web" "::1@web" "$work/socket@web" "$work/admin@management" -- --listen systemd --management-listen systemd:management
until_is_ready() {
    local i
    for ((i = 0; i < 500; i++)); do
        [ ! -s "$work/pid" ] || [ -z "$(port_of 127.0.0.1)" ] || break
        sleep 0.02
    done
    base=http://127.0.0.1:$(port_of 127.0.0.1)
    until_is 200 "$base/readyz"
}
until_is_ready
answers 200 "$base/v1/models/iris:predict" -d "$row"
answers 200 --unix-socket "$work/socket" http://x/v1/models/iris:predict -d "$row"
if [ "$(port_of ::1)" != none ]; then
    answers 200 "http://[::1]:$(port_of ::1)/v1/models/iris:predict" -d "$row"
fi
answers 403 -X POST "$base/v1/reload"
answers 403 --unix-socket "$work/socket" -X POST http://x/v1/reload
answers 200 --unix-socket "$work/admin" -X POST http://any.name/v1/reload
grep -q "listening on unix:$work/admin for management" "$work/log" || fail "the socket's name does not count"

# A restart refuses nobody: who comes meanwhile waits
for _ in 1 2 3; do
    before=$(cat "$work/pid")
    kill -TERM "$before"
    for _ in 1 2 3 4 5 6 7 8 9 10; do
        answers 200 "$base/v2/health/live"
    done
    for ((i = 0; i < 500; i++)); do
        [ "$(cat "$work/pid")" = "$before" ] || break
        sleep 0.02
    done
    [ "$(cat "$work/pid")" != "$before" ] || fail "no other larderd has come"
    until_is 200 "$base/readyz"
done
stop
[ -S "$work/socket" ] || fail "larderd has removed a socket that is not its own"
rm -f "$work/socket" "$work/admin"

# What is not asked for is told
: >"$work/log"
activate "127.0.0.1@web" "$work/admin@other" -- --listen systemd:web
until_is_ready
grep -q '1 sockets that systemd handed over are not used' "$work/log" || fail "no word of the other socket"
answers 200 -X POST "$base/v1/reload"
stop
rm -f "$work/admin"
refuses() { # WORDS FLAG...: the start fails with these words
    local words=$1
    shift
    "$BUILD/server/larderd" "${flags[@]}" "$@" 2>"$work/error" && fail "started with $*"
    grep -q "$words" "$work/error" || fail "not helpful: $(cat "$work/error")"
}
LISTEN_PID=1 LISTEN_FDS=1 refuses 'systemd handed over no sockets' --listen systemd
"$BUILD/tests/e2e/activate" "$work/pid" 127.0.0.1@web -- "$BUILD/server/larderd" "${flags[@]}" --listen systemd:nobody >/dev/null 2>"$work/error" && fail "started without a socket"
grep -q 'no sockets called nobody' "$work/error" || fail "not helpful: $(cat "$work/error")"

# Own sockets: modes, several, IPv6
ipv6=()
! grep -q '^0*1 ' /proc/net/if_inet6 2>/dev/null || ipv6=(--listen '[::1]:0')
start --listen "unix:$work/closed" --listen "unix:$work/open,mode=0666" "${ipv6[@]}"
[ "$(stat -c %a "$work/closed")" = 660 ] || fail "mode $(stat -c %a "$work/closed")"
[ "$(stat -c %a "$work/open")" = 666 ] || fail "mode $(stat -c %a "$work/open")"
answers 200 --unix-socket "$work/closed" http://x/livez
answers 200 --unix-socket "$work/open" http://x/livez
if [ "${#ipv6[@]}" -gt 0 ]; then
    port=$(sed -n 's/.*listening on \[::1\]:\([0-9]*\).*/\1/p' "$work/log")
    answers 200 "http://[::1]:$port/livez"
    answers 200 -X POST "http://[::1]:$port/v1/reload"
fi
stop
[ ! -e "$work/open" ] || fail "the socket is left behind"
refuses 'mode is three octal digits' --listen "unix:$work/x,mode=0999"
refuses 'mode is three octal digits' --listen "unix:$work/x,mode="
refuses 'mode is three octal digits' --listen "unix:$work/x,mode=4755"
refuses "a socket's path" --listen "unix:,mode=0660"
