"""Who is told how a run is going: a reporter that says nothing, for Python; the command line has its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.runs.history import HistoryRow


class Reporter:
    """Is told of stages, batches and epochs; this one keeps silent."""

    def run(self, name: str, number: int, of: int) -> None:
        """The run `name` begins, one of several: the `number`-th, from 1."""

    def stage(self, what: str) -> None:
        """A new stage has begun, such as 'reading texts'."""

    def warn(self, what: str) -> None:
        """Something is not as it should be, and the run goes on."""

    def advance(self, done: int, total: int | None) -> None:
        """`done` of `total` units of the current stage, or examples of the current epoch."""

    def epochs(self, count: int) -> None:
        """Training begins, for so many epochs."""

    def epoch(self, rows: Sequence[HistoryRow], of: int) -> None:
        """One of `of` epochs has ended: its rows of the history, train first."""
