#!/bin/sh
# Lets each system call that writes fail once during an upload, as a full or a broken disk would.
# Usage: fault_upload.sh PROGRAM
# SPDX-License-Identifier: MIT
set -eu
program=$1
faults="mkdirat:ENOSPC:full write:ENOSPC:full pwrite64:ENOSPC:full
        ftruncate:ENOSPC:full renameat:ENOSPC:full renameat2:ENOSPC:full fchmod:EIO:input fsync:EIO:input
        linkat:ENOSPC:taken"
dir=$(mktemp -d "$(test -w /dev/shm && echo /dev/shm || echo /var/tmp)/larder-fault-XXXXXX")
trap 'rm -rf "$dir"' EXIT

mkdir "$dir/whole"
if ! strace -o "$dir/log" "$program" fault "$dir/whole" > "$dir/out"; then
    echo "strace cannot be used here" >&2
    exit 77
fi
grep -q taken "$dir/out"
sed '/begin-of-changes/,$d' "$dir/log" > "$dir/before"
sed '/end-of-changes/,$d' "$dir/log" > "$dir/until"

injected=0
for fault in $faults; do
    call=${fault%%:*}
    expected=${fault##*:}
    error=${fault#*:}
    error=${error%:*}
    mode=fault
    if [ "$call" = fsync ]; then
        mode=sticky
    fi
    n=$(grep -c "^$call(" "$dir/before" || :)
    last=$(grep -c "^$call(" "$dir/until" || :)
    while [ "$n" -lt "$last" ]; do
        n=$((n + 1))
        mkdir "$dir/life"
        if ! strace -o "$dir/log" -e "trace=$call" -e "inject=$call:error=$error:when=$n" \
            "$program" "$mode" "$dir/life" > "$dir/out"; then
            echo "$error at $call $n: $(grep INJECTED "$dir/log")" >&2
            exit 1
        fi
        # What only the cache or the scanner's wake-up needed does not fail the upload.
        if ! grep -q -e "$expected" -e taken "$dir/out"; then
            echo "$error at $call $n is $(cat "$dir/out"): $(grep INJECTED "$dir/log")" >&2
            exit 1
        fi
        rm -rf "$dir/life"
        injected=$((injected + 1))
    done
done
echo "$injected faults"
test "$injected" -gt 15
