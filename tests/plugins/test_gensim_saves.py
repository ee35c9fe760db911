"""The format `gensim`: real saves, read as gensim itself loads them; pickles that are something else."""

from __future__ import annotations

import gzip
import json
import os
import pickle
import shutil
import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

import embedkit
from embedkit import open_vectors
from embedkit.errors import VectorFileError
from embedkit.vectors.tools.convert import convert

TEXTS = [["a", "smart", "and", "moving", "film"], ["a", "dull", "film", "é"], ["smart", "film", "film"]]
ASKED = ["film", "qwzx", "é", "film", "Film"]
APART = {"sep_limit": 0}
"""Makes gensim write every array into a file of its own."""


@pytest.fixture(scope="module")
def models():
    from gensim.models import FastText, Word2Vec

    return {
        "word2vec": Word2Vec(TEXTS, vector_size=12, min_count=1, seed=1, workers=1),
        "fasttext": FastText(TEXTS, vector_size=12, min_count=1, bucket=50, seed=1, workers=1),
    }


@pytest.fixture(scope="module")
def saves(models, tmp_path_factory):
    """Saves of whole models and of their vectors, arrays inside and beside, plain and packed by gensim."""
    folder = tmp_path_factory.mktemp("saves")
    for name, model in models.items():
        for kind, saved in (("model", model), ("vectors", model.wv)):
            for arrays, keys in (("inside", {}), ("beside", APART)):
                saved.save(str(folder / f"{name}-{kind}-{arrays}"), **keys)
            saved.save(str(folder / f"{name}-{kind}-packed.gz"))
    assert (folder / "word2vec-vectors-beside.vectors.npy").exists()
    return folder


SAVES = [
    f"{name}-{kind}-{arrays}"
    for name in ("word2vec", "fasttext")
    for kind in ("model", "vectors")
    for arrays in ("inside", "beside", "packed.gz")
]


@pytest.mark.parametrize("name", SAVES)
def test_the_rows_are_gensim_s(name, saves, models):
    wv = models[name.partition("-")[0]].wv
    file = open_vectors(saves / name, trust=True)
    assert (file.format, file.dim, file.count, file.dtype) == ("gensim", 12, len(wv), "float32")
    assert file.layout == f"pickle of {type(wv).__name__}"
    lookup = file.lookup(ASKED)
    index = wv.key_to_index
    assert lookup.rows.tolist() == [index["film"], -1, index["é"], index["film"], -1]
    expected = wv.vectors[[index["film"], index["é"], index["film"]]]
    assert lookup.vectors[lookup.found].tobytes() == expected.tobytes()
    assert [word.decode() for block in file.blocks() for word in block.words] == wv.index_to_key
    limited = open_vectors(saves / name, trust=True, limit=2)
    assert limited.lookup(wv.index_to_key[:3]).found.tolist() == [True, True, False]


@pytest.mark.parametrize("name", [name for name in SAVES if name.startswith("fasttext")])
def test_fasttext_has_vectors_for_words_never_seen(name, saves, models):
    lookup = open_vectors(saves / name, trust=True).subword(["filmed", "smarter"])
    assert lookup.found.all()
    np.testing.assert_allclose(lookup.vectors[0], models["fasttext"].wv["filmed"], rtol=0, atol=1e-7)
    assert not hasattr(open_vectors(saves / "word2vec-model-inside", trust=True), "subword")


def test_it_converts(saves, models, tmp_path):
    convert(open_vectors(saves / "word2vec-vectors-beside", trust=True), tmp_path / "to", "word2vec-binary")
    wv = models["word2vec"].wv
    assert open_vectors(tmp_path / "to").lookup(wv.index_to_key).vectors.tobytes() == wv.vectors.tobytes()


@pytest.mark.parametrize("name", SAVES)
def test_nothing_is_opened_without_trust(name, saves):
    for format in (None, "gensim"):
        with pytest.raises(VectorFileError) as caught:
            open_vectors(saves / name, format=format)
        assert str(caught.value) == (
            f"{saves / name}: is gensim (gensim's own saves of KeyedVectors, Word2Vec and FastText, which "
            "are Python pickles): reading it runs code that is in it\n"
            "    If you trust where the file comes from, give the command --trust, or from Python trust=True."
        )


