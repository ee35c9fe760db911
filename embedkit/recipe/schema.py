"""Recipes as frozen data: the base of all kinds, and the recipe with an embedding matrix."""

# No `from __future__ import annotations`: see sections/section.py.
from collections.abc import Iterator
from typing import Annotated, Any, Literal
from unicodedata import normalize

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from embedkit.files.names import portable
from embedkit.recipe.document import dotted
from embedkit.recipe.frozen import thaw
from embedkit.recipe.sections.data import Data, TrainingTexts
from embedkit.recipe.sections.evaluation import Evaluation
from embedkit.recipe.sections.section import ComponentSpec, Section
from embedkit.recipe.sections.training import Training
from embedkit.recipe.slots import slots_of


class EmbeddingSpec(ComponentSpec):
    """The embedding of a recipe: which rows of its table training moves, what becomes of unseen words."""

    trainable: Annotated[
        Literal["all", "none", "missing"],
        Field(
            description="the rows of the embedding matrix that training changes: `all`, `none` (frozen) or "
            "`missing`, those without a vector from the source"
        ),
    ] = "all"
    sparse: Annotated[
        bool, Field(description="sparse gradients: a step updates only the rows of the words in its batches")
    ] = False
    unseen: Annotated[
        Literal["unk", "lookup"],
        Field(
            description="words that training did not see: `unk`, the row of `<UNK>`, or `lookup`, their "
            "vector from the source"
        ),
    ] = "unk"

    def to_plain(self) -> dict[str, Any]:
        """Return the embedding as the mapping that stands in YAML."""
        own = {"trainable": self.trainable, "sparse": self.sparse, "unseen": self.unseen}
        return {"use": self.use, **thaw(self.parameters), **own}


class VocabularySettings(Section):
    """Which words of the training split get a row of their own."""

    min_count: Annotated[int, Field(ge=1, description="drop words that occur less often")] = 1
    max_size: Annotated[
        int | None, Field(ge=1, description="keep only so many words, the most frequent ones; null keeps all")
    ] = None


def _portable_name(name: str) -> str:
    """Return `name` in NFC. Raises PydanticCustomError if it cannot name a directory on every system."""
    composed = normalize("NFC", name)
    if portable(name) != composed:
        raise PydanticCustomError(
            "name",
            "expected letters and digits of any script, '.', '_' and '-', such as '{proposal}'",
            {"proposal": portable(name)},
        )
    return composed


Name = Annotated[
    str,
    AfterValidator(_portable_name),
    Field(description="names the run directory; without it, the file's name does"),
]


class AnyRecipe(Section):
    """The base of all recipes."""

    def components(self) -> Iterator[tuple[str, str, ComponentSpec]]:
        """Yield every component as (key such as `oov.0`, kind, spec), in the order of the schema."""
        for path, slot in slots_of(type(self)).items():
            value: Any = self
            for part in path:
                value = getattr(value, str(part), None)
            for index, spec in enumerate(value if slot.many and value else [value]):
                if isinstance(spec, ComponentSpec):
                    yield dotted((*path, index) if slot.many else path), slot.kind, spec

    def files(self) -> Iterator[tuple[str, str]]:
        """Return the files that the recipe itself reads, apart from its components, as (key, path)."""
        return iter(())

    def to_yaml(self) -> str:
        """Return the recipe as YAML 1.2, which loads to an equal recipe."""
        from embedkit.recipe.dump import dump

        return dump(self.to_plain())


Seed = Annotated[int, Field(ge=0, lt=2**32, description="the random seed of the run")]
Seeds = Annotated[
    tuple[Annotated[int, Field(ge=0, lt=2**32)], ...] | None,
    Field(
        min_length=2, description="train once with each of these seeds instead of `seed`; null: `seed` alone"
    ),
]


AveragedWith = Annotated[
    ComponentSpec | None,
    Field(
        description="a baseline that is fitted to the same texts: predictions are the mean of its "
        "probabilities and the model's; null: the model's alone"
    ),
]


class TrainingRecipe(AnyRecipe):
    """The base of the recipes that train a model on texts: once, or over folds and seeds."""

    name: Name
    seed: Seed = 0
    seeds: Seeds = None
    data: TrainingTexts

    def files(self) -> Iterator[tuple[str, str]]:
        """Yield the file of the folds, if there is one, as (key, path)."""
        if self.data.folds is not None and self.data.folds.file is not None:
            yield "data.folds.file", self.data.folds.file


class Recipe(TrainingRecipe):
    """A run that trains a model and evaluates it."""

    data: Annotated[Data, Field(description="the texts for training and evaluation")]
    tokenizer: Annotated[ComponentSpec, Field(description="splits texts into words")]
    vocabulary: Annotated[
        VocabularySettings,
        Field(
            default_factory=VocabularySettings,
            description="the words that get a row of their own in the embedding matrix",
        ),
    ]
    embedding: Annotated[EmbeddingSpec, Field(description="the source of the word vectors")]
    oov: Annotated[
        tuple[ComponentSpec, ...],
        Field(
            min_length=1,
            description="vectors for out-of-vocabulary words: the first policy that has one wins",
        ),
    ]
    encoder: Annotated[ComponentSpec, Field(description="turns the word vectors of a text into one vector")]
    averaged_with: AveragedWith = None
    training: Annotated[
        Training,
        Field(
            default_factory=Training,
            description="batches, optimizer, regularization, early stopping, checkpoints",
        ),
    ]
    evaluation: Annotated[
        Evaluation,
        Field(description="metrics, baselines, stop words of the error analysis, decision threshold"),
    ]


EMBEDDING_KEYS = tuple(EmbeddingSpec.__annotations__)
"""The keys of the recipe's embedding that are not parameters of the component."""
