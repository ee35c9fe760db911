"""Train a model as a recipe says, and evaluate it on every split the recipe names."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from embedkit.classification import Classifier, TextInput
from embedkit.data.splits import Splits, classes_of, read_splits
from embedkit.errors import DataError, Fault
from embedkit.evaluation.metrics import build_metrics, score_metrics
from embedkit.evaluation.scoring import Scored, score_split
from embedkit.interfaces import EmbeddingContext
from embedkit.model.classifier import build_classifier
from embedkit.model.oov import OovChain
from embedkit.model.table import EmbeddingTable, build_table
from embedkit.recipe.build import build_component
from embedkit.records import write_evaluation, write_model, write_training
from embedkit.text.vocabulary import Vocabulary
from embedkit.training.history import History
from embedkit.training.loop import Epoch, fit

if TYPE_CHECKING:
    from embedkit.interfaces import Embedding, Encoder, Metric, Tokenizer
    from embedkit.recipe.schema import Recipe
    from embedkit.registry import Registry
    from embedkit.reporting import Reporter
    from embedkit.rundir import RunWriter
    from embedkit.text.batching import EncodedSplit
    from embedkit.text.encoding import TokenizedSplit

log = logging.getLogger(__name__)


def train_and_evaluate(recipe: Recipe, registry: Registry, writer: RunWriter, reporter: Reporter) -> None:
    """The notebook's path: texts, tokens, vocabulary, table, model, training, evaluation."""
    reporter.stage("reading texts")
    splits = read_splits(
        recipe.data, lambda spec, key: build_component(registry, "reader", spec, key), recipe.seed
    )
    classes = classes_of(splits, recipe.data.labels)

    reporter.stage("tokenizing")
    encoder: Encoder = build_component(registry, "encoder", recipe.encoder, "encoder")
    tokenizer: Tokenizer = build_component(registry, "tokenizer", recipe.tokenizer, "tokenizer")
    text_input, tokenized = prepare_text(recipe, splits, tokenizer, encoder)

    reporter.stage("looking words up")
    table = embed(recipe, registry, text_input.vocabulary, tokenized["train"], reporter)
    trainable = table.trainable_rows(recipe.embedding.trainable)
    model = build_classifier(table.vectors, trainable, encoder, len(classes), recipe.seed)
    classifier = Classifier(model, text_input, table.origin, classes, recipe.evaluation.threshold)
    log.info("built", extra={"rows": table.rows_by_origin(), "classes": classes})

    reporter.stage("training")
    encoded = {name: text_input.encode(split, classes) for name, split in tokenized.items()}
    metrics = build_metrics(registry, recipe.evaluation.metrics)
    history = train_model(classifier, encoded, recipe, metrics, reporter)

    reporter.stage("evaluating")
    write_model(writer, classifier, table)
    write_training(writer, history)
    write_evaluation(writer, classifier, tokenized, metrics)


def prepare_text(
    recipe: Recipe, splits: Splits, tokenizer: Tokenizer, encoder: Encoder
) -> tuple[TextInput, dict[str, TokenizedSplit]]:
    """Tokenize every split; build the vocabulary from the training split alone.

    For an encoder that padding does not leave alone, every text gets one length: `max_length`, or the
    longest training text.
    """
    data = recipe.data
    whole = TextInput(tokenizer, Vocabulary((), ()), data.max_length, data.cut, None)
    tokenized = {name: whole.tokenize(name, examples) for name, examples in splits.items()}
    longest = max(map(len, tokenized["train"].tokens))
    if not longest:
        raise DataError(Fault("no text of the training split has a token", where="data.train"))
    words = Vocabulary.build(
        tokenized["train"].tokens, recipe.vocabulary.min_count, recipe.vocabulary.max_size
    )
    if getattr(encoder, "padding_invariant", True):
        return TextInput(tokenizer, words, data.max_length, data.cut, None), tokenized
    length = data.max_length or longest
    fixed = TextInput(tokenizer, words, length, data.cut, length)
    return fixed, {name: split.shortened(length, data.cut) for name, split in tokenized.items()}


def embed(
    recipe: Recipe, registry: Registry, vocabulary: Vocabulary, train: TokenizedSplit, reporter: Reporter
) -> EmbeddingTable:
    """The embedding table of the vocabulary: looked up in the source, completed by the chain."""
    embedding: Embedding = build_component(registry, "embedding", recipe.embedding, "embedding")
    policies = [(p.use, build_component(registry, "oov", p, f"oov.{i}")) for i, p in enumerate(recipe.oov)]
    context = EmbeddingContext(recipe.seed, vocabulary.words, lambda: train.tokens, reporter.advance)
    return build_table(vocabulary, embedding.open(context), OovChain(policies), recipe.seed)


def train_model(
    classifier: Classifier,
    splits: Mapping[str, EncodedSplit],
    recipe: Recipe,
    metrics: Mapping[str, Metric],
    reporter: Reporter,
) -> History:
    """Train the classifier's model in place; after each epoch, score the validation split if there is one."""
    history = History([spec.use for spec in recipe.evaluation.metrics])

    def score(scored: Scored, split: EncodedSplit) -> dict[str, Any]:
        return score_metrics(metrics, scored, split.labels, classifier.classes, classifier.threshold)

    def on_epoch(epoch: Epoch) -> None:
        train_figures = score(epoch.scored, splits["train"])
        history.add(epoch.number, "train", epoch.scored, train_figures, epoch.seconds)
        if "validation" in splits:
            start = time.perf_counter()
            scored = score_split(classifier.model, splits["validation"])
            figures = score(scored, splits["validation"])
            history.add(epoch.number, "validation", scored, figures, time.perf_counter() - start)
        reporter.epoch(history.of(epoch.number), recipe.training.epochs)

    reporter.epochs(recipe.training.epochs)
    fit(classifier.model, splits["train"], recipe.training, recipe.seed, reporter.advance, on_epoch)
    return history
