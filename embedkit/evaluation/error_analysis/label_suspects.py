"""Texts whose label independent models contradict, and an estimate of how many labels are wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.error_analysis.cleanlab_scores import CleanlabScores, cleanlab_scores
from embedkit.evaluation.error_analysis.label_noise import LabelNoise, fit_noise
from embedkit.evaluation.error_analysis.pooled_models import pooled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.evaluation.error_analysis.held_out import HeldOut
    from embedkit.interfaces import IntArray


@dataclass(frozen=True, slots=True)
class ContradictoryDuplicate:
    """A text that occurs several times with different labels: a label for each id."""

    text: str
    ids: tuple[int, ...]
    labels: tuple[str, ...]

    @property
    def fewest_wrong(self) -> int:
        """Return how many of the labels are wrong if the most frequent one is right."""
        return len(self.labels) - max(map(self.labels.count, self.labels))


@dataclass(frozen=True, slots=True)
class LabelSuspect:
    """A text whose label is contradicted by more than half of the recipes, which agree on one class.

    `votes` recipes predict the class `agreed`. `score` is the pooled probability of all classes but the
    label; `wrong` is the chance that the label is wrong rather than the models, if wrong labels are as
    frequent as they look, and None where no such share can be told. `cleanlab` is cleanlab's quality of the
    label, the lower the more suspect, and `cleanlab_flagged` whether it is an issue; None without cleanlab.
    """

    id: int
    text: str
    label: str
    agreed: str
    votes: int
    score: float
    wrong: float | None
    cleanlab: float | None
    cleanlab_flagged: bool | None


@dataclass(frozen=True)
class LabelSuspects:
    """Texts with suspect labels, the most suspect first; contradictory duplicates come before them all.

    `n` is the number of texts and `recipes` those that were heard; `left_out` are models that predict one
    class of every text. `noise` is the share of labels that look wrong; it is None of a single recipe, whose
    own errors look the same. `flagged_by_cleanlab` is how many labels cleanlab calls issues, None without it.
    """

    n: int
    recipes: tuple[str, ...]
    left_out: tuple[str, ...]
    duplicates: tuple[ContradictoryDuplicate, ...]
    suspects: tuple[LabelSuspect, ...]
    noise: LabelNoise | None
    flagged_by_cleanlab: int | None


def label_suspects(held_out: HeldOut) -> LabelSuspects:
    """Return the texts whose label models contradict that were not trained on them.

    The models of a recipe are averaged, and the recipes pooled. A label is suspect if the class that the pool
    predicts, and more than half of the recipes, is another one, and the pool is at least as sure of it as it
    is, on average, of texts with that label: the threshold of confident learning (Northcutt et al. 2021),
    which allows for frequent and rare classes and for models that are not sure of any.
    """
    heard = held_out.informative
    recipes = heard.by_recipe()
    pool = pooled(recipes.probabilities, recipes.labels)
    fitted = fit_noise(pool, recipes.labels) if len(recipes.models) > 1 else None
    beside = cleanlab_scores(recipes.probabilities, recipes.labels)
    return LabelSuspects(
        n=len(held_out.ids),
        recipes=recipes.models,
        left_out=tuple(name for name in held_out.models if name not in heard.models),
        duplicates=contradictory_duplicates(held_out),
        suspects=_suspects(recipes, pool, fitted.wrong if fitted else None, beside),
        noise=fitted.noise if fitted else None,
        flagged_by_cleanlab=int(beside.flagged.sum()) if beside else None,
    )


def contradictory_duplicates(held_out: HeldOut) -> tuple[ContradictoryDuplicate, ...]:
    """Return the texts that occur with different labels, those with most wrong labels first."""
    by_text: dict[str, list[int]] = {}
    for row, text in enumerate(held_out.texts):
        if text.strip():
            by_text.setdefault(text, []).append(row)
    found = [
        ContradictoryDuplicate(
            text=held_out.texts[rows[0]],
            ids=tuple(int(held_out.ids[row]) for row in rows),
            labels=tuple(held_out.classes[held_out.labels[row]] for row in rows),
        )
        for rows in by_text.values()
        if len({*held_out.labels[rows].tolist()}) > 1
    ]
    return tuple(sorted(found, key=lambda each: -each.fewest_wrong))


def _suspects(
    recipes: HeldOut,
    pool: NDArray[np.float64],
    wrong: NDArray[np.float64] | None,
    beside: CleanlabScores | None,
) -> tuple[LabelSuspect, ...]:
    every = np.arange(len(pool))
    agreed = pool.argmax(axis=1)
    votes = (recipes.predicted == agreed).sum(axis=0)
    sure = pool[every, agreed] >= _thresholds(pool, recipes.labels)[agreed]
    places = np.flatnonzero((agreed != recipes.labels) & sure & (2 * votes > len(recipes.models)))
    scores = 1 - pool[every, recipes.labels]
    return tuple(
        LabelSuspect(
            id=int(recipes.ids[place]),
            text=recipes.texts[place],
            label=recipes.classes[recipes.labels[place]],
            agreed=recipes.classes[agreed[place]],
            votes=int(votes[place]),
            score=float(scores[place]),
            wrong=None if wrong is None else float(wrong[place]),
            cleanlab=None if beside is None else float(beside.quality[place]),
            cleanlab_flagged=None if beside is None else bool(beside.flagged[place]),
        )
        for place in places[np.argsort(-scores[places], kind="stable")]
    )


def _thresholds(pool: NDArray[np.float64], labels: IntArray) -> NDArray[np.float64]:
    """Return the mean probability of each class over the texts that have it as label, [C].

    It is infinite for a class that no text has.
    """
    every = range(pool.shape[1])
    return np.array([pool[labels == c, c].mean() if (labels == c).any() else np.inf for c in every])
