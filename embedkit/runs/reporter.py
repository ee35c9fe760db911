"""The interface for progress reports; the base class is silent, and the command line has one that prints."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from embedkit.runs.history import HistoryRow


class Reporter:
    """Receives the progress of a run: stages, batches and epochs. This class ignores it."""

    def run(self, name: str, number: int, of: int) -> None:
        """Tell that the run `name` begins, number `number` (from 1) of `of`."""

    def jobs(self, count: int) -> None:
        """Tell that so many runs are about to be made, several at a time maybe."""

    def job(self, name: str, ending: str, number: int, of: int) -> None:
        """Tell that the run `name` has ended, the `number`-th of `of` to do so (from 1), and how."""

    def stage(self, what: str) -> None:
        """Tell that a stage begins, such as 'reading texts'."""

    def warn(self, what: str) -> None:
        """Tell of a problem that does not stop the run."""

    def advance(self, done: int, total: int | None) -> None:
        """Tell that `done` of `total` units of the stage, or examples of the epoch, are done."""

    def epochs(self, count: int) -> None:
        """Tell that training begins, with `count` epochs at most."""

    def epoch(self, rows: Sequence[HistoryRow], of: int) -> None:
        """Tell that one of `of` epochs has ended. `rows` are its rows of the history, train first."""
