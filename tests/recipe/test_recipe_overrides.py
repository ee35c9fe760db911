from __future__ import annotations

from pathlib import Path

import pytest

from embedkit.recipe.load import load_recipe

pytestmark = pytest.mark.core


def test_one_key(load):
    recipe = load(overrides=["encoder.hidden_size=32", "training.lr=1e-3", "name=other"])
    assert recipe.encoder.parameters["hidden_size"] == 32
    assert recipe.training.lr == 0.001
    assert recipe.training.epochs == 5
    assert recipe.name == "other"


def test_a_whole_component(load):
    recipe = load(overrides=["tokenizer=whitespace", "embedding={use: random, dim: 3}", "oov=[error]"])
    assert recipe.tokenizer.use == "whitespace"
    assert recipe.embedding.parameters["dim"] == 3
    assert recipe.embedding.trainable == "all"
    assert [policy.use for policy in recipe.oov] == ["error"]


def test_a_key_inside_a_bare_name(load):
    recipe = load(overrides=["tokenizer.language=german", "evaluation.metrics.1.use=recall"])
    assert recipe.tokenizer.use == "nltk-word"
    assert recipe.tokenizer.parameters["language"] == "german"
    assert [metric.use for metric in recipe.evaluation.metrics] == ["accuracy", "recall"]


def test_a_list_s_item(load):
    assert [policy.use for policy in load(overrides=["oov.0=error"]).oov] == ["error"]
    assert load(overrides=["data.train.columns.0=y"]).data.train.parameters["columns"] == ("y", "text")


def test_an_item_of_a_default_list(load):
    assert [policy.use for policy in load("oov: [zero]\n", "", overrides=["oov.0=error"]).oov] == ["error"]


def test_sections_that_are_not_there_yet(load):
    training = "training: {epochs: 5, batch_size: 2, lr: 5e-3}\n"
    assert load(training, "", overrides=["training.epochs=3"]).training.epochs == 3
    assert load("{share: 0.1}", "null", overrides=["data.validation.share=0.2"]).data.validation.share == 0.2


def test_the_last_change_wins(load):
    assert load(overrides=["seed=1", "seed=2"]).seed == 2
    assert load(overrides=["encoder.hidden_size=x", "encoder={use: rnn, hidden_size: 4}"]).encoder is not None


def test_python_values(load):
    recipe = load(overrides={"training.epochs": 9, "data.train.columns": ("a", "b"), "embedding.dim": 7})
    assert recipe.training.epochs == 9
    assert recipe.data.train.parameters["columns"] == ("a", "b")
    assert load(overrides=None) == load() == load(overrides={})


def test_values_are_yaml_1_2(load):
    assert load(overrides=["name=no"]).name == "no"
    assert load(overrides=["name='7'"]).name == "7"
    assert load(overrides=["vocabulary.max_size=null"]).vocabulary.max_size is None


def test_paths_are_relative_to_the_current_directory(written, well_formed, registry, tmp_path, monkeypatch):
    written(well_formed)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    unchanged = load_recipe(Path("../recipe.yaml"), registry, ["data.train.header=true"])
    assert unchanged.data.train.parameters["path"] == str(tmp_path / "elsewhere/../reviews.tsv")
    changed = load_recipe("../recipe.yaml", registry, ["data.train.path=mine.tsv"])
    assert changed.data.train.parameters["path"] == str(elsewhere / "mine.tsv")
    replaced = load_recipe("../recipe.yaml", registry, {"data.train": {"use": "tsv", "path": "mine.tsv"}})
    assert replaced.data.train.parameters["path"] == str(elsewhere / "mine.tsv")


def test_a_model_can_be_set(written, registry, tmp_path, monkeypatch):
    written("model: runs/a\ndata: {test: {use: tsv, path: t.tsv}}\n")
    (tmp_path / "sub").mkdir()
    monkeypatch.chdir(tmp_path / "sub")
    assert load_recipe("../recipe.yaml", registry, ["model=runs/b"]).model == str(tmp_path / "sub/runs/b")


