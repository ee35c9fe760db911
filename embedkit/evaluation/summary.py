"""A figure over several runs: mean, standard deviation, interval, and the value of each run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from statistics import fmean, stdev
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ConfigDict

from embedkit.evaluation.intervals import UNBOUNDED, within
from embedkit.evaluation.numbers import Figure, Interval, Number

if TYPE_CHECKING:
    from embedkit.interfaces.flags import Bounds

MetricValue = Any
"""The value of a metric: a number, None, or what else a plugin gives that JSON can hold."""


@dataclass(frozen=True)
class Summary:
    """A number over several runs. `folds` has its values in the order of the runs.

    `std` is the sample standard deviation (divisor n - 1), `ci95` an interval of the mean. All but `folds`
    are None if the number is not defined in one of the runs.
    """

    mean: Figure | None
    std: Figure | None
    ci95: Interval | None
    folds: tuple[Number | None, ...]

    def to_json(self) -> dict[str, object]:
        """Return the summary as metrics.json has it."""
        return asdict(self)


@dataclass(frozen=True)
class Estimate(Summary):
    """A summary of a number that is defined in every run."""

    mean: Figure
    std: Figure
    ci95: Interval


@dataclass(frozen=True)
class Listing:
    """A figure over several runs that is no number, such as a confusion matrix: its value in each run."""

    __pydantic_config__: ClassVar[ConfigDict] = ConfigDict(extra="forbid")
    folds: tuple[MetricValue, ...]

    def to_json(self) -> dict[str, object]:
        """Return the values as metrics.json has them."""
        return {"folds": self.folds}


def summarize(values: Sequence[MetricValue], bounds: Bounds = UNBOUNDED) -> Summary | Listing:
    """Return the summary of a figure of two or more runs; of values that are no numbers, only the values."""
    if not all(value is None or isinstance(value, int | float) for value in values):
        return Listing(tuple(values))
    return summarize_numbers(values, bounds)


def summarize_numbers(values: Sequence[float | None], bounds: Bounds = UNBOUNDED) -> Summary:
    """Return the summary of a number of two or more runs; None where it is not defined in a run."""
    known = [value for value in values if value is not None]
    if len(known) < len(values):
        return Summary(None, None, None, tuple(values))
    return estimate(known, bounds)


def estimate(values: Sequence[float], bounds: Bounds = UNBOUNDED) -> Estimate:
    """Return the summary of a number that is defined in every run.

    `ci95` is the 95% t interval of the mean (Student 1908), cut off at the bounds of the number: the mean
    lies within them, so that the interval holds it as often.
    """
    mean, deviation = fmean(values), stdev(values)
    half = _quantile(len(values) - 1) * deviation / sqrt(len(values))
    return Estimate(mean, deviation, within((mean - half, mean + half), bounds), tuple(values))


def _quantile(degrees: int) -> float:
    from scipy.stats import t

    return float(t.ppf(0.975, degrees))
