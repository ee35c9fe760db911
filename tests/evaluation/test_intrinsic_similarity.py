from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from gensim.test.utils import datapath

from embedkit.errors import VectorFileError
from embedkit.evaluation.intrinsic import Matching, Pair, read_pairs, similarity
from embedkit.interfaces import EmbeddingContext
from embedkit.plugin.registry import build_registry
from embedkit.vectors import open_vectors

ANGLES = {"east": 0, "ENE": 30, "ne": 45, "north": 90, "west": 180, "South": 270}
COMPASS = {word: (np.cos(np.radians(angle)), np.sin(np.radians(angle))) for word, angle in ANGLES.items()}
EXACT = Matching(case="exact", restrict=None)


def set_path(name):
    if name in ("wordsim353.tsv", "simlex999.txt"):
        return datapath(name)
    folder = os.environ.get("EMBEDKIT_DATA")
    if not folder:
        pytest.skip("EMBEDKIT_DATA is not set")
    return str(Path(folder) / "intrinsic" / name)


@pytest.mark.parametrize("vectors", ["euclidean", "glove"])
@pytest.mark.parametrize(
    "name", ["wordsim353.tsv", "simlex999.txt", "EN-WS-353-REL.txt", "EN-WS-353-SIM.txt"]
)
@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({}, {}),
        ({"case": "exact"}, {"case_insensitive": False}),
        ({"restrict": 1500}, {"restrict_vocab": 1500}),
        ({"missing": "zero", "restrict": 1500}, {"dummy4unknown": True, "restrict_vocab": 1500}),
    ],
    ids=str,
)
def test_rho_p_value_and_oov_share_are_gensims(real_vectors, keyed_vectors, vectors, name, ours, theirs):
    path = set_path(name)
    missing = ours.get("missing", "skip")
    matching = Matching(**{key: value for key, value in ours.items() if key != "missing"})
    result = similarity(open_vectors(real_vectors(vectors)), read_pairs(path), matching, missing)
    _, (rho, p_value), oov = keyed_vectors(vectors).evaluate_word_pairs(path, **theirs)
    assert result.n > 20
    assert result.undefined is None
    assert result.rho == pytest.approx(rho, abs=1e-6)
    assert result.p_value == pytest.approx(p_value, abs=1e-6, rel=1e-6)
    assert result.oov_share == pytest.approx(oov / 100)


def test_rubenstein_and_goodenough(real_vectors, keyed_vectors):
    path = set_path("EN-RG-65.txt")
    result = similarity(open_vectors(real_vectors("glove")), read_pairs(path))
    _, (rho, p_value), _ = keyed_vectors("glove").evaluate_word_pairs(path)
    assert (result.n, result.oov, len(result.pairs)) == (21, 44, 65)
    assert (result.rho, result.p_value) == (pytest.approx(rho), pytest.approx(p_value))


def test_cosines_and_ranks_by_hand(vector_file):
    pairs = [
        Pair("east", "ne", 9),
        Pair("east", "north", 5),
        Pair("east", "west", 1),
        Pair("east", "east", 4),
    ]
    result = similarity(vector_file(COMPASS), pairs)
    cosines = [scored.cosine for scored in result.pairs]
    assert cosines == pytest.approx([0.5**0.5, 0, -1, 1], abs=1e-7)
    # Ranks 4 3 1 2 and 3 2 1 4: 1 - 6 * (1 + 1 + 0 + 4) / (4 * 15).
    assert result.rho == pytest.approx(0.4)
    assert result.p_value == pytest.approx(0.6)


def test_ties_share_their_rank(vector_file):
    pairs = [Pair("east", "ne", 3), Pair("ne", "east", 2), Pair("north", "west", 1)]
    result = similarity(vector_file(COMPASS), pairs)
    assert result.pairs[0].cosine == result.pairs[1].cosine
    # Ranks 3 2 1 against 2.5 2.5 1.
    assert result.rho == pytest.approx(0.75**0.5)


