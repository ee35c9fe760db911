"""A word-vector file that can be asked for words."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from embedkit.errors import VectorFileError
from embedkit.files.compression import PLAIN
from embedkit.interfaces import Lookup, Progress, no_progress
from embedkit.vectors.converted_copy import ConvertedReader
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.matrix import MatrixReader
from embedkit.vectors.formats.plugin_formats import PluginFormats
from embedkit.vectors.formats.plugin_rows import PluginReader
from embedkit.vectors.formats.recognition import format_of
from embedkit.vectors.formats.safetensors_file import NAME as SAFETENSORS
from embedkit.vectors.formats.word2vec_binary import Word2vecBinary
from embedkit.vectors.io.content import Content, examine
from embedkit.vectors.lookup.byte_order import BigEndianReader
from embedkit.vectors.lookup.indexed import WORTH_INDEXING, WORTH_KEEPING, IndexedReader, KeptRowsReader
from embedkit.vectors.lookup.words import checked_words
from embedkit.vectors.reading import Block, Errors, Options, Reader, SubwordReader
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    from embedkit.interfaces import ComponentSource, FloatArray


FIRST_LINE = {"word2vec-text": 2, "glove-text": 1}
"""The line of the first row in formats that have lines."""


class VectorFile:
    """The vectors of a file, of which only those that are asked for are read into memory.

    A VectorSource: `dim` is D; `unk` is None. `report` tells what the last lookup found on its way.
    `tokenizer_file` is the tokenizer.json whose pieces the words are, in a file of model2vec's; else None.
    """

    def __init__(
        self, path: Path, reader: Reader, progress: Progress, tokenizer_file: Path | None = None
    ) -> None:
        self.path = path
        self.tokenizer_file = tokenizer_file
        self.report: ScanReport | None = None
        self._reader = reader
        self._progress = progress

    @property
    def format(self) -> str:
        """The name of the file's format, such as `word2vec-binary`."""
        return self._reader.name

    @property
    def count(self) -> int | None:
        """How many vectors the file has, or how many of them are read under a limit.

        None for GloVe text, where only reading it can tell.
        """
        return self._reader.count

    @property
    def dim(self) -> int:
        """D, the width of every vector."""
        return self._reader.dim

    @property
    def dtype(self) -> str:
        """What the file has its numbers as: `float32`, `float16`, `float64`, `bfloat16` or `text`."""
        return self._reader.dtype

    @property
    def layout(self) -> str:
        """How the file arranges words and vectors, such as `records without newlines`."""
        return self._reader.layout

    @property
    def unk(self) -> FloatArray | None:
        """None: such a file has no vector for unknown words."""
        return None

    def lookup(self, words: Sequence[str]) -> Lookup:
        """The vectors of `words`, compared exactly, in the order asked, from one pass over the file.

        Of a word that the file has twice the first vector is taken. Raises VectorFileError, naming record and
        byte, for a file that is damaged anywhere up to its end (or up to the limit), and for a wanted vector
        that is not finite; TypeError for words that are no sequence of strings.
        """
        selection = Selection(checked_words(words), self.dim)
        report = self._reader.scan(selection, self._progress)
        wrong = selection.not_finite()
        if wrong:
            raise self._not_finite(*wrong)
        report.log(self.path)
        self.report = report
        return selection.lookup()

    def _not_finite(self, word: str, row: int) -> VectorFileError:
        what, first = f"the vector of {word!r} holds NaN or infinity", FIRST_LINE.get(self.format)
        if first is None:
            return broken(self.path, what, record=row + 1)
        return broken(self.path, what, line=row + first)

    def blocks(self) -> Iterator[Block]:
        """All words and their vectors, in file order, a few at a time: a pass that needs little memory.

        Nothing is left out, neither repeated words nor numbers that are not finite. Raises VectorFileError
        as `lookup` does.
        """
        return self._reader.blocks(self._progress)

    def __repr__(self) -> str:
        count = "?" if self.count is None else f"{self.count:,}"
        return f"<VectorFile {str(self.path)!r}: {self.format}, {count} x {self.dim:,}>"


