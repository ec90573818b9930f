"""Larder's answers: through `larder predict FILE`, or a larderd that runs for it."""

import json
import os
import re
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

BUILD = os.environ["BUILD"]


class Refused(Exception):
    pass


def plain(value):
    if hasattr(value, "item"):
        value = value.item()
    return value


def instances(rows):
    if isinstance(rows, list):
        return rows
    if hasattr(rows, "columns"):
        return [{str(c): plain(v) for c, v in zip(rows.columns, row)} for row in rows.values.tolist()]
    return rows.tolist()


def body(rows, method):
    return json.dumps({"signature_name": method, "instances": instances(rows)})  # NaN, Infinity as tokens


class File:
    """larder predict FILE"""

    def __init__(self, folder):
        self.folder = folder

    def load(self, path):
        self.path = path
        done = subprocess.run([BUILD + "/cli/larder", "inspect", "--json", path], capture_output=True, text=True)
        if done.returncode not in (0, 1):
            raise RuntimeError("inspect: status %d: %s" % (done.returncode, done.stderr))
        told = json.loads(done.stdout)
        if not told["servable"]:
            raise Refused(told["error"])
        return [(o["name"]) for o in told["outputs"]], told["methods"]

    def ask(self, rows, method):
        done = subprocess.run([BUILD + "/cli/larder", "predict", self.path, "--json"], input=body(rows, method),
                              capture_output=True, text=True)
        if done.returncode:
            raise RuntimeError("predict: status %d: %s" % (done.returncode, done.stderr))
        return json.loads(done.stdout)["predictions"]

    def unload(self):
        pass


class Server:
    """larderd, which a model is uploaded to"""

    def __init__(self, folder):
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log")
        models, state = folder + "/models", folder + "/state"
        os.makedirs(models, exist_ok=True)
        os.makedirs(state, exist_ok=True)
        self.process = subprocess.Popen(
            [BUILD + "/server/larderd", "--loader", BUILD + "/loader/larder-loader", "--models", models, "--state", state,
             "--listen", "127.0.0.1:0"], stderr=self.log)
        for _ in range(500):
            match = re.search(r"listening on 127\.0\.0\.1:(\d+)", open(self.log.name).read())
            if match:
                self.base = "http://127.0.0.1:" + match.group(1)
                return
            time.sleep(0.02)
        raise RuntimeError("larderd does not start: " + open(self.log.name).read())

    def call(self, verb, path, content=None):
        request = urllib.request.Request(self.base + path, method=verb, data=content)
        try:
            with urllib.request.urlopen(request) as answer:
                return json.loads(answer.read() or b"null")
        except urllib.error.HTTPError as error:
            text = error.read().decode()
            if error.code == 422:
                raise Refused(json.loads(text)["error"]) from None
            raise RuntimeError("%s %s: %d: %s" % (verb, path, error.code, text)) from None

    def load(self, path):
        self.call("POST", "/v1/models/parity/versions", open(path, "rb").read())
        told = self.call("GET", "/v1/models/parity/versions")["versions"][-1]
        return [o["name"] for o in told["outputs"]], told["methods"]

    def ask(self, rows, method):
        return self.call("POST", "/v1/models/parity:predict", body(rows, method).encode())["predictions"]

    def unload(self):
        self.call("DELETE", "/v1/models/parity")

    def stop(self):
        self.process.terminate()
        self.process.wait()
