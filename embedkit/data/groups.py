"""Examples that a drawn split keeps together: those of one group and, if wanted, copies of one text."""

from __future__ import annotations

import heapq
import random
from array import array
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from embedkit.data.duplicates import Digests

if TYPE_CHECKING:
    from embedkit.data.examples import Examples

Units = Sequence[int]
"""A number for each example, int64 [n]: the same for examples that stay together."""


def units_of(examples: Examples, duplicates: bool) -> Units | None:
    """Return the units of the examples, numbered by their first example; None if all stay alone.

    A unit is a group or, with `duplicates`, all examples of one text that is not empty. Where a text is in
    two groups, these are one unit.
    """
    together = [*_members(examples.groups)]
    if duplicates:
        together += Digests.of(examples).alike()
    return _connected(together, len(examples)) if together else None


def _members(groups: Sequence[str | None] | None) -> Iterable[list[int]]:
    """Return the positions of each group."""
    members: dict[str, list[int]] = defaultdict(list)
    for position, group in enumerate(groups or ()):
        if group is not None:
            members[group].append(position)
    return members.values()


def _connected(together: Iterable[Sequence[int]], count: int) -> Units:
    """Return the first of the examples that each one is connected with, by sets that share examples."""
    root = array("q", range(count))
    for positions in together:
        first = _root(root, positions[0])
        for position in positions[1:]:
            other = _root(root, position)
            first, other = min(first, other), max(first, other)
            root[other] = first
    return array("q", (_root(root, position) for position in range(count)))


def _root(root: array[int], position: int) -> int:
    while root[position] != position:
        root[position] = root[root[position]]
        position = root[position]
    return position


def deal(labels: Sequence[str | None], units: Units, shares: Sequence[float], seed: int) -> list[int]:
    """Return the part of each example: a stratified draw, reproducible by `seed`, that divides no unit.

    `shares` are the sizes of the parts in proportion. The largest units are dealt first, each to the part
    that lacks its labels most; then single examples fill up what is missing of each label.
    """
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    members: dict[int, list[int]] = defaultdict(list)
    for position, unit in enumerate(units):
        members[unit].append(position)
    whole = [those for those in members.values() if len(those) > 1]
    parts = _Parts(labels, shares)
    for positions in sorted(generator.sample(whole, len(whole)), key=len, reverse=True):
        parts.add(positions)
    singles: dict[str | None, list[int]] = defaultdict(list)
    for (position,) in (those for those in members.values() if len(those) == 1):
        singles[labels[position]].append(position)
    for label, positions in singles.items():
        parts.fill(label, generator.sample(positions, len(positions)))
    return parts.part_of


class _Parts:
    """The parts that examples are dealt to: the part of each example, and the counts of labels in each."""

    def __init__(self, labels: Sequence[str | None], shares: Sequence[float]) -> None:
        self.part_of = [0] * len(labels)
        self._labels = labels
        self._shares = shares
        self._all = Counter(labels)
        self._counts: list[Counter[str | None]] = [Counter() for _ in shares]
        self._sizes = [0] * len(shares)

    def add(self, positions: Sequence[int]) -> None:
        """Put a unit into the part that lacks its labels most; of equal ones into the smallest."""
        counts = Counter(self._labels[position] for position in positions)
        part = min(
            range(len(self._shares)),
            key=lambda part: (self._excess(part, counts), self._sizes[part] / self._shares[part], part),
        )
        self._counts[part].update(counts)
        self._sizes[part] += len(positions)
        for position in positions:
            self.part_of[position] = part

    def _excess(self, part: int, counts: Mapping[str | None, int]) -> float:
        """Return by how much the squared shares of the labels in `part` grow with `counts` more of each."""
        before = self._counts[part]
        grown = sum(n * (2 * before[label] + n) / self._all[label] for label, n in counts.items())
        return grown / self._shares[part]

    def fill(self, label: str | None, positions: Iterable[int]) -> None:
        """Put each of these examples of one label into the part that then lacks it most."""
        queue = [self._turn(part, label) for part in range(len(self._shares))]
        heapq.heapify(queue)
        for position in positions:
            part = queue[0][-1]
            self.part_of[position] = part
            self._counts[part][label] += 1
            self._sizes[part] += 1
            heapq.heapreplace(queue, self._turn(part, label))

    def _turn(self, part: int, label: str | None) -> tuple[float, float, int]:
        share = self._shares[part]
        return (2 * self._counts[part][label] + 1) / share, self._sizes[part] / share, part


def with_their_units(positions: Collection[int], units: Units | None) -> set[int]:
    """Return the positions and those of all examples that stay together with one of them."""
    if units is None:
        return {*positions}
    wanted = {units[position] for position in positions}
    return {position for position, unit in enumerate(units) if unit in wanted}
