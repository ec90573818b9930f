"""scripts/sklearn-parity; see there."""

import argparse
import collections
import os
import pickle
import shutil
import sys
import tempfile
import traceback
import warnings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "..", "tests", "fixtures", "sklearn"))
sys.path.insert(0, HERE)

import joblib  # noqa: E402
import numpy as np  # noqa: E402
import sklearn  # noqa: E402

import ask  # noqa: E402
import models  # noqa: E402
import single  # noqa: E402
from compare import difference  # noqa: E402
from expected import asked_back, expected, load_families  # noqa: E402


def dump(rng, model, folder):
    """Writes MODEL by random means; the path, and how."""
    kinds = ["pickle %d" % p for p in range(pickle.HIGHEST_PROTOCOL + 1)]
    kinds += ["joblib"] * 3 + ["joblib " + c for c in ("zlib", "gzip", "bz2", "xz", "lzma", "lz4")]
    kind = kinds[rng.randint(len(kinds))]
    path = os.path.join(folder, "model")
    if kind.startswith("pickle"):
        with open(path, "wb") as f:
            pickle.dump(model, f, protocol=int(kind.split()[1]))
    elif kind == "joblib":
        joblib.dump(model, path, protocol=int(rng.randint(2, pickle.HIGHEST_PROTOCOL + 1)))
    else:
        joblib.dump(model, path, compress=(kind.split()[1], 3))
    return path, kind


def method_of(output, methods):
    """predict_proba of predict_proba_1."""
    fitting = [m for m in methods if output == m or output.startswith(m + "_")]
    return max(fitting, key=len, default=None)


class Seed:
    """One seed: RESULT is agrees, refused, undrawn or differs."""

    def __init__(self, seed, only, again, folder, speakers):
        self.seed, self.only, self.again, self.folder = seed, only, again, folder
        self.name = self.how = self.note = ""
        self.worst = 0
        self.speaker = speakers[seed % len(speakers)]
        self.result = self.run()

    def run(self):
        try:
            with warnings.catch_warnings(), np.errstate(all="ignore"):
                warnings.simplefilter("ignore")
                self.name, self.model, self.rows = models.draw(self.seed, self.only)
                taken = single.taken(self.model, "predict", self.rows)
                if taken is not self.rows:  # the same numbers for both
                    self.rows = taken.astype(float)
                self.wanted = expected(self.model, self.rows)
                if hasattr(self.rows, "columns") and getattr(self.model, "feature_names_in_", None) is None:
                    self.rows = self.rows.values  # the model knows no names
        except Exception as error:  # scikit-learn refuses what was drawn
            self.note = "%s: %s" % (type(error).__name__, str(error)[:200])
            return "undrawn"
        rng = np.random.RandomState(self.seed + 1)
        path, kind = dump(rng, self.model, self.folder)
        self.how = "%s, %s" % (kind, type(self.speaker).__name__)
        try:
            outputs, methods = self.speaker.load(path)
        except ask.Refused as error:
            self.note = str(error)
            return "refused"
        try:
            return self.compare(outputs, methods)
        finally:
            self.speaker.unload()

    def compare(self, outputs, methods):
        for method in methods:
            mine = [o for o in outputs if method_of(o, methods) == method]
            wanted = [m for m in self.wanted if method_of(m, methods) == method]
            if not wanted:
                continue
            got = self.speaker.ask(self.rows, method)
            for one in wanted:
                if one not in mine:
                    self.note = "%s: there is no such output, but %s" % (one, mine)
                    return "differs"
                answers = [row[one] for row in got] if len(mine) > 1 else got
                is_label = method == "predict" and ("predict_proba" in methods or "decision_function" in methods)
                fault, worst = difference(one, self.wanted[one], answers, self.wanted, is_label)
                self.worst = max(self.worst, worst)
                if fault:
                    self.note = "%s: %s" % (one, fault)
                    return "differs"
        back = asked_back(self.model, self.rows) if "inverse_transform" in methods else None
        if back:
            got = self.speaker.ask(back[0], "inverse_transform")
            fault, _ = difference("inverse_transform", back[1], got, self.wanted, False)
            if fault:
                self.note = "inverse_transform: %s" % fault
                return "differs"
        missing = [m for m in self.wanted if m not in outputs]
        if missing:
            self.note = "left out: %s" % ", ".join(missing)
            return "refused"
        return "agrees"

    def tell(self):
        print("seed %d: %s: %s: %s" % (self.seed, self.name, self.result, self.note))
        print("    %s" % " ".join(str(getattr(self, "model", "")).split()))
        print("    scikit-learn %s, numpy %s, %s" % (sklearn.__version__, np.__version__, self.how))
        print("    again: scripts/sklearn-parity --release %s --seeds %d %d%s"
              % (sklearn.__version__, self.seed, self.seed, self.again), flush=True)


