"""Whether another policy would have helped: the predictions before and after the filled rows are refilled."""

from __future__ import annotations

from collections.abc import Sequence

from embedkit.evaluation.oov.result import Flips


def flips(before: Sequence[bool], after: Sequence[bool]) -> Flips:
    """Count the texts that turn right and those that turn wrong, from the errors before and after."""
    pairs = [*zip(before, after, strict=True)]
    return Flips(turned_right=pairs.count((True, False)), turned_wrong=pairs.count((False, True)))
