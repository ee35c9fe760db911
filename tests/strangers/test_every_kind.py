"""A stranger's component of every kind: listed, shown, checked, run, and named when it misbehaves."""

from __future__ import annotations

import ast
import importlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from install_strangers import HERE, distributions

import embedkit
from embedkit.cli.program import program
from embedkit.errors import DataError, EmbedkitError, VectorFileError
from embedkit.hookspecs import KINDS
from embedkit.plugin_api import make_component


@dataclass(frozen=True)
class Stranger:
    """A component of somebody else's: its distribution, where it stands in a recipe, and what is said of it.

    `fault` replaces a method by another that misbehaves; `blame` is part of the message then.
    """

    distribution: str
    name: str
    recipe: dict[str, Any]
    key: str
    fault: tuple[str, str, Callable[..., Any]] = ("", "", print)
    blame: str = ""

    @property
    def plugin(self) -> str:
        """The plugin as messages name it."""
        entry = self.distribution.removeprefix("embedkit-").removesuffix("-vectors")
        return f"{entry} of {self.distribution} {version(self.distribution)}"


STRANGERS = {
    "reader": Stranger(
        "embedkit-mbox",
        "mbox",
        {"data": {"train": {"use": "mbox", "path": "mail.mbox"}}},
        'header (string, default "X-Label"): the header that has the label',
        ("embedkit_mbox:Mbox", "read", lambda self: [("a text", "a label")]),
        "read(), example 1: expected an Example, got tuple",
    ),
    "tokenizer": Stranger(
        "embedkit-shout",
        "shout",
        {"tokenizer": {"use": "shout", "ending": "!"}},
        'ending (string, default ""): put after every word',
        ("embedkit_shout:Shout", "tokenize", lambda self, texts: texts[:1]),
        "tokenize: expected a list of 6 lists of tokens, got 1 of them",
    ),
    "embedding": Stranger(
        "embedkit-hashing",
        "hashing",
        {"embedding": {"use": "hashing", "dim": 16}},
        "longest (integer >= 1, default 3): characters of the longest n-gram",
        ("embedkit_hashing:HashedWords", "lookup", lambda self, words: {}["words"]),
        "lookup() of 7 words raised KeyError: 'words'",
    ),
    "text-encoder": Stranger(
        "embedkit-trigrams",
        "trigrams",
        {"embedding": {"use": "trigrams", "dim": 6}, "encoder": "pooled"},
        "positions (integer >= 3, default 64): the most pieces that are read of a text",
        ("embedkit_trigrams:Model", "pieces", lambda self, texts: [text.split() for text in texts]),
        "pieces(): expected Pieces, got list",
    ),
    "oov": Stranger(
        "embedkit-lookalike",
        "lookalike",
        {"embedding": {"use": "vectors", "path": "words.csv"}, "oov": ["lookalike", "zero"]},
        "cutoff (number > 0 <= 1, default 0.8): least similarity, 1 for the same word",
        ("embedkit_lookalike:Lookalike", "fill", lambda self, words, context: context.found),
        "fill().vectors: expected an array of float32 and shape [4, 2]",
    ),
    "encoder": Stranger(
        "embedkit-attention",
        "attention",
        {"encoder": {"use": "attention", "heads": 2}},
        "heads (integer >= 1, default 1): queries, each with a mean of its own",
        ("embedkit_attention.pooling:Pooling", "forward", lambda self, embedded, mask: embedded.mean(1)),
        "forward: expected a tensor of torch.float32 and shape [",
    ),
    "metric": Stranger(
        "embedkit-kappa",
        "kappa",
        {"evaluation": {"metrics": ["accuracy", "kappa"]}},
        "weights ('linear' or 'quadratic' or null, default null): how much worse distant classes are",
        ("embedkit_kappa:Kappa", "score", lambda self, *_: "good"),
        "score(): expected a number, a mapping or None, got str 'good'",
    ),
    "baseline": Stranger(
        "embedkit-overlap",
        "overlap",
        {"evaluation": {"baselines": ["overlap"]}},
        "smoothing (number > 0, default 1.0): added to the count of every class",
        ("embedkit_overlap:Fitted", "probabilities", lambda self, texts: np.ones((len(texts), 2))),
        "probabilities: expected rows that add up to 1, got 2 of text 1",
    ),
    "function-words": Stranger(
        "embedkit-esperanto",
        "esperanto",
        {"evaluation": {"function_words": ["esperanto"]}},
        "accusative (boolean, default true): whether pronouns in -n count as well",
        ("embedkit_esperanto:Esperanto", "words", lambda self: "la kaj sed"),
        "words(): expected a collection of strings, got str 'la kaj sed'",
    ),
    "vector-format": Stranger(
        "embedkit-comma-vectors",
        "comma-vectors",
        {"embedding": {"use": "vectors", "path": "words.csv", "format": "comma-vectors"}, "oov": ["zero"]},
        "It takes no keys.",
        ("embedkit_comma_vectors:Table", "blocks", lambda self: [(["granda"], np.ones((1, 2)))]),
        "float32",
    ),
}
OWN_RESULT_ALONE = ("metric", "baseline")
"""Kinds whose failure costs nothing but their own results."""

