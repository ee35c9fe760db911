"""Texts that every model gets wrong, and texts on which the models disagree."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.intervals import wilson_interval

if TYPE_CHECKING:
    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.interfaces import IntArray


@dataclass(frozen=True, slots=True)
class MisjudgedText:
    """A text on which `wrong` models are wrong; `votes` of them all predict the class `most_predicted`.

    Of classes that equally many predict, it is the one with the highest mean probability, `probability`.
    """

    id: int
    text: str
    label: str
    wrong: int
    most_predicted: str
    votes: int
    probability: float


@dataclass(frozen=True)
class NeverRight:
    """The texts that every model gets wrong, and those that some get right and others wrong.

    `n` is the number of texts, `models` those that were counted; `left_out` predict one class of every text.
    `never` begins with the texts on whose wrong class most models agree, `disagreed` with those that divide
    the models most. `wrong_by` [M + 1] is the number of texts that 0, 1, …, M models get wrong. `share` is
    that of `never` among the texts, with its 95% Wilson interval `ci95`. `by_chance` is the number of texts
    that every model would get wrong if their errors had nothing to do with one another: the product of the
    models' error rates in each class, summed over its texts.
    """

    n: int
    models: tuple[str, ...]
    left_out: tuple[str, ...]
    never: tuple[MisjudgedText, ...]
    disagreed: tuple[MisjudgedText, ...]
    wrong_by: tuple[int, ...]
    share: float
    ci95: tuple[float, float]
    by_chance: float


def never_right(held_out: HeldOut) -> NeverRight:
    """Return the texts that every model gets wrong, and those on which the models disagree."""
    used = held_out.informative
    total, wrong = len(used.models), used.wrong.sum(axis=0)
    never = np.flatnonzero(wrong == total)
    disagreed = np.flatnonzero((wrong > 0) & (wrong < total))
    votes = _votes(used)
    divided = np.minimum(wrong, total - wrong)[disagreed]
    return NeverRight(
        n=len(used.ids),
        models=used.models,
        left_out=tuple(name for name in held_out.models if name not in used.models),
        never=_texts(used, never, votes, -votes.max(axis=1)[never]),
        disagreed=_texts(used, disagreed, votes, -divided),
        wrong_by=tuple(np.bincount(wrong, minlength=total + 1).tolist()),
        share=len(never) / len(wrong),
        ci95=wilson_interval(len(never), len(wrong)),
        by_chance=_by_chance(used),
    )


def _votes(held_out: HeldOut) -> IntArray:
    """Return how many models predict each class of each text, [N, C]."""
    every = range(len(held_out.classes))
    return np.stack([(held_out.predicted == place).sum(axis=0) for place in every], axis=1)


def _texts(held_out: HeldOut, places: IntArray, votes: IntArray, key: IntArray) -> tuple[MisjudgedText, ...]:
    """Return the texts at `places` in the order of `key`, surer predictions first among equals."""
    means = held_out.probabilities.mean(axis=0)[places]
    counted = votes[places]
    most = np.where(counted == counted.max(axis=1, keepdims=True), means, -1).argmax(axis=1)
    sure = means[np.arange(len(places)), most]
    wrong = held_out.wrong.sum(axis=0)
    return tuple(
        MisjudgedText(
            id=int(held_out.ids[place]),
            text=held_out.texts[place],
            label=held_out.classes[held_out.labels[place]],
            wrong=int(wrong[place]),
            most_predicted=held_out.classes[most[row]],
            votes=int(counted[row, most[row]]),
            probability=float(sure[row]),
        )
        for row in np.lexsort((-sure, key))
        for place in [places[row]]
    )


def _by_chance(held_out: HeldOut) -> float:
    """Return how many texts every model would get wrong if their errors in a class were independent."""
    found = np.unique(held_out.labels)
    own = (held_out.wrong[:, held_out.labels == label] for label in found)
    return float(sum(each.mean(axis=1).prod() * each.shape[1] for each in own))
