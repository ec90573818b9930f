#!/usr/bin/env bash
# Behind a proxy: a sub-path, a listener for changes, trusted proxies, other sites' pages.
. "$(dirname "$0")/larder.sh"
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
model=$SOURCE/examples/models/line/1/model.joblib
cp -r "$SOURCE/examples/models/iris" "$models/"
start --base-path /models/larder --management-listen "unix:$work/admin" --access-log "$work/access" --trusted-proxies 127.0.0.0/8 --cors-origins https://app.example
grep -q "listening on unix:$work/admin for management" "$work/log" || fail "no word of the listener for management"
sub=$base/models/larder

# Only under the sub-path, but for probes
answers 200 "$sub/v1/models/iris:predict" -d "$row"
answers 404 "$base/v1/models/iris:predict" -d "$row"
answers 404 "$base/"
answers 200 "$sub"
answers 200 "$sub/"
answers 404 "${sub}x/v2"
answers 404 -X OPTIONS "$base/v2"
answers 204 -X OPTIONS "$sub/v2"
for probe in livez healthz readyz v2/health/live v2/health/ready; do
    answers 200 "$base/$probe"
    answers 200 "$sub/$probe"
done
answers 404 "$base/metrics"

# Changes by their own listener, whose answers lead back under the sub-path
answers 403 -X POST -T "$model" "$sub/v1/models/line/versions"
body_has '.error | test("management.listen")'
admin() { answers "$1" --unix-socket "$work/admin" "http://any.name/models/larder$2" "${@:3}"; }
admin 201 /v1/models/line/versions -X POST -T "$model"
location=$(sed -n 's/^Location: \(.*\)\r$/\1/p' "$work/headers")
[ "$location" = /models/larder/v1/models/line/versions/1 ] || fail "Location: $location"
answers 200 "$base$location"
admin 200 /v1/models/line:predict -d '{"instances": [[1.0]]}'
admin 401 /v1/reload -X POST -H 'X-Forwarded-For: 192.0.2.1'
grep -qi '^WWW-Authenticate: Bearer' "$work/headers" || fail "401 without WWW-Authenticate"
admin 403 /v1/reload -X POST -H 'Origin: https://evil.example'
admin 404 /v9
answers 200 "$sub/v1/models/line:predict" -d '{"instances": [[1.0]]}' -H 'Origin: https://app.example'
grep -qi '^Access-Control-Allow-Origin: https://app.example' "$work/headers" || fail "no CORS: $(cat "$work/headers")"

# Whom a trusted proxy names is the log's client, and no reason to let him change things
answers 200 "$sub/v2" -H 'X-Request-Id: named' -H 'X-Forwarded-For: 10.9.9.9, 192.0.2.1'
answers 200 "$base/v2/health/live" -H 'X-Request-Id: forwarded' -H 'Forwarded: for="[2001:db8::1]:4711";proto=https'
answers 200 --unix-socket "$work/admin" http://x/livez -H 'X-Request-Id: unix' -H 'X-Forwarded-For: 192.0.2.1'
stop
logged() { [ "$(jq -r "select(.request_id == \"$1\") | \"\(.peer) \(.client)\"" <"$work/access")" = "$2" ] || fail "$1: $(cat "$work/access")"; }
logged named '127.0.0.1 192.0.2.1'
logged forwarded '127.0.0.1 2001:db8::1'
logged unix 'unix null'

refuses() { # WORDS FLAG...: the start fails with these words
    local words=$1
    shift
    "$BUILD/server/larderd" --loader "$BUILD/loader/larder-loader" --models "$models" --state "$state" --listen 127.0.0.1:0 "$@" 2>"$work/error" &&
        fail "started with $*"
    grep -q "$words" "$work/error" || fail "not helpful: $(cat "$work/error")"
}
refuses 'base_path is' --base-path larder
refuses 'trusted_proxies wants' --trusted-proxies 10.0.0.1/8
refuses 'cors.origins wants' --cors-origins app.example
refuses 'management: listen 0.0.0.0' --management-listen 0.0.0.0:99999
refuses 'can be reached from other hosts' --management-listen 0.0.0.0:0
refuses 'access_log /nowhere' --access-log /nowhere/log
