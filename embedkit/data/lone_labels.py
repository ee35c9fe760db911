"""Find labels that a split would take from training altogether; one example of each stays in training."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from embedkit.data.labels import parts_of
from embedkit.errors import DataError, Fault, shortened

SHOWN = 5
"""Labels that an error names."""


def labels_in_one_group(
    labels: Sequence[str | None], groups: Sequence[int], separator: str | None
) -> dict[str, int]:
    """Return the labels whose examples are all in one group (a fold or a split), with that group."""
    found: dict[str, set[int]] = {}
    for label, group in dict.fromkeys(zip(labels, groups, strict=True)):
        for part in () if label is None else parts_of(label, separator):
            found.setdefault(part, set()).add(group)
    return {label: min(those) for label, those in found.items() if len(those) == 1}


def first_examples(labels: Sequence[str | None], wanted: Collection[str], separator: str | None) -> set[int]:
    """Return the positions of the first examples that together have all of the `wanted` labels."""
    missing, positions = {*wanted}, set[int]()
    named = {label: missing.intersection(parts_of(label or "", separator)) for label in {*labels}}
    for position, label in enumerate(labels):
        found = named[label] & missing
        if found:
            positions.add(position)
            missing -= found
    return positions


def refuse_whole_labels(fold_of: Sequence[int], labels: Sequence[str | None], separator: str | None) -> None:
    """Raise DataError if a fold has all examples of a label, which training would then never see."""
    lost = labels_in_one_group(labels, fold_of, separator)
    if not lost:
        return
    faults = [
        Fault(f"fold {fold} has all examples of the label '{shortened(label)}'", "data.folds.file")
        for label, fold in lost.items()
    ]
    more = [Fault(f"{len(lost) - SHOWN:,} more labels are in one fold each")] if len(lost) > SHOWN else []
    hint = (
        "Held out, it would leave no example to learn from: put the label into two folds, or its rows under "
        f'another label, or out: `label_map: {{"{shortened(min(lost))}": null, …}}`.'
    )
    raise DataError(
        *faults[:SHOWN], *more, Fault("a label has to be in two folds", "data.folds.file", hint=hint)
    )
