"""The comparison of two matched runs, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from embedkit.evaluation.comparison.paired import bootstrap_interval, p_value
from embedkit.evaluation.comparison.power import smallest_difference
from embedkit.evaluation.comparison.several import corrected_t_test, example_error, seed_error
from embedkit.evaluation.numbers import Count, Figure, Interval

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.evaluation.comparison.matching import Judged

SHARES = ("oov_share", "content_oov_share")
"""Columns of the predictions: out-of-vocabulary shares of all tokens, and of content tokens."""


@dataclass(frozen=True)
class PairComparison:
    """The accuracies of two runs on the same n examples, compared.

    Differences are the second run's accuracy less the first one's. `p_examples` and `p_folds` are the
    p-values of the tests over examples and over folds; `p` is the one that counts, and `p_holm` the same
    corrected for the number of pairs. `smallest_difference` is the smallest that such a test would have
    detected. `error_examples` and `error_seeds` are standard errors of the difference. What is not defined is
    None.
    """

    first: str
    second: str
    n: Count
    first_accuracy: Figure
    second_accuracy: Figure
    difference: Figure
    ci95: Interval
    only_first_right: Count
    only_second_right: Count
    other_predictions: Count
    p_examples: Figure
    p_folds: Figure | None
    p: Figure | None
    smallest_difference: Figure | None
    error_examples: Figure | None
    error_seeds: Figure | None
    p_holm: Figure | None


def compare_pair(first: Judged, second: Judged, test_per_training: float | None) -> PairComparison:
    """Compare the accuracies of two runs, means over seeds: difference, interval, tests and standard errors.

    `p` is, for cross-validated runs, the p-value of the corrected resampled t-test over folds, which needs
    `test_per_training` (the test examples for each training example), and otherwise that of the test over
    examples. It is `p_holm` as well: the pair is taken for the only one.
    """
    shares = second.shares - first.shares
    differences = shares.to_numpy().round(12)
    over_examples = p_value(differences)
    over_folds = _over_folds(first, shares, test_per_training)
    p = over_folds if first.folds and differences.any() else over_examples
    return PairComparison(
        first=first.name,
        second=second.name,
        n=len(differences),
        first_accuracy=float(first.shares.mean()),
        second_accuracy=float(second.shares.mean()),
        difference=float(differences.mean()),
        ci95=bootstrap_interval(differences),
        only_first_right=int((differences < 0).sum()),
        only_second_right=int((differences > 0).sum()),
        other_predictions=int((first.examples["predicted"] != second.examples["predicted"]).sum()),
        p_examples=over_examples,
        p_folds=over_folds,
        p=p,
        smallest_difference=smallest_difference(differences),
        error_examples=example_error(differences),
        error_seeds=seed_error(*(run.accuracies for run in (first, second))),
        p_holm=p,
    )


def _over_folds(run: Judged, shares: pd.Series, test_per_training: float | None) -> float | None:
    if test_per_training is None:
        return None
    by_fold = shares.groupby(run.examples["fold"]).mean()
    return corrected_t_test([float(difference) for difference in by_fold], test_per_training)


def changed_sides(first: Judged, second: Judged) -> pd.DataFrame:
    """Return the examples that one run has right more often than the other, by id, with their coverage."""
    import pandas as pd

    changed = (first.shares - second.shares).abs() > 1e-9
    both = {"first": first, "second": second}
    columns: dict[str, pd.Series | str] = {key: first.examples.loc[changed, key] for key in ("label", "text")}
    for which, run in both.items():
        columns[f"{which}_right"] = run.shares[changed]
        columns[f"{which}_predicted"] = run.examples.loc[changed, "predicted"]
        for share in SHARES:
            columns[f"{which}_{share}"] = run.examples.loc[changed, share]
    return pd.DataFrame(columns).reset_index().assign(first=first.name, second=second.name)


@dataclass(frozen=True)
class Side:
    """The examples on which one run of a pair is better, or neither, and their mean out-of-vocabulary shares.

    The means are None where there are no examples.
    """

    first: str
    second: str
    better: Literal["first", "second", "neither"]
    n: Count
    first_oov_share: Figure | None
    first_content_oov_share: Figure | None
    second_oov_share: Figure | None
    second_content_oov_share: Figure | None


def coverage_by_side(first: Judged, second: Judged) -> list[Side]:
    """Count the examples on which one run is better, or neither, with their mean out-of-vocabulary shares."""
    shares = second.shares - first.shares
    return [
        _side(first, second, "first", shares < -1e-9),
        _side(first, second, "second", shares > 1e-9),
        _side(first, second, "neither", shares.abs() <= 1e-9),
    ]


def _side(
    first: Judged, second: Judged, better: Literal["first", "second", "neither"], there: pd.Series
) -> Side:
    means = [_mean(run.examples.loc[there, share]) for run in (first, second) for share in SHARES]
    return Side(first.name, second.name, better, int(there.sum()), *means)


def _mean(shares: pd.Series) -> float | None:
    """Return the mean of the shares that are defined, or None if there are none."""
    known: Sequence[float] = shares.dropna().tolist()
    return float(shares.mean()) if known else None
