"""Nested shares of the training texts: a smaller one is contained in each larger one of the same seed."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence

from embedkit.data.groups import Units
from embedkit.data.labels import parts_of
from embedkit.data.lone_labels import first_examples


def nested_share(
    labels: Sequence[str | None], share: float, seed: int, separator: str | None, units: Units | None = None
) -> list[int]:
    """Return the positions, sorted, of a share of the examples: a stratified draw, reproducible by `seed`.

    All shares are beginnings of one order, in which each label comes at even distances, so that the count of
    a label differs by one at most from its proportion; examples that together have every label come first,
    and are part of any share. With `units`, these are drawn whole, as many as come nearest to the share.
    """
    order = _order(labels, seed, [*range(len(labels))] if units is None else units)
    every = {part for label in {*labels} if label is not None for part in parts_of(label, separator)}
    turns = [(turn, position) for turn, members in enumerate(order) for position in members]
    firsts = first_examples([labels[position] for _, position in turns], every, separator)
    needed = {turns[first][0] for first in firsts}
    in_turn = sorted(range(len(order)), key=lambda turn: turn not in needed)
    taken = list[int]()
    for turn in in_turn:
        if turn not in needed and len(taken) + len(order[turn]) / 2 > share * len(labels):
            break
        taken += order[turn]
    return sorted(taken)


def _order(labels: Sequence[str | None], seed: int, units: Sequence[int]) -> list[list[int]]:
    """Return the positions of each unit, the units of each label shuffled and at even distances."""
    generator = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    members: dict[int, list[int]] = defaultdict(list)
    for position, unit in enumerate(units):
        members[unit].append(position)
    strata: dict[str | None, list[list[int]]] = defaultdict(list)
    for positions in members.values():
        strata[labels[positions[0]]].append(positions)
    placed: list[tuple[float, list[int]]] = []
    for those in strata.values():
        before, size = 0.0, sum(map(len, those))
        for positions in generator.sample(those, len(those)):
            placed.append(((before + len(positions) / 2) / size, positions))
            before += len(positions)
    return [positions for _, positions in sorted(placed)]
