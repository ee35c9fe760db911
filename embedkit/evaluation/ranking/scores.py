"""What a ranking compares: the scores of candidates on the folds that they were tested on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.intervals import UNBOUNDED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces.flags import Bounds

    Ids = NDArray[np.int64]
    Shares = NDArray[np.float64]

ALPHA = 0.05


@dataclass(frozen=True, eq=False)
class FoldScores:
    """The scores of a candidate on the held-out texts of one fold, or of a fixed test split.

    `ids`, int64 [n], are those of the texts, in rising order. `right`, float64 [n], has 1.0 for each text
    that was predicted correctly and 0.0 for the others; for several seeds, the share of them. `score` is the
    metric, the mean over seeds, or None where it is not defined, as where a class is missing.
    `test_per_training` is the number of test texts for each training text, 1/9 in ten folds. `resampled`
    returns the metric of the texts at some positions, int64 [m], which may repeat: a fixed split needs it for
    the test of a metric that is not the accuracy.
    """

    ids: Ids
    right: Shares
    score: float | None
    test_per_training: float
    resampled: Callable[[NDArray[np.int64]], float | None] | None = None

    def __post_init__(self) -> None:
        if len(self.ids) != len(self.right):
            raise ValueError(f"{len(self.ids)} ids and {len(self.right)} outcomes")
        if (np.diff(self.ids) <= 0).any():
            raise ValueError("ids have to be in rising order, each once")


@dataclass(frozen=True, eq=False)
class CandidateScores:
    """The scores of a candidate by fold, and its cost. A fixed test split is the only fold.

    `seconds` is the mean time of a training, `bytes` the size of the model, `coverage` the share of the test
    tokens that have a vector; None where there is none. `axes` is what tells the candidate from the others.
    """

    name: str
    folds: Mapping[int, FoldScores]
    seconds: float = 0.0
    bytes: int | None = None
    coverage: float | None = None
    axes: Mapping[str, object] = field(default_factory=dict)

    @property
    def scores(self) -> dict[int, float]:
        """Return the metric by fold, without the folds where it is not defined."""
        known = ((fold, own.score) for fold, own in sorted(self.folds.items()))
        return {fold: score for fold, score in known if score is not None}

    @property
    def mean(self) -> float | None:
        """Return the mean of the metric over the folds where it is defined, or None if there are none."""
        scores = self.scores
        return float(np.mean([*scores.values()])) if scores else None

    @property
    def ids(self) -> Ids:
        """Return the ids of all texts that the candidate was tested on, in rising order."""
        own = [fold.ids for fold in self.folds.values()]
        return np.unique(np.concatenate(own)) if own else np.empty(0, np.int64)


@dataclass(frozen=True)
class Measure:
    """What candidates are ranked by: a metric, the side of it that is better, and the level of the tests.

    `bounds` are the smallest and the largest value of the metric, None for an end that is open.
    """

    metric: str = "accuracy"
    smaller_is_better: bool = False
    alpha: float = ALPHA
    bounds: Bounds = UNBOUNDED

    @property
    def is_accuracy(self) -> bool:
        """Return whether the score of a text is whether it was predicted correctly."""
        return self.metric == "accuracy"

    @property
    def sign(self) -> int:
        """Return 1 if greater scores are better, else -1."""
        return -1 if self.smaller_is_better else 1