FAULTS = [
    (
        "encoder.hiden_size=32",
        "encoder: unknown key 'hiden_size' - did you mean 'hidden_size'? "
        "(allowed: hidden_size, num_layers, bidirectional, dropout, pooling, nonlinearity, mask_padding)",
    ),
    (
        "trainning.epochs=5",
        "unknown key 'trainning' - did you mean 'training'? (allowed: name, seed, seeds, data, tokenizer, "
        "vocabulary, embedding, oov, encoder, averaged_with, training, evaluation)",
    ),
    ("encoder.hidden_size=ten", "encoder.hidden_size: expected an integer, got the text 'ten'"),
    ("encoder={use: rnn}", "encoder: missing key 'hidden_size'"),
    ("encoder={use: rnn, hidden_size: 0}", "encoder.hidden_size: expected more than 0, got the integer 0"),
    ("oov.1=zero", "'oov' is a list and has no item '1' (allowed: 0)"),
    ("oov.first=zero", "'oov' is a list and has no item 'first' (allowed: 0)"),
    ("oov.00=zero", "'oov' is a list and has no item '00' (allowed: 0)"),
    ("name.x=1", "'name' is the text 'small', nothing can be set inside it"),
    ("seed.x.y=1", "'seed' is the integer 7, nothing can be set inside it"),
    ("data.train.path.x=1", "'data.train.path' is the text 'reviews.tsv', nothing can be set inside it"),
    ("seed", "expected KEY=VALUE, and there is no '='"),
    ("=1", "'' is not a key such as encoder.hidden_size"),
    ("encoder..x=1", "'encoder..x' is not a key such as encoder.hidden_size"),
    (
        "seed=",
        "there is no value after '='\n"
        "    Write seed=null for nothing, seed=\"''\" for a text without characters.",
    ),
    ("seed={a: 1, a: 2}", "duplicate key 'a', first on line 1"),
    ("seed=!!int 3", "the tag 'tag:yaml.org,2002:int' is not allowed: a recipe is plain data"),
    ("seed=*x", "'*x' names no anchor"),
    (
        "name=@x",
        "not valid YAML: while scanning for the next token, found character that cannot start any token",
    ),
]


@pytest.mark.parametrize(("override", "message"), FAULTS, ids=[override for override, _ in FAULTS])
def test_faults_name_the_option(faults, override, message):
    assert "\n".join(faults(overrides=[override])) == f"--set {override}: {message}"


def test_every_change_that_cannot_be_made_is_reported(faults):
    assert faults(overrides=["seed", "training.epochs=3", "name.x=1"]) == [
        "--set seed: expected KEY=VALUE, and there is no '='",
        "--set name.x=1: 'name' is the text 'small', nothing can be set inside it",
    ]


def test_faults_of_the_file_come_before_those_of_changes(faults):
    assert faults("seed: 7", "seed: x", overrides=["encoder.hidden_size=ten", "data.max_length=0"]) == [
        "recipe.yaml:3: seed: expected an integer, got the text 'x'",
        "--set encoder.hidden_size=ten: encoder.hidden_size: expected an integer, got the text 'ten'",
        "--set data.max_length=0: data.max_length: expected more than 0, got the integer 0",
    ]


def test_faults_of_python_values(faults):
    assert faults(overrides={"training.epochs": "ten", "seed": b"x"}) == [
        "--set seed=b'x': expected plain data (texts, numbers, lists, mappings), got b'x'"
    ]
    assert faults(overrides={"training.epochs": "ten"}) == [
        "--set training.epochs='ten': training.epochs: expected an integer, got the text 'ten'"
    ]


def test_a_value_that_is_not_unicode(faults):
    assert faults(overrides=["name=\udce9"]) == ["--set name=\\udce9: not valid Unicode"]
