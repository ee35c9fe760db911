"""Train a model as a recipe says, and evaluate it on every split the recipe names."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from embedkit.analysis import read_content, write_analysis, write_drift
from embedkit.classification import Classifier, TextInput
from embedkit.data.labels import Labelling, labelling_of
from embedkit.data.preflight import check_examples, check_separator, settle
from embedkit.data.splits import Splits, read_splits
from embedkit.embedding import embed
from embedkit.errors import DataError, Fault
from embedkit.evaluation.comparison.baselines import fit_baselines
from embedkit.evaluation.metrics import build_metrics, score_metrics
from embedkit.evaluation.scoring import Scored, score_split
from embedkit.model.classifier import build_classifier
from embedkit.model.selfcheck import check_encoder
from embedkit.recipe.build import build_component
from embedkit.records import write_evaluation, write_model, write_training, write_unseen
from embedkit.refilling import Trained
from embedkit.text.encoding import TokenizedSplit
from embedkit.text.lengths import check_lengths
from embedkit.text.vocabulary import Vocabulary
from embedkit.training.checkpoints import Checkpoints
from embedkit.training.history import History
from embedkit.training.journal import Journal
from embedkit.training.loop import fit
from embedkit.training.losses import training_loss
from embedkit.training.precision import check_precision
from embedkit.training.stopping import best_of
from embedkit.training.trackers import Trackers, check_trackers
from embedkit.world import AnotherEnded

if TYPE_CHECKING:
    from embedkit.data.storage import Storage
    from embedkit.interfaces import Encoder, Metric
    from embedkit.recipe.schema import Recipe
    from embedkit.registry import Registry
    from embedkit.remembering import Remembering, TokenizedOnce
    from embedkit.reporting import Reporter
    from embedkit.runs.writer import RunWriter

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Prepared:
    """What there is before any vector is looked up: classes, encoder, and every split as tokens."""

    labelling: Labelling
    encoder: Encoder
    text: TextInput
    tokenized: Mapping[str, TokenizedSplit]


def train_and_evaluate(
    recipe: Recipe,
    registry: Registry,
    writer: RunWriter,
    reporter: Reporter,
    strict: bool,
    build: Remembering,
) -> None:
    """The notebook's path: texts, tokens, vocabulary, table, model, training, evaluation.

    `build` makes the readers, the tokenizer and the baselines.
    """
    check_precision(recipe.training.precision, writer.world.device)
    check_trackers(recipe.training.trackers)
    prepared = prepare(recipe, registry, reporter, strict, build)
    labelling, text_input, tokenized = prepared.labelling, prepared.text, prepared.tokenized

    reporter.stage("looking words up")
    table = embed(recipe, registry, text_input.vocabulary, tokenized, labelling, reporter, strict)
    trainable = table.trainable_rows(recipe.embedding.trainable)
    model = build_classifier(
        table.vectors,
        trainable,
        prepared.encoder,
        len(labelling.classes),
        recipe.seed,
        labelling.multilabel,
        recipe.embedding.sparse,
    ).to(writer.world.device)
    classifier = Classifier(model, text_input, table.origin, labelling, recipe.evaluation.threshold)
    evaluated = classifier.widened(table.unseen)
    log.info("built", extra={"rows": table.rows_by_origin(), "classes": labelling.classes})

    reporter.stage("fitting baselines")
    specs = recipe.evaluation.baselines if writer.world.main else ()
    baselines = fit_baselines(build, specs, tokenized["train"].examples, labelling)

    reporter.stage("training")
    metrics = build_metrics(registry, recipe.evaluation.metrics, labelling.task)
    content = read_content(recipe.evaluation.function_words, registry)
    history = train_model(classifier, evaluated, tokenized, recipe, metrics, writer, reporter)

    reporter.stage("evaluating")
    write_model(writer, classifier, table)
    if recipe.embedding.unseen == "lookup":
        write_unseen(writer, table.unseen)
    write_training(writer, history)
    predictions = write_evaluation(writer, evaluated, tokenized, metrics, content, baselines)

    reporter.stage("analysing errors")
    drift = write_drift(writer, classifier, table)
    trained = Trained(evaluated, recipe, table.via)
    write_analysis(writer, trained, tokenized, predictions, content, registry, drift)


def prepare(
    recipe: Recipe, registry: Registry, reporter: Reporter, strict: bool, build: Remembering
) -> Prepared:
    """Read every split, look it over and tokenize it; `build` as in `train_and_evaluate`.

    Raises DataError for data that cannot be trained on and, where `strict`, for what is otherwise a warning.
    """
    reporter.stage("reading texts")
    splits = read_splits(recipe.data, partial(build, "reader"), recipe.seed)
    labelling = labelling_of(splits, recipe.data.labels, recipe.data.label_separator)

    reporter.stage("tokenizing")
    encoder: Encoder = build_component(registry, "encoder", recipe.encoder, "encoder")
    check_encoder(encoder)
    tokenizer: TokenizedOnce = build("tokenizer", recipe.tokenizer, "tokenizer")
    text, tokenized = prepare_text(recipe, splits, tokenizer, encoder, build.storage)
    separated = check_separator(splits["train"], recipe.data.label_separator)
    settle([*check_examples(splits), *separated, *check_lengths(tokenized)], strict)
    return Prepared(labelling, encoder, text, tokenized)


def prepare_text(
    recipe: Recipe, splits: Splits, tokenizer: TokenizedOnce, encoder: Encoder, storage: Storage
) -> tuple[TextInput, dict[str, TokenizedSplit]]:
    """Tokenize every split; build the vocabulary from the training split alone; ids will be in `storage`.

    For an encoder that padding does not leave alone, every text gets one length: `max_length`, or the
    longest training text.
    """
    data = recipe.data
    tokenized = {
        name: TokenizedSplit.of(name, examples, tokenizer.tokens(examples), data.max_length, data.cut)
        for name, examples in splits.items()
    }
    longest = max(tokenized["train"].tokens.numbers.lengths())
    if not longest:
        raise DataError(Fault("no text of the training split has a token", where="data.train"))
    counts = tokenized["train"].tokens.counts
    words = Vocabulary.of(counts, recipe.vocabulary.min_count, recipe.vocabulary.max_size)
    if getattr(encoder, "padding_invariant", True):
        return TextInput(tokenizer.tokenizer, words, data.max_length, data.cut, None, storage), tokenized
    length = data.max_length or longest
    fixed = TextInput(tokenizer.tokenizer, words, length, data.cut, length, storage)
    return fixed, {name: split.shortened(length, data.cut) for name, split in tokenized.items()}


def train_model(
    classifier: Classifier,
    evaluated: Classifier,
    tokenized: Mapping[str, TokenizedSplit],
    recipe: Recipe,
    metrics: Mapping[str, Metric],
    writer: RunWriter,
    reporter: Reporter,
) -> History:
    """Train the classifier's model in place; after each epoch, score the validation split if there is one.

    `evaluated` is the classifier with rows for what was looked up besides: it scores, and never trains.
    """
    history = History([spec.use for spec in recipe.evaluation.metrics])
    splits = {"train": classifier.input.encode(tokenized["train"], classifier.labelling)}
    if "validation" in tokenized:
        splits["validation"] = evaluated.input.encode(tokenized["validation"], classifier.labelling)

    def score(split: str, scored: Scored) -> dict[str, Any]:
        labels = splits[split].labels
        return score_metrics(metrics, scored, labels, classifier.classes, classifier.threshold)

    def validate() -> Scored | None:
        if "validation" not in splits:
            return None
        return score_split(evaluated.model, splits["validation"], world=writer.world)

    settings = recipe.training
    every = settings.checkpoint_every if writer.world.main else 0
    checkpoints = Checkpoints(writer.checkpoints, every, reporter.warn)
    names = settings.trackers if writer.world.main else ()
    trackers = Trackers(names, recipe.name, writer.directory)
    journal = Journal(
        settings.epochs, history, checkpoints, best_of(settings, metrics), score, validate, reporter, trackers
    )
    reporter.epochs(settings.epochs)
    try:
        fit(
            classifier.model,
            splits["train"],
            settings,
            recipe.seed,
            reporter.advance,
            journal.epoch_ended,
            journal.begin,
            training_loss(settings, classifier.labelling, splits["train"].labels),
            writer.world,
        )
    except (KeyboardInterrupt, AnotherEnded):
        checkpoints.flush()
        raise
    finally:
        trackers.finish()
    return history
