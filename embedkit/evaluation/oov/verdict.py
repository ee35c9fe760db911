"""The verdict in words: whether errors are associated with out-of-vocabulary tokens or not, never why."""

from __future__ import annotations

from embedkit.evaluation.comparison.wording import p_shown
from embedkit.evaluation.oov.claim import Claim
from embedkit.evaluation.oov.result import OddsRatio, ShareComparison
from embedkit.model.token_states import OF_WORDS, StateSet

FEWEST = 10
"""With fewer wrong texts than this, or fewer right ones, nothing is said either way."""

ALPHA = 0.05


def verdict(compared: ShareComparison, odds: OddsRatio, state_set: StateSet = OF_WORDS) -> str:
    """Return one or two sentences on whether errors are associated with out-of-vocabulary content tokens.

    `compared` and `odds` are those of content tokens; `state_set` says what such tokens are called.
    """
    return claim(compared, odds, state_set).full


def claim(compared: ShareComparison, odds: OddsRatio, state_set: StateSet = OF_WORDS) -> Claim:
    """Return what the verdict states, as a sentence and as the figures that it rests on."""
    described = state_set.described
    if not compared.n_wrong:
        return Claim("No text with content tokens is wrong: there are no errors to explain")
    if min(compared.n_wrong, compared.n_right) < FEWEST:
        return Claim(
            f"Too few to tell whether errors go with {state_set.described_words}: {_texts(compared)}"
        )
    if compared.difference is None or compared.p_value is None:
        texts = compared.n_wrong + compared.n_right
        return Claim(f"All {texts:,} texts have the same share of content tokens {described}")
    p, means = p_shown(compared.p_value), _means(compared)
    if compared.p_value > ALPHA:
        return Claim(f"Errors are not seen to go with words {described}", p, means, _power(compared))
    more = compared.difference > 0
    association = f"Errors go with {'more' if more else 'fewer'} words {described}"
    return Claim(association, p, means, _at_one_length(odds, more))


def _texts(compared: ShareComparison) -> str:
    n_wrong, n_right = compared.n_wrong, compared.n_right
    return f"{n_wrong:,} wrong and {n_right:,} right {'text' if n_right == 1 else 'texts'}"


def _means(compared: ShareComparison) -> str:
    wrong, right = f"{compared.wrong_mean:.1%}", f"{compared.right_mean:.1%}"
    return f"on average {wrong} of a wrong text's content tokens are, {right} of a right one's"


def _power(compared: ShareComparison) -> str:
    """Return the sentence on the difference that so many texts do not show."""
    assert compared.detectable is not None  # which takes two texts of each kind: here there are ten
    points = 100 * compared.detectable
    return f"With {_texts(compared)} a difference below {points:.1f} points would often be missed."


def _at_one_length(odds: OddsRatio, more: bool) -> str:
    if odds.value is None or odds.ci95 is None:
        return f"Among texts of one length that is {odds.why}."
    low, high = odds.ci95
    shown = f"each 10 points more multiply the odds of an error by {odds.value:.2f} ({low:.2f}–{high:.2f})"
    if (low > 1 and more) or (high < 1 and not more):
        return f"Among texts of one length, {shown}."
    return f"Among texts of one length that is not seen: {shown}."
