"""Slices and confusion pairs on the terminal: at most three lines of 80 columns each."""

from __future__ import annotations

import numpy as np
import pytest
from drawn_texts import drawn_texts, predicted_texts
from rich.cells import cell_len

from embedkit.evaluation.error_analysis.confusion_words import ConfusionPair, ConfusionWords, TellingWord
from embedkit.evaluation.error_analysis.slice_candidates import SliceName
from embedkit.evaluation.error_analysis.slices import Slice, Slices, find_slices
from embedkit.report.terminal.error_analysis import lines_of_confusion_words, lines_of_slices


def slices(*names: SliceName) -> Slices:
    found = tuple(
        Slice(name, (), 100, 45, (0.356, 0.548), 0.2, 0.213, 1e-6, 1e-5, (98, 40), (7,)) for name in names
    )
    return Slices(4_000, 850, 1_043, 9, 0.05, 0, found)


def pairs(label: str, *words: str) -> ConfusionWords:
    telling = tuple(TellingWord(word, 20, 5, 1.2, 4.5, 0.001) for word in words)
    pair = ConfusionPair(label, "pos", 5_331, 1_209, 4_122, (0.21, 0.23), telling, (3,))
    return ConfusionWords(10_662, 2, (pair,))


def test_what_they_say():
    assert lines_of_slices(slices(SliceName("word", "but"), SliceName("length", "28 tokens or more"))) == [
        "Texts with “but”: 45.0% wrong (35.6% to 54.8%), others 21.3%",
        "Texts of 28 tokens or more: 45.0% wrong (35.6% to 54.8%), others 21.3%",
    ]
    assert lines_of_slices(slices()) == ["No word or length is wrong more often (1,043 looked at)."]
    assert lines_of_confusion_words(pairs("neg", "but", "love")) == [
        "neg taken for pos (1,209 of 5,331): more often with “but”, “love”"
    ]
    assert lines_of_confusion_words(pairs("neg")) == [
        "neg taken for pos (1,209 of 5,331): no word that they have more often"
    ]


def test_of_many_slices_it_says_how_many_more_there_are():
    lines = lines_of_slices(slices(*(SliceName("word", word) for word in "abcde")))
    assert (len(lines), lines[-1]) == (3, "  and 3 more")


def test_too_few_texts():
    tokens, labels = drawn_texts(np.random.default_rng(0), (0.5, 0.5), 10)
    (line,) = lines_of_slices(find_slices(predicted_texts(tokens, labels, labels == 1)))
    assert "too few texts" in line


@pytest.mark.parametrize(
    "name", ["x" * 500, "한국어영화가정말좋아요" * 9, "\x1b[31m\nred", "👩‍👩‍👧" * 20, "\u202eabc"]
)
@pytest.mark.parametrize("kind", ["word", "group"])
def test_any_name_fits_and_none_is_obeyed(kind, name):
    found = [
        *lines_of_slices(slices(SliceName(kind, name))),
        *lines_of_confusion_words(pairs(name, *[name] * 9)),
    ]
    assert all(cell_len(line) <= 80 for line in found)
    assert not any(character in line for line in found for character in "\x1b\n\u202e")
