#!/usr/bin/env bash
# Every curl line of docs/http.md, exactly as printed but for the port, in the order of the page, against a fresh copy of
# the example models: each has the status that stands behind it, or succeeds, and the piece of a body that its operation promises.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/. "$models"
start

# The lines run where they find the project's files and may leave their own, with a curl that tells the status.
mkdir "$work/bin" "$work/project"
ln -s "$SOURCE/examples" "$SOURCE/tests" "$SOURCE/README.md" "$work/project"
cat >"$work/bin/curl" <<END
#!/bin/sh
exec $(command -v curl) -sS -w '%{stderr}%{http_code}' "\$@" 2>"$work/status"
END
chmod +x "$work/bin/curl"
cd "$work/project"

declare -A pieces
while IFS=$'\t' read -r command piece; do
    pieces[$command]=$piece
done < <("$BUILD/docs/http_docs" pieces)

n=0 with_piece=0
while read -r line; do
    want='2[0-9][0-9]'
    [[ ! $line =~ ^(.*)\ \#\ ([0-9]{3})$ ]] || want=${BASH_REMATCH[2]}
    printed=${line% \# [0-9][0-9][0-9]}
    rm -f "$work/status"
    PATH=$work/bin:$PATH bash -c "${line//http:\/\/127.0.0.1:8080/$base}" >"$work/body" 2>&1 </dev/null ||
        fail "$line: $(cat "$work/status" "$work/body")"
    # shellcheck disable=SC2053
    [[ $(cat "$work/status") == $want ]] || fail "$line: status $(cat "$work/status"), expected $want: $(cat "$work/body")"
    piece=${pieces[$printed]:-}
    if [ -n "$piece" ]; then
        grep -qaF -- "$piece" "$work/body" || fail "$line: no '$piece' in: $(head -c 2000 "$work/body")"
        with_piece=$((with_piece + 1))
    fi
    n=$((n + 1))
done < <(sed -n 's/^    \(curl .*\)$/\1/p' "$SOURCE/docs/http.md")
[ "$n" -ge 120 ] || fail "only $n lines found"
[ "$with_piece" -ge "${#pieces[@]}" ] || fail "${#pieces[@]} examples have a piece of a body, $with_piece lines of the page"
echo "$n lines"
stop
