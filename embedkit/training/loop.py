"""The training loop: each epoch is scored, validated, recorded and saved, and may be the last."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from embedkit.distributed.process_group import AnotherEnded, ProcessGroup
from embedkit.errors import Fault, RunError, TrainingError
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.outputs import check_finite, score_split
from embedkit.runs.history import History
from embedkit.training.checkpoints import Checkpoint, Checkpoints
from embedkit.training.head import EncodedTexts, fit_head, set_head
from embedkit.training.losses import training_loss
from embedkit.training.state import within
from embedkit.training.stopping import Best, best_of
from embedkit.training.trackers import Trackers
from embedkit.training.trainer import Trainer

if TYPE_CHECKING:
    from embedkit.evaluation.outputs import Scored
    from embedkit.evaluation.result import SplitMetrics
    from embedkit.inference.classifier import Classifier
    from embedkit.interfaces import Metric
    from embedkit.recipe.text_encoder import NetworkRecipe
    from embedkit.runs.reporter import Reporter
    from embedkit.runs.writer import RunWriter
    from embedkit.text.batching import EncodedSplit
    from embedkit.text.encoding import TokenizedSplit
    from embedkit.training.state import TrainingState

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TrainingTask:
    """A classifier to be trained on the split `train` of `tokenized`, and how its epochs are judged.

    `evaluated` is the `classifier` with additional table rows, for words looked up outside the vocabulary; it
    predicts the validation split, if there is one, and is not trained itself. `metrics` are computed on both
    splits.
    """

    classifier: Classifier
    evaluated: Classifier
    tokenized: Mapping[str, TokenizedSplit]
    metrics: Mapping[str, Metric]

    @cached_property
    def splits(self) -> dict[str, EncodedSplit]:
        """Return the training split and, if there is one, the validation split, encoded."""
        return {
            name: model.encode(self.tokenized[name])
            for name, model in self.models.items()
            if name in self.tokenized
        }

    @property
    def models(self) -> dict[str, Classifier]:
        """Return the classifier that reads each split."""
        return {"train": self.classifier, "validation": self.evaluated}

    def score(self, split: str, scored: Scored) -> SplitMetrics:
        """Compute the metrics of a split from the model's outputs for it."""
        classes, threshold = self.evaluated.classes, self.evaluated.threshold
        return score_metrics(self.metrics, scored, self.splits[split].labels, classes, threshold)

    def validate(self, group: ProcessGroup) -> Scored | None:
        """Return the model's outputs for the validation split, or None if there is none.

        Raises TrainingError if they are not finite.
        """
        if "validation" not in self.splits:
            return None
        self.evaluated.model.embedding.follow(self.classifier.model.embedding)
        split = self.splits["validation"]
        return check_finite(
            score_split(self.evaluated.model, split, group=group), "validation", split.example_ids
        )


def train_model(task: TrainingTask, recipe: NetworkRecipe, writer: RunWriter, reporter: Reporter) -> Training:
    """Train the task's classifier in place, and return the history and the checkpoints.

    A training that was interrupted goes on from its newest checkpoint. In the end the evaluated classifier
    has the table of the trained one.
    """
    settings, splits = recipe.training, task.splits
    record = Record.new(recipe, task.metrics, writer, reporter)
    if settings.optimizer == "lbfgs":
        return _train_head(task, recipe, record, writer.group, reporter)
    loss = training_loss(settings, task.classifier.labelling, splits["train"].labels)
    reporter.epochs(settings.epochs)
    with (
        record.started(),
        Trainer(
            task.classifier.model,
            splits["train"],
            settings,
            recipe.seed,
            loss,
            reporter.advance,
            writer.group,
        ) as trainer,
    ):
        record.resume(trainer, reporter)
        for epoch in trainer:
            metrics = task.score("train", epoch.scored)
            record.history.add(epoch.number, "train", epoch.scored, metrics, epoch.seconds)
            start = time.perf_counter()
            validated = task.validate(writer.group)
            if validated is not None:
                seconds = time.perf_counter() - start
                metrics = task.score("validation", validated)
                record.history.add(epoch.number, "validation", validated, metrics, seconds)
                record.consider(epoch.number, metrics, trainer.state)
            record.save(epoch.number, trainer.state)
            record.log(epoch.number)
            reporter.epoch(record.history.of(epoch.number), settings.epochs)
            trainer.stopped = record.exhausted(epoch.number)
        record.take_best(trainer.state, reporter)
    task.evaluated.model.embedding.follow(task.classifier.model.embedding)
    return Training(record.history, record.checkpoints)