class SubwordFile(VectorFile):
    """A file with vectors of subwords, and so of words that it does not have."""

    def __init__(self, path: Path, reader: Reader, subwords: SubwordReader, progress: Progress) -> None:
        super().__init__(path, reader, progress)
        self._subwords = subwords

    def subword(self, words: Sequence[str]) -> Lookup:
        """Vectors of `words` made of their subwords alone; `found` is False where a word has none."""
        return self._subwords.subword(checked_words(words))


def open_vectors(
    path: str | os.PathLike[str],
    *,
    format: str | None = None,
    errors: Errors = "strict",
    limit: int | None = None,
    cache: bool | Literal["full"] = True,
    processes: Literal[1, 2] = 1,
    progress: Progress = no_progress,
    trust: bool = False,
    formats: Callable[[], ComponentSource] | None = None,
) -> VectorFile:
    """Open a word-vector file: its header is read and checked, its vectors are read by `lookup`.

    `format` is found by the content, never by the name, unless it is given. `errors` says what becomes of
    words that are not UTF-8: `strict` refuses them, `replace` puts U+FFFD for their wrong bytes. `limit`
    reads only the first vectors, and checks nothing after them. `progress` is told bytes of the file on disk.
    Two `processes` share the first pass over a large plain word2vec binary file, and find what one finds.

    With `cache` the first pass over a large plain file writes an index, by which later lookups of any words
    take milliseconds; of a large compressed or text file the rows are kept for the next lookup of the same
    words. Both go into the folder EMBEDKIT_CACHE. With `full` all of a large compressed or text file is kept
    in safetensors: that takes up to 4 bytes for each number, and makes later lookups of any words fast.

    A file that no built-in format recognises is offered to the formats of plugins: those of the registry that
    `formats` gives, such as an EmbeddingContext's, or else of all that are installed. With `trust` code may
    run that is in the file, as a pickle has it.

    Raises VectorFileError for a file that cannot be read or is something else, PluginError for a format that
    nobody knows.
    """
    if limit is not None and limit < 1:
        raise VectorFileError(f"limit must be at least 1, not {limit}")
    content = examine(path)
    options = Options(errors, limit, processes)
    plugins = PluginFormats(formats or _installed, trust)
    reader = format_of(content, format, plugins).open(content, options)
    cached = _cached(content, reader, options, full=cache == "full") if cache else reader
    if isinstance(reader, Word2vecBinary) and reader.big_endian:
        cached = BigEndianReader(cached, content.path)
    if isinstance(reader, SubwordReader):
        return SubwordFile(content.path, cached, reader, progress)
    tokenizer_file = (
        reader.words_file if isinstance(reader, MatrixReader) and reader.name == SAFETENSORS else None
    )
    return VectorFile(content.path, cached, progress, tokenizer_file)


def _installed() -> ComponentSource:
    from embedkit.plugin.registry import build_registry

    return build_registry()


def _cached(content: Content, reader: Reader, options: Options, *, full: bool) -> Reader:
    if isinstance(reader, Word2vecBinary) and content.compression is PLAIN:
        indexable = content.size >= WORTH_INDEXING and options == Options()
        return IndexedReader(content, reader) if indexable else reader
    if isinstance(reader, MatrixReader) and reader.words_file:
        return reader  # what is kept is known by one file, and here the words are in another
    if isinstance(reader, PluginReader):
        return _cached_of_plugin(content, reader, options, full=full)
    if full and options == Options() and (content.compression is not PLAIN or reader.dtype == "text"):
        return ConvertedReader(content, reader)
    return KeptRowsReader(content, reader, options) if content.size >= WORTH_KEEPING else reader


def _cached_of_plugin(content: Content, reader: PluginReader, options: Options, *, full: bool) -> Reader:
    if full and options == Options():
        return ConvertedReader(content, reader, reader.depends_on)
    worth = reader.size >= WORTH_KEEPING
    return KeptRowsReader(content, reader, options, reader.depends_on) if worth else reader
