"""Looking many words up at once gives what looking up each by itself gives."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedkit.interfaces import Lookup
from embedkit.model.lookup import look_up
from embedkit.model.oov import OovChain
from embedkit.plugin.registry import build_registry

REGISTRY = build_registry()
CHAINS = [
    ["zero"],
    ["case", "digits", "nfc", "accents", "zero"],
    ["googlenews", "case", "zero"],
    ["glove", "zero"],
]
WORDS = st.text(st.sampled_from("aAéÉe\u0301ß-_10#’'"), max_size=4)


class Source:
    """Every word it knows has a vector of its own."""

    dim = 1
    unk = None

    def __init__(self, known):
        self.row_of = {word: row for row, word in enumerate(known)}

    def lookup(self, words):
        rows = np.array([self.row_of.get(word, -1) for word in words], dtype=np.int64)
        vectors = np.where(rows >= 0, rows + 1, 0).astype(np.float32)[:, None]
        return Lookup(vectors, rows >= 0, rows)


def chain_of(names):
    return OovChain([(name, REGISTRY.get("oov", name).factory()) for name in names])


@pytest.mark.parametrize("names", CHAINS, ids="-".join)
@given(known=st.lists(WORDS, unique=True), words=st.lists(WORDS))
def test_of_each_word_the_first_spelling_that_is_known(names, known, words):
    source, chain = Source(known), chain_of(names)
    expected = [next((s for s in chain.spellings(word) if s in source.row_of), None) for word in words]
    hits = look_up(words, source, chain)
    assert hits.spellings == expected
    assert hits.vectors[:, 0].tolist() == [source.row_of[hit] + 1 for hit in expected if hit is not None]


def test_the_source_is_asked_once_for_each_spelling():
    source, asked = Source(["New"]), []
    source.lookup = lambda words: asked.append(words) or Source.lookup(source, words)
    look_up(["new", "NEW", "new"], source, chain_of(["case", "glove", "zero"]))
    assert len(asked) == 1
    assert sorted(asked[0]) == ["NEW", "New", "new"]
