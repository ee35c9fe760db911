"""The comparison of two matched runs, in figures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from embedkit.evaluation.comparison.paired import bootstrap_interval, p_value
from embedkit.evaluation.comparison.power import smallest_difference
from embedkit.evaluation.comparison.several import corrected_t_test, example_error, seed_error

if TYPE_CHECKING:
    import pandas as pd

    from embedkit.evaluation.comparison.matching import Judged


def compare_pair(first: Judged, second: Judged, test_per_training: float | None) -> dict[str, Any]:
    """Compare the accuracies of two runs, means over seeds: difference, interval, tests and standard errors.

    `p` is, for cross-validated runs, the p-value of the corrected resampled t-test over folds, which needs
    `test_per_training` (the test examples for each training example), and otherwise that of the test over
    examples.
    """
    shares = second.shares - first.shares
    differences = shares.to_numpy().round(12)
    over_examples = p_value(differences)
    over_folds = _over_folds(first, shares, test_per_training)
    return {
        "n": len(differences),
        "first_accuracy": float(first.shares.mean()),
        "second_accuracy": float(second.shares.mean()),
        "difference": float(differences.mean()),
        "ci95": bootstrap_interval(differences),
        "only_first_right": int((differences < 0).sum()),
        "only_second_right": int((differences > 0).sum()),
        "other_predictions": int((first.examples["predicted"] != second.examples["predicted"]).sum()),
        "p_examples": over_examples,
        "p_folds": over_folds,
        "p": over_folds if first.folds and differences.any() else over_examples,
        "smallest_difference": smallest_difference(differences),
        "error_examples": example_error(differences),
        "error_seeds": seed_error(*(_accuracies(run) for run in (first, second))),
    }


def _accuracies(run: Judged) -> Sequence[float]:
    """Return the accuracy of each seed."""
    return [float(accuracy) for accuracy in run.right.mean()]


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
    columns: dict[str, Any] = {key: first.examples.loc[changed, key] for key in ("label", "text")}
    for which, run in both.items():
        columns[f"{which}_right"] = run.shares[changed]
        columns[f"{which}_predicted"] = run.examples.loc[changed, "predicted"]
        for share in coverage_columns(run):
            columns[f"{which}_{share}"] = run.examples.loc[changed, share]
    return pd.DataFrame(columns).reset_index()


def coverage_columns(run: Judged) -> list[str]:
    """Return the names of the columns of out-of-vocabulary shares that the run has."""
    return [share for share in ("oov_share", "content_oov_share") if share in run.examples]


def coverage_by_side(first: Judged, second: Judged) -> list[dict[str, Any]]:
    """Count the examples on which one run is better, or neither, with their mean out-of-vocabulary shares."""
    shares = second.shares - first.shares
    sides = {"first": shares < -1e-9, "second": shares > 1e-9, "neither": shares.abs() <= 1e-9}
    return [
        {
            "better": side,
            "n": int(there.sum()),
            **{
                f"{which}_{share}": run.examples.loc[there, share].mean()
                for which, run in (("first", first), ("second", second))
                for share in coverage_columns(run)
            },
        }
        for side, there in sides.items()
    ]
