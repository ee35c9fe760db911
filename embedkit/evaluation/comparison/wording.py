"""Differences of accuracies in words: no more is said than the figures do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import hypot
from typing import Any

ALPHA = 0.05
TWO_SIDED = 1.96
"""How many standard errors, to either side, 95% of a normal distribution are within."""


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
        return f"and too few of the {n:,} texts come out differently to show any difference"
    return f"and with {n:,} texts a difference below {100 * largest:.1f} points would often be missed"


def pair_verdict(pair: Mapping[str, Any]) -> str:
    """What the figures of `compare_pair`, with the names of both and `p_holm`, tell of two runs."""
    first, second, n = pair["first"], pair["second"], pair["n"]
    if not pair["only_first_right"] + pair["only_second_right"]:
        same = "" if pair["other_predictions"] else ": they predict the same"
        return f"{first} and {second} are right and wrong on the same {n:,} texts{same}."
    figures = f"({between(pair['ci95'])}), {p_shown(pair['p_holm'])}, n = {n:,}"
    if is_told(pair):
        if pair["difference"] > 0:
            return f"{second} is better than {first}: {points(pair['difference'])} points {figures}."
        return f"{second} is worse than {first}: {points(pair['difference'])} points {figures}."
    apart = f"{first} and {second} cannot be told apart: {points(pair['difference'])} points {figures}"
    if pair["smallest_difference"] is None:
        return f"{apart}; too few texts come out differently to show any difference."
    return (
        f"{apart}; a difference below {100 * pair['smallest_difference']:.1f} points would often be missed."
    )


def is_told(pair: Mapping[str, Any]) -> bool:
    """Whether one of two runs is better: by the corrected test and, of several seeds, whatever the seed."""
    if pair["p_holm"] is None or pair["p_holm"] >= ALPHA:
        return False
    if pair["error_seeds"] is None:
        return True
    error = hypot(pair["error_examples"], pair["error_seeds"])
    return bool(abs(pair["difference"]) > TWO_SIDED * error)
