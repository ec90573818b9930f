#!/usr/bin/env bash
# larder inspect: what it says of files that can be served, of those that cannot, and of hostile ones.
. "$(dirname "$0")/larder.sh"
. "$(dirname "$0")/cli_helpers.sh"
examples=$SOURCE/examples/models

# ---- a model ----

runs 0 inspect "$examples/table/1/model.joblib"
[ -z "$err" ] || fail "stderr: $err"
for line in "file${tab}$examples/table/1/model.joblib" "servable${tab}yes" "format${tab}scikit-learn" "pickle${tab}protocol 5, with joblib's arrays" \
    "producer${tab}scikit-learn 1.9.1" "model${tab}sklearn.pipeline.Pipeline" \
    "part${tab}  steps[0] 'columntransformer': sklearn.compose._column_transformer.ColumnTransformer" \
    "part${tab}      steps[1] 'onehotencoder': sklearn.preprocessing._encoders.OneHotEncoder" \
    "input${tab}age: float64 [rows]" "input${tab}port: string [rows]" "method${tab}predict (default)" \
    "output${tab}predict_proba: float64 [rows,2]" "labels${tab}no, yes" \
    "global${tab}harmless: joblib.numpy_pickle.NumpyArrayWrapper, 1 time, first at byte 1119" \
    "global${tab}harmless: numpy.ndarray, 8 times, first at byte 1150" \
    "sha256${tab}$(sha256sum "$examples/table/1/model.joblib" | cut -d' ' -f1)"; do
    prints "$line"
done
runs 0 inspect --json "$examples/table/1/model.joblib"
jq -e '.servable and .format == "scikit-learn" and .default_method == "predict" and (.inputs | length) == 5 and .sizes.file == .pickle.bytes
    and .sizes.compiled > .sizes.arrays and .pickle.protocol == 5 and .pickle.joblib and .pickle.globals == (.globals | length)
    and .tree.children[0].place == "steps[0] '"'columntransformer'"'" and ([.globals[].verdict] | unique == ["harmless"])' <<<"$out" >/dev/null || fail "$out"
[ -n "${SANITIZED:-}" ] || jq -e .sandbox.seccomp <<<"$out" >/dev/null || fail "no seccomp: $out"
on_terminal 0 "" inspect "$examples/iris/1/model.joblib"
[[ $out == *"model     sklearn.linear_model._logistic.LogisticRegression"* ]] || fail "terminal: $out"

# A container, a folder, a symbolic link, and by another name.
gzip -c "$examples/iris/1/model.joblib" >"$work/-iris.gz"
runs 0 inspect -- "$work/-iris.gz"
prints "pickle${tab}protocol 4, with joblib's arrays, in gzip"
runs 0 inspect "$examples/iris/1"
prints "model${tab}sklearn.linear_model._logistic.LogisticRegression"
ln -s "$examples/iris/1" "$work/link"
(cd "$work" && runs 0 inspect link/)
ln -s "$examples/iris/1/model.joblib" "$work/link.joblib"
runs 0 inspect "$work/link.joblib"

# ---- what cannot be served ----

head -c 700 "$examples/iris/1/model.joblib" >"$work/cut.joblib"
runs 1 inspect "$work/cut.joblib"
prints "servable${tab}no"
prints "global${tab}harmless: numpy.dtype, 1 time, first at byte 441"
says "larder: $work/cut.joblib: "
runs 1 inspect "$SOURCE/README.md"
says "no format that is known"
printf 'csklearn.manifold._t_sne\nTSNE\n)\x81}b.' >"$work/tsne.pkl" # no class that is supported is called alike
runs 1 inspect "$work/tsne.pkl"
says "sklearn.manifold._t_sne.TSNE (byte 31) is not supported. docs/sklearn.md lists the classes that are"
[[ $err != *nearest* ]] || fail "$err"
printf 'csklearn.cluster._kmeans\nKMean\n)\x81}b.' >"$work/kmean.pkl"
runs 1 inspect "$work/kmean.pkl"
says "the nearest name among them is KMeans"
runs 1 inspect "$SOURCE/tests/fixtures/sklearn/refused/function_step.pkl"
[[ $out == *"global${tab}not known: __main__."* ]] || fail "$out"

# ---- what would do harm elsewhere ----

printf "cposix\nsystem\n(S'touch %s/ran'\ntR." "$work" >"$work/system.pkl"
runs 4 inspect "$work/system.pkl"
prints "global${tab}dangerous: posix.system (runs programs), 1 time, first at byte 0"
says "names what is dangerous under Python: posix.system"
[ ! -e "$work/ran" ] || fail "the file was obeyed"
printf 'cbuiltins\neval\ncbuiltins\neval\n0.' | xz -c >"$work/eval.xz"
runs 4 inspect "$work/eval.xz"
prints "global${tab}dangerous: builtins.eval (runs code that stands in the file), 2 times, first at byte 0"
# Hidden behind many harmless names.
{
    printf '('
    for i in $(seq 1 3000); do printf 'cnumpy.core.x\nf%s\n' "$i"; done
    printf 'csubprocess\nPopen\nl.'
} >"$work/many.pkl"
runs 4 inspect --json "$work/many.pkl"
jq -e '.globals[0].name == "subprocess.Popen" and .pickle.globals == 3001 and (.globals | length) == 200 and (.servable | not)' <<<"$out" >/dev/null || fail "$out"
# Behind what cannot be read any more.
printf 'cos\nsystem\n\xff.' >"$work/broken.pkl"
runs 4 inspect "$work/broken.pkl"
says "dangerous under Python: os.system"
# Names made for terminals.
printf 'c\033[31mos\nsy\001stem\n.' >"$work/"$'\033'"x.pkl"
runs 1 inspect "$work/"$'\033'"x.pkl"
[[ $out$err != *$'\033'* && $out == *'not known: ?[31mos.sy?stem'* ]] || fail "escapes: $out $err"
runs 1 inspect --json "$work/"$'\033'"x.pkl"
jq -e . <<<"$out" >/dev/null || fail "no JSON: $out"

# ---- several; what cannot be read ----

runs 3 inspect "$work/none"
says "No such file"
mkfifo "$work/fifo"
runs 3 inspect "$work/fifo"
runs 3 inspect /dev/zero
runs 1 inspect "$examples/iris/1/model.joblib" "$work/cut.joblib" "$examples/iris/1/model.joblib"
[ "$(grep -c "^servable${tab}yes" <<<"$out")" = 2 ] || fail "$out"
runs 4 inspect "$work/none" "$work/system.pkl" "$work/cut.joblib"
runs 3 inspect "$work/none" "$work/cut.joblib"
runs 0 inspect --json "$examples/iris/1/model.joblib" "$examples/iris/2/model.joblib"
[ "$(jq -s length <<<"$out")" = 2 ] || fail "$out"
runs 2 inspect
LARDER_LOADER=$work/none runs 3 inspect "$examples/iris/1/model.joblib"
says "$work/none"
LARDER_URL=ftp://nowhere runs 0 inspect "$examples/iris/1/model.joblib"
