#!/usr/bin/env bash
# Hot swaps under load, by mv and by upload in turn (swaps.c). SWAPS: how many (default 100).
. "$(dirname "$0")/larder.sh"
a=$SOURCE/examples/models/iris/1/model.joblib
b=$SOURCE/examples/models/iris/2/model.joblib
mkdir -p "$models/uploaded/1"
cp "$a" "$models/moved.joblib"
cp "$a" "$models/uploaded/1/model.joblib"
start
"$BUILD/tests/e2e/swaps" "${base##*:}" "$models" "$a" "$b" \
    "$(sha256sum "$a" | cut -c1-16)" "$(sha256sum "$b" | cut -c1-16)" "${SWAPS:-100}"
stop
