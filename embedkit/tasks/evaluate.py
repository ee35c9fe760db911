"""Evaluate a trained model on data other than those of its run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from embedkit.data.splits import has_labels, read_evaluation
from embedkit.errors import RunError
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.scripts import warn_of_scripts
from embedkit.files.storage import storage_of
from embedkit.inference.counterfactual import Trained
from embedkit.inference.loading import load_model
from embedkit.inference.saved_text_encoder import TrainedTextEncoder
from embedkit.recipe.paths import locate, shown
from embedkit.runs.inputs import refuse_changed
from embedkit.runs.run import Run
from embedkit.runs.versions import warn_of_versions
from embedkit.tasks.analysis import NO_POLICY, NO_VECTORS, write_analysis, write_words
from embedkit.tasks.artifacts import write_coverage, write_metrics, write_predictions
from embedkit.tasks.baselines import refit_baselines

if TYPE_CHECKING:
    from embedkit.inference.loading import AnyTrained
    from embedkit.recipe.components import Components
    from embedkit.recipe.evaluation import EvaluationRecipe
    from embedkit.runs.context import RunContext


def evaluate_trained(components: Components[EvaluationRecipe], context: RunContext) -> None:
    """Evaluate the model of the recipe's run on the recipe's texts, and write the files of the evaluation."""
    recipe, writer, reporter = components.recipe, context.writer, context.reporter
    reporter.stage("loading the model")
    run = _run_of(recipe)
    warn_of_versions(run)
    evaluation = recipe.evaluation
    trained = load_model(run, components.registry, evaluation.threshold, evaluation.unseen)
    storage = storage_of(recipe.data.in_memory, writer.scratch)
    classifier = trained.classifier.storing(storage)

    reporter.stage("reading texts")
    examples = read_evaluation(components.reader("test"), classifier.labelling, storage)
    tokenized = {"test": classifier.input.tokenize("test", examples)}

    reporter.stage("fitting baselines")
    named = trained.components if evaluation.baselines is None else components
    scored = writer.group.is_main and has_labels(examples)
    baselines = refit_baselines(run, trained, named) if scored else {}

    reporter.stage("evaluating")
    metrics = components.metrics(classifier.labelling.task)
    content = _content(components, run, trained)
    warn_of_scripts(content, tokenized)
    predictions = {name: classifier.judge(split, writer.group) for name, split in tokenized.items()}
    write_metrics(writer, predictions, metrics, baselines)
    write_coverage(writer, classifier, predictions)
    write_predictions(writer, classifier.classes, predictions, content)

    reporter.stage("analysing errors")
    if isinstance(trained, Trained):
        storing = replace(trained, classifier=trained.classifier.storing(storage))
        write_analysis(writer, storing, predictions, content)
    else:
        why = NO_POLICY if isinstance(trained, TrainedTextEncoder) else NO_VECTORS
        write_words(writer, predictions, content, why)


def _content(components: Components[EvaluationRecipe], run: Run, trained: AnyTrained) -> Content:
    """Return the rule for content tokens, from the recipe's function words or, by default, the model's.

    Raises RunError if a function-word file of the model's recipe has changed.
    """
    if components.recipe.evaluation.function_words is not None:
        return Content(components.function_words, components.function_tags)
    hint = "Name function words in this recipe; [] takes none."
    for part in trained.components.parts("evaluation.function_words"):
        refuse_changed(run, part.files(), hint)
    return Content(trained.components.function_words, trained.components.function_tags)


def _run_of(recipe: EvaluationRecipe) -> Run:
    """Open the run to evaluate. Raises RunError, with the path as the recipe writes it, if there is none."""
    try:
        return Run(locate(recipe.model, "model"))
    except RunError as error:
        faults = [replace(fault, where=shown(recipe.model)) for fault in error.faults]
        raise RunError(*faults) from None
