"""Components in the parameters of components: checked, filled in and built as any other."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from embedkit.recipe.build import Part
from embedkit.recipe.components import Components
from embedkit.recipe.json_schema import json_schema
from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core

OLD = "embedding: {use: random, dim: 100, trainable: missing}"
NEW = """embedding:
  use: concat
  sources:
    - random
    - {use: word2vec-binary, path: vectors/v.bin}
    - use: concat
      sources: [{use: random, dim: 3}, random]
"""


@pytest.fixture
def nested(load):
    return load(OLD, NEW)


def test_defaults_are_filled_in_and_paths_made_absolute(nested, tmp_path):
    first, second, third = nested.to_plain()["embedding"]["sources"]
    assert first == {"use": "random", "dim": 300, "distribution": "uniform", "scale": 0.25}
    assert second["path"] == str(tmp_path / "vectors" / "v.bin")
    assert third["sources"][0]["dim"] == 3
    assert "trainable" not in first
    assert nested.embedding.trainable == "all"


def test_the_saved_recipe_is_the_same_recipe(nested, written, registry):
    assert load_recipe(written(nested.to_yaml()), registry) == nested
    assert load_recipe(nested.to_plain(), registry) == nested


def test_files_are_found_by_their_key(nested, registry, tmp_path):
    (tmp_path / "reviews.tsv").touch()
    (tmp_path / "vectors").mkdir()
    (tmp_path / "vectors" / "v.bin").touch()
    assert dict(Components(nested, registry).input_files()) == {
        "data.train.path": tmp_path / "reviews.tsv",
        "embedding.sources.1.path": tmp_path / "vectors" / "v.bin",
    }


def test_every_component_within_is_named(nested, registry):
    named = [
        (part.where, part.spec.use)
        for part in Part(registry, "embedding", nested.embedding, "embedding").walk()
    ]
    assert named == [
        ("embedding", "concat"),
        ("embedding.sources.0", "random"),
        ("embedding.sources.1", "word2vec-binary"),
        ("embedding.sources.2", "concat"),
        ("embedding.sources.2.sources.0", "random"),
        ("embedding.sources.2.sources.1", "random"),
    ]


def test_a_constructor_receives_components(load, registry):
    recipe = load(OLD, "embedding: {use: concat, sources: [random, {use: random, dim: 3}]}")
    made = Part(registry, "embedding", recipe.embedding, "embedding").make()
    assert [source.dim for source in made.sources] == [300, 3]


WRONG = [
    ("[random, {use: random, dim: 0}]", "embedding.sources.1.dim: expected more than 0, got the integer 0"),
    ("[random]", "embedding.sources: expected 2 or more items, got 1"),
    ("random", "embedding.sources: expected a list, got the text 'random'"),
    ("[random, 5]", "embedding.sources.1: expected a text or a mapping, got the integer 5"),
    (
        "[random, {use: random, trainable: all}]",
        "embedding.sources.1: unknown key 'trainable' (allowed: dim, distribution, scale)",
    ),
    ("[random, {use: word2vec-binary}]", "embedding.sources.1: missing key 'path'"),
]


@pytest.mark.parametrize(("sources", "message"), WRONG)
def test_a_fault_is_at_its_line(faults, sources, message):
    assert faults(OLD, f"embedding:\n  use: concat\n  sources: {sources}") == [f"recipe.yaml:12: {message}"]


def test_all_faults_come_at_once_each_at_its_own_line(faults):
    sources = "[random,\n    {use: randm},\n    {use: random, dims: 1}]"
    first, second = faults(OLD, f"embedding:\n  use: concat\n  sources: {sources}")
    assert first.startswith(
        "recipe.yaml:13: embedding.sources.1: unknown embedding 'randm' - did you mean 'random'? (allowed: "
    )
    assert second.startswith("recipe.yaml:14: embedding.sources.2: unknown key 'dims' - did you mean 'dim'?")


def test_a_name_nobody_knows_does_not_hide_what_else_is_wrong(faults):
    embedding = "{use: concat, sources: [randm, random], trainable: none, unseen: lookup}"
    first, second = faults(OLD, f"embedding: {embedding}")
    assert {first.partition(":")[2].split(": ")[1], second.partition(":")[2].split(": ")[1]} == {
        "embedding.sources.0",
        "embedding.unseen",
    }


@pytest.mark.parametrize("sources", ["[[random]]", "{use: random}", "[{use: [random]}, {}]", "[~, ~]", "5"])
def test_what_is_no_list_of_components_is_a_fault(faults, sources):
    assert faults(OLD, f"embedding: {{use: concat, sources: {sources}, trainable: none, unseen: lookup}}")


def test_an_override_reaches_into_it(load):
    recipe = load(OLD, NEW, ["embedding.sources.1.limit=5", "embedding.sources.0={use: random, dim: 2}"])
    assert recipe.to_plain()["embedding"]["sources"][1]["limit"] == 5
    assert recipe.to_plain()["embedding"]["sources"][0]["dim"] == 2


def test_the_json_schema_refers_to_the_kind(registry):
    options = json_schema(registry)["$defs"]["embedding"]["anyOf"]
    (concat,) = [option for option in options if option.get("title") == "concat"]
    assert concat["properties"]["sources"]["items"] == {"$ref": "#/$defs/embedding"}
    assert concat["properties"]["sources"]["minItems"] == 2


def test_a_component_is_a_text_or_a_mapping(registry):
    parameters = registry.get("embedding", "concat").parameters
    assert parameters(sources=["random", {"use": "random"}]).sources == ["random", {"use": "random"}]
    with pytest.raises(ValidationError):
        parameters(sources=["random", None])


@pytest.mark.parametrize("trainable", ["none", "missing", "all"])
def test_unseen_words_are_looked_up_whatever_training_moves(load, trainable):
    embedding = f"{{use: word2vec-binary, path: v.bin, trainable: {trainable}, unseen: lookup}}"
    assert load(OLD, f"embedding: {embedding}").embedding.unseen == "lookup"


@pytest.mark.parametrize("name", ["random", "word2vec-train", "fasttext-train"])
def test_sources_that_know_the_training_texts_alone_have_nothing_to_look_up(faults, name):
    message = (
        f"recipe.yaml:10: embedding.unseen: '{name}' knows words of the training texts alone, "
        "and no others can be looked up in it"
    )
    assert faults(OLD, f"embedding: {{use: {name}, trainable: none, unseen: lookup}}") == [message]
    sources = f"[{{use: word2vec-binary, path: v.bin}}, {name}]"
    embedding = f"{{use: concat, sources: {sources}, trainable: none, unseen: lookup}}"
    assert faults(OLD, f"embedding: {embedding}") == [message]


def test_an_unknown_way_with_unseen_words(faults):
    assert faults("trainable: missing", "unseen: lokup") == [
        "recipe.yaml:10: embedding.unseen: expected 'unk' or 'lookup', got the text 'lokup' "
        "- did you mean 'lookup'?"
    ]
