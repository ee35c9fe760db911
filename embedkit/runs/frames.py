"""The analysis of a run as pandas DataFrames: `run.oov`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from embedkit.errors import Fault, RunError
from embedkit.runs import layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

Row = dict[str, Any]


class AnalyzedRun(Protocol):
    """A run whose files can be read: a `Run`."""

    path: Path

    @property
    def metrics(self) -> Mapping[str, Any]: ...

    @property
    def folds(self) -> Sequence[Any]: ...

    @property
    def predictions(self) -> pd.DataFrame: ...

    def read_json(self, name: str) -> Any: ...

    def read_csv(self, name: str) -> pd.DataFrame: ...


class OovFrames:
    """The out-of-vocabulary analysis of a run as DataFrames: oov.json, table-drift.csv, predictions.csv.

    With `seed`, the analysis is that of one seed of several. Every property raises RunError if only the inner
    runs have its file.
    """

    def __init__(self, run: AnalyzedRun, seed: int | None = None) -> None:
        self._run = run
        self._seed = seed

    @cached_property
    def figures(self) -> dict[str, Any]:
        """Return the content of oov.json, or its entry for the one seed.

        Raises RunError if its splits differ from those of metrics.json.
        """
        found: dict[str, Any] = self._run.read_json(layout.OOV)
        self._refuse_other_splits(found["splits"])
        return found if self._seed is None else found["seeds"][str(self._seed)]

    def _refuse_other_splits(self, splits: Mapping[str, Any]) -> None:
        """Raise RunError unless `splits` are those of metrics.json or, for a run of several, the last one."""
        known = [*self._run.metrics]
        if [*splits] != (known[-1:] if self._run.folds else known):
            where = str(self._run.path / layout.OOV)
            raise RunError(Fault(f"damaged: it has other splits than {layout.METRICS}", where=where))

    @cached_property
    def seeds(self) -> dict[int, OovFrames]:
        """Return the analysis of each seed, over all of its folds, if the run has several seeds."""
        return {int(seed): OovFrames(self._run, int(seed)) for seed in self.figures.get("seeds", {})}

    @property
    def coverage(self) -> pd.DataFrame:
        """Return token and type counts by split, class and state; the class of a whole split is None."""
        rows: list[Row] = []
        for split, found in self.figures["splits"].items():
            groups = {None: found["coverage"], **found["coverage"]["classes"]}
            for label, counts in groups.items():
                for unit in ("tokens", "types"):
                    where = {"split": split, "class": label, "unit": unit}
                    rows += [{**where, "of": of, **states} for of, states in counts[unit].items()]
        return _frame(rows)

    @property
    def missing(self) -> pd.DataFrame:
        """Return the most frequent out-of-vocabulary words of every split: word, count, state, content."""
        return _frame([{"split": s, **word} for s, found in self._splits() for word in found["missing"]])

    @property
    def buckets(self) -> pd.DataFrame:
        """Return error rates by OOV share of content tokens or all tokens, with intervals `low` to `high`."""
        return _frame(
            [
                {"split": split, "of": of, **_with_bounds(bucket)}
                for split, found in self._splits()
                for of in ("content", "all")
                for bucket in found["errors"][of]["buckets"]
            ]
        )

    @property
    def tests(self) -> pd.DataFrame:
        """Return mean OOV shares of wrong and right texts, the difference and p-value, by split and `of`."""
        rows = [
            {"split": split, "of": of, **found["errors"][of]}
            for split, found in self._splits()
            for of in ("content", "all")
        ]
        return _frame([{key: value for key, value in row.items() if key != "buckets"} for row in rows])

    @property
    def odds_ratios(self) -> pd.DataFrame:
        """Return the odds ratio per ten points of content OOV share, or why there is none, by split."""
        return _frame([{"split": s, **_with_bounds(f["errors"]["odds_ratio"])} for s, f in self._splits()])

    @property
    def verdicts(self) -> dict[str, str]:
        """Return the verdict on the error figures, by split."""
        return {split: found["errors"]["verdict"] for split, found in self._splits()}

    @property
    def policies(self) -> pd.DataFrame:
        """Return how many texts another policy would have turned right and wrong, by policy and split."""
        refilled = self.figures["policies"]["refilled"]
        return _frame(
            [{"policy": p, "split": s, **counts} for p, by in refilled.items() for s, counts in by.items()]
        )

    @property
    def wrong(self) -> pd.DataFrame:
        """Return the misclassified rows of `run.predictions`, with the largest content OOV share first."""
        predictions = self._run.predictions
        if self._seed is not None:
            predictions = predictions[predictions["seed"] == self._seed]
        wrong = predictions[predictions["label"] != predictions["predicted"]]
        return wrong.sort_values("content_oov_share", ascending=False, kind="stable")

    @property
    def drift(self) -> pd.DataFrame:
        """Return table-drift.csv: how far training moved each row, and the neighbours gained and lost."""
        return self._run.read_csv(layout.DRIFT)

    @property
    def drift_by_origin(self) -> pd.DataFrame:
        """Return the drift summary by origin of the rows; empty if training changed no row."""
        return _frame([{"origin": name, **row} for name, row in (self.figures["drift"] or {}).items()])

    def _splits(self) -> list[tuple[str, dict[str, Any]]]:
        return [*self.figures["splits"].items()]


def _with_bounds(row: Mapping[str, Any]) -> Row:
    low, high = row["ci95"] or (None, None)
    return {**{key: value for key, value in row.items() if key != "ci95"}, "low": low, "high": high}


def _frame(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)
