"""Plugins of every released contract still load and run, all their kinds in one recipe, without a warning."""

from __future__ import annotations

import ast
import logging
import warnings
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from install_strangers import ATTIC, distributions

import embedkit
from embedkit.cli.program import program
from embedkit.hookspecs import KINDS
from embedkit.interfaces.changes import ContractWarning
from embedkit.plugin.registry import build_registry
from embedkit.plugin_api import (
    ExplainableFit,
    KeepableTokenizer,
    OfTokenizerFile,
    RestorableBaseline,
    StorableFit,
    SubwordSource,
    TaggedFunctionWords,
    make_component,
    open_vectors,
)

CONTRACTS = ["0.1"]
"""The released contracts, and the one that is about to be."""

RECORD = Path(__file__).parents[1] / "contract.txt"
NOT_OWN = ("ComponentOf", "ComponentSource", "NameOf", "Progress", "WordVectorFile")
"""Classes of contract.txt that plugins are given, or that are called without keywords."""

TEXTS = """good\tann\tA fine, fine film of wonder
bad\tbob\ta dull film of the year
good\tann\tthe finest wonders x
bad\tbob\tso so dull
"""
OTHERS = """fair\teve\ta wonder
bad\teve\ta dull year
bad\tjoe\tof the dull
good\tjoe\tfine, fine, fine
"""
WORDS = ("a", "fine", "film", "dull", "of", "the", "wonder")
FILES = {
    "texts.txt": TEXTS,
    "other.txt": OTHERS,
    "more/1.txt": "fine film",
    "rules.txt": ",;",
    "words.vectors": "contract-0-1\n" + "".join(f"{i} {i % 3} 0.5\n" for i in range(1, 8)),
    "words.vectors.words": "\n".join(WORDS),
}

try:
    version("embedkit-contract-0-1")
except PackageNotFoundError:
    pytest.skip("tox installs them", allow_module_level=True)

every_contract = pytest.mark.parametrize("contract", CONTRACTS)


@pytest.fixture(autouse=True)
def _files(monkeypatch, tmp_path):
    """Files that the plugins read, in the current directory."""
    monkeypatch.delenv("EMBEDKIT_STRICT_PLUGINS", raising=False)
    monkeypatch.chdir(tmp_path)
    for name, text in FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")


def named(contract: str) -> str:
    return f"contract-{contract.replace('.', '-')}"


def recipe(name: str) -> dict[str, object]:
    """A recipe in which every component that may be a plugin's is one of the contract's."""
    vectors = {"use": "vectors", "path": "words.vectors", "format": name}
    return {
        "name": name,
        "data": {
            "train": {"use": name, "path": "texts.txt", "folder": "more"},
            "validation": {"use": name, "path": "other.txt", "labels": {"fair": "good"}},
        },
        "tokenizer": {"use": name, "rules": "rules.txt"},
        "embedding": {"use": name, "source": vectors, "rules": "rules.txt", "unseen": "lookup"},
        "oov": [name, f"{name}-total"],
        "encoder": {"use": name, "inner": ["bag", {"use": "rnn", "hidden_size": 3}]},
        "training": {"epochs": 3, "early_stopping": {"metric": name, "patience": 2}},
        "evaluation": {"metrics": ["accuracy", name], "baselines": [name], "function_words": [name]},
    }


def test_there_is_a_package_for_every_contract_and_each_is_installed():
    packages = distributions(ATTIC)
    assert {*packages} == {f"embedkit-{named(contract)}" for contract in CONTRACTS}
    assert [version(package) for package in packages] == CONTRACTS
    assert embedkit.__version__.rpartition(".")[0] == CONTRACTS[-1]


@every_contract
def test_every_kind_loads(contract):
    with warnings.catch_warnings():
        warnings.simplefilter("error", ContractWarning)
        registry = build_registry()
        for kind in KINDS:
            # A recipe names a text encoder where it may name an embedding.
            ending = "-letters" if kind == "text-encoder" else ""
            assert registry.get(kind, f"{named(contract)}{ending}").factory is not None
    plugins = [p for p in registry.plugins.plugins if p.distribution == f"embedkit-{named(contract)}"]
    assert [(p.state, p.error) for p in plugins] == [("loaded", None)] * 2


