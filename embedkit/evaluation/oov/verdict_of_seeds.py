"""The verdict over several seeds, which says only what every seed shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from embedkit.evaluation.comparison.wording import listed
from embedkit.evaluation.oov.verdict import ALPHA, FEWEST

Errors = Mapping[str, Any]
"""The section `errors` of oov.json, for one seed."""


def verdict_of_seeds(found: Mapping[int, Errors]) -> str:
    """Return one or two sentences on whether errors are associated with out-of-vocabulary content tokens.

    `found` has the errors of two or more seeds on the same texts. Seeds are no sample of texts, and their
    p-values are not independent: an association is reported only if each seed alone shows it, in the same
    direction, so that it is no likelier to be reported by chance than with one seed (the intersection-union
    test, Berger 1982).
    """
    compared = [errors["content"] for errors in found.values()]
    telling = [each for each in compared if _can_tell(each)]
    if len(telling) < len(compared):
        said = "with none" if not telling else f"with {len(telling)} alone"
        return f"Whether errors go with missing words can be told {said} of {len(compared)} seeds."
    if all(each["p_value"] > ALPHA for each in compared):
        return _nothing_seen(compared)
    if all(each["p_value"] <= ALPHA for each in compared) and len({_more(each) for each in compared}) == 1:
        odds = [errors["odds_ratio"] for errors in found.values()]
        return f"{_association(compared)} {_at_one_length(odds, _more(compared[0]))}"
    return _undecided({seed: errors["content"] for seed, errors in found.items()})


def _can_tell(compared: Errors) -> bool:
    enough = min(compared["n_wrong"], compared["n_right"]) >= FEWEST
    return enough and compared["difference"] is not None


def _more(compared: Errors) -> bool:
    return bool(compared["difference"] > 0)


def _nothing_seen(compared: Sequence[Errors]) -> str:
    points = 100 * max(each["detectable"] for each in compared)
    least = min(each["p_value"] for each in compared)
    return (
        f"Errors are not seen to go with words out of vocabulary with any of {len(compared)} seeds: "
        f"{_means(compared)} (p at least {least:.3f}). "
        f"With {_counts(compared, 'n_wrong')} wrong and {_counts(compared, 'n_right')} right texts "
        f"a difference below {points:.1f} points would often be missed."
    )


def _association(compared: Sequence[Errors]) -> str:
    more = "more" if _more(compared[0]) else "fewer"
    largest = max(each["p_value"] for each in compared)
    shown = "p < 0.001 with each" if largest < 0.001 else f"p at most {largest:.3f}"
    return (
        f"Errors go with {more} words out of vocabulary with each of {len(compared)} seeds: "
        f"{_means(compared)} ({shown})."
    )


def _undecided(compared: Mapping[int, Errors]) -> str:
    seen = {seed: _more(each) for seed, each in compared.items() if each["p_value"] <= ALPHA}
    by_way = {"more": [s for s in seen if seen[s]], "fewer": [s for s in seen if not seen[s]]}
    ways = [
        f"{way} with seed{'s' if len(seeds) > 1 else ''} {listed([*map(str, seeds)])}"
        for way, seeds in by_way.items()
        if seeds
    ]
    return (
        f"Whether errors go with words out of vocabulary depends on the seed, so it cannot be told: "
        f"of {len(compared)} seeds, wrong texts are seen to have {', '.join(ways)}"
        f"{'' if len(seen) == len(compared) else ', and nothing is seen with the others'}."
    )


def _at_one_length(odds: Sequence[Errors], more: bool) -> str:
    if any(each["why"] for each in odds):
        return "Among texts of one length that is not estimable with every seed."
    values = _range([each["value"] for each in odds], "{:.2f}".format)
    low, high = min(each["ci95"][0] for each in odds), max(each["ci95"][1] for each in odds)
    shown = f"each 10 points more multiply the odds of an error by {values} ({low:.2f}–{high:.2f})"
    if low > 1 if more else high < 1:
        return f"Among texts of one length, {shown}."
    return f"Among texts of one length that is not seen with every seed: {shown}."


def _means(compared: Sequence[Errors]) -> str:
    wrong, right = (_percent([each[key] for each in compared]) for key in ("wrong_mean", "right_mean"))
    return f"on average {wrong} of a wrong text's content tokens are, {right} of a right one's"


def _percent(shares: Sequence[float]) -> str:
    return f"{_range([100 * share for share in shares], '{:.1f}'.format)}%"


def _counts(compared: Sequence[Errors], key: str) -> str:
    return _range([each[key] for each in compared], "{:,}".format)


def _range(values: Sequence[float], shown: Callable[[float], str]) -> str:
    low, high = shown(min(values)), shown(max(values))
    return low if low == high else f"{low}–{high}"
