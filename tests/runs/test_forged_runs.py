"""Runs that are damaged, or forged by somebody else, and every command on each of them.

Damage changes files and leaves the manifest; what is forged has a manifest that fits. Whatever stands there,
no code runs, nothing outside of the run is opened, memory is bounded, and what is wrong is an error of the
family.
"""

from __future__ import annotations

import contextlib
import csv
import json
import os
import re
import shutil
import struct
import sys
from pathlib import Path
from pipes import make_pipe

import pytest
import yaml
from peak_memory import peak_memory

import embedkit
from embedkit.cli import main
from embedkit.errors import EmbedkitError
from embedkit.files.digest import describe, sha256

WORDS = ["good", "bad", "film", "plot", "great", "dire"]
SECRET = "s3cr3t-of-the-user"
MEGABYTE = 1 << 20


@pytest.fixture(scope="module")
def originals(tmp_path_factory):
    """A run that looked unseen words up, one of folds and seeds, and an evaluation of the first."""
    home = tmp_path_factory.mktemp("originals")
    rows = "".join(f"{word} {i} 1 -1 0.5\n" for i, word in enumerate(WORDS))
    (home / "vectors.vec").write_text(f"{len(WORDS)} 4\n{rows}")
    texts = ["good film", "bad film", "good plot", "bad plot", "good cast", "bad cast"]
    data = {
        "train": {"use": "inline", "texts": texts, "labels": ["pos", "neg"] * 3},
        "test": {"use": "inline", "texts": ["great film", "zzz film"], "labels": ["pos", "neg"]},
    }
    recipe = {
        "name": "single",
        "data": data,
        "tokenizer": "whitespace",
        "embedding": {
            "use": "word2vec-text", "path": str(home / "vectors.vec"),
            "trainable": "none", "unseen": "lookup",
        },
        "oov": ["case", "zero"],
        "encoder": {"use": "rnn", "hidden_size": 3},
        "training": {"epochs": 1},
        "evaluation": {"metrics": ["accuracy", "confusion-matrix"], "baselines": ["majority"]},
    }  # fmt: skip
    embedkit.run(recipe, out=home / "single")
    crossed = {"train": data["train"], "folds": {"count": 2}}
    embedkit.run({**recipe, "name": "several", "data": crossed, "seeds": [1, 2]}, out=home / "several")
    evaluated = {"name": "evaluation", "model": str(home / "single"), "data": {"test": data["test"]}}
    embedkit.run(evaluated, out=home / "evaluation")
    return home


class Scene:
    """A copy of a run to be spoilt, beside things of the user's that no command may touch."""

    def __init__(self, originals, tmp_path, kind):
        self.original = originals / kind
        self.run = tmp_path / kind
        shutil.copytree(self.original, self.run)
        self.outside = tmp_path / "outside"
        self.outside.mkdir()
        self.canary = self.outside / "canary.csv"
        self.canary.write_text(f"text,label\n{SECRET},pos\nanother,neg\n")

    def text(self, name, old, new, count=1):
        """Replace what a file holds; what is replaced must have been there."""
        path = self.run / name
        content = path.read_text(encoding="utf-8")
        assert old in content, (name, old)
        path.write_text(content.replace(old, new, count), encoding="utf-8")

    def json(self, name, change):
        path = self.run / name
        value = json.loads(path.read_text(encoding="utf-8"))
        path.write_text(json.dumps(change(value)), encoding="utf-8")

    def recipe(self, change):
        path = self.run / "recipe.yaml"
        value = yaml.safe_load(path.read_text(encoding="utf-8"))
        change(value)
        path.write_text(json.dumps(value), encoding="utf-8")

    def rows(self, name, change):
        path = self.run / name
        with path.open(encoding="utf-8", newline="") as file:
            rows = [*csv.reader(file)]
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(change(rows))

    def tensors(self, name, change):
        from safetensors.torch import load_file, save_file

        tensors = load_file(self.run / name)
        save_file(change(tensors), self.run / name)

    def link(self, name, target):
        (self.run / name).unlink()
        (self.run / name).symlink_to(target)

    def seal(self):
        """Make every manifest fit, the inner ones first."""
        for directory in (*self.run.glob("folds/*"), self.run):
            path = directory / "manifest.json"
            manifest = json.loads(path.read_text())
            axes = {"axes": manifest.pop("axes")} if isinstance(manifest, dict) and "axes" in manifest else {}
            names = [*manifest]
            there = [name for name in names if (directory / name).is_file()]
            digests = {name: sha256(directory / name) for name in there}
            path.write_text(json.dumps({**dict.fromkeys(names, "0" * 64), **digests, **axes}))


