"""The rows of the table of a ranking, as text, for a screen and for documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, dataclass
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.wording import p_shown, points
from embedkit.evaluation.short_report import ShortReport
from embedkit.files.sizes import bytes_as_text

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.fields import RankedCandidate, RankingFields

NONE = "–"
DROPPED, FAILED, NO_TIER = "out", "failed", NONE
HEADINGS = ("tier", "candidate", "mean", "95% interval", "seconds", "size", "coverage", "to best", "p (Holm)")


@dataclass(frozen=True)
class Row:
    """A candidate in the table of a ranking; `tier` is a number, or says why the candidate has none.

    `difference` is the one from the best candidate, in points for the accuracy; `p` the corrected p-value or,
    for a candidate that was dropped or has not run all folds, the number of folds that it ran.
    """

    tier: str
    candidate: str
    mean: str
    interval: str
    seconds: str
    size: str
    coverage: str
    difference: str
    p: str

    @property
    def cells(self) -> tuple[str, ...]:
        """Return the cells, in the order of HEADINGS."""
        return astuple(self)


def rows_of(ranking: RankingFields) -> list[Row]:
    """Return a row for each candidate, in the order of the ranking, then the failed ones that never ran."""
    rows = [_row(name, own, ranking) for name, own in ranking.candidates.items()]
    never_ran = [name for name in ranking.failed if name not in ranking.candidates]
    return rows + [Row(FAILED, name, *[NONE] * 7) for name in never_ran]


def grouped(ranking: RankingFields) -> Iterator[list[Row]]:
    """Yield the rows of each tier, then those of the dropped candidates, and of the others without a tier."""
    group: list[Row] = []
    for row in rows_of(ranking):
        if group and row.tier != group[0].tier:
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _row(name: str, own: RankedCandidate, ranking: RankingFields) -> Row:
    return Row(
        tier=_tier(name, own, ranking),
        candidate=name,
        mean=mean_as_text(own.mean),
        interval=interval_as_text(own.ci95),
        seconds=seconds_as_text(own.seconds),
        size=NONE if own.bytes is None else bytes_as_text(own.bytes),
        coverage=NONE if own.coverage is None else f"{own.coverage:.1%}",
        difference=_difference(own, ranking),
        p=_p(name, own, ranking),
    )


def _tier(name: str, own: RankedCandidate, ranking: RankingFields) -> str:
    if name in ranking.failed:
        return FAILED
    if own.dropped:
        return DROPPED
    return NO_TIER if own.tier is None else f"{own.tier}"


def _difference(own: RankedCandidate, ranking: RankingFields) -> str:
    if own.against_best is None:
        return NONE if own.tier is None else "best" if own.tier == 1 else NONE
    difference = own.against_best.difference
    return points(difference) if ranking.metric == "accuracy" else f"{difference:+.3g}"


def _p(name: str, own: RankedCandidate, ranking: RankingFields) -> str:
    if own.dropped or name in ranking.unfinished:
        return f"{own.folds_run} folds"
    if own.against_best is None or own.against_best.p_holm is None:
        return NONE
    return p_shown(own.against_best.p_holm).removeprefix("p ").removeprefix("= ")


def mean_as_text(mean: float | None) -> str:
    """Return a mean score as text, `0.781`, or a dash for None."""
    return NONE if mean is None else f"{mean:.3f}"


def interval_as_text(interval: tuple[float, float] | None) -> str:
    """Return the interval of a mean score as text, `0.773–0.789`, or a dash for None."""
    return NONE if interval is None else "–".join(f"{end:.3f}" for end in interval)


def seconds_as_text(seconds: float) -> str:
    """Return a duration with one digit after the point below ten seconds, else in whole seconds."""
    return f"{seconds:.1f}" if seconds < 9.95 else f"{seconds:,.0f}"


def remarks(ranking: RankingFields) -> list[str]:
    """Return what the table leaves to be said: conclusion, cheapest candidate, trainings and test."""
    return [*verdict(ranking), trainings_and_test(ranking)]


def verdict(ranking: RankingFields) -> list[str]:
    """Return the conclusion, and the cheapest candidate of the first tier if there are several."""
    cheapest = ranking.cheapest_of_first_tier
    if cheapest is None or len(ranking.tiers[0]) < 2:
        return [ranking.conclusion]
    cost = _cost(ranking.candidates[cheapest])
    return [ranking.conclusion, f"Cheapest of the first tier: {cheapest}{cost}."]


def short_report(ranking: RankingFields) -> ShortReport:
    """Return the short report on a ranking: the verdict, and a row for each candidate."""
    return ShortReport(tuple(verdict(ranking)), HEADINGS, tuple(row.cells for row in rows_of(ranking)), 2)


def _cost(own: RankedCandidate) -> str:
    size = "" if own.bytes is None else f", {bytes_as_text(own.bytes)}"
    return f" ({seconds_as_text(own.seconds)} s a training{size})"


def trainings_and_test(ranking: RankingFields) -> str:
    """Return a sentence on the number of trainings, the time that they took, and the test."""
    done, full = ranking.trainings.done, ranking.trainings.full_grid
    saved = f" of the {full:,} of the full grid" if done < full else ""
    took = f"{seconds_as_text(ranking.seconds)} s"
    return f"{done:,} trainings{saved} in {took}; p: {ranking.test}, alpha = {ranking.alpha:g}."
