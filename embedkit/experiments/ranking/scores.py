"""How trainings of candidates did on the texts that they held out, read from their run directories."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean
from typing import TYPE_CHECKING

import numpy as np

from embedkit.errors import EmbedkitError, Fault, RunError
from embedkit.evaluation.comparison.matching import DRAWN
from embedkit.evaluation.ranking.scores import CandidateScores, FoldScores, Measure
from embedkit.model.token_states import OF_PIECES, OF_WORDS
from embedkit.recipe.combinations.ids import REPEATS
from embedkit.recipe.frozen import thaw
from embedkit.runs import layout
from embedkit.runs.run import Run

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.experiments.plan import Job
    from embedkit.interfaces import Metric
    from embedkit.recipe.document import Plain

TEST = "test"
MODEL_FILES = (
    layout.WEIGHTS,
    layout.VOCABULARY,
    layout.MODEL,
    layout.BASELINE,
    layout.BASELINE_ARRAYS,
    layout.AVERAGED,
    layout.AVERAGED_ARRAYS,
)


@dataclass(frozen=True)
class Trained:
    """A training of a candidate, and how it did on the texts that it held out.

    `ids` int64 [n] are ascending, `right` bool [n] says which of these texts it has right; `score` is the
    metric of the ranking, None where it is not defined. `labels` are those that the texts have. `bytes` is
    the size of the model, `coverage` the share of the held-out tokens that have a vector, None for a model
    without vectors. `resampled` gives the metric of any of these texts, where it was asked for.
    """

    job: Job
    ids: NDArray[np.int64]
    right: NDArray[np.bool_]
    score: float | None
    labels: frozenset[str]
    trained_on: int
    seconds: float
    bytes: int
    coverage: float | None
    resampled: Resampled | None = None


@dataclass(frozen=True, eq=False)
class Resampled:
    """The metric of any of the texts of a test split, which may be drawn more than once.

    `labels` and `predicted` int64 [n] index the classes, `probabilities` is float64 [n, C].
    """

    metric: Metric
    labels: NDArray[np.int64]
    predicted: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    classes: Sequence[str]

    def __call__(self, positions: NDArray[np.int64]) -> float | None:
        """Return the metric of the texts at these positions, int64 [m], or None where it is not defined."""
        labels, predicted = self.labels[positions], self.predicted[positions]
        try:
            value = self.metric.score(labels, predicted, self.probabilities[positions], self.classes)
        except EmbedkitError:
            return None
        return float(value) if isinstance(value, int | float) else None


def resampled(run: Run, metric: Metric) -> Resampled | None:
    """Return the metric of the test texts of a run, to be resampled; None if texts have several labels."""
    classes: list[str] = run.read_json(layout.MODEL)["classes"]
    columns = [f"p_{label}" for label in classes]
    frame = run.read_predictions(["split", "id", "label", "predicted", *columns])
    frame = frame[frame["split"] == TEST].sort_values("id")
    position = {label: number for number, label in enumerate(classes)}
    named = [frame[column].map(position) for column in ("label", "predicted")]
    if any(each.isna().any() for each in named):
        return None
    labels, predicted = (np.asarray(each, np.int64) for each in named)
    return Resampled(metric, labels, predicted, frame[columns].to_numpy("float64"), classes)


def read_training(job: Job, directory: Path, measure: Measure, metric: Metric | None = None) -> Trained:
    """Read how a finished training did on its test split; `metric` is given where it is to be resampled.

    Raises RunError if a file of the run is damaged, or if the run has no labelled test split.
    """
    run = Run(directory / job.id)
    if TEST not in run.metrics or not run.labelled(TEST):
        what = "the recipe names no test split with labels, so there is nothing to rank by"
        raise RunError(Fault(what, where=str(run.path)))
    frame = run.read_predictions(["split", "id", "label", "predicted"])
    frame = frame[frame["split"] == TEST].sort_values("id")
    value = run.results[TEST].value(measure.metric)
    return Trained(
        job=job,
        ids=frame["id"].to_numpy("int64"),
        right=(frame["label"] == frame["predicted"]).to_numpy(),
        score=float(value) if isinstance(value, int | float) else None,
        labels=frozenset(frame["label"]),
        trained_on=run.results["train"].n,
        seconds=seconds_of(run.path / layout.LOG),
        bytes=sum((run.path / name).stat().st_size for name in MODEL_FILES if run.has(name)),
        coverage=_coverage(run),
        resampled=resampled(run, metric) if metric is not None else None,
    )


def _coverage(run: Run) -> float | None:
    """Return the share of the test split's tokens that have a vector; None where the run has no vectors.

    A text encoder has one for every word but unknown ones.
    """
    if not run.has(layout.EMBEDDING):
        return None
    tokens = run.read_json(layout.EMBEDDING)["coverage"][TEST]["tokens"]
    of = OF_PIECES if OF_PIECES.amount in tokens else OF_WORDS
    whole = sum(tokens[state] for state in of.states)
    known = sum(tokens[state] for state in of.states if state not in of.without_vector)
    return known / whole if whole else None


def seconds_of(log: Path) -> float:
    """Return the seconds from the last start of a run to its end, by its log; 0.0 where that is damaged."""
    try:
        events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
        times = [(event["event"], datetime.fromisoformat(event["time"])) for event in events]
        begun = [time for name, time in times if name == "started"] or [times[0][1]]
        return max(0.0, (times[-1][1] - begun[-1]).total_seconds())
    except (OSError, ValueError, KeyError, IndexError, TypeError):
        return 0.0


def fold_of(job: Job) -> int:
    """Return the number of the fold that a job holds out; a fixed test split is fold 0."""
    return job.axes.fold or 0


def scores_of(name: str, trained: Sequence[Trained]) -> CandidateScores:
    """Return the scores of a candidate by fold; a fixed test split is fold 0.

    Raises RunError if two seeds of a fold were tested on different texts.
    """
    by_fold: Mapping[int, list[Trained]] = defaultdict(list)
    for each in trained:
        by_fold[fold_of(each.job)].append(each)
    coverage = [each.coverage for each in trained if each.coverage is not None]
    return CandidateScores(
        name=name,
        folds={fold: _averaged(own) for fold, own in sorted(by_fold.items())},
        seconds=fmean(each.seconds for each in trained) if trained else 0.0,
        bytes=max((each.bytes for each in trained), default=None),
        coverage=fmean(coverage) if coverage else None,
        axes={key: value for key, value in _matrix(trained).items() if key not in REPEATS},
    )


def _matrix(trained: Sequence[Trained]) -> Plain:
    """Return the axes of the matrix that a candidate is a combination of; empty where there is none."""
    return thaw(trained[0].job.axes.matrix) if trained else {}


def _averaged(seeds: Sequence[Trained]) -> FoldScores:
    first = seeds[0]
    if any(not np.array_equal(first.ids, other.ids) for other in seeds[1:]):
        what = f"the seeds of {first.job.candidate} were not tested on the same texts"
        raise RunError(Fault(what, hint=DRAWN))
    scores = [each.score for each in seeds if each.score is not None]
    return FoldScores(
        ids=first.ids,
        right=np.mean([each.right for each in seeds], axis=0),
        score=fmean(scores) if len(scores) == len(seeds) else None,
        test_per_training=len(first.ids) / first.trained_on,
        resampled=_mean_of([each.resampled for each in seeds]),
    )


def _mean_of(seeds: Sequence[Resampled | None]) -> Callable[[NDArray[np.int64]], float | None] | None:
    """Return what gives the mean over seeds of the metric of some texts; None if a seed does not tell."""
    known = [each for each in seeds if each is not None]
    if len(known) < len(seeds):
        return None

    def mean(positions: NDArray[np.int64]) -> float | None:
        values = [value for each in known if (value := each(positions)) is not None]
        return fmean(values) if len(values) == len(known) else None

    return mean
