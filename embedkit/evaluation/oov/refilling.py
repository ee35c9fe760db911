"""Whether another policy would have helped: the predictions before and after the filled rows are refilled."""

from __future__ import annotations

from collections.abc import Sequence


def flips(before: Sequence[bool], after: Sequence[bool]) -> dict[str, int]:
    """How many texts turn right and how many turn wrong, given which were wrong before and are after."""
    pairs = [*zip(before, after, strict=True)]
    return {"turned_right": pairs.count((True, False)), "turned_wrong": pairs.count((False, True))}
