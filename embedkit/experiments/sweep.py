"""Run a list of jobs with an executor, and tell of each as it ends."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from embedkit.experiments.plan import Executor, Job, Outcome

if TYPE_CHECKING:
    from embedkit.runs.reporter import Reporter

log = logging.getLogger(__name__)


def run_jobs(jobs: Sequence[Job], executor: Executor, reporter: Reporter, fail_fast: bool) -> list[Outcome]:
    """Run jobs and return how each ended, in the order of `jobs`.

    With `fail_fast`, the error of the first job that fails is raised, and those that run are stopped.
    """
    outcomes: dict[str, Outcome] = {}
    reporter.jobs(len(jobs))
    with executor:
        for job in jobs:
            executor.submit(job)
        while len(outcomes) < len(jobs):
            outcome = executor.next_done()
            outcomes[outcome.job.id] = outcome
            log.info(
                "job", extra={"job": outcome.job.id, "seconds": outcome.seconds, "failed": outcome.failed}
            )
            reporter.job(outcome.job.id, ending(outcome), len(outcomes), len(jobs))
            for message in outcome.warnings:
                reporter.warn(message)
            if outcome.failed and fail_fast:
                raise outcome.raised()
    return [outcomes[job.id] for job in jobs]


def ending(outcome: Outcome) -> str:
    """Return how a job ended, in a few words, or its error."""
    if outcome.failed:
        return f"failed: {'; '.join(map(str, outcome.faults))}"
    return f"{outcome.seconds:.1f} s" if outcome.seconds else "finished before"
