"""Determine the classes, and refuse labels that nothing can be learnt from, with short error messages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.data.labels import Labelling, label_order, parts_of
from embedkit.errors import DataError, Fault, listed, nearest, shortened

if TYPE_CHECKING:
    from embedkit.interfaces import Example

SHOWN = 5
"""Unknown labels of a split that are named."""

ALLOWED = 10
"""Known labels that are listed beside them."""

PREDICT = "A run's model predicts texts without labels: `embedkit predict RUN --input FILE --reader NAME`."
"""Hint for texts without labels."""

WORTH_ASKING = 20
"""Examples, all with labels of their own, that are no coincidence."""

OWN = 0.9
"""Different labels for an example, above which they are no classes."""

MOST_PROBABILITIES = 100_000_000
"""Probabilities of a run: 0.8 GB in memory, and about 2 GB in predictions.csv."""


@dataclass(frozen=True)
class _Unknown:
    """An unknown label, or None for no label: the first example with it, and how many examples have it."""

    label: str | None
    example: int
    count: int


def labelling_of(
    splits: Mapping[str, Sequence[Example]], given: Sequence[str] | None = None, separator: str | None = None
) -> Labelling:
    """Return the classes: `given`, or the labels of the training split, sorted, whole numbers by value.

    Raises DataError for an example without a label, for fewer than two labels, for a label that does not
    occur in the training split, and for too many classes.
    """
    fields = _fields(splits["train"])
    labels = {part for field in fields for part in parts_of(field, separator)}
    if len(fields) < 2:
        said = (
            f"every example is labelled '{shortened(fields[0])}'" if fields[0] else "no example has a label"
        )
        raise DataError(Fault(f"{said}: nothing to learn", where="data.train"))
    if len(labels) < 2:
        hint = "A label that is there or not is one of two classes: leave data.label_separator out."
        what = f"there is one label, '{shortened(min(labels))}', and several need two"
        raise DataError(Fault(what, where="data.train", hint=hint))
    classes = tuple(given) if given is not None else tuple(sorted(labels, key=label_order))
    refuse_too_many(splits, len(classes))
    labelling = Labelling(classes, separator)
    refuse_unseen(splits, labels & set(classes), labelling)
    return labelling


def _fields(train: Sequence[Example]) -> list[str]:
    """Return the distinct labels of the training split. Raises DataError if an example has none."""
    seen = {example.label: example.id for example in reversed(train)}
    if None in seen:
        raise DataError(Fault(f"example {seen[None]} has no label", where="data.train"))
    return [label for label in seen if label is not None]


def refuse_own_labels(labels: Sequence[str | None], where: str) -> None:
    """Raise DataError if more than 90 % of the labels are distinct, as texts or row numbers would be.

    Fewer than 20 examples are not checked.
    """
    count, different = len(labels), len({*labels})
    if count >= WORTH_ASKING and different > OWN * count:
        often = "every label occurs once" if different == count else "nearly every label occurs once"
        what = f"{different:,} labels for {count:,} examples: {often}"
        hint = "Are the columns `text` and `label` swapped, or is the label a number of the row?"
        raise DataError(Fault(what, where, hint=hint))


def refuse_unseen(splits: Mapping[str, Sequence[Example]], known: set[str], labelling: Labelling) -> None:
    """Raise DataError if `splits` have labels that are not `known`; it names the first five of each split."""
    allowed = listed(sorted(known, key=label_order), ALLOWED)
    faults: list[Fault] = []
    for name, examples in splits.items():
        unknown = _unknown(examples, known, labelling.separator)
        candidates = sorted(known, key=label_order) if unknown else ()
        faults += [_unseen(each, f"data.{name}", candidates, allowed, labelling) for each in unknown[:SHOWN]]
        rest = unknown[SHOWN:]
        if rest:
            what = f"{len(rest):,} more labels of {sum(each.count for each in rest):,} examples are unknown"
            faults.append(Fault(what, f"data.{name}"))
    if faults:
        raise DataError(*faults)


def _unknown(examples: Sequence[Example], known: set[str], separator: str | None) -> list[_Unknown]:
    """Return the labels of `examples` that are not `known`, in order of first appearance."""
    first: dict[str | None, int] = {}
    counts: dict[str | None, int] = {}
    for example in examples:
        for part in (None,) if example.label is None else parts_of(example.label, separator):
            if part not in known:
                first.setdefault(part, example.id)
                counts[part] = counts.get(part, 0) + 1
    return [_Unknown(label, id, counts[label]) for label, id in first.items()]


def _unseen(
    unknown: _Unknown, where: str, known: Sequence[str], allowed: tuple[str, ...], labelling: Labelling
) -> Fault:
    more = f", and {unknown.count - 1:,} more" if unknown.count > 1 else ""
    if unknown.label is None:
        plural = "example" if unknown.count == 1 else "examples"
        verb = "has" if unknown.count == 1 else "have"
        return Fault(f"{plural} {unknown.example}{more} {verb} no label", where, None, allowed, PREDICT)
    label, at = shortened(unknown.label), f"(example {unknown.example}{more})"
    what = f"unknown label '{label}' {at}"
    if unknown.label in labelling.classes:
        what = f"label '{label}' {at} does not occur in the training split"
    return Fault(what, where, nearest(unknown.label, known), allowed)


def refuse_too_many(splits: Mapping[str, Sequence[Example]], classes: int) -> None:
    """Raise DataError if the run would have more probabilities than can be kept and written."""
    texts = sum(map(len, splits.values()))
    probabilities = texts * classes
    if probabilities > MOST_PROBABILITIES:
        what = f"{texts:,} texts and {classes:,} classes are {probabilities:,} probabilities"
        hint = (
            f"At most {MOST_PROBABILITIES:,} are kept; these need {8 * probabilities / 1e9:,.1f} GB. "
            "`label_map` puts classes together or leaves them out."
        )
        raise DataError(Fault(what, "data.train", hint=hint))
