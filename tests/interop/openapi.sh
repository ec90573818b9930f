# The document of GET /openapi.json against its specification and against the server, by openapi-spec-validator and
# schemathesis; sourced by scripts/interop, after larder.sh. ENVIRONMENT: the Python environment's folder.
# shellcheck shell=bash disable=SC2154

# run_schemathesis SECONDS ARGUMENTS...: all checks, the same requests every time. Prints only what failed.
run_schemathesis() {
    local seconds=$1
    shift
    (cd "$work" && timeout $((seconds * 3 + 60)) "$environment/bin/schemathesis" --config-file "$SOURCE/tests/interop/schemathesis.toml" \
        run "$base/openapi.json" --url "$base" --checks all --seed "${SEED:-1}" --max-examples 5 --max-time "$seconds" --no-color \
        --warnings off --generation-database none --generation-allow-x00 false --request-timeout 60 --continue-on-failure "$@" >"$work/schemathesis" 2>&1) ||
        { cat "$work/schemathesis" >&2; return 1; }
    grep -E '^Test cases:' -A1 "$work/schemathesis" | tail -n 1
}

# check_openapi ENVIRONMENT: a throw-away store, of which a run may delete all.
check_openapi() {
    local environment=$1 ok=0 reading token=sesame
    local managing=(--include-tag 'Models and versions' --include-tag Repository)
    (umask 077 && printf '%s\n' "$token" >"$work/tokens")
    models=$work/models-openapi state=$work/state-openapi
    mkdir -p "$models" "$state"
    cp -r examples/models/. "$models"
    start --default-model iris --management-tokens-file "$work/tokens"
    answers 200 -X PUT "$base/v1/models/iris/labels/stable" -d '{"version": 1}'
    curl -s "$base/openapi.json" >"$work/openapi.json"
    "$environment/bin/openapi-spec-validator" "$work/openapi.json" || ok=1
    # What only reads, and predictions.
    reading=(--exclude-tag 'Models and versions' --exclude-tag Repository)
    run_schemathesis 45 "${reading[@]}" || ok=1
    # What changes something, as through a proxy: with a token. First all but what takes models away.
    managing+=(--header "Authorization: Bearer $token" --header 'X-Forwarded-For: 192.0.2.1')
    run_schemathesis 30 "${managing[@]}" --exclude-method DELETE --exclude-operation-id unload || ok=1
    run_schemathesis 20 "${managing[@]}" || ok=1
    answers 200 "$base/v2/health/ready"
    stop
    return "$ok"
}
