"""Recipes whose embedding is a text encoder, which brings its own tokenizer."""

# No `from __future__ import annotations`: see sections/section.py.
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from embedkit.recipe.document import KeyPath
from embedkit.recipe.frozen import thaw
from embedkit.recipe.schema import EMBEDDING_KEYS, AveragedWith, EmbeddingSpec, Recipe, TrainingRecipe
from embedkit.recipe.sections.data import TrainingTexts
from embedkit.recipe.sections.evaluation import NetworkEvaluation
from embedkit.recipe.sections.section import ComponentSpec, Section
from embedkit.recipe.sections.training import Epochs, Loss, Steps, Training


class Last(Section):
    """The last layers of a text encoder."""

    last: Annotated[int, Field(ge=1, description="the number of layers, counted from the output")]


class TextEncoderSpec(ComponentSpec):
    """The text encoder of a recipe: which of its layers training moves, and how vectors are kept."""

    trainable: Annotated[
        Literal["none", "all"] | Last,
        Field(
            description="the layers of the text encoder that training changes: `none` (frozen: every text is "
            "encoded once for ever), `all`, or `{last: N}`, the last N of them"
        ),
    ] = "none"
    half: Annotated[
        bool, Field(description="keep the vectors of a frozen text encoder as float16, in half the space")
    ] = False

    def to_plain(self) -> dict[str, Any]:
        """Return the text encoder as the mapping that stands in YAML."""
        trainable = self.trainable.to_plain() if isinstance(self.trainable, Last) else self.trainable
        return {"use": self.use, **thaw(self.parameters), "trainable": trainable, "half": self.half}

    @property
    def is_trained(self) -> bool:
        """Return whether training changes any layer."""
        return self.trainable != "none"


class TextEncoderSteps(Section):
    """How a text encoder is trained."""

    text_encoder_lr: Annotated[
        float | None, Field(gt=0, description="learning rate of the text encoder's last layer; null: `lr`")
    ] = None
    layer_decay: Annotated[
        float,
        Field(
            gt=0,
            le=1,
            description="layer-wise learning-rate decay: the learning rate of each layer of the text encoder "
            "is so many times that of the layer after it",
        ),
    ] = 1.0


class TextEncoderTraining(Epochs, Loss, TextEncoderSteps, Steps):
    """How a model with a text encoder is trained."""


AnyTraining = Training | TextEncoderTraining


class TextEncoderRecipe(TrainingRecipe):
    """A run that trains a model on the vectors of a text encoder, and evaluates it.

    The text encoder brings its own tokenizer: there is no vocabulary, and no word without a vector.
    """

    other_kinds: ClassVar[Mapping[KeyPath, str]] = {("embedding",): "text-encoder"}

    data: Annotated[TrainingTexts, Field(description="the texts for training and evaluation")]
    embedding: Annotated[TextEncoderSpec, Field(description="the text encoder")]
    encoder: Annotated[
        ComponentSpec,
        Field(
            description="turns the vectors of a text's words into one vector; `pooled` takes the text "
            "encoder's own"
        ),
    ]
    averaged_with: AveragedWith = None
    training: Annotated[
        TextEncoderTraining,
        Field(
            default_factory=TextEncoderTraining,
            description="batches, optimizer, regularization, early stopping, checkpoints",
        ),
    ]
    evaluation: Annotated[
        NetworkEvaluation,
        Field(description="metrics, baselines, stop words of the error analysis, decision threshold"),
    ]


NetworkRecipe = Recipe | TextEncoderRecipe
"""A recipe that trains a network, whatever its word vectors come from."""

SPECS: Mapping[str, type[EmbeddingSpec] | type[TextEncoderSpec]] = {
    "embedding": EmbeddingSpec,
    "text-encoder": TextEncoderSpec,
}
"""The specs of the section `embedding`, by the kind of component that it names."""

TABLE_SECTIONS = ("tokenizer", "vocabulary", "oov")
"""The sections that only recipes with an embedding matrix have."""

TABLE_KEYS = tuple(key for key in EMBEDDING_KEYS if key not in TextEncoderSpec.__annotations__)
"""The keys of an embedding that a text encoder does not have."""
