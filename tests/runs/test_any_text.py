"""Texts, labels and words of any characters come back from a run as they went in."""

from __future__ import annotations

import pytest

import embedkit
from embedkit.errors import ComponentError, DataError

TEXTS = [
    *("\r", "\n", "\r\n", "a\rb", "\ra", "a\r", "a\nb", "\x1a", "\x1c", "\x85", "\u2028", "\u2029", "\ufeff"),
    *(
        '"',
        '""',
        'a"b',
        '"a',
        ",",
        "a,b",
        "'",
        "\\",
        '\\"',
        "\t",
        " a ",
        "=1+1",
        "+1",
        "-1",
        "@x",
        "#",
        "# a",
    ),
    *("nan", "NaN", "NA", "N/A", "null", "None", "NULL", "-inf", "True", "1", "1.0", "01", "1e5", "<PAD>"),
    *("<UNK>", "x\r9,test,forged", '\n2,"b', "\U0001f600", "\u0301e", "\u202e", "\x1b[2J", "\v", "\f"),
] * 2
LABELS = ["=a\rb", "nan", "[/b]", "\x1b[31m", 'x"y,\nz', " "]


def recipe(**data):
    labels = [LABELS[number % len(LABELS)] for number in range(len(TEXTS))]
    split = {"use": "inline", "texts": TEXTS, "labels": labels}
    return {
        "name": "any",
        "data": {"train": split, **(data or {"test": split})},
        "tokenizer": {"use": "regex", "pattern": "(?s).+"},
        "embedding": {"use": "random", "dim": 4},
        "encoder": "bag",
        "training": {"epochs": 1},
        "evaluation": {"baselines": []},
    }


def test_one_model(tmp_path):
    run = embedkit.run(recipe(), out=tmp_path / "run")
    labels = [LABELS[number % len(LABELS)] for number in range(len(TEXTS))]
    test = run.predictions[run.predictions["split"] == "test"]
    assert test["text"].tolist() == TEXTS
    assert test["label"].tolist() == labels
    assert test["token_list"].tolist() == [[text] for text in TEXTS]
    words = [text for text in dict.fromkeys(TEXTS) if text not in ("<PAD>", "<UNK>")]
    assert run.vocabulary["word"].tolist() == ["<PAD>", "<UNK>", *words]
    assert run.oov.drift["word"].tolist() == ["<UNK>", *words]
    predicted = embedkit.load(run.path).predictions(TEXTS)
    assert [each.predicted for each in predicted] == test["predicted"].tolist()
    again = embedkit.run(run.path / "recipe.yaml", out=tmp_path / "again")
    assert (again.path / "predictions.csv").read_bytes() == (run.path / "predictions.csv").read_bytes()


def test_folds_and_seeds_and_what_goes_on_with_them(tmp_path):
    asked = {**recipe(folds={"count": 2}), "seeds": [1, 2]}
    run = embedkit.run(asked, out=tmp_path / "run")
    held_out = run.predictions[run.predictions["seed"] == 1].sort_values("id")
    assert held_out["text"].tolist() == TEXTS
    assert embedkit.run(asked, out=tmp_path / "run", resume=True).path == run.path


def test_words_that_were_dropped(tmp_path):
    asked = recipe()
    asked["vocabulary"] = {"max_size": 5}
    run = embedkit.run(asked, out=tmp_path / "run")
    words = [text for text in dict.fromkeys(TEXTS) if text not in ("<PAD>", "<UNK>")]
    assert [*run.vocabulary["word"][2:], *run.read_csv("dropped.csv")["word"]] == words
    assert embedkit.load(run.path).model.table_embedder.rows.vocabulary.dropped == dict.fromkeys(words[5:], 2)


READER = """
from embedkit.hookspecs import hookimpl
from embedkit.interfaces import Example

class Halves:
    def __init__(self, *, half: str):
        self.half = half

    def read(self):
        yield Example(1, "good", "a")
        bad = {"text": "bad", "label": "b"}
        bad[self.half] += "\\ud83d"
        yield Example(2, **bad)

class HalfTokens:
    def tokenize(self, texts):
        return [[text, "\\udc80"] if text else [] for text in texts]

@hookimpl
def register_readers(register):
    register("halves", Halves)

@hookimpl
def register_tokenizers(register):
    register("half-tokens", HalfTokens)
"""


@pytest.mark.parametrize("half", ["text", "label"])
def test_half_a_surrogate_pair_from_a_plugins_reader_is_refused_before_training(install, tmp_path, half):
    install("halves", READER, entries=["halves"])
    asked = {**recipe(), "data": {"train": {"use": "halves", "half": half}}}
    with pytest.raises(DataError, match=f"the {half} of example 2 holds half a surrogate pair"):
        embedkit.run(asked, out=tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_half_a_surrogate_pair_from_a_plugins_tokenizer_is_refused_before_training(install, tmp_path):
    install("halves", READER, entries=["halves"])
    with pytest.raises(ComponentError, match=r"expected tokens that are Unicode, got '\\udc80'"):
        embedkit.run({**recipe(), "tokenizer": "half-tokens"}, out=tmp_path / "run")
