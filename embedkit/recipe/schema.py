"""What a recipe says, as frozen data: the fixed sections, each key typed, bounded and documented."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field



class Section(BaseModel):
    """A mapping in a recipe: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(frozen=True, strict=True, extra="forbid", allow_inf_nan=False, protected_namespaces=())


class ComponentSpec(BaseModel):
    """A component by name, with the parameters its constructor takes, defaults filled in.

    In YAML a mapping `{use: NAME, ...parameters}`, or the bare name.
    """

    model_config = ConfigDict(frozen=True, protected_namespaces=())

    use: str
    parameters: Mapping[str, Any] = Field(default_factory=dict)

    def to_plain(self) -> dict[str, Any]:
        """The mapping as it stands in YAML."""
        return {"use": self.use, **self.parameters}


class EmbeddingSpec(ComponentSpec):
    """An embedding, and which rows of its table training may move."""

    trainable: Literal["all", "none", "missing"] = "all"

    def to_plain(self) -> dict[str, Any]:
        """The mapping as it stands in YAML."""
        return {**super().to_plain(), "trainable": self.trainable}


class Share(Section):
    """A split taken from the training data."""

    share: Annotated[float, Field(gt=0, lt=1, description="part of the training examples")]
    stratify: Annotated[bool, Field(description="keep the proportions of the labels")] = True


class Data(Section):
    """Which texts are trained on and which are evaluated."""

    train: ComponentSpec
    validation: ComponentSpec | Share | None = None
    test: ComponentSpec | Share | None = None
    labels: Annotated[
        tuple[str, ...] | None,
        Field(min_length=2, description="the classes in order, the positive one last; by default sorted"),
    ] = None
    max_length: Annotated[int | None, Field(gt=0, description="tokens kept of each text; null keeps all")] = None
    cut: Annotated[Literal["head", "tail"], Field(description="which end a text that is too long loses")] = "tail"


class EvaluationData(Section):
    """Which texts a trained model is evaluated on."""

    test: ComponentSpec


class VocabularySettings(Section):
    """Which words of the training split get a row of their own."""

    min_count: Annotated[int, Field(ge=1, description="words seen less often are dropped")] = 1
    max_size: Annotated[int | None, Field(ge=1, description="keep at most so many words, the most frequent")] = None


class Training(Section):
    """How the model is trained."""

    epochs: Annotated[int, Field(ge=1, description="passes over the training split")] = 20
    batch_size: Annotated[int, Field(ge=1, description="examples in a batch")] = 32
    optimizer: Annotated[Literal["adam", "sgd"], Field(description="torch.optim.Adam or torch.optim.SGD")] = "adam"
    lr: Annotated[float, Field(gt=0, description="learning rate")] = 1e-3
    shuffle: Annotated[bool, Field(description="a new order of the examples every epoch")] = True


class Evaluation(Section):
    """How predictions are made and scored."""

    metrics: Annotated[tuple[ComponentSpec, ...], Field(description="the figures in metrics.json")]
    threshold: Annotated[
        float, Field(gt=0, lt=1, description="probability from which the positive class is predicted (two classes)")
    ] = 0.5


class Recipe(Section):
    """A run that trains a model and evaluates it."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="names the run directory")]
    seed: Annotated[int, Field(ge=0, lt=2**32, description="every random number of the run follows from it")] = 0
    data: Data
    tokenizer: ComponentSpec
    vocabulary: VocabularySettings = VocabularySettings()
    embedding: EmbeddingSpec
    oov: Annotated[tuple[ComponentSpec, ...], Field(min_length=1, description="the first that answers wins")]
    encoder: ComponentSpec
    training: Training = Training()
    evaluation: Evaluation


class EvaluationRecipe(Section):
    """A run that evaluates a trained model on other data."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="names the run directory")]
    model: Annotated[str, Field(min_length=1, description="directory of the run whose model is evaluated")]
    data: EvaluationData
    evaluation: Evaluation
