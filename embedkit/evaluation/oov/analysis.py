"""The out-of-vocabulary analysis of one split: missing words, and whether errors are associated with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.oov.counting import Tally, missing_words
from embedkit.evaluation.oov.difference import compare_shares
from embedkit.evaluation.oov.odds import odds_ratio
from embedkit.evaluation.oov.result import ErrorAnalysis, SplitAnalysis
from embedkit.evaluation.oov.shares import Shares, measure_split
from embedkit.evaluation.oov.verdict import verdict
from embedkit.model.token_states import OF_WORDS

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Predictions
    from embedkit.model.token_states import StateSet


def errors_by_share(shares: Shares, state_set: StateSet = OF_WORDS) -> ErrorAnalysis:
    """Return the association of errors with the out-of-vocabulary shares of the texts, and the verdict.

    `state_set` says what the tokens in the shares are called in the verdict.
    """
    content = compare_shares(shares.wrong, shares.content)
    of_all = compare_shares(shares.wrong, shares.all)
    odds = odds_ratio(shares)
    n, wrong = len(shares.wrong), int(shares.wrong.sum())
    return ErrorAnalysis(n, wrong, content, of_all, odds, verdict(content, odds, state_set))


def analyse(texts: Predictions, content: Content) -> SplitAnalysis:
    """Return the out-of-vocabulary analysis of one model's predictions for a split."""
    return analyse_counted(Tally.of_split(texts), measure_split(texts, content), content)


def analyse_counted(tally: Tally, shares: Shares, content: Content) -> SplitAnalysis:
    """Return the coverage of the texts, also by class, the missing words and the analysis of errors."""
    return SplitAnalysis(
        tally.coverage(content),
        missing_words(tally.words, content, tally.state_set),
        errors_by_share(shares, tally.state_set),
    )
