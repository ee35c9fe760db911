"""Train a model as a recipe says, and evaluate it on every split of the recipe."""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.baselines import fit_baselines
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.scripts import warn_of_scripts
from embedkit.inference.classifier import Classifier
from embedkit.inference.counterfactual import Trained
from embedkit.inference.persistence import save_trained
from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.tasks.analysis import write_analysis, write_drift
from embedkit.tasks.artifacts import (
    shown,
    write_coverage,
    write_metrics,
    write_predictions,
    write_training,
)
from embedkit.tasks.embedding import embed
from embedkit.tasks.preparation import Prepared, prepare, try_encoder
from embedkit.tasks.reload import note_unloadable
from embedkit.training.loop import TrainingTask, train_model
from embedkit.training.precision import check_precision
from embedkit.training.trackers import check_trackers

if TYPE_CHECKING:
    import torch

    from embedkit.model.table import EmbeddingTable
    from embedkit.recipe.schema import Recipe
    from embedkit.runs.context import RunContext
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)


def train_and_evaluate(components: RunComponents[Recipe], context: RunContext) -> None:
    """Train the model of a recipe, evaluate it on every split, and write all files of the run.

    The order is that of the notebook: texts, tokens, vocabulary, embedding matrix, model, training,
    evaluation.
    """
    recipe, writer, reporter = components.recipe, context.writer, context.reporter
    check_precision(recipe.training.precision, writer.group.device)
    check_trackers(recipe.training.trackers)
    prepared = prepare(components, reporter, context.strict)
    labelling, tokenized = prepared.labelling, prepared.tokenized

    reporter.stage("looking words up")
    table = embed(components, prepared, reporter, context.strict)
    try_encoder(components, prepared, table.dim)
    classifier = _classifier(recipe, prepared, table, writer.group.device)
    evaluated = classifier.extended(table.unseen)
    log.info("built", extra={"rows": table.rows.by_origin(), "classes": labelling.classes})

    reporter.stage("fitting baselines")
    named = components.baselines if writer.group.is_main else {}
    baselines = fit_baselines(named, tokenized["train"].examples, labelling)

    reporter.stage("training")
    metrics = components.metrics(labelling.task)
    content = Content(components.function_words, components.function_tags)
    warn_of_scripts(content, tokenized)
    task = TrainingTask(classifier, evaluated, tokenized, metrics)
    training = train_model(task, recipe, writer, reporter)

    reporter.stage("evaluating")
    save_trained(writer, classifier, table, looked_up=recipe.embedding.unseen == "lookup")
    write_training(writer, training.history)
    with training.kept():
        predictions = {name: evaluated.judge(split, writer.group) for name, split in tokenized.items()}
    write_metrics(writer, predictions, metrics, baselines)
    write_coverage(writer, evaluated, predictions)
    written = shown(predictions, recipe.evaluation.predictions)
    write_predictions(writer, evaluated.classes, written, content)

    reporter.stage("analysing errors")
    drift = write_drift(writer, classifier, table) if recipe.evaluation.table_drift else None
    trained = Trained(evaluated, components)
    write_analysis(writer, trained, written, content, drift)
    note_unloadable(components, writer, classifier, tokenized)


def _classifier(
    recipe: Recipe, prepared: Prepared, table: EmbeddingTable, device: torch.device
) -> Classifier:
    """Build the classifier to be trained; its embedding matrix holds the vectors as they were looked up."""
    labelling, embedding = prepared.labelling, recipe.embedding
    trainable = table.trainable_rows(embedding.trainable)
    embedder = partial(TableEmbedder.of, table.vectors, trainable, embedding.sparse, table.rows)
    objective = objective_of(len(labelling.classes), labelling.multilabel)
    model = build_classifier(embedder, prepared.encoder, objective, recipe.seed)
    threshold = recipe.evaluation.threshold
    return Classifier(model.to(device), prepared.text, labelling, threshold)
