#!/usr/bin/env bash
# Packed requests and answers, in every dialect.
. "$(dirname "$0")/larder.sh"
cp -r "$SOURCE"/examples/models/. "$models"
start --limits-body 4M
rows=$(printf '[5.1, 3.5, 1.4, 0.2],%.0s' {1..400})
printf '{"signature_name": "predict_proba", "instances": [%s]}' "${rows%,}" >"$work/rows"
gzip -c "$work/rows" >"$work/rows.gz"
cp "$SOURCE/tests/e2e/bodies/iris_rows.json.z" "$work/rows.z"
url=$base/v1/models/iris:predict

answers 200 "$url" --data-binary @"$work/rows"
cp "$work/body" "$work/plain"
! grep -qi '^Content-Encoding' "$work/headers" || fail "packed without being asked"
for how in "gzip gz" "x-gzip gz" "deflate z"; do
    answers 200 "$url" -H "Content-Encoding: ${how% *}" --data-binary @"$work/rows.${how#* }"
    cmp "$work/body" "$work/plain" || fail "$how: another answer"
done
answers 200 "$url" -H 'Transfer-Encoding: chunked' -H 'Content-Encoding: gzip' --data-binary @"$work/rows.gz"
cmp "$work/body" "$work/plain" || fail "chunked: another answer"

for coding in gzip deflate; do
    answers 200 "$url" --compressed -H "Accept-Encoding: $coding" --data-binary @"$work/rows"
    grep -qix "Content-Encoding: $coding"$'\r' "$work/headers" || fail "$coding: not packed"
    grep -qix 'Vary: Accept-Encoding'$'\r' "$work/headers" || fail "no Vary"
    cmp "$work/body" "$work/plain" || fail "$coding: another answer"
    n=$(sed -n 's/^Content-Length: \([0-9]*\).*/\1/Ip' "$work/headers")
    [ "$n" -lt "$(stat -c %s "$work/plain")" ] || fail "$coding: $n bytes"
done
answers 200 "$url" -H 'Accept-Encoding: gzip;q=0, identity' --data-binary @"$work/rows"
cmp "$work/body" "$work/plain" || fail "packed against its will"
answers 200 "$url" --compressed -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
! grep -qi '^Content-Encoding' "$work/headers" || fail "a small answer is packed"
answers 200 "$url" --compressed -H 'Accept-Encoding: gzip, identity;q=0' -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
grep -qi '^Content-Encoding: gzip' "$work/headers" || fail "plain against its will"
body_has '.predictions == ["setosa"]'
answers 200 --compressed "$base/metrics"
grep -qi '^Content-Encoding: gzip' "$work/headers" || fail "metrics are not packed"
grep -q larder_predict_requests_total "$work/body" || fail "no metrics"

# Triton: header and tensors are packed together
gzip -c "$SOURCE/tests/e2e/bodies/iris_fp32.bin" >"$work/oip.gz"
answers 200 "$base/v2/models/iris/versions/1/infer" -H 'Inference-Header-Content-Length: 144' -H 'Content-Encoding: gzip' --data-binary @"$work/oip.gz"
answers 200 "$base/v2/repository/index" -H 'Content-Encoding: gzip' --data-binary @<(printf '{}' | gzip -c)

# What is refused
answers 415 "$url" -H 'Content-Encoding: br' --data-binary @"$work/rows"
grep -qix 'Accept-Encoding: gzip, deflate'$'\r' "$work/headers" || fail "415 without Accept-Encoding"
answers 501 "$base/v2/models/iris/infer" -H 'Content-Encoding: br' --data-binary @"$work/rows"
answers 400 "$url" -H 'Content-Encoding: gzip' --data-binary @"$work/rows"
head -c 100 "$work/rows.gz" >"$work/cut.gz"
answers 400 "$url" -H 'Content-Encoding: gzip' --data-binary @"$work/cut.gz"
head -c 3000000 /dev/zero | gzip -c >"$work/bomb.gz"
answers 413 "$url" -H 'Content-Encoding: gzip' --data-binary @"$work/bomb.gz"
body_has '.error | contains("200 times")'
head -c 2000000 /dev/urandom | od -An -tx1 | gzip -1 -c >"$work/large.gz"
answers 413 "$url" -H 'Content-Encoding: gzip' --data-binary @"$work/large.gz"
answers 200 "$url" --data-binary @"$work/rows"
stop
