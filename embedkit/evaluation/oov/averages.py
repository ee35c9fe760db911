"""The same figures of several models as one: means, and the least certain of their intervals and p-values.

Counts and shares become their mean, intervals reach from the lowest end to the highest, and p-values and
detectable differences are the largest. A figure that one model has not is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import fmean
from typing import TypeVar

from embedkit.evaluation.numbers import Interval
from embedkit.evaluation.oov.result import (
    Bucket,
    Coverage,
    DriftSummary,
    ErrorAnalysis,
    Flips,
    KindCounts,
    OddsRatio,
    OtherPolicies,
    PieceCounts,
    ShareComparison,
    SplitAnalysis,
    StateCounts,
    WordCounts,
)

T = TypeVar("T")


def mean(numbers: Sequence[float]) -> float:
    """Return the mean, as an int if the numbers are integers and their mean is whole."""
    if all(number == numbers[0] for number in numbers):
        return numbers[0]
    value = fmean(numbers)
    counts = all(isinstance(number, int) for number in numbers)
    return int(value) if counts and value.is_integer() else value


def known(figures: Iterable[float | None]) -> list[float]:
    """Return the figures that are not None."""
    return [figure for figure in figures if figure is not None]


def average_split(found: Sequence[SplitAnalysis]) -> SplitAnalysis:
    """Return the average of the analyses of a split; missing words and verdict are those of the first."""
    coverage = average_coverage([each.coverage for each in found])
    return SplitAnalysis(coverage, found[0].missing, average_errors([each.errors for each in found]))


def average_coverage(found: Sequence[Coverage]) -> Coverage:
    """Return the mean of the counts of several models; a class counts in those models that have it."""
    counted = _average_words(found)
    classes = by_name([each.classes for each in found], _average_words)
    return Coverage(counted.tokens, counted.types, mean([each.cut for each in found]), classes)


def _average_words(found: Sequence[WordCounts]) -> WordCounts:
    return WordCounts(
        _average_kinds([each.tokens for each in found]), _average_kinds([each.types for each in found])
    )


def _average_kinds(found: Sequence[KindCounts]) -> KindCounts:
    return KindCounts(
        _average_states([each.all for each in found]), _average_states([each.content for each in found])
    )


def _average_states(found: Sequence[StateCounts | PieceCounts]) -> StateCounts | PieceCounts:
    names = found[0].counts
    return type(found[0])(**{name: mean([each.counts[name] for each in found]) for name in names})


def average_errors(found: Sequence[ErrorAnalysis]) -> ErrorAnalysis:
    """Return the average of the analyses of errors; the verdict is that of the first."""
    return ErrorAnalysis(
        n=mean([each.n for each in found]),
        wrong=mean([each.wrong for each in found]),
        content=_average_comparison([each.content for each in found]),
        all=_average_comparison([each.all for each in found]),
        odds_ratio=average_odds([each.odds_ratio for each in found]),
        verdict=found[0].verdict,
    )


def _average_comparison(found: Sequence[ShareComparison]) -> ShareComparison:
    buckets = zip(*(each.buckets for each in found), strict=True)
    return ShareComparison(
        n_wrong=mean([each.n_wrong for each in found]),
        n_right=mean([each.n_right for each in found]),
        wrong_mean=_mean_of_all([each.wrong_mean for each in found]),
        right_mean=_mean_of_all([each.right_mean for each in found]),
        difference=_mean_of_all([each.difference for each in found]),
        p_value=_largest([each.p_value for each in found]),
        detectable=_largest([each.detectable for each in found]),
        buckets=tuple(average_bucket(same) for same in buckets),
    )


def average_bucket(found: Sequence[Bucket]) -> Bucket:
    """Return the average of a bucket; a model without texts in it does not count in its error rate."""
    there = [bucket for bucket in found if bucket.n] or found
    return Bucket(
        over=found[0].over,
        up_to=found[0].up_to,
        n=mean([bucket.n for bucket in found]),
        wrong=mean([bucket.wrong for bucket in found]),
        error_rate=_mean_of_all([bucket.error_rate for bucket in there]),
        ci95=_widest([bucket.ci95 for bucket in there]),
    )


def average_odds(found: Sequence[OddsRatio]) -> OddsRatio:
    """Return the mean of the odds ratios or, if a model has none, the first reason for that."""
    return OddsRatio(
        per=found[0].per,
        value=_mean_of_all([odds.value for odds in found]),
        ci95=_widest([odds.ci95 for odds in found]),
        p_value=_largest([odds.p_value for odds in found]),
        why=_first(odds.why for odds in found),
    )


def average_policies(found: Sequence[OtherPolicies]) -> OtherPolicies:
    """Return the mean effect of each policy over the models that it was tried with."""
    return OtherPolicies(
        policy=found[0].policy,
        why=_first(each.why for each in found),
        refilled=by_name([each.refilled for each in found], lambda same: by_name(same, _average_flips)),
        refused=by_name([each.refused for each in found], lambda same: same[0]),
    )


def _average_flips(found: Sequence[Flips]) -> Flips:
    right, wrong = [each.turned_right for each in found], [each.turned_wrong for each in found]
    return Flips(turned_right=mean(right), turned_wrong=mean(wrong))


def average_drift(found: Sequence[DriftSummary]) -> DriftSummary:
    """Return the mean drift of the rows of one origin."""
    return DriftSummary(
        rows=mean([each.rows for each in found]),
        moved=mean([each.moved for each in found]),
        mean_distance=mean([each.mean_distance for each in found]),
        median_distance=mean([each.median_distance for each in found]),
        median_cosine=_mean_of_all([each.median_cosine for each in found]),
        neighbours_of=mean([each.neighbours_of for each in found]),
        mean_gained=_mean_of_all([each.mean_gained for each in found]),
    )


def by_name(found: Sequence[Mapping[str, T]], average: Callable[[Sequence[T]], T]) -> dict[str, T]:
    """Return, for each name in any mapping, the average of what the mappings have of that name."""
    names = dict.fromkeys(name for each in found for name in each)
    return {name: average([each[name] for each in found if name in each]) for name in names}


def _mean_of_all(figures: Sequence[float | None]) -> float | None:
    there = known(figures)
    return mean(there) if len(there) == len(figures) else None


def _largest(figures: Sequence[float | None]) -> float | None:
    there = known(figures)
    return max(there) if len(there) == len(figures) else None


def _widest(intervals: Sequence[Interval | None]) -> Interval | None:
    there = [interval for interval in intervals if interval is not None]
    if len(there) < len(intervals):
        return None
    return min(low for low, _ in there), max(high for _, high in there)


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)