def main():
    options = argparse.ArgumentParser(prog="sklearn-parity")
    options.add_argument("--release", help="of scikit-learn; the environment is made for it")
    options.add_argument("--seeds", nargs=2, type=int, default=(1, 200), metavar=("FIRST", "LAST"))
    options.add_argument("--class", dest="classes", action="append", help="only this one; may be given again")
    options.add_argument("--supported", action="store_true", help="only classes in docs/sklearn.md")
    options.add_argument("--keep", help="a folder for the models and rows of seeds that differ")
    options.add_argument("--list", action="store_true", help="the classes that this release has")
    options = options.parse_args()
    again = "".join(" --class " + name for name in options.classes or [])
    if options.supported:
        again = " --supported"
        with open(os.path.join(HERE, "..", "..", "docs", "sklearn.md")) as page:
            rows = {line.split("|")[1].strip() for line in page if line.startswith("| ")}
        options.classes = [name for name in models.found() if name in rows]
    if options.list:
        print("\n".join(options.classes or models.found()))
        return 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        load_families()
    folder = tempfile.mkdtemp(prefix="larder-parity.")
    server = ask.Server(folder)
    counts, refused, drawn = collections.Counter(), collections.Counter(), collections.Counter()
    worst = collections.defaultdict(float)
    in_a_row = 0
    try:
        for number in range(options.seeds[0], options.seeds[1] + 1):
            seed = None
            try:
                seed = Seed(number, options.classes, again, folder, [ask.File(folder), server])
            except Exception:
                print("seed %d: the comparison itself failed; again: scripts/sklearn-parity --release %s --seeds %d %d%s"
                      % (number, sklearn.__version__, number, number, again))
                traceback.print_exc(file=sys.stdout)
                counts["differs"] += 1
                in_a_row = 0
                continue
            counts[seed.result] += 1
            if seed.result == "differs":
                in_a_row = 0
                seed.tell()
                if options.keep:
                    os.makedirs(options.keep, exist_ok=True)
                    shutil.copy(os.path.join(folder, "model"), os.path.join(options.keep, "%d.model" % number))
                    joblib.dump(seed.rows, os.path.join(options.keep, "%d.rows" % number))
            elif seed.result == "refused":
                refused["%s (seed %d): %s" % (seed.name, number, seed.note[:110])] += 1
            elif seed.result == "agrees":
                drawn[seed.name] += 1
                in_a_row += 1
                worst[seed.name] = max(worst[seed.name], seed.worst)
    finally:
        server.stop()
        shutil.rmtree(folder)
    print("%d agree (the last %d of them in a row), %d differ, %d are refused, %d could not be fitted"
          % (counts["agrees"], in_a_row, counts["differs"], counts["refused"], counts["undrawn"]))
    for note, n in refused.most_common():
        print("    refused %3d times: %s" % (n, note))
    never = [name for name in models.found() if not drawn[name]]
    print("worst errors, in units of the tolerance: "
          + ", ".join("%s %.2g" % item for item in sorted(worst.items(), key=lambda item: -item[1])[:8]))
    print("%d classes agreed; never: %s" % (len(drawn), " ".join(never) or "none"))
    return 1 if counts["differs"] else 0


sys.exit(main())
