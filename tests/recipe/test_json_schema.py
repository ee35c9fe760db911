from __future__ import annotations

import json

import pytest
import yaml

from embedkit.recipe.bundled import bundled_recipes
from embedkit.recipe.json_schema import json_schema
from embedkit.recipe.load import load_recipe
from embedkit.recipe.slots import SLOTS

pytestmark = pytest.mark.core


@pytest.fixture(scope="module")
def schema(registry):
    return json_schema(registry)


def references(node):
    if isinstance(node, dict):
        yield from ([node["$ref"]] if "$ref" in node else [])
        node = [*node.values()]
    for inner in node if isinstance(node, list) else []:
        yield from references(inner)


def test_every_reference_leads_somewhere(schema):
    found = {reference.removeprefix("#/$defs/") for reference in references(schema)}
    assert found == set(schema["$defs"])


def test_it_is_json(schema):
    assert json.loads(json.dumps(schema)) == schema


def test_every_registered_component_stands_in_its_kind(schema, registry):
    kinds = {slot.kind for slot in SLOTS.values()}
    for component in (each for each in registry.components() if each.kind in kinds):
        mappings = {option["title"]: option for option in schema["$defs"][component.kind]["anyOf"][1:]}
        described = mappings[component.name]
        assert described["properties"]["use"] == {"const": component.name, "description": component.summary}
        assert set(component.parameters.model_fields) <= set(described["properties"])
        assert described["additionalProperties"] is False
        required = [name for name, field in component.parameters.model_fields.items() if field.is_required()]
        assert described["required"] == ["use", *required]
        bare = schema["$defs"][component.kind]["anyOf"][0]["enum"]
        assert (component.name in bare) == (not required)


def test_only_embeddings_take_trainable_and_unseen(schema):
    for kind in ("reader", "tokenizer", "embedding", "oov", "encoder", "metric"):
        for option in schema["$defs"][kind]["anyOf"][1:]:
            taken = {"trainable", "unseen"} & set(option["properties"])
            assert taken == ({"trainable", "unseen"} if kind == "embedding" else set())


def test_what_has_a_default_is_not_required(schema):
    assert schema["$defs"]["Recipe"]["required"] == ["data", "tokenizer", "embedding", "encoder"]
    assert schema["$defs"]["EvaluationRecipe"]["required"] == ["model", "data"]
    assert schema["$defs"]["IntrinsicRecipe"]["required"] == ["embedding", "intrinsic"]
    assert schema["$defs"]["BaselineRecipe"]["required"] == ["data", "baseline"]
    assert schema["$defs"]["BaselineRecipe"]["properties"]["tokenizer"]["default"]["use"] == "regex"
    assert schema["$defs"]["BaselineEvaluation"]["properties"]["baselines"]["default"] == []
    assert "required" not in schema["$defs"]["Evaluation"]
    assert schema["$defs"]["Recipe"]["properties"]["oov"]["default"] == ["zero"]
    assert schema["$defs"]["IntrinsicRecipe"]["properties"]["oov"]["default"] == []
    assert schema["$defs"]["Evaluation"]["properties"]["metrics"]["default"] == ["accuracy"]
    assert schema["$defs"]["ModelEvaluation"]["properties"]["baselines"]["default"] is None


def test_bundled_recipes_are_valid(schema):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema)
    validator.check_schema(schema)
    recipes = [
        yaml.safe_load(recipe.path.read_text(encoding="utf-8")) for recipe in bundled_recipes().values()
    ]
    assert recipes
    for recipe in recipes:
        validator.validate(recipe)
        assert not validator.is_valid({**recipe, "sede": 1})


def test_baselines_of_a_trained_model_may_be_null_and_are_checked(schema):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(schema)
    data = {"test": {"use": "inline", "texts": ["a"], "labels": ["x"]}}
    recipe = {"name": "later", "model": "runs/x", "data": data}
    for baselines in (None, [], ["nbsvm"]):
        validator.validate({**recipe, "evaluation": {"baselines": baselines}})
    for baselines in ("nbsvm", ["nbsvn"]):
        assert not validator.is_valid({**recipe, "evaluation": {"baselines": baselines}})


