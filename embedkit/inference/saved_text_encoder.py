"""The files of a trained model with a text encoder: written here, and read again, checked.

A text encoder is not stored: a run names it as its recipe does, with the digest of its files. Layers that
training has changed are stored with the other weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from embedkit.data.labels import Labelling
from embedkit.errors import Fault, RunError
from embedkit.inference.averaging import load_averaged, save_averaged
from embedkit.inference.classifier import Classifier
from embedkit.inference.persistence import (
    LONGEST,
    VOCABULARY_COLUMNS,
    describe_for_files,
    summary_of,
    vocabulary_rows,
)
from embedkit.inference.predictor import PieceInput
from embedkit.interfaces.flags import READS_POOLED
from embedkit.model.classifier import TextClassifier
from embedkit.model.objective import objective_of
from embedkit.model.text_embedder import FrozenTextEmbedder, Reading, TextEmbedder, TrainedTextEmbedder
from embedkit.recipe.text_encoder import Last
from embedkit.runs import layout
from embedkit.runs.inputs import check_files
from embedkit.runs.reload_faults import refuse_unloadable
from embedkit.runs.tensors import read_tensors, refuse_other_shapes, shapes_of
from embedkit.text.vocabulary import FIRST_WORD_ID, Vocabulary

if TYPE_CHECKING:
    from embedkit.inference.model_files import ModelFiles
    from embedkit.interfaces import Encoder, TextModel
    from embedkit.recipe.components import Components
    from embedkit.recipe.text_encoder import TextEncoderRecipe, TextEncoderSpec
    from embedkit.runs.json_schemas import TextEncoderModel
    from embedkit.runs.run import Run


def reading_of(model: TextModel, encoder: Encoder, words: Vocabulary, pad_to: int | None) -> Reading:
    """Return how texts are read for an encoder: pooled, or word by word."""
    return Reading(model, words, READS_POOLED.of(encoder), pad_to)


def text_embedder(spec: TextEncoderSpec, reading: Reading) -> TextEmbedder:
    """Make the embedder of a recipe. Raises RecipeError if its text encoder has too few layers to train."""
    if not spec.is_trained:
        return FrozenTextEmbedder(reading, spec.half)
    return TrainedTextEmbedder(reading, spec.trainable.last if isinstance(spec.trainable, Last) else None)


def save_text_encoder(files: ModelFiles, classifier: Classifier) -> None:
    """Write the weights but those of layers that are not trained, the words of training, and model.json."""
    model, text = classifier.model, classifier.input
    embedding = model.embedding
    assert isinstance(embedding, TextEmbedder)
    opened = embedding.reading.model
    files.tensors(layout.WEIGHTS, model.stored())
    files.csv(layout.VOCABULARY, VOCABULARY_COLUMNS, vocabulary_rows(embedding.rows))
    described = {
        "classes": classifier.classes,
        "text_encoder": {"digest": opened.digest, "dim": opened.dim},
        **describe_for_files(model),
        "pad_to": text.pad_to,
    }
    files.json(layout.MODEL, described)
    files.text(layout.MODEL_SUMMARY, summary_of(classifier))
    if classifier.averaged_with is not None:
        save_averaged(files, classifier.averaged_with)


@dataclass(frozen=True)
class TrainedTextEncoder:
    """A classifier whose vectors come from a text encoder, with the components of its recipe."""

    classifier: Classifier
    components: Components[TextEncoderRecipe]

    @property
    def recipe(self) -> TextEncoderRecipe:
        """Return the recipe that the classifier was trained by."""
        return self.components.recipe


def load_text_encoder(
    run: Run, components: Components[TextEncoderRecipe], threshold: float | None = None
) -> TrainedTextEncoder:
    """Load the classifier that `run` trained, by `components` of its recipe.

    It has the recipe's threshold unless another is given. Raises RunError if the run is made of several runs,
    a file is not what the run wrote, or the text encoder is not the one that the model was trained with.
    """
    run.refuse_several("a model")
    refuse_unloadable(run)
    recipe = components.recipe
    described = _described(run, recipe)
    check_files(run, components.part("embedding"))
    opened = components.text_model
    _refuse_another(opened, described, recipe.embedding.use)
    words = run.vocabulary.iloc[FIRST_WORD_ID:]
    vocabulary = Vocabulary(tuple(words["word"]), tuple(map(int, words["count"])))
    reading = reading_of(opened, components.encoder, vocabulary, described["pad_to"])
    labelling = Labelling(tuple(described["classes"]), recipe.data.label_separator)
    classifier = Classifier(
        model=load_weights(run.file(layout.WEIGHTS), components, reading, labelling),
        input=PieceInput(opened, described["pad_to"]),
        labelling=labelling,
        threshold=recipe.evaluation.threshold if threshold is None else threshold,
        averaged_with=load_averaged(run, components, labelling),
    )
    return TrainedTextEncoder(classifier, components)


def load_weights(
    weights: Path, components: Components[TextEncoderRecipe], reading: Reading, labelling: Labelling
) -> TextClassifier:
    """Build the model of a recipe, and load its weights from a file.

    Raises RunError if the file has other weights.
    """
    objective = objective_of(len(labelling.classes), labelling.multilabel)
    with torch.random.fork_rng(devices=[]):
        embedder = text_embedder(components.recipe.embedding, reading)
        model = TextClassifier.new(embedder, components.encoder, objective)
    refuse_other_shapes(weights, shapes_of(model.stored()))
    # The layers that are not trained have the text encoder's own weights.
    model.load_state_dict(read_tensors(weights), strict=False)
    return model.eval()


def _described(run: Run, recipe: TextEncoderRecipe) -> TextEncoderModel:
    """Read model.json. Raises RunError if it is damaged or contradicts the recipe."""
    described: TextEncoderModel = run.read_json(layout.MODEL)
    classes, padded = described["classes"], described["pad_to"]
    faults = []
    if len({*classes}) < len(classes):
        faults.append("a class that stands there twice")
    if recipe.data.labels is not None and [*recipe.data.labels] != classes:
        faults.append(f"other classes than {layout.RECIPE}")
    if padded is not None and padded > LONGEST:
        faults.append(f"texts padded to {padded:,} words")
    if faults:
        where = str(run.path / layout.MODEL)
        raise RunError(*(Fault(f"damaged: {what}", where=where) for what in faults))
    return described


def _refuse_another(opened: TextModel, described: TextEncoderModel, name: str) -> None:
    """Raise RunError if a text encoder is not the one that a model was trained with."""
    trained = described["text_encoder"]
    if (opened.digest, opened.dim) == (trained["digest"], trained["dim"]):
        return
    what = f"'{name}' is another text encoder than the model was trained with: its digest differs"
    hint = f"The model was trained with {trained['digest'][:40]}, and here is {opened.digest[:40]}."
    raise RunError(Fault(what, where="embedding", hint=hint))
