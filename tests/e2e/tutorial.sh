#!/usr/bin/env bash
# Every command of docs/tutorial.md, against a real daemon, in its order: each prints what the page says. A `...` in the
# page stands for anything. With WRITE=yes the page gets what was printed instead (then put the `...` back).
. "$(dirname "$0")/larder.sh"
page=$SOURCE/docs/tutorial.md
export NO_COLOR=1 TERM=xterm
unset LARDER_TOKEN LARDER_URL
mkdir "$work/bin"
ln -s "$BUILD/cli/larder" "$work/bin/larder"
export PATH=$work/bin:$PATH
cp "$SOURCE/examples/models/iris/1/model.joblib" "$work/first.joblib"
cp "$SOURCE/examples/models/iris/2/model.joblib" "$work/second.joblib"
cp "$SOURCE/examples/flowers.csv" "$work"
cd "$work"

# as_pattern TEXT: for [[ == ]]: only `...` is special.
as_pattern() {
    local text=${1//\\/\\\\}
    text=${text//'...'/$'\x01'}
    text=${text//'*'/'\*'}
    text=${text//'?'/'\?'}
    text=${text//'['/'\['}
    printf '%s' "${text//$'\x01'/'*'}"
}

# run COMMAND: on a terminal of 100 columns; what it printed is in $out.
run() {
    local command=${1//http:\/\/127.0.0.1:8080/$base} status=0
    if [ "$1" = "larderd --models models --state state &" ]; then
        start
        export LARDER_URL=$base
        out=
        return
    fi
    printf '%s' "$command" >asked.sh
    script -qefc "stty cols 100 -echo; bash ./asked.sh" typescript </dev/null >printed || status=$?
    out=$(tr -d '\r' <printed | sed -e 's/.*\x1b\[K//' -e 's/[[:space:]]*$//') # a slow server's progress is erased
    out=${out//$base/http:\/\/127.0.0.1:8080}
    [ "$status" = 0 ] || fail "docs/tutorial.md: $command: status $status: $out"
}

n=0 command="" expected="" written=""
check() {
    local pattern
    [ -n "$command" ] || return 0
    run "$command"
    written+="    \$ $command"$'\n'
    # shellcheck disable=SC2001
    [ -z "$out" ] || written+=$(sed 's/^\(.\)/    \1/' <<<"$out")$'\n'
    pattern=$(as_pattern "${expected%$'\n'}")
    # shellcheck disable=SC2053
    [ "${WRITE:-}" = yes ] || [[ $out == $pattern ]] || fail "docs/tutorial.md: $command printed: $out"$'\n'"the page has: $expected"
    n=$((n + 1))
    command="" expected=""
}

while IFS= read -r line; do
    if [[ $line == '    $ '* ]]; then
        check
        command=${line#'    $ '}
    elif [ -n "$command" ] && [[ $line == '    '* ]]; then
        expected+=${line#'    '}$'\n'
    else
        check
        written+=$line$'\n'
    fi
done <"$page"
check
[ "${WRITE:-}" != yes ] || printf '%s' "$written" >"$page"
[ "$n" -ge 20 ] || fail "only $n commands found"
echo "$n commands"
stop
