#!/usr/bin/env bash
# Folders as zip and tar, the self-check that they bring, digests and conditions of uploads.
. "$(dirname "$0")/larder.sh"
examples=$SOURCE/examples/models
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
file=$examples/iris/1/model.joblib
url=/v1/models/iris/versions
start --limits-upload 2M

# A model with its expected.json, in each form
tar -C "$examples" -cf "$work/iris.tar" iris/1
gzip -k "$work/iris.tar"
zstd -q "$work/iris.tar"
python3 - "$examples/iris/1" "$work" <<'END'
import os, sys, zipfile
source, work = sys.argv[1:]
with zipfile.ZipFile(work + "/iris.zip", "w", zipfile.ZIP_DEFLATED) as z:
    for name in os.listdir(source):
        z.write(os.path.join(source, name), "iris/" + name)
def one(path, info, data=b"x"):
    with zipfile.ZipFile(work + "/" + path, "w") as z:
        z.writestr(info, data)
link = zipfile.ZipInfo("model.joblib")
link.external_attr = 0o120777 << 16
one("link.zip", link, b"/etc/passwd")
one("up.zip", "../../../escaped")
one("bomb.zip", "x")
with zipfile.ZipFile(work + "/bomb.zip", "w", zipfile.ZIP_DEFLATED) as z:
    z.writestr("model.joblib", b"\0" * (64 << 20))
with zipfile.ZipFile(work + "/two.zip", "w") as z:
    z.write(os.path.join(source, "model.joblib"), "a.joblib")
    z.write(os.path.join(source, "model.joblib"), "b.joblib")
END
n=0
for f in iris.tar iris.tar.gz iris.tar.zst iris.zip; do
    n=$((n + 1))
    answers 200 --data-binary @"$work/$f" "$base/v1/validate"
    answers 201 -X POST -T "$work/$f" "$base$url"
    grep -qi "^Location: .*/versions/$n" "$work/headers" || fail "$f: not version $n"
    [ "$(cd "$models/iris/$n" && echo *)" = "expected.json model.joblib" ] || fail "$f became $(ls -R "$models/iris/$n")"
    cmp "$models/iris/$n/model.joblib" "$file"
    answers 200 "$base$url/$n/artifact"
    cmp "$work/body" "$file" || fail "$f: the artifact differs"
    answers 200 "$base/v1/models/iris/versions/$n:predict" -d "$row"
done
answers 200 -T "$work/iris.zip" "$base$url/2" # the same content, however it is packed
answers 200 -T "$file" "$base$url/4"
answers 409 -T "$examples/iris/2/model.joblib" "$base$url/4"

# One that would answer differently
mkdir "$work/wrong"
cp "$file" "$work/wrong"
jq '.answers[1][2] = 0.5' "$examples/iris/1/expected.json" >"$work/wrong/expected.json"
tar -C "$work/wrong" -cf "$work/wrong.tar" .
answers 422 -X POST -T "$work/wrong.tar" "$base$url"
body_has '.error | contains("answers[1][2]: 0.5 is expected, this model answers 0.649")'
answers 422 --data-binary @"$work/wrong.tar" "$base/v1/validate"

# What means harm, and what is no model
for f in link.zip up.zip bomb.zip two.zip; do
    answers 422 -X POST -T "$work/$f" "$base$url"
    body_has '.error | length > 0'
done
ln -s /etc/passwd "$work/wrong/model.pkl"
tar -C "$work/wrong" -cf "$work/link.tar" .
answers 422 -X POST -T "$work/link.tar" "$base$url"
body_has '.error | contains("is a link")'
head -c 3000 "$work/iris.tar" >"$work/cut.tar"
answers 422 -X POST -T "$work/cut.tar" "$base$url"
[ ! -e "$work/escaped" ] || fail "a member escaped"
[ "$(ls "$models/iris" | sort -n | tr '\n' ' ')" = "1 2 3 4 " ] || fail "versions: $(ls "$models/iris")"

# Digests: checked, and sent
digest="sha-256=:$(openssl dgst -sha256 -binary "$file" | base64):"
answers 201 -X POST -T "$file" "$base$url" -H "Repr-Digest: $digest"
answers 200 "$base$url/5/artifact"
grep -qiF "Repr-Digest: $digest" "$work/headers" || fail "no digest: $(cat "$work/headers")"
answers 201 -X POST -T "$work/iris.zip" "$base$url" -H "Repr-Digest: sha-512=:AA==:, sha-256=:$(openssl dgst -sha256 -binary "$work/iris.zip" | base64):"
answers 400 -X POST -T "$examples/iris/2/model.joblib" "$base$url" -H "Repr-Digest: $digest"
body_has '.error | contains("sha-256=:")'
answers 400 -X POST -T "$file" "$base$url" -H 'Repr-Digest: sha-256=:nonsense:'

# Only where nothing is
answers 201 -T "$file" "$base$url/9" -H 'If-None-Match: *'
answers 412 -T "$file" "$base$url/9" -H 'If-None-Match: *'

# Sizes: told before, and met on the way
head -c 3000000 /dev/zero >"$work/large"
answers 413 -X POST -T "$work/large" "$base$url" -H 'Expect: 100-continue'
! grep -q '^HTTP/1.1 100' "$work/headers" || fail "a body that is too large was asked for"
answers 201 -X POST -T "$file" "$base$url" -H 'Expect: 100-continue'
grep -q '^HTTP/1.1 100' "$work/headers" || fail "100-continue was not answered"
code=$(curl -s -o /dev/null -w '%{http_code}' -X POST -H 'Transfer-Encoding: chunked' -T - "$base$url" <"$work/large" || true)
[ "$code" = 413 ] || fail "a stream that is too large: $code"

# A client that goes away half-way leaves nothing
(
    exec 3<>"/dev/tcp/127.0.0.1/${base##*:}"
    printf 'POST %s HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000000\r\n\r\n' "$url" >&3
    head -c 300000 /dev/zero >&3
    sleep 0.3
)
for ((i = 0; i < 200; i++)); do
    ! compgen -G "$models/.larder/up-*" >/dev/null || { sleep 0.05; continue; }
    break
done
! compgen -G "$models/.larder/up-*" >/dev/null || fail "litter: $(ls -A "$models/.larder")"
stop
