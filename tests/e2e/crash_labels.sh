#!/usr/bin/env bash
# kill -9 while labels are put and taken away: at every system call that such a change makes, and at
# random moments. What was acknowledged is there after the restart, in the listing and for requests;
# a change without an answer is there whole or not at all.
# CRASH_MOMENTS: how many random moments (default 10).
. "$(dirname "$0")/larder.sh"
. "$(dirname "$0")/killing.sh"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
labels=/v1/models/iris/labels
cp -r "$SOURCE"/examples/models/iris "$models"
acknowledged=none # the version that the label stands for
tried=none        # the version of a change that nobody acknowledged
turn=0

change() { # version or none; sets got
    if [ "$1" = none ]; then
        got=$(curl -s -m 20 -o /dev/null -w '%{http_code}' -X DELETE "$base$labels/stable" || true)
    else
        got=$(curl -s -m 20 -o /dev/null -w '%{http_code}' -X PUT "$base$labels/stable" -d "{\"version\": $1}" || true)
    fi
    tried=$1
    case $got in
    200 | 204) acknowledged=$1 ;;
    000) ;;
    *) fail "a change to $1: $got" ;;
    esac
}

# Always another one than before: put, put elsewhere, take away.
next_change() {
    case $acknowledged in
    none) change 1 ;;
    1) change 2 ;;
    2) if [ $((turn++ % 2)) = 0 ]; then change none; else change 1; fi ;;
    esac
}

# After a crash; what is there counts from now on.
inspect() { # what happened
    local found
    start
    answers 200 "$base$labels"
    found=$(jq -r '[.labels[] | select(.label == "stable").version] | first // "none"' <"$work/body")
    [ "$found" = "$acknowledged" ] || { [ "$found" = "$tried" ] && [ "$got" = 000 ]; } ||
        fail "$1: the label stands for $found; acknowledged was $acknowledged, tried $tried ($got)"
    body_has '[.labels[].label] - ["stable"] == []'
    if [ "$found" = none ]; then
        answers 404 "$base$labels/stable:predict" -d "$row"
    else
        answers 200 "$base$labels/stable:predict" -d "$row"
        grep -qi "^Larder-Model-Version: $found;" "$work/headers" || fail "$1: not version $found answers: $(cat "$work/headers")"
    fi
    if compgen -G "$models/.larder/*.tmp" >/dev/null; then
        fail "$1: litter: $(ls -A "$models/.larder")"
    fi
    acknowledged=$found
    stop
}

killed=0
n_points=0
while read -r from to; do
    start
    [ "$acknowledged" = "$from" ] || change "$from"
    points_of change "$to"
    [ "$acknowledged" = "$to" ] || fail "a change from $from to $to: $got"
    stop
    [ "$(grep -cE '^(fsync|fdatasync) ' <<<"$points")" -ge 2 ] || fail "a change from $from to $to synced not both, file and folder: $points"
    while read -r call n; do
        start
        [ "$acknowledged" = "$from" ] || change "$from"
        killed_at "$call" "$n" change "$to"
        [ "$got" != 000 ] || killed=$((killed + 1))
        inspect "$call number $n of a change from $from to $to"
        n_points=$((n_points + 1))
    done <<<"$points"
done <<'END'
none 1
1 2
2 none
END
[ "$killed" -ge 12 ] || fail "only $killed of $n_points kills met a change"

killed_at_moments 200 next_change
echo "killed at $killed of $n_points system calls and at ${CRASH_MOMENTS:-10} moments"
