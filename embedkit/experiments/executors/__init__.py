"""Executors: they run the jobs of a plan here, in several processes, or on a cluster."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from embedkit.errors import Fault, RunError
from embedkit.experiments.executors.ray import RayExecutor
from embedkit.experiments.executors.serial import SerialExecutor
from embedkit.experiments.job import JobRunner
from embedkit.experiments.plan import Executor, JobSettings

__all__ = ["NAMES", "ExecutorName", "ExecutorOptions", "executor_of"]

ExecutorName = Literal["serial", "processes", "ray"]
NAMES: tuple[ExecutorName, ...] = ("serial", "processes", "ray")


@dataclass(frozen=True)
class ExecutorOptions:
    """Where jobs are run, and how many at once.

    `name` is the executor; `jobs` the largest number of jobs at once, None for as many as there is room for;
    `address` that of a Ray cluster, None for one on this machine.
    """

    name: ExecutorName = "processes"
    jobs: int | None = None
    address: str | None = None

    def __post_init__(self) -> None:
        """Raise RunError for an executor that does not exist, and for options that it does not take."""
        if self.name not in NAMES:
            raise RunError(Fault.unknown("executor", self.name, NAMES))
        if self.jobs is not None and self.jobs < 1:
            raise RunError(Fault(f"expected a number of jobs from 1 on, not {self.jobs}", "jobs"))
        if self.address is not None and self.name != "ray":
            hint = "Leave it out, or run on the cluster with --executor ray."
            raise RunError(Fault(f"the executor '{self.name}' has no address", "address", hint=hint))

    @classmethod
    def chosen(cls, name: str | None, jobs: int | None, address: str | None) -> ExecutorOptions | None:
        """Return the options that were chosen; None if none were.

        Without a name, an address means Ray, and a number of jobs means processes.
        """
        if name is None and jobs is None and address is None:
            return None
        named = name or ("ray" if address else "processes")
        return cls(cast(ExecutorName, named), jobs, address)


def executor_of(options: ExecutorOptions, settings: JobSettings) -> Executor:
    """Return the executor that the options name."""
    if options.name == "processes":
        from embedkit.experiments.executors.processes import ProcessesExecutor

        return ProcessesExecutor(settings, options.jobs)
    if options.name == "ray":
        return RayExecutor(settings, options.address, options.jobs)
    return SerialExecutor(JobRunner(settings).run)
