"""Cross-validation: which examples are held out, by a file of folds or by a seed."""

from __future__ import annotations

import codecs
import random
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from embedkit.data.examples import Examples
from embedkit.data.lone_labels import first_examples, labels_in_one_group, refuse_whole_labels
from embedkit.errors import DataError, Fault
from embedkit.recipe.paths import expand
from embedkit.recipe.sections.data import Folds

FILE = "data.folds.file"

NEVER = -1
"""The fold of an example that is in the training split of every fold."""


def hold_out(examples: Examples, folds: Folds, separator: str | None = None) -> tuple[Examples, Examples]:
    """The examples outside the fold `folds.only`, and those in it, both in source order.

    A drawn fold leaves one example of each label to training, in every fold the first. Raises DataError,
    whichever fold it is, for a file with a fold that has all examples of a label.
    """
    labels = examples.labels
    if folds.file is not None:
        fold_of = read_folds(expand(folds.file, FILE), folds.count, len(examples))
        refuse_whole_labels(fold_of, labels, separator)
    else:
        fold_of = draw_folds(labels, folds.count, folds.seed)
        alone = labels_in_one_group(labels, fold_of, separator)
        for position in first_examples(labels, alone, separator):
            fold_of[position] = NEVER
    parts: tuple[list[int], list[int]] = ([], [])
    for position, of in enumerate(fold_of):
        parts[of == folds.only].append(position)
    rest, held = parts
    return examples.take(rest), examples.take(held)


def draw_folds(labels: Sequence[str | None], count: int, seed: int) -> list[int]:
    """The fold of each example, 0 to `count` - 1: each label's examples, mixed by `seed`, dealt out in turn.

    So folds differ by one example at most, and so does each label in them. Raises DataError for fewer
    examples than folds.
    """
    if len(labels) < count:
        what = f"{len(labels)} examples cannot be put into {count} folds"
        raise DataError(Fault(what, where="data.folds.count"))
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
    """The fold of each example, from a file with a number from 0 to `count` - 1 on each line.

    Raises DataError, naming the line, for anything else, for more or fewer lines than `examples`, and for a
    fold that no line names.
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
