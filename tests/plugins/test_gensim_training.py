"""`word2vec-train` and `fasttext-train`: gensim's own numbers, the same in every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import gensim
import numpy as np
import pytest
from gensim.models import FastText, Word2Vec

import embedkit
from embedkit.errors import RecipeError, VocabularyError
from embedkit.interfaces import EmbeddingContext
from embedkit.interfaces.contracts import check_lookup
from embedkit.plugin.registry import build_registry

CORPUS = Path(gensim.__file__).parent / "test" / "test_data" / "lee_background.cor"
TEXTS = [line.lower().split() for line in CORPUS.read_text(encoding="utf-8").splitlines()]
NAMES = ["word2vec-train", "fasttext-train"]
CLASSES = {"word2vec-train": Word2Vec, "fasttext-train": FastText}
REGISTRY = build_registry()
SMALL = {"word2vec-train": {"dim": 20}, "fasttext-train": {"dim": 20, "buckets": 3000}}


def opened(name, texts=TEXTS, seed=7, progress=lambda done, total: None, **keys):
    factory = REGISTRY.get("embedding", name).factory
    context = EmbeddingContext(seed=seed, training_tokens=lambda: texts, progress=progress)
    return factory(**{**SMALL[name], **keys}).open(context)


def test_there_are_texts_to_train_on():
    assert len(TEXTS) == 300


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("algorithm", "sg"), [("cbow", 0), ("skip-gram", 1)])
def test_vectors_are_those_of_one_call_of_gensim(name, algorithm, sg):
    more = {"bucket": 3000, "min_n": 2, "max_n": 4} if name == "fasttext-train" else {}
    keys = {"min_n": 2, "max_n": 4} if more else {}
    source = opened(
        name, algorithm=algorithm, window=3, min_count=2, epochs=2, negative=7, sample=1e-2, **keys
    )
    model = CLASSES[name](
        TEXTS, vector_size=20, sg=sg, window=3, min_count=2, epochs=2, negative=7, sample=1e-2,
        seed=7, workers=1, **more,
    )  # fmt: skip
    words = list(model.wv.key_to_index)
    assert source.lookup(words).vectors.tobytes() == model.wv.vectors.tobytes()


SCRIPT = """
import sys
sys.path.insert(0, {folder!r})
from test_gensim_training import TEXTS, opened
import hashlib
source = opened({name!r}, TEXTS)
words = sorted({{word for text in TEXTS for word in text}})
print(hashlib.sha256(source.lookup(words).vectors.tobytes()).hexdigest())
"""


@pytest.mark.parametrize("name", NAMES)
def test_two_processes_with_other_hash_seeds_give_the_same_bytes(name):
    script = SCRIPT.format(folder=str(Path(__file__).parent), name=name)
    digests = {
        subprocess.run(
            [sys.executable, "-P", "-c", script],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
            text=True,
        ).stdout.strip()
        for seed in ("1", "4242")
    }
    words = sorted({word for text in TEXTS for word in text})
    assert digests == {hashlib.sha256(opened(name).lookup(words).vectors.tobytes()).hexdigest()}


@pytest.mark.parametrize("name", NAMES)
def test_another_seed_gives_other_vectors(name):
    one, two = (opened(name, seed=seed).lookup(["the"]).vectors for seed in (0, 2**32 - 1))
    assert not (one == two).any()


@pytest.mark.parametrize("name", NAMES)
def test_lookup_is_exact_and_knows_no_rare_word(name):
    source = opened(name)
    lookup = check_lookup(source, source.lookup(["The", "the", "zzz", "the"]), 4, 20)
    assert lookup.found.tolist() == [False, True, False, True]
    assert lookup.rows.tolist() == [-1, 0, -1, 0]
    assert not lookup.vectors[[0, 2]].any()
    assert source.unk is None
    check_lookup(source, source.lookup([]), 0, 20)


@pytest.mark.parametrize("name", NAMES)
def test_every_token_of_a_long_text_is_trained_on(name):
    text = ["first"] * 10_000 + ["late", "word"] * 600
    trained, fewer = (opened(name, [text], min_count=1, sample=0.0, epochs=e) for e in (5, 1))
    assert not (trained.lookup(["late"]).vectors == fewer.lookup(["late"]).vectors).all()


@pytest.mark.parametrize("name", NAMES)
def test_progress_is_told_of_every_epoch(name):
    told = []
    opened(name, epochs=3, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 3), (1, 3), (2, 3), (3, 3)]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("texts", [[["a", "b"]], [[]], []])
def test_texts_without_a_frequent_word_are_refused(name, texts):
    with pytest.raises(VocabularyError, match="no word of the training texts occurs 5 times"):
        opened(name, texts)


def test_subwords_are_gensims():
    source = opened("fasttext-train")
    model = FastText(TEXTS, vector_size=20, bucket=3000, seed=7, workers=1)
    asked = ["governmental", "the", "zzzzqq"]
    answer = check_lookup(source, source.subword(asked), 3, 20, "subword")
    np.testing.assert_array_equal(answer.vectors[0], model.wv["governmental"])
    np.testing.assert_array_equal(answer.vectors[1], model.wv["the"])
    assert "governmental" not in model.wv.key_to_index


def test_a_word_of_which_no_part_was_trained_is_left_to_the_next_policy():
    source = opened("fasttext-train", buckets=2_000_000, dim=2)
    answer = source.subword(["一丁丂", "", "governmental"])
    assert answer.found.tolist() == [False, False, True]
    assert not answer.vectors[:2].any()


def test_only_fasttext_has_subwords():
    assert not hasattr(opened("word2vec-train"), "subword")


def test_lengths_of_n_grams_in_the_wrong_order():
    with pytest.raises(RecipeError, match="max_n is 2, less than min_n, 3"):
        opened("fasttext-train", max_n=2)


def test_a_run_fills_rare_words_from_their_parts(tmp_path):
    texts = [" ".join(text) for text in TEXTS]
    recipe = {
        "name": "trained",
        "data": {"train": {"use": "inline", "texts": texts, "labels": ["a", "b"] * 150}, "max_length": 40},
        "tokenizer": "whitespace",
        "embedding": {"use": "fasttext-train", "dim": 10, "epochs": 1, "buckets": 20_000},
        "oov": ["subword", "zero"],
        "encoder": {"use": "rnn", "hidden_size": 4},
        "training": {"epochs": 1},
    }
    vocabulary = embedkit.run(recipe, out=tmp_path / "run").vocabulary
    rare = vocabulary[(vocabulary["count"] < 5) & (vocabulary["id"] > 1)]
    assert set(rare["origin"]) == {"filled"}
    assert (rare["via"] == "subword").mean() > 0.99
    assert set(vocabulary[vocabulary["count"] >= 5]["origin"]) == {"found"}
