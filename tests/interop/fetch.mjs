// Node's fetch, with its default headers and its keep-alive: every dialect, a binary tensor, an upload, caching.
// usage: node fetch.mjs BASE-URL MODEL-FILE
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

const [base, file] = process.argv.slice(2);
const row = [5.1, 3.5, 1.4, 0.2];

async function ask(path, status = 200, options = {}) {
  const answer = await fetch(base + path, options);
  const body = Buffer.from(await answer.arrayBuffer());
  assert.equal(answer.status, status, `${path}: ${answer.status} ${body}`);
  return { answer, body, json: () => JSON.parse(body) };
}
const post = (body, headers = { "Content-Type": "application/json" }) => ({ method: "POST", body: JSON.stringify(body), headers });

// A string as body makes fetch say text/plain: the dialects that do not look at it must not care.
for (const headers of [{ "Content-Type": "application/json" }, {}])
  assert.deepEqual((await ask("/v1/models/iris:predict", 200, post({ instances: [row] }, headers))).json(), { predictions: ["setosa"] });
const inputs = [{ name: "X", shape: [1, 4], datatype: "FP64", data: row }];
const infer = (await ask("/v2/models/iris/infer", 200, post({ inputs }))).json();
assert.deepEqual([infer.model_name, infer.outputs[0].data], ["iris", ["setosa"]]);
assert.deepEqual((await ask("/invocations?model=iris", 200, post({ instances: [row] }))).json(), { predictions: ["setosa"] });

// Tensors as bytes behind the JSON, the answer's likewise.
const head = Buffer.from(JSON.stringify({
  inputs: [{ name: "X", shape: [2, 4], datatype: "FP64", parameters: { binary_data_size: 64 } }],
  outputs: [{ name: "decision_function", parameters: { binary_data: true } }],
}));
const tensor = Buffer.from(new Float64Array([...row, 6.7, 3, 5.2, 2.3]).buffer);
const binary = await ask("/v2/models/iris/infer", 200, {
  method: "POST",
  body: Buffer.concat([head, tensor]),
  headers: { "Inference-Header-Content-Length": String(head.length) },
});
const split = Number(binary.answer.headers.get("inference-header-content-length"));
const described = JSON.parse(binary.body.subarray(0, split)).outputs[0];
assert.deepEqual(described.shape, [2, 3]);
assert.equal(binary.body.length - split, described.parameters.binary_data_size);

// An upload; its bytes come back with their digest; a listing that has not changed is not sent again.
const model = await readFile(file);
const sent = await ask("/v1/models/from-node/versions", 201, { method: "POST", body: model });
const location = new URL(sent.answer.headers.get("location"), base).pathname;
assert.equal(location, "/v1/models/from-node/versions/1");
const original = await ask(`${location}/artifact`);
assert.ok(original.body.equals(model));
assert.equal(original.answer.headers.get("repr-digest"), `sha-256=:${createHash("sha256").update(model).digest("base64")}:`);
const listing = await ask("/v1/models");
assert.ok(listing.json().models.includes("from-node"));
await ask("/v1/models", 304, { headers: { "If-None-Match": listing.answer.headers.get("etag") } });
await ask("/v1/models/from-node", 204, { method: "DELETE" });
await ask("/v1/models/from-node:predict", 404, post({ instances: [row] }));

// Large enough to be packed, which fetch asks for and undoes.
const many = (await ask("/v1/models/iris:predict", 200, post({ instances: Array(1000).fill(row) }))).json();
assert.equal(many.predictions.length, 1000);
await Promise.all(Array.from({ length: 200 }, () => ask("/v1/models/iris:predict", 200, post({ instances: [row] }))));
console.log(`node ${process.version}: fetch`);
