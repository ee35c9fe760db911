"""The verdict in words: whether errors are associated with out-of-vocabulary tokens or not, never why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FEWEST = 10
"""With fewer wrong texts than this, or fewer right ones, nothing is said either way."""

ALPHA = 0.05


def verdict(compared: Mapping[str, Any], odds: Mapping[str, Any]) -> str:
    """Return one or two sentences on whether errors are associated with out-of-vocabulary content tokens.

    `compared` comes from `compare_shares`, `odds` from `odds_ratio`.
    """
    n_wrong, n_right = compared["n_wrong"], compared["n_right"]
    if not n_wrong:
        return "No text with content tokens is wrong: there are no errors to explain."
    if min(n_wrong, n_right) < FEWEST:
        return f"Too few to tell whether errors go with missing words: {_texts(n_wrong, n_right)}."
    if compared["difference"] is None:
        return f"All {n_wrong + n_right:,} texts have the same share of content tokens out of vocabulary."
    if compared["p_value"] > ALPHA:
        return _nothing_seen(compared)
    return f"{_association(compared)} {_at_one_length(odds, compared['difference'] > 0)}"


def _texts(n_wrong: int, n_right: int) -> str:
    return f"{n_wrong:,} wrong and {n_right:,} right {'text' if n_right == 1 else 'texts'}"


def _means(compared: Mapping[str, Any]) -> str:
    p_value = compared["p_value"]
    shown = "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"
    wrong, right = (f"{compared[key]:.1%}" for key in ("wrong_mean", "right_mean"))
    return f"on average {wrong} of a wrong text's content tokens are, {right} of a right one's ({shown})"


def _nothing_seen(compared: Mapping[str, Any]) -> str:
    points = 100 * compared["detectable"]
    return (
        f"Errors are not seen to go with words out of vocabulary: {_means(compared)}. "
        f"With {_texts(compared['n_wrong'], compared['n_right'])} "
        f"a difference below {points:.1f} points would often be missed."
    )


def _association(compared: Mapping[str, Any]) -> str:
    more = "more" if compared["difference"] > 0 else "fewer"
    return f"Errors go with {more} words out of vocabulary: {_means(compared)}."


def _at_one_length(odds: Mapping[str, Any], more: bool) -> str:
    if odds["why"]:
        return f"Among texts of one length that is {odds['why']}."
    low, high = odds["ci95"]
    shown = f"each 10 points more multiply the odds of an error by {odds['value']:.2f} ({low:.2f}–{high:.2f})"
    if (low > 1 and more) or (high < 1 and not more):
        return f"Among texts of one length, {shown}."
    return f"Among texts of one length that is not seen: {shown}."
