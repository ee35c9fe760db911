"""The analysis of a run as pandas DataFrames: `run.oov`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from functools import cached_property
from typing import TYPE_CHECKING, Protocol

from embedkit.errors import Fault, RunError
from embedkit.evaluation.oov.result import to_json
from embedkit.evaluation.predictions import TRAINING
from embedkit.model.token_states import OF_PIECES
from embedkit.runs import layout

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd

    from embedkit.evaluation.oov.result import (
        Bucket,
        MissingWord,
        OddsRatio,
        OovAnalysis,
        ShareComparison,
        SplitAnalysis,
    )

Row = dict[str, object]


class AnalyzedRun(Protocol):
    """A run whose files can be read: a `Run`."""

    path: Path

    @property
    def metrics(self) -> Mapping[str, object]: ...

    @property
    def folds(self) -> Sequence[object]: ...

    @property
    def predictions(self) -> pd.DataFrame: ...

    def read_oov(self) -> OovAnalysis: ...

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
    def analysis(self) -> OovAnalysis:
        """Return the content of oov.json, or its entry for the one seed.

        Raises RunError if its splits differ from those of metrics.json.
        """
        found = self._run.read_oov()
        self._refuse_other_splits(found)
        return found if self._seed is None else found.by_seed[str(self._seed)]

    @cached_property
    def figures(self) -> dict[str, object]:
        """Return the analysis as plain data, with the keys of oov.json."""
        return to_json(self.analysis)

    def _refuse_other_splits(self, found: OovAnalysis) -> None:
        """Raise RunError unless the splits are those of metrics.json, or those that training held out.

        Those of a run of several are the last one alone.
        """
        known = [*self._run.metrics]
        held_out = [split for split in known if split != TRAINING]
        if [*found.splits] not in ([known[-1:]] if self._run.folds else [known, held_out]):
            where = str(self._run.path / layout.OOV)
            raise RunError(Fault(f"damaged: it has other splits than {layout.METRICS}", where=where))

    @cached_property
    def seeds(self) -> dict[int, OovFrames]:
        """Return the analysis of each seed, over all of its folds, if the run has several seeds."""
        return {int(seed): OovFrames(self._run, int(seed)) for seed in self.analysis.by_seed}

    @property
    def coverage(self) -> pd.DataFrame:
        """Return token and type counts by split, class and state; the class of a whole split is None."""
        return _frame(
            [
                {"split": split, "class": label, "unit": unit, "of": of, **states.counts}
                for split, found in self._splits()
                for label, words in [(None, found.coverage), *found.coverage.classes.items()]
                for unit, counts in (("tokens", words.tokens), ("types", words.types))
                for of, states in (("all", counts.all), ("content", counts.content))
            ]
        )

    @property
    def missing(self) -> pd.DataFrame:
        """Return the most frequent out-of-vocabulary words of every split: word, count, state, content.

        Those of a text encoder also have `pieces`, the mean number of pieces that a word is split into.
        """
        words = [(split, word) for split, found in self._splits() for word in found.missing]
        left_out = () if self.analysis.state_set == OF_PIECES else ("pieces",)
        return _frame([{"split": split, **_without(word, *left_out)} for split, word in words])

    @property
    def buckets(self) -> pd.DataFrame:
        """Return error rates by OOV share of content tokens or all tokens, with intervals `low` to `high`."""
        return _frame(
            [
                {"split": split, "of": of, **_with_bounds(bucket)}
                for split, found in self._splits()
                for of, compared in found.errors.by_kind.items()
                for bucket in compared.buckets
            ]
        )

    @property
    def tests(self) -> pd.DataFrame:
        """Return mean OOV shares of wrong and right texts, the difference and p-value, by split and `of`."""
        return _frame(
            [
                {"split": split, "of": of, **_without(compared, "buckets")}
                for split, found in self._splits()
                for of, compared in found.errors.by_kind.items()
            ]
        )

    @property
    def odds_ratios(self) -> pd.DataFrame:
        """Return the odds ratio per ten points of content OOV share, or why there is none, by split."""
        return _frame(
            [{"split": split, **_with_bounds(found.errors.odds_ratio)} for split, found in self._splits()]
        )

    @property
    def verdicts(self) -> dict[str, str]:
        """Return the verdict on the error figures, by split."""
        return {split: found.errors.verdict for split, found in self._splits()}

    @property
    def policies(self) -> pd.DataFrame:
        """Return how many texts another policy would have turned right and wrong, by policy and split."""
        return _frame(
            [
                {"policy": policy, "split": split, **asdict(flips)}
                for policy, by_split in self.analysis.policies.refilled.items()
                for split, flips in by_split.items()
            ]
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
        drift = self.analysis.drift or {}
        return _frame([{"origin": origin, **asdict(row)} for origin, row in drift.items()])

    def _splits(self) -> Iterable[tuple[str, SplitAnalysis]]:
        return self.analysis.splits.items()


def _with_bounds(figures: Bucket | OddsRatio) -> Row:
    low, high = figures.ci95 or (None, None)
    return {**_without(figures, "ci95"), "low": low, "high": high}


def _without(figures: Bucket | OddsRatio | ShareComparison | MissingWord, *names: str) -> Row:
    return {each.name: getattr(figures, each.name) for each in fields(figures) if each.name not in names}


def _frame(rows: list[Row]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame(rows)
