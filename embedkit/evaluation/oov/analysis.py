"""The analysis of one split: what is missing, and whether errors go with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.evaluation.oov.counting import Tally, missing_words
from embedkit.evaluation.oov.errors import errors_by_share
from embedkit.evaluation.oov.shares import Shares, measure

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.prediction import Prediction


def analyse(
    texts: Sequence[Prediction], content: Content, classes: Iterable[str], separator: str | None = None
) -> dict[str, Any]:
    """`analyse_counted` of the texts of one model.

    `separator` is what separates the labels of a text that may have several.
    """
    return analyse_counted(Tally.of(texts, classes, separator), measure(texts, content), content)


def analyse_counted(tally: Tally, shares: Shares, content: Content) -> dict[str, Any]:
    """`coverage` of the texts and, in `classes`, of each class; the `missing` words; the `errors`."""
    return {
        "coverage": tally.coverage(content),
        "missing": missing_words(tally.words, content),
        "errors": errors_by_share(shares),
    }
