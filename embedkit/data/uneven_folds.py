"""What is said where drawn folds cannot be even: groups that are too large, or that alone have a label."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

from embedkit.data.groups import Units
from embedkit.errors import DataError, Fault, shortened

log = logging.getLogger(__name__)

SHOWN = 5
"""Names that a message gives."""


def refuse_few_units(units: Units, count: int) -> None:
    """Raise DataError if there are fewer units than folds."""
    different = len({*units})
    if different < count:
        sets = "are one set that stays" if different == 1 else f"form {different} sets that stay"
        what = f"{len(units):,} examples {sets} together, and cannot be put into {count} folds"
        hint = "Examples of one group stay together and, with keep_duplicates_together, those of one text."
        raise DataError(Fault(what, where="data.folds.count", hint=hint))


def warn_of_large_unit(units: Units, count: int) -> None:
    """Warn if a unit is larger than a fold should be."""
    largest = max(Counter(units).values())
    if largest * count > len(units) + count:
        what = (
            f"{largest:,} of {len(units):,} examples stay together, more than a fold of "
            f"{len(units) // count:,}: the folds differ in size"
        )
        log.warning("%s", Fault(what, "data.folds"))


def warn_of_untested(labels: Collection[str], examples: int) -> None:
    """Warn that `examples` examples are never held out, as a fold would have all examples of these labels."""
    if labels:
        one = "the label" if len(labels) == 1 else "each of the labels"
        are = "example is" if examples == 1 else "examples are"
        what = (
            f"all examples of {one} {few(sorted(labels))} are in one fold: {examples:,} {are} "
            "in the training split of every fold instead, and never tested"
        )
        log.warning("%s", Fault(what, "data.folds"))


def refuse_empty_fold(fold_of: Sequence[int], fold: int | None, labels: Collection[str]) -> None:
    """Raise DataError if no example is left in the fold that is held out; `labels` are in one fold each."""
    if fold is not None and fold not in fold_of:
        what = f"no example is left for fold {fold}: they stay together with all examples of a label"
        hint = f"These labels are in one group each: {few(sorted(labels))}. Fewer folds may do."
        raise DataError(Fault(what, "data.folds.count", hint=hint))


def warn_of_divided_groups(fold_of: Sequence[int], groups: Sequence[str | None] | None, where: str) -> None:
    """Warn if a file of folds has a group in more than one fold."""
    folds_of: dict[str, set[int]] = defaultdict(set)
    for group, fold in zip(groups or (), fold_of, strict=False):
        if group is not None:
            folds_of[group].add(fold)
    divided = [group for group, folds in folds_of.items() if len(folds) > 1]
    if divided:
        log.warning("%s", Fault(f"{len(divided):,} groups are in two folds or more: {few(divided)}", where))


def few(names: Sequence[str]) -> str:
    """Return the first names in quotes, and whether there are more."""
    shown = ", ".join(f"'{shortened(name)}'" for name in names[:SHOWN])
    return shown + (", …" if len(names) > SHOWN else "")
