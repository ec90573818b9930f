#!/usr/bin/env bash
# MLflow's model folders, in the models folder and as uploads, and what their signatures make of
# requests. Beside them: the several files of old joblib, and skops files, which are zips.
. "$(dirname "$0")/larder.sh"
fixtures=$SOURCE/tests/fixtures/sklearn/odd
json='Content-Type: application/json'
mkdir -p "$models/whole" "$models/old"
cp -r "$fixtures/mlflow2_typed" "$models/typed" # a: long, b: double, c: integer
cp -r "$fixtures/mlflow2_whole" "$models/whole/1"
cp -r "$fixtures/joblib09_py3_pipeline" "$models/old/1"
start
for model in typed whole old; do
    until_is 200 "$base/v2/models/$model/ready"
done

answers 200 "$base/v2/models/typed"
body_has '[.inputs[] | [.name, .datatype]] == [["a", "INT64"], ["b", "FP64"], ["c", "INT32"]]'
answers 200 "$base/v2/models/whole"
body_has '[.inputs[] | [.name, .datatype]] == [["X", "INT64"]]'

url="$base/invocations?model=typed"
answers 200 "$url" -H "$json" -d '{"dataframe_split": {"columns": ["c", "extra", "a", "b"], "data": [[1, "x", 2, 0.5], [2, null, 4, 1]]}}'
body_has '.predictions == [false, true]'
answers 200 "$url" -H "$json" -d '{"dataframe_records": [{"a": 4, "b": 0.5, "c": 1}]}'
answers 200 "$url" -H "$json" -d '{"inputs": {"a": [4], "b": [0.5], "c": [1]}}'
answers 200 "$base/v1/models/typed:predict" -d '{"instances": [{"a": 4, "b": 0.5, "c": 1}]}'
answers 400 "$url" -H "$json" -d '{"dataframe_split": {"columns": ["a", "b"], "data": [[1, 0.5]]}}'
body_has ".message | contains(\"column 'c' is missing\")"
for bad in '[1.5, 1, 1]' '["1", 1, 1]' '[true, 1, 1]' '[null, 1, 1]' '[1, "x", 1]' '[1, 1, 3000000000]'; do
    answers 400 "$url" -H "$json" -d '{"dataframe_split": {"columns": ["a", "b", "c"], "data": ['"$bad"']}}'
done
answers 200 "$url" -H "$json" -d '{"dataframe_split": {"columns": ["a", "b", "c"], "data": [[1, 1, 1]]}}'
answers 400 "$base/invocations?model=whole" -H "$json" -d '{"inputs": [[1, 2.5, 1]]}'

answers 200 "$base/v1/models/old:predict" -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'

# Uploads, as MLflow's folder alone or in a folder of its own; the artifact is the whole folder
tar -C "$fixtures/mlflow2_columns" -cf "$work/flat.tar" .
tar -C "$fixtures" -cf "$work/deep.tar" mlflow2_columns
(cd "$fixtures" && python3 -m zipfile -c "$work/deep.zip" mlflow2_columns)
for f in flat.tar deep.tar deep.zip; do
    answers 200 --data-binary @"$work/$f" "$base/v1/validate"
done
answers 201 -X POST -T "$work/flat.tar" "$base/v1/models/iris/versions"
answers 200 -T "$work/deep.zip" "$base/v1/models/iris/versions/1" # the same content
[ -f "$models/iris/1/MLmodel" ] || fail "the folder became $(ls "$models/iris/1")"
answers 200 "$base/invocations?model=iris" -H "$json" -d @"$fixtures/mlflow2_columns/serving_input_example.json"
body_has '.predictions == ["setosa", "setosa"]'

# A skops file is a zip, and not a folder
answers 201 -X POST -T "$fixtures/skops0_16_tree.skops" "$base/v1/models/skops/versions"
answers 200 "$base/v1/models/skops/versions/1/artifact"
cmp "$work/body" "$fixtures/skops0_16_tree.skops" || fail "the skops file became another"
[ -f "$models/skops/1/model.skops" ] || fail "it is called $(ls "$models/skops/1")"
answers 200 "$base/v1/models/skops:predict" -d '{"instances": [[5.1, 3.5, 1.4, 0.2]]}'

mkdir "$work/other"
printf 'flavors:\n  python_function:\n    loader_module: mlflow.xgboost\n  xgboost:\n    data: model.xgb\n' >"$work/other/MLmodel"
echo x >"$work/other/model.xgb"
tar -C "$work/other" -cf "$work/other.tar" .
answers 422 --data-binary @"$work/other.tar" "$base/v1/validate"
body_has '.error | contains("python_function, xgboost") and contains("only sklearn is supported")'
stop