def entry(key, change):
    return lambda value: {**value, key: change(value[key])}


def cell(row, column, value):
    """Set a cell of a CSV file, by the column's name."""

    def change(rows):
        rows[row][rows[0].index(column)] = value
        return rows

    return change


def with_seeds(rows):
    return [[*row, "1" if number else "seed"] for number, row in enumerate(rows)]


def without(name):
    return lambda tensors: {key: tensors[key] for key in tensors if key != name}


def a_seed_each(rows):
    return [rows[0], *([row[0], str(number), *row[2:]] for number, row in enumerate(rows[1:]))]


def first_text(key, value):
    def change(oov):
        split = next(iter(oov["splits"].values()))
        split[key] = value
        return oov

    return change


def header_says(path, change):
    """Rewrite the header of a safetensors file, and leave what follows."""
    content = path.read_bytes()
    (length,) = struct.unpack("<Q", content[:8])
    header = change(json.loads(content[8 : 8 + length]))
    encoded = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(encoded)) + encoded + content[8 + length :])


def truncate(path, size=10):
    path.write_bytes(path.read_bytes()[:-size])


def pipe(path):
    path.unlink()
    make_pipe(path)


def nested(depth):
    return "[" * depth + "]" * depth


ALL = frozenset({"predict", "evaluate", "explain", "explain id", "compare", "load", "resume", "python"})
MODEL = frozenset({"predict", "evaluate", "load"})
SHOWN = frozenset({"explain id", "compare", "python"})

DAMAGE = {
    "manifest empty": (lambda s: (s.run / "manifest.json").write_text("{}"), ALL),
    "manifest no object": (lambda s: (s.run / "manifest.json").write_text("[1, 2]"), ALL),
    "manifest cut": (lambda s: (s.run / "manifest.json").write_text("["), ALL),
    "manifest no text": (lambda s: (s.run / "manifest.json").write_bytes(b"\xff\xfe{"), ALL),
    "manifest too deep": (lambda s: (s.run / "manifest.json").write_text(nested(100_000)), ALL),
    "manifest too many": (
        lambda s: (s.run / "manifest.json").write_text("[" + "{}," * 3_000_000 + "1]"), ALL),
    "manifest too large": (
        lambda s: (s.run / "manifest.json").write_text(json.dumps({"x": " " * (20 * MEGABYTE)})), ALL),
    "manifest lists no weights": (
        lambda s: s.json("manifest.json", lambda m: {k: v for k, v in m.items() if "weights" not in k}), ALL),
    "manifest lists no recipe": (
        lambda s: s.json("manifest.json", without("recipe.yaml")), ALL),
    "manifest names a file outside": (
        lambda s: s.json("manifest.json", lambda m: {**m, "../outside/canary.csv": sha256(s.canary)}), ALL),
    "manifest names an absolute path": (
        lambda s: s.json("manifest.json", lambda m: {**m, str(s.canary): sha256(s.canary)}), ALL),
    "manifest names a dot": (lambda s: s.json("manifest.json", lambda m: {**m, "..": "0" * 64}), ALL),
    "manifest with a number": (lambda s: s.json("manifest.json", lambda m: {**m, "model.json": 7}), ALL),
    "manifest a pipe": (lambda s: pipe(s.run / "manifest.json"), ALL),
    "manifest a link outside": (lambda s: s.link("manifest.json", s.canary), ALL),
    "a bit of the weights": (lambda s: flip(s.run / "weights.safetensors"), MODEL),
    "a bit of the predictions": (lambda s: s.text("predictions.csv", ",neg,", ",pos,"), SHOWN | {"resume"}),
    "a bit of the model": (lambda s: s.text("model.json", '"neg"', '"nag"'), MODEL | {"resume"}),
    "a bit of the vocabulary": (lambda s: s.text("vocabulary.csv", "good", "gold"), MODEL | {"explain id"}),
    "a bit of the analysis": (lambda s: s.text("oov.json", '"wrong": ', '"wrong":  '), {"explain", "python"}),
    "a bit of the figures": (lambda s: s.text("metrics.json", '"n": ', '"n":  '), SHOWN - {"explain id"}),
    "a bit of the recipe": (lambda s: s.text("recipe.yaml", "rnn", "gru"), ALL),
    "a bit of what was looked up": (lambda s: s.text("unseen.csv", "zzz", "zzy"), MODEL),
    "weights gone": (lambda s: (s.run / "weights.safetensors").unlink(), MODEL | {"resume"}),
    "predictions gone": (lambda s: (s.run / "predictions.csv").unlink(), SHOWN | {"resume"}),
    "vocabulary gone": (lambda s: (s.run / "vocabulary.csv").unlink(), MODEL | {"resume"}),
    "weights a folder": (lambda s: folder(s.run / "weights.safetensors"), MODEL | {"resume"}),
    "weights a pipe": (lambda s: pipe(s.run / "weights.safetensors"), MODEL | {"resume"}),
    "predictions a pipe": (lambda s: pipe(s.run / "predictions.csv"), SHOWN | {"resume"}),
    "predictions a device": (lambda s: s.link("predictions.csv", "/dev/zero"), SHOWN | {"resume"}),
    "model a loop of links": (lambda s: s.link("model.json", s.run / "model.json"), MODEL | {"resume"}),
}  # fmt: skip


