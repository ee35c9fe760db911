"""word2vec binary: a line `count dim`, then count records of a word, a space and dim float32 values.

Mikolov's C tool (2013) writes a newline after each record; gensim does not, and GoogleNews has none.
"""

from __future__ import annotations

from collections.abc import Iterator

from embedkit.files.compression import PLAIN
from embedkit.interfaces import Progress
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.sniff import SNIFF, has_header, identify
from embedkit.vectors.formats.word2vec_header import read_header
from embedkit.vectors.io.content import Content
from embedkit.vectors.io.windows import Window, windows
from embedkit.vectors.lookup.byte_order import is_big_endian
from embedkit.vectors.lookup.gathering import Batch
from embedkit.vectors.lookup.index import IndexBuilder
from embedkit.vectors.lookup.records import LINE_ENDS, MAX_WORD, Framing, Records
from embedkit.vectors.lookup.words import WordReader
from embedkit.vectors.reading import Block, Options
from embedkit.vectors.selection import ScanReport, Selection

NEWLINE = b"\n"


class Word2vecBinary:
    """A word2vec binary file whose header has been read and checked."""

    name = "word2vec-binary"
    dtype = "float32"

    def __init__(self, content: Content, options: Options) -> None:
        self._content = content
        self._options = options
        _refuse_others(content)
        header = read_header(content, options.limit, record_size=lambda dim: 1 + 4 * dim)
        self._skip = header.size
        self.dim = header.dim
        self.count = min(header.vectors, options.limit or header.vectors)
        self.big_endian = is_big_endian(content, self._skip, self.dim)

    @property
    def layout(self) -> str:
        """Return `records with newlines`, as the C tool writes them, or else `records without newlines`.

        The byte after the first vector decides.
        """
        head = self._content.head(self._skip + 1 + MAX_WORD + 1 + 4 * self.dim + 1)
        end = head.find(b" ", self._skip + 1) + 1 + 4 * self.dim
        return f"records {'with' if head[end : end + 1] == NEWLINE else 'without'} newlines"

    def scan(
        self, selection: Selection, progress: Progress, builder: IndexBuilder | None = None
    ) -> ScanReport:
        """Read the file once from front to back, put the wanted rows into `selection`, and return a report.

        The places of all words are added to `builder`. Raises VectorFileError, with record and byte, if the
        file does not hold what its header says.
        """
        if self._options.processes == 2 and self._options.limit is None:
            report = self._scan_halves(selection, progress, builder)
            if report:
                return report
            selection.forget()
        reader = WordReader(self._content.path, self._options.errors)
        for batch in self._batches(reader, progress):
            batch.gather(selection, builder)
        return ScanReport(
            self.count, selection.duplicates(), reader.replaced, verified=self._options.limit is None
        )

    def _scan_halves(
        self, selection: Selection, progress: Progress, builder: IndexBuilder | None
    ) -> ScanReport | None:
        from embedkit.vectors.lookup.parts import Half
        from embedkit.vectors.lookup.two_processes import WORTH_HALVING, scan_halves

        content = self._content
        if content.compression is not PLAIN or content.size < WORTH_HALVING:
            return None
        whole = Half(self._skip, content.size, self.dim, self.count, self._options.errors)
        return scan_halves(content, whole, selection, progress, builder)

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all rows in file order, about a window at a time. Raises VectorFileError as `scan` does."""
        import numpy as np

        size = 4 * self.dim
        for batch in self._batches(WordReader(self._content.path, self._options.errors), progress):
            view = memoryview(batch.window.buffer)
            begins = batch.records.vectors(range(len(batch.words)))
            data = b"".join([view[begin : begin + size] for begin in begins])
            yield Block(batch.row, batch.words, np.frombuffer(data, "<f4").reshape(-1, self.dim))

    def _batches(self, reader: WordReader, progress: Progress) -> Iterator[Batch]:
        framing = Framing(self.dim)
        row = 0
        with windows(self._content, framing.max_size, progress) as window:
            window.advance()
            window.drop(self._skip)
            while row < self.count:
                records = self._next_records(framing, window, row)
                words = reader.words(records, row, window.offset - window.start)
                yield Batch(row, words, records, window)
                row += len(records.raw)
                window.drop(records.size)
            if self._options.limit is None:
                self._check_end(window)

    def _next_records(self, framing: Framing, window: Window, row: int) -> Records:
        """Return at least one record. Raises VectorFileError if the next one is cut or is not a record."""
        while not (records := framing.records(window)).raw:
            if window.end - window.start >= framing.max_size:
                what = f"no space within {MAX_WORD:,} bytes: here should be a word"
                hint = "The file is damaged, or its header says a wrong dim, or it is not word2vec binary."
                raise broken(self._content.path, what, record=row + 1, offset=window.offset, hint=hint)
            if not window.advance():
                what = f"the file is cut: it ends within or before this record, of {self.count:,}"
                way_out = f"`limit: {row}` reads the whole records that are there." if row else None
                raise broken(self._content.path, what, record=row + 1, offset=window.offset, hint=way_out)
        return records.only(self.count - row)

    def _check_end(self, window: Window) -> None:
        """Read to the end of the file, which also verifies a checksum.

        Raises VectorFileError if anything but line ends follows the records.
        """
        while True:
            rest = window.buffer[window.start : window.end]
            if rest.strip(LINE_ENDS):
                what = f"more bytes follow the last of {self.count:,} records"
                hint = "The header's count or dim is too small; a limit reads only so many records."
                raise broken(self._content.path, what, offset=window.offset, hint=hint)
            window.drop(len(rest))
            if not window.advance():
                return


def _refuse_others(content: Content) -> None:
    head = content.head(SNIFF)
    if not has_header(head):
        found = identify(head)
        what = f"this is {found}" if found else "has no header line 'count dim'"
        raise broken(content.path, f"is not word2vec binary: {what}")