@every_contract
def test_a_recipe_with_all_of_them_runs_without_a_warning(contract, caplog):
    name = named(contract)
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, "embedkit"):
        warnings.simplefilter("error")
        run = embedkit.run(recipe(name), out="run", strict=False)
    assert [record.getMessage() for record in caplog.records] == []
    results = run.metrics["validation"]
    assert results[name] == pytest.approx(1 - results["accuracy"])
    assert results["baselines"][name]["accuracy"] == 1
    table = run.embedding_frame(when="before")
    assert [*table.loc["fine"]] == [2, 2, 0.5]
    assert [*table.loc["wonders"]] == [*table.loc["wonder"]]
    assert [*table.loc["finest"]] == [1, 1, 1]
    assert [*table.loc["x"]] == [*table.iloc[2]]
    assert [*run.predictions["content_tokens"]][:5] == [5, 4, 3, 3, 2]
    predicted = embedkit.load("run").predict(["a year of wonders", "unheard"])
    assert len(predicted) == 2
    done = CliRunner().invoke(program, [name, "run", "a fine film"])
    assert (done.exit_code, done.output) == (
        0,
        f"{embedkit.load('run').predict(['a fine film'])['predicted'].iloc[0]}\n",
    )


@every_contract
def test_its_baseline_is_trained_stored_loaded_and_explained(contract):
    name = named(contract)
    data = {"train": {"use": name, "path": "texts.txt"}}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        embedkit.run({"name": "counts", "data": data, "baseline": name}, out="run")
    assert [*embedkit.load("run").predict(["fine film", "dull so"])["predicted"]] == ["good", "bad"]
    baseline = make_component("baseline", name)
    fitted = baseline.fit(["a b", "b"], np.array([0, 1]), ("x", "y"))
    assert isinstance(baseline, RestorableBaseline)
    assert isinstance(fitted, StorableFit)
    assert isinstance(fitted, ExplainableFit)
    assert fitted.evidence("b")["b"].tolist() == [1, 1]


@every_contract
@pytest.mark.parametrize("trainable", ["none", {"last": 1}])
def test_its_text_encoder_is_read_trained_and_loaded(contract, trainable):
    name = named(contract)
    own = recipe(name)
    train = {"use": name, "path": "texts.txt"}
    changed = {
        "data": {"train": train, "validation": own["data"]["validation"]},
        "embedding": {"use": f"{name}-letters", "trainable": trainable},
        "encoder": f"{name}-pooled",
    }
    kept = {key: own[key] for key in ("name", "training", "evaluation")}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        run = embedkit.run({**kept, **changed}, out="run")
    assert [*run.predictions["pieces"]][:2] == [22, 18]
    again = embedkit.load("run").predict(run.predictions["text"])
    assert [*again["probability"]] == [*run.predictions["probability"]]


@every_contract
def test_its_optional_protocols_are_seen(contract):
    name = named(contract)
    tokenizer = make_component("tokenizer", name, rules="rules.txt")
    assert isinstance(tokenizer, KeepableTokenizer)
    assert isinstance(tokenizer, OfTokenizerFile)
    assert tokenizer.depends_on() == [tokenizer.tokenizer_file]
    source = make_component("embedding", name, source="random", rules="rules.txt")
    source = source.open(embedkit.plugin_api.EmbeddingContext(0, ["a"]))
    assert isinstance(source, SubwordSource)
    assert make_component("function-words", name).words() == {"the", "of"}
    assert isinstance(make_component("function-words", name), TaggedFunctionWords)
    vectors = open_vectors("words.vectors")
    assert (vectors.format, vectors.lookup(["dull", "none"]).found.tolist()) == (name, [True, False])


def test_the_newest_package_uses_all_of_the_contract():
    """Everything in contract.txt that plugins write or read is in the package."""
    package = [*distributions(ATTIC).values()][-1]
    nodes = [node for file in package.rglob("*.py") for node in ast.walk(ast.parse(file.read_text("utf-8")))]
    defined = {node.name for node in nodes if isinstance(node, ast.FunctionDef)}
    defined |= {
        t.id for n in nodes if isinstance(n, ast.Assign) for t in n.targets if isinstance(t, ast.Name)
    }
    defined |= {n.target.id for n in nodes if isinstance(n, ast.AnnAssign) and isinstance(n.target, ast.Name)}
    defined |= {n.attr for n in nodes if isinstance(n, ast.Attribute)}
    used = {keyword.arg for node in nodes if isinstance(node, ast.Call) for keyword in node.keywords}
    expected = {name for name in members() if name != "__call__"}
    assert expected - defined - used == set()


def members() -> set[str]:
    """The hooks, and the verbs, flags and fields of the classes that plugins write or make."""
    found = set()
    for node in ast.parse(RECORD.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            found.add(node.name)
        elif node.name not in NOT_OWN:
            found |= {m.name for m in node.body if isinstance(m, ast.FunctionDef)}
            found |= {m.target.id for m in node.body if isinstance(m, ast.AnnAssign)}
    return found
