"""Who is told how a ranking goes on; the base class is silent, and the command line has one that prints."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.runs.reporter import Reporter

if TYPE_CHECKING:
    from embedkit.evaluation.ranking.result import Ranking
    from embedkit.experiments.plan import Outcome
    from embedkit.experiments.ranking.contest import Standing


class Audience:
    """Is told how a contest goes on. This class ignores it; `reporter` is told of stages and warnings."""

    def __init__(self, reporter: Reporter | None = None) -> None:
        self.reporter = reporter or Reporter()

    def ended(self, outcome: Outcome, standing: Standing, left: int) -> None:
        """Tell that a job has ended, well or not; at most `left` more are to be run."""

    def decided(self, ranking: Ranking) -> None:
        """Tell that all trainings are done but that of the best candidate on all texts."""
