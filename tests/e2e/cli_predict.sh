#!/usr/bin/env bash
# larder predict with a model file: the daemon's own numbers without the daemon, from and to each kind of file.
. "$(dirname "$0")/larder.sh"
. "$(dirname "$0")/cli_helpers.sh"
examples=$SOURCE/examples/models
iris=$examples/iris/1/model.joblib
table=$examples/table/1/model.joblib
cd "$work"

# asks STATUS INPUT [arguments]: runs larder with INPUT on stdin.
asks() {
    local want=$1 got=0
    printf '%s' "$2" >"$work/in"
    shift 2
    "$larder" "$@" >"$work/out" 2>"$work/err" <"$work/in" || got=$?
    out=$(tr -d '\0' <"$work/out") err=$(cat "$work/err")
    [ "$got" = "$want" ] || fail "larder $*: status $got, expected $want: $out $err"
}

gives() { # TEXT: all of stdout
    [ "$out" = "$1" ] || fail "$out, expected $1"
}

# ---- the same as a server says ----

mkdir "$models/iris" "$models/table"
cp -r "$examples/iris/1" "$models/iris"
cp -r "$examples/table/1" "$models/table"
start
until_is 200 "$base/v2/models/table/ready"
for method in predict predict_proba predict_log_proba decision_function; do
    asks 0 '[[5.1, 3.5, 1.4, 0.2], [7, 3, 5, 2], [1e300, -2, 0, 4]]' predict "$iris" --method "$method"
    mine=$out
    asks 0 '[[5.1, 3.5, 1.4, 0.2], [7, 3, 5, 2], [1e300, -2, 0, 4]]' predict iris --method "$method" --url "$base"
    gives "$mine"
    asks 0 "{\"signature_name\": \"$method\", \"instances\": [{\"age\": null, \"fare\": 3, \"class\": \"first\", \"sex\": \"x\", \"port\": \"\"}]}" predict "$table"
    mine=$out
    asks 0 "{\"signature_name\": \"$method\", \"instances\": [{\"age\": null, \"fare\": 3, \"class\": \"first\", \"sex\": \"x\", \"port\": \"\"}]}" predict table --url "$base"
    gives "$mine"
done
asks 2 '[[1, 2, 3, 4]]' predict iris --url "$base" --output x.csv
says "for a model file"
asks 2 '{"instances": []}' predict iris --url "$base" --method predict

# ---- what is a file, what a model's name ----

cp "$iris" "$work/iris.joblib"
cp "$iris" "$work/iris"
asks 0 '[[5.1, 3.5, 1.4, 0.2]]' predict iris.joblib
gives 0
asks 0 '[[5.1, 3.5, 1.4, 0.2]]' predict ./iris
gives 0
asks 1 '[[5.1, 3.5, 1.4, 0.2]]' predict iris.joblib --url "$base" # a model of that name
LARDER_URL=http://127.0.0.1:1 asks 3 '[[5.1, 3.5, 1.4, 0.2]]' predict iris
asks 1 '' predict ./none.joblib
says "No such file"

# ---- CSV, by names and by position ----

asks 0 $'port,sex,class,fare,age\nS,male,third,7.25,22\n"C",female,first,,\n' predict "$table" --format csv --method predict_proba
head=$(head -n 1 <<<"$out")
[ "$head" = predict_proba_no,predict_proba_yes ] || fail "names: $head"
asks 0 $'age,fare,class,sex,port\n22,7.25,third,male,S\n' predict "$table" --format csv
gives $'predict\nno'
asks 0 '[[null, 3, "first", "male", null], [null, 3, "first", "male", "nix"]]' predict "$table" --method predict_proba
missing=$(head -n 1 <<<"$out")
[ "$missing" != "$(tail -n 1 <<<"$out")" ] || fail "a missing text is as any other: $out"
for nothing in '' '""' NA '"NA"' null '#N/A' nan; do
    asks 0 $'port,sex,class,fare,age,survived\n'"$nothing,male,first,3.,$nothing,1"$'\n' predict "$table" --method predict_proba
    gives "$missing"
