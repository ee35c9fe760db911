"""Cross-validation folds, read from a file or drawn by a seed."""

from __future__ import annotations

import codecs
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from embedkit.data.examples import Examples
from embedkit.data.groups import Units, deal, units_of, with_their_units
from embedkit.data.lone_labels import first_examples, labels_in_one_group, refuse_whole_labels
from embedkit.data.uneven_folds import (
    refuse_empty_fold,
    refuse_few_units,
    warn_of_divided_groups,
    warn_of_large_unit,
    warn_of_untested,
)
from embedkit.errors import DataError, Fault
from embedkit.recipe.paths import expand
from embedkit.recipe.sections.data import Folds

FILE = "data.folds.file"

NEVER = -1
"""The fold of an example that is in the training split of every fold."""


def hold_out(examples: Examples, folds: Folds, separator: str | None = None) -> tuple[Examples, Examples]:
    """Return the examples outside the fold `folds.only`, and those in it, both in source order.

    With drawn folds, if all examples of a label are in one fold, the first of them, with those that stay
    together with it, is in the training split of every fold. With a file of folds, such a label raises
    DataError, whichever fold is held out. Raises DataError, too, for groups that cannot be put into folds.
    """
    if folds.file is not None:
        fold_of = read_folds(expand(folds.file, FILE), folds.count, len(examples))
        refuse_whole_labels(fold_of, examples.labels, separator)
        warn_of_divided_groups(fold_of, examples.groups, FILE)
    else:
        fold_of = _drawn(examples, folds, separator)
    parts: tuple[list[int], list[int]] = ([], [])
    for position, of in enumerate(fold_of):
        parts[of == folds.only].append(position)
    rest, held = parts
    return examples.take(rest), examples.take(held)


def _drawn(examples: Examples, folds: Folds, separator: str | None) -> list[int]:
    """Return the fold of each example, or NEVER, drawn as `folds` says."""
    labels, units = examples.labels, units_of(examples, folds.keep_duplicates_together)
    fold_of = draw_folds(labels, folds.count, folds.seed, units)
    alone = labels_in_one_group(labels, fold_of, separator)
    in_training = with_their_units(first_examples(labels, alone, separator), units)
    for position in in_training:
        fold_of[position] = NEVER
    if units is not None:
        warn_of_large_unit(units, folds.count)
        warn_of_untested(alone, len(in_training))
        refuse_empty_fold(fold_of, folds.only, alone)
    return fold_of


def draw_folds(labels: Sequence[str | None], count: int, seed: int, units: Units | None = None) -> list[int]:
    """Return the fold of each example, 0 to `count` - 1: a stratified draw, reproducible by `seed`.

    The examples of each label are shuffled and dealt out in turn, so that fold sizes, and the counts of each
    label in them, differ by one at most. With `units`, all examples of a unit are in one fold, and the counts
    differ by what the units allow. Raises DataError if there are fewer examples, or units, than folds.
    """
    if len(labels) < count:
        what = f"{len(labels)} examples cannot be put into {count} folds"
        raise DataError(Fault(what, where="data.folds.count"))
    if units is not None:
        refuse_few_units(units, count)
        return deal(labels, units, [1.0] * count, seed)
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    by_label: dict[str | None, list[int]] = defaultdict(list)
    for position, label in enumerate(labels):
        by_label[label].append(position)
    dealt = [
        position for members in by_label.values() for position in generator.sample(members, len(members))
    ]
    fold_of = [0] * len(labels)
    for turn, position in enumerate(dealt):
        fold_of[position] = turn % count
    return fold_of


def read_folds(path: Path, count: int, examples: int) -> list[int]:
    """Return the fold of each example, read from a file with one number from 0 to `count` - 1 per line.

    Raises DataError, with the line number, for any other line, for a number of lines other than `examples`,
    and for a fold without examples.
    """
    try:
        lines = path.read_bytes().removeprefix(codecs.BOM_UTF8).rstrip().split(b"\n")
    except OSError as error:
        raise DataError(Fault(f"cannot be read: {error.strerror}", where=str(path))) from error
    fold_of = [_fold(line, count, f"{path}:{number}") for number, line in enumerate(lines, 1)]
    if len(fold_of) != examples:
        what = f"the file has {len(fold_of):,} lines, and data.train has {examples:,} examples"
        raise DataError(Fault(what, where=f"{path}:{min(len(fold_of), examples + 1)}"))
    missing = sorted({*range(count)} - {*fold_of})
    if missing:
        hint = "data.folds.count says how many folds there are."
        raise DataError(Fault(f"no example is in fold {missing[0]}", where=str(path), hint=hint))
    return fold_of


def _fold(line: bytes, count: int, where: str) -> int:
    written = line.removesuffix(b"\r").strip(b" \t")
    if not (written.isdigit() and len(written) < 10 and int(written) < count):
        came = f"'{line[:40].decode(errors='replace')}'" if written else "an empty line"
        raise DataError(Fault(f"expected a fold from 0 to {count - 1}, got {came}", where=where))
    return int(written)
