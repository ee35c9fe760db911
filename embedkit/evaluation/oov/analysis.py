"""The analysis of one split: what is missing, and whether errors go with it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from embedkit.evaluation.oov.counting import count_by_class, count_states, missing_words
from embedkit.evaluation.oov.errors import errors_by_share
from embedkit.evaluation.oov.shares import measure

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Prediction


def analyse(
    texts: Sequence[Prediction], content: Content, classes: Iterable[str], separator: str | None = None
) -> dict[str, Any]:
    """`coverage` of the split and, in `classes`, of each class; the `missing` words; the `errors`.

    `separator` is what separates the labels of a text that may have several.
    """
    coverage = count_states(texts, content)
    by_class = count_by_class(texts, content, classes, separator)
    return {
        "coverage": {**coverage, "cut": sum(text.cut for text in texts), "classes": by_class},
        "missing": missing_words(texts, content),
        "errors": errors_by_share(measure(texts, content)),
    }
