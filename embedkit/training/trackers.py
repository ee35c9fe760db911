"""Experiment trackers: TensorBoard and others that Accelerate supports."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RecipeError
from embedkit.runs import layout

if TYPE_CHECKING:
    from embedkit.runs.history import HistoryRow

DISTRIBUTIONS = {"comet_ml": "comet-ml"}
"""Names of trackers on the package index, where they differ."""


def check_trackers(names: Sequence[str]) -> None:
    """Raise RecipeError, with the install command, for each tracker whose package is missing."""
    faults = [
        Fault(
            f"'{name}' is not installed",
            where=f"training.trackers.{index}",
            hint=f"pip install {DISTRIBUTIONS.get(name, name)}",
        )
        for index, name in enumerate(names)
        if find_spec(name) is None
    ]
    if faults:
        raise RecipeError(*faults)


class Trackers:
    """The experiment trackers of a training. Each epoch is logged once, also those before a resumption."""

    def __init__(self, names: Sequence[str], run: str, directory: Path) -> None:
        self._names = names
        self._run = run
        self._directory = directory / layout.TRACKERS
        self._trackers: list[Any] = []

    def start(self) -> None:
        """Start all trackers, which replace what they wrote before. `finish` ends those that started."""
        shutil.rmtree(self._directory, ignore_errors=True)
        for name in self._names:
            self._trackers.append(_open(name, self._run, self._directory))

    def log(self, rows: Sequence[HistoryRow]) -> None:
        """Write the loss and metrics of an epoch to all trackers, as `SPLIT/loss` and `SPLIT/METRIC`."""
        for row in rows:
            figures = {"loss": row.loss, **row.metrics}
            for tracker in self._trackers:
                tracker.log({f"{row.split}/{name}": value for name, value in figures.items()}, row.epoch)

    def finish(self) -> None:
        """Tell all trackers that training has ended."""
        for tracker in self._trackers:
            tracker.finish()


def _open(name: str, run: str, directory: Path) -> Any:
    from accelerate.tracking import LOGGER_TYPE_TO_CLASS

    kind = LOGGER_TYPE_TO_CLASS[name]
    tracker = kind(run, directory) if kind.requires_logging_directory else kind(run)
    tracker.start()
    return tracker
