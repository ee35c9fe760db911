"""The sources of word vectors at hand: their names, and how texts are read for them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from gensim.models import KeyedVectors
from safetensors.numpy import save_file

from embedkit.errors import VectorFileError
from embedkit.experiments import sources as module
from embedkit.experiments.sources import sources
from embedkit.files.names import portable
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import make_component


@pytest.fixture(scope="module")
def registry():
    return build_registry(["transformers"])  # with a text encoder there are more: see its candidates


def write(path, words):
    path.parent.mkdir(parents=True, exist_ok=True)
    rows = [f"{word} 0.5 {at}" for at, word in enumerate(words)]
    path.write_text("\n".join([f"{len(rows)} 2", *rows]) + "\n", encoding="utf-8")
    return path


def of(path, registry):
    return sources([path], registry)[-1]


def test_texts_are_lower_cased_for_vectors_in_lower_case(tmp_path, registry):
    lower = of(write(tmp_path / "lower.vec", [f"word{n}" for n in range(300)] + ["UNK", "<PAD>"]), registry)
    cased = of(write(tmp_path / "cased.vec", [f"{w}{n}" for n in range(50) for w in ("a", "A")]), registry)
    assert lower.tokenizer["lowercase"] is True
    assert cased.tokenizer["lowercase"] is False


def test_hidden_digits_tell_of_googlenews(tmp_path, registry):
    news = of(write(tmp_path / "news.vec", ["in", "##", "The", "####"]), registry)
    other = of(write(tmp_path / "other.vec", ["in", "the", "1999"]), registry)
    assert (news.oov, other.oov) == (("googlenews", "zero"), ("glove", "zero"))


@pytest.mark.parametrize(
    ("name", "stem"),
    [
        ("GoogleNews-vectors-negative300.bin.gz", "GoogleNews-vectors-negative300"),
        ("glove.6B.100d.txt", "glove.6B.100d"),
        ("crawl-300d-2M.vec", "crawl-300d-2M"),
        ("my vectors (2).TXT", "my-vectors-2"),
        ("wörter.vec", "wörter"),
        ("noending", "noending"),
        (".txt", "txt"),
    ],
)
def test_a_source_is_named_after_its_file(name, stem):
    path = Path("/somewhere") / name
    assert module._names([path], []) == {path: stem}


@pytest.mark.parametrize(
    "paths",
    [
        ["/a/x.bin", "/a/x.txt"],
        ["/a/x.bin", "/b/x.bin"],
        ["/a/x.bin", "/b/X.bin", "/c/y.bin"],
        ["/1/a/x.bin", "/2/a/x.bin"],
        ["/a/random.bin"],
        ["/a/Random.vec", "/b/random.vec"],
        ["/a/" + "long" * 60 + "1.vec", "/a/" + "long" * 60 + "2.vec"],
        ["/a/" + "語" * 60 + "1.vec", "/b/" + "語" * 60 + "1.vec"],
        ["/a/b c.vec", "/a/b-c.vec", "/a/b?c.vec"],
    ],
)
def test_names_are_portable_and_unique_whatever_the_order_of_the_files(paths):
    named = module._names([*map(Path, paths)], ["random"])
    folded = [name.casefold() for name in named.values()]
    assert len({*folded, "random"}) == len(paths) + 1
    assert all(portable(f"{name}-cnn-frozen") == f"{name}-cnn-frozen" for name in named.values())
    assert module._names([*map(Path, reversed(paths))], ["random"]) == named


def test_a_file_given_twice_is_one_source(tmp_path, registry):
    path = write(tmp_path / "once.vec", ["a", "b"])
    assert [source.name for source in sources([path, path], registry)].count("once") == 1


def test_faults_of_all_files_are_told_together(tmp_path, registry):
    broken = tmp_path / "broken.vec"
    broken.write_text("no vectors at all\nhere\n", encoding="utf-8")
    with pytest.raises(VectorFileError) as error:
        sources([broken, tmp_path / "missing.vec"], registry)
    assert [fault.where for fault in error.value.faults] == [str(broken), str(tmp_path / "missing.vec")]


def test_paths_of_files_are_absolute(tmp_path, registry, monkeypatch):
    write(tmp_path / "here.vec", ["a", "b"])
    monkeypatch.chdir(tmp_path)
    assert of(Path("here.vec"), registry).embedding["path"] == str(tmp_path / "here.vec")


def test_a_missing_package_is_no_source(registry, monkeypatch):
    monkeypatch.setattr(module, "GLOVE", "no_such_package_of_vectors")
    assert "glove-6b-50d" not in {source.name for source in sources([], registry)}


def test_vectors_of_pieces_are_read_with_their_own_tokenizer(tmp_path, registry):
    save_file({"embeddings": np.ones((2, 3), np.float32)}, tmp_path / "pieces.safetensors")
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {"vocab": {"a": 0, "##b": 1}}}))
    source = of(tmp_path / "pieces.safetensors", registry)
    assert source.tokenizer == {"use": "tokenizers", "path": str(tmp_path / "tokenizer.json")}
    assert source.name == "pieces"


def test_trust_is_asked_for_where_a_file_can_run_code_and_nowhere_else(tmp_path):
    vectors = KeyedVectors(2)
    vectors.add_vectors(["a", "b"], np.ones((2, 2), np.float32))
    vectors.save(str(tmp_path / "pickled.kv"))
    plain = write(tmp_path / "plain.vec", ["a", "b"])
    trusting = build_registry(trust=True)
    assert of(tmp_path / "pickled.kv", trusting).embedding["trust"] is True
    assert "trust" not in of(plain, trusting).embedding
    with pytest.raises(VectorFileError, match="--trust"):
        sources([tmp_path / "pickled.kv"], build_registry())


@pytest.mark.parametrize("text", ["It's 'fine' -- really!!", "don’t  (2nd)", "", "naïve\tcafé…"])
def test_words_and_marks_are_those_of_nltk(text, registry):
    source = next(source for source in sources([], registry) if source.name == "random")
    found = make_component("tokenizer", source.tokenizer["use"], pattern=source.tokenizer["pattern"])
    assert found.tokenize([text]) == make_component("tokenizer", "nltk-wordpunct").tokenize([text])
