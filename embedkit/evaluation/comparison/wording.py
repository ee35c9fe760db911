"""Differences of accuracies in words: no more is said than the figures do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

ALPHA = 0.05


def points(share: float) -> str:
    """A share in points of a hundred, with its sign: `+2.3`."""
    return f"{100 * share:+.1f}".replace("-0.0", "0.0").replace("+0.0", "0.0")


def between(interval: Sequence[float]) -> str:
    """An interval in points: `0.6 to 4.0`."""
    return " to ".join(points(end).removeprefix("+") for end in interval)


def p_shown(p: float | None) -> str:
    """A p-value: `p = 0.012`, `p < 0.001`."""
    if p is None:
        return "p not defined"
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def listed(names: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]


def beside_baselines(baselines: Mapping[str, Mapping[str, Any]], n: int) -> str:
    """What a split of n texts tells of a model and the `baselines` beside it; "" where it has none."""
    against = {name: each["against_model"] for name, each in baselines.items() if "against_model" in each}
    told = {name: each["difference"] for name, each in against.items() if each["p_holm"] < ALPHA}
    better = [name for name, difference in told.items() if difference > 0]
    worse = [name for name, difference in told.items() if difference < 0]
    alike = [each["smallest_difference"] for name, each in against.items() if name not in told]
    said = [f"{name} is better than this model: {_by(against[name], n)}" for name in better]
    if worse:
        said.append(f"this model is better than {listed(worse)}")
    if alike:
        names = listed([name for name in against if name not in told])
        said.append(f"this model cannot be told apart from {names}, {_missed(alike, n)}")
    return _sentence("; ".join(said), capital=not better) if said else ""


def _sentence(text: str, capital: bool) -> str:
    """`text` as a sentence; a name at its beginning stays as it is written."""
    return f"{text[0].upper() if capital else text[0]}{text[1:]}."


def _by(each: Mapping[str, Any], n: int) -> str:
    return f"{points(each['difference'])} points ({between(each['ci95'])}), n = {n:,}"


def _missed(smallest: Sequence[float | None], n: int) -> str:
    """What n examples would not have shown, `smallest` being the differences that they would have."""
    largest = max((each for each in smallest if each is not None), default=None)
    if largest is None or None in smallest:
        return f"and {n:,} texts of which so few differ could hardly have shown that"
    return f"and with {n:,} texts a difference below {100 * largest:.1f} points would often be missed"
