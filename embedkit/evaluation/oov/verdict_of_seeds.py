"""The verdict over several seeds, which says only what every seed shows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from embedkit.evaluation.comparison.wording import listed
from embedkit.evaluation.oov.averages import known
from embedkit.evaluation.oov.claim import Claim
from embedkit.evaluation.oov.result import ErrorAnalysis, OddsRatio, ShareComparison
from embedkit.evaluation.oov.verdict import ALPHA, FEWEST
from embedkit.model.token_states import OF_WORDS, StateSet


def verdict_of_seeds(found: Mapping[int, ErrorAnalysis], state_set: StateSet = OF_WORDS) -> str:
    """Return one or two sentences on whether errors are associated with out-of-vocabulary content tokens.

    `found` has the errors of two or more seeds on the same texts. Seeds are no sample of texts, and their
    p-values are not independent: an association is reported only if each seed alone shows it, in the same
    direction, so that it is no likelier to be reported by chance than with one seed (the intersection-union
    test, Berger 1982). `state_set` says what out-of-vocabulary tokens are called.
    """
    return claim_of_seeds(found, state_set).full


def claim_of_seeds(found: Mapping[int, ErrorAnalysis], state_set: StateSet = OF_WORDS) -> Claim:
    """Return what the verdict states, as a sentence and as the figures that it rests on."""
    compared = [errors.content for errors in found.values()]
    telling = [each for each in compared if _can_tell(each)]
    if len(telling) < len(compared):
        said = "with none" if not telling else f"with {len(telling)} alone"
        words = state_set.described_words
        return Claim(f"Whether errors go with {words} can be told {said} of {len(compared)} seeds")
    significant = [_significant(each) for each in compared]
    if not any(significant):
        return _nothing_seen(compared, state_set.described)
    if all(significant) and len({_more(each) for each in compared}) == 1:
        odds = [errors.odds_ratio for errors in found.values()]
        at_one_length = _at_one_length(odds, _more(compared[0]))
        return _association(compared, state_set.described, at_one_length)
    return _undecided({seed: errors.content for seed, errors in found.items()}, state_set.described)


def _can_tell(compared: ShareComparison) -> bool:
    return min(compared.n_wrong, compared.n_right) >= FEWEST and compared.difference is not None


def _more(compared: ShareComparison) -> bool:
    return compared.difference is not None and compared.difference > 0


def _significant(compared: ShareComparison) -> bool:
    return compared.p_value is not None and compared.p_value <= ALPHA


def _nothing_seen(compared: Sequence[ShareComparison], described: str) -> Claim:
    points = 100 * max(known(each.detectable for each in compared))
    least = min(known(each.p_value for each in compared))
    wrong = _range([each.n_wrong for each in compared], "{:,}".format)
    right = _range([each.n_right for each in compared], "{:,}".format)
    return Claim(
        f"Errors are not seen to go with words {described} with any of {len(compared)} seeds",
        f"p at least {least:.3f}",
        _means(compared),
        f"With {wrong} wrong and {right} right texts "
        f"a difference below {points:.1f} points would often be missed.",
    )


def _association(compared: Sequence[ShareComparison], described: str, at_one_length: str) -> Claim:
    more = "more" if _more(compared[0]) else "fewer"
    largest = max(known(each.p_value for each in compared))
    return Claim(
        f"Errors go with {more} words {described} with each of {len(compared)} seeds",
        "p < 0.001 with each" if largest < 0.001 else f"p at most {largest:.3f}",
        _means(compared),
        at_one_length,
    )


def _undecided(compared: Mapping[int, ShareComparison], described: str) -> Claim:
    seen = {seed: _more(each) for seed, each in compared.items() if _significant(each)}
    by_way = {"more": [s for s in seen if seen[s]], "fewer": [s for s in seen if not seen[s]]}
    ways = [
        f"{way} with seed{'s' if len(seeds) > 1 else ''} {listed([*map(str, seeds)])}"
        for way, seeds in by_way.items()
        if seeds
    ]
    return Claim(
        f"Whether errors go with words {described} depends on the seed, so it cannot be told: "
        f"of {len(compared)} seeds, wrong texts are seen to have {', '.join(ways)}"
        f"{'' if len(seen) == len(compared) else ', and nothing is seen with the others'}"
    )


def _at_one_length(odds: Sequence[OddsRatio], more: bool) -> str:
    values = known(each.value for each in odds)
    intervals = [each.ci95 for each in odds if each.ci95 is not None]
    if min(len(values), len(intervals)) < len(odds):
        return "Among texts of one length that is not estimable with every seed."
    low, high = min(low for low, _ in intervals), max(high for _, high in intervals)
    ratio = _range(values, "{:.2f}".format)
    shown = f"each 10 points more multiply the odds of an error by {ratio} ({low:.2f}–{high:.2f})"
    if low > 1 if more else high < 1:
        return f"Among texts of one length, {shown}."
    return f"Among texts of one length that is not seen with every seed: {shown}."


def _means(compared: Sequence[ShareComparison]) -> str:
    wrong = _percent(known(each.wrong_mean for each in compared))
    right = _percent(known(each.right_mean for each in compared))
    return f"on average {wrong} of a wrong text's content tokens are, {right} of a right one's"


def _percent(shares: Sequence[float]) -> str:
    return f"{_range([100 * share for share in shares], '{:.1f}'.format)}%"


def _range(values: Sequence[float], shown: Callable[[float], str]) -> str:
    low, high = shown(min(values)), shown(max(values))
    return low if low == high else f"{low}–{high}"