class Attack:
    """Looks like a save of gensim's, and makes a file when it is loaded."""

    def __init__(self, target):
        self.target = target

    def __reduce__(self):
        return os.mkdir, (self.target,)


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_a_malicious_pickle_runs_for_who_trusts_it_alone(protocol, tmp_path, models):
    path, ran = tmp_path / "save", tmp_path / "ran"
    path.write_bytes(pickle.dumps([type(models["word2vec"].wv), Attack(str(ran))], protocol))
    assert b"gensim.models" in path.read_bytes()[:512]
    for keys in ({}, {"format": "gensim"}, {"format": "word2vec-binary"}, {"format": "numpy"}):
        with pytest.raises(VectorFileError):
            open_vectors(path, **keys)
    assert not ran.exists()
    with pytest.raises(VectorFileError, match="gensim cannot load it: AttributeError: 'list'"):
        open_vectors(path, trust=True)
    assert ran.exists(), "so that the test would show it"


def test_gensim_is_not_imported_without_trust(saves):
    code = """
import sys
from embedkit import open_vectors
from embedkit.errors import VectorFileError
try:
    open_vectors(sys.argv[1])
except VectorFileError:
    print(sorted({name.partition(".")[0] for name in sys.modules} & {"gensim", "scipy", "smart_open"}))
"""
    call = [sys.executable, "-P", "-c", code, str(saves / "word2vec-vectors-beside")]
    assert subprocess.run(call, capture_output=True, text=True, check=True).stdout == "[]\n"


def test_other_pickles_are_not_gensim_s_and_never_loaded(tmp_path):
    path, ran = tmp_path / "pickle", tmp_path / "ran"
    path.write_bytes(pickle.dumps({"a": Attack(str(ran))}))
    with pytest.raises(VectorFileError, match="this is a Python pickle"):
        open_vectors(path, trust=True)
    with pytest.raises(VectorFileError, match="is not gensim: this is a Python pickle"):
        open_vectors(path, trust=True, format="gensim")
    assert not ran.exists()


@pytest.mark.parametrize("name", ["word2vec-vectors-inside", "fasttext-model-inside"])
def test_a_save_that_is_cut(name, saves, tmp_path):
    content = (saves / name).read_bytes()
    for size in [*range(60, len(content) - 1, 97), len(content) - 1]:
        (tmp_path / "cut").write_bytes(content[:size])
        with pytest.raises(VectorFileError, match="gensim cannot load it: "):
            open_vectors(tmp_path / "cut", trust=True)


def test_a_save_of_which_a_file_is_missing(saves, tmp_path):
    shutil.copy(saves / "word2vec-model-beside", tmp_path / "save")
    with pytest.raises(VectorFileError) as caught:
        open_vectors(tmp_path / "save", trust=True)
    missing = tmp_path / "save.wv.vectors.npy"
    assert str(caught.value) == (
        f"{tmp_path / 'save'}: gensim cannot load it: its file {missing} is missing\n"
        "    gensim's `save` may write several files: keep them together, under the names that it gave."
    )


def test_an_array_that_is_damaged_or_of_another_save(saves, tmp_path):
    name = "word2vec-vectors-beside"
    for file in saves.glob(f"{name}*"):
        shutil.copy(file, tmp_path / file.name)
    array = tmp_path / f"{name}.vectors.npy"
    content = array.read_bytes()
    for damaged in (content[:-1], content[:100], b"", b"\x93NUMPY" + content[20:]):
        array.write_bytes(damaged)
        with pytest.raises(VectorFileError, match="gensim cannot load it: "):
            open_vectors(tmp_path / name, trust=True)
    np.save(array, np.ones((3, 12), np.float32))
    with pytest.raises(VectorFileError, match=r"has 7 words and an array \[3, 12\]: of different saves"):
        open_vectors(tmp_path / name, trust=True).lookup(["film"])


def test_vectors_that_are_missing_from_the_pickle(tmp_path, models):
    wv = pickle.loads(pickle.dumps(models["word2vec"].wv))
    del wv.vectors
    (tmp_path / "save").write_bytes(pickle.dumps(wv))
    with pytest.raises(VectorFileError, match="gensim cannot load it|without word vectors"):
        open_vectors(tmp_path / "save", trust=True)


@pytest.mark.parametrize(
    ("name", "other"), [("vector_size", "vector_sizf"), ("index_to_key", None), ("vector_size", "many")]
)
def test_a_save_with_a_wrong_byte_in_its_names_or_values(name, other, tmp_path, models):
    wv = pickle.loads(pickle.dumps(models["word2vec"].wv))
    if other == "vector_sizf":
        setattr(wv, other, wv.__dict__.pop(name))
    else:
        setattr(wv, name, other)
    (tmp_path / "save").write_bytes(pickle.dumps(wv))
    with pytest.raises(VectorFileError, match="gensim loads it, but something is damaged in it: "):
        open_vectors(tmp_path / "save", trust=True)


