#!/usr/bin/env bash
# The program larder: every command against a daemon, and what it says when something is wrong.
. "$(dirname "$0")/larder.sh"
. "$(dirname "$0")/cli_helpers.sh"
examples=$SOURCE/examples/models
answering() { # NUMBER
    answers 200 "$base/v1/models/iris:predict" -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
    grep -qi "^Larder-Model-Version: $1;" "$work/headers" || fail "not version $1: $(cat "$work/headers")"
}

# ---- help, usage ----

runs 0 --version
[[ $out =~ ^larder\ [0-9]+\.[0-9]+\.[0-9]+$ ]] || fail "--version: $out"
runs 0 --help
[[ $out == "usage: larder COMMAND "* ]] || fail "help: $out"
while IFS= read -r line; do
    [ -z "$line" ] || grep -qF -- "$line" "$SOURCE/docs/cli.md" || fail "docs/cli.md lacks: $line"
done <"$work/out"
mapfile -t commands < <(sed -n 's/^  \([a-z]*\)  .*/\1/p' "$work/out" | head -n 10)
[ "${commands[*]}" = "push pull list promote rollback rm validate predict status inspect" ] || fail "commands: ${commands[*]}"
for command in "${commands[@]}"; do
    runs 0 "$command" --help
    [[ $out == "usage: larder $command "* ]] || fail "help: $out"
    while IFS= read -r line; do
        [ -z "$line" ] || grep -qF -- "$line" "$SOURCE/docs/cli.md" || fail "docs/cli.md lacks: $line"
    done <"$work/out"
done
runs 2
says "a command is missing"
runs 2 frobnicate
says "no command 'frobnicate'"
runs 2 list --token=abc
says LARDER_TOKEN
runs 2 list ../etc
says "does not name a model"
runs 2 list --url ftp://host
runs 3 list --url http://127.0.0.1:1
says "no answer from http://127.0.0.1:1"
runs 3 list --url "unix:$work/none"
runs 3 status --url http://127.0.0.1:1
runs 1 push "$work/none" iris --url http://127.0.0.1:1
says "No such file"

# ---- a daemon ----

start --listen "unix:$work/socket" --limits-upload 1M
export LARDER_URL=$base
runs 0 list
[ -z "$out" ] || fail "models: $out"
file=$examples/iris/1/model.joblib
sha256=$(sha256sum "$file" | cut -d' ' -f1)

runs 0 validate "$file"
prints "class${tab}sklearn.linear_model._logistic.LogisticRegression"
prints "sha256$tab$sha256"
runs 0 validate "$examples/iris/1"
runs 0 validate --json "$file"
jq -e '.valid and .report.format == "scikit-learn"' <<<"$out" >/dev/null || fail "$out"
runs 0 list
[ -z "$out" ] || fail "validate kept $out"

