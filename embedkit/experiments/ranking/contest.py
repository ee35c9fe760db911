"""The trainings of a ranking, one after another, until all are done, the race is over or the time is."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from embedkit.evaluation.ranking.fields import Trainings
from embedkit.evaluation.ranking.race import Dropped, Race
from embedkit.evaluation.ranking.ranking import Course, make_ranking
from embedkit.evaluation.ranking.scores import CandidateScores, Measure
from embedkit.evaluation.ranking.settling import is_settled
from embedkit.experiments.ranking.schedule import Schedule
from embedkit.experiments.ranking.scores import Trained, fold_of, read_training, scores_of

if TYPE_CHECKING:
    from embedkit.errors import Fault
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.experiments.plan import Executor, Job, Outcome
    from embedkit.experiments.ranking.audience import Audience
    from embedkit.interfaces import Metric
    from embedkit.recipe.ranking import RankingSettings

WORTH_STOPPING = 1_000
"""Texts from which on the folds that are left take longer than a first tier that cannot change is worth."""


@dataclass
class Standing:
    """What is known so far: the trainings by candidate, and the errors of the candidates that failed.

    `folds` is the number of folds planned. `settled` says whether the race was stopped before the last one,
    because the others would hardly change the first tier.
    """

    measure: Measure
    folds: int
    trained: dict[str, list[Trained]]
    failed: dict[str, tuple[Fault, ...]] = field(default_factory=dict)
    race: Race | None = None
    out_of_time: bool = False
    settled: bool = False

    @property
    def scores(self) -> list[CandidateScores]:
        """Return the scores of every candidate by fold."""
        return [scores_of(name, trained) for name, trained in self.trained.items()]

    @property
    def one_class(self) -> str | None:
        """Return the label of all texts tested so far, or None if they have several."""
        labels = {label for own in self.trained.values() for each in own for label in each.labels}
        return labels.pop() if len(labels) == 1 else None

    @property
    def out(self) -> Mapping[str, Dropped]:
        """Return the candidates that the race has dropped, each with the better one."""
        return self.race.dropped if self.race is not None else {}

    @property
    def dropped(self) -> Mapping[str, int]:
        """Return the candidates that the race has dropped, with the number of their folds."""
        return {name: len({fold_of(each.job) for each in self.trained[name]}) for name in self.out}


@dataclass(frozen=True)
class Contest:
    """The jobs of every candidate, in the order of the folds, and how they are run.

    `resampled` is the metric where candidates are compared by resampling texts. After `until`, a time of
    `time.monotonic`, no job is begun; None is no limit. With `fail_fast` the first error is raised.
    """

    jobs: Mapping[str, Sequence[Job]]
    directory: Path
    settings: RankingSettings
    measure: Measure
    resampled: Metric | None = None
    until: float | None = None
    fail_fast: bool = False

    def run(self, executor: Executor, audience: Audience) -> Standing:
        """Run the jobs and return what came of them. A job that fails ends its candidate, not the contest."""
        schedule = Schedule(self.jobs, self.settings.seed)
        trained: dict[str, list[Trained]] = {name: [] for name in self.jobs}
        standing = Standing(self.measure, self.folds, trained, race=self._race())
        running = 0
        while True:
            while running < executor.at_once and (job := self._next(schedule, standing)) is not None:
                executor.submit(job)
                running += 1
            if not running:
                return standing
            outcome = executor.next_done()
            running -= 1
            self._take(outcome, schedule, standing)
            audience.ended(outcome, standing, schedule.left + running)
            if outcome.failed and self.fail_fast:
                raise outcome.raised()

    @property
    def folds(self) -> int:
        """Return the number of folds; a fixed test split is one."""
        return len({job.axes.fold for own in self.jobs.values() for job in own})

    def ranking(self, standing: Standing, seconds: float) -> Ranking:
        """Return the ranking of what has been trained so far, in so many seconds."""
        course = Course(
            folds=self.folds,
            trainings=Trainings(sum(map(len, standing.trained.values())), sum(map(len, self.jobs.values()))),
            seconds=seconds,
            race=standing.race is not None,
            settled=standing.settled,
            dropped=standing.out,
            failed={name: "; ".join(map(str, faults)) for name, faults in standing.failed.items()},
            one_class=standing.one_class,
        )
        return make_ranking(standing.scores, self.measure, course)

    def _race(self) -> Race | None:
        """Return the race, if there is one: it counts texts that are right, as accuracy does."""
        several = len(self.jobs) > 1 and self.folds > 1
        if not (self.settings.race and several and self.measure.is_accuracy):
            return None
        return Race([*self.jobs], self.settings.alpha)

    def _next(self, schedule: Schedule, standing: Standing) -> Job | None:
        if self.until is not None and time.monotonic() >= self.until:
            standing.out_of_time = schedule.left > 0
            return None
        return schedule.next()

    def _take(self, outcome: Outcome, schedule: Schedule, standing: Standing) -> None:
        """Note what came of a job; its candidate is dropped if it failed, as are beaten ones."""
        name = outcome.job.candidate
        if outcome.failed:
            standing.failed.setdefault(name, outcome.faults)
            schedule.drop(name)
            return
        trained = read_training(outcome.job, self.directory, self.measure, self.resampled)
        standing.trained[name].append(trained)
        if standing.race is not None:
            self._observe(name, fold_of(outcome.job), standing, standing.race)
            for beaten in standing.race.dropped:
                schedule.drop(beaten)
            self._stop_if_settled(schedule, standing, standing.race)

    def _observe(self, name: str, fold: int, standing: Standing, race: Race) -> None:
        """Let the race know which texts of a fold a candidate has right, once all of its seeds have run."""
        seeds = [each for each in self._whole_folds(name, standing) if fold_of(each.job) == fold]
        if seeds:
            race.observe(name, fold, seeds[0].ids, np.mean([each.right for each in seeds], axis=0))

    def _whole_folds(self, name: str, standing: Standing) -> list[Trained]:
        """Return the trainings of a candidate on those folds of which all seeds have run."""
        planned = Counter(map(fold_of, self.jobs[name]))
        done = Counter(fold_of(each.job) for each in standing.trained[name])
        return [
            each for each in standing.trained[name] if done[fold_of(each.job)] == planned[fold_of(each.job)]
        ]

    def _stop_if_settled(self, schedule: Schedule, standing: Standing, race: Race) -> None:
        """Pass over the folds that are left, if they would hardly change the first tier.

        Where texts are few, the folds take little time, and all of them are run.
        """
        if race.texts < WORTH_STOPPING:
            return
        alive = [name for name in race.alive if name not in standing.failed]
        scores = [scores_of(name, self._whole_folds(name, standing)) for name in alive]
        if schedule.left and is_settled(scores, self.measure, self.folds):
            standing.settled = True
            for name in alive:
                schedule.drop(name)
