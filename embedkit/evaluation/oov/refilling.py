"""Whether another policy would have helped: the predictions before and after the filled rows are refilled."""

from __future__ import annotations

from collections.abc import Sequence


def flips(before: Sequence[bool], after: Sequence[bool]) -> dict[str, int]:
    """Count the texts that turn right and those that turn wrong, from the errors before and after."""
    pairs = [*zip(before, after, strict=True)]
    return {"turned_right": pairs.count((True, False)), "turned_wrong": pairs.count((False, True))}
