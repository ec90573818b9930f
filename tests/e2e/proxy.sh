#!/usr/bin/env bash
# The shipped nginx configuration in front: predict with keep-alive, the sub-path, changes refused.
. "$(dirname "$0")/larder.sh"
command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
cp -r "$SOURCE"/examples/models/. "$models"
start
port=$((20000 + RANDOM % 10000))
sed -e "s/127\.0\.0\.1:8080/${base#http://}/" -e "s/listen 80;/listen 127.0.0.1:$port;/" "$SOURCE/deploy/nginx.conf" >"$work/site.conf"
cat >"$work/nginx.conf" <<END
pid $work/nginx.pid;
error_log $work/nginx.log;
daemon off;
events { worker_connections 256; }
http {
    access_log off;
    client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    include $work/site.conf;
}
END
nginx -c "$work/nginx.conf" -p "$work" 2>"$work/nginx.err" &
nginx_pid=$!
trap 'kill $nginx_pid 2>/dev/null; wait $nginx_pid 2>/dev/null; finish' EXIT
proxy=http://127.0.0.1:$port
until_is 200 "$proxy/v2/health/ready"
for _ in 1 2 3 4 5 6 7 8 9 10; do
    answers 200 "$proxy/v1/models/iris:predict" -d "$row"
done
answers 200 "$proxy/larder/v1/models/iris:predict" -d "$row"
answers 200 "$proxy/larder/v2/models/iris"
for url in "$proxy" "$proxy/larder"; do
    answers 403 -X DELETE "$url/v1/models/iris/versions/1"
    answers 403 -X DELETE "$url/v1/models/iris"
    answers 403 -T "$SOURCE/examples/models/line/1/model.joblib" "$url/v1/models/iris/versions/7"
    answers 403 -X POST -T "$SOURCE/examples/models/line/1/model.joblib" "$url/v1/models/iris/versions"
    answers 403 -X POST "$url/v1/reload"
    answers 403 -X POST "$url/v2/repository/models/iris/unload"
done
answers 200 "$base/v1/models/iris:predict" -d "$row"
