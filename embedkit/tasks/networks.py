"""The network that a recipe trains, with what depends on where its word vectors come from."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from embedkit.data.preflight import raise_or_warn
from embedkit.evaluation.coverage_check import check_known
from embedkit.inference.averaging import KEY, fit_averaged
from embedkit.inference.classifier import Classifier
from embedkit.inference.counterfactual import Trained
from embedkit.inference.persistence import save_trained
from embedkit.inference.saved_text_encoder import reading_of, save_text_encoder, text_embedder
from embedkit.model.classifier import build_classifier
from embedkit.model.embedder import TableEmbedder
from embedkit.model.objective import objective_of
from embedkit.recipe.schema import Recipe
from embedkit.recipe.text_encoder import TextEncoderRecipe
from embedkit.tasks.analysis import NO_POLICY, write_analysis, write_drift, write_words
from embedkit.tasks.embedding import embed
from embedkit.tasks.preparation import N, Prepared, try_encoder

if TYPE_CHECKING:
    from embedkit.evaluation.oov.content import Content
    from embedkit.evaluation.predictions import Predictions
    from embedkit.model.embedder import Embedder
    from embedkit.model.policy_fit import PolicyFit
    from embedkit.model.table import EmbeddingTable
    from embedkit.model.text_embedder import TextEmbedder
    from embedkit.runs.context import RunContext
    from embedkit.runs.writer import RunWriter
    from embedkit.tasks.components import RunComponents

log = logging.getLogger(__name__)


class Network(ABC):
    """A classifier to be trained, and `evaluated`, the one that predicts, which shares its weights."""

    classifier: Classifier
    evaluated: Classifier

    @property
    def fits(self) -> Sequence[PolicyFit]:
        """Return the fits of out-of-vocabulary policies that learnt their vectors."""
        return ()

    @abstractmethod
    def save(self, writer: RunWriter) -> None:
        """Write the files of the trained model."""

    @abstractmethod
    def analyse(self, writer: RunWriter, predictions: Mapping[str, Predictions], content: Content) -> None:
        """Write the analysis of errors."""


@dataclass(frozen=True)
class TableNetwork(Network):
    """A classifier with an embedding matrix, which before training was `table`."""

    classifier: Classifier
    evaluated: Classifier
    components: RunComponents[Recipe]
    table: EmbeddingTable

    @property
    def fits(self) -> Sequence[PolicyFit]:
        """Return the fits of out-of-vocabulary policies that learnt their vectors."""
        return self.table.fits

    def save(self, writer: RunWriter) -> None:
        """Write the files of the trained model."""
        looked_up = self.components.recipe.embedding.unseen == "lookup"
        save_trained(writer, self.classifier, self.table, looked_up=looked_up)

    def analyse(self, writer: RunWriter, predictions: Mapping[str, Predictions], content: Content) -> None:
        """Write the analysis of errors, and how training moved the rows of the embedding matrix."""
        wanted = self.components.recipe.evaluation.table_drift
        drift = write_drift(writer, self.classifier, self.table) if wanted else None
        write_analysis(writer, Trained(self.evaluated, self.components), predictions, content, drift)


@dataclass(frozen=True)
class TextEncoderNetwork(Network):
    """A classifier with a text encoder."""

    classifier: Classifier

    @property
    def evaluated(self) -> Classifier:  # type: ignore[override]
        """Return the classifier, which knows every word."""
        return self.classifier

    def save(self, writer: RunWriter) -> None:
        """Write the files of the trained model."""
        save_text_encoder(writer, self.classifier)

    def analyse(self, writer: RunWriter, predictions: Mapping[str, Predictions], content: Content) -> None:
        """Write the analysis of errors."""
        write_words(writer, predictions, content, NO_POLICY)


def build_network(components: RunComponents[N], prepared: Prepared, context: RunContext) -> Network:
    """Build the classifier that a recipe trains. Raises what the embedding and the encoder raise."""
    recipe = components.recipe
    if isinstance(recipe, TextEncoderRecipe):
        return _with_text_encoder(components.of(recipe), prepared, context)
    assert isinstance(recipe, Recipe), "a recipe that trains a network is of these two kinds"
    return _with_table(components.of(recipe), prepared, context)


def _with_table(components: RunComponents[Recipe], prepared: Prepared, context: RunContext) -> Network:
    """Build a classifier whose embedding matrix holds the vectors as they were looked up."""
    context.reporter.stage("looking words up")
    table = embed(components, prepared, context.reporter, context.strict)
    try_encoder(components, prepared, table.dim)
    embedding = components.recipe.embedding
    trainable = table.trainable_rows(embedding.trainable)
    embedder = partial(TableEmbedder.of, table.vectors, trainable, embedding.sparse, table.rows)
    classifier = _classifier(components, prepared, embedder, context)
    rows = table.rows.by_origin()
    log.info("built", extra={"rows": rows, "classes": prepared.labelling.classes})
    return TableNetwork(classifier, classifier.extended(table.unseen), components, table)


def _with_text_encoder(
    components: RunComponents[TextEncoderRecipe], prepared: Prepared, context: RunContext
) -> Network:
    """Build a classifier whose text encoder has its pretrained weights."""
    model = components.text_model
    try_encoder(components, prepared, model.dim)
    classifier = _classifier(components, prepared, partial(embedder_of, components, prepared), context)
    raise_or_warn(check_known(classifier.model.embedding, prepared.tokenized), context.strict)
    log.info("built", extra={"digest": model.digest, "classes": prepared.labelling.classes})
    return TextEncoderNetwork(classifier)


def embedder_of(components: RunComponents[TextEncoderRecipe], prepared: Prepared) -> TextEmbedder:
    """Make the embedder of a text encoder. Raises RecipeError if it has too few layers to train."""
    model, encoder = components.text_model, components.encoder
    reading = reading_of(model, encoder, prepared.vocabulary, prepared.text.pad_to)
    return text_embedder(components.recipe.embedding, reading)


def _classifier(
    components: RunComponents[N], prepared: Prepared, embedder: Callable[[], Embedder], context: RunContext
) -> Classifier:
    recipe, labelling = components.recipe, prepared.labelling
    objective = objective_of(len(labelling.classes), labelling.multilabel)
    model = build_classifier(embedder, prepared.encoder, objective, recipe.seed)
    classifier = Classifier(
        model=model.to(context.writer.group.device),
        input=prepared.text,
        labelling=labelling,
        threshold=recipe.evaluation.threshold,
    )
    if components.averaged_with is None:
        return classifier
    name = components.part(KEY).spec.use
    context.reporter.stage(f"fitting {name}, which predictions are averaged with")
    fitted = fit_averaged(components.averaged_with, name, prepared.tokenized["train"], labelling)
    return replace(classifier, averaged_with=fitted)
