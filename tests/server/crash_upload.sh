#!/bin/sh
# Kills a daemon before each system call by which an upload or a delete changes anything, and looks
# at what the next start finds. Calls that only look are left out: being killed before one of those
# is being killed before the next that changes. Then at 50 moments. Usage: crash_upload.sh PROGRAM
# SPDX-License-Identifier: MIT
set -eu
program=$1
calls="openat mkdirat write pwrite64 ftruncate fchmod fsync linkat renameat renameat2 unlinkat"
dir=$(mktemp -d "$(test -w /dev/shm && echo /dev/shm || echo /var/tmp)/larder-crash-XXXXXX")
trap 'rm -rf "$dir"' EXIT

mkdir "$dir/whole"
if ! strace -o "$dir/log" "$program" change "$dir/whole" > "$dir/acks"; then
    echo "strace cannot be used here" >&2
    exit 77
fi
"$program" check "$dir/whole" "$dir/acks"
sed '/begin-of-changes/,$d' "$dir/log" > "$dir/before"
sed '/end-of-changes/,$d' "$dir/log" > "$dir/until"

killed=0
for call in $calls; do
    n=$(grep -c "^$call(" "$dir/before" || :)
    last=$(grep -c "^$call(" "$dir/until" || :)
    while [ "$n" -lt "$last" ]; do
        n=$((n + 1))
        mkdir "$dir/life"
        # The shell's word on the killed process is not wanted.
        (strace -o "$dir/log" -e "trace=$call" -e "inject=$call:signal=KILL:when=$n" \
            "$program" change "$dir/life" > "$dir/acks" || :) 2> /dev/null
        if ! "$program" check "$dir/life" "$dir/acks"; then
            echo "killed at $call $n: $(grep "^$call(" "$dir/log" | tail -1)" >&2
            exit 1
        fi
        rm -rf "$dir/life"
        # How often a note is read again depends on threads: the last number may not be reached.
        if grep -q 'killed by SIGKILL' "$dir/log"; then
            killed=$((killed + 1))
        fi
    done
done
test "$killed" -gt 50

# And at moments spread over a whole life, all its threads included.
moment=0
while [ "$moment" -lt 50 ]; do
    mkdir "$dir/life"
    : > "$dir/acks" # it may be killed before it has made it
    "$program" change "$dir/life" > "$dir/acks" &
    sleep "$(printf '0.%05d' $((moment * 24)))" # 0 to 12 ms
    kill -KILL $! 2> /dev/null || :
    wait $! 2> /dev/null || :
    if ! "$program" check "$dir/life" "$dir/acks"; then
        echo "killed after $((moment * 240)) microseconds" >&2
        exit 1
    fi
    rm -rf "$dir/life"
    moment=$((moment + 1))
done
echo "killed at $killed calls and $moment moments"
