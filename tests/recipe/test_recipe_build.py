from __future__ import annotations

import pytest

from embedkit.errors import ComponentError, DataError, PluginError
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.components import Components
from embedkit.recipe.load import load_recipe
from embedkit.recipe.sections.section import ComponentSpec

pytestmark = pytest.mark.core

TSV = ("good\tnice work\nbad\tnot so good\n" * 3).encode()


def test_a_component_gets_its_parameters_and_absolute_paths(load, registry, tmp_path):
    (tmp_path / "reviews.tsv").write_bytes(TSV)
    reader = Part(registry, "reader", load().data.train, "data.train").make()
    assert [(example.label, example.text) for example in reader.read()][:2] == [
        ("good", "nice work"),
        ("bad", "not so good"),
    ]


def test_every_component_of_every_bundled_recipe_can_be_built(registry, monkeypatch, tmp_path):
    built = 0
    for name in ("notebook-random", "evaluate", "quickstart"):
        for where, kind, spec in load_recipe(name, registry).components():
            if "path" not in spec.parameters:
                assert Part(registry, kind, spec, where).make() is not None
                built += 1
    assert built >= 14


def test_the_keys_of_the_components(load):
    assert [(where, kind) for where, kind, _ in load().components()] == [
        ("data.train", "reader"),
        ("tokenizer", "tokenizer"),
        ("embedding", "embedding"),
        ("oov.0", "oov"),
        ("encoder", "encoder"),
        ("evaluation.metrics.0", "metric"),
        ("evaluation.metrics.1", "metric"),
        ("evaluation.baselines.0", "baseline"),
        ("evaluation.baselines.1", "baseline"),
        ("evaluation.baselines.2", "baseline"),
        ("evaluation.function_words.0", "function-words"),
    ]


def test_the_files_a_recipe_reads(load, registry, tmp_path):
    (tmp_path / "reviews.tsv").write_bytes(TSV)
    (tmp_path / "v.bin").write_bytes(b"")
    recipe = load("{use: random, dim: 100, trainable: missing}", "{use: word2vec-binary, path: v.bin}")
    assert Components(recipe, registry).input_files() == [
        ("data.train.path", tmp_path / "reviews.tsv"),
        ("embedding.path", tmp_path / "v.bin"),
    ]


SHARDS = """
from embedkit import hookimpl
from embedkit.interfaces import InputPath

class Shards:
    def __init__(self, *, paths: list[InputPath], extra: InputPath | None = None) -> None:
        self.paths = paths

    def read(self):
        return iter(())

@hookimpl
def register_readers(register):
    register("shards", Shards)
"""


def test_each_file_of_a_list_has_a_key_of_its_own(install, tmp_path):
    install("shards", SHARDS, entries=["shards"])
    for name in ("a", "b"):
        (tmp_path / name).touch()
    paths = [str(tmp_path / "a"), str(tmp_path / "b")]
    registry = build_registry()
    recipe = load_recipe("notebook-random", registry, {"data.train": {"use": "shards", "paths": paths}})
    assert Components(recipe, registry).input_files() == [
        ("data.train.paths.0", tmp_path / "a"),
        ("data.train.paths.1", tmp_path / "b"),
    ]


def test_a_file_that_is_missing(load, registry, tmp_path):
    (tmp_path / "review.tsv").write_bytes(TSV)
    recipe = load()
    message = f"data.train.path: '{tmp_path}/reviews.tsv' does not exist - did you mean 'review.tsv'?"
    for action in (
        lambda: Components(recipe, registry).input_files(),
        lambda: Part(registry, "reader", recipe.data.train, "data.train").make(),
    ):
        with pytest.raises(DataError) as caught:
            action()
        assert str(caught.value) == message


def test_a_component_that_is_no_longer_installed(registry):
    with pytest.raises(PluginError, match="^tokenizer: unknown tokenizer 'gone'"):
        Part(registry, "tokenizer", ComponentSpec(use="gone", parameters={}), "tokenizer").make()


def test_a_constructor_that_raises_is_named(registry, load, monkeypatch):
    def refuse(self, **parameters):
        raise ValueError("not today")

    component, encoder = registry.get("encoder", "rnn"), load().encoder
    assert component.parameters is not None
    monkeypatch.setattr(component.factory, "__init__", refuse)
    with pytest.raises(ComponentError) as caught:
        Part(registry, "encoder", encoder, "encoder").make()
    assert str(caught.value) == f"encoder: {component} could not be made: ValueError: not today"
