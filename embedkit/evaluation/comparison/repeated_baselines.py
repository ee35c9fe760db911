"""The figures of the baselines of a cross-validated or repeated run, summarized over its folds or seeds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from statistics import fmean
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.several import (
    corrected_interval,
    corrected_t_test,
    with_corrected_tests,
)
from embedkit.evaluation.intervals import SHARE, UNBOUNDED
from embedkit.evaluation.result import (
    AgainstModels,
    BaselineResult,
    BaselineSummary,
    ChosenByRun,
    LeftOut,
)
from embedkit.evaluation.summary import Listing, estimate, summarize

if TYPE_CHECKING:
    from embedkit.interfaces.flags import Bounds

Baselines = Mapping[str, BaselineResult | LeftOut]
"""The baselines of one run on a split, by name."""


def summarize_baselines(
    runs: Sequence[Baselines],
    folds: Sequence[int] | None,
    test_per_training: float,
    bounds: Mapping[str, Bounds],
) -> dict[str, BaselineSummary | LeftOut]:
    """Return every figure of each baseline, summarized over the runs.

    `against_model` has the difference from the model and, over folds, its test. `folds` has the fold of each
    run, or is None if the runs differ by seed alone; seeds of one fold are averaged. The test and the
    interval of the difference are those of Nadeau & Bengio (2003), with `test_per_training` test examples for
    each training example. A baseline that any run left out has only `left_out`, that run's reason. `chosen`
    lists the parameters that the baseline selected in each run. `bounds` has those of the metrics by name.
    """
    gathered = {
        name: _summarize([run[name] for run in runs], folds, test_per_training, bounds) for name in runs[0]
    }
    return with_corrected_tests(gathered)


def _summarize(
    results: Sequence[BaselineResult | LeftOut],
    folds: Sequence[int] | None,
    test_per_training: float,
    bounds: Mapping[str, Bounds],
) -> BaselineSummary | LeftOut:
    own = [each for each in results if isinstance(each, BaselineResult)]
    left_out = [each for each in results if isinstance(each, LeftOut)]
    if left_out:
        return left_out[0]
    names = dict.fromkeys(chain.from_iterable(each.scores for each in own))
    return BaselineSummary(
        accuracy=estimate([each.accuracy for each in own], SHARE),
        accuracy_ci95=Listing(tuple(each.accuracy_ci95 for each in own)),
        against_model=_against([each.against_model.difference for each in own], folds, test_per_training),
        scores={
            name: summarize([each.scores.get(name) for each in own], bounds.get(name, UNBOUNDED))
            for name in names
        },
        undefined=_undefined(own),
        chosen=ChosenByRun(tuple(each.chosen for each in own)) if any(each.chosen for each in own) else None,
    )


def _undefined(own: Sequence[BaselineResult]) -> Listing | None:
    """Return each run's reasons why metrics are not defined; None if they are defined in every run."""
    return Listing(tuple(each.undefined or None for each in own)) if any(e.undefined for e in own) else None


def _against(
    differences: Sequence[float], folds: Sequence[int] | None, test_per_training: float
) -> AgainstModels:
    """Return the difference over the runs; `p_holm` is `p`, as if there were no other baseline."""
    difference = estimate(differences)
    by_fold = _by_fold(differences, folds) if folds is not None else []
    if len(by_fold) < 2:
        return AgainstModels(difference, None, None)
    interval = corrected_interval(by_fold, test_per_training)
    p = corrected_t_test(by_fold, test_per_training)
    return AgainstModels(replace(difference, ci95=interval), p, p)


def _by_fold(differences: Sequence[float], folds: Sequence[int]) -> list[float]:
    paired = [*zip(folds, differences, strict=True)]
    return [fmean(each for of, each in paired if of == fold) for fold in dict.fromkeys(folds)]
