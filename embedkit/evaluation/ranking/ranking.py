"""Make a ranking of the scores of candidates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from embedkit.evaluation.ranking.fields import AgainstBest, RankedCandidate, Trainings
from embedkit.evaluation.ranking.intervals import mean_interval
from embedkit.evaluation.ranking.pairs import compare_candidates
from embedkit.evaluation.ranking.power import smallest_difference
from embedkit.evaluation.ranking.race import Dropped
from embedkit.evaluation.ranking.result import Ranking
from embedkit.evaluation.ranking.scores import CandidateScores, Measure
from embedkit.evaluation.ranking.tiers import Comparison, Tiers, find_tiers, ordered
from embedkit.evaluation.ranking.wording import Findings, conclude

OVER_FOLDS = "corrected resampled t-test over folds (Nadeau & Bengio 2003), Holm's correction"
OVER_TEXTS = "McNemar's exact test over texts, Holm's correction"
BOOTSTRAP = "paired bootstrap over texts, Holm's correction"


@dataclass(frozen=True)
class Course:
    """How a ranking went: folds planned, trainings, seconds, and what became of candidates.

    `dropped` has those that a race has dropped, `failed` the reason of those that failed, by name. `race`
    says whether there was one, and `settled` whether it was stopped before the last fold because the first
    tier was settled (`is_settled`). `one_class` is the label of all texts if they have the same.
    """

    folds: int
    trainings: Trainings
    seconds: float
    race: bool = False
    settled: bool = False
    dropped: Mapping[str, Dropped] = field(default_factory=dict)
    failed: Mapping[str, str] = field(default_factory=dict)
    one_class: str | None = None


def make_ranking(candidates: Sequence[CandidateScores], measure: Measure, course: Course) -> Ranking:
    """Return the ranking of candidates, with those that were dropped, have failed, or have no score yet."""
    out = {*course.dropped, *course.failed}
    dropped = [own for own in candidates if own.name in course.dropped and own.name not in course.failed]
    tested = [own for own in candidates if own.name not in out]
    tiers = find_tiers(tested, measure)
    smallest = smallest_difference(tested, tiers, measure)
    run = min((len(own.folds) for own in tested), default=0) if course.settled else course.folds
    unfinished = tuple(own.name for own in tested if len(own.folds) < run)
    n = len(np.unique(np.concatenate([own.ids for own in candidates]))) if candidates else 0
    found = Findings(
        tiers=tiers.tiers,
        worse=sum(map(len, tiers.tiers[1:])) + len(dropped),
        n=n,
        smallest_difference=None if smallest is None else amount(smallest, measure.metric),
        unfinished=unfinished,
        failed=[*course.failed],
        one_class=course.one_class,
        settled=(run, course.folds) if run < course.folds else None,
    )
    return Ranking(
        metric=measure.metric,
        n=n,
        folds=course.folds,
        alpha=measure.alpha,
        test=_test(measure, course.folds),
        race=course.race,
        settled_after=run if run < course.folds else None,
        smallest_difference=smallest,
        seconds=course.seconds,
        tiers=tiers.tiers,
        candidates=_ranked(candidates, tiers, measure, course),
        trainings=course.trainings,
        failed=dict(course.failed),
        unfinished=unfinished,
        conclusion=conclude(found),
        cheapest_of_first_tier=_cheapest(tested, tiers),
    )


def amount(difference: float, metric: str) -> str:
    """Return an absolute difference as text: of the accuracy in points, `2.3 points`, or else as it is."""
    return f"{100 * difference:.1f} points" if metric == "accuracy" else f"{difference:.3g}"


def _test(measure: Measure, folds: int) -> str:
    if folds > 1:
        return OVER_FOLDS
    return OVER_TEXTS if measure.is_accuracy else BOOTSTRAP


def _cheapest(candidates: Sequence[CandidateScores], tiers: Tiers) -> str | None:
    """Return the name of the candidate of the first tier that trains fastest; of two, the smaller model."""
    first = [own for own in candidates if tiers.tiers and own.name in tiers.tiers[0]]
    cheapest = min(first, key=lambda own: (own.seconds, own.bytes or 0, own.name), default=None)
    return None if cheapest is None else cheapest.name


def _ranked(
    candidates: Sequence[CandidateScores], tiers: Tiers, measure: Measure, course: Course
) -> dict[str, RankedCandidate]:
    """Return every candidate by name: tier by tier, then the dropped ones, then the rest."""
    place = {name: number for number, tier in enumerate(tiers.tiers, 1) for name in tier}
    by_name = {own.name: own for own in candidates}
    placed = [by_name[name] for name in place]
    scored = [own for own in candidates if own.name not in place and own.scores]
    others = ordered(scored, measure) + [own for own in candidates if not own.scores]
    others.sort(key=lambda own: (own.name in course.failed, own.name not in course.dropped))
    best = None if tiers.best is None else by_name[tiers.best]
    return {
        own.name: _candidate(own, place.get(own.name), _against(own, best, tiers, measure), measure, course)
        for own in [*placed, *others]
    }


def _against(
    own: CandidateScores, best: CandidateScores | None, tiers: Tiers, measure: Measure
) -> AgainstBest | None:
    """Return a candidate's comparison with the best; of one outside the tiers, the difference alone."""
    if best is None or own is best:
        return None
    compared = tiers.against_best.get(own.name)
    if compared is None:
        pair = compare_candidates(best, own, measure)
        compared = Comparison(pair, None)
    difference, pair = compared.pair.difference, compared.pair
    if difference is None:
        return None
    tested = own.name in tiers.against_best
    return AgainstBest(difference, pair.ci95, pair.p if tested else None, compared.p_holm)


def _candidate(
    own: CandidateScores, tier: int | None, against: AgainstBest | None, measure: Measure, course: Course
) -> RankedCandidate:
    ranked = RankedCandidate(
        mean=own.mean,
        ci95=mean_interval(own, measure),
        folds_run=len(own.folds),
        tier=tier,
        dropped_after=None,
        dropped_by=None,
        e_value=None,
        seconds=own.seconds,
        bytes=own.bytes,
        coverage=own.coverage,
        against_best=against,
        axes=own.axes,
    )
    out = course.dropped.get(own.name)
    if out is None or own.name in course.failed:
        return ranked
    return replace(ranked, dropped_after=out.after_fold, dropped_by=out.by, e_value=out.e_value)