def test_saves_without_word_vectors(tmp_path):
    from gensim.models import Phrases

    Phrases(TEXTS).save(str(tmp_path / "phrases"))
    with pytest.raises(VectorFileError, match="holds a Phrases without word vectors"):
        open_vectors(tmp_path / "phrases", trust=True)


def test_a_save_that_something_else_packed(saves, tmp_path):
    path = tmp_path / "packed"
    path.write_bytes(gzip.compress((saves / "word2vec-vectors-inside").read_bytes()))
    with pytest.raises(VectorFileError, match="gensim cannot load it: UnpicklingError"):
        open_vectors(path, trust=True)


def test_what_is_kept_of_it_is_of_its_arrays_too(saves, tmp_path, monkeypatch):
    from embedkit.files.cache import entries

    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr("embedkit.vectors.file.WORTH_KEEPING", 1)
    name = "word2vec-vectors-beside"
    for file in saves.glob(f"{name}*"):
        shutil.copy(file, tmp_path / file.name)
    before = open_vectors(tmp_path / name, trust=True).lookup(["film"]).vectors
    assert [entry.path.name[:4] for entry in entries()] == ["rows"]
    array = tmp_path / f"{name}.vectors.npy"
    np.save(array, 2 * np.load(array))
    assert (
        open_vectors(tmp_path / name, trust=True).lookup(["film"]).vectors.tolist() == (2 * before).tolist()
    )


def recipe_of(path, **keys):
    texts = {"use": "inline", "texts": ["a smart film", "a dull film"], "labels": ["pos", "neg"]}
    return {
        "name": "saves",
        "data": {"train": texts},
        "tokenizer": "whitespace",
        "embedding": {"use": "vectors", "path": str(path), **keys},
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 1},
    }


def test_a_recipe_trusts_it(saves, models, tmp_path):
    path = saves / "word2vec-vectors-beside"
    run = embedkit.run(recipe_of(path, trust=True, format="gensim"), out=tmp_path / "run", trust=True)
    row = run.embedding_frame(when="before").loc["film"].to_numpy(dtype=np.float32)
    assert row.tobytes() == models["word2vec"].wv["film"].tobytes()


def test_a_recipe_that_does_not_trust_it_or_blocks_its_plugin(saves, tmp_path):
    path = saves / "word2vec-vectors-beside"
    with pytest.raises(VectorFileError, match="give the command --trust"):
        embedkit.run(recipe_of(path), out=tmp_path / "run")
    with pytest.raises(
        VectorFileError, match=r"this is a Python pickle[\s\S]*Not in use: gensim of embedkit"
    ):
        embedkit.run(recipe_of(path, trust=True), out=tmp_path / "run", block=["gensim"], trust=True)


def command(*arguments):
    call = [sys.executable, "-P", "-m", "embedkit", *map(str, arguments)]
    return subprocess.run(call, capture_output=True, text=True, encoding="utf-8")


def test_the_commands(saves, models, tmp_path):
    path = saves / "fasttext-vectors-beside"
    refused = command("vectors", "info", path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "reading it runs code that is in it" in refused.stderr
    contents = json.loads(command("vectors", "info", path, "--trust", "--json").stdout)
    assert (contents["format"], contents["count"]) == ("gensim", len(models["fasttext"].wv))
    done = command("vectors", "convert", path, tmp_path / "to.npy", "--trust", "--from", "gensim")
    assert done.returncode == 0, done.stderr
    expected = models["fasttext"].wv.vectors
    assert np.load(tmp_path / "to.npy").tobytes() == expected.tobytes()
    blocked = command("-p", "no:gensim", "vectors", "lookup", path, "film", "--trust")
    assert blocked.returncode == 2
    assert "Not in use: gensim of embedkit" in blocked.stderr
    named = command("-p", "no:gensim", "vectors", "lookup", path, "film", "--from", "gensim")
    assert "unknown vector format 'gensim'" in named.stderr


@pytest.mark.parametrize(
    "name",
    ["w2v-lee-v0.12.0", "word2vec_pre_kv_py3", "ft_model_2.3.0", "ft_kv_3.6.0.model.gz", "doc2vec_old"],
)
def test_saves_of_gensims_that_are_too_old(name):
    path = files("gensim") / "test" / "test_data" / name
    with pytest.raises(VectorFileError) as caught:
        open_vectors(path, trust=True)
    assert "written by another version than" in str(caught.value)
    assert "gensim 3.8.3" in str(caught.value)
