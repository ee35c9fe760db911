"""The analysis of a run as pandas DataFrames: `run.oov`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

from embedkit.errors import Fault, RunError

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
    """What oov.json, table-drift.csv and predictions.csv of a run say of its out-of-vocabulary tokens.

    With `seed` it is what this one of several seeds says. Each raises RunError where only the runs inside it
    have such a file.
    """

    def __init__(self, run: AnalyzedRun, seed: int | None = None) -> None:
        self._run = run
        self._seed = seed

    @cached_property
    def figures(self) -> dict[str, Any]:
        """oov.json as it is, or what it has of the one seed."""
        found: dict[str, Any] = self._run.read_json("oov.json")
        self._refuse_other_splits(found["splits"])
        return found if self._seed is None else found["seeds"][str(self._seed)]

    def _refuse_other_splits(self, splits: Mapping[str, Any]) -> None:
        """The splits are those of metrics.json or, of several runs, the last one."""
        known = [*self._run.metrics]
        if [*splits] != (known[-1:] if self._run.folds else known):
            where = str(self._run.path / "oov.json")
            raise RunError(Fault("damaged: it has other splits than metrics.json", where=where))

    @cached_property
    def seeds(self) -> dict[int, OovFrames]:
        """Of a run of several seeds, the same of each seed by itself, over all of its folds."""
        return {int(seed): OovFrames(self._run, int(seed)) for seed in self.figures.get("seeds", {})}

    @property
    def coverage(self) -> pd.DataFrame:
        """Tokens and types by split and class in each state; the class of a whole split is None."""
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
        """The most frequent words out of vocabulary of every split: word, count, state, content."""
        return _frame([{"split": s, **word} for s, found in self._splits() for word in found["missing"]])

    @property
    def buckets(self) -> pd.DataFrame:
        """The error rate by share, of content and of all tokens, with its interval `low` to `high`."""
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
        """One row for each split and `of`: mean shares of wrong and right texts, difference, p-value."""
        rows = [
            {"split": split, "of": of, **found["errors"][of]}
            for split, found in self._splits()
            for of in ("content", "all")
        ]
        return _frame([{key: value for key, value in row.items() if key != "buckets"} for row in rows])

    @property
    def odds_ratios(self) -> pd.DataFrame:
        """One row for each split: the odds ratio for ten points of content share, or why there is none."""
        return _frame([{"split": s, **_with_bounds(f["errors"]["odds_ratio"])} for s, f in self._splits()])

    @property
    def verdicts(self) -> dict[str, str]:
        """By split, what the figures say."""
        return {split: found["errors"]["verdict"] for split, found in self._splits()}

    @property
    def policies(self) -> pd.DataFrame:
        """How many texts another policy would have turned right and wrong, by policy and split."""
        refilled = self.figures["policies"]["refilled"]
        return _frame(
            [{"policy": p, "split": s, **counts} for p, by in refilled.items() for s, counts in by.items()]
        )

    @property
    def wrong(self) -> pd.DataFrame:
        """The wrong rows of `run.predictions`, those with the largest content share first."""
        predictions = self._run.predictions
        if self._seed is not None:
            predictions = predictions[predictions["seed"] == self._seed]
        wrong = predictions[predictions["label"] != predictions["predicted"]]
        return wrong.sort_values("content_oov_share", ascending=False, kind="stable")

    @property
    def drift(self) -> pd.DataFrame:
        """table-drift.csv: of every row how far training moved it, neighbours gained and lost."""
        return self._run.read_csv("table-drift.csv")

    @property
    def drift_by_origin(self) -> pd.DataFrame:
        """The same summed up by origin of the row; empty where training moved none."""
        return _frame([{"origin": name, **row} for name, row in (self.figures["drift"] or {}).items()])

    def _splits(self) -> list[tuple[str, dict[str, Any]]]:
        return [*self.figures["splits"].items()]


def _with_bounds(row: Mapping[str, Any]) -> Row:
    low, high = row["ci95"] or (None, None)
    return {**{key: value for key, value in row.items() if key != "ci95"}, "low": low, "high": high}


def _frame(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)
