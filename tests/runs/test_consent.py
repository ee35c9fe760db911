"""Code that is in files runs for who consents on the command line or in Python, and for no recipe or run."""

from __future__ import annotations

import json
import os
import pickle
import shutil

import numpy as np
import pytest
import yaml
from gensim.models import KeyedVectors

import embedkit
from embedkit.cli import main
from embedkit.errors import RecipeError, VectorFileError
from embedkit.experiments.run import look_over
from embedkit.files.digest import describe, sha256
from embedkit.plugin.registry import build_registry
from embedkit.recipe.components import Components
from embedkit.runs.run import Run

WORDS = ["good", "bad", "film", "story"]
REFUSED = "is to run code that is in its file, and nobody has consented"
CONSENT = "give the command --trust, or from Python trust=True"


class Attack:
    """Makes a file when it is unpickled; its name is there, so that the file is taken for one of gensim's."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return os.mkdir, (self.target,)


def attack(path, ran):
    """What looks like a save of gensim's and makes the directory `ran` when it is opened."""
    path.write_bytes(pickle.dumps([KeyedVectors, Attack(ran)]))
    assert b"gensim.models" in path.read_bytes()[:512]


@pytest.fixture(scope="module")
def save(tmp_path_factory):
    path = tmp_path_factory.mktemp("save") / "vectors.kv"
    vectors = KeyedVectors(4)
    vectors.add_vectors(WORDS, np.eye(4, dtype=np.float32))
    vectors.save(str(path))
    return path


def recipe_of(embedding, **sections):
    return {
        "name": "consent",
        "data": {
            "train": {"use": "inline", "texts": ["good film", "bad film"] * 3, "labels": ["pos", "neg"] * 3},
            "test": {"use": "inline", "texts": ["good story", "bad story"], "labels": ["pos", "neg"]},
        },
        "tokenizer": "whitespace",
        "embedding": {"trainable": "none", "unseen": "lookup", **embedding},
        "encoder": {"use": "bag"},
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
        **sections,
    }


def vectors(path, **keys):
    return {"use": "vectors", "path": str(path), "trust": True, **keys}


NESTINGS = {
    "plain": vectors,
    "named format": lambda path: vectors(path, format="gensim"),
    "concat": lambda path: {"use": "concat", "sources": [{"use": "random", "dim": 2}, vectors(path)]},
    "ablation": lambda path: {"use": "ablation", "of": vectors(path), "hidden": 0.1},
    "ablation in concat": lambda path: {
        "use": "concat",
        "sources": [{"use": "random", "dim": 2}, {"use": "ablation", "of": vectors(path), "hidden": 0.1}],
    },
}  # fmt: skip


@pytest.mark.parametrize("nesting", NESTINGS)
def test_a_recipe_says_that_it_needs_consent_and_gives_none(nesting, tmp_path):
    attack(tmp_path / "save", tmp_path / "ran")
    recipe = recipe_of(NESTINGS[nesting](tmp_path / "save"), oov=["zero"])
    recipe["embedding"]["unseen"] = "unk"
    for sections in (
        {},
        {"seeds": [1, 2]},
        {"data": {**recipe["data"], "test": None, "folds": {"count": 2}}},
    ):
        with pytest.raises(RecipeError, match=REFUSED) as caught:
            embedkit.run({**recipe, **sections}, out=tmp_path / "run")
        assert CONSENT in str(caught.value)
        assert str(caught.value).startswith("embedding.")
    with pytest.raises(RecipeError, match=REFUSED):
        look_over(Components(embedkit_recipe(recipe), build_registry()), Silent(), strict=False)
    assert not (tmp_path / "run").exists()
    assert not (tmp_path / "ran").exists()


class Silent:
    """A reporter that nobody listens to."""

    def stage(self, name):
        """Nothing."""


def embedkit_recipe(recipe):
    from embedkit.recipe.load import load_recipe

    return load_recipe(recipe, build_registry())


@pytest.mark.parametrize("keys", [{}, {"format": "gensim"}])
def test_a_file_that_holds_code_is_refused_where_the_recipe_does_not_say_so(keys, tmp_path):
    attack(tmp_path / "save", tmp_path / "ran")
    recipe = recipe_of({"use": "vectors", "path": str(tmp_path / "save"), **keys})
    with pytest.raises(VectorFileError, match="reading it runs code that is in it") as caught:
        embedkit.run(recipe, out=tmp_path / "run")
    assert CONSENT in str(caught.value)
    assert not (tmp_path / "ran").exists()


