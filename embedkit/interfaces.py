"""What a component is: the protocols that plugins satisfy, and the plain data that passes between them.

Shapes are written `[B, T]`: B texts in a batch, T tokens, D dimensions of a word vector, H of an encoded
text, V rows of the embedding table, C classes.

A component is a plain class. Its constructor takes exactly the keys a recipe may give, keyword-only and
annotated, and only stores them; its one verb takes what exists at run time. Parameters are documented and
bounded in their annotations, e.g. `Annotated[int, Gt(0), Doc("width of the hidden state")]`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, BinaryIO, ClassVar, Literal, Protocol, runtime_checkable

from typing_extensions import Doc

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor, nn

    from embedkit.registry import Registry

    FloatArray = NDArray[np.float32]
    BoolArray = NDArray[np.bool_]
    IntArray = NDArray[np.int64]

__all__ = [
    "Baseline",
    "ComponentOf",
    "Doc",
    "Embedding",
    "EmbeddingContext",
    "Encoder",
    "Example",
    "FillContext",
    "Filled",
    "FittedBaseline",
    "FunctionWords",
    "InputPath",
    "KeepableTokenizer",
    "Lookup",
    "Metric",
    "NameOf",
    "OfTokenizerFile",
    "OovPolicy",
    "Progress",
    "Reader",
    "SequenceEncoder",
    "SubwordSource",
    "Task",
    "Tokenizer",
    "VectorFormat",
    "VectorRows",
    "VectorSource",
    "WordVectorFile",
]


@dataclass(frozen=True)
class _InputPathMark:
    """Marks a parameter that names a file to be read."""


InputPath = Annotated[str, _InputPathMark()]
"""A file to read. In a recipe: relative to the recipe file, `package:NAME/inner/path`, `~` or `${VARIABLE}`.
A component receives an absolute path of a file that exists; its run records the file's fingerprint."""


@dataclass(frozen=True)
class ComponentOf:
    """Marks a parameter, or the items of a list, that are components of `kind` themselves.

    `sources: Sequence[Annotated[Embedding, ComponentOf("embedding")]]`. In a recipe each is written as any
    component, a name or a mapping with `use`; a constructor receives them made.
    """

    kind: str

    def __get_pydantic_core_schema__(self, _source: object, handler: Any) -> Any:
        """How it is checked once it is resolved: plain data."""
        return handler.generate_schema(str | dict[str, Any])

    def __get_pydantic_json_schema__(self, _schema: object, _handler: object) -> dict[str, str]:
        """How it is described: by its kind, to which `embedkit schema` puts a reference."""
        return {"component": self.kind}


@dataclass(frozen=True)
class NameOf:
    """Marks a parameter that names a component of `kind`, without making it, or else has its default."""

    kind: str


@dataclass(frozen=True, slots=True)
class Example:
    """One text. `id` is its row in its source, from 1; `label` is None where none is known."""

    id: int
    text: str
    label: str | None = None


class Reader(Protocol):
    """Reads labelled texts."""

    def read(self) -> Iterable[Example]:
        """Every example, in source order. Raises DataError naming the line of a malformed row."""


class Tokenizer(Protocol):
    """Splits texts into tokens: a pure function of the text."""

    def tokenize(self, texts: Sequence[str]) -> list[list[str]]:
        """One list of tokens for each text, in order; an empty text gives an empty list."""


@runtime_checkable
class OfTokenizerFile(Protocol):
    """What goes with a `tokenizer.json` of Hugging Face's tokenizers; optional, for tokenizers and sources.

    A source whose words are the pieces of such a file can only be used with a tokenizer that follows a file
    of the same content.
    """

    @property
    def tokenizer_file(self) -> Path | None:
        """The file that a tokenizer follows, or whose pieces a source has vectors of; None: no such file."""


@runtime_checkable
class KeepableTokenizer(Tokenizer, Protocol):
    """A tokenizer whose tokens may be kept from one run to the next, as it says all that they follow from."""

    def depends_on(self) -> Sequence[Path]:
        """The files that decide about its tokens, besides its parameters, its package's code and the packages
        that its distribution requires; folders stand for all that is in them.
        """


class Progress(Protocol):
    """Told how far a long piece of work is."""

    def __call__(self, done: int, total: int | None) -> None:
        """`done` of `total` units (bytes, records); total None when it is not known."""


def no_progress(done: int, total: int | None) -> None:
    """Tells nobody."""


@dataclass(frozen=True)
class EmbeddingContext:
    """What exists when an embedding is opened.

    `words` are the vocabulary's words in row order, from row 2 of the table on; `training_tokens` gives the
    tokens of the training split, for providers that train on them. `formats` is for those that read files:
    `open_vectors(…, formats=context.formats)` knows the formats of the plugins that the recipe may use.
    """

    seed: int
    words: Sequence[str] = ()
    training_tokens: Callable[[], Sequence[Sequence[str]]] = tuple
    progress: Progress = no_progress
    formats: Callable[[], Registry] | None = None


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