def flip(path):
    content = bytearray(path.read_bytes())
    content[-3] ^= 1
    path.write_bytes(content)


def folder(path):
    path.unlink()
    path.mkdir()


def no_numbers(tensors):
    tensors["embedding.weight"][3, 1] = float("nan")
    return tensors


def infinite(tensors):
    tensors["head.weight"][0, 0] = float("inf")
    return tensors


def shorter(tensors):
    return {**tensors, "embedding.weight": tensors["embedding.weight"][:-1].clone()}


def doubles(tensors):
    return {name: tensor.double() for name, tensor in tensors.items()}


def embedding(**keys):
    return lambda recipe: recipe["embedding"].update(keys)


def encoder(**keys):
    return lambda recipe: recipe["encoder"].update(keys)


def claim(scene, key, path):
    """Have environment.json say that the run read a file."""
    scene.json("environment.json", lambda e: {**e, "inputs": {**e["inputs"], key: describe(path, "sampled")}})


def tokenizer_outside(scene):
    """A tokenizer's file is one of the user's, which the forger has not seen."""
    scene.recipe(lambda recipe: recipe.update(tokenizer={"use": "tokenizers", "path": str(scene.canary)}))


def baseline_texts(scene):
    """The training texts, which an evaluation reads again, are a file of the user's."""
    reader = {"use": "csv", "path": str(scene.canary)}
    scene.recipe(lambda recipe: recipe["data"].update(train=reader))


def piped_vectors(scene):
    make_pipe(scene.outside / "pipe")
    scene.recipe(embedding(path=str(scene.outside / "pipe")))


