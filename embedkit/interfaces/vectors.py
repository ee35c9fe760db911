"""Protocols of embeddings, vector sources and out-of-vocabulary policies."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

    from embedkit.interfaces.arrays import BoolArray, FloatArray, IntArray


class Progress(Protocol):
    """A callback for the progress of a long operation."""

    def __call__(self, done: int, total: int | None) -> None:
        """Take a progress report: `done` of `total` units (bytes, records); `total` None if unknown."""


def no_progress(done: int, total: int | None) -> None:
    """Take a progress report and ignore it."""


class ComponentSource(Protocol):
    """The registry: components that plugins registered, by kind and name."""

    def names(self, kind: str) -> list[str]:
        """Return the names of the components of a kind, sorted."""

    def components(self) -> Sequence[Any]:
        """Return every registered component, sorted by kind and name."""

    def get(self, kind: str, name: str) -> Any:
        """Return the component of that name. Raises PluginError for an unknown name, or one claimed twice."""

    def suspects(self) -> str | None:
        """Return one line of text for each plugin that is not in use; None if all are."""


@dataclass(frozen=True)
class EmbeddingContext:
    """What an embedding is given when it is opened.

    `words` are the words of the vocabulary in row order, from row 2 of the embedding matrix on;
    `training_tokens` gives the tokens of the training split, for embeddings that train on them, and
    `training_targets` its labels: int64 [n] that index `classes`; with several labels per text bool [n, C].
    `formats` is for embeddings that read files:
    `open_vectors(…, formats=context.formats, trust=context.trust)` knows the formats of the plugins that the
    recipe may use. `trust`: whether the user consents to running code in files.
    """

    seed: int
    words: Sequence[str] = ()
    training_tokens: Callable[[], Sequence[Sequence[str]]] = tuple
    progress: Progress = no_progress
    formats: Callable[[], ComponentSource] | None = None
    training_targets: Callable[[], IntArray | BoolArray | tuple[()]] = lambda: ()
    classes: Sequence[str] = ()
    trust: bool = False


@dataclass(frozen=True)
class Lookup:
    """The result of looking up n words in a source.

    `vectors` float32 [n, D], zero where not found; `found` bool [n]; `rows` int64 [n], the word's row in the
    source (from 0), -1 where missing.
    """

    vectors: FloatArray
    found: BoolArray
    rows: IntArray


@runtime_checkable
class VectorSource(Protocol):
    """Word vectors that can be looked up."""

    @property
    def dim(self) -> int:
        """Return D, the width of every vector."""

    @property
    def unk(self) -> FloatArray | None:
        """Return the vector [D] of unknown words, or None to leave them to the out-of-vocabulary chain."""

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of `words`, in the order given; words are compared exactly."""


@runtime_checkable
class SubwordSource(VectorSource, Protocol):
    """A source that can compose vectors of words that it does not have, such as a fastText `.bin` file."""

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return vectors of `words` composed of subwords; `found` False if none is known, all `rows` -1."""


class Embedding(Protocol):
    """Where word vectors come from. A class whose sources know only the words of the training texts sets
    `standalone = False`: no other words can be looked up later.
    """

    def open(self, context: EmbeddingContext) -> VectorSource:
        """Open a source to look words up in. Raises VectorFileError for a file that is not valid."""


@dataclass(frozen=True)
class FillContext:
    """What a policy may use: the source, the known words of the vocabulary, and a seeded generator.

    `found` float32 [m, D] are the vectors of the m `words` of the vocabulary that the source knows.
    `training_tokens` gives the tokens of the training split; nothing if the words occur only in a later text.
    `embedding` is the context in which the source was opened, for a policy that opens a source of its own;
    None if none was, as in tests.
    """

    source: VectorSource
    found: FloatArray
    rng: np.random.Generator
    words: Sequence[str] = ()
    training_tokens: Callable[[], Sequence[Sequence[str]]] = tuple
    embedding: EmbeddingContext | None = None


@dataclass(frozen=True)
class HeldOutFit:
    """How well a policy that learns from the found words predicts vectors of words it has not learnt from.

    Of `common` words to learn from, `held_out` were left out: `cosine` is the mean cosine similarity of their
    predicted and their own vectors, and `cosine_of_mean` that of the mean vector and theirs. `strength` is
    the regularization that was chosen.
    """

    common: int
    held_out: int
    cosine: float
    cosine_of_mean: float
    strength: float


@dataclass(frozen=True)
class Filled:
    """The vectors that a policy gives to n missing words.

    `vectors` float32 [n, D]; `filled` bool [n], False for a word left to the next policy. `spellings` gives
    for each word None, or the word of the source that was found in its place: it then counts as recovered by
    that spelling. Empty `spellings` mean None for all. `fit` says how well the vectors were learnt, None for
    a policy that learns nothing.
    """

    vectors: FloatArray
    filled: BoolArray
    spellings: Sequence[str | None] = ()
    fit: HeldOutFit | None = None


class OovPolicy(Protocol):
    """Gives vectors to words that the source does not have. A class that has an effect only with a
    SubwordSource sets `needs_subwords = True`: a run with any other source warns of it.
    """

    total: ClassVar[bool]
    """Whether `fill` answers for every word: a chain must end in a total policy."""

    def candidates(self, word: str) -> Sequence[str]:
        """Return other spellings to look up, best first; the first one found gives the word its vector."""

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Return vectors of `words`, of which no spelling was found."""
