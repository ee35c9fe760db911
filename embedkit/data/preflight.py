"""What is looked at before the first epoch: faults of the data that training would pass over in silence.

Each is a warning, or, with `--strict`, an error.
"""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, pairwise

from embedkit.data.splits import Splits
from embedkit.errors import DataError, Fault
from embedkit.interfaces import Example

log = logging.getLogger(__name__)

SHOWN = 5


def check_examples(splits: Splits) -> list[Fault]:
    """Repeated ids, repeated texts, texts with two labels, texts without a word, texts in two splits."""
    faults = [fault for name, examples in splits.items() for fault in _check_split(f"data.{name}", examples)]
    return [*faults, *_overlaps(splits)]


def check_separator(train: Sequence[Example], separator: str | None) -> list[Fault]:
    """A separator that no label has may not be the one that separates them."""
    if separator is None or any(separator in (example.label or "") for example in train):
        return []
    what = f"no text of the training split has two labels: is it {separator!r} that separates them?"
    return [Fault(what, where="data.label_separator")]


def settle(faults: Sequence[Fault], strict: bool) -> None:
    """Warn of each fault; or, where `strict`, raise one DataError for them all."""
    if strict and faults:
        raise DataError(*faults)
    for fault in faults:
        log.warning("%s", fault)


def _check_split(where: str, examples: Sequence[Example]) -> Iterator[Fault]:
    ids = Counter(example.id for example in examples)
    repeated = [str(id) for id, count in ids.items() if count > 1]
    if repeated:
        yield Fault(f"{len(repeated):,} ids occur more than once: {_few(repeated)}", where)
    empty = [str(example.id) for example in examples if not example.text.strip()]
    if empty:
        yield Fault(f"{len(empty):,} texts are empty: examples {_few(empty)}", where)
    by_text = defaultdict(list)
    for example in examples:
        if example.text.strip():
            by_text[example.text].append(example)
    groups = [group for group in by_text.values() if len(group) > 1]
    torn = [group for group in groups if any(a.label != b.label for a, b in pairwise(group))]
    if groups:
        yield Fault(f"{len(groups):,} texts occur more than once: examples {_pairs(groups)}", where)
    if torn:
        yield Fault(f"{len(torn):,} texts occur with different labels: examples {_pairs(torn)}", where)


def _overlaps(splits: Splits) -> Iterator[Fault]:
    for (first, some), (second, others) in combinations(splits.items(), 2):
        known = {example.text: example for example in reversed(some) if example.text.strip()}
        shared = [[known[example.text], example] for example in others if example.text in known]
        if shared:
            what = f"{len(shared):,} texts are in the {first} split too: examples {_pairs(shared)}"
            yield Fault(what, where=f"data.{second}")


def _few(names: Sequence[str]) -> str:
    return ", ".join(names[:SHOWN]) + (", …" if len(names) > SHOWN else "")


def _pairs(groups: Sequence[Sequence[Example]]) -> str:
    return _few([" = ".join(str(example.id) for example in group[:3]) for group in groups])