def test_the_keys_of_bundled_recipes_are_described(schema):
    for recipe in bundled_recipes().values():
        data = yaml.safe_load(recipe.path.read_text(encoding="utf-8"))
        kind = (
            "MatrixRecipe"
            if "matrix" in data
            else "IntrinsicRecipe"
            if "intrinsic" in data
            else "EvaluationRecipe"
            if "model" in data
            else "BaselineRecipe"
            if "baseline" in data
            else "Recipe"
            if "tokenizer" in data
            else "TextEncoderRecipe"
        )
        described = schema["$defs"][kind]
        assert set(data) <= set(described["properties"])
        assert set(described["required"]) <= set(data)


MATRIX = {
    "embedding": ["glove-6b-50d", {"use": "random", "dim": 3}],
    "encoder.hidden_size": [1, 2],
    "training.lr": [0.1],
    "include": [{"seed": 3}],
    "exclude": [{"embedding": {"use": "random"}}],
}


@pytest.mark.parametrize(
    ("matrix", "valid"),
    [
        (MATRIX, True),
        (None, True),
        ({"data.train": [{"use": "tsv", "path": "x"}]}, True),
        ({"training.lr": 0.1}, False),
        ({"training.lr": []}, False),
        ({"training.lr": ["high"]}, False),
        ({"embedding": ["rnn"]}, False),
        ({"encoder": {"hidden_size": [1]}}, False),
        ({"seed": [1], "include": {"seed": 1}}, False),
        ({"seed": [1], "include": [{"seed": "a"}]}, False),
        ({"seed": [1], "exclude": [{}]}, False),
        ({}, False),
    ],
)
def test_a_matrix_is_checked_by_the_keys_that_it_varies(schema, matrix, valid):
    jsonschema = pytest.importorskip("jsonschema")
    recipe = {
        "data": {"max_length": 3},
        "tokenizer": "whitespace",
        "encoder": {"use": "rnn"},
        "matrix": matrix,
    }
    assert jsonschema.Draft202012Validator(schema).is_valid(recipe) is valid


def test_a_parameter_that_names_a_component_lists_the_names(schema, registry):
    (vectors,) = [o for o in schema["$defs"]["embedding"]["anyOf"] if o.get("title") == "vectors"]
    names = vectors["properties"]["format"]["enum"]
    assert names[0] == "auto"
    assert {"word2vec-binary", "safetensors", "gensim"} < {*names}


CANDIDATE = {
    "data": {"train": {"use": "tsv", "path": "x"}, "folds": {"count": 3}},
    "tokenizer": "whitespace",
    "embedding": "random",
    "encoder": "bag",
}
BASELINE = {"data": CANDIDATE["data"], "baseline": "majority"}


@pytest.mark.parametrize(
    ("changes", "valid"),
    [
        ({}, True),
        ({"ranking": {"metric": "f1", "alpha": 0.01, "race": False, "seed": 1}}, True),
        ({"name": "r", "ranking": {}}, True),
        ({"candidates": {}}, False),
        ({"candidates": None}, False),
        ({"candidates": {"a": "bag"}}, False),
        ({"candidates": {"a": {**CANDIDATE, "baseline": "majority"}}}, False),
        ({"candidates": {"a": {**CANDIDATE, "encoder": "bga"}}}, False),
        ({"candidates": {"a": {"model": "runs/x", "data": {}}}}, False),
        ({"ranking": {"alpha": 1}}, False),
        ({"ranking": {"rase": True}}, False),
        ({"tokenizer": "whitespace"}, False),
    ],
)
def test_a_ranking_is_checked_with_its_candidates(schema, changes, valid):
    jsonschema = pytest.importorskip("jsonschema")
    recipe = {"candidates": {"one": CANDIDATE, "two": BASELINE}, **changes}
    assert jsonschema.Draft202012Validator(schema).is_valid(recipe) is valid


def test_the_recipe_that_a_ranking_writes_is_valid(schema, registry):
    jsonschema = pytest.importorskip("jsonschema")
    recipe = load_recipe({"name": "r", "candidates": {"one": CANDIDATE, "two": BASELINE}}, registry)
    jsonschema.validate(yaml.safe_load(recipe.to_yaml()), schema)