done
asks 1 $'age,fare,class,sex,harbour,id\n22,7.25,third,male,S,1\n' predict "$table"
says "'port' is missing; the model has no column 'harbour', 'id'"
asks 0 $'5.1,3.5,1.4,0.2\n' predict "$iris"
for csv in $'5.1,3.5,1.4,0.2\n' $'a,b,c,d\n5.1,3.5,1.4,0.2\n' $',x0,x1,x2,x3,y\n7,5.1,3.5,1.4,0.2,no\n' $',0,1,2,3\n7,5.1,3.5,1.4,.2\n' $'0,1,2,3,\n+5.1,3.50,1.4,0.2,\n'; do
    asks 0 "$csv" predict "$iris"
    gives 0
    asks 0 "$csv" predict iris --url "$base"
    gives 0
done
for where in iris/1 iris/canary; do
    asks 0 '' promote iris 1 canary --url "$base"
    asks 0 $'x0,x1,x2,x3\n5.1,3.5,1.4,0.2\n' predict "$where" --url "$base"
    gives 0
    asks 0 '{"dataframe_split": {"columns": ["x3", "x1", "x2", "x0"], "data": [[0.2, 3.5, 1.4, 5.1]]}}' predict "$where" --url "$base"
    gives 0
done
asks 0 '{"dataframe_records": [{"x3": 0.2, "x1": 3.5, "x2": 1.4, "x0": 5.1}]}' predict iris --url "$base"
gives 0
asks 1 $'x0,x1,x2,x3\n5.1,3.5,1.4,0.2\n' predict iris/beta --url "$base"
says "beta"
asks 1 $'x0,x1,x2,x3\n5.1,3.5,1.4,0.2\n' predict iris/7 --url "$base"
for rows in '[[5.1, 3.5, 1.4, 0.2]]' '{"dataframe_split": {"data": [[5.1, 3.5, 1.4, 0.2]]}}' $'x0,x1,x2,x3\n5.1,3.5,1.4,0.2\n'; do
    asks 0 $'\xEF\xBB\xBF'"$rows" predict iris --url "$base"
    gives 0
    asks 0 $'\xEF\xBB\xBF'"$rows" predict "$iris"
    gives 0
done
foreign=$'a,b,x2,x3\n5.1,3.5,1.4,0.2\n'
asks 1 "$foreign" predict "$iris"
says "columns 'x0', 'x1' are missing; the model has no column 'a', 'b'"
asks 1 "$foreign" predict iris --url "$base"
says "columns 'x0', 'x1' are missing; the model has no column 'a', 'b'"
asks 1 $'a,b,c\n5.1,3.5,1.4\n' predict "$iris"
says "columns 'x0', 'x1', 'x2', 'x3' are missing; the model has no column 'a', 'b', 'c'"
asks 1 $'a,b,c,d\n5.1,3.5,1.4,x\n' predict "$iris"
says "CSV"
asks 1 "" predict "$iris"
says "no rows came"
asks 1 "[[1, 2, 3]]" predict "$iris"
asks 1 '[[1, 2, 3, 1e999]]' predict "$iris"
asks 2 '[[1, 2, 3, 4]]' predict "$iris" --method transform
says "no method 'transform', but predict, predict_proba, predict_log_proba, decision_function"
asks 2 '[[1, 2, 3, 4]]' predict "$iris" --format xml

# ---- many rows: in batches, as in one ----

awk 'BEGIN { print "x0,x1,x2,x3"; srand(1); for (i = 0; i < 10000; i++) print 8 * rand() "," 5 * rand() "," 7 * rand() "," 3 * rand() }' >rows.csv
runs 0 predict "$iris" rows.csv --method predict_proba --json
jq -e '.predictions | length == 10000 and (.[9999] | length) == 3' <<<"$out" >/dev/null || fail "10,000 rows"
jq -c '.predictions[]' <<<"$out" >all.jsonl
(head -n 1 rows.csv && sed -n '4090,4105p' rows.csv) >some.csv
runs 0 predict "$iris" some.csv --method predict_proba --json
jq -c '.predictions[]' <<<"$out" | cmp - <(sed -n '4089,4104p' all.jsonl) || fail "batches differ"
curl -sS --fail-with-body "$base/invocations?model=iris" -H 'Content-Type: text/csv' --data-binary @rows.csv | jq -c '.predictions[]' >theirs
runs 0 predict "$iris" rows.csv
cmp theirs out || fail "10,000 rows differ from the server's"
runs 0 predict "$iris" rows.csv --output out.csv
[ "$(wc -l <out.csv)" = 10001 ] || fail "$(wc -l <out.csv) lines"
tail -n +2 out.csv | cmp - theirs || fail "CSV differs"

