"""What is run when many models are trained: jobs, their settings, and the executors that run them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Literal, Protocol, Self

from embedkit.errors import EmbedkitError, Fault, TrainingError
from embedkit.recipe.document import Plain
from embedkit.recipe.matrix import Combination, MatrixRecipe
from embedkit.recipe.ranking import RankingRecipe
from embedkit.recipe.repeats import single_runs
from embedkit.recipe.schema import TrainingRecipe
from embedkit.runs.axes import Axes


@dataclass(frozen=True)
class Job:
    """A single training, which makes a run directory of its own.

    `id` names its directory and follows from its axes; `candidate` is what it is a training of, such as a
    combination of a matrix, which has a job for each fold and seed. `recipe` is resolved, as plain data, so
    that a job can be sent to another process.
    """

    id: str
    candidate: str
    axes: Axes
    recipe: Plain


def plan_of(recipe: MatrixRecipe | RankingRecipe | TrainingRecipe) -> list[Job]:
    """Return the jobs of a recipe: every fold and seed, of every combination or candidate if it has such.

    Their ids are `fold-0-seed-1` and the like and, of a matrix, `COMBINATION--fold-0-seed-1`. A recipe of a
    single run is one job, which has the name of the recipe.
    """
    if isinstance(recipe, RankingRecipe):
        named = {name: Combination(name, {}, own) for name, own in recipe.candidates.items()}
        return [job for name, own in named.items() for job in _jobs_of(own, name)]
    if isinstance(recipe, MatrixRecipe):
        return [job for each in recipe.combinations for job in _jobs_of(each, recipe.candidates[each.id])]
    return jobs_of(single_runs(recipe) or {recipe.name: recipe}, recipe.name)


def jobs_of(singles: Mapping[str, TrainingRecipe], candidate: str) -> list[Job]:
    """Return a job for each of the single runs, given by name."""
    plains = {id: single.to_plain() for id, single in singles.items()}
    return [Job(id, candidate, Axes.of(plain), plain) for id, plain in plains.items()]


def _jobs_of(combination: Combination, candidate: str) -> Iterator[Job]:
    for name, single in (single_runs(combination.recipe) or {"": combination.recipe}).items():
        id, plain = "--".join(filter(None, (combination.id, name))), single.to_plain()
        axes = replace(Axes.of(plain), candidate=candidate, matrix=combination.axes)
        yield Job(id, candidate, axes, plain)


@dataclass(frozen=True)
class JobSettings:
    """What all jobs share.

    `directory` is where their run directories are made; `block` names plugins not to use; `trust` consents to
    run code in files that recipes name; `strict` turns warnings about the data into errors; `hash` says how
    input files are fingerprinted; `threads` is the number of threads of a job, None for torch's own choice.
    """

    directory: Path
    block: tuple[str, ...] = ()
    trust: bool = False
    strict: bool = False
    hash: Literal["sampled", "full"] = "sampled"
    threads: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How a job ended: well, or with the faults of its error.

    `seconds` is what it took, 0.0 where it was finished before; `peak_bytes` is the largest memory of the
    process that ran it, 0 where that is not known; `warnings` are those that embedkit logged meanwhile. A
    failed job has the class of its `error`, and the `traceback` as text.
    """

    job: Job
    seconds: float
    faults: tuple[Fault, ...] = ()
    peak_bytes: int = 0
    warnings: tuple[str, ...] = ()
    error: type[EmbedkitError] = TrainingError
    traceback: str = ""

    @property
    def failed(self) -> bool:
        """Return whether the job ended with an error."""
        return bool(self.faults)

    def raised(self) -> EmbedkitError:
        """Return the error of a failed job, to be raised; `--traceback` shows where in the job it was."""
        error = self.error(*self.faults)
        error.add_note(self.traceback)
        return error


class Executor(Protocol):
    """Runs jobs, one or several at a time. Left as a context manager, it stops those that still run."""

    @property
    def at_once(self) -> int:
        """Return how many jobs run at the same time."""

    def submit(self, job: Job) -> None:
        """Run a job as soon as there is room for it."""

    def next_done(self) -> Outcome:
        """Wait until a job has ended, well or not, and return its outcome.

        Raises RunError if no job is waiting or running.
        """

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
