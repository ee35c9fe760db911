"""The result of a comparison of runs, as typed rows, as pandas DataFrames and as plain data."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from embedkit.evaluation.comparison.compared_run import ComparedRun
from embedkit.evaluation.comparison.pairs import SHARES, PairComparison, Side
from embedkit.evaluation.comparison.plain import ChangedRow, checked_comparison
from embedkit.evaluation.comparison.short_report import short_report
from embedkit.evaluation.comparison.wording import pair_verdict
from embedkit.evaluation.short_report import ShortReport, as_html

if TYPE_CHECKING:
    import pandas as pd

T = TypeVar("T")


@dataclass(frozen=True)
class Outcome:
    """What one run of a pair made of an example: the share of its seeds that are `right`, and its coverage.

    `predicted` is what its first seed predicted. The out-of-vocabulary shares are None for a text without
    tokens, or without content tokens.
    """

    run: str
    right: float
    predicted: str
    oov_share: float | None
    content_oov_share: float | None


@dataclass(frozen=True)
class ChangedExample:
    """An example that one run of a pair has right more often than the other."""

    id: int
    label: str
    text: str
    first: Outcome
    second: Outcome


@dataclass(frozen=True, repr=False)
class Comparison:
    """The comparison of several runs on n examples of one split.

    `compared_runs` has one entry for each run, `compared_pairs` one for each pair of runs, `sides` the number
    of examples on either side of each pair; the properties `runs`, `pairs` and `coverage` are the same as
    pandas DataFrames. The DataFrame `changed` has the examples on which the runs of a pair differ.
    `one_class` is the label of all examples if they have the same, else None.
    """

    split: str
    n: int
    one_class: str | None
    compared_runs: tuple[ComparedRun, ...]
    compared_pairs: tuple[PairComparison, ...]
    sides: tuple[Side, ...]
    changed: pd.DataFrame

    def __repr__(self) -> str:
        names = ", ".join(run.run for run in self.compared_runs)
        return f"<Comparison of {names} on {self.n:,} texts of {self.split}>"

    def _repr_html_(self) -> str:
        """Return the short report for a notebook."""
        return as_html(self.short_report())

    def short_report(self) -> ShortReport:
        """Return the verdict on the runs, and a row for each."""
        title = f"{self.n:,} texts of {self.split}"
        return short_report(title, self.compared_runs, self.compared_pairs, self.sides)

    @cached_property
    def runs(self) -> pd.DataFrame:
        """Return one row for each run: accuracy, number of seeds and folds, deviation over seeds."""
        return _frame([asdict(run) for run in self.compared_runs])

    @cached_property
    def pairs(self) -> pd.DataFrame:
        """Return one row for each pair of runs: its figures, and the verdict in words."""
        return _frame(self._pairs())

    @cached_property
    def coverage(self) -> pd.DataFrame:
        """Return the number of examples on either side of each pair, and their mean OOV shares."""
        frame = _frame([asdict(side) for side in self.sides])
        shares = [name for name in frame.columns if name.endswith("oov_share")]
        return frame.astype(dict.fromkeys(shares, float))

    def changed_examples(self) -> Iterator[ChangedExample]:
        """Yield the rows of `changed`, in order."""
        examples = (self.changed[name].tolist() for name in ("id", "label", "text"))
        outcomes = (_outcomes(self.changed, which) for which in ("first", "second"))
        for row in zip(*examples, *outcomes, strict=True):
            yield ChangedExample(*row)

    def to_plain(self) -> dict[str, object]:
        """Return the comparison as plain data, with None for values that are not defined."""
        return {
            "split": self.split,
            "n": self.n,
            "one_class": self.one_class,
            "runs": [asdict(run) for run in self.compared_runs],
            "pairs": self._pairs(),
            "coverage": [asdict(side) for side in self.sides],
            "changed": [*_records(self.changed)],
        }

    @classmethod
    def from_plain(cls, content: object) -> Comparison:
        """Return the comparison that `to_plain` made plain data of.

        Raises pydantic's ValidationError, a ValueError, if a key is missing or is none of a comparison.
        """
        import pandas as pd

        plain = checked_comparison(content)
        return cls(
            split=plain["split"],
            n=plain["n"],
            one_class=plain["one_class"],
            compared_runs=tuple(plain["runs"]),
            compared_pairs=tuple(plain["pairs"]),
            sides=tuple(plain["coverage"]),
            changed=pd.DataFrame(plain["changed"], columns=[*ChangedRow.__annotations__]),
        )

    def _pairs(self) -> list[dict[str, object]]:
        return [
            {**asdict(pair), "ci95": [*pair.ci95], "verdict": pair_verdict(pair)}
            for pair in self.compared_pairs
        ]


def _outcomes(changed: pd.DataFrame, which: str) -> Iterator[Outcome]:
    """Yield what the first or the second run of a pair made of each example."""
    columns = (which, *(f"{which}_{name}" for name in ("right", "predicted", *SHARES)))
    for run, right, predicted, *shares in zip(*(changed[name].tolist() for name in columns), strict=True):
        yield Outcome(run, right, predicted, *map(_known, shares))


def _records(frame: pd.DataFrame) -> Iterator[dict[str, object]]:
    """Yield the rows by column name, with None for what is missing."""
    for row in frame.astype(object).to_dict("records"):
        yield {str(key): _known(value) for key, value in row.items()}


def _known(value: T) -> T | None:
    """Return a value of a DataFrame, or None for NaN."""
    return None if isinstance(value, float) and value != value else value


def _frame(rows: Sequence[dict[str, object]]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)
