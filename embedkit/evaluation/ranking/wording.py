"""The conclusion of a ranking in one sentence, which claims no more than the texts can show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from embedkit.errors import shortened
from embedkit.evaluation.comparison.wording import listed

NAMED = 4
"""Names that a sentence lists before it counts the rest."""


@dataclass(frozen=True)
class Findings:
    """What a conclusion is drawn from. `worse` counts the candidates outside the first tier, dropped or not.

    `smallest_difference` is already in words, `one_class` the label of all texts if they have the same,
    `settled` the number of folds after which the first tier was settled, and that of all folds.
    """

    tiers: Sequence[Sequence[str]]
    worse: int
    n: int
    smallest_difference: str | None
    unfinished: Sequence[str]
    failed: Sequence[str]
    one_class: str | None
    settled: tuple[int, int] | None = None


def conclude(found: Findings) -> str:
    """Return a sentence on which candidates are best, and on what is left open."""
    said = [_first_tier(found), *_missed(found), *_left_out(found)]
    if found.one_class is not None:
        said.append(f"all texts are of one class, '{shortened(found.one_class)}', which shows little")
    sentence = "; ".join(said)
    return f"{sentence}."


def _first_tier(found: Findings) -> str:
    if not found.tiers:
        return "No candidate has a score"
    first, n = found.tiers[0], f"these {found.n:,} texts"
    if len(first) > 1:
        return _tie(found, n)
    if not found.worse:
        return f"{shortened(first[0])} is the only candidate with a score, so there is nothing to compare"
    others = "the other candidate" if found.worse == 1 else f"each of the other {found.worse}"
    return f"On {n} {shortened(first[0])} is better than {others}"


def _missed(found: Findings) -> list[str]:
    if found.smallest_difference is not None:
        return [f"a difference below {found.smallest_difference} would often be missed"]
    tied = bool(found.tiers) and len(found.tiers[0]) > 1
    return ["they could hardly have shown any difference"] if tied else []


def _tie(found: Findings, n: str) -> str:
    first = found.tiers[0]
    names = _names(first)
    if not found.worse and len(first) > NAMED:
        names = f"All {len(first)} candidates"
    told = f"{names} cannot be told apart on {n}"
    if found.worse:
        rest = "the other candidate is" if found.worse == 1 else f"the other {found.worse} are"
        told = f"{told}, and {rest} worse than the best"
    return told


def _left_out(found: Findings) -> list[str]:
    said = []
    if found.settled is not None:
        run, folds = found.settled
        said.append(f"the last {folds - run} of {folds} folds would hardly have changed this")
    if found.unfinished:
        said.append(f"{_names(found.unfinished)} {_has(found.unfinished)} not run all folds")
    if found.failed:
        said.append(f"{_names(found.failed)} failed")
    return said


def _has(names: Sequence[str]) -> str:
    return "have" if len(names) > 1 else "has"


def _names(names: Sequence[str]) -> str:
    """Return names as one phrase, the first ones by name: `a, b, c and 5 others`."""
    shown = [shortened(name) for name in names]
    if len(shown) > NAMED + 1:
        shown = [*shown[:NAMED], f"{len(shown) - NAMED} others"]
    return listed(shown)
