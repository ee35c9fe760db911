"""In which order the candidates of a ranking are trained: fold by fold, shuffled within each block."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence

from embedkit.experiments.plan import Job


class Schedule:
    """The jobs that are still to be run, one at a time.

    A block has one job of each candidate, on the same fold, in an order shuffled by `seed`. In the first
    block candidates come in the order given, so that those that train fast are in the first table.
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
    """Yield one job of each candidate at a time: the first ones, the second ones, and so on."""
    generator = random.Random(seed)  # noqa: S311 - a reproducible order, not a secret
    for number in range(max(map(len, jobs.values()), default=0)):
        block = [own[number] for own in jobs.values() if number < len(own)]
        yield generator.sample(block, len(block)) if number else block
