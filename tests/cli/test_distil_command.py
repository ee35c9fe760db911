"""`embedkit vectors distil`: the vectors of a recipe become a file that embedkit and gensim read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors

import embedkit
from embedkit.vectors.formats.writers import WRITERS

SMALL = Path(__file__).parents[1] / "small_text_encoder.py"
READING = "vectors = self.embedding(ids)"
"""The first step of its network."""
PLUGIN = """
from embedkit.plugin_api import hookimpl


class SmallEncoder:
    '''The small model.'''

    def open(self, context):
        return SmallModel()


@hookimpl
def register_text_encoders(register):
    register("small", SmallEncoder)
"""
TEXTS = ["the plot is dull", "a good plot", "the film", "the good film"] * 3
WORDS = ["the", "plot", "good", "film", "is", "dull", "a"]
"""By frequency, then by first appearance."""


@pytest.fixture
def recipe(install, tmp_path, monkeypatch):
    return written(install, tmp_path, monkeypatch)


def written(install, tmp_path, monkeypatch, reading=READING):
    """Install the small text encoder, which begins to read by the line `reading`, and write a recipe."""
    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    source = SMALL.read_text(encoding="utf-8")
    assert READING in source
    install("small-encoder", source.replace(READING, reading) + PLUGIN, entries=["small"])
    plain = {
        "name": "own",
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": ["bad", "good", "bad", "good"] * 3}},
        "tokenizer": "whitespace",
        "embedding": {"use": "distilled", "encoder": "small", "read": "sentences", "dim": 3},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
    }
    (tmp_path / "own.yaml").write_text(json.dumps(plain), encoding="utf-8")
    return tmp_path / "own.yaml"


def test_the_file_has_the_vectors_of_the_run(recipe, embedkit_command, tmp_path):
    done = embedkit_command("vectors", "distil", recipe, tmp_path / "own.bin")
    assert done.code == 0, done.err
    assert (
        done.out
        == f"{tmp_path / 'own.bin'}: 7 rows, {(tmp_path / 'own.bin').stat().st_size} bytes, word2vec-binary\n"
    )
    keyed = KeyedVectors.load_word2vec_format(tmp_path / "own.bin", binary=True)
    assert keyed.index_to_key == WORDS
    frame = embedkit.run(recipe, out=tmp_path / "run").embedding_frame(when="before")
    assert np.array_equal(frame.loc[WORDS].to_numpy(np.float32), keyed.vectors)
    for check in (["check"], ["info", "--json"], ["lookup", "film"]):
        assert embedkit_command("vectors", check[0], tmp_path / "own.bin", *check[1:]).code == 0


@pytest.mark.parametrize("format", WRITERS)
def test_every_format_is_written(recipe, embedkit_command, tmp_path, format):
    target = tmp_path / "own.vectors"
    done = embedkit_command("vectors", "distil", recipe, target, "--format", format, "-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    assert embedkit.open_vectors(target).lookup(WORDS).found.all()


def test_a_recipe_is_changed_as_in_a_run(recipe, embedkit_command, tmp_path):
    sets = ["--set", "embedding.dim=2", "--set", "vocabulary.max_size=5"]
    assert embedkit_command("vectors", "distil", recipe, tmp_path / "own.bin", *sets).code == 0
    vectors = embedkit.open_vectors(tmp_path / "own.bin")
    assert (vectors.dim, vectors.lookup(WORDS).found.tolist()) == (2, [True] * 5 + [False] * 2)


def test_other_embeddings_have_vectors_too(recipe, embedkit_command, tmp_path):
    done = embedkit_command(
        "vectors", "distil", recipe, tmp_path / "own.bin", "--set", "embedding={use: random, dim: 4}"
    )
    assert (done.code, embedkit.open_vectors(tmp_path / "own.bin").dim) == (0, 4)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (["--set", "data.folds.count=3"], "stands for 3 runs"),
        (["--set", "seeds=[1, 2]"], "stands for 2 runs"),
        (["--dim", "2"], "--dim: is for a list of words"),
        (["--format", "pickle"], "unknown format to write 'pickle'"),
        (["--set", "embedding.encoder=smal"], "did you mean 'small'"),
        (["--set", "embedding.dim=99"], "99 principal components"),
        (["--set", "embedding.unseen=lookup"], "no others can be looked up"),
        (["--set", "embedding=distilled"], "encoder"),
    ],
)
def test_what_cannot_be_written(recipe, embedkit_command, tmp_path, more, message):
    done = embedkit_command("vectors", "distil", recipe, tmp_path / "own.bin", *more)
    assert (done.code, done.out) == (2, "")
    assert message in done.err
    assert not (tmp_path / "own.bin").exists()


def test_a_file_that_is_there_is_not_replaced_and_no_text_is_read(recipe, embedkit_command, tmp_path):
    (tmp_path / "own.bin").write_text("mine")
    done = embedkit_command("vectors", "distil", tmp_path / "nothing.yaml", tmp_path / "own.bin")
    assert done.code == 2
    assert "is already there" in done.err
    assert (tmp_path / "own.bin").read_text() == "mine"


def test_a_recipe_without_word_vectors(recipe, embedkit_command, tmp_path):
    plain = json.loads(recipe.read_text())
    bag = {"name": "bag", "data": plain["data"], "baseline": "majority"}
    recipe.write_text(json.dumps(bag))
    done = embedkit_command("vectors", "distil", recipe, tmp_path / "own.bin")
    assert done.code == 2
    assert "has no embedding" in done.err


@pytest.mark.parametrize("read", ["alone", "sentences"])
@pytest.mark.parametrize(
    ("reading", "message"),
    [
        ("raise ValueError('no reading today')", "no reading today"),
        ("return self.embedding(ids) * float('nan')", "NaN"),
        ("return torch.zeros(*ids.shape, D + 1)", "7"),
    ],
)
def test_a_text_encoder_that_fails_is_named(
    install, embedkit_command, tmp_path, monkeypatch, read, reading, message
):
    recipe = written(install, tmp_path, monkeypatch, reading)
    sets = ["--set", f"embedding.read={read}", "--set", "embedding.dim=null"]
    done = embedkit_command("vectors", "distil", recipe, tmp_path / "own.bin", *sets)
    assert done.code == 1
    assert "text encoder 'small'" in done.err
    assert message in done.err
    assert "Traceback" not in done.err
    assert not (tmp_path / "own.bin").exists()


@pytest.mark.parametrize(
    ("file", "message"),
    [("latin.txt", "not UTF-8 at byte 3"), ("nothing.txt", "cannot be read"), (".", "cannot be read")],
)
def test_a_list_of_words_that_cannot_be_read(embedkit_command, tmp_path, file, message):
    (tmp_path / "latin.txt").write_bytes("café\n".encode("latin-1"))
    more = [tmp_path / "own.bin", "--encoder", tmp_path]
    done = embedkit_command("vectors", "distil", tmp_path / file, *more)
    assert done.code == 2
    assert message in done.err
