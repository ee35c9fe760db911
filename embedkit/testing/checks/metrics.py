"""Checks of metrics, and one of the tasks that metrics and baselines list."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from embedkit.interfaces.flags import SINGLE_LABEL, tasks_of
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import does_its_work, leaves_its_input_alone
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.interfaces import Task

CLASSES: dict[Task, tuple[str, ...]] = {
    "binary": ("negative", "positive"),
    "multiclass": ("negative", "neutral", "positive"),
    "multilabel": ("negative", "neutral", "positive"),
}
OTHER_NAMES = ("7", "ä b", "")
"""Names that a class may have, too."""


@dataclass(frozen=True)
class Predicted:
    """What a metric is given."""

    labels: NDArray[Any]
    predicted: NDArray[Any]
    probabilities: NDArray[Any]
    classes: Sequence[str]

    @classmethod
    def of(cls, task: Task, seed: int = 0) -> Predicted:
        """Make predictions for texts of every class, some right, some wrong and some with equal scores."""
        import numpy as np

        generator, count = np.random.default_rng(seed), len(CLASSES[task])
        labels = np.arange(12) % count
        scores = generator.integers(1, 5, (12, count)) + 2.0 * np.eye(count)[labels]
        if task == "multilabel":
            probabilities = scores / 7
            several = np.eye(count, dtype=bool)[labels] | (generator.random((12, count)) < 0.2)
            return cls(several, probabilities >= 0.5, probabilities, CLASSES[task])
        probabilities = scores / scores.sum(axis=1, keepdims=True)
        return cls(labels, probabilities.argmax(axis=1), probabilities, CLASSES[task])

    def taken(self, rows: Any) -> Predicted:
        """Return the texts in these rows."""
        return replace(
            self,
            labels=self.labels[rows],
            predicted=self.predicted[rows],
            probabilities=self.probabilities[rows],
        )

    def scored_by(self, metric: Any) -> Any:
        """Return what a metric gives for copies of all this."""
        copies = (array.copy() for array in (self.labels, self.predicted, self.probabilities))
        return metric.score(*copies, tuple(self.classes))


def _cases(subject: Subject) -> Iterator[tuple[Any, Task, Predicted]]:
    """Yield the metric with predictions for each of its tasks."""
    for task in tasks_of(subject.make()) or SINGLE_LABEL:
        yield subject.make(), task, Predicted.of(task)


def _check(metric: Any, predicted: Predicted) -> Any:
    """Return the figure. Raises ComponentError if it is none."""
    from embedkit.interfaces.contracts import check_figure

    return check_figure(metric, predicted.scored_by(metric))


@check("metric", "baseline")
def tasks_are_known(subject: Subject) -> None:
    """`tasks` lists some of `binary`, `multiclass` and `multilabel`, and nothing else."""
    tasks_of(subject.make())


@check("metric", requires=(does_its_work, tasks_are_known))
def metric_figure(subject: Subject) -> None:
    """`score` returns a finite number, a mapping, or None where the metric is not defined."""
    from embedkit.interfaces.contracts import check_figure

    metric, _, predicted = next(_cases(subject))
    figure = predicted.scored_by(metric)
    if not isinstance(figure, Mapping):
        check_figure(metric, figure)


@check("metric", requires=(metric_figure,))
def metric_mapping(subject: Subject) -> None:
    """A mapping has strings as keys, and only what JSON can hold."""
    metric, _, predicted = next(_cases(subject))
    _check(metric, predicted)


@check("metric", requires=(metric_mapping,))
def metric_each_task(subject: Subject) -> None:
    """It scores each of its `tasks`: two classes, several, and several labels of a text."""
    for metric, _, predicted in _cases(subject):
        _check(metric, predicted)


@check("metric", requires=(metric_each_task,))
def metric_absent_class(subject: Subject) -> None:
    """Where a class has no text, or one has all of them, it gives a finite number, a mapping or None."""
    for metric, task, predicted in _cases(subject):
        for column in range(len(predicted.classes)):
            own = predicted.labels[:, column] if task == "multilabel" else predicted.labels == column
            for rows in (own, ~own):
                _check(metric, predicted.taken(rows))


@check("metric", requires=(metric_absent_class,))
def metric_one_text(subject: Subject) -> None:
    """For a single text it gives a finite number, a mapping or None."""
    for metric, _, predicted in _cases(subject):
        for row in range(len(predicted.labels)):
            _check(metric, predicted.taken([row]))


@check("metric", requires=(metric_each_task,))
def metric_certain_probabilities(subject: Subject) -> None:
    """Probabilities of exactly 0 and 1 are scored, also where they are wrong."""
    import numpy as np

    for metric, task, predicted in _cases(subject):
        count = len(predicted.classes)
        chosen = predicted.predicted if task == "multilabel" else np.eye(count)[predicted.predicted]
        _check(metric, replace(predicted, probabilities=chosen.astype(np.float64)))


@check("metric", requires=(metric_each_task,))
def metric_text_order(subject: Subject) -> None:
    """The order of the texts does not matter, also where some have equal probabilities."""
    import numpy as np

    from embedkit.interfaces.consistency import check_figure_again

    for metric, _, predicted in _cases(subject):
        equal = np.full_like(predicted.probabilities, 1 / len(predicted.classes))
        for each in (predicted, replace(predicted, probabilities=equal)):
            first = _check(metric, each)
            for seed in range(4):
                rows = np.random.default_rng(seed).permutation(len(each.labels))
                check_figure_again(metric, first, _check(metric, each.taken(rows)))


@check("metric", requires=(metric_each_task,))
def metric_class_names(subject: Subject) -> None:
    """Classes may have any names: the number does not depend on them."""
    from embedkit.interfaces.consistency import is_same_figure

    for metric, _, predicted in _cases(subject):
        named = replace(predicted, classes=OTHER_NAMES[: len(predicted.classes)])
        figures = [_check(metric, each) for each in (predicted, named)]
        if not any(isinstance(figure, Mapping) for figure in figures):
            same, (first, second) = is_same_figure(*figures), figures
            expect(same, f"{first!r:.80} with other names of the classes, too", f"{second!r:.80}")


@check("metric", requires=(leaves_its_input_alone, metric_each_task))
def metric_read_only(subject: Subject) -> None:
    """`score` takes arrays that cannot be written to, as those of a run are."""
    from embedkit.plugin.wrappers.models import read_only

    for metric, _, predicted in _cases(subject):
        arrays = (predicted.labels, predicted.predicted, predicted.probabilities)
        metric.score(*map(read_only, arrays), tuple(predicted.classes))


@check("metric", requires=(metric_each_task,))
def metric_direction(subject: Subject) -> None:
    """Perfect predictions do not get a worse number than wrong ones, given what `smaller_is_better` says."""
    from embedkit.evaluation.direction import check_direction

    for metric, task, _ in _cases(subject):
        check_direction(metric, task)


def listed_task(component: Any) -> Task:
    """Return the first task that a metric or a baseline lists, `binary` if it lists none that is known."""
    tasks = getattr(component, "tasks", SINGLE_LABEL)
    listed = tasks if isinstance(tasks, Collection) else ()
    return next((task for task in CLASSES if task in listed), "binary")


def _arguments(number: int) -> dict[Task, Predicted]:
    return {task: Predicted.of(task, number) for task in CLASSES}


def _work(metric: Any, arguments: dict[Task, Predicted]) -> Any:
    """Score predictions of the first task of the metric."""
    given = arguments[listed_task(metric)]
    return metric.score(given.labels, given.predicted, given.probabilities, given.classes)


EXERCISE = Exercise("metric", _arguments, _work)
