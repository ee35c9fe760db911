"""Readers that try the cache first: the index of a plain file, or the rows kept for the same words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

from embedkit.files.arrays import ArrayStream, DamagedError
from embedkit.interfaces import Progress
from embedkit.vectors.io.content import Content
from embedkit.vectors.lookup.index import Index, IndexBuilder
from embedkit.vectors.lookup.row_cache import Kept
from embedkit.vectors.reading import READING, Block, Options, Reader
from embedkit.vectors.selection import ScanReport, Selection

WORTH_INDEXING = 32 * 2**20
"""Bytes of a plain file from which on an index saves time."""

WORTH_KEEPING = 4 * 2**20
"""Bytes of a compressed file from which on it saves time to keep the rows that were wanted."""


class IndexableReader(Protocol):
    """A reader of a file where each word is followed by a space and its vector, little-endian float32."""

    name: str
    count: int
    dim: int
    dtype: str

    @property
    def layout(self) -> str:
        """Return how the file arranges words and vectors, as Reader.layout does."""

    def scan(
        self, selection: Selection, progress: Progress, builder: IndexBuilder | None = None
    ) -> ScanReport:
        """Put the wanted rows into `selection`, and the places of all words into `builder`."""

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all rows in file order, as Reader.blocks does."""


class IndexedReader:
    """Finds the wanted rows by an index in the cache, which the first scan writes."""

    def __init__(self, content: Content, reader: IndexableReader) -> None:
        self.name, self.count, self.dim = reader.name, reader.count, reader.dim
        self.dtype = reader.dtype
        self._content = content
        self._reader = reader
        self.blocks = reader.blocks

    @property
    def layout(self) -> str:
        """Return the layout of the file."""
        return self._reader.layout

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Put the wanted rows into `selection`, by the index if there is an intact one.

        Otherwise the whole file is read and the index is written.
        """
        kept = Kept(self._content, "index")

        def answer(arrays: ArrayStream) -> None:
            index = Index(arrays)
            if index.count != self.count:
                raise DamagedError("it is of another file")
            index.select(self._content, selection)

        if kept.stream(answer):
            return ScanReport(self._reader.count, selection.duplicates(), replaced=0, verified=True)
        selection.forget()
        builder = IndexBuilder(self._reader.count)
        report = self._reader.scan(selection, progress, builder)
        kept.keep(builder.arrays())
        return report


class KeptRowsReader:
    """Keeps the rows of each vocabulary that is looked up; they depend on `options` and `besides`, too."""

    def __init__(self, content: Content, reader: Reader, options: Options, besides: str = "") -> None:
        self.name, self.count, self.dim = reader.name, reader.count, reader.dim
        self.dtype = reader.dtype
        self._content = content
        self._reader = reader
        self.blocks = reader.blocks
        self._options = repr([READING, reader.name, reader.dim, options, *filter(None, [besides])])

    @property
    def layout(self) -> str:
        """Return the layout of the file."""
        return self._reader.layout

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Put the wanted rows into `selection`, from the cache if it has intact rows of the same words.

        Otherwise the file is read and its rows are kept.
        """
        kept = Kept(self._content, "rows", "\0".join([self._options, *selection.words]))
        reports: list[ScanReport] = []
        if kept.use(lambda arrays: reports.append(selection.restore(arrays))):
            return reports[0]
        selection.forget()
        report = self._reader.scan(selection, progress)
        kept.keep(selection.arrays(report))
        return report
