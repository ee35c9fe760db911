"""Whether errors are associated with out-of-vocabulary tokens: all figures of one split, and the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedkit.evaluation.oov.buckets import error_rates
from embedkit.evaluation.oov.difference import compare_shares
from embedkit.evaluation.oov.odds import odds_ratio
from embedkit.evaluation.oov.verdict import verdict

if TYPE_CHECKING:
    from embedkit.evaluation.oov.shares import Shares


def errors_by_share(shares: Shares) -> dict[str, Any]:
    """Return `n`, `wrong`, the `odds_ratio`, the `verdict`, and an analysis of `content` and of `all` tokens.

    Each of the two compares the shares of wrong and right texts, and has the error rate by share in
    `buckets`.
    """
    kinds = {"content": shares.content, "all": shares.all}
    found = {
        kind: {**compare_shares(shares.wrong, share), "buckets": error_rates(shares.wrong, share)}
        for kind, share in kinds.items()
    }
    odds = odds_ratio(shares)
    return {
        "n": len(shares.wrong),
        "wrong": int(shares.wrong.sum()),
        **found,
        "odds_ratio": odds,
        "verdict": verdict(found["content"], odds),
    }