FORGED = {
    "10^9 rows": (lambda s: s.json("model.json", entry("table", lambda t: [10**9, t[1]])), MODEL),
    "10^9 columns": (lambda s: s.json("model.json", entry("table", lambda t: [t[0], 10**9])), MODEL),
    "rows beyond all bounds": (
        lambda s: s.json("model.json", entry("table", lambda t: [10**30, t[1]])), MODEL),
    "rows of text": (lambda s: s.json("model.json", entry("table", lambda t: ["9", t[1]])), MODEL),
    "no table": (lambda s: s.json("model.json", lambda m: {"classes": m["classes"]}), MODEL),
    "one class": (lambda s: s.json("model.json", entry("classes", lambda c: c[:1])), MODEL),
    "three classes": (lambda s: s.json("model.json", entry("classes", lambda c: [*c, "odd"])), MODEL),
    "a class twice": (lambda s: s.json("model.json", entry("classes", lambda c: [c[0], c[0]])), MODEL),
    "a class that is a number": (lambda s: s.json("model.json", entry("classes", lambda c: [1, 2])), MODEL),
    "padded to 10^9": (lambda s: s.json("model.json", lambda m: {**m, "pad_to": 10**9}), MODEL),
    "padded to what is read": (
        lambda s: s.json("model.json", lambda m: {**m, "pad_to": 10**9, "max_length": 10**9}), MODEL),
    "another max_length": (lambda s: s.json("model.json", lambda m: {**m, "max_length": 7}), MODEL),
    "model no JSON": (lambda s: (s.run / "model.json").write_text('{"classes": NaN}'), MODEL),
    "model a list": (lambda s: (s.run / "model.json").write_text("[]"), MODEL),
    "encoder of 10^9": (lambda s: s.recipe(encoder(hidden_size=10**9)), MODEL),
    "encoder of 10^9 layers": (lambda s: s.recipe(encoder(num_layers=10**9)), MODEL),
    "encoder of one more": (lambda s: s.recipe(encoder(hidden_size=4)), MODEL),
    "encoder another": (lambda s: s.recipe(lambda r: r.update(encoder="bag")), MODEL),
    "encoder unknown": (lambda s: s.recipe(encoder(use="os.system")), MODEL),
    "NaN weights": (lambda s: s.tensors("weights.safetensors", no_numbers), MODEL | {"explain id"}),
    "infinite weights": (lambda s: s.tensors("weights.safetensors", infinite), MODEL),
    "a row less": (lambda s: s.tensors("weights.safetensors", shorter), MODEL | {"explain id"}),
    "doubles": (lambda s: s.tensors("weights.safetensors", doubles), MODEL | {"explain id"}),
    "a tensor too many": (
        lambda s: s.tensors("weights.safetensors", lambda t: {**t, "x": t["head.bias"].clone()}), MODEL),
    "a tensor too few": (
        lambda s: s.tensors("weights.safetensors", without("head.bias")), MODEL),
    "weights cut": (lambda s: truncate(s.run / "weights.safetensors"), MODEL | {"explain id"}),
    "weights empty": (lambda s: (s.run / "weights.safetensors").write_bytes(b""), MODEL | {"explain id"}),
    "weights a pickle": (
        lambda s: (s.run / "weights.safetensors").write_bytes(b"\x80\x04cos\nsystem\n."), MODEL),
    "header of 10^18": (
        lambda s: (s.run / "weights.safetensors").write_bytes(struct.pack("<Q", 10**18) + b"{}"), MODEL),
    "header with other offsets": (
        lambda s: header_says(
            s.run / "weights.safetensors",
            lambda h: {**h, "embedding.weight": {**h["embedding.weight"], "data_offsets": [0, 10**12]}},
        ), MODEL),
    "header with 10^9 rows": (
        lambda s: header_says(
            s.run / "weights.safetensors",
            lambda h: {**h, "embedding.weight": {**h["embedding.weight"], "shape": [10**9, 4]}},
        ), MODEL),
    "a word twice": (lambda s: s.rows("vocabulary.csv", cell(4, "word", "good")), MODEL | {"explain id"}),
    "ids out of order": (lambda s: s.rows("vocabulary.csv", cell(4, "id", "9")), MODEL | {"explain id"}),
    "a word missing": (lambda s: s.rows("vocabulary.csv", lambda r: r[:-1]), MODEL | {"explain id"}),
    "a count of text": (lambda s: s.rows("vocabulary.csv", cell(4, "count", "many")), MODEL | {"explain id"}),
    "a count below 0": (lambda s: s.rows("vocabulary.csv", cell(4, "count", "-1")), MODEL),
    "an origin unknown": (lambda s: s.rows("vocabulary.csv", cell(4, "origin", "heaven")), MODEL),
    "no padding row": (lambda s: s.rows("vocabulary.csv", cell(1, "word", "<pad>")), MODEL),
    "a column missing": (lambda s: s.rows("vocabulary.csv", lambda r: [c[:4] for c in r]), MODEL),
    "a row too short": (lambda s: s.text("vocabulary.csv", "\n2,", "\n2\n2,"), MODEL | {"explain id"}),
    "vocabulary empty": (lambda s: (s.run / "vocabulary.csv").write_text(""), MODEL | {"explain id"}),
    "vocabulary no text": (lambda s: (s.run / "vocabulary.csv").write_bytes(b"\xff\xff\n"), MODEL),
    "a dropped word that is there": (
        lambda s: (s.run / "dropped.csv").write_text("word,count\ngood,1\n"), MODEL),
    "a looked-up word that is there": (lambda s: s.text("unseen.csv", "great", "good"), MODEL),
    "looked-up vectors missing": (
        lambda s: s.tensors("unseen.safetensors", lambda t: {k: v[:0].clone() for k, v in t.items()}), MODEL),
    "predictions without a column": (
        lambda s: s.text("predictions.csv", "token_states", "states"), SHOWN),
    "predictions with odd lists": (lambda s: s.rows("predictions.csv", cell(1, "token_list", "{}")), SHOWN),
    "predictions with lists too deep": (
        lambda s: s.rows("predictions.csv", cell(1, "token_list", nested(100_000))), SHOWN),
    "predictions with other states": (
        lambda s: s.rows("predictions.csv", cell(1, "token_states", "xx")), SHOWN),
    "predictions with a probability": (
        lambda s: s.rows("predictions.csv", cell(1, "probability", "7")), SHOWN),
    "predictions with an id of text": (lambda s: s.rows("predictions.csv", cell(1, "id", "one")), SHOWN),
    "predictions with seeds": (
        lambda s: s.rows("predictions.csv", with_seeds),
        SHOWN),
    "figures no object": (lambda s: (s.run / "metrics.json").write_text("7"), {"compare", "python"}),
    "figures of no split": (lambda s: (s.run / "metrics.json").write_text("{}"), {"compare", "python"}),
    "figures of text": (
        lambda s: s.json("metrics.json", entry("test", lambda t: {**t, "accuracy": "all"})), {"compare"}),
    "figures of one split alone": (
        lambda s: s.json("metrics.json", entry("test", lambda t: {"n": 1, "loss": 1})), {"compare"}),
    "analysis no object": (lambda s: (s.run / "oov.json").write_text("[]"), {"explain", "python"}),
    "analysis without errors": (
        lambda s: s.json("oov.json", first_text("errors", {})), {"explain", "python"}),
    "analysis without coverage": (
        lambda s: s.json("oov.json", first_text("coverage", None)), {"explain", "python"}),
    "analysis of another split": (
        lambda s: s.json("oov.json", lambda o: {**o, "splits": {"x": o["splits"]["test"]}}), {"explain"}),
    "analysis with a bar of 10^9": (
        lambda s: s.text("oov.json", '"error_rate": ', '"error_rate": 1e9, "old": ', -1), {"explain"}),
    "environment without inputs": (lambda s: (s.run / "environment.json").write_text("{}"), {"zebra"}),
    "environment of text": (lambda s: s.json("environment.json", lambda e: {"inputs": "all"}), {"zebra"}),
    "recipe no YAML": (lambda s: (s.run / "recipe.yaml").write_text("a: [1"), ALL),
    "recipe of another kind": (lambda s: s.recipe(lambda r: r.update(intrinsic={})), MODEL),
    "recipe unknown key": (lambda s: s.recipe(lambda r: r.update(exec="id")), MODEL),
    "recipe with a tag": (
        lambda s: s.text("recipe.yaml", "name:", "x: !!python/object:os.system {}\nname:"), ALL),
    "tokenizer's file outside": (tokenizer_outside, MODEL),
    "vectors outside": (lambda s: s.recipe(embedding(path=str(s.canary))), {"zebra"}),
    "vectors up and out": (lambda s: s.recipe(embedding(path="../outside/canary.csv")), {"zebra"}),
    "vectors in the environment": (
        lambda s: s.recipe(embedding(path="${EMBEDKIT_TEST_SECRET}/x")), {"zebra"}),
    "vectors of a package": (
        lambda s: s.recipe(embedding(path="package:embedkit/../../../outside/canary.csv")), {"zebra"}),
    "vectors a pipe": (piped_vectors, {"zebra"}),
    "training texts outside": (baseline_texts, frozenset()),
    "weights a link outside": (lambda s: moved(s, "weights.safetensors"), MODEL),
    "predictions a link outside": (lambda s: moved(s, "predictions.csv"), SHOWN),
}  # fmt: skip


