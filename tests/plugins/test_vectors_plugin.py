"""The embeddings `word2vec-text`, `glove`, `fasttext` and `vectors`: one vector set in every format."""

from __future__ import annotations

import bz2
import gzip
import json
import lzma
import sys
from pathlib import Path

import numpy as np
import pytest

import embedkit
from embedkit.errors import RecipeError, VectorFileError
from embedkit.hookspecs import KINDS
from embedkit.interfaces import EmbeddingContext, VectorSource
from embedkit.interfaces.contracts import check_lookup
from embedkit.plugin.registry import build_registry
from embedkit.recipe.load import load_recipe
from embedkit.vectors.formats.recognition import FORMATS

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

REGISTRY = build_registry()
TEXTS = [["a", "smart", "and", "moving", "film"], ["a", "dull", "film", "é"], ["smart", "film", "film"]]
ASKED = ["film", "qwzx", "é", "film", "Film"]


def make(name, **keys):
    return REGISTRY.get("embedding", name).factory(**keys)


def opened(name, **keys):
    return make(name, **keys).open(EmbeddingContext(seed=0))


@pytest.fixture(scope="module")
def model():
    from gensim.models import FastText

    return FastText(TEXTS, vector_size=12, min_count=1, bucket=50, seed=1, workers=1)


@pytest.fixture(scope="module")
def files(model, tmp_path_factory):
    """The model's words and vectors in every format, by its name."""
    from gensim.models.fasttext import save_facebook_model
    from safetensors.numpy import save_file

    folder = tmp_path_factory.mktemp("formats")
    words, vectors = model.wv.index_to_key, model.wv.vectors
    save_facebook_model(model, str(folder / "fasttext"))
    model.wv.save_word2vec_format(folder / "word2vec-binary", binary=True)
    model.wv.save_word2vec_format(folder / "word2vec-text")
    header, rows = (folder / "word2vec-text").read_bytes().split(b"\n", 1)
    assert header == b"%d 12" % len(words)
    (folder / "glove-text").write_bytes(rows)
    np.save(folder / "numpy.npy", vectors)
    (folder / "numpy.words").write_text("".join(f"{word}\n" for word in words), encoding="utf-8")
    listed = np.frombuffer("".join(f"{word}\n" for word in words).encode(), np.uint8)
    save_file({"vectors": vectors, "words": listed}, folder / "safetensors")
    return {name: str(folder / ("numpy.npy" if name == "numpy" else name)) for name in FORMATS}


PROVIDERS = {
    "word2vec-binary": ["word2vec-binary"],
    "word2vec-text": ["word2vec-text"],
    "glove": ["glove-text"],
    "fasttext": ["fasttext", "word2vec-text"],
    "vectors": [*FORMATS],
}
PAIRS = [(provider, format) for provider, formats in PROVIDERS.items() for format in formats]


@pytest.mark.parametrize(("provider", "format"), PAIRS)
def test_the_same_rows_from_every_format(provider, format, files, model):
    source = opened(provider, path=files[format])
    assert isinstance(source, VectorSource)
    assert (source.dim, source.unk) == (12, None)
    lookup = check_lookup(source, source.lookup(ASKED), len(ASKED), 12)
    assert lookup.found.tolist() == [True, False, True, True, False]
    index = model.wv.key_to_index
    assert lookup.rows.tolist() == [index["film"], -1, index["é"], index["film"], -1]
    expected = model.wv.vectors[[index["film"], index["é"], index["film"]]]
    np.testing.assert_allclose(lookup.vectors[lookup.found], expected, rtol=0, atol=1e-7)
    if format != "fasttext":  # there a vector is a mean, whose last bit depends on the order of addition
        assert lookup.vectors[lookup.found].tobytes() == expected.tobytes()


@pytest.mark.parametrize(("provider", "format"), [pair for pair in PAIRS if pair[0] != "vectors"])
def test_other_formats_are_refused_by_their_name(provider, format, files):
    for other in FORMATS.keys() - PROVIDERS[provider]:
        with pytest.raises(VectorFileError, match="is not|is .*; fastText writes"):
            opened(provider, path=files[other])


