#!/usr/bin/env bash
# MLflow's scoring server, as its clients call it.
. "$(dirname "$0")/larder.sh"
mkdir -p "$models/iris"
cp -r "$SOURCE"/examples/models/iris/1 "$models/iris/1"
start
json='Content-Type: application/json'
url=$base/invocations

answers 200 "$url" -H "$json" -d '{"dataframe_split": {"columns": [0, 1, 2, 3], "data": [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]}}'
body_has '. == {"predictions": [0, 2]}'
grep -qi '^Larder-Model-Version: 1;' "$work/headers" || fail "no version"
answers 200 "$url" -H "$json; charset=utf-8" -d '{"instances": [[5.1, 3.5, 1.4, 0.2]], "params": {"method": "predict_proba"}}'
body_has '.predictions[0] | length == 3'
answers 200 "$url" -H "$json" -d '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
body_has '.predictions == [0]'
answers 400 "$url" -H "$json" -d '{"dataframe_split": {"data": [[5.1, 3.5]]}}'
body_has '.error_code == "BAD_REQUEST" and (.message | contains("dataframe_split.data[0]")) and (has("stack_trace") | not)'
for type in text/plain 'application/json; charset=latin-1' 'application/json; format=pandas-split' ''; do
    answers 415 "$url" -H "Content-Type: $type" -d '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
    grep -qi '^Content-Type: text/plain' "$work/headers" || fail "415 is not text"
done
answers 405 "$url"
body_has '.error_code == "BAD_REQUEST" and (.message | length > 0)'
answers 200 "$base/ping"
[ "$(od -An -c "$work/body" | tr -d ' ')" = '\n' ] || fail "ping: $body"
answers 200 "$base/health"
answers 200 "$base/version"
[ "$body" = "$("$BUILD/server/larderd" --version | grep -o '[0-9][0-9.]*' | head -n 1)" ] || fail "version $body"

# Several models: which one
cp -r "$SOURCE/examples/models/table" "$models/table"
until_is 200 "$base/v2/models/table/ready"
answers 404 "$url" -H "$json" -d '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
body_has '.error_code == "RESOURCE_DOES_NOT_EXIST" and (.message | contains("?model="))'
answers 200 "$url?model=iris" -H "$json" -d '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
answers 404 "$url?model=none" -H "$json" -d '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
answers 404 "$url?model=.." -H "$json" -d '{}'

# A table by names: the extra column is passed over, the missing one named
answers 200 "$base/v2/models/table"
columns=$(jq -r '[.inputs[].name] | join(",")' <"$work/body")
values=$(jq -r '[.inputs[] | if .datatype == "BYTES" then "Bern" else "1" end] | join(",")' <"$work/body")
printf 'extra,%s\nx,%s\ny,%s\n' "$columns" "$values" "$values" >"$work/csv"
answers 200 "$url?model=table" -H 'Content-Type: text/csv; charset=utf-8' --data-binary @"$work/csv"
body_has '.predictions | length == 2'
cut -d, -f1,3- "$work/csv" >"$work/missing"
answers 400 "$url?model=table" -H 'Content-Type: text/csv' --data-binary @"$work/missing"
body_has ".message | contains(\"column '${columns%%,*}' is missing\")"

# CSV as pandas reads it
printf '%s\n' ,sex,port,class,fare,age,survived '7,"NA",S,first,+3.,#N/A,1' >"$work/csv"
answers 200 "$url?model=table" -H 'Content-Type: text/csv' --data-binary @"$work/csv"
body_has '.predictions | length == 1'
answers 200 "$url?model=iris" -H 'Content-Type: text/csv' --data-binary $'0,1,2,3\n5.1,3.5,1.4,True\n'
answers 200 "$url?model=iris" -H "$json" -d '{"dataframe_records": [{"3": 0.2, "0": 5.1, "1": 3.5, "2": 1.4}], "params": null}'
body_has '.predictions == [0]'
stop

start --default-model iris
url=$base/invocations
answers 200 "$url" -H "$json" -d '{"inputs": [[5.1, 3.5, 1.4, 0.2]]}'
body_has '.predictions == [0]'
stop
