"""Train a baseline as the model of a recipe, and evaluate it on every split of the recipe."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from embedkit.data.preflight import raise_or_warn
from embedkit.errors import Fault, RecipeError
from embedkit.evaluation.comparison.baselines import fit_baselines, warn_of_columns
from embedkit.evaluation.oov.content import Content
from embedkit.evaluation.oov.scripts import warn_of_scripts
from embedkit.inference.baseline import BaselineClassifier
from embedkit.inference.predictor import TextInput
from embedkit.inference.saved_baseline import save_baseline
from embedkit.interfaces.flags import TASKS
from embedkit.tasks.analysis import write_words
from embedkit.tasks.artifacts import shown, write_coverage, write_metrics, write_predictions
from embedkit.tasks.preparation import check_texts, read_texts
from embedkit.tasks.reload_baseline import note_unloadable_baseline
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.vocabulary import Vocabulary

if TYPE_CHECKING:
    from embedkit.data.labels import Labelling
    from embedkit.data.splits import Splits
    from embedkit.recipe.baseline import BaselineRecipe
    from embedkit.runs.context import RunContext
    from embedkit.runs.reporter import Reporter
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)


def train_and_evaluate_baseline(components: RunComponents[BaselineRecipe], context: RunContext) -> None:
    """Train the baseline of a recipe, evaluate it on every split, and write all files of the run.

    Of several processes only the main one trains: the others wait for it where the run ends.
    """
    writer, reporter = context.writer, context.reporter
    splits, labelling = prepare_baseline(components, reporter, context.strict)
    if not writer.group.is_main:
        return
    tokenized = _tokenized(components, splits)
    content = Content(components.function_words, components.function_tags)
    warn_of_scripts(content, tokenized)

    reporter.stage("fitting the baseline")
    classifier = _fitted(components, tokenized["train"], labelling)
    baselines = fit_baselines(components.baselines, splits["train"], labelling)

    reporter.stage("evaluating")
    save_baseline(writer, classifier, components.recipe.baseline.use)
    predictions = {name: classifier.judge(split) for name, split in tokenized.items()}
    write_metrics(writer, predictions, components.metrics(labelling.task), baselines)
    write_coverage(writer, classifier, predictions)
    written = shown(predictions, components.recipe.evaluation.predictions)
    write_predictions(writer, classifier.classes, written, content)
    write_words(writer, written, content)
    note_unloadable_baseline(components, writer, classifier, tokenized["train"])


def prepare_baseline(
    components: RunComponents[BaselineRecipe], reporter: Reporter, strict: bool
) -> tuple[Splits, Labelling]:
    """Read and check the texts, and tell their classes.

    Raises DataError for data that cannot be trained on and, if `strict`, for everything that is otherwise a
    warning; RecipeError if the baseline cannot learn the task that the labels make.
    """
    splits, labelling = read_texts(components, reporter)
    raise_or_warn(check_texts(splits, labelling), strict)
    _refuse_task(components, labelling)
    return splits, labelling


def _refuse_task(components: RunComponents[BaselineRecipe], labelling: Labelling) -> None:
    name, tasks = components.recipe.baseline.use, TASKS.of(components.baseline)
    if labelling.task not in tasks:
        what = f"'{name}' cannot learn a {labelling.task} task, but {' or '.join(tasks)}"
        raise RecipeError(Fault(what, where="baseline"))


def _tokenized(components: RunComponents[BaselineRecipe], splits: Splits) -> dict[str, TokenizedSplit]:
    tokenizer = components.tokenized
    return {
        name: TokenizedSplit.of(name, examples, tokenizer.tokens(examples))
        for name, examples in splits.items()
    }


def _fitted(
    components: RunComponents[BaselineRecipe], train: TokenizedSplit, labelling: Labelling
) -> BaselineClassifier:
    """Fit the baseline to the training split. Raises DataError if it cannot learn from these texts."""
    texts, targets = train.examples.texts, labelling.targets(train.examples.labels)
    fitted = components.baseline.fit(texts, targets, labelling.classes)
    warn_of_columns(fitted, texts, targets, labelling)
    return BaselineClassifier(
        fitted=fitted,
        input=TextInput(components.tokenizer, storage=components.storage),
        labelling=labelling,
        words=Vocabulary.of(train.tokens.counts),
        threshold=components.recipe.evaluation.threshold,
    )