def _train_head(
    task: TrainingTask, recipe: NetworkRecipe, record: Record, group: ProcessGroup, reporter: Reporter
) -> Training:
    """Fit the head, which is all that is trained, in the main process, and record it as one epoch."""
    loss = training_loss(recipe.training, task.classifier.labelling, task.splits["train"].labels)
    texts = {name: EncodedTexts(name, task.models[name].model, split) for name, split in task.splits.items()}
    reporter.epochs(1)
    with record.started():
        start = time.perf_counter()
        fit = group.broadcast(lambda: fit_head(texts, loss, recipe.seed))
        set_head(task.classifier.model, fit)
        for name, of in texts.items():
            scored = check_finite(score_split(of.model, of.split, group=group), name, of.split.example_ids)
            record.history.add(1, name, scored, task.score(name, scored), time.perf_counter() - start)
            start = time.perf_counter()
        record.log(1)
        log.info("fitted", extra={"c": fit.c})
        reporter.epoch(record.history.of(1), 1)
    return Training(record.history, record.checkpoints)


@dataclass(frozen=True)
class Record:
    """The history, the checkpoints, the trackers and, with early stopping, the best epoch of a training."""

    history: History
    checkpoints: Checkpoints
    trackers: Trackers
    best: Best | None

    @classmethod
    def new(
        cls, recipe: NetworkRecipe, metrics: Mapping[str, Metric], writer: RunWriter, reporter: Reporter
    ) -> Record:
        """Make the record of a training; only the main process writes checkpoints and trackers."""
        settings, main = recipe.training, writer.group.is_main
        return cls(
            History([spec.use for spec in recipe.evaluation.metrics]),
            Checkpoints(writer.checkpoints, settings.checkpoint_every if main else 0, reporter.warn),
            Trackers(settings.trackers if main else (), recipe.name, writer.directory),
            best_of(settings, metrics),
        )

    @contextmanager
    def started(self) -> Iterator[None]:
        """Start the trackers, and finish them as the block ends.

        If the training is interrupted, writes the checkpoint that is held in memory.
        """
        try:
            self.trackers.start()
            yield
        except (KeyboardInterrupt, AnotherEnded, TrainingError):
            self.checkpoints.flush()
            raise
        finally:
            self.trackers.finish()

    def resume(self, trainer: Trainer, reporter: Reporter) -> None:
        """Load the newest intact checkpoint, if there is one, into the trainer and this record.

        Raises RunError if the checkpoint was written by another number of processes.
        """
        group = trainer.group
        kept = group.broadcast(self.checkpoints.newest)
        if kept is None:
            return
        _refuse_other_number(kept.state["processes"], group.count)
        trainer.restore(kept.epoch, kept.tensors)
        self.history.restore(kept.state["history"])
        if self.best is not None:
            self.best.restore(kept.state["best"], within("best.", kept.tensors))
        for epoch in range(1, kept.epoch + 1):
            self.log(epoch)
        reporter.stage(f"going on after epoch {kept.epoch}")
        log.info("resumed", extra={"epoch": kept.epoch})
        trainer.stopped = self.exhausted(kept.epoch)

    def consider(self, epoch: int, metrics: SplitMetrics, state: TrainingState) -> None:
        """Record `epoch` as the best so far, with its weights, if early stopping finds it to be."""
        if self.best is not None:
            self.best.consider(epoch, metrics, state.weights())

    def save(self, epoch: int, state: TrainingState) -> None:
        """Save a checkpoint of the state after `epoch`, if one is due."""
        plain: dict[str, object] = {"processes": state.group.count, "history": self.history.plain()}
        tensors = state.tensors()
        if self.best is not None:
            plain["best"] = self.best.plain()
            tensors |= {f"best.{name}": tensor for name, tensor in self.best.weights.items()}
        self.checkpoints.save(Checkpoint(epoch, tensors, plain))

    def log(self, epoch: int) -> None:
        """Write the history of an epoch to the trackers."""
        self.trackers.log(self.history.of(epoch))

    def exhausted(self, epoch: int) -> bool:
        """Return whether early stopping ends the training after `epoch`."""
        return self.best is not None and self.best.exhausted(epoch)

    def take_best(self, state: TrainingState, reporter: Reporter) -> None:
        """Load the weights of the best epoch into the model, with early stopping."""
        best = self.best
        if best is None:
            return
        state.restore_weights(best.weights)
        reporter.stage(f"taking epoch {best.epoch}, the best by {best.metric}: {best.value:.4f}")
        log.info("best epoch", extra={"epoch": best.epoch, "metric": best.metric, "value": best.value})


def _refuse_other_number(before: int, now: int) -> None:
    """Raise RunError if a run resumes with another number of processes: texts would be split differently."""
    if before != now:
        what = f"the run was started with {before} processes, and cannot go on with {now}"
        raise RunError(Fault(what, hint=f"Start {before} again, or choose another --out."))


@dataclass(frozen=True)
class Training:
    """A finished training: its history, and the checkpoints of the trained model."""

    history: History
    checkpoints: Checkpoints

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Save the checkpoint held in memory if the block raises TrainingError for non-finite numbers.

        The error is raised again, with the path of the newest checkpoint in its hint.
        """
        try:
            yield
        except TrainingError as error:
            self.checkpoints.flush()
            newest = self.checkpoints.paths()[-1:]
            where = f"What was trained is kept: {newest[0]}" if newest else None
            faults = [replace(f, hint="\n    ".join(filter(None, (f.hint, where)))) for f in error.faults]
            raise TrainingError(*faults) from error
