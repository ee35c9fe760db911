"""The out-of-vocabulary analysis of one split: missing words, and whether errors are associated with them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from embedkit.evaluation.oov.counting import Tally, missing_words
from embedkit.evaluation.oov.errors import errors_by_share
from embedkit.evaluation.oov.result import SplitAnalysis
from embedkit.evaluation.oov.shares import Shares, measure

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.prediction import Prediction


def analyse(
    texts: Sequence[Prediction], content: Content, classes: Iterable[str], separator: str | None = None
) -> SplitAnalysis:
    """Return the out-of-vocabulary analysis of one model's texts, as `analyse_counted` does.

    `separator` is the string between the labels of a multi-label text.
    """
    return analyse_counted(Tally.of(texts, classes, separator), measure(texts, content), content)


def analyse_counted(tally: Tally, shares: Shares, content: Content) -> SplitAnalysis:
    """Return the coverage of the texts, also by class, the missing words and the analysis of errors."""
    return SplitAnalysis(
        tally.coverage(content), missing_words(tally.words, content), errors_by_share(shares)
    )
