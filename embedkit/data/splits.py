"""Which examples are trained on and which are evaluated: splits read from files, or taken as a share."""

from __future__ import annotations

import logging
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence

from embedkit.data.folds import hold_out
from embedkit.errors import DataError, Fault, nearest
from embedkit.interfaces import Example, Reader
from embedkit.recipe.schema import ComponentSpec, Data, Share

log = logging.getLogger(__name__)

Splits = Mapping[str, Sequence[Example]]


def read_splits(data: Data, open_reader: Callable[[ComponentSpec, str], Reader], seed: int) -> Splits:
    """The splits that a recipe names, by name: train, then validation and test where they are given.

    Shares are taken from the training examples in the order validation, test, and are parts of what the
    training source holds; `id` stays the example's row there. Where there are folds, the one that `only`
    names is held out first and is the test split. Raises DataError for a split without examples.
    """
    splits = {"train": [*open_reader(data.train, "data.train").read()]}
    held_out = None
    if data.folds is not None:
        splits["train"], held_out = hold_out(splits["train"], data.folds)
    whole = len(splits["train"])
    for name, spec in (("validation", data.validation), ("test", data.test)):
        if isinstance(spec, Share):
            take = max(1, round(spec.share * whole))
            splits["train"], splits[name] = split_off(splits["train"], take, spec.stratify, seed)
        elif spec is not None:
            splits[name] = [*open_reader(spec, f"data.{name}").read()]
    if held_out is not None:
        splits["test"] = held_out
    for name, examples in splits.items():
        if not examples:
            raise DataError(Fault("the split has no examples", where=f"data.{name}"))
        log.info("read", extra={"split": name, "examples": len(examples)})
    return splits


def read_evaluation(reader: Reader, classes: Sequence[str]) -> list[Example]:
    """The examples a trained model is evaluated on.

    Raises DataError where there are none, or where a label is not one of the model's `classes`.
    """
    examples = [*reader.read()]
    if not examples:
        raise DataError(Fault("the split has no examples", where="data.test"))
    _refuse_unseen({"test": examples}, set(classes), classes)
    return examples


def split_off(
    examples: Sequence[Example], take: int, stratify: bool, seed: int
) -> tuple[list[Example], list[Example]]:
    """The rest, and `take` examples drawn by `seed`, both in source order.

    Stratified, each label gives its part by largest remainder, so the labels' proportions stay as they are.
    """
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    groups: dict[str | None, list[int]] = defaultdict(list)
    for position, example in enumerate(examples):
        groups[example.label if stratify else None].append(position)
    drawn: set[int] = set()
    for members, quota in zip(groups.values(), _quotas([*map(len, groups.values())], take), strict=True):
        drawn.update(generator.sample(members, quota))
    rest = [example for position, example in enumerate(examples) if position not in drawn]
    return rest, [examples[position] for position in sorted(drawn)]


def _quotas(sizes: Sequence[int], take: int) -> list[int]:
    """`take` shared out in proportion to `sizes`, by largest remainder."""
    exact = [take * size / sum(sizes) for size in sizes]
    quotas = [int(share) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda i: (quotas[i] - exact[i], i))
    for i in by_remainder[: take - sum(quotas)]:
        quotas[i] += 1
    return quotas


def classes_of(splits: Splits, given: Sequence[str] | None = None) -> tuple[str, ...]:
    """The classes in order, the positive one last: as `given`, or the training labels sorted.

    Whole numbers sort as numbers. Raises DataError for an example without a label, a single class, and a
    label that training has never seen.
    """
    seen = {example.label: example for example in splits["train"]}
    if None in seen:
        raise DataError(Fault(f"example {seen[None].id} has no label", where="data.train"))
    labels = {label for label in seen if label is not None}
    classes = tuple(given) if given is not None else tuple(sorted(labels, key=_label_order))
    if len(labels) < 2:
        raise DataError(
            Fault(f"every example is labelled '{min(labels)}': nothing to learn", where="data.train")
        )
    _refuse_unseen(splits, labels & set(classes), classes)
    return classes


def _refuse_unseen(splits: Splits, known: set[str], classes: Sequence[str]) -> None:
    faults = []
    for name, examples in splits.items():
        strange = {example.label: example for example in reversed(examples) if example.label not in known}
        for label, example in strange.items():
            if label is None:
                what = f"example {example.id} has no label"
            elif label in classes:
                what = f"label '{label}' (example {example.id}) does not occur in the training split"
            else:
                what = f"unknown label '{label}' (example {example.id})"
            near = nearest(label, known) if label is not None else None
            faults.append(Fault(what, f"data.{name}", near, tuple(sorted(known, key=_label_order))))
    if faults:
        raise DataError(*faults)


def _label_order(label: str) -> tuple[int, int, str]:
    return (0, int(label), label) if label.isascii() and label.removeprefix("-").isdigit() else (1, 0, label)
