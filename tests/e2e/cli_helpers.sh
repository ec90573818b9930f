# Helpers of the tests of the program larder; sourced after larder.sh.
# shellcheck shell=bash
# shellcheck disable=SC2154,SC2034
larder=$BUILD/cli/larder
tab=$'\t'
unset LARDER_TOKEN LARDER_URL NO_COLOR
export TERM=xterm

# runs STATUS [arguments]: runs larder, checks its exit status, leaves $out and $err.
runs() {
    local want=$1 got=0
    shift
    "$larder" "$@" >"$work/out" 2>"$work/err" </dev/null || got=$?
    out=$(cat "$work/out") err=$(cat "$work/err")
    [ "$got" = "$want" ] || fail "larder $*: status $got, expected $want: $out $err"
}

# on_terminal STATUS INPUT [arguments]: the same on a terminal of 200 columns; both outputs in $out.
on_terminal() {
    local want=$1 got=0 command
    printf '%s' "$2" >"$work/in"
    shift 2
    printf -v command '%q ' "$larder" "$@"
    script -qefc "stty cols 200 -echo; $command" "$work/typescript" <"$work/in" >"$work/out" || got=$?
    out=$(tr -d '\r' <"$work/out")
    [ "$got" = "$want" ] || fail "larder $* on a terminal: status $got, expected $want: $out"
}

says() { # TEXT: stderr has it
    [[ $err == *"$1"* ]] || fail "stderr has no '$1': $err"
}

prints() { # LINE: a whole line of stdout
    grep -qxF -- "$1" <<<"$out" || fail "stdout has no line '$1': $out"
}
