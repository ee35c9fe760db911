"""Train a model as a recipe says, and evaluate it on every split of the recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from embedkit.evaluation.comparison.baselines import fit_baselines
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.scripts import warn_of_scripts
from embedkit.tasks.artifacts import (
    shown,
    write_coverage,
    write_metrics,
    write_predictions,
    write_training,
)
from embedkit.tasks.networks import build_network
from embedkit.tasks.preparation import N, prepare
from embedkit.tasks.reload import note_unloadable
from embedkit.training.loop import TrainingTask, train_model
from embedkit.training.precision import check_precision
from embedkit.training.trackers import check_trackers

if TYPE_CHECKING:
    from embedkit.runs.context import RunContext
    from embedkit.tasks.components import RunComponents


def train_and_evaluate(components: RunComponents[N], context: RunContext) -> None:
    """Train the model of a recipe, evaluate it on every split, and write all files of the run.

    The order is that of the notebook: texts, tokens, vocabulary, embedding matrix, model, training,
    evaluation.
    """
    recipe, writer, reporter = components.recipe, context.writer, context.reporter
    check_precision(recipe.training.precision, writer.group.device)
    check_trackers(recipe.training.trackers)
    prepared = prepare(components, reporter, context.strict)
    labelling, tokenized = prepared.labelling, prepared.tokenized
    network = build_network(components, prepared, context)
    evaluated = network.evaluated

    reporter.stage("fitting baselines")
    named = components.baselines if writer.group.is_main else {}
    baselines = fit_baselines(named, tokenized["train"].examples, labelling)

    reporter.stage("training")
    metrics = components.metrics(labelling.task)
    content = Content(components.function_words, components.function_tags)
    warn_of_scripts(content, tokenized)
    task = TrainingTask(network.classifier, evaluated, tokenized, metrics)
    training = train_model(task, recipe, writer, reporter)

    reporter.stage("evaluating")
    network.save(writer)
    write_training(writer, training.history)
    with training.kept():
        predictions = {name: evaluated.judge(split, writer.group) for name, split in tokenized.items()}
    write_metrics(writer, predictions, metrics, baselines)
    write_coverage(writer, evaluated, predictions, network.fits)
    written = shown(predictions, recipe.evaluation.predictions)
    write_predictions(writer, evaluated.classes, written, content)

    reporter.stage("analysing errors")
    network.analyse(writer, written, content)
    note_unloadable(components, writer, network.classifier, tokenized)
