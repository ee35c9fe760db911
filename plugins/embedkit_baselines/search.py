"""Choice of a baseline's parameters by cross-validation inside the training split alone."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from sklearn.model_selection import KFold, ParameterGrid, StratifiedKFold

from embedkit_baselines.counting import Counts
from embedkit_baselines.scores import (
    Calibration,
    Floats,
    KeepingLabels,
    LinearModel,
    Parts,
    Plain,
    calibrate,
    constant_of,
    learn_scores,
    log_loss,
    mixed,
    targets_of,
    told,
    told_calibrated,
)

if TYPE_CHECKING:
    from embedkit.plugin_api import BoolArray, IntArray

FOLDS = 5
FEWEST_TEXTS = 50
"""With fewer texts nothing is chosen: what held-out ones would say is chance."""

MOST_TEXTS = 10_000
"""Most texts that parameters are chosen by: a sample of more. The model is fitted to all."""

MOST_CLASSES = 30
"""With more classes nothing is chosen: it would take minutes."""

NGRAMS = (1, 2)
SEED = 0


class Searched(Protocol):
    """A baseline whose parameters are searched for: what a search needs of `ngrams.NgramBaseline`."""

    ngrams: int | None

    def vectorizer(self, ngrams: int) -> Any: ...

    def counted(self, texts: Sequence[str], ngrams: int) -> tuple[Any, Any]: ...

    def grid(self, chosen: bool) -> Mapping[str, Sequence[float]]: ...

    def learner(self, parameters: Mapping[str, float]) -> Any: ...

    def weighting(self) -> Any: ...


@dataclass(frozen=True)
class Found:
    """The best parameters of `baseline`, those that were `chosen` as they are reported, and the calibration.

    `calibration` is None where there were too few texts, or too many classes, to hold some out. `counts` are
    those of the training texts; None if not all of them were counted to choose parameters.
    """

    baseline: Searched
    ngrams: int
    parameters: Mapping[str, float]
    calibration: Calibration | None
    chosen: Mapping[str, float | int]
    counts: Counts | None

    def counted(self, texts: Sequence[str]) -> tuple[Any, Any]:
        """Return a CountVectorizer fitted to all training `texts`, and their counts, sparse [n, F]."""
        counts = self.counts or Counts.of(self.baseline, texts, self.ngrams)
        return counts.up_to(self.ngrams)

    def fit(self, counts: Any, labels: IntArray | BoolArray) -> LinearModel:
        """Fit the model to all training texts."""
        targets = targets_of(labels)
        (scores,) = learn_scores(
            [self.baseline.learner(self.parameters)], self.baseline.weighting(), counts, targets
        )
        constant = constant_of(targets)
        calibration = self.calibration or Plain(constant, single=labels.ndim == 1)
        return LinearModel(scores, self.parameters.get("beta", 1.0), calibration)


@dataclass(frozen=True)
class Trial:
    """A combination of parameters, and the scores [n, L] of held-out texts with it."""

    ngrams: int
    parameters: Mapping[str, float]
    scores: Floats


def search(baseline: Searched, texts: Sequence[str], labels: IntArray | BoolArray) -> Found:
    """Return the best parameters for `labels`: int64 [n], in which every class occurs, or bool [n, C].

    Calibrated scores are compared by log loss, which depends less on chance than accuracy: of many
    combinations, the one with the highest accuracy is often just lucky. If the sign of raw scores is a
    decision, they are used, unless the best calibrated scores are more accurate by more than a standard
    error. Raises DataError if no text has a word in it.
    """
    if not _can_choose(labels):
        (parameters,) = ParameterGrid(dict(baseline.grid(chosen=False)))
        return Found(baseline, baseline.ngrams or NGRAMS[-1], parameters, None, {}, None)
    rows = _sample(labels)
    whole = len(rows) == len(texts)
    texts, labels = [texts[row] for row in rows], labels[rows]
    parts = _folds(labels)
    ngrams = NGRAMS if baseline.ngrams is None else (baseline.ngrams,)
    counts = Counts.of(baseline, texts, ngrams[-1])
    trials = [trial for n in ngrams for trial in _trials(baseline, n, counts.up_to(n)[1], labels, parts)]
    decides = baseline.learner(trials[0].parameters).decides
    best, right, calibration = _best(trials, labels, parts, decides)
    chosen = {"ngrams": best.ngrams, **best.parameters, "accuracy": float(right.mean())}
    said = chosen if len(trials) > 1 else {}
    return Found(baseline, best.ngrams, best.parameters, calibration, said, counts if whole else None)


def _best(
    trials: Sequence[Trial], labels: IntArray | BoolArray, parts: Parts, decides: bool
) -> tuple[Trial, BoolArray, Calibration]:
    """Return the best of `trials`, which texts [n] it predicts correctly, and its calibration.

    Unless the sign of raw scores `decides`, calibrated scores are used in any case. Of several labels, a text
    is correct if all of them are.
    """
    calibrations = [calibrate(trial.scores, labels) for trial in trials]
    losses = [log_loss(means(t.scores), labels) for t, means in zip(trials, calibrations, strict=True)]
    least = int(np.argmin(losses))
    calibrated = _right(told_calibrated(trials[least].scores, labels, parts), labels)
    single = labels.ndim == 1
    rights = [_right(told(trial.scores, single), labels) for trial in trials]
    most = int(np.argmax([right.mean() for right in rights]))
    if not decides or _is_clearly_better(calibrated, rights[most]):
        return trials[least], calibrated, calibrations[least]
    return trials[most], rights[most], KeepingLabels(calibrations[most], single)


def _is_clearly_better(right: BoolArray, other: BoolArray) -> bool:
    """Tell whether `right` [n] exceeds `other` [n] by more than the standard error of the mean difference."""
    gain = right.astype(float) - other
    return bool(gain.mean() > gain.std() / np.sqrt(len(gain)))


def _can_choose(labels: IntArray | BoolArray) -> bool:
    """Tell whether there are enough texts to hold out, of two classes at least, and few enough classes."""
    if len(labels) < FEWEST_TEXTS or targets_of(labels).shape[1] > MOST_CLASSES:
        return False
    return labels.ndim == 2 or int(np.sort(np.bincount(labels))[-2]) > 1


def _sample(labels: IntArray | BoolArray) -> list[int]:
    """Return the rows used to choose parameters, in order: all, or a random sample.

    Of single labels, the sample has every class.
    """
    if len(labels) <= MOST_TEXTS:
        return [*range(len(labels))]
    drawn = np.random.default_rng(SEED).choice(len(labels), MOST_TEXTS, replace=False)
    first = [] if labels.ndim == 2 else np.unique(labels, return_index=True)[1].tolist()
    return sorted({*drawn.tolist(), *first})


def _folds(labels: IntArray | BoolArray) -> Parts:
    """Return the cross-validation folds, stratified by class as far as a class has enough texts.

    Data with several labels per text is not stratified.
    """
    rows = np.zeros(len(labels))
    if labels.ndim == 2 or np.bincount(labels).max() < FOLDS:
        return [*KFold(FOLDS, shuffle=True, random_state=SEED).split(rows)]
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "The least populated class", UserWarning)
        return [*StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(rows, labels)]


def _trials(
    baseline: Searched, ngrams: int, counts: Any, labels: IntArray | BoolArray, parts: Parts
) -> list[Trial]:
    """Return a trial of every combination in the grid, with the `counts` of n-grams of up to `ngrams` words.

    `beta` mixes fitted scores and needs no fit.
    """
    grid = dict(baseline.grid(chosen=True))
    betas = grid.pop("beta", None)
    learnt = [*ParameterGrid(grid)]
    trials = []
    for parameters, scores in zip(learnt, _held_out(baseline, learnt, counts, labels, parts), strict=True):
        for beta in betas or (1.0,):
            named = {**parameters, **({} if betas is None else {"beta": beta})}
            trials.append(Trial(ngrams, named, mixed(scores, beta)))
    return trials


def _held_out(
    baseline: Searched,
    learnt: Sequence[Mapping[str, float]],
    counts: Any,
    labels: IntArray | BoolArray,
    parts: Parts,
) -> list[Floats]:
    """Return for each combination the out-of-fold scores [n, L, P] of every text."""
    targets = targets_of(labels)
    learners = [baseline.learner(parameters) for parameters in learnt]
    shape = (*targets.shape, learners[0].parts)
    held_out = [np.zeros(shape) for _ in learners]
    for learning, held in parts:
        fitted = learn_scores(learners, baseline.weighting(), counts[learning], targets[learning])
        for scores, each in zip(held_out, fitted, strict=True):
            scores[held] = each.of(counts[held])
    return held_out


def _right(predicted: IntArray | BoolArray, labels: IntArray | BoolArray) -> BoolArray:
    """Return which texts [n] are predicted correctly, with all their labels."""
    same = predicted == labels
    return np.asarray(same if same.ndim == 1 else same.all(axis=1))