def test_fasttext_says_which_embedding_reads_other_files(files):
    with pytest.raises(VectorFileError) as caught:
        opened("fasttext", path=files["glove-text"])
    assert str(caught.value) == (
        f"{files['glove-text']}: is glove-text; fastText writes a model (.bin) and vectors as text (.vec)\n"
        "    The embedding `vectors` reads any format."
    )


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
@pytest.mark.parametrize(
    ("provider", "format"),
    [pair for pair in PAIRS if pair[1] in ("word2vec-binary", "word2vec-text", "glove-text")],
)
def test_compressed_files_give_the_same(provider, format, pack, files, tmp_path):
    (tmp_path / "packed").write_bytes(pack(Path(files[format]).read_bytes()))
    packed = opened(provider, path=str(tmp_path / "packed")).lookup(ASKED)
    assert packed.vectors.tobytes() == opened(provider, path=files[format]).lookup(ASKED).vectors.tobytes()


@pytest.mark.parametrize("provider", ["fasttext", "vectors"])
def test_a_model_has_vectors_for_words_never_seen(provider, files, model):
    given = opened(provider, path=files["fasttext"]).subword(["filmed", "smarter"])
    np.testing.assert_allclose(given.vectors[0], model.wv["filmed"], rtol=0, atol=1e-6)
    np.testing.assert_allclose(given.vectors[1], model.wv["smarter"], rtol=0, atol=1e-6)


def test_a_text_file_of_fasttext_has_none(files):
    assert not hasattr(opened("fasttext", path=files["word2vec-text"]), "subword")


def test_the_built_in_formats_are_those_that_are_listed():
    assert {*KINDS["vector-format"].built_in} == {*FORMATS}


def recipe_with(embedding):
    text = {"use": "inline", "texts": ["a", "b"], "labels": ["x", "y"]}
    encoder = {"use": "rnn", "hidden_size": 4}
    return {
        "name": "r",
        "data": {"train": text},
        "tokenizer": "whitespace",
        "embedding": embedding,
        "encoder": encoder,
    }


@pytest.mark.parametrize("format", ["auto", *FORMATS, "gensim"])
def test_every_format_can_be_named(format):
    embedding = {"use": "vectors", "path": "vectors.bin", "format": format}
    assert load_recipe(recipe_with(embedding), REGISTRY).embedding.parameters["format"] == format


@pytest.mark.parametrize(
    ("blocked", "format", "near"), [((), "gensm", "gensim"), (["gensim"], "gensim", None)]
)
def test_a_format_that_nobody_knows_is_a_fault_of_the_recipe(blocked, format, near, tmp_path):
    path = tmp_path / "r.yaml"
    embedding = f"embedding:\n  use: vectors\n  path: x\n  format: {format}\n"
    train = "data: {train: {use: inline, texts: [a], labels: [x]}}\n"
    model = "tokenizer: whitespace\nencoder: {use: rnn, hidden_size: 2}\n"
    path.write_text(f"name: r\n{embedding}{train}{model}")
    with pytest.raises(RecipeError) as caught:
        load_recipe(path, build_registry(blocked))
    nearest = f" - did you mean '{near}'?" if near else ""
    known = sorted({*FORMATS, "gensim"} if near else FORMATS)
    said = (
        f"{path}:5: embedding.format: unknown vector format '{format}'{nearest} (allowed: {', '.join(known)})"
    )
    assert said in str(caught.value)
    assert ("Not in use: gensim of embedkit" in str(caught.value)) == bool(blocked)


