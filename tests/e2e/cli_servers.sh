#!/usr/bin/env bash
# The program larder and servers that mean harm, or are slow: nothing that a terminal would obey is
# printed, nothing unchecked is kept.
. "$(dirname "$0")/larder.sh"
. "$(dirname "$0")/cli_helpers.sh"
examples=$SOURCE/examples/models
file=$examples/iris/1/model.joblib

tar -C "$examples/iris" -cf "$work/packed.tar" 1
python3 - "$work/port" "$file" "$work/packed.tar" 2>"$work/fake.log" <<'END' &
import base64, hashlib, http.server, json, os, sys, time
data, packed = (open(name, "rb").read() for name in sys.argv[2:])
evil = "\x1b]0;owned\x07\x1b[2J\u202egnp"
listing = {"name": "m", "versions": [{"version": "1", "state": "AVAILABLE", "labels": [evil], "format": evil, "class": evil, "size": len(data), "created": evil, "sha256": evil, "error": evil}]}
class Fake(http.server.BaseHTTPRequestHandler):
    def send(self, status, body, **headers):
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self):
        model = self.path.split("/")[3] if self.path.count("/") > 2 else ""
        if self.path == "/v1/models":
            self.send(200, b"<html>a router's login page</html>")
        elif model == "moved":
            self.send(302, b"", Location="http://127.0.0.1:1/")
        elif model == "cut":
            self.send_response(200)
            self.send_header("Content-Length", "1000")
            self.end_headers()
            self.wfile.write(b"{")
        elif model == "refused":
            self.send(404, json.dumps({"error": evil}, ensure_ascii=False).encode())
        elif model == "path":
            self.send(200, json.dumps({"versions": [{"version": "../../x", "state": "AVAILABLE"}]}).encode())
        elif not self.path.endswith("/artifact"):
            self.send(200, json.dumps(listing, ensure_ascii=False).encode())
        elif model == "none":
            self.send(200, data)
        elif model == "folder":
            digest = base64.b64encode(hashlib.sha256(packed).digest()).decode()
            self.send(200, packed, Repr_Digest="sha-512=:AA==:, sha-256=:" + digest + ":")
        elif model == "endless":
            self.send(200, b"\0" * (48 << 20), Repr_Digest="sha-256=:AAAA:")
        else:
            self.send(200, data, Repr_Digest="sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:")
    def do_POST(self):
        left = int(self.headers["Content-Length"])
        while left:
            got = self.rfile.read(min(left, 1 << 20))
            left -= len(got)
            time.sleep(0.05)
        self.send(201, json.dumps({"name": "m", "version": "5", "sha256": "", "report": None}).encode())
    def do_PUT(self):
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send(409, b'{"error": "version 5 is not available"}')
    def log_message(self, *args):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Fake)
with open(sys.argv[1] + ".new", "w") as f:
    f.write(str(server.server_address[1]))
os.rename(sys.argv[1] + ".new", sys.argv[1])
server.serve_forever()
END
fake_pid=$!
trap 'rc=$?; set +e; kill $fake_pid; wait $fake_pid; (exit $rc); finish' EXIT
for _ in {1..500}; do
    [ ! -e "$work/port" ] || break
    sleep 0.02
done
LARDER_URL=http://127.0.0.1:$(cat "$work/port")
export LARDER_URL
mkdir "$work/harm"
cd "$work/harm"
runs 1 list
says "is not JSON"
runs 1 list moved
says "refused with status 302"
runs 3 list cut
runs 1 list refused
says '\x1b]0;owned\x07\x1b[2J\u202egnp'
on_terminal 0 "" list m
grep -qF '\x1b]0;owned\x07' <<<"$out" || fail "$out"
on_terminal 0 "" list m --json
! grep -q $'\u202e' "$work/out" || fail "a hidden character: $out"
on_terminal 1 "" list refused
! LC_ALL=C grep -q $'\033' "$work/out" || fail "an escape sequence: $out"
runs 0 list m
! LC_ALL=C grep -q $'\033' "$work/out" || fail "an escape sequence: $out"
runs 1 pull path
says "no version of 'path' is available"
runs 1 pull m
says "it was damaged on its way"
runs 1 pull none
says "the server sent no digest"
runs 1 pull endless
says "more than the"
[ -z "$(ls -A)" ] || fail "left behind: $(ls -A)"
runs 0 pull folder # of several files
prints "file${tab}folder-1.tar"
cmp folder-1.tar "$work/packed.tar"
rm folder-1.tar

# Slow to take what comes: a bar for people, nothing for programs
head -c 30000000 /dev/zero >"$work/large"
on_terminal 0 "" push "$work/large" m
grep -qE '\[#+\.+\] +[0-9]+ %  [0-9.]+ MB of 30\.0 MB  [0-9.]+ MB/s' <<<"$out" || fail "no bar: $out"
grep -q "^.*version  5$" <<<"$out" || fail "$out"
runs 0 push "$work/large" m
[ -z "$err" ] || fail "a bar without a terminal: $err"
[ -z "$(ls -A)" ] || fail "left behind: $(ls -A)"
runs 1 push "$file" m --label canary
says "the version is there, but the label 'canary' is not"
prints "version${tab}5"
! grep -q canary <<<"$out" || fail "a label that was not set: $out"
cd "$SOURCE"
