"""Whether errors are associated with out-of-vocabulary tokens: all figures of one split, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.oov.difference import compare_shares
from embedkit.evaluation.oov.odds import odds_ratio
from embedkit.evaluation.oov.result import ErrorAnalysis
from embedkit.evaluation.oov.verdict import verdict

if TYPE_CHECKING:
    from embedkit.evaluation.oov.shares import Shares


def errors_by_share(shares: Shares) -> ErrorAnalysis:
    """Return the association of errors with the out-of-vocabulary shares of the texts, and the verdict."""
    content = compare_shares(shares.wrong, shares.content)
    of_all = compare_shares(shares.wrong, shares.all)
    odds = odds_ratio(shares)
    n, wrong = len(shares.wrong), int(shares.wrong.sum())
    return ErrorAnalysis(n, wrong, content, of_all, odds, verdict(content, odds))
