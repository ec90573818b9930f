#!/usr/bin/env bash
# Settings: checked, printed, read again on SIGHUP; sockets from systemd; the drain.
. "$(dirname "$0")/larder.sh"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
larderd=$BUILD/server/larderd
file=$work/larder.yaml

# Checking and printing
cp "$SOURCE/config/larder.yaml" "$file"
"$larderd" --config "$file" --check-config >/dev/null || fail "the shipped settings are refused"
"$larderd" --config "$file" --settle-ms 7 --print-config >"$work/printed"
grep -q '^settle_ms: 7$' "$work/printed" || fail "--print-config does not show a flag's value"
LARDER_SETTLE_MS=8 "$larderd" --config "$work/printed" --print-config >"$work/again"
grep -q '^settle_ms: 8$' "$work/again" || fail "a variable does not win over the file"
diff <(grep -v settle_ms "$work/printed") <(grep -v settle_ms "$work/again") || fail "printed settings differ"
echo 'setle_ms: 1' >>"$file"
"$larderd" --config "$file" --check-config 2>"$work/error" && fail "an unknown key is taken"
grep -Eq "larder.yaml:[0-9]+:1: no key 'setle_ms'; did you mean 'settle_ms'" "$work/error" ||
    fail "not helpful: $(cat "$work/error")"

# Reading again
cp -r "$SOURCE/examples/models/iris" "$models/"
printf 'secret\n' >"$work/tokens"
chmod 600 "$work/tokens"
printf 'limits.body: 1M\nmanagement.tokens_file: %s\n' "$work/tokens" >"$file"
start --config "$file"
proxied() { answers "$1" -X POST -H "Via: x" -H "Authorization: Bearer $2" "$base/v1/reload"; }
head -c 20000 /dev/zero | tr '\0' ' ' >"$work/long"
printf '%s' "$row" >>"$work/long"
answers 200 "$base/v1/models/iris:predict" --data-binary "@$work/long"
proxied 200 secret
printf 'limits.body: 10k\nqueue: 7\nmanagement.tokens_file: %s\n' "$work/tokens" >"$file"
printf 'other\n' >"$work/tokens"
kill -HUP "$larderd_pid"
said() {
    for ((i = 0; i < 500; i++)); do
        ! grep -q "$1" "$work/log" || return 0
        sleep 0.02
    done
    fail "the log does not say: $1"
}
said 'settings read again'
said "setting 'queue' has changed: it works after a restart"
answers 413 "$base/v1/models/iris:predict" --data-binary "@$work/long"
proxied 401 secret
proxied 200 other
printf 'limits.body: none\n' >"$file"
kill -HUP "$larderd_pid"
said 'settings stay as they were: .*limits.body'
answers 413 "$base/v1/models/iris:predict" --data-binary "@$work/long"
answers 200 "$base/v1/models/iris:predict" -d "$row"
stop

# A start that cannot be right says why
"$larderd" --loader "$BUILD/loader/larder-loader" --models "$models" --state "$state" --listen 0.0.0.0:0 \
    2>"$work/error" && fail "started on an open address without a decision"
grep -q 'management.tokens_file' "$work/error" || fail "not helpful: $(cat "$work/error")"

refuses() { # WORDS FLAG...: the start fails with these words
    local words=$1
    shift
    "$larderd" --loader "$BUILD/loader/larder-loader" --models "$models" --state "$state" "$@" 2>"$work/error" &&
        fail "started with $*"
    grep -q "$words" "$work/error" || fail "not helpful: $(cat "$work/error")"
}
refuses 'a port is a number' --listen 127.0.0.1:99999
refuses 'a port is a number' --listen 127.0.0.1:
refuses 'no address is given' --listen ''
: >"$work/loader"
"$larderd" --loader "$work/loader" --models "$models" --state "$state" --listen 127.0.0.1:0 2>"$work/error" &&
    fail "started with a loader that cannot be run"
grep -q 'not a program' "$work/error" || fail "not helpful: $(cat "$work/error")"

# Clients cannot take the descriptors that loads need
: >"$file"
LARDERD_UNDER='prlimit --nofile=64:64' start --config "$file"
grep -q 'limits.connections is 32' "$work/log" || fail "no word about few descriptors: $(cat "$work/log")"
port=${base##*:}
for ((i = 0; i < 100; i++)); do
    exec {fd}<>"/dev/tcp/127.0.0.1/$port"
    held[i]=$fd
done
mkdir -p "$models/late/1"
cp "$SOURCE/examples/models/iris/1/model.joblib" "$models/late/1/"
said "model 'late' version 1 is available"
for fd in "${held[@]}"; do
    exec {fd}>&-
done
answers 200 "$base/v1/models/late:predict" -d "$row"
stop

# The drain: not ready, but serving, then gone
: >"$file"
start --config "$file" --drain-delay 1s --listen "unix:$work/socket"
kill -TERM "$larderd_pid"
until_is 503 "$base/v2/health/ready"
answers 200 "$base/v1/models/iris:predict" -d "$row"
answers 200 --unix-socket "$work/socket" http://x/v2/health/live
wait "$larderd_pid" || fail "larderd ended with status $?"
larderd_pid=
[ ! -e "$work/socket" ] || fail "the socket is left behind"

# Sockets that systemd hands over
start --listen "unix:$work/socket"
stop
if command -v systemd-socket-activate >/dev/null; then
    systemd-socket-activate -l "$work/handed" "$larderd" --loader "$BUILD/loader/larder-loader" --models "$models" \
        --state "$state" --listen systemd 2>"$work/log" &
    larderd_pid=$!
    for ((i = 0; i < 500; i++)); do
        [ ! -S "$work/handed" ] || break
        sleep 0.02
    done
    for ((i = 0; i < 500; i++)); do
        ! curl -sf --unix-socket "$work/handed" http://x/v2/health/ready >/dev/null || break
        sleep 0.02
    done
    answers 200 --unix-socket "$work/handed" http://x/v1/models/iris:predict -d "$row"
    answers 200 --unix-socket "$work/handed" -X POST http://any.name/v1/reload
    stop
fi
