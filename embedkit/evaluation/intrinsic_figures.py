"""The figures of an intrinsic evaluation as typed data: the entries of its metrics.json."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import cache
from typing import Annotated, Literal

from pydantic import Field, TypeAdapter

from embedkit.evaluation.numbers import Count, Figure


@dataclass(frozen=True, kw_only=True)
class SimilarityFigures:
    """The result of vectors on a set of word pairs, n of which count.

    `oov` is the number of pairs with a word that the source lacks. `spearman` and `p_value` are None where
    they are not defined; `undefined` says why.
    """

    task: Literal["similarity"] = "similarity"
    pairs: Count
    n: Count
    oov: Count
    oov_share: Figure
    spearman: Figure | None
    p_value: Figure | None
    undefined: str | None

    def to_json(self) -> dict[str, object]:
        """Return the entry of metrics.json."""
        return asdict(self)


@dataclass(frozen=True, kw_only=True)
class QuestionFigures:
    """The result of vectors on analogy questions, n of which count.

    `oov` is the number of questions with a word that the source lacks; `accuracy` is None if n is 0.
    """

    questions: Count
    n: Count
    oov: Count
    oov_share: Figure
    correct: Count
    accuracy: Figure | None


@dataclass(frozen=True, kw_only=True)
class AnalogyFigures(QuestionFigures):
    """The result of vectors on a set of analogies, in total and by section."""

    task: Literal["analogies"] = "analogies"
    sections: Mapping[str, QuestionFigures]

    def to_json(self) -> dict[str, object]:
        """Return the entry of metrics.json."""
        return {"task": self.task, **asdict(self)}


IntrinsicFigures = SimilarityFigures | AnalogyFigures


def figures_from_json(content: object) -> dict[str, IntrinsicFigures]:
    """Return the figures by set from a metrics.json. Raises pydantic's ValidationError if it is damaged."""
    return _adapter().validate_python(content)


@cache
def _adapter() -> TypeAdapter[dict[str, IntrinsicFigures]]:
    figures = Annotated[IntrinsicFigures, Field(discriminator="task")]
    return TypeAdapter(Annotated[dict[str, figures], Field(min_length=1)])
