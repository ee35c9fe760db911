"""The words of a source in its own order, which tells how frequent they were where it was trained."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from embedkit.errors import Fault, VectorFileError
from embedkit.interfaces import VectorSource, no_progress
from embedkit.vectors.content import examine
from embedkit.vectors.file import VectorFile
from embedkit.vectors.index import IndexBuilder
from embedkit.vectors.reading import Options
from embedkit.vectors.selection import Selection
from embedkit.vectors.word2vec_binary import Word2vecBinary

if TYPE_CHECKING:
    from embedkit.interfaces import IntArray


@runtime_checkable
class ListsWords(Protocol):
    """A source that can say which words it has."""

    def first_words(self, count: int | None) -> Sequence[str]:
        """The words of its first `count` rows, or of all, in row order."""


def list_words(source: VectorSource, count: int | None) -> list[str]:
    """The distinct words of the first `count` rows of `source`, or of all, in row order.

    Raises VectorFileError for a source that cannot tell.
    """
    if isinstance(source, ListsWords):
        words = source.first_words(count)
    elif isinstance(source, VectorFile) and source.format == Word2vecBinary.name:
        words = _words_of_file(source, count)
    else:
        hint = "Similarity can be evaluated with case: exact, which asks for single words; analogies cannot."
        raise VectorFileError(Fault(f"{_describe(source)} cannot list its words", hint=hint))
    return [*dict.fromkeys(words)]


def _describe(source: VectorSource) -> str:
    return f"{source.path} ({source.format})" if isinstance(source, VectorFile) else type(source).__name__


def _words_of_file(file: VectorFile, count: int | None) -> list[str]:
    limit = min(each for each in (file.count, count) if each is not None)
    # A word that is not UTF-8 is the affair of the file's own `errors`: its lookup will refuse it.
    reader = Word2vecBinary(examine(file.path), Options("replace", limit))
    words = _WordList()
    reader.scan(Selection((), file.dim), no_progress, words)
    return words.words


class _WordList(IndexBuilder):
    """Takes the words themselves, where an index takes only their places."""

    def __init__(self) -> None:
        super().__init__(0)
        self.words: list[str] = []

    def add(self, row: int, joined: bytes, offsets: IntArray) -> None:  # noqa: ARG002
        """Words from `row` on, with a space between them."""
        self.words += joined.decode().split(" ")
