"""Word-vector files: opening a file and looking words up in it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from embedkit.errors import VectorFileError
from embedkit.files.compression import PLAIN
from embedkit.interfaces import Lookup, Progress, no_progress
from embedkit.vectors.converted_copy import ConvertedReader
from embedkit.vectors.faults import broken, broken_line
from embedkit.vectors.formats.matrix import MatrixReader
from embedkit.vectors.formats.recognition import FORMATS, format_of
from embedkit.vectors.formats.static_model import StaticModelReader
from embedkit.vectors.formats.word2vec_binary import Word2vecBinary
from embedkit.vectors.io.content import Content, examine
from embedkit.vectors.lookup.byte_order import BigEndianReader
from embedkit.vectors.lookup.indexed import WORTH_INDEXING, WORTH_KEEPING, IndexedReader, KeptRowsReader
from embedkit.vectors.lookup.words import checked_words
from embedkit.vectors.reading import Block, Errors, Options, Reader, SubwordReader
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    from embedkit.interfaces import ComponentSource, FloatArray
    from embedkit.vectors.formats.plugin_formats import PluginFormats


FIRST_LINE = {"word2vec-text": 2, "glove-text": 1}
"""The line of the first row in formats that have lines."""


class VectorFile:
    """A word-vector file, of which only the vectors that are looked up are read into memory.

    A VectorSource: `dim` is D, `unk` is None. `report` is the ScanReport of the last lookup. For a static
    model, `tokenizer_file` is the tokenizer.json whose pieces are its words; otherwise it is None.
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
        """Return the name of the file's format, such as `word2vec-binary`."""
        return self._reader.name

    @property
    def count(self) -> int | None:
        """Return the number of vectors in the file, or the limit if it is lower.

        Returns None if only reading the whole file can tell, as for GloVe text.
        """
        return self._reader.count

    @property
    def dim(self) -> int:
        """Return D, the number of dimensions of every vector."""
        return self._reader.dim

    @property
    def dtype(self) -> str:
        """Return the type of the values: `float32`, `float16`, `float64`, `bfloat16`, `int8` or `text`."""
        return self._reader.dtype

    @property
    def layout(self) -> str:
        """Return how the file arranges words and vectors, such as `records without newlines`."""
        return self._reader.layout

    @property
    def unk(self) -> FloatArray | None:
        """Return None: a word-vector file has no vector for unknown words."""
        return None

    def lookup(self, words: Sequence[str]) -> Lookup:
        """Return the vectors of `words`, in the order of `words`, from one pass over the file.

        Words are compared exactly. If the file has a word twice, its first vector is returned. Raises
        VectorFileError, with record and byte, if the file is damaged anywhere up to its end (or up to the
        limit) or if a wanted vector is not finite, and TypeError if `words` is not a sequence of strings.
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
        return broken_line(self.path, what, row + first)

    def blocks(self) -> Iterator[Block]:
        """Yield all words and their vectors in file order, a block at a time, which needs little memory.

        Nothing is left out: repeated words and vectors with NaN or infinity are included. Raises
        VectorFileError if the file is damaged, as `lookup` does.
        """
        return self._reader.blocks(self._progress)

    def __repr__(self) -> str:
        count = "?" if self.count is None else f"{self.count:,}"
        return f"<VectorFile {str(self.path)!r}: {self.format}, {count} x {self.dim:,}>"


class SubwordFile(VectorFile):
    """A word-vector file that also has subword vectors, and so vectors of out-of-vocabulary words."""

    def __init__(self, path: Path, reader: Reader, subwords: SubwordReader, progress: Progress) -> None:
        super().__init__(path, reader, progress)
        self._subwords = subwords

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return vectors of `words` from their subwords alone; `found` is False for words without any."""
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
    tensor: str | None = None,
    tokenizer: str | os.PathLike[str] | None = None,
) -> VectorFile:
    """Open a word-vector file and check its header; the vectors are read later, by `lookup`.

    `format` is detected from the content, never from the name, unless it is given. `errors` decides on words
    that are not UTF-8: `strict` refuses them, `replace` puts U+FFFD for their wrong bytes. With `limit`, only
    the first vectors are read, and nothing after them is checked. `progress` is given bytes of the file on
    disk. With two `processes`, the first pass over a large plain word2vec binary file is shared between them;
    the result is the same.

    With `cache`, the first pass over a large plain file writes an index, with which later lookups of any
    words take milliseconds; for a large compressed or text file, the rows are kept for the next lookup of the
    same words. Both go into the folder EMBEDKIT_CACHE. With `full`, a compressed or text file is kept as a
    whole, in safetensors: this takes up to 4 bytes per value and makes later lookups of any words fast.

    A file that no built-in format recognises is offered to the formats of plugins: those of the registry that
    `formats` returns, such as the registry of an EmbeddingContext, or by default all that are installed. With
    `trust`, code in the file may be run, as when a pickle is loaded.

    `tensor` names the matrix of a safetensors file that is a static model, such as the input table of a
    transformer, and `tokenizer` the tokenizer.json whose pieces are its words, by default the one beside it.

    Raises VectorFileError if the file cannot be read or has another format, and PluginError if `format` is
    unknown.
    """
    if limit is not None and limit < 1:
        raise VectorFileError(f"limit must be at least 1, not {limit}")
    content = examine(path)
    options = Options(errors, limit, processes, tensor, None if tokenizer is None else Path(tokenizer))
    found = format_of(content, format, partial(_plugin_formats, formats, trust))
    _check_tensors(content, found.name, options)
    reader = found.open(content, options)
    cached = _cached(content, reader, options, full=cache == "full") if cache else reader
    if isinstance(reader, Word2vecBinary) and reader.big_endian:
        cached = BigEndianReader(cached, content.path)
    if isinstance(reader, SubwordReader):
        return SubwordFile(content.path, cached, reader, progress)
    tokenizer_file = reader.tokenizer_file if isinstance(reader, StaticModelReader) else None
    return VectorFile(content.path, cached, progress, tokenizer_file)