@pytest.mark.parametrize("said", [True, False])
def test_who_consents_needs_nothing_in_the_recipe(said, save, tmp_path):
    run = embedkit.run(recipe_of(vectors(save, trust=said)), out=tmp_path / "run", trust=True)
    assert run.vocabulary["origin"].tolist()[2:] == ["found"] * 3


def test_an_intrinsic_evaluation_is_no_way_round(tmp_path):
    attack(tmp_path / "save", tmp_path / "ran")
    (tmp_path / "pairs.tsv").write_text("good\tbad\t1\n")
    sets = {"similarity": [str(tmp_path / "pairs.tsv")]}
    recipe = {"name": "intrinsic", "embedding": vectors(tmp_path / "save"), "intrinsic": sets}
    with pytest.raises(RecipeError, match=REFUSED):
        embedkit.run(recipe, out=tmp_path / "run")
    assert not (tmp_path / "ran").exists()


@pytest.fixture(scope="module")
def trained(save, tmp_path_factory):
    out = tmp_path_factory.mktemp("trained") / "run"
    return embedkit.run(recipe_of(vectors(save)), out=out, trust=True)


@pytest.fixture
def forged(trained, tmp_path):
    """A copy of a run whose vectors are an attack, with fingerprints and manifest made to fit."""
    directory = tmp_path / "forged"
    shutil.copytree(trained.path, directory)
    attack(directory / "evil.kv", tmp_path / "ran")
    recipe = yaml.safe_load((directory / "recipe.yaml").read_text())
    recipe["embedding"]["path"] = "evil.kv"
    (directory / "recipe.yaml").write_text(json.dumps(recipe))
    environment = json.loads((directory / "environment.json").read_text())
    environment["trust"] = True
    environment["inputs"] = {"embedding.path": describe(directory / "evil.kv", "sampled")}
    (directory / "environment.json").write_text(json.dumps(environment))
    manifest = json.loads((directory / "manifest.json").read_text())
    (directory / "manifest.json").write_text(
        json.dumps({name: sha256(directory / name) for name in manifest})
    )
    return directory


UNSEEN = "a zebra nobody saw"


def ended(*arguments):
    with pytest.raises(SystemExit) as end:
        main([*map(str, arguments)])
    return end.value.code


def test_no_command_runs_code_of_a_run_from_somebody_else(forged, tmp_path, capsys):
    texts = {"use": "inline", "texts": [UNSEEN], "labels": ["pos"]}
    evaluation = {"name": "evaluate", "model": str(forged), "data": {"test": texts}}
    (tmp_path / "evaluation.yaml").write_text(json.dumps(evaluation))
    for arguments in (
        ("predict", forged, UNSEEN),
        ("run", forged / "recipe.yaml", "--out", tmp_path / "again"),
        ("run", tmp_path / "evaluation.yaml", "--out", tmp_path / "evaluated"),
        ("explain", forged, "--hide", "0.5", "--out", tmp_path / "hidden"),
        ("validate", "--data", forged / "recipe.yaml"),
    ):
        assert ended(*arguments) == 2, arguments
        error = capsys.readouterr().err
        assert "--trust" in error, arguments
        assert "Traceback" not in error
    assert ended("validate", forged / "recipe.yaml") == 0, "it opens nothing, and needs no consent"
    assert not (tmp_path / "ran").exists()


def test_nor_does_python(forged, tmp_path):
    with pytest.raises(RecipeError, match=f"embedding.trust: embedding 'vectors'.* {REFUSED}"):
        embedkit.load(forged).predict([UNSEEN])
    texts = {"use": "inline", "texts": [UNSEEN], "labels": ["pos"]}
    with pytest.raises(RecipeError, match=REFUSED):
        embedkit.run({"name": "e", "model": str(forged), "data": {"test": texts}}, out=tmp_path / "evaluated")
    assert not (tmp_path / "ran").exists()


