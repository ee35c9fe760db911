"""Learning curves: a recipe trained on nested shares of its training texts, over its folds or seeds."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from embedkit.evaluation.error_analysis.counted_scores import Ratio, accuracy, f1, indicators
from embedkit.evaluation.error_analysis.learning_curve import learning_curve, shared_noise
from embedkit.evaluation.error_analysis.learning_curves import Curve, LearningCurves
from embedkit.evaluation.result import BaselineResult, SplitMetrics, splits_from_json
from embedkit.experiments.folds_and_seeds import Here, train_inner
from embedkit.recipe.repeats import curve_runs, single_runs
from embedkit.recipe.schema import TrainingRecipe
from embedkit.runs import layout
from embedkit.runs.predictions import predictions_file, read_predictions

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from embedkit.experiments.plan import Executor
    from embedkit.interfaces import BoolArray
    from embedkit.recipe.document import Plain
    from embedkit.runs.context import RunContext
    from embedkit.runs.writer import RunWriter
    from embedkit.tasks.components import RunComponents

    Floats = NDArray[np.float64]

T = TypeVar("T", bound=TrainingRecipe)

MOST_CLASSES = 50
"""The most frequent classes have curves of their own, so many of them at the most."""

FEWEST_OF_CLASS = 5
"""Held-out texts of a class in each fold from which on its F1 says something."""


def train_shares(
    components: RunComponents[T], context: RunContext, environment: Plain, executor: Executor | None
) -> None:
    """Train the runs that a learning curve needs beside the runs of the recipe itself.

    They are in the folder `learning-curve` of the run, and are trained as those over folds and seeds are.
    """
    singles = curve_runs(components.recipe)
    train_inner(Here(singles, layout.LEARNING_CURVE, components, context, environment), executor)


def write_learning_curve(recipe: TrainingRecipe, writer: RunWriter) -> None:
    """Write learning-curve.json from the runs over folds, seeds and shares, which are finished."""
    writer.json(layout.LEARNING_CURVE_JSON, _curves(recipe, writer.directory).to_json())


@dataclass(frozen=True)
class Scored:
    """What a run, in its directory, predicted of the labelled texts of `split`: indicators [N, C], by id."""

    directory: Path
    split: str

    @cached_property
    def metrics(self) -> Mapping[str, SplitMetrics]:
        """Return the metrics by split."""
        return splits_from_json(json.loads((self.directory / layout.METRICS).read_bytes()))

    def baseline(self, name: str) -> BaselineResult | None:
        """Return the figures of a baseline; None if it was left out."""
        found = self.metrics[self.split].baselines.get(name)
        return found if isinstance(found, BaselineResult) else None

    @cached_property
    def values(self) -> tuple[list[str], list[str]]:
        """Return the labels of the texts, and what was predicted of them."""
        columns = ("split", "id", "label", "predicted")
        frame = read_predictions(predictions_file(self.directory), columns)
        frame = frame[(frame["split"] == self.split) & frame["label"].notna()].sort_values("id")
        return [*frame["label"]], [*frame["predicted"].fillna("")]


def _curves(recipe: TrainingRecipe, directory: Path) -> LearningCurves:
    places = _directories(recipe, directory)
    first = Scored(places[0][0], "")
    split = next(name for name in ("test", "validation") if name in first.metrics)
    grid = [[Scored(place, split) for place in row] for row in places]
    shares = (*sorted(recipe.data.learning_curve or ()), 1.0)
    sizes = [float(np.mean([run.metrics["train"].n for run in column])) for column in zip(*grid, strict=True)]
    table = Table(grid, sizes, _folds_of(recipe), recipe.data.label_separator)
    return LearningCurves(
        split=split,
        over="folds" if table.folds else "seeds",
        shares=shares,
        model=table.curve(accuracy),
        classes={name: table.curve(table.f1_of(name)) for name in table.lasting},
        baselines=dict(table.baselines()),
    )


def _directories(recipe: TrainingRecipe, directory: Path) -> list[list[Path]]:
    """Return the directories of the runs, a row for each fold and seed, a column for each size."""
    own = single_runs(recipe)
    curve = directory / layout.LEARNING_CURVE
    last = {name: directory / layout.FOLDS / name for name in own}
    if not own:
        last = {f"seed-{recipe.seed}": directory}
        others = [name for name in curve_runs(recipe) if name.startswith("all-")]
        last |= {name.removeprefix("all-"): curve / name for name in others}
    shares = sorted(recipe.data.learning_curve or ())
    return [[*(curve / f"share-{share}-{name}" for share in shares), full] for name, full in last.items()]


def _folds_of(recipe: TrainingRecipe) -> list[int]:
    """Return the fold of each row of `_directories`; none if the runs differ by seed alone."""
    folds = [single.data.folds for single in single_runs(recipe).values() if single.data.folds is not None]
    found = [of.only for of in folds if of.only is not None]
    return found if len({*found}) > 1 else []


@dataclass(frozen=True)
class Table:
    """The runs of a learning curve: a row for each fold and seed, a column for each of the `sizes`.

    `folds` has the fold of each row, and is empty if the rows differ by seed alone.
    """

    grid: Sequence[Sequence[Scored]]
    sizes: Sequence[float]
    folds: Sequence[int]
    separator: str | None

    @cached_property
    def classes(self) -> list[str]:
        """Return the classes that the held-out texts have, the most frequent ones first."""
        counts = Counter[str]()
        for row in self.grid:
            counts.update(self._parts(row[-1].values[0]))
        return sorted(counts, key=lambda name: (-counts[name], name))

    @cached_property
    def lasting(self) -> list[str]:
        """Return the classes, in alphabetical order, that every fold holds enough texts of."""
        fewest = np.min([labels.sum(axis=0) for ((labels, _), *_) in self.outcomes], axis=0)
        enough = [name for name, n in zip(self.classes, fewest, strict=True) if n >= FEWEST_OF_CLASS]
        return sorted(enough[:MOST_CLASSES])

    @cached_property
    def outcomes(self) -> list[list[tuple[BoolArray, BoolArray]]]:
        """Return the classes of the texts and those predicted, both [N, C], by row and column."""
        return [[self._indicators(run) for run in row] for row in self.grid]

    def _indicators(self, run: Scored) -> tuple[BoolArray, BoolArray]:
        labels, predicted = (indicators(values, self.classes, self.separator) for values in run.values)
        return labels, predicted

    def f1_of(self, name: str) -> Callable[[BoolArray, BoolArray], Ratio]:
        """Return the score of one class."""
        column = self.classes.index(name)
        return lambda labels, predicted: f1(labels, predicted, column)

    def curve(self, score: Callable[[BoolArray, BoolArray], Ratio]) -> Curve:
        """Return the curve of a score."""
        ratios = [[score(*outcome) for outcome in row] for row in self.outcomes]
        scores = np.array([[ratio.score for ratio in row] for row in ratios])
        return learning_curve(self.sizes, self._by_fold(scores), None if self.folds else _shared(ratios))

    def baselines(self) -> Iterator[tuple[str, Curve]]:
        """Yield the curve of the accuracy of each baseline that all runs have.

        The texts scatter its scores as they do those of the model.
        """
        shared = None
        if not self.folds:
            shared = _shared([[accuracy(*outcome) for outcome in row] for row in self.outcomes])
        for name in self.grid[0][-1].metrics[self.grid[0][-1].split].baselines:
            fitted = [[run.baseline(name) for run in row] for row in self.grid]
            scores = np.array([[np.nan if each is None else each.accuracy for each in row] for row in fitted])
            if not np.isnan(scores).any():
                yield name, learning_curve(self.sizes, self._by_fold(scores), shared)

    def _by_fold(self, scores: Floats) -> Floats:
        """Return the scores with a row for each fold: the mean over its seeds."""
        if not self.folds:
            return scores
        rows = [scores[np.array(self.folds) == fold].mean(axis=0) for fold in dict.fromkeys(self.folds)]
        return np.array(rows)

    def _parts(self, labels: Sequence[str]) -> list[str]:
        if self.separator is None:
            return [*labels]
        return [part for label in labels if label for part in label.split(self.separator)]


def _shared(ratios: Sequence[Sequence[Ratio]]) -> Floats:
    """Return the covariance of the scores by the choice of the texts, which all rows hold out."""
    parts = np.mean([[ratio.parts for ratio in row] for row in ratios], axis=0)
    return shared_noise(parts, np.mean([[ratio.wholes for ratio in row] for row in ratios], axis=0))
