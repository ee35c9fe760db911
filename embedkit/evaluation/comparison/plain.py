"""A comparison as plain data, which is what `embedkit compare --json` prints, checked as it is read."""

from __future__ import annotations

from functools import cache
from typing import Annotated

from pydantic import Field, TypeAdapter
from typing_extensions import TypedDict

from embedkit.evaluation.comparison.compared_run import ComparedRun
from embedkit.evaluation.comparison.pairs import PairComparison, Side
from embedkit.evaluation.numbers import Count, Figure


class ChangedRow(TypedDict):
    """An example that one run of a pair has right more often than the other: a row of `changed`."""

    id: int
    label: str
    text: str
    first: str
    first_right: Figure
    first_predicted: str
    first_oov_share: Figure | None
    first_content_oov_share: Figure | None
    second: str
    second_right: Figure
    second_predicted: str
    second_oov_share: Figure | None
    second_content_oov_share: Figure | None


class PlainComparison(TypedDict):
    """A comparison as plain data. Further keys, such as the verdict on a pair, follow from these."""

    split: str
    n: Count
    one_class: str | None
    runs: Annotated[list[ComparedRun], Field(min_length=2)]
    pairs: Annotated[list[PairComparison], Field(min_length=1)]
    coverage: list[Side]
    changed: list[ChangedRow]


def checked_comparison(content: object) -> PlainComparison:
    """Return a comparison from plain data, its runs, pairs and sides as typed rows.

    Raises pydantic's ValidationError, a ValueError, if a key is missing or has a value that cannot be.
    """
    return _adapter().validate_python(content)


@cache
def _adapter() -> TypeAdapter[PlainComparison]:
    return TypeAdapter(PlainComparison)