def test_words_that_the_run_knows_need_neither_consent_nor_the_file(forged, tmp_path):
    """What asks for the file is refused, and nothing else."""
    assert embedkit.load(forged).predict(["good film"])["unseen"].tolist() == [0]
    assert embedkit.load(forged, unseen="unk").predict([UNSEEN])["unseen"].tolist() == [4]
    assert not (tmp_path / "ran").exists()


def test_who_consents_is_heard(trained, forged, tmp_path, capsys):
    assert embedkit.load(trained.path, trust=True).predict(["bad story zzz"])["unseen"].tolist() == [1]
    assert ended("predict", trained.path, "bad story zzz", "--trust") == 0
    texts = {"use": "inline", "texts": [UNSEEN], "labels": ["pos"]}
    evaluation = {"name": "evaluate", "model": str(trained.path), "data": {"test": texts}}
    assert embedkit.run(evaluation, out=tmp_path / "evaluated", trust=True).metrics["test"]["n"] == 1
    (tmp_path / "evaluation.yaml").write_text(json.dumps(evaluation))
    assert ended("run", tmp_path / "evaluation.yaml", "--out", tmp_path / "again", "-q", "--trust") == 0
    assert ended("validate", "--data", trained.path / "recipe.yaml", "--trust") == 0
    capsys.readouterr()
    assert ended("predict", forged, UNSEEN, "--trust") == 2
    assert "gensim cannot load it" in capsys.readouterr().err
    assert (tmp_path / "ran").exists(), "so that the tests above would show it"


def test_explain_hides_with_consent(trained, tmp_path):
    out = tmp_path / "hidden"
    assert ended("explain", trained.path, "--hide", "0.5", "--seeds", "2", "--out", out, "--trust") == 0
    assert (out / "ablation.json").is_file()


def test_resuming_needs_consent_again(save, tmp_path, capsys):
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe_of(vectors(save))))
    out = ("--out", tmp_path / "run", "--resume", "-q")
    assert ended("run", tmp_path / "recipe.yaml", *out) == 2
    assert REFUSED in capsys.readouterr().err
    assert ended("run", tmp_path / "recipe.yaml", *out, "--trust") == 0
    assert ended("run", tmp_path / "recipe.yaml", *out) == 0, "it is finished: nothing is opened"


READER = """
    from typing import Annotated
    from embedkit import hookimpl
    from embedkit.interfaces import Example, NeedsTrust

    class Script:
        '''Texts that a script gives.'''
        def __init__(self, *, really: NeedsTrust = False) -> None:
            pass
        def read(self):
            yield from [Example(1, "good", "pos"), Example(2, "bad", "neg")]

    class Always:
        '''Texts of a pickle.'''
        runs_code = True
        def read(self):
            yield from [Example(1, "good", "pos"), Example(2, "bad", "neg")]

    @hookimpl
    def register_readers(register):
        register("script", Script)
        register("always", Always)
"""


@pytest.mark.parametrize("reader", [{"use": "script", "really": True}, {"use": "always"}])
def test_any_component_can_need_consent(reader, install, tmp_path):
    install("embedkit-script", READER, entries=["script"])
    recipe = recipe_of({"use": "random", "dim": 2, "unseen": "unk"}, data={"train": reader})
    with pytest.raises(RecipeError, match="data.train"):
        embedkit.run(recipe, out=tmp_path / "run")
    assert embedkit.run(recipe, out=tmp_path / "run", trust=True).metrics["train"]["n"] == 2


def test_a_parameter_that_is_not_set_needs_none(install, tmp_path):
    install("embedkit-script", READER, entries=["script"])
    recipe = recipe_of({"use": "random", "dim": 2, "unseen": "unk"}, data={"train": "script"})
    assert embedkit.run(recipe, out=tmp_path / "run").metrics["train"]["n"] == 2


def test_the_command_to_go_on_with_asks_for_consent_again(save, tmp_path, capsys, monkeypatch):
    from embedkit.training.loop import train_model

    def interrupted(*arguments):
        train_model(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr("embedkit.tasks.train.train_model", interrupted)
    recipe = recipe_of(vectors(save), training={"epochs": 1, "checkpoint_every": 1})
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe))
    assert ended("run", tmp_path / "recipe.yaml", "--out", tmp_path / "run", "-q", "--trust") == 130
    assert "--trust --resume" in capsys.readouterr().err


def test_a_run_knows_no_consent(trained):
    assert "trust" not in Run(trained.path).read_json("environment.json")
