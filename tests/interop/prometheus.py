"""prometheus_client's two parsers read /metrics, each in its form, and find the same numbers."""

import sys
import urllib.request

from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_open
from prometheus_client.parser import text_string_to_metric_families as parse_prometheus

base = sys.argv[1]
OPEN = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
        "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")


def fetch(accept):
    request = urllib.request.Request(base + "/metrics", headers={"Accept": accept})
    with urllib.request.urlopen(request) as answer:
        return answer.headers["Content-Type"], answer.read().decode()


def predict():
    body = b'{"instances": [[5.1, 3.5, 1.4, 0.2]]}'
    urllib.request.urlopen(base + "/v1/models/iris:predict", data=body).read()


def samples(families):
    """All samples but those that change from one scrape to the next."""
    changing = ("process_", "larder_http_")
    return {(s.name, tuple(sorted(s.labels.items()))): s.value
            for f in families for s in f.samples if not s.name.startswith(changing)}


for _ in range(3):
    predict()
kind, text = fetch("text/plain")
assert kind.startswith("text/plain; version=0.0.4"), kind
plain = list(parse_prometheus(text))
kind, text = fetch(OPEN)
assert kind.startswith("application/openmetrics-text; version=1.0.0"), kind
open_ = list(parse_open(text))

types = {f.name: f.type for f in open_}
assert types["larder_predict_requests"] == "counter", types
assert types["larder_predict_duration_seconds"] == "histogram", types
assert types["larder_build"] == "info", types
assert {f.name: f.unit for f in open_}["larder_model_memory_bytes"] == "bytes"
for family in open_:
    assert family.documentation, family.name
    assert family.type != "unknown", family.name
assert samples(plain) == samples(open_), set(samples(plain).items()) ^ set(samples(open_).items())
counted = {s.labels["code"]: s.value for f in open_ for s in f.samples
           if s.name == "larder_predict_requests_total" and s.labels["model"] == "iris" and s.labels["protocol"] == "tfs"}
assert counted["200"] >= 3, counted
print(f"prometheus_client: {len(open_)} families, {len(samples(open_))} samples, the same in both forms")