def moved(scene, name):
    """The very file that the run wrote, but somewhere else, and a link in its place."""
    shutil.move(scene.run / name, scene.outside / name)
    (scene.run / name).symlink_to(scene.outside / name)


def inner(name, change):
    return lambda scene: change(scene, f"folds/fold-0-seed-1/{name}")


SEVERAL = {
    "inner manifest": (lambda s: s.text("folds/fold-0-seed-1/manifest.json", "0", "1"), True, ALL - MODEL),
    "inner run gone": (lambda s: shutil.rmtree(s.run / "folds/fold-0-seed-1"), True, ALL - MODEL),
    "folds elsewhere": (lambda s: elsewhere(s), False, ALL - MODEL),
    "fold elsewhere": (lambda s: elsewhere(s, "fold-0-seed-1"), False, ALL - MODEL),
    "no folds listed": (
        lambda s: s.json("manifest.json", lambda m: {k: m[k] for k in m if "/" not in k}), False, ALL),
    "a fold elsewhere listed": (
        lambda s: s.json("manifest.json", lambda m: {**m, "folds/../../outside/manifest.json": "0" * 64}),
        True, ALL),
    "axes of another run": (
        lambda s: s.json("folds/fold-0-seed-1/manifest.json", entry("axes", lambda a: {**a, "fold": 1})),
        True, ALL - MODEL),
    "axes that are none": (
        lambda s: s.json("folds/fold-0-seed-1/manifest.json", entry("axes", lambda a: {**a, "fold": "0"})),
        True, ALL - MODEL),
    "axes in a list": (
        lambda s: s.json("folds/fold-0-seed-1/manifest.json", entry("axes", lambda a: [*a])),
        True, ALL - MODEL),
    "figures of one run": (
        lambda s: s.json("metrics.json", entry("test", lambda t: {**t, "n": {**t["n"], "folds": [1]}})),
        False, {"compare", "python"}),
    "predictions of other runs": (lambda s: s.rows("predictions.csv", cell(1, "fold", "77")), False, SHOWN),
    "predictions of a seed each": (lambda s: s.rows("predictions.csv", a_seed_each), False, SHOWN),
    "seeds of other splits": (
        lambda s: s.json("oov.json", entry("seeds", entry("1", entry("splits", lambda x: {"x": x["test"]})))),
        False, {"explain", "python"}),
}  # fmt: skip


