"""Checks before training: faults of the data that training would not notice.

Each is a warning or, with `--strict`, an error.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain, combinations

from embedkit.data.duplicates import Digests
from embedkit.data.examples import Examples
from embedkit.data.splits import Splits
from embedkit.errors import DataError, Fault, shortened

log = logging.getLogger(__name__)

SHOWN = 5


def check_examples(splits: Splits) -> list[Fault]:
    """Return faults: repeated ids or texts, texts with two labels, empty texts; texts, groups in two splits.

    A text that is the word for a missing value, such as nan, is a fault too.
    """
    digests = {name: Digests.of(examples) for name, examples in splits.items()}
    checked = (_check_split(f"data.{name}", splits[name], own) for name, own in digests.items())
    return [*chain.from_iterable(checked), *_overlaps(splits, digests)]


def check_separator(train: Examples, separator: str | None) -> list[Fault]:
    """Return a fault if no training label contains the separator, which may then be the wrong one."""
    if separator is None or any(separator in (label or "") for label in train.labels):
        return []
    what = f"no text of the training split has two labels: is it {separator!r} that separates them?"
    return [Fault(what, where="data.label_separator")]


def raise_or_warn(faults: Sequence[Fault], strict: bool) -> None:
    """Warn of each fault or, if `strict`, raise one DataError for all of them."""
    if strict and faults:
        raise DataError(*faults)
    for fault in faults:
        log.warning("%s", fault)


def _check_split(where: str, examples: Examples, digests: Digests) -> Iterator[Fault]:
    repeated = _repeated(examples.ids)
    if repeated:
        yield Fault(f"{len(repeated):,} ids occur more than once: {_few(repeated)}", where)
    empty = [str(examples.ids[row]) for row in digests.empty]
    if empty:
        yield Fault(f"{len(empty):,} texts are empty: examples {_few(empty)}", where)
    missing = [str(examples.ids[row]) for row in digests.missing]
    if missing:
        what = (
            f"{len(missing):,} texts are the word for a missing value, such as nan: examples {_few(missing)}"
        )
        yield Fault(what, where)
    groups = digests.alike()
    torn = [group for group in groups if len({examples.labels[row] for row in group}) > 1]
    if groups:
        pairs = _pairs([examples.ids[row] for row in group] for group in groups)
        yield Fault(f"{len(groups):,} texts occur more than once: examples {pairs}", where)
    if torn:
        pairs = _pairs([examples.ids[row] for row in group] for group in torn)
        yield Fault(f"{len(torn):,} texts occur with different labels: examples {pairs}", where)


def _repeated(ids: Sequence[int]) -> list[str]:
    import numpy as np

    values, counts = np.unique(np.asarray(ids), return_counts=True)
    more = {*values[counts > 1].tolist()}
    return [str(id) for id in dict.fromkeys(filter(more.__contains__, ids))]


def _overlaps(splits: Splits, digests: Mapping[str, Digests]) -> Iterator[Fault]:
    for (first, some), (second, others) in combinations(splits.items(), 2):
        rows = digests[first].shared_with(digests[second])
        shared = [(some.ids[one], others.ids[other]) for one, other in rows]
        if shared:
            what = f"{len(shared):,} texts are in the {first} split too: examples {_pairs(shared)}"
            yield Fault(what, where=f"data.{second}")
        groups = (
            {group for group in examples.groups or () if group is not None} for examples in (some, others)
        )
        common = sorted(map(shortened, set.intersection(*groups)))
        if common:
            what = f"{len(common):,} groups are in the {first} split too: {_few(common)}"
            yield Fault(what, where=f"data.{second}")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def _pairs(groups: Iterable[Sequence[int]]) -> str:
    return _few([" = ".join(map(str, group[:3])) for group in groups])
