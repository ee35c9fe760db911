"""Bookkeeping after each epoch: record its metrics, compare it with the best epoch, write a checkpoint."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError
from embedkit.training.checkpoint import Checkpoint
from embedkit.training.checkpoints import Checkpoints
from embedkit.training.state import within

if TYPE_CHECKING:
    from torch import Tensor

    from embedkit.evaluation.scoring import Scored
    from embedkit.runs.history import History
    from embedkit.runs.reporter import Reporter
    from embedkit.training.loop import Epoch
    from embedkit.training.state import TrainingState
    from embedkit.training.stopping import Best
    from embedkit.training.trackers import Trackers

log = logging.getLogger(__name__)


class Journal:
    """Keeps the history, the checkpoints and, with early stopping, the best epoch of a training.

    `score` computes the metrics from a split's name and the model's outputs for it; `validate` returns the
    outputs for the validation split, or None if there is none. Training takes `epochs` epochs, or fewer if
    `best` stops it early.
    """

    def __init__(
        self,
        epochs: int,
        history: History,
        checkpoints: Checkpoints,
        best: Best | None,
        score: Callable[[str, Scored], dict[str, Any]],
        validate: Callable[[], Scored | None],
        reporter: Reporter,
        trackers: Trackers,
    ) -> None:
        self.epochs = epochs
        self.history = history
        self.checkpoints = checkpoints
        self.best = best
        self.score = score
        self.validate = validate
        self.reporter = reporter
        self.trackers = trackers

    def begin(self, state: TrainingState) -> int:
        """Load the newest intact checkpoint, if any, into `state` and return the number of completed epochs.

        Returns 0 without a checkpoint, and `epochs` if training had already ended. Raises RunError if the
        checkpoint was written by another number of processes.
        """
        kept = state.world.from_main(self.checkpoints.newest)
        if kept is None:
            return 0
        refuse_other_number(kept.state["processes"], state.world.count)
        state.restore(kept.tensors)
        self.history.restore(kept.state["history"])
        if self.best is not None:
            self.best.restore(kept.state["best"], within("best.", kept.tensors))
        for epoch in range(1, kept.epoch + 1):
            self.trackers.log(self.history.of(epoch))
        self.reporter.stage(f"going on after epoch {kept.epoch}")
        log.info("resumed", extra={"epoch": kept.epoch})
        return self.epochs if self._ended(kept.epoch, state) else kept.epoch

    def epoch_ended(self, epoch: Epoch, state: TrainingState) -> bool:
        """Record the metrics of an epoch, save a checkpoint, and return whether training ends."""
        scored, number = epoch.scored, epoch.number
        self.history.add(number, "train", scored, self.score("train", scored), epoch.seconds)
        self._validate(number, state)
        self.checkpoints.save(Checkpoint(number, self._tensors(state), self._plain(state)))
        self.trackers.log(self.history.of(number))
        self.reporter.epoch(self.history.of(number), self.epochs)
        return self._ended(number, state)

    def _validate(self, number: int, state: TrainingState) -> None:
        start = time.perf_counter()
        scored = self.validate()
        if scored is None:
            return
        figures = self.score("validation", scored)
        self.history.add(number, "validation", scored, figures, time.perf_counter() - start)
        if self.best is not None:
            self.best.consider(number, figures, state.weights())

    def _ended(self, epoch: int, state: TrainingState) -> bool:
        """Return whether training ends with `epoch`.

        If so, early stopping restores the weights of the best epoch.
        """
        best = self.best
        if best is None or not (best.exhausted(epoch) or epoch == self.epochs):
            return epoch == self.epochs
        state.restore_weights(best.weights)
        self.reporter.stage(f"taking epoch {best.epoch}, the best by {best.metric}: {best.value:.4f}")
        log.info("best epoch", extra={"epoch": best.epoch, "metric": best.metric, "value": best.value})
        return True

    def _tensors(self, state: TrainingState) -> dict[str, Tensor]:
        best = self.best.weights if self.best is not None else {}
        return state.tensors() | {f"best.{name}": tensor for name, tensor in best.items()}

    def _plain(self, state: TrainingState) -> dict[str, Any]:
        best = {"best": self.best.plain()} if self.best is not None else {}
        return {"processes": state.world.count, "history": self.history.plain(), **best}


def refuse_other_number(before: int, now: int) -> None:
    """Raise RunError if a run resumes with another number of processes: texts would be split differently."""
    if before != now:
        what = f"the run was started with {before} processes, and cannot go on with {now}"
        raise RunError(Fault(what, hint=f"Start {before} again, or choose another --out."))
