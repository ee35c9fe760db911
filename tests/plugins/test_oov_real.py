"""The profile `glove` and the policy `normal` on real GloVe vectors and a real corpus with case."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from embedkit.interfaces import EmbeddingContext
from embedkit.model.oov import OovChain
from embedkit.model.table import build_table
from embedkit.plugin.registry import build_registry
from embedkit.text.vocabulary import Vocabulary
from embedkit.vectors import open_vectors

pytestmark = pytest.mark.skipif("EMBEDKIT_DATA" not in os.environ, reason="EMBEDKIT_DATA is not set")


@pytest.fixture(scope="module")
def built():
    data = Path(os.environ["EMBEDKIT_DATA"])
    lines = (data / "sst1.train-phrases.tsv").read_text(encoding="utf-8").rstrip("\n").split("\n")
    vocabulary = Vocabulary.of(Counter(word for line in lines for word in line.split("\t")[1].split()))
    registry = build_registry()
    chain = OovChain([(name, registry.get("oov", name).factory()) for name in ("glove", "normal")])
    source = open_vectors(data / "vectors" / "glove6b-100d.mr-sst.ctool.bin")
    return vocabulary, build_table(vocabulary, source, chain, EmbeddingContext(1))


def test_words_with_capitals_are_recovered_in_lower_case(built):
    vocabulary, table = built
    row = vocabulary.to_dict()["Hollywood"]
    assert (table.rows.origin[row], table.rows.via[row]) == ("recovered", "hollywood")
    lower = vocabulary.to_dict()["hollywood"] if "hollywood" in vocabulary else None
    assert lower is None or (table.vectors[lower] == table.vectors[row]).all()


def test_words_are_found_as_they_are_or_in_lower_case(built):
    """Of words in ASCII nothing else is to be found: the file's words are in lower case."""
    from gensim.models import KeyedVectors

    vocabulary, table = built
    path = Path(os.environ["EMBEDKIT_DATA"]) / "vectors" / "glove6b-100d.mr-sst.ctool.bin"
    known = KeyedVectors.load_word2vec_format(str(path), binary=True).key_to_index
    plain = [word for word in vocabulary.words if word.isascii()]
    origin = dict(zip(vocabulary.words, table.rows.origin[2:], strict=True))
    assert [word for word in plain if (origin[word] == "found") != (word in known)] == []
    lower = [word for word in plain if word not in known and word.lower() in known]
    assert [word for word in plain if origin[word] == "recovered"] == lower
    assert len(lower) > 4000


def test_filled_rows_are_distributed_as_the_found_ones(built):
    _, table = built
    origin = np.array(table.rows.origin)
    found = table.vectors[np.isin(origin, ["found", "recovered"])]
    filled = table.vectors[origin == "filled"]
    assert set(np.array(table.rows.via)[origin == "filled"]) == {"normal"}
    error = found.std(0) / np.sqrt(len(filled))
    assert (np.abs(filled.mean(0) - found.mean(0)) < 5 * error).all()
    assert (np.abs(filled.std(0) / found.std(0) - 1) < 5 / np.sqrt(2 * len(filled))).all()
