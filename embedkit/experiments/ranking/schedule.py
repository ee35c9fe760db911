"""In which order the candidates of a ranking are trained: fold by fold, shuffled within each block."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from itertools import zip_longest

from embedkit.experiments.plan import Job


class Schedule:
    """The jobs that are still to be run, one at a time.

    A block has the jobs of one fold, all seeds of every candidate, in an order shuffled by `seed`. In the
    first block candidates come in the order given, so that those that train fast are in the first table:
    first one seed of each, then the next one.
    """

    def __init__(self, jobs: Mapping[str, Sequence[Job]], seed: int) -> None:
        self._blocks = [*_blocks(jobs, seed)]
        self._dropped: set[str] = set()
        self._given: set[str] = set()

    def next(self) -> Job | None:
        """Return the job that comes next, or None where none is left."""
        for job in self._waiting():
            self._given.add(job.id)
            return job
        return None

    def drop(self, candidate: str) -> None:
        """Pass over all further jobs of a candidate."""
        self._dropped.add(candidate)

    @property
    def left(self) -> int:
        """Return how many jobs have not been given yet."""
        return sum(1 for _ in self._waiting())

    def _waiting(self) -> Iterator[Job]:
        for block in self._blocks:
            for job in block:
                if job.id not in self._given and job.candidate not in self._dropped:
                    yield job


def _blocks(jobs: Mapping[str, Sequence[Job]], seed: int) -> Iterator[list[Job]]:
    """Yield the jobs of a fold at a time."""
    generator = random.Random(seed)  # noqa: S311 - a reproducible order, not a secret
    folds = [*dict.fromkeys(job.axes.fold for own in jobs.values() for job in own)]
    for number, fold in enumerate(folds):
        seeds = zip_longest(*([job for job in own if job.axes.fold == fold] for own in jobs.values()))
        block = [job for one_of_each in seeds for job in one_of_each if job is not None]
        yield generator.sample(block, len(block)) if number else block
