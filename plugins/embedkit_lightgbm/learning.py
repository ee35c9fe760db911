"""Trains the trees. LightGBM and scikit-learn are imported here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

import lightgbm
import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedKFold

from embedkit.plugin_api import DataError, Fault
from embedkit_lightgbm.features import Wording, vectorizer
from embedkit_lightgbm.fitted import FittedTrees
from embedkit_lightgbm.trees import Tree, Trees, trees_of

if TYPE_CHECKING:
    from embedkit.plugin_api import BoolArray, IntArray

FOLDS = 3
LEAST_TEXTS = 50
"""Training texts from which on the number of rounds is chosen."""

USUAL_ROUNDS, MOST_ROUNDS, PATIENCE = 50, 500, 20
"""Rounds if none are chosen, rounds at most, and rounds without a better one that end the search."""

TEXTS_OF_SEARCH = 10_000
SEED = 0


class Boosting(Wording, Protocol):
    """What decides how trees are trained: `baseline.TfidfLightgbm`."""

    @property
    def rounds(self) -> int | None: ...

    @property
    def learning_rate(self) -> float: ...

    @property
    def leaves(self) -> int: ...

    @property
    def leaf_texts(self) -> int: ...


@dataclass(frozen=True)
class Problem:
    """What one model learns: TF-IDF `weights`, sparse [n, F], and `target` [n], of `classes` values."""

    weights: Any
    target: NDArray[np.int64]
    classes: int
    options: dict[str, Any]

    @property
    def measures(self) -> list[str]:
        """Return LightGBM's names of the log loss and of the error rate."""
        kind = "binary" if self.classes == 2 else "multi"
        return [f"{kind}_logloss", f"{kind}_error"]

    def data(self, rows: Any = slice(None)) -> lightgbm.Dataset:
        """Return rows as LightGBM's data set."""
        return lightgbm.Dataset(self.weights[rows], self.target[rows], params=self.options)

    def train(self, rounds: int) -> list[Tree]:
        """Train so many rounds, and return the trees; of several classes, a tree for each in every round."""
        model = lightgbm.train(self.options, self.data(), num_boost_round=rounds)
        return [*trees_of(model.model_to_string())]

    def choose(self) -> tuple[int, float]:
        """Return the number of rounds with the lowest log loss in cross-validation, and their accuracy."""
        rows = np.random.default_rng(SEED).permutation(len(self.target))[:TEXTS_OF_SEARCH]
        target = self.target[rows]
        folds = [*StratifiedKFold(FOLDS, shuffle=True, random_state=SEED).split(target, target)]
        stopping = lightgbm.early_stopping(PATIENCE, first_metric_only=True, verbose=False)
        data, measures = self.data(rows), self.measures
        found = lightgbm.cv(self.options, data, MOST_ROUNDS, folds, metrics=measures, callbacks=[stopping])
        errors = found[f"valid {measures[1]}-mean"]
        return len(errors), 1 - float(errors[-1])


def fitted(
    baseline: Boosting, texts: Sequence[str], labels: IntArray | BoolArray, classes: int
) -> FittedTrees:
    """Return the baseline fitted to `labels`, int64 [n] or bool [n, C].

    Raises DataError if no word occurs in enough texts.
    """
    several = labels.ndim == 2
    leaf_texts = min(baseline.leaf_texts, max(1, len(texts) // 20))
    words = vectorizer(baseline, leaf_texts)
    weights = _weights(words, texts, leaf_texts)
    columns: NDArray[np.int64] = np.arange(classes) if several else np.unique(labels)
    options = _options(baseline, leaf_texts)
    problems = [
        Problem(weights, target, count, options | _objective(count))
        for target, count in _targets(labels, columns)
    ]
    found = [_rounds(baseline.rounds, problem) for problem in problems]
    trained = [problem.train(rounds) for problem, (rounds, _) in zip(problems, found, strict=True)]
    trees = _joined(trained, [1 if problem.classes == 2 else problem.classes for problem in problems])
    return FittedTrees(words, trees, columns, classes, several, _chosen(found))


def _weights(words: Any, texts: Sequence[str], least: int) -> Any:
    try:
        return words.fit_transform(texts)
    except ValueError as error:
        if "empty vocabulary" not in str(error) and "no terms remain" not in str(error):
            raise
        what = "no training text has a word in it" if least == 1 else f"no word is in {least} training texts"
        raise DataError(Fault(what)) from error


def _options(baseline: Boosting, leaf_texts: int) -> dict[str, Any]:
    return {
        "num_leaves": baseline.leaves,
        "learning_rate": baseline.learning_rate,
        "min_data_in_leaf": leaf_texts,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "seed": SEED,
        "verbosity": -1,
    }


def _objective(classes: int) -> dict[str, Any]:
    return {"objective": "binary"} if classes == 2 else {"objective": "multiclass", "num_class": classes}


def _targets(labels: IntArray | BoolArray, columns: NDArray[np.int64]) -> list[tuple[NDArray[np.int64], int]]:
    """Return what each model learns, int64 [n], and of how many classes: one model, or one per label."""
    if labels.ndim == 2:
        return [(labels[:, column].astype(np.int64), 2) for column in columns.tolist()]
    return [(np.searchsorted(columns, labels), len(columns))]


def _rounds(rounds: int | None, problem: Problem) -> tuple[int, float | None]:
    """Return the number of rounds, and the accuracy in cross-validation if it was chosen."""
    if rounds is not None:
        return rounds, None
    rarest = np.bincount(problem.target, minlength=problem.classes).min()
    if len(problem.target) < LEAST_TEXTS or rarest < FOLDS:
        return USUAL_ROUNDS, None
    return problem.choose()


def _chosen(found: Sequence[tuple[int, float | None]]) -> dict[str, float | int]:
    """Return the chosen rounds and their accuracy; of several labels, their means."""
    chosen = [(rounds, accuracy) for rounds, accuracy in found if accuracy is not None]
    if not chosen:
        return {}
    rounds, accuracies = zip(*chosen, strict=True)
    mean = sum(rounds) / len(rounds)
    return {"rounds": int(mean) if mean.is_integer() else mean, "accuracy": sum(accuracies) / len(accuracies)}


def _joined(trained: Sequence[Sequence[Tree]], scores: Sequence[int]) -> Trees:
    """Return the trees of all models; the trees of a model take turns at its scores."""
    targets, first = list[int](), 0
    for trees, count in zip(trained, scores, strict=True):
        targets += [first + number % count for number in range(len(trees))]
        first += count
    joined = tuple(tree for trees in trained for tree in trees)
    return Trees(joined, np.array(targets, dtype=np.int64), first)