runs 0 push "$file" iris
prints "version${tab}1"
prints "sha256$tab$sha256"
prints "format${tab}scikit-learn"
runs 0 push "$examples/iris/1" iris --label canary # a folder, with expected.json
prints "version${tab}2"
prints "label${tab}canary"
prints "answers${tab}version 1: label default, put there so that it goes on answering"
answering 1
runs 0 push "$file" iris/3
prints "answers${tab}version 1: label default"
answering 1
runs 0 push "$file" iris/4 --label default
! grep -q answers <<<"$out" || fail "$out"
answering 4
runs 0 rollback iris
prints "version${tab}1"
runs 0 rm iris --label default
[ -z "$out$err" ] || fail "$out$err"
answering 4
runs 0 rollback iris # default was taken away: to what answered before that is not 4
prints "version${tab}1"
runs 0 rm iris --label default
runs 1 rm iris --label default
says "refused with status 404: model 'iris' has no label 'default'"
runs 2 rm iris/4 --label canary
says "larder rm iris --label canary"
runs 2 rm iris --label 7
runs 0 rm iris --label canary
runs 0 list iris
grep -q "^2${tab}AVAILABLE${tab}-${tab}" <<<"$out" || fail "$out"
runs 0 rollback iris canary
runs 0 list iris
grep -q "^2${tab}AVAILABLE${tab}canary${tab}" <<<"$out" || fail "$out"
runs 0 rm iris/3 --yes
runs 0 promote iris 4
answers 200 -X POST "$base/v2/repository/models/iris/unload"
runs 0 push "$file" iris/5
prints "answers${tab}nobody: the version of the label default is not available"
answers 200 -X POST "$base/v2/repository/models/iris/load"
runs 0 rm iris --label default
runs 0 rm iris/4 --yes
runs 0 rm iris/5 --yes
[ "$(cd "$models/iris/2" && echo *)" = "expected.json model.joblib" ] || fail "the folder became $(ls "$models/iris/2")"
cmp "$file" "$models/iris/2/model.joblib"
runs 0 push "$examples/iris/2/model.joblib" iris/7
prints "version${tab}7"
answering 7
runs 0 push "$examples/iris/2/model.joblib" iris/7 # may be repeated
prints "note${tab}it was there already, with the same content"
runs 0 push "$examples/iris/2" iris/7 # however it is packed
prints "note${tab}it was there already, with the same content"
runs 1 push "$file" iris/7
says "refused with status 409: version 7 of 'iris' has other content"
runs 1 push "$file" iris/3
says "numbers are never given again"
runs 0 push --json "$examples/line/1" line --url "unix:$work/socket"
jq -e '.name == "line" and .version == "1"' <<<"$out" >/dev/null || fail "$out"
runs 2 push "$file" iris/canary
says "is a label"
runs 2 push "$file" iris --label 7
runs 2 push "$file" iris.tmp/x/y
echo nonsense >"$work/nonsense"
runs 1 push "$work/nonsense" wrong
says "refused with status 422: the file is in no format that is known"
runs 1 push "$SOURCE/tests/fixtures/sklearn/refused/array.pkl" wrong
says "the file holds an array (numpy.ndarray), not a model"
says "class${tab}numpy.ndarray"
[ -z "$out" ] || fail "a refusal on stdout: $out"
runs 1 validate "$work/nonsense" --json
jq -e '.error and .report' <<<"$out" >/dev/null || fail "$out"
head -c 1500000 /dev/zero >"$work/large"
runs 1 push "$work/large" wrong
says "refused with status 413"
: >"$work/empty"
runs 1 push "$work/empty" wrong
says "the upload is empty"
ln -s "$file" "$work/linked.joblib"
runs 0 validate "$work/linked.joblib"
mkdir "$work/links"
ln -s "$file" "$work/links/model.joblib"
runs 1 validate "$work/links"
says "is a link"

# ---- lists ----

runs 0 list
prints "iris${tab}7${tab}3${tab}3${tab}canary=2${tab}-"
prints "line${tab}1${tab}1${tab}1${tab}-${tab}-"
runs 0 list iris
[ "$(cut -f1,2,3,6 <<<"$out" | tr '\n\t' '; ')" = "1 AVAILABLE - 991;2 AVAILABLE canary 991;7 AVAILABLE - 1071;" ] || fail "$out"
runs 0 list iris --json
jq -e '[.versions[].version] == ["1", "2", "7"]' <<<"$out" >/dev/null || fail "$out"
runs 1 list none
says "refused with status 404"
runs 2 list iris/1
on_terminal 0 "" list iris
grep -q "VERSION  STATE      LABELS  FORMAT" <<<"$out" || fail "$out"
grep -q "      2  AVAILABLE  canary  scikit-learn  LogisticRegression  991 bytes  " <<<"$out" || fail "$out"
! grep -q ERROR <<<"$out" || fail "an empty column: $out"
on_terminal 0 "" list
grep -q "^iris         7          3         3  canary=2$" <<<"$out" || fail "$out"

# ---- labels ----

answering 7
runs 0 promote iris 2 # the first promote: it is remembered who answered until then
runs 0 rollback iris
prints "version${tab}7"
runs 0 rollback iris
answering 2
runs 0 promote iris 1
answering 1
runs 0 promote iris 7 --json
jq -e '.label == "default" and .version == "7"' <<<"$out" >/dev/null || fail "$out"
runs 0 rollback iris
answering 1
runs 0 rollback iris
answering 7
runs 0 promote iris 1 canary
runs 0 rollback iris canary
prints "version${tab}2"
runs 0 promote iris canary
answering 2
runs 1 promote iris 9
says "refused with status 404"
runs 1 promote iris none
says "'iris' has no label 'none'"
runs 1 rollback iris nightly
says "no earlier version"
runs 1 rollback none
says "refused with status 404"
runs 2 promote iris/1 2
runs 2 promote iris 0
runs 2 promote iris 1 2
mkdir "$models/iris/8"
cp "$work/nonsense" "$models/iris/8/model.joblib"
answers 200 -X POST "$base/v1/reload"
runs 1 promote iris 8
says "refused with status 409"
runs 0 list
grep -q "^iris${tab}2${tab}3${tab}4${tab}canary=2,default=2${tab}.*no format" <<<"$out" || fail "$out"

