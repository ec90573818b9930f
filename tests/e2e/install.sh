#!/usr/bin/env bash
# What meson installs runs from where it lies, and the unit is one that systemd takes and finds tight.
. "$(dirname "$0")/larder.sh"
DESTDIR=$work/root meson install -C "$BUILD" --no-rebuild >"$work/install" 2>&1 || fail "$(tail -n 5 "$work/install")"
prefix=$work/root$(meson introspect "$BUILD" --buildoptions | jq -r '.[] | select(.name == "prefix").value')
for f in bin/larder bin/larderd libexec/larder/larder-loader lib/systemd/system/larderd.service lib/systemd/system/larderd.socket lib/systemd/system/larderd-management.socket; do
    [ -e "$prefix/$f" ] || fail "$f is not installed"
done
yaml=$(find "$work/root" -name larder.yaml)
[ -n "$yaml" ] || fail "larder.yaml is not installed"
"$prefix/bin/larderd" --config "$yaml" --check-config || fail "the installed settings are not good"

unit=$work/larderd.service
sed "s#^ExecStart=[^ ]*#ExecStart=$prefix/bin/larderd#" "$prefix/lib/systemd/system/larderd.service" >"$unit"
systemd-analyze verify "$unit" 2>"$work/verify" || fail "systemd-analyze verify: $(cat "$work/verify")"
[ ! -s "$work/verify" ] || fail "systemd-analyze verify: $(cat "$work/verify")"
for socket in larderd.socket larderd-management.socket; do
    cp "$prefix/lib/systemd/system/$socket" "$work/"
    systemd-analyze verify "$work/$socket" "$unit" 2>"$work/verify" || fail "systemd-analyze verify $socket: $(cat "$work/verify")"
    [ ! -s "$work/verify" ] || fail "systemd-analyze verify $socket: $(cat "$work/verify")"
done
# In tenths. What is left is mostly that it listens on TCP.
systemd-analyze security --offline=true --threshold=10 "$unit" >"$work/security" 2>&1 || fail "$(tail -n 3 "$work/security")"
