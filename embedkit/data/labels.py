"""What a label says: the one class of a text or, where a recipe has a separator, any number of classes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from embedkit.errors import DataError, Fault, nearest
from embedkit.interfaces import Example

if TYPE_CHECKING:
    from embedkit.data.examples import Examples
    from embedkit.interfaces import BoolArray, IntArray, Task


@dataclass(frozen=True)
class Labelling:
    """The classes in order, of two the positive one last, and what separates the labels of one text."""

    classes: tuple[str, ...]
    separator: str | None = None

    @property
    def multilabel(self) -> bool:
        """Whether a text may be of several classes, or of none."""
        return self.separator is not None

    @property
    def task(self) -> Task:
        """What is told of a text."""
        return "multilabel" if self.multilabel else "binary" if len(self.classes) == 2 else "multiclass"

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {label: index for index, label in enumerate(self.classes)}

    def targets(self, labels: Sequence[str | None]) -> IntArray | BoolArray:
        """The index of each label, int64 [n]; of several labels which there are, bool [n, C].

        Where no label is known (None) it is 0, or no class.
        """
        import numpy as np

        if not self.multilabel:
            return np.array([0 if label is None else self._index[label] for label in labels], np.int64)
        targets = np.zeros((len(labels), len(self.classes)), np.bool_)
        for row, label in zip(targets, labels, strict=True):
            row[[self._index[part] for part in parts_of(label or "", self.separator)]] = True
        return targets

    def written(self, targets: IntArray | BoolArray) -> list[str]:
        """Targets as labels again, several in the order of the classes: the same ones are the same text."""
        if self.separator is None:
            return [self.classes[index] for index in targets.tolist()]
        return [
            self.separator.join(label for label, there in zip(self.classes, row, strict=True) if there)
            for row in targets.tolist()
        ]


def parts_of(label: str, separator: str | None) -> tuple[str, ...]:
    """The labels that a label field names: itself or, where there is a separator, any number of them."""
    if separator is None:
        return (label,)
    return tuple(label.split(separator)) if label else ()


def settle_labels(examples: Examples, separator: str | None, where: str) -> Examples:
    """The examples, the labels of each in one order, so that the same labels are the same text.

    Raises DataError for a label that is empty, which only all of several may be, and for one named twice.
    """
    faults = [
        fault
        for number, label in zip(examples.ids, examples.labels, strict=True)
        for fault in _malformed(number, label, separator, where)
    ]
    if faults:
        raise DataError(*faults)
    if separator is None:
        return examples
    in_order = {label: _sorted(label, separator) for label in {*examples.labels}}
    return examples.labelled([in_order[label] for label in examples.labels])


def _sorted(label: str | None, separator: str) -> str | None:
    return label and separator.join(sorted(label.split(separator), key=label_order))


def _malformed(number: int, label: str | None, separator: str | None, where: str) -> Iterator[Fault]:
    parts = () if label is None else parts_of(label, separator)
    if separator is None and "" in parts:
        hint = "Texts that may have no label, or several, need data.label_separator."
        yield Fault(f"the label of example {number} is empty", where, hint=hint)
    elif "" in parts:
        yield Fault(f"one of the labels of example {number} is empty: '{label}'", where)
    elif len({*parts}) < len(parts):
        yield Fault(f"example {number} has a label twice: '{label}'", where)


def labelling_of(
    splits: Mapping[str, Sequence[Example]], given: Sequence[str] | None = None, separator: str | None = None
) -> Labelling:
    """The classes as `given`, or the training labels sorted, whole numbers as numbers.

    Raises DataError for an example without a label, for labels that leave nothing to learn, and for a label
    that training has never seen.
    """
    seen = {example.label: example for example in splits["train"]}
    if None in seen:
        raise DataError(Fault(f"example {seen[None].id} has no label", where="data.train"))
    fields = [label for label in seen if label is not None]
    labels = {part for field in fields for part in parts_of(field, separator)}
    if len(fields) < 2:
        said = f"every example is labelled '{fields[0]}'" if fields[0] else "no example has a label"
        raise DataError(Fault(f"{said}: nothing to learn", where="data.train"))
    if len(labels) < 2:
        hint = "A label that is there or not is one of two classes: leave data.label_separator out."
        what = f"there is one label, '{min(labels)}', and several need two"
        raise DataError(Fault(what, where="data.train", hint=hint))
    classes = tuple(given) if given is not None else tuple(sorted(labels, key=label_order))
    labelling = Labelling(classes, separator)
    refuse_unseen(splits, labels & set(classes), labelling)
    return labelling


def refuse_unseen(splits: Mapping[str, Sequence[Example]], known: set[str], labelling: Labelling) -> None:
    """Raise DataError, with a fault for each, where `splits` have labels that are not `known`."""
    faults = [
        _unseen(label, example, f"data.{name}", known, labelling)
        for name, examples in splits.items()
        for label, example in _first_with_each(examples, labelling.separator).items()
        if label not in known
    ]
    if faults:
        raise DataError(*faults)


def _first_with_each(examples: Sequence[Example], separator: str | None) -> dict[str | None, Example]:
    """The labels there are, and the first example with each; None where an example has no label field."""
    return {
        part: example
        for example in reversed(examples)
        for part in ((None,) if example.label is None else parts_of(example.label, separator))
    }


def _unseen(label: str | None, example: Example, where: str, known: set[str], labelling: Labelling) -> Fault:
    allowed = tuple(sorted(known, key=label_order))
    if label is None:
        return Fault(f"example {example.id} has no label", where, None, allowed)
    what = f"unknown label '{label}' (example {example.id})"
    if label in labelling.classes:
        what = f"label '{label}' (example {example.id}) does not occur in the training split"
    return Fault(what, where, nearest(label, known), allowed)


def label_order(label: str) -> tuple[int, int, str]:
    """Whole numbers first, as numbers; then the rest as text."""
    return (0, int(label), label) if label.isascii() and label.removeprefix("-").isdigit() else (1, 0, label)
