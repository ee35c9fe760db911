"""What the executor and its process that is connected to a Ray cluster send each other."""

from __future__ import annotations

from dataclasses import dataclass

from embedkit.errors import Fault
from embedkit.experiments.plan import JobSettings, Outcome


@dataclass(frozen=True)
class Assignment:
    """The cluster that runs the jobs, None for one on this machine, and what all jobs share.

    `patience` is the time in seconds in which the cluster has to be connected.
    """

    address: str | None
    settings: JobSettings
    patience: float


@dataclass(frozen=True)
class Answer:
    """A job that has ended, or why no job can be run, and how many jobs the cluster has room for now.

    The first answer has neither: the cluster is connected.
    """

    at_once: int
    outcome: Outcome | None = None
    faults: tuple[Fault, ...] = ()
