#!/usr/bin/env bash
# What users of other model servers complain about, by the numbers of docs/complaints.md: one test for each that can be
# shown from outside in a moment. Each prints its number and what holds.
. "$(dirname "$0")/larder.sh"
examples=$SOURCE/examples/models
iris1=$examples/iris/1/model.joblib iris2=$examples/iris/2/model.joblib line1=$examples/line/1/model.joblib
row='{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
oip='{"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP64", "data": [5.1, 3.5, 1.4, 0.2]}]}'

# put FILE MODEL/VERSION: a file that appears whole
put() {
    mkdir -p "$work/coming" "$models/$2"
    cp "$1" "$work/coming/model.joblib"
    mv "$work/coming/model.joblib" "$models/$2/model.joblib"
}
# predicts STATUS MODEL[/versions/V]
predicts() { answers "$1" "$base/v1/models/$2:predict" -d "$row"; }
serves() { until_is 200 "$base/v2/models/$1/ready"; }
# listed MODEL FILTER: true of its listing within some seconds
listed() {
    local i
    for ((i = 0; i < 300; i++)); do
        [ "$(curl -s "$base/v1/models/$1/versions" | jq "$2")" != true ] || return 0
        sleep 0.02
    done
    fail "not so: $2 in: $(curl -s "$base/v1/models/$1/versions")"
}
metric() { curl -s "$base/metrics" | awk -v name="$1" 'index($0, name) == 1 { print $2 }'; }
version_is() { grep -qi "^Larder-Model-Version: $1;" "$work/headers" || fail "not version $1 but $(grep -i larder-model "$work/headers")"; }
# refused FILE...: an upload that must not load
refuse_upload() { answers 422 -X POST -T "$1" "$base/v1/models/refused/versions"; }