# ---- predictions ----

rows='[[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]'
echo "$rows" >"$work/rows.json"
echo '{"signature_name": "predict_proba", "instances": [[5.1, 3.5, 1.4, 0.2]]}' >"$work/body.json"
printf 'x3,x2,x1,x0\n0.2,1.4,3.5,5.1\n2.3,5.2,3.0,6.7\n' >"$work/rows.csv"
runs 0 predict iris/1 "$work/rows.json"
[ "$out" = $'0\n2' ] || fail "$out"
runs 0 predict iris/canary "$work/rows.json"
[ "$out" = $'0\n2' ] || fail "$out"
[ "$("$larder" predict iris/1 <"$work/rows.json")" = $'0\n2' ] || fail "from stdin"
runs 0 predict iris "$work/rows.csv"
[ "$out" = $'0\n2' ] || fail "$out"
runs 0 predict iris/1 "$work/body.json"
answers 200 "$base/v1/models/iris/versions/1:predict" -d @"$work/body.json"
[ "$out" = "$(jq -c '.predictions[]' <<<"$body")" ] || fail "$out, not the digits of $body"
runs 0 predict iris/7 "$work/rows.json" --json
jq -e '.predictions == ["setosa", "virginica"]' <<<"$out" >/dev/null || fail "$out"
runs 0 predict iris/1 "$work/rows.csv"
[ "$out" = $'0\n2' ] || fail "$out"
runs 0 predict iris/7 "$work/rows.csv"
[ "$out" = $'"setosa"\n"virginica"' ] || fail "$out"
runs 1 predict iris "$work/empty"
says "no rows came"
echo '[[1, 2]]' >"$work/short.json"
runs 1 predict iris "$work/short.json"
says "refused with status 400"
runs 1 predict none "$work/rows.csv"
says "refused with status 404"

# ---- status ----

for _ in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15; do # while larder looks twice
    sleep 0.1
    curl -s -o /dev/null "$base/v1/models/iris:predict" -d "{\"instances\": $rows}"
done &
asking=$!
runs 0 status --json
wait "$asking"
jq -e '.ready and (.versions[] | select(.model == "iris" and .version == "2") |
    .requests_per_second > 0 and .rows_per_second > 1.5 * .requests_per_second and .ms_per_request > 0 and
    .errors_per_second == 0 and .memory_bytes > 1000)' <<<"$out" >/dev/null || fail "$out"
jq -e '.versions[] | select(.version == "8") | .error | contains("no format")' <<<"$out" >/dev/null || fail "$out"
runs 0 status
[ "$(cut -f1,2,3,4 <<<"$out" | sed -n 2p)" = "iris${tab}2${tab}AVAILABLE${tab}canary,default" ] || fail "$out"
on_terminal 0 "" status
grep -q "larderd .* is ready; 2 models, 5 versions" <<<"$out" || fail "$out"
timeout 4 "$larder" status --watch=1 --json >"$work/out" || true
[ "$(jq -s 'length >= 2 and all(.ready)' "$work/out")" = true ] || fail "watched: $(cat "$work/out")"

# ---- pull ----

mkdir "$work/pulled"
cd "$work/pulled"
runs 0 pull iris/1
prints "file${tab}iris-1.joblib"
cmp iris-1.joblib "$file"
[ "$(stat -c %a iris-1.joblib)" = "$(printf '%o' $((0666 & ~$(umask))))" ] || fail "mode $(stat -c %a iris-1.joblib)"
runs 0 pull iris old.joblib # the one that answers
cmp old.joblib "$file"
runs 0 pull iris/7 old.joblib # replaced
cmp old.joblib "$examples/iris/2/model.joblib"
mkdir sub
runs 0 pull iris/canary sub --json
jq -e '.file == "sub/iris-2.joblib" and .version == "2"' <<<"$out" >/dev/null || fail "$out"
cmp sub/iris-2.joblib "$file"
runs 1 pull iris/4
says "'iris' has no version 4"
runs 1 pull none
runs 1 pull iris/1 none/there.joblib
says "No such file"
cd "$SOURCE"
[ "$(cd "$work/pulled" && find . -type f | sort | tr '\n' ' ')" = "./iris-1.joblib ./old.joblib ./sub/iris-2.joblib " ] ||
    fail "left behind: $(find "$work/pulled")"

