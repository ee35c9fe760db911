"""Evaluate a trained model on data other than those of its run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.data.splits import has_labels, read_evaluation
from embedkit.errors import RunError
from embedkit.evaluation.metrics import build_metrics
from embedkit.evaluation.oov.scripts import warn_of_scripts
from embedkit.files.storage import storage_of
from embedkit.inference.persistence import load_trained
from embedkit.recipe.build import build_component, component_files
from embedkit.recipe.paths import locate, shown
from embedkit.runs.inputs import refuse_changed
from embedkit.runs.run import Run
from embedkit.tasks.analysis import read_content, write_analysis
from embedkit.tasks.artifacts import write_evaluation
from embedkit.tasks.baselines import refit_baselines

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.plugin.registry import Registry
    from embedkit.recipe.schema import EvaluationRecipe, Recipe
    from embedkit.runs.reporter import Reporter
    from embedkit.runs.writer import RunWriter


def evaluate_trained(
    recipe: EvaluationRecipe, registry: Registry, writer: RunWriter, reporter: Reporter
) -> None:
    """Evaluate the model of the recipe's run on the recipe's texts, and write the files of the evaluation."""
    reporter.stage("loading the model")
    run = _run_of(recipe)
    trained = load_trained(run, registry, recipe.evaluation.threshold, recipe.evaluation.unseen)
    storage = storage_of(recipe.data.in_memory, writer.scratch)
    classifier = trained.classifier.storing(storage)

    reporter.stage("reading texts")
    reader = build_component(registry, "reader", recipe.data.test, "data.test")
    examples = read_evaluation(reader, classifier.labelling, storage)
    tokenized = {"test": classifier.input.tokenize("test", examples)}

    reporter.stage("fitting baselines")
    specs = recipe.evaluation.baselines if writer.world.main and has_labels(examples) else ()
    baselines = refit_baselines(run, trained, specs, registry)

    reporter.stage("evaluating")
    metrics = build_metrics(registry, recipe.evaluation.metrics, classifier.labelling.task)
    content = _content(recipe, run, trained.recipe, registry)
    warn_of_scripts(content, tokenized)
    predictions = write_evaluation(writer, classifier, tokenized, metrics, content, baselines)

    reporter.stage("analysing errors")
    trained = replace(trained, classifier=classifier)
    write_analysis(writer, trained, tokenized, predictions, content, registry)


def _content(recipe: EvaluationRecipe, run: Run, trained: Recipe, registry: Registry) -> Content:
    """Return the rule for content tokens, from the recipe's function words or, by default, the model's.

    Raises RunError if a function-word file of the model's recipe has changed.
    """
    specs = recipe.evaluation.function_words
    if specs is not None:
        return read_content(specs, registry)
    key, hint = "evaluation.function_words", "Name function words in this recipe; [] takes none."
    for index, spec in enumerate(trained.evaluation.function_words):
        refuse_changed(run, component_files(registry, f"{key}.{index}", "function-words", spec), hint)
    return read_content(trained.evaluation.function_words, registry)


def _run_of(recipe: EvaluationRecipe) -> Run:
    """Open the run to evaluate. Raises RunError, with the path as the recipe writes it, if there is none."""
    try:
        return Run(locate(recipe.model, "model"))
    except RunError as error:
        faults = [replace(fault, where=shown(recipe.model)) for fault in error.faults]
        raise RunError(*faults) from None
