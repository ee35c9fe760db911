"""`edit-distance`: misspelt words get the vector of the nearest known word, by a library of somebody else."""

from __future__ import annotations

import importlib.util
import sys
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import embedkit
from embedkit.errors import DataError
from embedkit.interfaces import FillContext
from embedkit.plugin.registry import build_registry

REGISTRY = build_registry()
FACTORY = REGISTRY.get("oov", "edit-distance").factory
installed = pytest.mark.skipif(
    importlib.util.find_spec("rapidfuzz") is None, reason="the extra [rapidfuzz] is not installed"
)


@dataclass
class Source:
    dim: int = 2


def filled(words, known, **keys):
    found = np.arange(2 * len(known), dtype=np.float32).reshape(-1, 2) + 1
    context = FillContext(Source(), found, np.random.default_rng(0), known)
    answer = FACTORY(**keys).fill(words, context)
    rows = [
        None if spelling is None else found[known.index(spelling)].tolist() for spelling in answer.spellings
    ]
    assert answer.filled.tolist() == [row is not None for row in rows]
    assert answer.vectors.tolist() == [row or [0, 0] for row in rows]
    assert answer.vectors.dtype == np.float32
    return [*answer.spellings]


def spelling(word, *known, **keys):
    return filled([word], [*known], **keys)[0]


@installed
@pytest.mark.parametrize("word", ["fantstic", "fantasstic", "fantaztic", "fantatsic", "FANTATSIC"])
def test_an_edit_inserts_deletes_replaces_or_swaps(word):
    assert spelling(word, "film", "fantastic", "fantasy") == "fantastic"


@installed
def test_distance_length_and_prefix_are_limits():
    assert spelling("fantatsci", "fantastic") is None
    assert spelling("fantatsci", "fantastic", max_distance=2) == "fantastic"
    assert spelling("flim", "film") is None
    assert spelling("flim", "film", min_length=4) == "film"
    assert spelling("walking", "talking") is None
    assert spelling("walking", "talking", prefix_length=0) == "talking"


@installed
@pytest.mark.parametrize(
    ("word", "known"),
    [
        ("naive", "naïve"),
        ("naive", "nai\u0308ve"),
        ("재밋다", "재밌다"),
        ("STRASSEN", "straßen"),
        ("Großes", "grosses"),
    ],
)
def test_an_accent_or_a_letter_of_a_syllable_is_one_character(word, known):
    assert spelling(word, "other", known) == known


@installed
@pytest.mark.parametrize("word", ["1999x", "mp3s4u", "", "<UNK>", "٣٤٥٦٧"])
def test_numbers_and_the_unknown_word_are_left(word):
    assert spelling(word, "1998x", "mp3s4v", "<UNKK>", "٣٤٥٦٨") is None


@installed
def test_of_equally_near_words_the_first_is_taken_whatever_is_asked_beside_it():
    known = ["things", "thinks", "thing", "thine"]
    words = ["thinh", "thingz", "thint"]
    assert filled(words, known) == ["thing", "things", "thing"]
    assert filled(words[::-1], known) == ["thing", "things", "thing"]
    assert [spelling(word, *known) for word in words] == ["thing", "things", "thing"]


@installed
@pytest.mark.parametrize(("words", "known"), [([], ["known"]), (["knwon"], []), ([], [])])
def test_nothing_to_ask_or_nothing_known(words, known):
    assert filled(words, known) == [None] * len(words)


@installed
@given(
    st.lists(st.text("abAB가나é1", max_size=7), max_size=12),
    st.lists(st.text("abAB가나é1", max_size=7), max_size=12, unique=True),
    st.integers(1, 3),
    st.integers(0, 2),
)
def test_it_agrees_with_a_comparison_one_by_one(words, known, most, prefix):
    from rapidfuzz.distance import OSA

    from embedkit.plugin_api import decompose

    def folded(word):
        return decompose(word.casefold())

    def near(word):
        near = []
        for other in known:
            a, b = folded(word), folded(other)
            compared = min(len(a), len(b)) >= 3 and a[:prefix] == b[:prefix] and "1" not in a + b
            if compared and OSA.distance(a, b) <= most:
                near.append((OSA.distance(a, b), known.index(other)))
        return known[min(near)[1]] if near else None

    found = filled(words, known, max_distance=most, min_length=3, prefix_length=prefix)
    assert found == [near(word) for word in words]


@installed
def test_many_words_are_compared_in_parts(monkeypatch):
    from embedkit_rapidfuzz import nearest

    rng = np.random.default_rng(1)
    known = ["x" + "".join(map(chr, row)) for row in rng.integers(97, 123, (400, 8))]
    known = [*dict.fromkeys(known)]
    words = [word[:4] + word[5:] for word in known]
    whole = filled(words, known)
    monkeypatch.setattr(nearest, "AT_ONCE", 1000)
    assert filled(words, known) == whole
    assert whole == known


@installed
def test_a_run_counts_the_words_as_recovered_and_predicts_misspelt_ones(tmp_path):
    vectors = tmp_path / "vectors.txt"
    vectors.write_text("3 2\nfantastic 1 0\nterrible 0 1\nfilm 0.5 0.5\n")
    texts = ["fantastic film", "fantasitc film", "terrible film", "terible film"] * 3
    run = embedkit.run(
        {
            "name": "misspelt",
            "data": {
                "train": {"use": "inline", "texts": texts, "labels": ["good", "good", "bad", "bad"] * 3}
            },
            "tokenizer": "whitespace",
            "embedding": {"use": "vectors", "path": str(vectors), "trainable": "none", "unseen": "lookup"},
            "oov": ["edit-distance", "zero"],
            "encoder": {"use": "bag"},
            "training": {"epochs": 2},
        },
        out=tmp_path / "run",
    )
    origins = run.vocabulary.set_index("word")[["origin", "via"]]
    assert [*origins.loc["fantasitc"]] == ["recovered", "fantastic"]
    assert [*origins.loc["terible"]] == ["recovered", "terrible"]
    prediction = embedkit.load(tmp_path / "run").predict(["fantsatic fiml"])
    assert (prediction["recovered"].item(), prediction["unseen"].item()) == (1, 1)


def test_without_the_package_the_error_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rapidfuzz", None)
    for module in ("rapidfuzz.distance", "rapidfuzz.process", "embedkit_rapidfuzz.nearest"):
        monkeypatch.delitem(sys.modules, module, raising=False)
    with pytest.raises(DataError) as caught:
        FACTORY().fill(
            ["a"], FillContext(Source(), np.ones((1, 2), np.float32), np.random.default_rng(0), ["b"])
        )
    assert str(caught.value) == (
        "oov: the package rapidfuzz is not installed\n    Install it: pip install rapidfuzz"
    )
