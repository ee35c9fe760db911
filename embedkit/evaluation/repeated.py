"""The metrics of the models of several runs, over folds or seeds, as those of one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.repeated_baselines import summarize_baselines
from embedkit.evaluation.intervals import NOT_NEGATIVE, UNBOUNDED
from embedkit.evaluation.result import SplitMetrics, SplitSummary
from embedkit.evaluation.summary import Listing, summarize, summarize_numbers

if TYPE_CHECKING:
    from embedkit.interfaces.flags import Bounds


def summarize_runs(
    runs: Sequence[Mapping[str, SplitMetrics]], folds: Sequence[int] | None, bounds: Mapping[str, Bounds]
) -> dict[str, SplitSummary]:
    """Return the metrics of two or more runs by split, each of them summarized over the runs.

    `folds` has the fold of each run, or is None if the runs differ by seed alone. `bounds` has those of the
    metrics by name; others have none.
    """
    return {split: _summarize_split(runs, split, folds, bounds) for split in runs[0]}


def _summarize_split(
    runs: Sequence[Mapping[str, SplitMetrics]],
    split: str,
    folds: Sequence[int] | None,
    bounds: Mapping[str, Bounds],
) -> SplitSummary:
    own = [run[split] for run in runs]
    losses = [each.loss for each in own]
    baselines = {}
    if any(each.baselines for each in own):
        tested = max(run[split].n / run["train"].n for run in runs)
        baselines = summarize_baselines([each.baselines for each in own], folds, tested, bounds)
    return SplitSummary(
        n=summarize_numbers([each.n for each in own]),
        loss=summarize_numbers(losses, NOT_NEGATIVE) if any(loss is not None for loss in losses) else None,
        scores={
            name: summarize([each.scores.get(name) for each in own], bounds.get(name, UNBOUNDED))
            for name in dict.fromkeys(chain.from_iterable(each.scores for each in own))
        },
        accuracy_ci95=_listed(each.accuracy_ci95 for each in own),
        undefined=_listed(each.undefined or None for each in own),
        baselines=baselines,
    )


def _listed(values: Iterable[object]) -> Listing | None:
    """Return the values of all runs, or None if no run has one."""
    listing = Listing(tuple(values))
    return listing if any(value is not None for value in listing.folds) else None
