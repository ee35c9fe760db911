"""Labels and classes: one class per text or, if the recipe has a separator, any number of classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

from embedkit.data.label_lists import items_of
from embedkit.errors import DataError, Fault, shortened

if TYPE_CHECKING:
    from embedkit.data.examples import Examples
    from embedkit.interfaces import BoolArray, IntArray, Task


SHOWN = 5
"""Examples that an error names."""

LONGEST_NUMBER = 4_000
"""Characters of a whole number that is compared as one: Python reads no more than 4,300 digits."""


@dataclass(frozen=True)
class Labelling:
    """The classes in order (of two, the positive one last), and the separator of the labels of one text."""

    classes: tuple[str, ...]
    separator: str | None = None

    @property
    def multilabel(self) -> bool:
        """Return whether a text may have several classes, or none."""
        return self.separator is not None

    @property
    def task(self) -> Task:
        """Return the task: binary, multiclass or multilabel classification."""
        return "multilabel" if self.multilabel else "binary" if len(self.classes) == 2 else "multiclass"

    @cached_property
    def _index(self) -> Mapping[str, int]:
        return {label: index for index, label in enumerate(self.classes)}

    def targets(self, labels: Sequence[str | None]) -> IntArray | BoolArray:
        """Return class indices, int64 [n], or an indicator matrix for multi-label texts, bool [n, C].

        A label of None becomes 0, or no class.
        """
        import numpy as np

        if not self.multilabel:
            return np.array([0 if label is None else self._index[label] for label in labels], np.int64)
        targets = np.zeros((len(labels), len(self.classes)), np.bool_)
        for row, label in zip(targets, labels, strict=True):
            row[[self._index[part] for part in parts_of(label or "", self.separator)]] = True
        return targets

    def written(self, targets: IntArray | BoolArray) -> list[str]:
        """Return targets as labels; several are joined in class order, so that equal sets are equal text."""
        if self.separator is None:
            return [self.classes[index] for index in targets.tolist()]
        return [
            self.separator.join(label for label, there in zip(self.classes, row, strict=True) if there)
            for row in targets.tolist()
        ]


def parts_of(label: str, separator: str | None) -> tuple[str, ...]:
    """Return the labels in a label field: the field itself or, with a separator, any number of labels."""
    if separator is None:
        return (label,)
    return tuple(label.split(separator)) if label else ()


def normalize_labels(examples: Examples, separator: str | None, where: str) -> Examples:
    """Return the examples with several labels in a fixed order, so that equal sets of labels are equal text.

    With a separator, a label may also be written as a list, and white space around each of several labels is
    dropped. Raises DataError for an empty label (an empty field is allowed with a separator), for a label
    named twice, for a listed label that contains the separator, and for a list if there is no separator.
    """
    found = _Malformed(where)
    settled = {label: _settled(label, separator, found) for label in dict.fromkeys(examples.labels)}
    if found.labels:
        raise DataError(*found.faults(examples))
    if separator is None:
        return examples
    return examples.labelled([settled[label] for label in examples.labels])


def _settled(label: str | None, separator: str | None, found: _Malformed) -> str | None:
    """Return the labels of a text in their order, joined; faults are added to `found`."""
    if label is None:
        return None
    items = items_of(label)
    if separator is None:
        if items is not None:
            found.add("list", label)
        elif not label:
            found.add("empty", label)
        return label
    parts = [part.strip() or part for part in parts_of(label, separator)] if items is None else [*items]
    if any(separator in part for part in parts):
        found.add("separator", label)
    elif "" in parts or any(part.isspace() for part in parts):
        found.add("one empty", label)
    elif len({*parts}) < len(parts):
        found.add("twice", label)
    return separator.join(sorted(parts, key=label_order))


_WHAT = {
    "empty": ("the label of example {0} is empty", "the labels of {1:,} examples are empty: {0}"),
    "list": ("the label of example {0} is written as a list: '{2}'",
             "the labels of {1:,} examples are written as lists: {0}, the first '{2}'"),
    "one empty": ("one of the labels of example {0} is empty: '{2}'",
                  "one of the labels is empty in {1:,} examples: {0}, the first '{2}'"),
    "twice": ("example {0} has a label twice: '{2}'",
              "{1:,} examples have a label twice: {0}, the first '{2}'"),
    "separator": ("a label in the list of example {0} holds the separator: '{2}'",
                  "labels in the lists of {1:,} examples hold the separator: {0}, the first '{2}'"),
}  # fmt: skip
"""Messages about labels, of one example and of several: {0} the examples, {1} their number, {2} a label."""

_HINT = {
    "empty": "Texts that may have no label, or several, need data.label_separator; "
    'a file\'s `label_map: {"": null, …}` leaves these rows out.',
    "list": 'For texts of several labels write data.label_separator: "," (any text that no label holds).',
    "separator": "Write another data.label_separator, which no label holds.",
}


@dataclass
class _Malformed:
    """The malformed labels of a split, each with the kind of fault."""

    where: str
    labels: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, label: str) -> None:
        """Record a fault of `kind` for `label`."""
        self.labels[label] = kind

    def faults(self, examples: Examples) -> list[Fault]:
        """Return one fault for each kind, with the number of examples and the first of them."""
        numbers: dict[str, list[int]] = {}
        first: dict[str, str] = {}
        for number, label in zip(examples.ids, examples.labels, strict=True):
            if label is not None and label in self.labels:
                numbers.setdefault(self.labels[label], []).append(number)
                first.setdefault(self.labels[label], label)
        return [self._fault(kind, numbers[kind], first[kind]) for kind in numbers]

    def _fault(self, kind: str, numbers: Sequence[int], label: str) -> Fault:
        one, several = _WHAT[kind]
        few = ", ".join(map(str, numbers[:SHOWN])) + (", …" if len(numbers) > SHOWN else "")
        what = (several if len(numbers) > 1 else one).format(few, len(numbers), shortened(label))
        return Fault(what, self.where, hint=_HINT.get(kind))


def label_order(label: str) -> tuple[int, int, str]:
    """Return a sort key: whole numbers first, by value; then other labels and very long numbers, as text."""
    number = len(label) <= LONGEST_NUMBER and label.isascii() and label.removeprefix("-").isdigit()
    return (0, int(label), label) if number else (1, 0, label)