def _check_tensors(content: Content, format: str, options: Options) -> None:
    """Raise VectorFileError if a tensor or its tokenizer is named in a file of a format without tensors."""
    said = {"tensor": options.tensor, "tokenizer": options.tokenizer}
    given = " and ".join(f"{name} '{value}'" for name, value in said.items() if value is not None)
    if given and format != "safetensors":
        what = f"is {format}, which has no tensors: {given} can be given for safetensors alone"
        raise broken(content.path, what)


def _plugin_formats(formats: Callable[[], ComponentSource] | None, trust: bool) -> PluginFormats:
    from embedkit.vectors.formats.plugin_formats import PluginFormats

    return PluginFormats(formats or _installed, trust)


def _installed() -> ComponentSource:
    from embedkit.plugin.registry import build_registry

    return build_registry()


def _cached(content: Content, reader: Reader, options: Options, *, full: bool) -> Reader:
    if isinstance(reader, Word2vecBinary) and content.compression is PLAIN:
        indexable = content.size >= WORTH_INDEXING and options == Options()
        return IndexedReader(content, reader) if indexable else reader
    if isinstance(reader, StaticModelReader) or (isinstance(reader, MatrixReader) and reader.words_file):
        return reader  # what is kept is known by one file, and here the words are in another
    if reader.name not in FORMATS:
        return _cached_of_plugin(content, reader, options, full=full)
    if full and options == Options() and (content.compression is not PLAIN or reader.dtype == "text"):
        return ConvertedReader(content, reader)
    return KeptRowsReader(content, reader, options) if content.size >= WORTH_KEEPING else reader


def _cached_of_plugin(content: Content, reader: Reader, options: Options, *, full: bool) -> Reader:
    from embedkit.vectors.formats.plugin_rows import PluginReader

    assert isinstance(reader, PluginReader), "every other reader is of a built-in format"
    if full and options == Options():
        return ConvertedReader(content, reader, reader.depends_on)
    worth = reader.size >= WORTH_KEEPING
    return KeptRowsReader(content, reader, options, reader.depends_on) if worth else reader
