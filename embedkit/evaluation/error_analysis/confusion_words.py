"""Confusion pairs, and the words that tell the confused texts from the others of their class.

A word is judged by the log odds ratio of its shares, with an informative Dirichlet prior: a pseudo-count for
each word in proportion to its share of both kinds of texts together (Monroe, Colaresi & Quinn 2008,
"Fightin' Words"). Texts of other classes are no part of the prior: where few texts are confused it outweighs
them, and the words of other classes would seem to be theirs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from embedkit.evaluation.error_analysis.distinct import DistinctTexts, distinct_texts
from embedkit.evaluation.error_analysis.word_presence import word_presence
from embedkit.evaluation.false_discovery import q_values
from embedkit.evaluation.intervals import wilson_interval
from embedkit.evaluation.numbers import Interval

if TYPE_CHECKING:
    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.interfaces import FloatArray, IntArray

ALPHA = 0.05
PAIRS, WORDS, EXAMPLES = 5, 10, 10
FEWEST = 10
"""Texts that a confusion pair has, and texts of the pair that a word is in."""
PRIOR = 500.0
"""The sum of the pseudo-counts: what all of them weigh beside the words of the texts."""


@dataclass(frozen=True)
class TellingWord:
    """A word that more, or fewer, of the confused texts have than of those classified rightly.

    `confused` and `right` are the texts with the word. `log_odds` is the difference of its log odds, and `z`
    that divided by its standard error: both above 0 where confused texts have it more. `q_value` is corrected
    for all words of the pair (Benjamini & Hochberg 1995).
    """

    word: str
    confused: int
    right: int
    log_odds: float
    z: float
    q_value: float


@dataclass(frozen=True)
class ConfusionPair:
    """Texts of the class `label` that are predicted to be of the class `predicted`.

    `confused` are these texts, `right` those of the class that are classified rightly, `n` all of the class;
    `ci95` is the interval of the share `confused / n`. `words` are those that tell confused from right ones
    at a false discovery rate of 5%, at most ten of each direction, the most certain first. `examples` are the
    ids of up to ten confused texts, those first whose label was given least probability.
    """

    label: str
    predicted: str
    n: int
    confused: int
    right: int
    ci95: Interval
    words: tuple[TellingWord, ...]
    examples: tuple[int, ...]


@dataclass(frozen=True)
class ConfusionWords:
    """The most frequent of the `pairs_seen` confusion pairs, the most frequent first; `n` distinct texts."""

    n: int
    pairs_seen: int
    pairs: tuple[ConfusionPair, ...]


def confusion_words(held_out: HeldOut, pairs: int = PAIRS, *, alpha: float = ALPHA) -> ConfusionWords:
    """Return the most frequent confusion pairs with the words that tell the confused texts from right ones.

    Texts of the same tokens and class count once, and so does a word in a text. With several models, the mean
    of their probabilities decides what is predicted.
    """
    texts = distinct_texts(held_out)
    count = len(held_out.classes)
    table = np.bincount(texts.labels * count + texts.predicted, minlength=count**2).reshape(count, count)
    np.fill_diagonal(table, 0)
    order = np.argsort(-table, axis=None, kind="stable")[:pairs]
    cells = [(cell // count, cell % count) for cell in order.tolist() if table.flat[cell]]
    words, presence = word_presence(texts.tokens)
    report = _Report(held_out, texts, words, presence.tocsr(), alpha)
    return ConfusionWords(
        len(texts.rows), int((table > 0).sum()), tuple(report.pair(label, other) for label, other in cells)
    )


def log_odds_ratios(first: IntArray, second: IntArray) -> tuple[FloatArray, FloatArray]:
    """Return the log odds ratios of words, and their z-scores, from their counts in two corpora, each [W].

    Every word is in one of the two.
    """
    prior = PRIOR * (first + second) / (first + second).sum()
    odds = [np.log((counts + prior) / (counts.sum() + PRIOR - counts - prior)) for counts in (first, second)]
    difference = odds[0] - odds[1]
    variance = 1 / (first + prior) + 1 / (second + prior)
    return difference, difference / np.sqrt(variance)


@dataclass(frozen=True)
class _Report:
    held_out: HeldOut
    texts: DistinctTexts
    words: tuple[str, ...]
    presence: csr_matrix[Any]
    alpha: float

    def pair(self, label: int, predicted: int) -> ConfusionPair:
        of_class = self.texts.labels == label
        confused = np.flatnonzero(of_class & (self.texts.predicted == predicted))
        right = np.flatnonzero(of_class & (self.texts.predicted == label))
        n = int(of_class.sum())
        worst = confused[np.argsort(-self.texts.doubt[confused], kind="stable")][:EXAMPLES]
        return ConfusionPair(
            label=self.held_out.classes[label],
            predicted=self.held_out.classes[predicted],
            n=n,
            confused=len(confused),
            right=len(right),
            ci95=wilson_interval(len(confused), n),
            words=self._telling(confused, right),
            examples=tuple(self.held_out.ids[self.texts.rows[worst]].tolist()),
        )

    def _telling(self, confused: IntArray, right: IntArray) -> tuple[TellingWord, ...]:
        from scipy.special import ndtr

        if min(len(confused), len(right)) < FEWEST or not self.words:
            return ()
        first, second = (self._texts_with(rows) for rows in (confused, right))
        words = np.flatnonzero(first + second)
        counts = first[words], second[words]
        log_odds, z = log_odds_ratios(*counts)
        tested = np.flatnonzero(counts[0] + counts[1] >= FEWEST)
        if not len(tested):
            return ()
        corrected = q_values(2 * ndtr(-np.abs(z[tested])))
        found = [
            TellingWord(self.words[words[at]], *(int(each[at]) for each in counts), *map(float, figures))
            for at, *figures in zip(tested, log_odds[tested], z[tested], corrected, strict=True)
            if figures[2] <= self.alpha
        ]
        found.sort(key=lambda each: -abs(each.z))
        more, fewer = ([each for each in found if (each.z > 0) is side] for side in (True, False))
        return (*more[:WORDS], *fewer[:WORDS])

    def _texts_with(self, rows: IntArray) -> NDArray[np.int64]:
        return np.asarray(self.presence[rows].sum(axis=0), np.int64).ravel()
