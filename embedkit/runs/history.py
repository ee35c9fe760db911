"""The training history of a run: the rows of history.csv."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cache

from pydantic import TypeAdapter

from embedkit.evaluation.outputs import Scored
from embedkit.evaluation.result import SplitMetrics


@dataclass(frozen=True)
class HistoryRow:
    """One epoch on one split.

    On `train`, the metrics are computed during the epoch, while the weights change. `loss` is the mean over
    examples, `batch_loss` the mean of the batches' mean losses, and `seconds` the wall time of the pass.
    """

    epoch: int
    split: str
    loss: float
    batch_loss: float
    metrics: Mapping[str, float]
    seconds: float
    examples_per_second: float


@dataclass
class History:
    """The rows of all epochs so far. `metrics` lists the names of the recipe's metrics, in order."""

    metrics: Sequence[str]
    entries: list[HistoryRow] = field(default_factory=list)

    def add(self, epoch: int, split: str, scored: Scored, metrics: SplitMetrics, seconds: float) -> None:
        """Record an epoch on a split. Only metrics that are a single number are kept."""
        values = {name: metrics.scores[name] for name in self.metrics}
        numbers = {name: float(value) for name, value in values.items() if isinstance(value, int | float)}
        rate = len(scored.probabilities) / max(seconds, 1e-9)
        self.entries.append(HistoryRow(epoch, split, scored.loss, scored.batch_loss, numbers, seconds, rate))

    def plain(self) -> list[dict[str, object]]:
        """Return the rows as plain data, for a checkpoint."""
        return [asdict(entry) for entry in self.entries]

    def restore(self, plain: object) -> None:
        """Set the rows to those of a checkpoint."""
        self.entries = _rows().validate_python(plain)

    def of(self, epoch: int) -> list[HistoryRow]:
        """Return the rows of one epoch: train, then validation if there is such a split."""
        return [entry for entry in self.entries if entry.epoch == epoch]

    def header(self) -> list[str]:
        """Return the column names of history.csv."""
        return ["epoch", "split", "loss", "batch_loss", *self._numeric(), "seconds", "examples_per_second"]

    def rows(self) -> list[list[object]]:
        """Return the rows of history.csv; an undefined metric is an empty cell."""
        return [
            [
                *(e.epoch, e.split, e.loss, e.batch_loss),
                *(e.metrics.get(name, "") for name in self._numeric()),
                *(round(e.seconds, 6), round(e.examples_per_second, 1)),
            ]
            for e in self.entries
        ]

    def _numeric(self) -> list[str]:
        return [name for name in self.metrics if any(name in entry.metrics for entry in self.entries)]


@cache
def _rows() -> TypeAdapter[list[HistoryRow]]:
    return TypeAdapter(list[HistoryRow])