class WordVectorFile(Protocol):
    """A file of word vectors as a format gets it."""

    @property
    def path(self) -> Path:
        """Where it is: a regular file that can be read."""

    def open(self) -> AbstractContextManager[BinaryIO]:
        """Its bytes from front to back, decompressed on the way, any number of times.

        Reading them raises VectorFileError for a file that is cut or damaged in its compression.
        """


class VectorRows(Protocol):
    """What a file has, its beginning read and checked.

    One of a file with subwords also has a method `subword(words: Sequence[str]) -> Lookup`: vectors of words
    that the file has not; `found` is False for those that have none either.
    """

    @property
    def dim(self) -> int:
        """D."""

    @property
    def count(self) -> int | None:
        """How many vectors there are; None where only reading all of them can tell."""

    @property
    def dtype(self) -> str:
        """What the file has its numbers as, such as `float32` or `text`."""

    @property
    def layout(self) -> str:
        """How the file arranges words and vectors, in words."""

    @property
    def files(self) -> Sequence[Path]:
        """Other files that belong to it: what the cache keeps is made again when one of them changes."""

    def blocks(self) -> Iterable[tuple[Sequence[str | bytes], FloatArray]]:
        """All n words and vectors, float32 [n, D], in the file's order, any number of them at a time.

        Called for every pass. Words that are bytes are taken for UTF-8 and checked. Raises VectorFileError
        for a file that is damaged.
        """


class VectorFormat(Protocol):
    """A format of word-vector files. One whose reading can run code that is in the file, as a pickle's does,
    sets `runs_code = True`: such a file is only opened for who says that it is trusted.
    """

    def recognises(self, head: bytes) -> bool:
        """Whether a file is of this format, by its first 512 bytes, uncompressed; fewer of a shorter file."""

    def open(self, file: WordVectorFile) -> VectorRows:
        """The file, its beginning checked. Raises VectorFileError for one that is not what it should be."""


@dataclass(frozen=True)
class FillContext:
    """What a policy may use: the source, the vectors `found` [m, D] in it, a seeded generator."""

    source: VectorSource
    found: FloatArray
    rng: np.random.Generator


@dataclass(frozen=True)
class Filled:
    """Rows for n missing words: `vectors` float32 [n, D]; `filled` bool [n], False where left to the next."""

    vectors: FloatArray
    filled: BoolArray


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


Task = Literal["binary", "multiclass", "multilabel"]
"""What is told of a text: one of two classes, one of several, or any number of several."""


class SequenceEncoder(Protocol):
    """A torch module that turns a batch of embedded texts into one vector each."""

    output_dim: int
    """H."""

    def __call__(self, embedded: Tensor, mask: Tensor) -> Tensor:
        """`embedded` float [B, T, D], `mask` bool [B, T] (True at tokens, padding on the right) -> [B, H].

        T is at least 1; a text without tokens has no True in its mask row and still gives finite numbers.
        """


class Encoder(Protocol):
    """Builds a sequence encoder. A class whose modules let padding change what they give sets
    `padding_invariant = False`: every batch is then padded to one length, the same at prediction.
    """

    def build(self, input_dim: int) -> nn.Module:
        """A module that is a SequenceEncoder for D = input_dim; draws its weights from torch's generator."""


class FittedBaseline(Protocol):
    """A baseline that has seen the training split."""

    def probabilities(self, texts: Sequence[str]) -> NDArray[np.float64]:
        """Of each class [n, C], in the order of `classes`; of one class a text, they add up to 1."""


class Baseline(Protocol):
    """A simple classifier of texts that a model is held against. It is given the texts as the readers give
    them, and no vectors. A class that can learn other tasks than one class a text says so in `tasks`, as a
    Metric does.
    """

    def fit(
        self, texts: Sequence[str], labels: IntArray | BoolArray, classes: Sequence[str]
    ) -> FittedBaseline:
        """Learn the training split: `labels` int64 [n] index `classes`; of several labels bool [n, C].

        Two classes or more occur. What it draws at random is the same every time. Raises DataError, which
        says why, where it cannot learn from these texts: it is then left out.
        """


class FunctionWords(Protocol):
    """The function words of a language, which carry its grammar: articles, pronouns and the like."""

    def words(self) -> Collection[str]:
        """The words, in any case. Raises DataError where what they are read from is not installed."""


class Metric(Protocol):
    """A figure for how good predictions are. A class whose smaller figures are the better ones sets
    `smaller_is_better = True`, for early stopping. One that can score several labels of a text says so in
    `tasks`, an attribute, or a property that goes by its parameters; by default ("binary", "multiclass").
    """

    def score(
        self,
        labels: Any,
        predicted: Any,
        probabilities: NDArray[np.float64],
        classes: Sequence[str],
    ) -> float | Mapping[str, Any] | None:
        """`labels` and `predicted` int64 [n] index `classes`, `probabilities` is [n, C].

        None where the figure is not defined for these labels (ROC-AUC of one class). With two classes the
        last one is the positive class. A metric with "multilabel" among its `tasks` may be given bool [n, C]
        as `labels` and `predicted`: of each text, which classes it is of; the probabilities of a text are
        then each class's own and add up to anything.
        """
