"""Evaluate a trained model on other data than its run did."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.analysis import read_content, write_analysis
from embedkit.data.splits import read_evaluation
from embedkit.data.storage import storage_of
from embedkit.evaluation.metrics import build_metrics
from embedkit.loading import load_trained
from embedkit.recipe.build import build_component
from embedkit.recipe.paths import locate
from embedkit.records import write_evaluation
from embedkit.refitting import refit_baselines
from embedkit.runs.run import Run

if TYPE_CHECKING:
    from embedkit.recipe.schema import EvaluationRecipe
    from embedkit.registry import Registry
    from embedkit.reporting import Reporter
    from embedkit.runs.writer import RunWriter


def evaluate_trained(
    recipe: EvaluationRecipe, registry: Registry, writer: RunWriter, reporter: Reporter
) -> None:
    """Evaluate the model of the run that the recipe names on the recipe's texts."""
    reporter.stage("loading the model")
    run = Run(locate(recipe.model, "model"))
    trained = load_trained(run, registry, recipe.evaluation.threshold, recipe.evaluation.unseen)
    storage = storage_of(recipe.data.in_memory, writer.scratch)
    classifier = trained.classifier.storing(storage)

    reporter.stage("reading texts")
    reader = build_component(registry, "reader", recipe.data.test, "data.test")
    examples = read_evaluation(reader, classifier.labelling, storage)
    tokenized = {"test": classifier.input.tokenize("test", examples)}

    reporter.stage("fitting baselines")
    specs = recipe.evaluation.baselines if writer.world.main else ()
    baselines = refit_baselines(run, trained, specs, registry)

    reporter.stage("evaluating")
    metrics = build_metrics(registry, recipe.evaluation.metrics, classifier.labelling.task)
    content = read_content(recipe.evaluation.function_words, registry)
    predictions = write_evaluation(writer, classifier, tokenized, metrics, content, baselines)

    reporter.stage("analysing errors")
    trained = replace(trained, classifier=classifier)
    write_analysis(writer, trained, tokenized, predictions, content, registry)
