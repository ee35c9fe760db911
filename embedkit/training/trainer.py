"""Train a classifier: every epoch is scored, recorded and kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from embedkit.distributed.process_group import AnotherEnded, World
from embedkit.errors import TrainingError
from embedkit.evaluation.metrics import score_metrics
from embedkit.evaluation.scoring import Scored, check_finite, score_split
from embedkit.runs.history import History
from embedkit.training.checkpoints import Checkpoints
from embedkit.training.journal import Journal
from embedkit.training.loop import fit
from embedkit.training.losses import training_loss
from embedkit.training.stopping import best_of
from embedkit.training.trackers import Trackers

if TYPE_CHECKING:
    from embedkit.inference.classifier import Classifier
    from embedkit.interfaces import Metric
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.reporter import Reporter
    from embedkit.runs.writer import RunWriter
    from embedkit.text.batching import EncodedSplit
    from embedkit.text.encoding import TokenizedSplit


@dataclass(frozen=True)
class Judge:
    """Computes metrics from the model's outputs for `splits`, and evaluates the validation split, if any.

    `evaluated` is the classifier `trained` with additional table rows, for words looked up outside the
    vocabulary; it is not trained itself.
    """

    trained: Classifier
    evaluated: Classifier
    splits: Mapping[str, EncodedSplit]
    metrics: Mapping[str, Metric]
    world: World

    def score(self, split: str, scored: Scored) -> dict[str, Any]:
        """Compute the metrics of a split from the model's outputs for it."""
        classes, threshold = self.evaluated.classes, self.evaluated.threshold
        return score_metrics(self.metrics, scored, self.splits[split].labels, classes, threshold)

    def validate(self) -> Scored | None:
        """Return the model's outputs for the validation split, or None if there is none.

        Raises TrainingError if they are not finite.
        """
        if "validation" not in self.splits:
            return None
        self.evaluated.model.follow(self.trained.model)
        split = self.splits["validation"]
        scored = score_split(self.evaluated.model, split, world=self.world)
        return check_finite(scored, "validation", split.example_ids)


def train_model(
    classifier: Classifier,
    evaluated: Classifier,
    tokenized: Mapping[str, TokenizedSplit],
    recipe: Recipe,
    metrics: Mapping[str, Metric],
    writer: RunWriter,
    reporter: Reporter,
) -> Training:
    """Train the classifier's model in place; after each epoch, `evaluated` scores the validation split.

    Returns the history and the checkpoints. In the end `evaluated` has the table of the trained model.
    """
    splits = {"train": classifier.input.encode(tokenized["train"], classifier.labelling)}
    if "validation" in tokenized:
        splits["validation"] = evaluated.input.encode(tokenized["validation"], classifier.labelling)
    judge = Judge(classifier, evaluated, splits, metrics, writer.world)
    journal = _journal(recipe, judge, writer, reporter)
    loss = training_loss(recipe.training, classifier.labelling, splits["train"].labels)
    reporter.epochs(recipe.training.epochs)
    try:
        fit(
            classifier.model,
            splits["train"],
            recipe.training,
            recipe.seed,
            reporter.advance,
            journal.epoch_ended,
            journal.begin,
            loss,
            writer.world,
        )
    except (KeyboardInterrupt, AnotherEnded, TrainingError):
        journal.checkpoints.flush()
        raise
    finally:
        journal.trackers.finish()
    evaluated.model.follow(classifier.model)
    return Training(journal.history, journal.checkpoints)


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


def _journal(recipe: Recipe, judge: Judge, writer: RunWriter, reporter: Reporter) -> Journal:
    """Make the journal of a training; among processes, only the main one writes checkpoints and trackers."""
    settings, main = recipe.training, writer.world.main
    return Journal(
        settings.epochs,
        History([spec.use for spec in recipe.evaluation.metrics]),
        Checkpoints(writer.checkpoints, settings.checkpoint_every if main else 0, reporter.warn),
        best_of(settings, judge.metrics),
        judge.score,
        judge.validate,
        reporter,
        Trackers(settings.trackers if main else (), recipe.name, writer.directory),
    )
