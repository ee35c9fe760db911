"""Checks of baselines and of what they are fitted to."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import DataError
from embedkit.interfaces import BaselineState
from embedkit.interfaces.flags import SINGLE_LABEL, tasks_of
from embedkit.testing.check import check, expect
from embedkit.testing.checks.common import does_its_work, leaves_its_input_alone
from embedkit.testing.checks.metrics import listed_task, tasks_are_known
from embedkit.testing.exercise import Exercise
from embedkit.testing.subject import Subject

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.interfaces import Task

TEXTS = (
    "a great film",
    "great fun and great music",
    "dull and slow",
    "a dull film",
    "so dull a play",
    "dull music",
    "an odd film",
    "odd and strange",
    "such odd actors",
    "an odd play",
    "it is odd",
    "odd music and odd words",
)
"""Texts of three kinds, each with a word that no other has: 2, 4 and 6."""

KIND = (0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2)

CLASSES: dict[Task, tuple[str, ...]] = {
    "binary": ("pear", "fig"),
    "multiclass": ("pear", "fig", "apple"),
    "multilabel": ("pear", "fig", "apple"),
}
"""Classes by task, not in the order of the alphabet."""

UNSEEN = ("zebra quagga", "zebra", "Ωμέγα", "!?", "great zebra")
"""Texts with words that training does not have."""


@dataclass(frozen=True)
class Training:
    """What a baseline is fitted to. Of single labels, a class has more texts than those before it."""

    task: Task
    texts: Sequence[str]
    labels: NDArray[Any]
    classes: Sequence[str]

    @classmethod
    def of(cls, task: Task) -> Training:
        """Make the training texts of a task."""
        import numpy as np

        kind = np.array(KIND, dtype=np.int64)
        if task == "multilabel":
            first = np.arange(len(kind)) % 2 == 0
            labels: NDArray[Any] = np.stack([kind == 0, kind == 1, (kind == 2) | first], axis=1)
        else:
            labels = np.minimum(kind, len(CLASSES[task]) - 1)
        return cls(task, TEXTS, labels, CLASSES[task])


def _fit(made: Any, training: Training) -> Any:
    return made.fit([*training.texts], training.labels.copy(), tuple(training.classes))


def _tasks(subject: Subject) -> Sequence[Task]:
    return tasks_of(subject.make()) or SINGLE_LABEL


def _trained(subject: Subject) -> tuple[Training, Any]:
    """Return the texts of the first task of a baseline, and the baseline fitted to them."""
    training = Training.of(_tasks(subject)[0])
    return training, _fit(subject.make(), training)


def _check(fitted: Any, texts: Sequence[str], training: Training) -> NDArray[np.float64]:
    """Return the probabilities of texts. Raises ComponentError if they are none."""
    from embedkit.interfaces.contracts import check_probabilities

    several = training.task == "multilabel"
    given = fitted.probabilities([*texts])
    return check_probabilities(fitted, given, len(texts), len(training.classes), several)


@check("baseline", requires=(does_its_work, tasks_are_known))
def baseline_probabilities_shape(subject: Subject) -> None:
    """`probabilities` returns an array of float64 [n, C]: a row for each text, a column for each class."""
    training, fitted = _trained(subject)
    given = fitted.probabilities([*training.texts])
    shape = (len(training.texts), len(training.classes))
    came = f"{getattr(given, 'dtype', type(given).__name__)} {[*getattr(given, 'shape', ())]}"
    fits = getattr(given, "shape", None) == shape and str(given.dtype) == "float64"
    expect(fits, f"an array of float64 {[*shape]}", came)


@check("baseline", requires=(baseline_probabilities_shape,))
def baseline_probabilities_sum(subject: Subject) -> None:
    """Probabilities are from 0 to 1, and those of a text add up to 1, unless it may have several labels."""
    training, fitted = _trained(subject)
    _check(fitted, training.texts, training)


@check("baseline", requires=(baseline_probabilities_sum,))
def baseline_each_task(subject: Subject) -> None:
    """It learns each of its `tasks`: two classes, several, and several labels of a text."""
    for task in _tasks(subject):
        training = Training.of(task)
        _check(_fit(subject.make(), training), training.texts, training)


@check("baseline", requires=(baseline_each_task,))
def baseline_missing_class(subject: Subject) -> None:
    """A class that no training text has still has its column."""
    for task in _tasks(subject):
        training = Training.of(task)
        if task == "binary":
            continue  # both of two classes occur, or there is nothing to learn
        if task == "multilabel":
            labels = training.labels.copy()
            labels[:, 1] = False
            absent = [replace(training, labels=labels)]
        else:
            names, between = ("pear", "fig", "apple", "date"), training.labels + (training.labels > 0)
            absent = [replace(training, classes=names, labels=each) for each in (training.labels, between)]
        for each in absent:
            _check(_fit(subject.make(), each), each.texts, each)


@check("baseline", requires=(baseline_probabilities_sum,))
def baseline_class_order(subject: Subject) -> None:
    """The columns stand in the order of `classes`: a frequent class is not less probable than a rare one."""
    for task in _tasks(subject):
        training = Training.of(task)
        if task == "multilabel":
            continue
        mean = _check(_fit(subject.make(), training), training.texts, training).mean(axis=0)
        ascending = bool((mean[1:] >= mean[:-1] - 1e-6).all())
        told = ", ".join(f"{name} {share:.2f}" for name, share in zip(training.classes, mean, strict=True))
        expect(ascending, "mean probabilities that rise with the number of training texts", told)


@check("baseline", requires=(baseline_probabilities_sum,))
def baseline_unseen_words(subject: Subject) -> None:
    """A text whose words training does not have gets probabilities, too."""
    training, fitted = _trained(subject)
    _check(fitted, UNSEEN, training)


@check("baseline", requires=(baseline_probabilities_sum,))
def baseline_empty_text(subject: Subject) -> None:
    """A text without words gets probabilities, too."""
    training, fitted = _trained(subject)
    _check(fitted, ("", "a great film", " "), training)


@check("baseline", requires=(baseline_probabilities_sum,))
def baseline_text_alone(subject: Subject) -> None:
    """The probabilities of a text do not depend on the other texts that are asked for with it."""
    from embedkit.interfaces.consistency import check_baseline

    training, fitted = _trained(subject)
    probabilities = _check(fitted, training.texts, training)
    check_baseline(fitted, training.texts, probabilities, training.task == "multilabel")


@check("baseline", requires=(baseline_probabilities_sum,))
def baseline_fits_independent(subject: Subject) -> None:
    """Fitting again, to other texts, does not change what was fitted before."""
    made, training = subject.make(), Training.of(_tasks(subject)[0])
    fitted = _fit(made, training)
    before = _check(fitted, training.texts, training)
    _fit(made, replace(training, labels=training.labels[::-1].copy()))
    same = bool((_check(fitted, training.texts, training) == before).all())
    expect(same, "the same probabilities once another fit has been made", "others")


@check("baseline", requires=(does_its_work, tasks_are_known))
def baseline_nothing_to_learn(subject: Subject) -> None:
    """Where nothing can be learned from texts, `fit` raises a DataError if it raises anything."""
    training = Training.of(_tasks(subject)[0])
    for text in ("", " ", "!"):
        try:
            _fit(subject.make(), replace(training, texts=[text] * len(TEXTS)))
        except DataError:
            continue


@check("baseline", requires=(leaves_its_input_alone, tasks_are_known))
def baseline_labels_read_only(subject: Subject) -> None:
    """`fit` takes labels that cannot be written to, as those of a run are."""
    from embedkit.plugin.wrappers.models import read_only

    training = Training.of(_tasks(subject)[0])
    subject.make().fit([*training.texts], read_only(training.labels), tuple(training.classes))


@check("baseline", requires=(does_its_work, tasks_are_known))
def baseline_chosen(subject: Subject) -> None:
    """`chosen`, if a fit has it, gives texts and finite numbers by name."""
    from embedkit.interfaces.contracts import check_chosen

    check_chosen(_trained(subject)[1])


@check("baseline", requires=(does_its_work, tasks_are_known))
def baseline_evidence(subject: Subject) -> None:
    """`evidence`, if a fit has it, gives float64 [C] by n-gram, for any text."""
    from embedkit.interfaces.contracts import check_evidence

    training, fitted = _trained(subject)
    if hasattr(fitted, "evidence"):
        for text in (*training.texts, *UNSEEN, ""):
            check_evidence(fitted, fitted.evidence(text), len(training.classes))


@check("baseline", requires=(does_its_work, tasks_are_known))
def baseline_state_and_restore(subject: Subject) -> None:
    """A fit has `state` if and only if its baseline has `restore`: one of them alone is of no use."""
    has = {"state": hasattr(_trained(subject)[1], "state"), "restore": hasattr(subject.make(), "restore")}
    names = [name for name, there in has.items() if there]
    expect(len(names) != 1, "both of `state` and `restore`, or neither", f"`{''.join(names)}` alone")


@check("baseline", requires=(baseline_state_and_restore, baseline_probabilities_sum))
def baseline_state_plain(subject: Subject) -> None:
    """A state has finite arrays of numbers, and data that JSON can hold."""
    from embedkit.interfaces.contracts import check_state

    _, fitted = _trained(subject)
    if hasattr(fitted, "state"):
        check_state(fitted, fitted.state())


@check(
    "baseline",
    requires=(baseline_state_plain, baseline_each_task, baseline_unseen_words, baseline_empty_text),
)
def baseline_restores(subject: Subject) -> None:
    """Written to files and restored from them, a fit gives the same probabilities, bit for bit."""
    for task in _tasks(subject):
        training = Training.of(task)
        fitted = _fit(subject.make(), training)
        if not hasattr(fitted, "state"):
            return
        restored = _through_files(subject, fitted, training)
        texts = (*training.texts, *UNSEEN, "")
        given, again = (_check(each, texts, training) for each in (fitted, restored))
        expect(
            bool((given == again).all()), "the same probabilities", f"others, {abs(given - again).max():.2g}"
        )


def _through_files(subject: Subject, fitted: Any, training: Training) -> Any:
    """Return what another baseline restores from the files that a run would write."""
    from embedkit.data.labels import Labelling
    from embedkit.inference.baseline_state import restore, save_state
    from embedkit.interfaces.contracts import check_state
    from embedkit.runs import layout
    from embedkit.runs.writer import RunWriter

    labelling = Labelling(tuple(training.classes), "," if training.task == "multilabel" else None)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        save_state(RunWriter(folder), check_state(fitted, fitted.state()))
        stored = json.loads((folder / layout.BASELINE).read_text(encoding="utf-8"))
        return restore(subject.make(), stored, folder / layout.BASELINE_ARRAYS, labelling)


@check("baseline", requires=(baseline_restores,))
def baseline_restore_refuses(subject: Subject) -> None:
    """`restore` raises a DataError for what cannot be a state: a part missing, of another size or type."""
    training, fitted = _trained(subject)
    if not hasattr(fitted, "state"):
        return
    for what, state in _damaged(fitted.state()):
        try:
            restored = subject.make().restore(state, tuple(training.classes), training.task)
        except DataError:
            continue
        except Exception as error:
            expect(False, f"a DataError for a state with {what}", f"{type(error).__name__}: {error}")
            continue
        try:  # a part may be of no importance: then what is restored has to work
            _check(restored, (*training.texts, ""), training)
        except Exception as error:
            expect(False, f"a DataError for a state with {what}", f"a fit that fails: {error}")


def _damaged(state: BaselineState) -> Iterator[tuple[str, BaselineState]]:
    """Yield states that differ from `state` in one respect, each with what it is."""
    yield "nothing in it", BaselineState()
    for name, array in state.arrays.items():
        others = {key: each for key, each in state.arrays.items() if key != name}
        yield f"no array '{name}'", BaselineState(others, state.data)
        for what, other in _damaged_arrays(array):
            yield f"'{name}' {what}", BaselineState({**others, name: other}, state.data)
    for name in state.data:
        rest = {key: each for key, each in state.data.items() if key != name}
        yield f"no '{name}'", BaselineState(state.arrays, rest)
        values: tuple[Any, ...] = (None, "nonsense", -1, ["nonsense"], {})
        for value in values:
            yield f"{value!r} as '{name}'", BaselineState(state.arrays, {**rest, name: value})


def _damaged_arrays(array: NDArray[Any]) -> Iterator[tuple[str, NDArray[Any]]]:
    import numpy as np

    yield "in another dimension", array[None]
    yield "of another type", array.astype(np.uint8 if array.dtype.kind == "f" else np.float32)
    for axis in range(array.ndim):
        yield f"longer by one along axis {axis}", np.concatenate([array, array.take([0], axis)], axis)
        yield f"shorter by one along axis {axis}", array.take(range(array.shape[axis] - 1), axis)
        yield f"empty along axis {axis}", array.take([], axis)
    if array.dtype.kind in "iu":
        yield "of large numbers", np.full_like(array, np.iinfo(array.dtype).max)


@dataclass(frozen=True)
class _Work:
    """The texts and labels of an exercise, by task, and texts whose probabilities are asked for."""

    texts: list[str]
    labels: dict[Task, NDArray[Any]]
    asked: list[str]


def _arguments(number: int) -> _Work:
    labels = {task: Training.of(task).labels.copy() for task in CLASSES}
    texts = [*TEXTS][:: 1 - 2 * number]
    return _Work(
        texts, labels, [["a great film", "so dull"], ["odd music", "dull and odd", "a great play"]][number]
    )


def _work(made: Any, arguments: _Work) -> Any:
    """Fit the baseline to the first of its tasks, and return the probabilities of other texts."""
    task = listed_task(made)
    fitted = made.fit(arguments.texts, arguments.labels[task], CLASSES[task])
    return fitted.probabilities(arguments.asked)


EXERCISE = Exercise("baseline", _arguments, _work)