def elsewhere(scene, name=None):
    """The runs inside the run, or one of them, are links to the same files outside of it."""
    place = scene.run / "folds" / name if name else scene.run / "folds"
    shutil.move(place, scene.outside / "moved")
    place.symlink_to(scene.outside / "moved", target_is_directory=True)


WATCHED = (
    "open",
    "os.system",
    "subprocess.Popen",
    "os.exec",
    "os.posix_spawn",
    "pickle.find_class",
    "socket.connect",
)
_seen: list[tuple[str, tuple[object, ...]]] | None = None


def _watch(event, arguments):
    if _seen is not None and event in WATCHED:
        _seen.append((event, arguments))


sys.addaudithook(_watch)


@contextlib.contextmanager
def watched(scene):
    """Whatever the block does: no code of others runs, nothing outside is opened, memory is bounded."""
    global _seen
    before = peak_memory()
    there = {path: path.stat().st_mtime_ns for path in scene.run.rglob("*") if path.is_file()}
    _seen = []
    try:
        yield
    finally:
        seen, _seen = _seen, None
    assert [event for event in seen if event[0] != "open"] == []
    opened = {Path(os.path.realpath(str(path))) for _, (path, *_) in seen if isinstance(path, str | Path)}
    assert not {path for path in opened if path.is_relative_to(os.path.realpath(scene.outside))}
    assert peak_memory() - before < 700 * 1024**2
    assert there == {path: path.stat().st_mtime_ns for path in scene.run.rglob("*") if path.is_file()}


def ended(*arguments):
    with pytest.raises(SystemExit) as end:
        main([*map(str, arguments)])
    return end.value.code


