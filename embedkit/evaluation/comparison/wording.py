"""Differences of accuracy in words, which claim no more than the figures show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import TYPE_CHECKING

from embedkit.evaluation.result import (
    AgainstModel,
    AgainstModels,
    BaselineResult,
    BaselineSummary,
    LeftOut,
)

if TYPE_CHECKING:
    from embedkit.evaluation.comparison.pairs import PairComparison

Baseline = BaselineResult | BaselineSummary | LeftOut

ALPHA = 0.05
TWO_SIDED = 1.96
"""How many standard errors, to either side, 95% of a normal distribution are within."""


def points(share: float) -> str:
    """Return a share in percentage points, with its sign: `+2.3`."""
    return f"{100 * share:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0")


def between(interval: Sequence[float]) -> str:
    """Return an interval in percentage points: `0.6 to 4.0`."""
    return " to ".join(points(end).removeprefix("+") for end in interval)


def p_shown(p: float | None) -> str:
    """Return a p-value as text: `p = 0.012`, `p < 0.001`, or `p not defined` for None."""
    if p is None:
        return "p not defined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def listed(names: Sequence[str]) -> str:
    """Return the names as one phrase: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def beside_baselines(baselines: Mapping[str, Baseline], over: str) -> str:
    """Return a sentence that compares a model with its `baselines`.

    Returns "" if no baseline was tested. `over` tells the sample size, such as `n = 1,066`.
    """
    against = {name: each.against_model for name, each in baselines.items() if not isinstance(each, LeftOut)}
    tested = {name: (each, each.p_holm) for name, each in against.items() if each.p_holm is not None}
    told = {name: each.mean_difference for name, (each, p) in tested.items() if p < ALPHA}
    better = [name for name, difference in told.items() if difference > 0]
    worse = [name for name, difference in told.items() if difference < 0]
    alike = [name for name in tested if name not in told]
    said = [f"{name} is better than this model: {in_points(against[name])}, {over}" for name in better]
    if worse:
        said.append(f"this model is better than {listed(worse)}")
    if alike:
        missed = _missed([against[name] for name in alike])
        said.append(f"this model cannot be told apart from {listed(alike)}{missed}")
    return _sentence("; ".join(said), capital=not better) if said else ""


def among_baselines(baselines: Mapping[str, Baseline]) -> str:
    """Return a sentence on which `baselines` are better than a model, which worse and which cannot be told.

    Returns "" if no baseline was tested.
    """
    against = {name: each.against_model for name, each in baselines.items() if not isinstance(each, LeftOut)}
    tested = {name: (each, each.p_holm) for name, each in against.items() if each.p_holm is not None}
    told = {name: each.mean_difference for name, (each, p) in tested.items() if p < ALPHA}
    better = [name for name, difference in told.items() if difference > 0]
    worse = [name for name, difference in told.items() if difference < 0]
    alike = [name for name in tested if name not in told]
    said = [f"better than {listed(worse)}"] if worse else []
    said += [f"worse than {listed(better)}"] if better else []
    missed = _missed([against[name] for name in alike], "; ")
    said += [f"cannot be told apart from {listed(alike)}"] if alike else []
    if not said:
        return ""
    verb = "" if said[0].startswith("cannot") else "is "
    return f"The model {verb}{', '.join(said[:-1])}{', and ' if said[1:] else ''}{said[-1]}{missed}."


def in_points(against: AgainstModel | AgainstModels) -> str:
    """Return a baseline's difference from the model with its interval: `+2.3 points (0.6 to 4.0)`."""
    return f"{points(against.mean_difference)} points ({between(against.interval)})"


def _missed(alike: Sequence[AgainstModel | AgainstModels], joint: str = ", and ") -> str:
    """Return a clause on the differences that the tests would have missed; "" for several runs.

    It begins with `joint`, unless it says that there are too few texts.
    """
    smallest = [each.smallest_difference for each in alike if isinstance(each, AgainstModel)]
    known = [each for each in smallest if each is not None]
    if not smallest:
        return ""
    if len(known) < len(smallest):
        return ", too few texts coming out differently to show any difference"
    return f"{joint}a difference below {100 * max(known):.1f} points would often be missed"


def _sentence(text: str, capital: bool) -> str:
    """Return `text` as a sentence, with a capital unless it begins with a name."""
    return f"{text[0].upper() if capital else text[0]}{text[1:]}."


def pair_verdict(pair: PairComparison) -> str:
    """Return a sentence on which of two runs is better, if either."""
    if not pair.only_first_right + pair.only_second_right:
        same = "" if pair.other_predictions else ": they predict the same"
        return f"{pair.first} and {pair.second} are right and wrong on the same {pair.n:,} texts{same}."
    figures = f"({between(pair.ci95)}), {p_shown(pair.p_holm)}, n = {pair.n:,}"
    if is_told(pair):
        better = "better" if pair.difference > 0 else "worse"
        return f"{pair.second} is {better} than {pair.first}: {points(pair.difference)} points {figures}."
    difference = f"{points(pair.difference)} points {figures}"
    apart = f"{pair.first} and {pair.second} cannot be told apart: {difference}"
    if pair.smallest_difference is None:
        return f"{apart}; too few texts come out differently to show any difference."
    return f"{apart}; a difference below {100 * pair.smallest_difference:.1f} points would often be missed."


def is_told(pair: PairComparison) -> bool:
    """Return whether one of two runs is better.

    The corrected test must be significant and, with several seeds, the difference must exceed 1.96 standard
    errors over examples and seeds together.
    """
    if pair.p_holm is None or pair.p_holm >= ALPHA:
        return False
    if pair.error_seeds is None or pair.error_examples is None:
        return True
    return abs(pair.difference) > TWO_SIDED * hypot(pair.error_examples, pair.error_seeds)