TEXTS = [
    "granda filmo",
    "la filmo estas granda",
    "malbona filmo",
    "la filmo estas malbona",
    "grandaj",
    "malbone",
]
LABELS = ["good", "good", "bad", "bad", "good", "bad"]
RECIPE: dict[str, Any] = {
    "name": "strange",
    "data": {"train": {"use": "inline", "texts": TEXTS, "labels": LABELS}},
    "tokenizer": "whitespace",
    "embedding": {"use": "random", "dim": 4},
    "encoder": "bag",
    "training": {"epochs": 1},
}
WORDS = "word,0,1\ngranda,1,0.5\nmalbona,-1,0.25\nfilmo,0,-0.125\nla,0,0\n"
MESSAGE = "From MAILER\nFrom: {0}@example.org\nSubject: {1}\nX-Label: {2}\n\nbone\n\n"


def installed(distribution: str) -> bool:
    try:
        return bool(version(distribution))
    except PackageNotFoundError:
        return False


if not installed("embedkit-shout"):
    pytest.skip("tox installs them", allow_module_level=True)

every_kind = pytest.mark.parametrize("kind", STRANGERS)


@pytest.fixture(autouse=True)
def _lenient(monkeypatch, tmp_path):
    """Two of the strangers are meant to fail; files are read from a directory of the test."""
    monkeypatch.delenv("EMBEDKIT_STRICT_PLUGINS", raising=False)
    monkeypatch.delenv("EMBEDKIT_DISABLE_PLUGINS", raising=False)
    monkeypatch.chdir(tmp_path)
    Path("words.csv").write_text(WORDS, encoding="utf-8")
    mail = [MESSAGE.format(i % 2, *row) for i, row in enumerate(zip(TEXTS, LABELS, strict=True))]
    Path("mail.mbox").write_text("".join(mail), encoding="utf-8")


def call(*arguments: str) -> str:
    done = CliRunner().invoke(program, arguments, prog_name="embedkit")
    assert done.exit_code == 0, done.output
    return done.stdout


def recipe_of(kind: str, **changes: Any) -> dict[str, Any]:
    own = {**RECIPE, **STRANGERS[kind].recipe, **changes}
    return {key: own[key] for key in own if (kind, key) != ("text-encoder", "tokenizer")}


def run(kind: str, **changes: Any) -> embedkit.Run:
    return embedkit.run(recipe_of(kind, **changes), out="run")


