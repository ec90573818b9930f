#!/usr/bin/env bash
# deploy/nginx.conf and deploy/haproxy.cfg in front, upstream by TCP and by unix socket: predict with
# keep-alive, the sub-path, changes refused, request buffering on and off, a large upload where the
# configuration's block for changes is used, and not one failed request during hot reloads and a
# restart. REQUESTS: how many at least for each (default 5000); UPLOAD_MB: how large (default 200).
. "$(dirname "$0")/larder.sh"
PATH=$PATH:/usr/sbin
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
line=$SOURCE/examples/models/line/1/model.joblib
token=a-token-for-changes
proxy_pid=

end_all() {
    [ -z "$proxy_pid" ] || kill "$proxy_pid" 2>/dev/null || true
    finish
}
trap end_all EXIT

# ---- larderd, whose sockets outlive it ----

start_unit() {
    local i port
    : >"$work/log"
    : >"$work/sockets" # it is read before the next line has made it
    "$BUILD/tests/e2e/activate" "$work/pid" 127.0.0.1@web "$work/http.sock@web" -- "$BUILD/server/larderd" \
        --loader "$BUILD/loader/larder-loader" --models "$models" --state "$state" --listen systemd --settle-ms 20 \
        --inline-us "$INLINE_US" --management-tokens-file "$work/tokens" >"$work/sockets" 2>>"$work/log" &
    larderd_pid=$! # of the one that holds the sockets
    for ((i = 0; i < 500; i++)); do
        port=$(sed -n 's/^127.0.0.1 //p' "$work/sockets")
        [ ! -s "$work/pid" ] || [ -z "$port" ] || break
        sleep 0.02
    done
    base=http://127.0.0.1:$port
    until_is 200 "$base/v2/health/ready"
}

# What `systemctl restart` does: the next one starts when this one has ended.
restart_unit() {
    local i before
    before=$(cat "$work/pid")
    kill -TERM "$before"
    for ((i = 0; i < 3000; i++)); do
        [ "$(cat "$work/pid")" = "$before" ] || return 0
        sleep 0.02
    done
    fail "larderd did not restart: $(tail -n 5 "$work/log")"
}

# ---- the proxies, as shipped but for addresses and folders ----

start_nginx() { # upstream, further edits of the configuration
    sed -e "s|127\.0\.0\.1:8080|$1|" -e "s|listen 80;|listen 127.0.0.1:$port;|" "${@:2}" "$SOURCE/deploy/nginx.conf" >"$work/site.conf"
    cat >"$work/nginx.conf" <<END
$([ "$(id -u)" != 0 ] || echo 'user root;')
pid $work/nginx.pid;
error_log $work/proxy.log;
daemon off;
worker_processes 2;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    include $work/site.conf;
}
END
    nginx -c "$work/nginx.conf" -p "$work" 2>"$work/proxy.err" &
    proxy_pid=$!
}

start_haproxy() { # upstream, further edits of the configuration
    sed -e "s|127\.0\.0\.1:8080|$1|" -e "s|bind :80|bind 127.0.0.1:$port|" "${@:2}" "$SOURCE/deploy/haproxy.cfg" >"$work/haproxy.cfg"
    haproxy -db -f "$work/haproxy.cfg" >"$work/proxy.log" 2>"$work/proxy.err" &
    proxy_pid=$!
}

start_proxy() { # nginx or haproxy, tcp or unix, further edits
    local upstream=${base#http://}
    [ "$2" = tcp ] || case $1 in
    nginx) upstream=unix:$work/http.sock ;;
    haproxy) upstream=unix@$work/http.sock ;;
    esac
    port=$((20000 + RANDOM % 10000))
    proxy=http://127.0.0.1:$port
    what="$1 over $2"
    "start_$1" "$upstream" "${@:3}"
    until_is 200 "$proxy/v2/health/ready"
}

stop_proxy() {
    kill "$proxy_pid"
    wait "$proxy_pid" 2>/dev/null || true
    proxy_pid=
}

# The block for changes is used, from this host.
with_changes=(-e '/^ *# Changes, where/,/^$/ { s|10\.0\.0\.0/8|127.0.0.1|; s/^\( *\)#\([^ ]\|  \)/\1\2/ }')

# ---- what is tested ----

