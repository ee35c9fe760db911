"""The result of a ranking, as typed data: the content of ranking.json."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from functools import cache
from typing import TYPE_CHECKING

from pydantic import TypeAdapter

from embedkit.evaluation.numbers import Interval
from embedkit.evaluation.ranking.fields import STRICT, RankedCandidate, RankingFields
from embedkit.evaluation.ranking.rows import short_report
from embedkit.evaluation.short_report import as_html

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, repr=False)
class Ranking(RankingFields):
    """Candidates by tier, the best tier first, with what the texts can show about them."""

    __pydantic_config__ = STRICT

    def __repr__(self) -> str:
        candidates = f"{len(self.candidates)} candidates in {len(self.tiers)} tiers"
        return f"<Ranking of {candidates} by {self.metric} on {self.n:,} texts, the best: {self.best}>"

    def _repr_html_(self) -> str:
        """Return the short report for a notebook."""
        return as_html(short_report(self))

    def frame(self) -> pd.DataFrame:
        """Return a pandas DataFrame with a row for each candidate, in the order of the table.

        Intervals and the comparison with the best have columns of their own; what is not defined is missing.
        """
        import pandas as pd

        rows = [{"candidate": name, **_row(own)} for name, own in self.candidates.items()]
        frame = pd.DataFrame(rows, columns=[*COLUMNS])
        whole = dict.fromkeys(("tier", "folds_run", "dropped_after", "bytes"), "Int64")
        return frame.astype({**dict.fromkeys(NUMBERS, "float64"), **whole})

    def to_json(self) -> dict[str, object]:
        """Return the content of ranking.json."""
        return asdict(self)

    @classmethod
    def from_json(cls, content: object) -> Ranking:
        """Return the ranking whose content of ranking.json is given.

        Raises pydantic's ValidationError, a ValueError, if a field is missing or is none of a ranking.
        """
        return _adapter().validate_python(content)


NUMBERS = (
    *("mean", "ci95_low", "ci95_high", "e_value", "seconds", "coverage"),
    *("difference", "difference_low", "difference_high", "p", "p_holm"),
)
COLUMNS = (
    *("candidate", "tier", "mean", "ci95_low", "ci95_high", "folds_run", "seconds", "bytes", "coverage"),
    *("difference", "difference_low", "difference_high", "p", "p_holm"),
    *("dropped_after", "dropped_by", "e_value"),
)
"""Columns of the DataFrame, and of ranking.csv."""


def _row(candidate: RankedCandidate) -> dict[str, object]:
    against = candidate.against_best
    tested = {} if against is None else {**asdict(against), **_ends("difference", against.ci95)}
    return {**asdict(candidate), **_ends("ci95", candidate.ci95), **tested}


def _ends(name: str, interval: Interval | None) -> dict[str, float | None]:
    low, high = interval or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}


@cache
def _adapter() -> TypeAdapter[Ranking]:
    return TypeAdapter(Ranking)
