"""Train, validation and test splits: read from files, or drawn as a share of the training data."""

from __future__ import annotations

import logging
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence

from embedkit.data.examples import Examples, writable
from embedkit.data.folds import hold_out
from embedkit.data.groups import Units, deal, units_of, with_their_units
from embedkit.data.known_labels import refuse_own_labels, refuse_unseen
from embedkit.data.labels import Labelling, normalize_labels
from embedkit.data.lone_labels import first_examples, labels_in_one_group
from embedkit.data.nested_shares import nested_share
from embedkit.errors import DataError, Fault
from embedkit.files.storage import Storage
from embedkit.interfaces import Reader
from embedkit.recipe.sections.data import Share, TrainingTexts

log = logging.getLogger(__name__)

Splits = Mapping[str, Examples]


def read_splits(data: TrainingTexts, reader_of: Callable[[str], Reader], seed: int) -> Splits:
    """Read the splits of a recipe and return them by name: train, then validation and test if they are given.

    `reader_of` returns the reader of a split.
    With cross-validation, the fold `only` is held out first and becomes the test split. Shares are then drawn
    from the training examples, first validation, then test; each is a fraction of the training examples
    before any draw, and `id` stays the row in the source. Groups stay together, and copies of one text if the
    folds keep them so. With `share`, so much of what is left is the training split. Raises DataError if a
    split has no examples.
    """
    splits = {"train": _read(reader_of, "train", data.label_separator)}
    held_out = None
    if data.folds is not None:
        splits["train"], held_out = hold_out(splits["train"], data.folds, data.label_separator)
    whole = len(splits["train"])
    for name, spec in (("validation", data.validation), ("test", data.test)):
        if isinstance(spec, Share):
            take = max(1, round(spec.share * whole))
            units = units_of(splits["train"], data.folds is not None and data.folds.keep_duplicates_together)
            drawn = draw_share(splits["train"], take, spec.stratify, seed, units)
            splits["train"], splits[name] = split_off(splits["train"], drawn, data.label_separator, units)
        elif spec is not None:
            splits[name] = _read(reader_of, name, data.label_separator)
    if held_out is not None:
        splits["test"] = held_out
    if data.share is not None:
        splits["train"] = _some(splits["train"], data, data.share, seed)
    for name, examples in splits.items():
        if not examples:
            raise DataError(Fault("the split has no examples", where=f"data.{name}"))
        log.info("read", extra={"split": name, "examples": len(examples)})
    return splits


def _some(train: Examples, data: TrainingTexts, share: float, seed: int) -> Examples:
    units = units_of(train, data.folds is not None and data.folds.keep_duplicates_together)
    return train.take(nested_share(train.labels, share, seed, data.label_separator, units))


def _read(reader_of: Callable[[str], Reader], split: str, separator: str | None) -> Examples:
    where = f"data.{split}"
    examples = normalize_labels(Examples.of(reader_of(split).read()), separator, where)
    if separator is None:
        refuse_own_labels(examples.labels, where)
    return examples


def has_labels(examples: Examples) -> bool:
    """Return whether any example has a label."""
    return any(label is not None for label in examples.labels)


def read_evaluation(reader: Reader, labelling: Labelling, storage: Storage | None = None) -> Examples:
    """Read the examples to evaluate a trained model on into `storage`, by default in memory.

    If no example has a label, the texts are predicted but not scored. Raises DataError if there are no
    examples, or if a label is not one of the model's classes.
    """
    examples = normalize_labels(
        Examples.of(writable(reader.read(), "data.test"), storage), labelling.separator, "data.test"
    )
    if not examples:
        raise DataError(Fault("the split has no examples", where="data.test"))
    if not has_labels(examples):
        return examples
    if labelling.separator is None:
        refuse_own_labels(examples.labels, "data.test")
    refuse_unseen({"test": examples}, set(labelling.classes), labelling)
    return examples


def draw_share(
    examples: Examples, take: int, stratify: bool, seed: int, units: Units | None = None
) -> set[int]:
    """Return the positions of `take` examples, drawn with `seed`.

    With `stratify`, the number per label follows the largest remainder method, so that the label proportions
    are preserved. With `units`, these are drawn whole, as many as come nearest to `take` examples.
    """
    if units is not None and take < len(examples):
        return _draw_units(examples.labels if stratify else [None] * len(examples), take, seed, units)
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    groups: dict[str | None, list[int]] = defaultdict(list)
    for position, label in enumerate(examples.labels):
        groups[label if stratify else None].append(position)
    drawn: set[int] = set()
    for members, quota in zip(groups.values(), _quotas([*map(len, groups.values())], take), strict=True):
        drawn.update(generator.sample(members, quota))
    return drawn


def _draw_units(labels: Sequence[str | None], take: int, seed: int, units: Units) -> set[int]:
    """Return the positions of whole units, about `take` examples, or the smallest unit if that is larger."""
    share = take / len(labels)
    parts = deal(labels, units, [1 - share, share], seed)
    drawn = {position for position, part in enumerate(parts) if part}
    if drawn:
        return drawn
    sizes = Counter(units)
    smallest = min(sizes, key=lambda unit: (sizes[unit], unit))
    return {position for position, unit in enumerate(units) if unit == smallest}


def split_off(
    examples: Examples, drawn: set[int], separator: str | None, units: Units | None = None
) -> tuple[Examples, Examples]:
    """Return the remaining examples and those at the positions `drawn`, both in source order.

    If all examples of a label were drawn, the first of them, with its unit, stays with the rest. Raises
    DataError if nothing is left to take.
    """
    away = [position in drawn for position in range(len(examples))]
    alone = labels_in_one_group(examples.labels, away, separator)
    lost = [label for label, gone in alone.items() if gone]
    taken = drawn - with_their_units(first_examples(examples.labels, lost, separator), units)
    if drawn and not taken:
        where_two = "examples" if units is None else "examples that need not stay together"
        what = f"no label has two {where_two}, so that one of them could be evaluated on"
        raise DataError(Fault(what, where="data.train"))
    rest = [position for position in range(len(examples)) if position not in taken]
    return examples.take(rest), examples.take(sorted(taken))


def _quotas(sizes: Sequence[int], take: int) -> list[int]:
    """Return the parts of `take` in proportion to `sizes`, by the largest remainder method."""
    exact = [take * size / sum(sizes) for size in sizes]
    quotas = [int(share) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (quotas[i] - exact[i], i))
    for i in by_remainder[: take - sum(quotas)]:
        quotas[i] += 1
    return quotas