def test_there_is_a_stranger_of_every_kind_and_each_is_what_lies_here():
    assert {*STRANGERS} == {*KINDS}
    others = {"embedkit-verdict", "embedkit-broken", "embedkit-taken"}
    assert {stranger.distribution for stranger in STRANGERS.values()} | others == {*distributions(HERE)}
    assert all(installed(name) for name in distributions(HERE))


def test_they_import_nothing_else_of_embedkit():
    files = [file for folder in distributions(HERE).values() for file in folder.rglob("*.py")]
    nodes = [node for file in files for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    imports = [n.module for n in nodes if isinstance(n, ast.ImportFrom)]
    imports += [name.name for n in nodes if isinstance(n, ast.Import) for name in n.names]
    assert {name for name in imports if name.partition(".")[0] == "embedkit"} == {"embedkit.plugin_api"}


def test_each_is_listed_with_its_distribution_and_version():
    components = json.loads(call("plugins", "--json"))["components"]
    found = {(c["kind"], c["name"]): (c["distribution"], c["version"], c["state"]) for c in components}
    for kind, stranger in STRANGERS.items():
        of = stranger.distribution
        assert found[kind, stranger.name] == (of, version(of), "loaded")
    assert found["command", "verdict"] == ("embedkit-verdict", "0.1.0", "installed")


@every_kind
def test_each_is_shown_with_its_keys(kind):
    stranger = STRANGERS[kind]
    shown = call("plugins", "show", stranger.name)
    assert f"{kind} {stranger.name}, from {stranger.plugin}" in shown
    assert stranger.key in shown


@every_kind
def test_each_is_checked_in_a_recipe_and_missed_when_it_is_blocked(kind):
    stranger = STRANGERS[kind]
    Path("recipe.json").write_text(json.dumps(recipe_of(kind)), encoding="utf-8")
    assert call("validate", "recipe.json") == "recipe.json: ok\n"
    blocked = CliRunner().invoke(program, ["-p", f"no:{stranger.distribution}", "validate", "recipe.json"])
    assert blocked.exception is not None
    assert f"'{stranger.name}'" in str(blocked.exception)
    assert f"Not in use: {stranger.plugin} (blocked" in str(blocked.exception)


@every_kind
def test_each_is_named_when_it_misbehaves(kind, monkeypatch, caplog):
    stranger = STRANGERS[kind]
    home, method, replacement = stranger.fault
    module, _, name = home.partition(":")
    monkeypatch.setattr(getattr(importlib.import_module(module), name), method, replacement)
    with caplog.at_level(logging.WARNING):
        told = outcome(kind) + caplog.text
    assert stranger.blame in told
    assert f"({stranger.plugin})" in told


def outcome(kind: str) -> str:
    if kind in OWN_RESULT_ALONE:
        return json.dumps(run(kind).metrics["train"])
    with pytest.raises(EmbedkitError) as caught:
        run(kind)
    return str(caught.value)


def test_the_mailbox_is_read():
    done = run("reader")
    assert [*done.predictions["text"]] == [f"{text}\nbone" for text in TEXTS]
    assert [*done.predictions["label"]] == LABELS
    groups = [example.group for example in make_component("reader", "mbox", path="mail.mbox").read()]
    assert groups == ["0@example.org", "1@example.org"] * 3


def test_a_mailbox_without_labels_is_an_error_of_its_own():
    Path("mail.mbox").write_text(MESSAGE.replace("X-Label", "X-Other"), encoding="utf-8")
    with pytest.raises(DataError, match=r"mail\.mbox: message 1 has no header 'X-Label'"):
        run("reader")


def test_its_words_are_in_capitals():
    assert [*run("tokenizer").vocabulary["word"]][2:4] == ["GRANDA!", "FILMO!"]


def test_every_word_has_the_vector_of_its_ngrams():
    table = run("embedding").embedding_frame(when="before")
    words = [*table.index[2:]]
    assert words == ["granda", "filmo", "la", "estas", "malbona", "grandaj", "malbone"]
    source = make_component("embedding", "hashing", dim=16).open(embedkit.plugin_api.EmbeddingContext(0))
    assert (table.loc[words].to_numpy() == source.lookup(words).vectors).all()
    like, unlike = (table.loc["granda"] @ table.loc[word] for word in ("grandaj", "malbone"))
    assert like > unlike


def test_a_text_encoder_is_trained_and_loaded():
    done = run("text-encoder", embedding={"use": "trigrams", "trainable": {"last": 1}})
    again = embedkit.load("run").predict(done.predictions["text"])
    assert [*again["probability"]] == [*done.predictions["probability"]]
    assert [*done.predictions["pieces"]] == [4, 7, 5, 8, 3, 3]


def test_a_misspelt_word_gets_the_vector_of_the_word_that_looks_alike():
    done = run("oov")
    table = done.embedding_frame(when="before")
    assert [*table.loc["grandaj"]] == [*table.loc["granda"]] == [1, 0.5]
    assert [*table.loc["malbone"]] == [*table.loc["malbona"]] == [-1, 0.25]
    assert [*table.loc["estas"]] == [0, 0]
    assert [*done.predictions["recovered"]] == [0, 0, 0, 0, 1, 1]


def test_attention_has_a_mean_for_each_head_and_learns():
    import torch

    done = run("encoder", training={"epochs": 60, "lr": 0.1})
    assert done.metrics["train"]["accuracy"] == 1
    module = make_component("encoder", "attention", heads=2).build(4)
    assert module(torch.ones(3, 5, 4), torch.ones(3, 5, dtype=torch.bool)).shape == (3, 8)


def test_kappa_is_that_of_scikit_learn():
    from sklearn.metrics import cohen_kappa_score

    done = run("metric")
    expected = cohen_kappa_score(done.predictions["label"], done.predictions["predicted"])
    assert done.metrics["train"]["kappa"] == pytest.approx(expected)


def test_the_baseline_counts_and_its_counts_are_stored():
    assert run("baseline").metrics["train"]["baselines"]["overlap"]["accuracy"] == 1
    recipe = {"name": "counts", "data": RECIPE["data"], "baseline": {"use": "overlap", "smoothing": 0.5}}
    embedkit.run(recipe, out="model")
    (row,) = embedkit.load("model").predict(["granda granda malbona"]).itertuples()
    assert (row.predicted, row.probability) == ("good", pytest.approx((4 + 0.5) / (6 + 1)))


def test_function_words_are_not_content():
    contents = run("function-words").predictions["content_tokens"]
    assert [*contents] == [2, 2, 2, 2, 1, 1]


def test_the_table_is_read_also_when_nobody_names_its_format():
    for spec in ({"format": "comma-vectors"}, {}):
        embedding = {"use": "vectors", "path": "words.csv", **spec}
        done = run("vector-format", embedding=embedding)
        assert [*done.embedding_frame(when="before").loc["malbona"]] == [-1, 0.25]
        Path("run").rename(f"run-{len(spec)}")
    with pytest.raises(VectorFileError, match=r"words\.csv[\s\S]*comma of embedkit-comma-vectors 0\.2\.0"):
        embedkit.run({**RECIPE, "embedding": embedding}, block=["embedkit-comma-vectors"])
    Path("words.csv").write_text(WORDS.replace("0.25", "much"), encoding="utf-8")
    with pytest.raises(
        VectorFileError, match=r"words\.csv, row 3: could not convert string to float: 'much'"
    ):
        run("vector-format")


def test_the_command_judges_with_a_trained_model():
    embedkit.run({**RECIPE, "training": {"epochs": 60, "lr": 0.1}}, out="run")
    said = call("verdict", "run", "granda", "malbona filmo", "--sure", "1").splitlines()
    assert said == ["perhaps good: granda", "perhaps bad: malbona filmo"]
    assert call("verdict", "run", "granda", "--sure", "0.1") == "surely good: granda\n"