def test_a_vector_of_zeros_is_at_right_angles_to_everything(vector_file):
    result = similarity(vector_file({**COMPASS, "nowhere": (0, 0)}), [Pair("nowhere", "east", 1)])
    assert [scored.cosine for scored in result.pairs] == [0.0]


@pytest.mark.parametrize(
    ("pairs", "rho", "why"),
    [
        ([Pair("up", "down", 1), Pair("east", "down", 2)], None, "no pair could be asked"),
        ([Pair("east", "ne", 1), Pair("east", "down", 2)], None, "only one pair could be asked"),
        ([Pair("east", "ne", 1), Pair("east", "west", 2)], -1.0, "2 pairs are too few for a p-value"),
        ([Pair("east", "ne", 1), Pair("east", "west", 1)], None, "all 2 pairs have the same score"),
        ([Pair("east", "ne", 1), Pair("ne", "east", 2)], None, "all 2 pairs have the same cosine"),
    ],
)
def test_what_is_not_defined_is_none_and_said(vector_file, pairs, rho, why):
    result = similarity(vector_file(COMPASS), pairs)
    assert (result.rho, result.p_value, result.undefined) == (pytest.approx(rho), None, why)


def test_pairs_that_cannot_be_asked_are_counted_or_count_as_zero(vector_file):
    pairs = [Pair("east", "ne", 1), Pair("east", "down", 2), Pair("up", "down", 3), Pair("east", "west", 4)]
    skipped = similarity(vector_file(COMPASS), pairs)
    assert (skipped.n, skipped.oov, skipped.oov_share) == (2, 2, 0.5)
    assert [scored.found for scored in skipped.pairs][1:3] == [("east", None), (None, None)]
    zeros = similarity(vector_file(COMPASS), pairs, missing="zero")
    assert (zeros.n, zeros.oov, zeros.oov_share) == (4, 2, 0.5)
    assert [scored.cosine for scored in zeros.pairs][1:3] == [0.0, 0.0]


def test_case_is_folded_to_the_first_word_of_the_source(vector_file):
    source = vector_file({"North": (1, 0), "north": (0, 1), "EAST": (1, 1)})
    (folded,) = similarity(source, [Pair("NORTH", "east", 1)]).pairs
    assert folded.found == ("North", "EAST")
    assert folded.cosine == pytest.approx(0.5**0.5)
    (exact,) = similarity(source, [Pair("north", "EAST", 1)], EXACT).pairs
    assert exact.found == ("north", "EAST")
    assert similarity(source, [Pair("NORTH", "east", 1)], EXACT).oov == 1


@pytest.mark.parametrize("case", ["fold", "exact"])
def test_only_the_first_words_of_the_source_count(vector_file, case):
    pairs = [Pair("east", "ne", 1), Pair("east", "north", 2)]
    for restrict, oov in ((2, 2), (3, 1), (4, 0), (400, 0), (None, 0)):
        assert similarity(vector_file(COMPASS), pairs, Matching(case=case, restrict=restrict)).oov == oov


def test_other_spellings_are_tried_in_order(vector_file):
    spellings = {"north-east": ["north-east", "north_east", "ne", "east"]}
    matching = Matching("exact", None, lambda word: spellings.get(word, [word]))
    (scored,) = similarity(vector_file(COMPASS), [Pair("north-east", "north", 1)], matching).pairs
    assert scored.found == ("ne", "north")


def test_a_source_that_cannot_list_its_words_is_asked_for_single_words():
    random = build_registry().get("embedding", "random").factory(dim=4)
    source = random.open(EmbeddingContext(seed=1, words=["tiger", "cat", "book"]))
    pairs = [Pair("tiger", "cat", 1), Pair("tiger", "book", 2), Pair("cat", "book", 4), Pair("cat", "dog", 9)]
    result = similarity(source, pairs, EXACT)
    assert (result.n, result.oov) == (3, 1)
    with pytest.raises(VectorFileError, match=r"cannot list its words\n +With case: exact"):
        similarity(source, pairs)
