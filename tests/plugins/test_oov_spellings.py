"""Which spellings each policy proposes, in which order."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.interfaces import FillContext
from embedkit.plugin.registry import build_registry

REGISTRY = build_registry()
SPELLINGS = ["nfc", "case", "digits", "phrase", "accents", "googlenews", "glove", "fasttext"]
FILLS = ["zero", "error", "mean", "normal", "uniform", "hash", "subword", "edit-distance", "mapped"]
NAMES = [*SPELLINGS, *FILLS]
KEYS = {"mapped": {"source": None}}
"""Keys without which a policy is not made."""


def candidates(name, word, **keys):
    return [*REGISTRY.get("oov", name).factory(**keys).candidates(word)]


def test_these_are_all():
    assert sorted(REGISTRY.names("oov")) == sorted(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_every_policy_and_key_is_documented(name):
    page = Path(__file__).parents[2].joinpath("docs", "reference", "oov-policies.md").read_text("utf-8")
    section = page.split(f"\n## `{name}`\n")[1].split("\n## ")[0]
    fields = REGISTRY.get("oov", name).parameters.model_fields
    assert f"| [`{name}`](#{name}) |" in page
    assert [key for key, field in fields.items() if not field.description] == []
    assert [key for key in fields if f"`{key}`" not in section] == []
    assert not fields or f"(components.md#oov-{name})" in section


@pytest.mark.parametrize("name", FILLS)
def test_fills_propose_nothing(name):
    assert candidates(name, "New-York 10 é", **KEYS.get(name, {})) == []


@pytest.mark.parametrize("name", SPELLINGS)
def test_spellings_fill_nothing_and_are_not_total(name):
    class Source:
        dim = 3

    policy = REGISTRY.get("oov", name).factory()
    context = FillContext(Source(), np.ones((1, 3), np.float32), np.random.default_rng(0))
    answer = policy.fill(["a", "b"], context)
    assert policy.total is False
    assert answer.vectors.shape == (2, 3)
    assert answer.vectors.dtype == np.float32
    assert answer.filled.tolist() == [False, False]


WORDS = st.text(st.sampled_from("aÀéßİǆñ'’“-‐/_#10٣.@\u0301\u0308ก้がहि각가ﬁΣς ")) | st.text(max_size=12)


@pytest.mark.parametrize("name", SPELLINGS)
@given(word=WORDS)
def test_proposals_are_new_distinct_and_composed(name, word):
    proposed = candidates(name, word)
    assert word not in proposed
    assert "" not in proposed
    assert len({*proposed}) == len(proposed)
    forms = ("NFC", "NFD") if name == "nfc" else ("NFC",)
    assert all(any(unicodedata.is_normalized(form, each) for form in forms) for each in proposed)


@pytest.mark.parametrize("name", SPELLINGS)
@given(word=WORDS)
def test_composition_of_the_word_does_not_matter(name, word):
    composed, decomposed = (unicodedata.normalize(form, word) for form in ("NFC", "NFD"))
    both = [candidates(name, each) for each in (composed, decomposed)]
    assert [each for each in both[0] if each != decomposed] == [each for each in both[1] if each != composed]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("cafe\u0301", ["café"]),
        ("\u1112\u1161\u11ab", ["한"]),
        ("café", ["cafe\u0301"]),
        ("한", ["\u1112\u1161\u11ab"]),
        ("e\u0301é", ["éé", "e\u0301e\u0301"]),
        ("\u2126", ["Ω"]),
        ("ﬁ", []),
    ],
)
def test_nfc(word, expected):
    assert candidates("nfc", word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("iPhone", ["iphone", "Iphone", "IPHONE"]),
        ("Film", ["film", "FILM"]),
        ("paris", ["Paris", "PARIS"]),
        ("NATO", ["nato", "Nato"]),
        ("i", ["I"]),
        ("straße", ["Straße", "STRASSE"]),
        ("42", []),
        ("e\u0301cole", ["école", "École", "ÉCOLE"]),
    ],
)
def test_case(word, expected):
    assert candidates("case", word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("10", ["##"]),
        ("1999", ["####"]),
        ("1,000.50", ["#,###.##"]),
        ("1.5", ["#.#"]),
        ("21st", ["##st"]),
        ("B2B4", ["B#B#"]),
        ("mp3", []),
        ("7", []),
        ("M4_M5", []),
        ("0w_2005m", ["0w_####m"]),
        ("٣٤", []),
    ],
)
def test_digits_as_in_googlenews(word, expected):
    assert candidates("digits", word) == expected


def test_digits_of_other_files():
    assert candidates("digits", "mp3", mark="0", least=1) == ["mp0"]
    assert candidates("digits", "a1", mark="\\", least=1) == ["a\\"]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("New-York", ["New_York"]),
        ("New York City", ["New_York_City"]),
        ("writer/director", ["writer_director"]),
        ("sci\u2010fi", ["sci_fi"]),
        ("sci\u2011fi", ["sci_fi"]),
        ("1914–1918", ["1914_1918"]),
        ("a - b", ["a_b"]),
        ("-ish", []),
        ("--", []),
        ("film", []),
        ("don't", []),
    ],
)
def test_phrase(word, expected):
    assert candidates("phrase", word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("café", ["cafe"]),
        ("Beyonce\u0301", ["Beyonce"]),
        ("Việt", ["Viet"]),
        ("ёлка", ["елка"]),
        ("smørrebrød", []),
        ("が", []),
        ("हिंदी", []),
        ("각", []),
        ("\u0301", []),
        ("cafe", []),
    ],
)
def test_accents(word, expected):
    assert candidates("accents", word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("spielberg", ["Spielberg", "SPIELBERG"]),
        ("Enjoyably", ["enjoyably", "ENJOYABLY"]),
        ("1990s", ["####s", "####S"]),
        ("don’t", ["don't", "Don't", "DON'T"]),
        (
            "new-york",
            ["new_york", "newyork", "New-york", "New_York", "Newyork", "NEW-YORK", "NEW_YORK", "NEWYORK"],
        ),
        ("9/11", ["#/##", "9_##"]),
        ("50-ish", ["##-ish", "##_ish", "##_Ish", "##-ISH", "##_ISH"]),
        ("café", ["Café", "CAFÉ", "cafe", "Cafe", "CAFE"]),
        ("a", []),
        ("and", []),
        ("of", []),
        ("to", []),
        ("And", ["and", "AND"]),
        (",", []),
    ],
)
def test_googlenews(word, expected):
    assert candidates("googlenews", word) == expected


REAL = {
    *("Spielberg", "SPIELBERG", "sci_fi", "grossout", "New_York", "NEW_YORK", "email", "don't", "Don't"),
    *("####s", "##th", "##,###", "Colour", "café", "Beyoncé", "A", "And", "Of", "To"),
}
"""Words that GoogleNews-vectors-negative300 really has; not among them are the words below."""


@pytest.mark.parametrize(
    ("word", "recovered"),
    [
        ("spielberg", "Spielberg"),
        ("sci-fi", "sci_fi"),
        ("gross-out", "grossout"),
        ("1990s", "####s"),
        ("20th", "##th"),
        ("10,000", "##,###"),
        ("don’t", "don't"),
        ("new york", "New_York"),
        ("e-mail", "email"),
        ("colour", "Colour"),
        ("beyonce\u0301", "Beyoncé"),
        ("and", None),
        ("qwzx", None),
    ],
)
def test_googlenews_on_words_of_the_file(word, recovered):
    assert word not in REAL
    assert next((each for each in candidates("googlenews", word) if each in REAL), None) == recovered


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Hollywood", ["hollywood", "HOLLYWOOD"]),
        ("-LRB-", ["(", "-lrb-"]),
        ("don’t", ["Don’t", "DON’T", "don't", "Don't", "DON'T"]),
        ("naïf", ["Naïf", "NAÏF", "naif", "Naif", "NAIF"]),
        ("1,000", ["<number>"]),
        ("-3.5", ["<number>"]),
        ("@name", ["@NAME", "<user>"]),
        ("http://x.org", ["Http://x.org", "HTTP://X.ORG", "<url>"]),
        ("mp3", ["Mp3", "MP3"]),
        ("...", []),
    ],
)
def test_glove(word, expected):
    assert candidates("glove", word) == expected


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("Hollywood", ["hollywood", "HOLLYWOOD"]),
        ("don’t", ["Don’t", "DON’T", "don't", "Don't", "DON'T"]),
        ("“", ['"']),
        ("naïf", ["Naïf", "NAÏF", "naif", "Naif", "NAIF"]),
        ("1990", []),
    ],
)
def test_fasttext(word, expected):
    assert candidates("fasttext", word) == expected
