"""Who is told how a ranking goes on: a reporter, and on the command line one that prints tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.experiments.sweep import ending
from embedkit.runs.reporter import Reporter

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.experiments.plan import Outcome
    from embedkit.experiments.ranking.contest import Standing


class Audience:
    """Is told how a contest goes on, and tells `reporter`, which is silent by default."""

    def __init__(self, reporter: Reporter | None = None) -> None:
        self.reporter = reporter or Reporter()
        self._ended = 0

    def ended(self, outcome: Outcome, standing: Standing, left: int) -> None:  # noqa: ARG002
        """Tell that a job has ended, well or not; at most `left` more are to be run."""
        self._ended += 1
        self.reporter.job(outcome.job.id, ending(outcome), self._ended, self._ended + left)
        for warning in outcome.warnings:
            self.reporter.warn(f"{outcome.job.id}: {warning}")

    def decided(self, ranking: Ranking) -> None:
        """Tell that all trainings are done but that of the best candidate on all texts."""