# ---- arrays ----

{ # numpy.save(numpy.array([[5.1, 3.5, 1.4, 0.2]], dtype="<f4"))
    printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 4), }"
    printf '\x33\x33\xa3\x40\x00\x00\x60\x40\x33\x33\xb3\x3f\xcd\xcc\x4c\x3e'
} >x.npy
runs 0 predict "$iris" x.npy
gives 0
runs 2 predict iris x.npy --url "$base"
says "a server takes JSON or CSV"
runs 0 predict "$iris" x.npy --output y.npy
grep -aqF "{'descr': '<i8', 'fortran_order': False, 'shape': (1,), }" y.npy || fail "y.npy: $(od -c y.npy)"
[ "$(stat -c %s y.npy)" = 136 ] || fail "y.npy: $(od -c y.npy)"
runs 0 predict "$iris" x.npy --output p.npy --method predict_proba
runs 0 predict "$iris" x.npy --output p.csv --method predict_proba
[ "$(od -An -tf8 -j 128 -N 8 p.npy | tr -d ' ' | cut -c1-14)" = "$(sed -n 2p p.csv | cut -c1-14)" ] || fail "p.npy: $(od -tf8 p.npy) $(cat p.csv)"
asks 0 $'age,fare,class,sex,port\n22,7.25,third,male,S\n40,99,first,female,C\n' predict "$table" --output s.npy
grep -aqF "'<U3'" s.npy || fail "s.npy: $(od -c s.npy)"
[ "$(stat -c %s s.npy)" = 152 ] || fail "s.npy: $(od -c s.npy)"
asks 1 "PK" predict "$iris"
printf '\x93NUMPY\x01\x00\x76\x00%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 4), }" >none.npy
echo x0,x1,x2,x3 >none.csv
echo '[]' >none.json
for nothing in none.npy none.csv none.json; do
    runs 1 predict "$iris" $nothing
    says "expected at least one row, found none"
done
runs 2 predict "$iris" x.npy --output p.xlsx
says "--output writes .json, .csv or .npy, not '.xlsx'"
[ ! -e p.xlsx ] || fail "p.xlsx is there"
runs 0 predict "$iris" x.npy --output p.txt --format csv
mkdir out.d
runs 0 predict "$iris" x.npy --output out.d/p
[ "$(cat out.d/p)" = 0 ] || fail "out.d/p: $(cat out.d/p)"
head -c 100 x.npy >cut.npy
runs 1 predict "$iris" cut.npy
on_terminal 2 "" predict "$iris" x.npy --format npy
[[ $out == *"not for a terminal"* ]] || fail "$out"

# ---- rows that are dicts ----

dicts=$SOURCE/tests/fixtures/sklearn/1.9.1/DictVectorizer_lists.joblib.xz
hasher=$SOURCE/tests/fixtures/sklearn/1.9.1/FeatureHasher_dict.pkl
runs 0 inspect "$dicts"
[[ $out == *"records"*"rows are objects of numbers, texts (key=text), lists of texts, null"* ]] || fail "$out"
asks 0 '[{"dog": 1, "cat": "red", "nobody": 3}, {"dog": 2.5, "run": true}]' predict "$hasher"
mine=$out
asks 0 '[[["dog", 1], ["cat", "red"], ["nobody", 3]], [["run", 1], ["dog", 2.5]]]' predict "$hasher"
gives "$mine"
asks 0 $'dog,cat\n1,red\n2,blue\n' predict "$hasher"
mine=$out
asks 0 '{"dataframe_records": [{"dog": 1, "cat": "red"}, {"cat": "blue", "dog": 2}]}' predict "$hasher"
gives "$mine"
asks 1 '[{"dog": null}]' predict "$hasher"
says "instances[0].dog: expected a number, a text, true or false, found null"

# ---- what cannot be served, what cannot be written ----

printf "cposix\nsystem\n(S'touch %s/ran'\ntR." "$work" >system.pkl
asks 1 '[[1]]' predict ./system.pkl
says "posix.system"
[ ! -e "$work/ran" ] || fail "the file was obeyed"
asks 1 '[[1, 2, 3, 4], [1, 2, 3, null]]' predict "$iris" --output failed.csv
[ ! -e failed.csv ] || fail "half an answer was left"
asks 1 '[[1, 2, 3, 4]]' predict "$iris" --output none/x.csv
stop
