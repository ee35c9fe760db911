"""Check how many texts are longer than the limit."""

from __future__ import annotations

from collections.abc import Mapping

from embedkit.errors import Fault
from embedkit.text.encoding import TokenizedSplit


def check_lengths(splits: Mapping[str, TokenizedSplit]) -> list[Fault]:
    """Return a fault for each split in which more than 10 % of the texts lose tokens to `max_length`."""
    faults = []
    for name, split in splits.items():
        shortened = sum(map(bool, split.cut))
        if shortened * 10 > len(split.cut):
            longest = max(map(int.__add__, split.tokens.numbers.lengths(), split.cut))
            what = f"{shortened:,} of {len(split.cut):,} texts lose tokens to their limit"
            faults.append(Fault(f"{what}; the longest has {longest:,}", where=f"data.{name}"))
    return faults