complaint_01_files_that_are_being_written() {
    local piece=$(($(stat -c %s "$iris1") / 9 + 1))
    mkdir -p "$models/slow/1"
    for ((i = 0; i < 8; i++)); do
        dd if="$iris1" bs="$piece" skip=$i count=1 status=none >>"$models/slow/1/model.joblib"
        sleep 0.05
        [ "$(curl -s "$base/v1/models/slow/versions" | jq 'any(.versions[]?; .state == "AVAILABLE")')" != true ] ||
            fail "a part of a file answers"
    done
    dd if="$iris1" bs="$piece" skip=8 status=none >>"$models/slow/1/model.joblib"
    cmp -s "$iris1" "$models/slow/1/model.joblib" || fail "this test is wrong"
    serves slow
    predicts 200 slow
}
complaint_02_state_and_digest_of_each_version() {
    answers 200 "$base/v1/models/iris/versions"
    body_has ".versions[0] | .state == \"AVAILABLE\" and .sha256 == \"$(sha256sum "$iris1" | cut -d' ' -f1)\""
}
complaint_03_a_failed_load_is_tried_again_when_the_file_changes() {
    mkdir -p "$models/cut/1"
    head -c 600 "$iris1" >"$models/cut/1/model.joblib"
    listed cut '.versions[0].error | type == "string"'
    tail -c +601 "$iris1" >>"$models/cut/1/model.joblib"
    serves cut
}
complaint_04_the_order_in_which_files_appear_does_not_matter() {
    mkdir -p "$models/.late/2" "$models/.late/1"
    cp "$iris2" "$models/.late/2/model.joblib"
    mv "$models/.late" "$models/late" # a higher version before a lower one, in a folder that is there at once
    listed late '.versions[-1].state == "AVAILABLE"'
    : >"$models/late/1/model.joblib" # made, taken away, and made again
    rm "$models/late/1/model.joblib"
    cp "$iris1" "$models/late/1/other.joblib"
    mv "$models/late/1/other.joblib" "$models/late/1/model.joblib"
    listed late '[.versions[] | select(.state == "AVAILABLE").version] == ["1", "2"]'
    predicts 200 late
    version_is 2
}
complaint_05_a_bad_file_does_not_end_the_server() {
    mkdir -p "$models/bad/1"
    head -c 3000 /dev/urandom >"$models/bad/1/model.joblib"
    listed bad '.versions[0].error | type == "string"'
    predicts 200 iris
}
complaint_06_hidden_names_and_rename() {
    mkdir -p "$models/renamed"
    cp -r "$examples/iris/1" "$models/renamed/.1.coming"
    answers 200 -X POST "$base/v1/reload"
    answers 404 "$base/v1/models/renamed"
    mv "$models/renamed/.1.coming" "$models/renamed/1"
    serves renamed
}
complaint_07_unchanged_models_are_not_loaded_again() {
    local before
    before=$(metric 'larder_loads_total{result="ok"}')
    touch "$models/iris/1/model.joblib"
    answers 200 -X POST "$base/v1/reload"
    answers 200 -X POST "$base/v1/reload"
    [ "$(metric 'larder_loads_total{result="ok"}')" = "$before" ] || fail "the same bytes were loaded again"
}
complaint_08_after_an_error_changes_are_seen() {
    mkdir -p "$models/mended/1"
    echo 'no model' >"$models/mended/1/model.joblib"
    listed mended '.versions[0].error | type == "string"'
    put "$iris1" mended/1
    serves mended
}
complaint_09_one_bad_model_does_not_block_others() {
    put "$iris1" beside/1
    serves beside
    [ "$(grep -c "model 'bad'" "$work/log")" -le 2 ] || fail "one bad model fills the log"
}
complaint_10_many_models_and_reloads() {
    for ((i = 0; i < 14; i++)); do
        put "$iris1" "many-$i/1"
    done
    for ((i = 0; i < 10; i++)); do
        answers 200 -X POST "$base/v1/reload"
        predicts 200 iris
    done
    for ((i = 0; i < 14; i++)); do
        serves "many-$i"
    done
}
complaint_11_a_reload_has_no_gap() { # tests/e2e/swaps.sh does it under load
    put "$iris1" swapped/1
    serves swapped
    put "$iris2" swapped/1
    for ((i = 0; i < 40; i++)); do
        predicts 200 swapped
    done
    listed swapped ".versions[0].sha256 == \"$(sha256sum "$iris2" | cut -d' ' -f1)\""
}
complaint_12_a_switch_of_versions_holds_nobody_up() {
    put "$iris1" switched/1
    serves switched
    for ((i = 0; i < 5; i++)); do
        curl -s -o "$work/uploaded" -X POST -T "$iris2" "$base/v1/models/switched/versions" &
        uploading=$!
        while kill -0 "$uploading" 2>/dev/null; do
            answers 200 -m 5 "$base/v1/models/switched:predict" -d "$row"
        done
        wait "$uploading"
    done
    predicts 200 switched
    version_is 6
}
complaint_13_a_pinned_version_stays() {
    answers 201 -X POST -T "$iris2" "$base/v1/models/beside/versions"
    predicts 200 beside/versions/1
    version_is 1
}
complaint_14_a_folder_that_vanishes_unloads_nothing() {
    mv "$models" "$models.away"
    answers 503 -X POST "$base/v1/reload"
    sleep 0.3
    predicts 200 iris
    mv "$models.away" "$models"
    answers 200 -X POST "$base/v1/reload"
    predicts 200 iris
}
complaint_15_load_of_what_has_not_changed() {
    answers 200 -X POST "$base/v2/repository/models/iris/load"
    predicts 200 iris
}
memory() { awk '/^(Pss_Anon|Pss_Shmem):/ { n += $2 } END { print n }' "/proc/$larderd_pid/smaps_rollup"; }
complaint_16_memory_comes_back() {
    local before after
    for ((i = 0; i < 25; i++)); do
        [ "$i" != 5 ] || before=$(memory)
        answers 200 -X POST "$base/v2/repository/models/iris/unload"
        [ -z "$(metric 'larder_model_memory_bytes{model="iris"')" ] || fail "an unloaded model has memory"
        answers 200 -X POST "$base/v2/repository/models/iris/load"
    done
    after=$(memory)
    # The address sanitizer keeps what was freed for a while.
    [ -n "${SANITIZED:-}" ] || [ "$after" -le $((before + 1024)) ] || fail "20 loads: $before kB, then $after kB"
}
complaint_18_one_copy_in_memory() {
    grep -q compiled "/proc/$larderd_pid/maps" || fail "no compiled form is mapped"
    ! grep compiled "/proc/$larderd_pid/maps" | grep -qv ' r--s ' || fail "one is not shared: $(grep compiled "/proc/$larderd_pid/maps")"
}
complaint_20_long_json() {
    python3 -c 'print("{\"instances\": [" + ",".join(["[5.1,3.5,1.4,0.2]"] * 100000) + "]}")' >"$work/long"
    answers 200 --max-time 5 "$base/v1/models/iris:predict" --data-binary @"$work/long"
    body_has '.predictions | length == 100000'
}
complaint_21_binary_tensors() {
    answers 200 "$base/v2/models/iris/infer" -H 'Inference-Header-Content-Length: 0' --data-binary @"$SOURCE/tests/e2e/bodies/iris_raw.bin"
}
complaint_22_binary_in_json_out() {
    answers 200 "$base/v2/models/iris/infer" -H 'Inference-Header-Content-Length: 94' --data-binary @"$SOURCE/tests/e2e/bodies/iris_one.bin"
    body_has '.outputs[0].data | length == 1'
}
complaint_23_numbers_keep_their_digits() {
    answers 200 "$base/v1/models/iris:predict" -d '{"signature_name": "predict_proba", "instances": [[0.96, 6e-07, 1e-7, 1E+0]]}'
    [[ $body =~ [0-9]\.[0-9]{15,} ]] || fail "digits are missing: $body"
    python3 -c 'import json, sys; assert abs(sum(json.load(sys.stdin)["predictions"][0]) - 1) < 1e-12' <"$work/body" || fail "no JSON: $body"
}
complaint_24_answers_are_json() {
    answers 200 "$base/v2/models/iris/infer" -d '{"inputs": [{"name": "X", "shape": [1, 4], "datatype": "FP64", "data": [1e300, -1e300, 1e300, -1e300]}], "outputs": [{"name": "predict_log_proba"}]}'
    python3 -c 'import json, sys; json.load(sys.stdin, parse_constant=lambda name: sys.exit("not JSON: " + name))' <"$work/body"
    body_has '.outputs[0].data | any(. == null)'
}
complaint_25_a_string_where_an_array_belongs() {
    for wrong in '{"instances": "x"}' '{"instances": {"a": "x"}}' '{"inputs": 7}' '[]' '"x"' 'null' ''; do
        answers 400 "$base/v1/models/iris:predict" -d "$wrong"
        answers 400 "$base/v2/models/iris/infer" -d "$wrong"
    done
    predicts 200 iris
}
complaint_26_models_of_many_releases_at_once() {
    local fixture model
    for fixture in "$SOURCE"/tests/fixtures/sklearn/*/RandomForestClassifier_words.*; do
        [ "${fixture%.json}" = "$fixture" ] || continue
        model=forest-$(basename "$(dirname "$fixture")")
        mkdir -p "$models/$model"
        cp "$fixture" "$models/$model"
        serves "$model"
        predicts 200 "$model"
        body_has '.predictions == ["setosa"]'
    done
}
complaint_27_what_made_the_model() {
    answers 200 "$base/v1/models/iris/versions"
    body_has '.versions[0] | .format != null and .producer != null and (.versions | tostring | test("[0-9]+[.][0-9]+"))'
}
complaint_28_closed_to_others() {
    answers 401 -X DELETE -H 'X-Forwarded-For: 10.0.0.9' "$base/v1/models/iris"
    "$BUILD/server/larderd" --print-config | grep -A 1 '^listen:' | grep -q '127\.0\.0\.1' || fail "the default is open to others"
}
complaint_29_names_lead_nowhere() {
    for name in .. %2e%2e ..%2fx a%2fb %00 .hidden 'a\b'; do
        got=$(curl -s --path-as-is -o /dev/null -w '%{http_code}' -X POST -T "$iris1" "$base/v1/models/$name/versions" || true)
        [[ $got = 400 || $got = 404 ]] || fail "an upload as '$name': $got"
    done
    answers 400 -X POST "$base/v2/repository/models/iris/load" -d '{"parameters": {"file:1/model.joblib": "AAAA"}}'
}
complaint_30_a_model_runs_nothing() {
    printf 'cos\nsystem\n(S"touch %s/executed"\ntR.' "$work" >"$work/evil"
    refuse_upload "$work/evil"
    body_has '.error | contains("system")'
    printf 'cbuiltins\neval\n(S"__import__(%sos%s).mkdir(%s%s/executed%s)"\ntR.' "'" "'" "'" "$work" "'" >"$work/evil"
    refuse_upload "$work/evil"
    body_has '.error | contains("eval")'
    [ ! -e "$work/executed" ] || fail "a model was executed"
}
complaint_31_new_versions_are_picked_up() {
    put "$iris1" picked/1
    serves picked
    put "$iris2" picked/2
    until_is 200 "$base/v2/models/picked/versions/2/ready"
    predicts 200 picked
    version_is 2
}
complaint_32_upload_with_a_checksum() {
    local sum
    sum=$(sha256sum "$line1" | cut -d' ' -f1)
    answers 400 -T "$line1" "$base/v1/models/pushed/versions/1?sha256=$(printf '0%.0s' {1..64})"
    answers 404 "$base/v1/models/pushed"
    answers 201 -T "$line1" "$base/v1/models/pushed/versions/1?sha256=$sum"
    cmp -s "$line1" "$models/pushed/1/model.joblib" || fail "what was uploaded is not in the folder"
}
complaint_33_all_models_are_listed() {
    answers 200 "$base/v1/models"
    body_has '.models | index("iris") != null and index("picked") != null'
    answers 200 "$base/v1/models?limit=2"
    body_has '.items | length == 2'
}
complaint_34_which_version_answered() {
    predicts 200 iris/versions/1
    version_is 1
    answers 200 "$base/v2/models/iris/versions/1/infer" -d "$oip"
    version_is 1
    body_has '.model_version == "1"'
    answers 200 "$base/invocations?model=iris" -H 'Content-Type: application/json' -d "$row"
    version_is 2
}
complaint_35_names_for_versions() {
    answers 200 -X PUT "$base/v1/models/iris/labels/v1.0.3-rc" -d '{"version": 1}'
    answers 200 "$base/v1/models/iris/labels/v1.0.3-rc:predict" -d "$row"
    version_is 1
}
complaint_36_one_version_unloaded() {
    echo 'policy: {versions: [2]}' >"$models/picked/model.yaml"
    listed picked '[.versions[].state] == ["END", "AVAILABLE"]'
    predicts 200 picked
    predicts 503 picked/versions/1
}
complaint_38_reload_answers_when_it_is_done() {
    mkdir -p "$models/now/1"
    cp "$iris1" "$models/now/1/model.joblib"
    answers 200 --max-time 5 -X POST "$base/v1/reload"
    predicts 200 now
}
complaint_40_changes_need_a_token_from_outside() {
    answers 401 -X POST -H 'Forwarded: for=192.0.2.1' "$base/v1/reload"
    grep -qi '^WWW-Authenticate: Bearer' "$work/headers" || fail "401 does not say how"
}
complaint_41_unix_sockets() {
    answers 200 --unix-socket "$work/socket" http://any/v1/models/iris:predict -d "$row"
}
complaint_42_links_that_are_swapped() { # as a ConfigMap does
    mkdir -p "$models/mapped/..1" "$models/mapped/..2"
    cp "$iris1" "$models/mapped/..1/model.joblib"
    cp "$iris2" "$models/mapped/..2/model.joblib"
    ln -s ..1 "$models/mapped/..data"
    ln -s ..data/model.joblib "$models/mapped/model.joblib"
    serves mapped
    ln -s ..2 "$models/mapped/..data_tmp"
    mv -T "$models/mapped/..data_tmp" "$models/mapped/..data"
    listed mapped "any(.versions[]; .state == \"AVAILABLE\" and .sha256 == \"$(sha256sum "$iris2" | cut -d' ' -f1)\")"
}
complaint_44_no_answer_is_anothers() {
    local one two
    predicts 200 iris/versions/1
    one=$body
    predicts 200 iris/versions/2
    two=$body
    [ "$one" != "$two" ] || fail "this test is wrong"
    put "$iris1" cached/1
    serves cached
    predicts 200 cached
    [ "$body" = "$one" ] || fail "another answer: $body"
    put "$iris2" cached/1
    listed cached ".versions[0].sha256 == \"$(sha256sum "$iris2" | cut -d' ' -f1)\""
    predicts 200 cached
    [ "$body" = "$two" ] || fail "an answer from before: $body"
}
# These end the server, and come last.
complaint_39_the_end_is_announced() {
    kill -TERM "$larderd_pid"
    until_is 503 "$base/v2/health/ready"
    predicts 200 iris
    wait "$larderd_pid" || fail "larderd ended with status $?"
    larderd_pid=
}
complaint_43_only_the_models_that_are_named() {
    local all=$models
    models=$work/empty
    mkdir "$models"
    start --model "only=$all/iris/1"
    answers 200 "$base/v1/models"
    body_has '.models == ["only"]'
    predicts 200 only
    models=$all
    stop
}

mkdir -p "$models/iris"
cp -r "$examples/iris/." "$models/iris"
start --listen "unix:$work/socket" --drain-delay 1s
n=0
for test in $(declare -F | sed -n 's/^declare -f \(complaint_[0-9].*\)/\1/p' | grep -v '_39_\|_43_') \
    complaint_39_the_end_is_announced complaint_43_only_the_models_that_are_named; do
    "$test" || fail "$test"
    number=${test#complaint_}
    words=${number#*_}
    echo "${number%%_*} ${words//_/ }"
    n=$((n + 1))
done
echo "$n complaints"

# The documentation knows each of them
# shellcheck disable=SC2016
for number in $(declare -F | sed -n 's/^declare -f complaint_\([0-9]*\)_.*/\1/p'); do
    grep -Eq "^\| ${number#0} \|.*\| ([^|]*[^0-9])?${number}[^|]*\|$" "$SOURCE/docs/complaints.md" || fail "docs/complaints.md does not name test $number"
done
