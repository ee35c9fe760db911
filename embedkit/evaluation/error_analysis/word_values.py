"""What a vector for a missing word is worth: how frequent the word is, times how decisive it is.

A word is decisive if its log-count ratio is large: if the training texts that have it are mostly of one class
(Wang & Manning 2012). What the missing words of a text say of its class is added to what the model says, with
a weight fitted to held-out texts, and the texts that turn right and wrong are counted. A model that knows the
words already, as one that learnt their rows does, leaves nothing to add.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.error_analysis.evidence import evidence_of, fit_weights

if TYPE_CHECKING:
    from collections.abc import Set

    from numpy.typing import NDArray
    from scipy.sparse import csr_matrix

    from embedkit.evaluation.error_analysis.evidence import TrainingTexts, Weights
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.evaluation.numbers import Interval
    from embedkit.interfaces import BoolArray, IntArray

    Floats = NDArray[np.float64]

MOST = 50
"""The most words that are listed, and counted as the group that is worth vectors."""
SHARE = 0.8
"""The group has the fewest words that make this share of the value of all missing words, `MOST` at most."""
NORMAL = 1.959964
"""Standard errors on either side of a normal 95% interval."""


@dataclass(frozen=True)
class MissingWords:
    """The missing words of N held-out texts, each word once a text, and the training texts.

    `folds` [N] int64 is the fold that held each text out; `training` has the training texts of every fold.
    """

    words: Sequence[Set[str]]
    folds: IntArray
    training: Mapping[int, TrainingTexts]


@dataclass(frozen=True)
class WordValue:
    """What a vector for one missing word is worth, in points of accuracy on the held-out texts.

    `texts` and `training_texts` are the numbers of held-out and of training texts that have it; those for
    training are the mean over folds. The training texts say that it speaks for the class `toward`, with the
    log-count ratio `log_ratio`. `ci95` is the interval that follows from the interval of that ratio.
    """

    word: str
    texts: int
    training_texts: float
    toward: str
    log_ratio: float
    points: float
    ci95: Interval


@dataclass(frozen=True)
class GroupValue:
    """What vectors for a group of missing words are worth together, in points of accuracy.

    `texts` is the number of held-out texts that have such a word; `turned_right` and `turned_wrong` are how
    many of them turn when what the training texts say of these words is added to what the model says, the
    mean over models. The interval is that of Agresti & Min (2005) for paired shares.
    """

    words: int
    texts: int
    turned_right: float
    turned_wrong: float
    points: float
    ci95: Interval

    @property
    def is_seen(self) -> bool:
        """Return whether the interval lies above 0."""
        return self.ci95[0] > 0


@dataclass(frozen=True)
class WordValues:
    """What vectors for the missing words of `n` held-out texts are worth.

    `words` are those of the `top` group, the most valuable first; `rest` are the others that training texts
    have. `unseen` words are in no training text of the models that read them: nothing can be said of them. If
    there is nothing to value, `why` is the reason, `words` is empty, and the groups are None.
    """

    n: int
    words: tuple[WordValue, ...]
    top: GroupValue | None
    rest: GroupValue | None
    unseen: int
    why: str | None = None


def word_values(held_out: HeldOut, missing: MissingWords) -> WordValues:
    """Return what vectors for the missing words of held-out texts are worth.

    No text has a say in what is counted for it. Words are chosen, fold by fold, by the labels of the training
    texts; the weight of what they say is fitted to the texts of the other half. So neither choosing the best
    words nor the weight inflates the value of the groups.
    """
    vocabulary = sorted({word for words in missing.words for word in words})
    n = len(held_out.ids)
    if not vocabulary:
        return WordValues(n, (), None, None, 0, "no held-out text has a missing word")
    valuation = Valuation(held_out, missing, vocabulary)
    unseen = int((~valuation.known).sum())
    if unseen == len(vocabulary):
        why = f"none of the missing words ({unseen:,}) is in a training text"
        return WordValues(n, (), None, None, unseen, why)
    known = len(vocabulary) - unseen
    size = valuation.group_size()
    top, rest = valuation.groups(size)
    return WordValues(
        n, valuation.best(size), group_value(top, size), group_value(rest, known - size), unseen
    )


@dataclass(frozen=True)
class Turned:
    """What each of N texts gains from words, the mean over models of -1, 0 and 1, and which have one."""

    gain: Floats
    there: BoolArray


class Valuation:
    """The values of W missing words, and of groups of them."""

    def __init__(self, held_out: HeldOut, missing: MissingWords, vocabulary: Sequence[str]) -> None:
        self.held_out = held_out
        self.vocabulary = vocabulary
        self.presence = presence(missing.words, vocabulary)
        self.rows = {
            fold: np.flatnonzero(missing.folds == fold) for fold in np.unique(missing.folds).tolist()
        }
        classes = len(held_out.classes)
        self.evidence = {fold: evidence_of(missing.training[fold], vocabulary, classes) for fold in self.rows}
        self.logs = np.log(np.clip(held_out.probabilities, 1e-6, None))
        self.texts = np.asarray(self.presence.sum(axis=0)).ravel()
        self.training_texts = np.mean([each.counts.sum(axis=1) for each in self.evidence.values()], axis=0)
        self.sums = self.evidence_sums({fold: np.ones(len(vocabulary), bool) for fold in self.rows})

    def evidence_sums(self, chosen: Mapping[int, BoolArray]) -> Floats:
        """Return what the words of each text say of its class [N, C], of those `chosen` [W] in each fold."""
        sums = np.zeros(self.logs.shape[1:])
        for fold, rows in self.rows.items():
            sums[rows] = self.presence[rows] @ (self.evidence[fold].ratios * chosen[fold][:, None])
        return sums

    @cached_property
    def known(self) -> BoolArray:
        """Return which words are in a training text of a model that reads them in a held-out text [W]."""
        found = np.zeros(len(self.vocabulary), bool)
        for fold, rows in self.rows.items():
            there = np.asarray(self.presence[rows].sum(axis=0)).ravel() > 0
            found |= there & (self.evidence[fold].counts.sum(axis=1) > 0)
        return found

    @cached_property
    def overall(self) -> Weights:
        """Return the weights that are fitted to all texts."""
        return self.weights(np.ones(len(self.held_out.ids), bool))

    def weights(self, rows: BoolArray) -> Weights:
        """Fit the weights of the models and of the words to the texts in `rows`."""
        return fit_weights(self.logs[:, rows], self.sums[rows], self.held_out.labels[rows])

    def value(self, fold: int, weights: Weights, deviations: float | None = None) -> Floats:
        """Return the value of a text with each word [W], by the log-count ratios of a fold.

        That is the share of texts that are as near to a tie as the word can turn, times what they gain: the
        square of the shift / 8. Ratios that are noise have large squares too, so the square of the standard
        error is subtracted. A word that is too rare to be known counts as a typical one at the least: a
        vector brings what it knows of similar words. With `deviations`, the value is that of ratios so many
        standard errors away.
        """
        found = np.zeros(len(self.vocabulary))
        for (first, second), share in weights.ties.items():
            shift, error = self.evidence[fold].between(first, second)
            if deviations is None:
                squared = np.maximum(shift**2 - error**2, self.evidence[fold].typical(first, second))
            else:
                squared = np.maximum(np.abs(shift) + deviations * error, 0) ** 2
            found += share * weights.words**2 * squared / 8
        return np.where(self.evidence[fold].counts.sum(axis=1) > 0, found, 0.0)

    def values(self, weights: Weights, deviations: float | None = None) -> Floats:
        """Return the value of each word in points [W]: that of a text with it, by how many texts have it."""
        found = np.zeros(len(self.vocabulary))
        for fold, rows in self.rows.items():
            texts = np.asarray(self.presence[rows].sum(axis=0)).ravel()
            found += texts * self.value(fold, weights, deviations)
        return 100 * found / len(self.held_out.ids)

    def group_size(self) -> int:
        """Return how many words make `SHARE` of the value of all, from 1 to `MOST`."""
        values = np.sort(self.values(self.overall.of_words(1.0)))[::-1]
        reached = int(np.searchsorted(values.cumsum(), SHARE * values.sum())) + 1
        return min(reached, MOST, int(self.known.sum()))

    def best(self, size: int) -> tuple[WordValue, ...]:
        """Return the most valuable words."""
        weights = self.overall
        points, low, high = (self.values(weights, deviations) for deviations in (None, -NORMAL, NORMAL))
        order = ranked(self.values(weights.of_words(1.0)), self.texts * self.known)[:size]
        odds = np.mean([each.log_ratios for each in self.evidence.values()], axis=0)
        return tuple(
            WordValue(
                word=self.vocabulary[word],
                texts=int(self.texts[word]),
                training_texts=float(self.training_texts[word]),
                toward=self.held_out.classes[int(odds[word].argmax())],
                log_ratio=float(odds[word].max()),
                points=float(points[word]),
                ci95=(float(low[word]), float(high[word])),
            )
            for word in order.tolist()
        )

    def groups(self, size: int) -> tuple[Turned, Turned]:
        """Return what the texts gain from the `size` best words of their folds, and from all others."""
        best = {}
        for fold in self.rows:
            values = self.texts * self.value(fold, self.overall.of_words(1.0))
            best[fold] = np.zeros(len(self.vocabulary), bool)
            best[fold][ranked(values, self.texts * self.known)[:size]] = True
        return self.turned(best), self.turned({fold: ~words for fold, words in best.items()})

    def turned(self, chosen: Mapping[int, BoolArray]) -> Turned:
        """Return what the texts gain from the words `chosen` in each fold; weights are of the other half."""
        sums, there = self.evidence_sums(chosen), np.zeros(len(self.held_out.ids), bool)
        for fold, rows in self.rows.items():
            seen = chosen[fold] & (self.evidence[fold].counts.sum(axis=1) > 0)
            there[rows] = self.presence[rows] @ seen.astype(np.float64) > 0
        gain = np.zeros(len(there))
        half = halves(len(there))
        for part in (half, ~half):
            weights = self.weights(~part)
            after = weights.scores(self.logs[:, part], sums[part]).argmax(axis=2)
            wrong = after != self.held_out.labels[part]
            gain[part] = (self.held_out.wrong[:, part].astype(np.float64) - wrong).mean(axis=0)
        return Turned(gain, there)


def group_value(turned: Turned, words: int) -> GroupValue:
    """Return the value of a group of `words` words from what each text gains."""
    gain = turned.gain
    return GroupValue(
        words=words,
        texts=int(turned.there.sum()),
        turned_right=float(gain[gain > 0].sum()),
        turned_wrong=float(-gain[gain < 0].sum()),
        points=float(100 * gain.mean()),
        ci95=paired_interval(gain),
    )


def paired_interval(gain: Floats) -> Interval:
    """Return the 95% interval of the mean of gains from -1 to 1, in points (Agresti & Min 2005).

    One text is added: half of it gains and half of it loses. So the interval has a width without any gain.
    """
    n = len(gain) + 2
    mean = gain.sum() / n
    variance = ((gain**2).sum() + 1) / n - mean**2
    half = NORMAL * np.sqrt(variance / n)
    return float(100 * (mean - half)), float(100 * (mean + half))


def ranked(values: Floats, texts: Floats) -> IntArray:
    """Return the positions of words, the most valuable first; the more frequent first of equal ones."""
    return np.lexsort((-texts, -values))


def halves(n: int) -> BoolArray:
    """Return which of n texts are in the first half; the halves are drawn at random, always the same."""
    half = np.zeros(n, bool)
    half[np.random.default_rng(0).permutation(n)[: n // 2]] = True
    return half


def presence(words: Sequence[Set[str]], vocabulary: Sequence[str]) -> csr_matrix:
    """Return which words of the vocabulary each text has, 0 or 1 [N, W]."""
    from scipy.sparse import csr_matrix

    place = {word: column for column, word in enumerate(vocabulary)}
    columns = [place[word] for each in words for word in sorted(each)]
    ends = np.cumsum([0, *map(len, words)])
    return csr_matrix((np.ones(len(columns)), columns, ends), shape=(len(words), len(vocabulary)))
