"""Where word vectors come from, and what is known of the words that have none."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Protocol, runtime_checkable

if TYPE_CHECKING:
    import numpy as np

    from embedkit.interfaces.arrays import BoolArray, FloatArray, IntArray


class Progress(Protocol):
    """Told how far a long piece of work is."""

    def __call__(self, done: int, total: int | None) -> None:
        """`done` of `total` units (bytes, records); total None when it is not known."""


def no_progress(done: int, total: int | None) -> None:
    """Tells nobody."""


class ComponentSource(Protocol):
    """Knows the components that plugins registered, by kind and name: the registry."""

    def names(self, kind: str) -> list[str]:
        """Return the names of a kind, sorted."""

    def components(self) -> Sequence[Any]:
        """Return every registration, sorted by kind and name."""

    def get(self, kind: str, name: str) -> Any:
        """Return the component of that name. Raises PluginError for an unknown name, or one claimed twice."""

    def suspects(self) -> str | None:
        """Return a line for each plugin that is not in use; None without any."""


@dataclass(frozen=True)
class EmbeddingContext:
    """What exists when an embedding is opened.

    `words` are the vocabulary's words in row order, from row 2 of the table on; `training_tokens` gives the
    tokens of the training split, for providers that train on them, and `training_targets` the labels of its
    texts: int64 [n] index `classes`; of several labels bool [n, C]. `formats` is for those that read files:
    `open_vectors(…, formats=context.formats, trust=context.trust)` knows the formats of the plugins that the
    recipe may use. `trust`: whether whoever gave the command consents to run code that is in files.
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
    """What a source knows of n words.

    `vectors` float32 [n, D], zero where not found; `found` bool [n]; `rows` int64 [n], the word's row in the
    source (from 0), -1 where missing.
    """

    vectors: FloatArray
    found: BoolArray
    rows: IntArray


@runtime_checkable
class VectorSource(Protocol):
    """Word vectors that can be asked for."""

    @property
    def dim(self) -> int:
        """D, the width of every vector."""

    @property
    def unk(self) -> FloatArray | None:
        """The vector [D] of unknown words, or None to leave it to the out-of-vocabulary chain."""

    def lookup(self, words: Sequence[str]) -> Lookup:
        """The vectors of `words`, compared exactly, in the order asked."""


@runtime_checkable
class SubwordSource(VectorSource, Protocol):
    """A source that can put vectors together for words it does not have, such as a fastText `.bin` file."""

    def subword(self, words: Sequence[str]) -> Lookup:
        """Vectors of `words` made of their parts; `found` False where no part is known, `rows` all -1."""


class Embedding(Protocol):
    """Where word vectors come from. A class whose sources know only words that training showed them sets
    `standalone = False`: in those nothing can be looked up later.
    """

    def open(self, context: EmbeddingContext) -> VectorSource:
        """A source to look words up in. Raises VectorFileError for a file that is not what it should be."""


@dataclass(frozen=True)
class FillContext:
    """What a policy may use: the source, what it knows of the vocabulary, and a seeded generator.

    `found` float32 [m, D] are the vectors of the m `words` of the vocabulary that the source knows.
    `training_tokens` gives the tokens of the training split; none for words that only a later text has.
    """

    source: VectorSource
    found: FloatArray
    rng: np.random.Generator
    words: Sequence[str] = ()
    training_tokens: Callable[[], Sequence[Sequence[str]]] = tuple


@dataclass(frozen=True)
class Filled:
    """Rows for n missing words: `vectors` float32 [n, D]; `filled` bool [n], False where left to the next.

    A word in whose place another one of the source's was found has that in `spellings`, where others have
    None: it counts as recovered by that spelling. Empty `spellings` are None for all.
    """

    vectors: FloatArray
    filled: BoolArray
    spellings: Sequence[str | None] = ()


class OovPolicy(Protocol):
    """What to do about words that the source has no vector for. A class that has something to say of a
    SubwordSource alone sets `needs_subwords = True`: a run with any other source warns of it.
    """

    total: ClassVar[bool]
    """Whether `fill` answers for every word: a chain must end in a total policy."""

    def candidates(self, word: str) -> Sequence[str]:
        """Other spellings to look up, best first; the first that is found gives the word its vector."""

    def fill(self, words: Sequence[str], context: FillContext) -> Filled:
        """Rows for words of which no spelling was found."""
