"""`distilled` with a model of transformers: which is needed for training, and not for prediction."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest

import embedkit
from embedkit.cli import main
from embedkit.plugin.registry import build_registry
from embedkit.recipe.build import Part
from embedkit.recipe.sections.section import spec_of
from embedkit.tasks.trained_vectors import KeptEmbedding, keeping_vectors

pytest.importorskip("transformers", reason="the extra [transformers] is not installed")
import torch
from tiny_transformers import save_model
from transformers import AutoModel, AutoTokenizer

TEXTS = ["the film is superb .", "a dull story that you don't like", "an absolute joy", "lifeless acting"] * 3
PACKAGES = ("transformers", "tokenizers", "huggingface_hub")
PREDICT = f"""
import sys
for package in {PACKAGES}:
    sys.modules[package] = None
from embedkit.cli import main
main(["predict", *sys.argv[1:]])
"""


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("EMBEDKIT_CACHE", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    return save_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def run(model, cache, tmp_path_factory):
    recipe = {
        "name": "own",
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": ["good", "bad", "good", "bad"] * 3}},
        "tokenizer": "whitespace",
        "embedding": {"use": "distilled", "encoder": {"use": "transformers", "path": str(model)}},
        "encoder": "bag",
        "training": {"epochs": 2},
        "evaluation": {"baselines": []},
    }
    return embedkit.run(recipe, out=tmp_path_factory.mktemp("run") / "made")


def call(*arguments):
    with pytest.raises(SystemExit) as ended:
        main([*map(str, arguments)])
    return ended.value.code


def pooled(model, word):
    """Return the mean state of a text, by transformers alone."""
    batch = AutoTokenizer.from_pretrained(model)(word, return_tensors="pt")
    batch.pop("token_type_ids", None)
    with torch.inference_mode():
        return AutoModel.from_pretrained(model).eval()(**batch).last_hidden_state[0].mean(dim=0).numpy()


def test_the_vectors_are_those_of_the_model(run, model):
    frame = run.embedding_frame(when="before")
    for word in ("superb", "don't", "."):
        np.testing.assert_allclose(frame.loc[word].to_numpy(), pooled(model, word), atol=1e-5)


def test_prediction_needs_neither_the_model_nor_its_packages(run, model, tmp_path):
    texts = ["a superb film", "nothing that training had", ""]
    expected = [*embedkit.load(run.path).predict(texts)["predicted"]]
    away = shutil.move(model, tmp_path / "away")
    try:
        command = [sys.executable, "-c", PREDICT, str(run.path), *texts]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    finally:
        shutil.move(away, model)
    assert done.returncode == 0, done.stderr
    assert [line.split("\t")[0] for line in done.stdout.splitlines()] == expected


def test_a_list_of_words_becomes_a_file(model, cache, tmp_path, capsys):
    words = ["superb", "don't", "film", "dull", "story", "superb", "joy", ""]
    (tmp_path / "words.txt").write_text("\n".join(words), encoding="utf-8")
    assert call("vectors", "distil", tmp_path / "words.txt", tmp_path / "own.vec", "--encoder", model) == 0
    vectors = embedkit.open_vectors(tmp_path / "own.vec")
    assert [word.decode() for block in vectors.blocks() for word in block.words] == [*words[:5], "joy"]
    np.testing.assert_allclose(vectors.lookup(["film"]).vectors[0], pooled(model, "film"), atol=1e-5)
    assert call("vectors", "check", tmp_path / "own.vec") == 0
    more = ["--encoder", model, "--dim", 3, "-q"]
    assert call("vectors", "distil", tmp_path / "words.txt", tmp_path / "three.bin", *more) == 0
    assert embedkit.open_vectors(tmp_path / "three.bin").dim == 3
    assert capsys.readouterr().err.count("warning") == 0


@pytest.mark.parametrize(
    ("words", "more", "message"),
    [
        ("film\n", ["--encoder", "nowhere"], "nowhere"),
        ("film\n", ["--encoder", "package:no_such_package/model"], "no package 'no_such_package'"),
        ("\n\n", ["--encoder", "MODEL"], "there are no words to read"),
        ("film\ndull\n", ["--encoder", "MODEL", "--dim", "2"], "principal components need more words"),
        ("film\n", ["--encoder", "MODEL", "--set", "seed=2"], "--set: is for a recipe"),
    ],
)
def test_what_is_wrong_is_said(words, more, message, model, cache, tmp_path, capsys):
    (tmp_path / "words.txt").write_text(words, encoding="utf-8")
    more = [str(model) if each == "MODEL" else each for each in more]
    assert call("vectors", "distil", tmp_path / "words.txt", tmp_path / "own.bin", *more) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "own.bin").exists()


def test_the_code_of_the_text_encoder_is_part_of_the_key_in_the_cache(model, cache, monkeypatch):
    from embedkit.recipe import code_digest

    spec = {"use": "distilled", "encoder": {"use": "transformers", "path": str(model)}}
    part = Part(build_registry(), "embedding", spec_of(spec), "embedding")
    before = keeping_vectors(part, part.make())
    assert isinstance(before, KeptEmbedding)
    assert keeping_vectors(part, part.make()).about == before.about
    real = code_digest.sha256
    monkeypatch.setattr(
        code_digest, "sha256", lambda path: "changed" if path.name == "words.py" else real(path)
    )
    assert keeping_vectors(part, part.make()).about != before.about


def test_holes_of_a_vector_file_are_filled_from_them(model, cache, tmp_path):
    words = [*dict.fromkeys(" ".join(TEXTS).split())]
    numbers = np.random.default_rng(1).normal(size=(len(words) - 3, 4)).astype(np.float32)
    lines = [f"{word} {' '.join(map(str, row))}" for word, row in zip(words[3:], numbers, strict=True)]
    (tmp_path / "vectors.txt").write_text("\n".join(lines) + "\n", encoding="utf-8")
    distilled = {"use": "distilled", "encoder": {"use": "transformers", "path": str(model)}}
    recipe = {
        "name": "holes",
        "data": {"train": {"use": "inline", "texts": TEXTS, "labels": ["good", "bad", "good", "bad"] * 3}},
        "tokenizer": "whitespace",
        "embedding": {"use": "glove", "path": str(tmp_path / "vectors.txt")},
        "oov": [{"use": "mapped", "source": distilled, "min_common": 4}, "error"],
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
    }
    run = embedkit.run(recipe, out=tmp_path / "made")
    assert np.abs(run.embedding_frame(when="before").loc[words[:3]].to_numpy()).min() > 0