def commands(scene):
    """Every command that reads a run, by name, each of which gives its exit code."""
    run, home = scene.run, scene.run.parent
    texts = {"use": "inline", "texts": ["good film"], "labels": ["pos"]}
    evaluation = {"name": "e", "model": str(run), "data": {"test": texts}}
    (home / "e.yaml").write_text(json.dumps(evaluation))
    return {
        "predict": lambda: ended("predict", run, "good film"),
        "zebra": lambda: ended("predict", run, "a zebra nobody saw"),
        "evaluate": lambda: ended("run", home / "e.yaml", "--out", home / "evaluated", "-q"),
        "explain": lambda: ended("explain", run),
        "explain id": lambda: ended("explain", run, "--id", 1),
        "compare": lambda: ended("compare", run, scene.original),
        "load": lambda: python(lambda: embedkit.load(run).predict(["good film"])),
        "python": lambda: python(lambda: read_all(embedkit.Run(run))),
        "resume": lambda: ended("run", scene.original / "recipe.yaml", "--out", run, "--resume"),
    }


def read_all(run):
    assert run.metrics
    assert len(run.predictions)
    assert len(run.oov.coverage)
    assert len(run.oov.wrong) >= 0


def python(call):
    try:
        call()
    except EmbedkitError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    return 0


def check(scene, refused, capsys, monkeypatch):
    monkeypatch.setenv("EMBEDKIT_TEST_SECRET", f"/nowhere/{SECRET}")
    for name, command in commands(scene).items():
        with watched(scene):
            code = command()
        told = capsys.readouterr()
        assert code in (0, 1, 2), name
        assert "Traceback" not in told.err, name
        assert SECRET not in told.out + told.err, name
        if name in refused:
            assert code != 0, f"{name} has not noticed it"
            assert told.err.count("error: ") <= 20, "a recipe is told all of its faults, data a few"
            assert max(map(len, told.err.splitlines()), default=0) < 2000


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_noticed_by_whoever_reads_it(damage, originals, tmp_path, capsys, monkeypatch):
    spoil, refused = DAMAGE[damage]
    scene = Scene(originals, tmp_path, "single")
    spoil(scene)
    check(scene, refused, capsys, monkeypatch)


@pytest.mark.parametrize("forged", FORGED)
def test_what_is_forged_is_data(forged, originals, tmp_path, capsys, monkeypatch):
    spoil, refused = FORGED[forged]
    scene = Scene(originals, tmp_path, "single")
    spoil(scene)
    scene.seal()
    check(scene, refused, capsys, monkeypatch)


@pytest.mark.parametrize("spoilt", SEVERAL)
def test_a_run_of_several_stands_by_each_of_them(spoilt, originals, tmp_path, capsys, monkeypatch):
    spoil, damaged, refused = SEVERAL[spoilt]
    scene = Scene(originals, tmp_path, "several")
    spoil(scene)
    if not damaged:
        scene.seal()
    check(scene, refused, capsys, monkeypatch)


@pytest.mark.parametrize("kind", ["single", "several", "evaluation"])
def test_what_nobody_touched_passes(kind, originals, tmp_path, capsys):
    """So that the tests above show something: each command that a run of the kind can be given ends well."""
    scene = Scene(originals, tmp_path, kind)
    scene.seal()
    wrong = {name for name, command in commands(scene).items() if command() != 0}
    assert wrong == ({"single": set()}.get(kind, {"predict", "zebra", "evaluate", "load"}))
    assert "damaged" not in capsys.readouterr().err


def test_a_file_that_was_recorded_is_used_whoever_says_so(originals, tmp_path):
    """A forger who knows a file may have it compared: what it says is known then."""
    scene = Scene(originals, tmp_path, "single")
    copy = scene.run / "copy.vec"
    shutil.copy(originals / "vectors.vec", copy)
    scene.recipe(embedding(path="copy.vec"))
    claim(scene, "embedding.path", copy)
    scene.seal()
    assert embedkit.load(scene.run).predict(["dire film"])["looked_up"].tolist() == [1]


def test_a_listed_error_names_the_file(originals, tmp_path):
    scene = Scene(originals, tmp_path, "single")
    (scene.run / "oov.json").write_text("{")
    scene.seal()
    with pytest.raises(EmbedkitError, match=rf"{re.escape(str(scene.run))}/oov.json: damaged: not JSON"):
        _ = embedkit.Run(scene.run).oov.figures


def test_sixty_ways():
    assert len(DAMAGE) + len(FORGED) + len(SEVERAL) >= 60
