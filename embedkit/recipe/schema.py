"""What a recipe says, as frozen data: the fixed sections, each key typed, bounded and documented."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from embedkit.recipe.document import KeyPath, dotted
from embedkit.recipe.slots import SLOTS


def freeze(value: Any) -> Any:
    """Plain data that cannot be changed: lists as tuples, mappings as read-only views of a copy."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    return tuple(map(freeze, value)) if isinstance(value, list | tuple) else value


def thaw(value: Any) -> Any:
    """The plain data, dicts and lists, that a frozen value or a section stands for."""
    if isinstance(value, ComponentSpec | Section):
        return value.to_plain()
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    return [thaw(item) for item in value] if isinstance(value, list | tuple) else value


class Section(BaseModel):
    """A mapping in a recipe: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(
        frozen=True,
        strict=True,
        extra="forbid",
        allow_inf_nan=False,
        protected_namespaces=(),
        defer_build=True,
    )

    def to_plain(self) -> dict[str, Any]:
        """The mapping as it stands in YAML, every default filled in, keys in the order of the schema."""
        return {key: thaw(value) for key, value in self}


class ComponentSpec(BaseModel):
    """A component by name, with the parameters its constructor takes, defaults filled in.

    In YAML a mapping `{use: NAME, ...parameters}`, or the bare name. `parameters` are plain data, frozen.
    """

    model_config = ConfigDict(
        frozen=True, strict=True, extra="forbid", protected_namespaces=(), defer_build=True
    )

    use: str
    parameters: Annotated[
        Mapping[str, Any], AfterValidator(freeze), Field(default_factory=lambda: MappingProxyType({}))
    ]

    def to_plain(self) -> str | dict[str, Any]:
        """The component as it stands in YAML: its name where it has no parameters, or else a mapping."""
        return {"use": self.use, **thaw(self.parameters)} if self.parameters else self.use


def spec_of(plain: str | Mapping[str, Any]) -> ComponentSpec:
    """The component that `plain`, what `to_plain` gives, stands for."""
    said = {"use": plain} if isinstance(plain, str) else dict(plain)
    return ComponentSpec(use=said.pop("use"), parameters=said)


class EmbeddingSpec(ComponentSpec):
    """The embedding of a recipe: which rows of its table training moves, what becomes of unseen words."""

    trainable: Annotated[
        Literal["all", "none", "missing"], Field(description="which rows training moves")
    ] = "all"
    sparse: Annotated[
        bool, Field(description="a step moves the rows of the words that it reads, and leaves the others be")
    ] = False
    unseen: Annotated[
        Literal["unk", "lookup"],
        Field(description="words that training did not have: `<UNK>`, or looked up when they are met"),
    ] = "unk"

    def to_plain(self) -> dict[str, Any]:
        """The mapping as it stands in YAML."""
        own = {"trainable": self.trainable, "sparse": self.sparse, "unseen": self.unseen}
        return {"use": self.use, **thaw(self.parameters), **own}


class Share(Section):
    """A split taken from the training data."""

    share: Annotated[float, Field(gt=0, lt=1, description="part of the training examples")]
    stratify: Annotated[bool, Field(description="keep the proportions of the labels")] = True


class Folds(Section):
    """Cross-validation: each part of the training examples is held out once, as the test split."""

    count: Annotated[int, Field(ge=2, description="how many folds")]
    file: Annotated[
        str | None,
        Field(
            min_length=1,
            description="a file whose i-th line is the fold, from 0, of the i-th example; null draws them",
        ),
    ] = None
    seed: Annotated[
        int, Field(ge=0, lt=2**32, description="what folds without a file are drawn by, label for label")
    ] = 0
    only: Annotated[
        int | None, Field(ge=0, description="the one fold that is held out, from 0; null: each in turn")
    ] = None


class Data(Section):
    """Which texts are trained on and which are evaluated."""

    train: Annotated[ComponentSpec, Field(description="the reader of the training split")]
    validation: Annotated[
        ComponentSpec | Share | None, Field(description="a reader, a share of the training split, or null")
    ] = None
    test: Annotated[
        ComponentSpec | Share | None, Field(description="a reader, a share of the training split, or null")
    ] = None
    folds: Annotated[
        Folds | None, Field(description="cross-validation: the test split is each fold in turn, or null")
    ] = None
    labels: Annotated[
        tuple[str, ...] | None,
        Field(min_length=2, description="the classes in order, the positive one last; by default sorted"),
    ] = None
    label_separator: Annotated[
        str | None,
        Field(
            min_length=1,
            description="what separates the labels of a text, which then has any number; null: it has one",
        ),
    ] = None
    max_length: Annotated[int | None, Field(gt=0, description="tokens kept of each text; null keeps all")] = (
        None
    )
    cut: Annotated[Literal["head", "tail"], Field(description="which end a text that is too long loses")] = (
        "tail"
    )


class EvaluationData(Section):
    """Which texts a trained model is evaluated on."""

    test: Annotated[ComponentSpec, Field(description="the reader of the texts")]


class VocabularySettings(Section):
    """Which words of the training split get a row of their own."""

    min_count: Annotated[int, Field(ge=1, description="words seen less often are dropped")] = 1
    max_size: Annotated[
        int | None, Field(ge=1, description="the most frequent words kept; null keeps all")
    ] = None


class EarlyStopping(Section):
    """When training ends before its last epoch; the weights are then those of the best one."""

    metric: Annotated[
        str, Field(description="`loss`, or one of `evaluation.metrics`, on the validation split")
    ] = "loss"
    patience: Annotated[int, Field(ge=1, description="epochs in a row that may bring nothing better")] = 3


class Training(Section):
    """How the model is trained."""

    epochs: Annotated[int, Field(ge=1, description="passes over the training split")] = 20
    batch_size: Annotated[int, Field(ge=1, description="examples in a batch, of each process")] = 32
    accumulate: Annotated[int, Field(ge=1, description="batches that a step of the optimizer follows")] = 1
    precision: Annotated[
        Literal["full", "bf16", "fp16"], Field(description="in which numbers texts are read in training")
    ] = "full"
    shuffle: Annotated[bool, Field(description="a new order of the examples every epoch")] = True
    bucket: Annotated[
        bool | None,
        Field(
            description="batches of texts of similar length; null: where `shuffle` is on and padding leaves "
            "the encoder alone"
        ),
    ] = None
    optimizer: Annotated[
        Literal["adam", "adamw", "sgd", "adadelta"], Field(description="how gradients become steps")
    ] = "adam"
    lr: Annotated[float, Field(gt=0, description="learning rate")] = 1e-3
    momentum: Annotated[
        float, Field(ge=0, lt=1, description="how much of its last step `sgd` takes again")
    ] = 0.0
    weight_decay: Annotated[
        float, Field(ge=0, description="how strongly weights are pulled towards zero")
    ] = 0.0
    schedule: Annotated[
        Literal["constant", "linear", "cosine"],
        Field(description="how the learning rate falls to zero, if it does"),
    ] = "constant"
    warmup: Annotated[
        float, Field(ge=0, lt=1, description="share of all steps in which the learning rate rises from zero")
    ] = 0.0
    clip_norm: Annotated[
        float | None, Field(gt=0, description="the longest that the gradient of all weights may be")
    ] = None
    max_norm: Annotated[
        float | None, Field(gt=0, description="the longest that the head's weights of a class may be")
    ] = None
    table_lr: Annotated[
        float | None, Field(gt=0, description="learning rate of the embedding table; null: as `lr`")
    ] = None
    table_from_epoch: Annotated[
        int, Field(ge=1, description="the first epoch in which the table is trained")
    ] = 1
    table_to_epoch: Annotated[
        int | None, Field(ge=1, description="the last epoch in which the table is trained; null: the last")
    ] = None
    class_weights: Annotated[
        Literal["balanced"] | Mapping[str, Annotated[float, Field(gt=0)]] | None,
        AfterValidator(freeze),
        Field(
            description="how much each label counts in training: balanced, by its rarity, or by label; "
            "null: all the same"
        ),
    ] = None
    label_smoothing: Annotated[
        float, Field(ge=0, lt=1, description="share of each target spread over all classes, in training")
    ] = 0.0
    word_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of the tokens read as `<UNK>`, in training")
    ] = 0.0
    embedding_dropout: Annotated[
        float, Field(ge=0, lt=1, description="share of the numbers of all word vectors set to 0, in training")
    ] = 0.0
    early_stopping: Annotated[
        EarlyStopping | None, Field(description="stop when the validation split gets no better, or null")
    ] = None
    trackers: Annotated[
        tuple[Literal["tensorboard", "wandb", "mlflow", "comet_ml", "aim", "clearml", "dvclive"], ...],
        Field(strict=False, description="who is told of each epoch besides the history"),
    ] = ()
    checkpoint_every: Annotated[
        int | None,
        Field(
            ge=0, description="epochs from one checkpoint to the next, 0 for none; null: every ten seconds"
        ),
    ] = None


class Evaluation(Section):
    """How predictions are made and scored."""

    metrics: Annotated[tuple[ComponentSpec, ...], Field(description="the figures in metrics.json")]
    baselines: Annotated[
        tuple[ComponentSpec, ...],
        Field(description="simple classifiers that are fitted to the same texts and scored beside the model"),
    ]
    function_words: Annotated[
        tuple[ComponentSpec, ...],
        Field(description="words that are not content, as punctuation and numbers are not, in the analysis"),
    ]
    threshold: Annotated[
        float,
        Field(
            gt=0,
            lt=1,
            description="the probability from which the positive one of two classes, or one of several "
            "labels, is predicted",
        ),
    ] = 0.5


class ModelEvaluation(Section):
    """How the predictions of a trained model are made and scored."""

    metrics: Annotated[tuple[ComponentSpec, ...], Field(description="the figures in metrics.json")]
    function_words: Annotated[
        tuple[ComponentSpec, ...],
        Field(description="words that are not content, as punctuation and numbers are not, in the analysis"),
    ]
    threshold: Annotated[
        float | None, Field(gt=0, lt=1, description="as in training; null takes that of the model's recipe")
    ] = None
    unseen: Annotated[
        Literal["unk"] | None,
        Field(description="unk: never look words up that training did not have; null: as the model's recipe"),
    ] = None


Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$", description="names the run directory")]


class AnyRecipe(Section):
    """What every recipe can do."""

    def components(self) -> Iterator[tuple[str, str, ComponentSpec]]:
        """Every component as (key such as `oov.0`, kind, spec), in the order of the schema."""
        for path, slot in SLOTS.items():
            value: Any = self
            for part in path:
                value = getattr(value, str(part), None)
            for index, spec in enumerate(value if slot.many and value else [value]):
                if isinstance(spec, ComponentSpec):
                    yield dotted((*path, index) if slot.many else path), slot.kind, spec

    def files(self) -> Iterator[tuple[str, str]]:
        """The files that the recipe itself reads, besides its components, as (key, path)."""
        return iter(())

    def to_yaml(self) -> str:
        """YAML 1.2 that loads to an equal recipe."""
        from embedkit.recipe.dump import dump

        return dump(self.to_plain())


class Recipe(AnyRecipe):
    """A run that trains a model and evaluates it."""

    name: Name
    seed: Annotated[
        int, Field(ge=0, lt=2**32, description="every random number of the run follows from it")
    ] = 0
    seeds: Annotated[
        tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] | None,
        Field(min_length=2, description="train once with each, in place of `seed`; null: with `seed` alone"),
    ] = None
    data: Annotated[Data, Field(description="which texts are trained on and which are evaluated")]
    tokenizer: Annotated[ComponentSpec, Field(description="how texts become words")]
    vocabulary: Annotated[
        VocabularySettings,
        Field(default_factory=VocabularySettings, description="which words get a row of their own"),
    ]
    embedding: Annotated[EmbeddingSpec, Field(description="where word vectors come from")]
    oov: Annotated[tuple[ComponentSpec, ...], Field(min_length=1, description="the first that answers wins")]
    encoder: Annotated[ComponentSpec, Field(description="how a text's vectors become one")]
    training: Annotated[Training, Field(default_factory=Training, description="how the model is trained")]
    evaluation: Annotated[Evaluation, Field(description="how predictions are made and scored")]

    def files(self) -> Iterator[tuple[str, str]]:
        """The file of the folds."""
        if self.data.folds is not None and self.data.folds.file is not None:
            yield "data.folds.file", self.data.folds.file


class EvaluationRecipe(AnyRecipe):
    """A run that evaluates a trained model on other data."""

    name: Name
    model: Annotated[str, Field(min_length=1, description="directory of the run whose model is evaluated")]
    data: Annotated[EvaluationData, Field(description="which texts the model is evaluated on")]
    evaluation: Annotated[ModelEvaluation, Field(description="how predictions are made and scored")]


EMBEDDING_KEYS = tuple(EmbeddingSpec.__annotations__)
"""The keys of the recipe's embedding that are not parameters of the component."""


def keys_of(schema: type[Section]) -> dict[KeyPath, tuple[str, ...]]:
    """The keys of a section, at (), and of the sections in it, by the path to each."""
    keys: dict[KeyPath, tuple[str, ...]] = {(): tuple(schema.model_fields)}
    for name, field in schema.model_fields.items():
        for kind in (field.annotation, *get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, Section):
                keys |= {(name, *path): inner for path, inner in keys_of(kind).items()}
    return keys