@pytest.mark.parametrize("provider", ["word2vec-text", "glove", "fasttext", "vectors"])
def test_keys_are_checked(provider):
    model = REGISTRY.get("embedding", provider).parameters
    keys = model(path="x").model_dump()
    assert {name: keys[name] for name in ("path", "errors", "limit")} == {
        "path": "x",
        "errors": "strict",
        "limit": None,
    }
    for wrong in ({"errors": "ignore"}, {"limit": 0}, {"limit": 1.0}, {"format": 1}, {"cache": True}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            model(path="x", **wrong)


@pytest.mark.parametrize(("provider", "format"), PAIRS)
def test_limit_reads_the_first_vectors(provider, format, files, model):
    source = opened(provider, path=files[format], limit=2)
    words = model.wv.index_to_key[:4]
    assert source.lookup(words).found.tolist() == [True, True, False, False]


@pytest.mark.parametrize(
    ("provider", "content"),
    [
        ("word2vec-text", b"2 2\nze\xebn 1 2\nok 3 4\n"),
        ("glove", b"ze\xebn 1 2 3\nok 3 4 5\n"),
        ("fasttext", b"2 2\nze\xebn 1 2\nok 3 4\n"),
        ("vectors", b"2 2\nze\xebn 1 2\nok 3 4\n"),
    ],
)
def test_words_that_are_not_utf8(provider, content, tmp_path):
    path = tmp_path / "vectors"
    path.write_bytes(content)
    with pytest.raises(VectorFileError, match="not UTF-8"):
        opened(provider, path=str(path)).lookup(["ok"])
    replaced = opened(provider, path=str(path), errors="replace").lookup(["ok", "ze\ufffdn"])
    assert replaced.found.all()


def test_what_is_kept(tmp_path, monkeypatch):
    from embedkit.files.cache import entries

    monkeypatch.setenv("EMBEDKIT_CACHE", str(tmp_path / "cache"))
    numbers = np.random.default_rng(0).standard_normal((4000, 400), dtype=np.float32)
    rows = b"".join(b"word%d %b" % (i, row.tobytes()) for i, row in enumerate(numbers))
    path = tmp_path / "vectors.gz"
    path.write_bytes(gzip.compress(b"4000 400\n" + rows, 1))
    assert opened("vectors", path=str(path), cache="none").lookup(["word7"]).found.all()
    assert not entries()
    assert opened("vectors", path=str(path)).lookup(["word7"]).found.all()
    assert [entry.path.name[:4] for entry in entries()] == ["rows"]
    assert opened("vectors", path=str(path), cache="full").lookup(["word7"]).found.all()
    assert sorted(entry.path.name[:4] for entry in entries()) == ["copy", "copy", "rows"]


RUNS = [
    ({"use": "word2vec-text"}, "word2vec-text", ["zero"]),
    ({"use": "glove"}, "glove-text", ["glove", "zero"]),
    ({"use": "fasttext"}, "fasttext", ["fasttext", "subword", "zero"]),
    ({"use": "fasttext"}, "word2vec-text", ["fasttext", "zero"]),
    ({"use": "vectors", "format": "safetensors", "cache": "none"}, "safetensors", ["zero"]),
    *(({"use": "vectors"}, format, ["zero"]) for format in FORMATS),
]


@pytest.mark.parametrize(("embedding", "format", "oov"), RUNS)
def test_a_recipe_from_end_to_end(embedding, format, oov, files, tmp_path):
    recipe = {
        "name": "formats",
        "data": {
            "train": {
                "use": "inline",
                "texts": ["a smart Film", "a dull film", "smart films", "dull"],
                "labels": ["pos", "neg", "pos", "neg"],
            }
        },
        "tokenizer": "whitespace",
        "embedding": {**embedding, "path": files[format]},
        "oov": oov,
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 1},
    }
    run = embedkit.run(recipe, out=tmp_path / "run")
    rows = run.read_json("embedding.json")["rows"]
    recovered = 0 if oov == ["zero"] else 1
    assert (rows["found"], rows.get("recovered", 0), rows["filled"]) == (4, recovered, 2 - recovered)
    before = run.embedding_frame(when="before")
    expected = opened(embedding["use"], path=files[format]).lookup(["film"]).vectors[0]
    assert before.loc["film"].to_numpy(dtype=np.float32).tobytes() == expected.tobytes()
    assert before.loc["films"].to_numpy().any() == ("subword" in oov)
    assert files[format] in json.dumps(run.read_json("environment.json"))
