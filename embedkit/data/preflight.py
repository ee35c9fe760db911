"""What is looked at before the first epoch: faults of the data that training would pass over in silence.

Each is a warning, or, with `--strict`, an error.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise

from embedkit.data.splits import Splits
from embedkit.errors import Fault
from embedkit.interfaces import Example

SHOWN = 5


def check_examples(splits: Splits) -> list[Fault]:
    """Repeated ids, repeated texts, texts with two labels, texts without a word, texts in two splits."""
    faults = [fault for name, examples in splits.items() for fault in _check_split(f"data.{name}", examples)]
    return [*faults, *_overlaps(splits)]


def check_lengths(lengths: Mapping[str, Sequence[int]], cut: Mapping[str, Sequence[int]]) -> list[Fault]:
    """Splits in which more than one text in ten loses tokens to `max_length`.

    `lengths` are the tokens that are kept of each text by split, `cut` those that are lost.
    """
    faults = []
    for name, lost in cut.items():
        shortened = sum(map(bool, lost))
        if shortened * 10 > len(lost):
            longest = max(kept + gone for kept, gone in zip(lengths[name], lost, strict=True))
            what = (
                f"{shortened:,} of {len(lost):,} texts lose tokens to max_length; the longest has {longest:,}"
            )
            faults.append(Fault(what, where=f"data.{name}"))
    return faults


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