# ---- rm ----

runs 2 rm iris/1
says "say --yes"
on_terminal 1 $'n\n' rm iris/1
grep -qF "Delete version 1 of 'iris' (AVAILABLE)? [y/N]" <<<"$out" || fail "$out"
runs 0 list iris
grep -q "^1$tab" <<<"$out" || fail "n deleted it"
on_terminal 0 $'y\n' rm iris/1
runs 0 list iris
! grep -q "^1$tab" <<<"$out" || fail "y did not delete it"
on_terminal 1 $'y\n' rm iris/1
grep -q "'iris' has no version 1" <<<"$out" || fail "$out"
runs 1 rm iris/1 --yes
says "refused with status 404"
runs 1 rm iris/2 --yes
says "without --force: refused with status 409"
runs 0 rm iris/2 --yes --force
runs 2 rm iris/canary --yes
says "larder rm iris --label canary"
runs 0 rm iris --yes
runs 0 list
[ "$(cut -f1 <<<"$out")" = line ] || fail "$out"
stop

# ---- tokens, behind a proxy, below a path ----

printf '# tokens\nsecret-1 tests\n' >"$work/tokens"
chmod 600 "$work/tokens"
start --management-tokens-file "$work/tokens"
command -v nginx >/dev/null || PATH=$PATH:/usr/sbin
port=$((20000 + RANDOM % 10000)) tls_port=$((30000 + RANDOM % 2000))
openssl req -x509 -newkey rsa:2048 -nodes -keyout "$work/key.pem" -out "$work/certificate.pem" -days 2 -subj /CN=localhost \
    -addext subjectAltName=DNS:localhost 2>"$work/openssl.err" || fail "openssl: $(cat "$work/openssl.err")"
cat >"$work/nginx.conf" <<END
pid $work/nginx.pid;
error_log $work/nginx.log;
daemon off;
events { worker_connections 64; }
http {
    access_log off;
    client_body_temp_path $work/b; proxy_temp_path $work/p; fastcgi_temp_path $work/f; uwsgi_temp_path $work/u; scgi_temp_path $work/s;
    server {
        listen 127.0.0.1:$port;
        listen 127.0.0.1:$tls_port ssl;
        ssl_certificate $work/certificate.pem;
        ssl_certificate_key $work/key.pem;
        location /below/ { proxy_pass $base/; proxy_set_header X-Forwarded-For \$remote_addr; }
    }
}
END
nginx -c "$work/nginx.conf" -p "$work" 2>"$work/nginx.err" &
nginx_pid=$!
trap 'rc=$?; set +e; kill $nginx_pid; wait $nginx_pid; (exit $rc); finish' EXIT
LARDER_URL=http://127.0.0.1:$port/below
until_is 200 "$LARDER_URL/v2/health/ready"
runs 0 list
runs 1 push "$file" iris
says "refused with status 401"
says "a token goes into LARDER_TOKEN or --token-file"
LARDER_TOKEN=wrong runs 1 push "$file" iris
says "refused with status 401"
LARDER_TOKEN=secret-1 runs 0 push "$file" iris
runs 0 push "$file" iris --token-file "$work/tokens"
LARDER_TOKEN=$'a\nb' runs 2 list

# By https: who vouches for the server must be known.
secure=https://localhost:$tls_port/below
runs 3 list --url "$secure"
says "no answer from $secure"
says certificate
runs 0 list --url "$secure" --ca-file "$work/certificate.pem"
LARDER_CA_FILE=$work/certificate.pem runs 0 list iris --url "$secure"
LARDER_CA_FILE=$work/certificate.pem runs 3 list --url "https://127.0.0.1:$tls_port/below" # not its name
runs 3 list --url "$secure" --ca-file "$work/none.pem"
LARDER_CA_FILE=$work/certificate.pem LARDER_TOKEN=secret-1 runs 0 push "$file" secure --url "$secure"
runs 1 list --token-file "$work/none"
kill "$nginx_pid"
wait "$nginx_pid" || true
trap finish EXIT
stop
LARDER_URL=$base
runs 3 push "$file" iris
says "no answer from $base"