check_rules() {
    local url
    for url in "$proxy" "$proxy/larder"; do
        answers 200 "$url/v1/models/iris:predict" -d "$row"
        answers 200 "$url/v1/models/iris/versions/1:predict" -d "$row"
        answers 200 "$url/v2/models/iris"
        answers 200 "$url/v2/models/iris/infer" -d '{"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2]}]}'
        answers 200 "$url/invocations?model=iris" -H 'Content-Type: application/json' -d "$row"
        answers 200 -X POST "$url/v2/repository/index"
        answers 403 -X DELETE "$url/v1/models/iris/versions/1"
        answers 403 -X DELETE "$url/v1/models/iris"
        answers 403 -T "$line" "$url/v1/models/iris/versions/7"
        answers 403 -X POST -T "$line" "$url/v1/models/iris/versions"
        answers 403 -X POST -T "$line" "$url/v1/validate"
        answers 403 -X PUT "$url/v1/models/iris/labels/stable" -d '{"version": 1}'
        answers 403 -X PUT "$url/v1/models/iris:predict" -d "$row"
        answers 403 -X POST "$url/v1/reload"
        answers 403 -X POST "$url/v1/%72eload"
        answers 403 -X POST "$url/v2/repository/models/iris/unload"
    done
    answers 413 -X POST --data-binary @"$work/upload" "$proxy/v1/models/iris:predict"
    answers 200 "$base/v1/models/iris:predict" -d "$row"
}

# Changes need this host, and a token although they come from it: they say that they were forwarded.
check_upload() {
    local number i
    for ((i = 0; i < 50; i++)); do # while the proxy may still be sending the body
        answers 401 -X POST -T "$line" "$proxy/v1/models/line/versions"
    done
    answers 201 -X POST -T "$work/upload" -H "Authorization: Bearer $token" "$proxy/v1/models/large/versions"
    number=$(sed -n 's/^[Ll]ocation:.*versions\/\([0-9]*\).*/\1/p' "$work/headers")
    answers 200 "$proxy/v1/models/large/versions/$number:predict" -d '{"instances": [[2.0]]}'
    answers 204 -X DELETE -H "Authorization: Bearer $token" "$proxy/v1/models/large/versions/$number"
}

# Hot reloads and, half-way, a restart, while calls go on.
check_restart() {
    local asker i reloads=$((REQUESTS / 500 < 10 ? 10 : REQUESTS / 500)) file digest
    "$BUILD/tests/e2e/ask_on" "$port" /v1/models/moved:predict "$row" "$REQUESTS" 8 >"$work/asked" 2>&1 &
    asker=$!
    for ((i = 1; i <= reloads; i++)); do
        file=$SOURCE/examples/models/iris/$((1 + i % 2))/model.joblib
        cp "$file" "$models/.next" && mv "$models/.next" "$models/moved.joblib"
        answers 200 -X POST "$base/v1/reload"
        answers 200 "$base/v1/models/moved:predict" -d "$row"
        digest=$(sha256sum "$file" | cut -c1-16)
        grep -q "sha256=$digest" "$work/headers" || fail "$what: reload $i: the new content does not answer"
        [ "$i" != $((reloads / 2)) ] || restart_unit
        kill -0 $asker 2>/dev/null || fail "$what: $(cat "$work/asked" "$work/proxy.log")"
    done
    kill -TERM $asker
    wait $asker || fail "$what: $(cat "$work/asked" "$work/proxy.log")"
    echo "$what, $reloads reloads, one restart: $(cat "$work/asked")"
}

REQUESTS=${REQUESTS:-5000}
echo "$token" >"$work/tokens"
chmod 600 "$work/tokens"
cp -r "$SOURCE"/examples/models/. "$models"
cp "$models/iris/1/model.joblib" "$models/moved.joblib"
mkdir "$work/large"
cp "$line" "$work/large"
head -c "$((${UPLOAD_MB:-200} << 20))" /dev/urandom >"$work/large/weights.bin"
tar -C "$work/large" -cf "$work/upload" . && rm -r "$work/large"
start_unit
for name in nginx haproxy; do
    start_proxy $name tcp
    check_rules
    check_restart
    stop_proxy
    start_proxy $name unix "${with_changes[@]}"
    check_upload
    check_restart
    stop_proxy
    # The other way of buffering.
    if [ $name = nginx ]; then
        start_proxy nginx tcp "${with_changes[@]}" -e 's/proxy_request_buffering off;/proxy_request_buffering on;/' -e 's/proxy_http_version 1.1;/& proxy_request_buffering off;/'
    else
        start_proxy haproxy tcp "${with_changes[@]}" -e '/option http-buffer-request/d' -e 's/^backend larder_changes/&\n    option http-buffer-request/'
    fi
    check_upload
    check_restart
    stop_proxy
done
stop
