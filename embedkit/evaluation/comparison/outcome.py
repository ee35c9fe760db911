"""The result of a comparison of runs, as tables and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Comparison:
    """The comparison of several runs on one split, as pandas DataFrames.

    `runs` has one row for each run, `pairs` one for each pair of runs; `changed` has the examples on which
    the runs of a pair differ, `coverage` how many there are on either side, with their mean out-of-vocabulary
    shares. `one_class` is the label of all examples if they have the same, else None.
    """

    split: str
    n: int
    one_class: str | None
    runs: pd.DataFrame
    pairs: pd.DataFrame
    changed: pd.DataFrame
    coverage: pd.DataFrame

    def to_plain(self) -> dict[str, Any]:
        """Return the comparison as plain data, with None for values that are not defined."""
        tables = {name: _records(getattr(self, name)) for name in ("runs", "pairs", "coverage", "changed")}
        return {"split": self.split, "n": self.n, "one_class": self.one_class, **tables}


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    return [dict(_plain(row)) for row in frame.astype(object).to_dict("records")]


def _plain(row: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for key, value in row.items():
        missing = isinstance(value, float) and value != value
        yield str(key), None if missing else value
