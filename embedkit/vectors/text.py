"""Text formats: a line for each word, the word and its values with a space between them.

word2vec text, which fastText's `.vec` is too, begins with a line `count dim`; GloVe text does not, and may
have spaces in words.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Sequence
from itertools import compress
from typing import TYPE_CHECKING, NamedTuple

from embedkit.interfaces import Progress
from embedkit.vectors.content import Content
from embedkit.vectors.faults import broken
from embedkit.vectors.reading import Block, Options
from embedkit.vectors.records import MAX_WORD
from embedkit.vectors.selection import ScanReport, Selection
from embedkit.vectors.sniff import HEAD, identify, text_format
from embedkit.vectors.text_rows import RowReader
from embedkit.vectors.windows import Window, windows
from embedkit.vectors.word2vec_header import read_header
from embedkit.vectors.words import decodable

if TYPE_CHECKING:
    pass

log = logging.getLogger(__name__)

MAX_VALUE = 40
"""Bytes that a value and the space before it may have on average."""

FIRST_LINE = 1 << 20


class Lines(NamedTuple):
    """Whole lines that are in memory together, the first of them line `number` of the file, from 1."""

    number: int
    lines: Sequence[bytes]


class Text:
    """A text file of word vectors, with or without a header."""

    def __init__(self, content: Content, options: Options, *, header: bool) -> None:
        self.name = "word2vec-text" if header else "glove-text"
        self.dtype, self.layout = "text", "lines"
        self._content = content
        self._options = options
        self._header = header
        self._check_format()
        if header:
            first = read_header(content, options.limit, record_size=lambda dim: 1 + 2 * dim)
            self.dim = first.dim
            self.count: int | None = min(first.vectors, options.limit or first.vectors)
        else:
            self.count, self.dim = None, self._first_dim()
        self._rows = RowReader(content.path, self.dim, options.errors, spaces=not header)

    def _check_format(self) -> None:
        head = self._content.head(HEAD)
        if text_format(head) != self.name:
            found = identify(head) or "not text in rows of a word and its values"
            raise broken(self._content.path, f"is not {self.name}: this is {found}")

    def _first_dim(self) -> int:
        line, newline, _ = self._content.head(FIRST_LINE).partition(b"\n")
        if not newline and len(line) == FIRST_LINE:
            raise broken(self._content.path, f"the first line is longer than {FIRST_LINE:,} bytes", line=1)
        return len(line.split()) - 1

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Read the file once from front to back, giving `selection` the rows that it wants.

        Raises VectorFileError, with the line, for a wanted row that has not as many numbers as it should,
        for text that is not UTF-8 and for another number of rows than the header says.
        """
        import numpy as np

        firsts = {word.partition(b" ")[0] for word in selection.slots}
        rows = replaced = 0
        for number, lines in self._lines(progress):
            words, wrong = self._words(number, lines)
            for index in compress(range(len(lines)), map(firsts.__contains__, words)):
                word, fields = self._rows.fields(words[index], lines[index], number + index)
                if word in selection.slots:
                    vector = self._rows.vector(word, fields, number + index)
                    selection.take(selection.slots[word], rows + index, vector.view(np.uint8).data)
            rows += len(lines)
            replaced += wrong
        return ScanReport(rows, selection.duplicates(), replaced, verified=self._options.limit is None)

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """All rows in order. Raises VectorFileError, with the line, for any row that is wrong."""
        import numpy as np

        rows = 0
        for number, lines in self._lines(progress):
            firsts, _ = self._words(number, lines)
            words, vectors = [], np.empty((len(lines), self.dim), np.float32)
            for index, (first, line) in enumerate(zip(firsts, lines, strict=True)):
                word, fields = self._rows.fields(first, line, number + index)
                vectors[index] = self._rows.vector(word, fields, number + index)
                words.append(word)
            if words:
                yield Block(rows, words, vectors)
            rows += len(lines)

    def _lines(self, progress: Progress) -> Iterator[Lines]:
        """The lines of the rows.

        Raises VectorFileError at the end where they are not as many as the header says.
        """
        keep = MAX_WORD + MAX_VALUE * self.dim
        number, rows, more = 1, 0, True
        left = self._options.limit if self._options.limit is not None else sys.maxsize
        with windows(self._content, keep, progress) as window:
            while more and rows < left:
                lines, more = self._next_lines(window, keep, number)
                skipped = 1 if self._header and number == 1 and lines else 0
                part = Lines(number + skipped, lines[skipped : skipped + left - rows])
                yield part
                number += len(lines)
                rows += len(part.lines)
        self._check_count(rows)

    def _next_lines(self, window: Window, keep: int, number: int) -> tuple[list[bytes], bool]:
        end = window.buffer.rfind(b"\n", window.start, window.end) + 1
        if end:
            lines = window.buffer[window.start : end - 1].replace(b"\t", b" ").split(b"\n")
            window.drop(end - window.start)
            return lines, True
        if window.end - window.start > keep:
            raise broken(self._content.path, f"the line is longer than {keep:,} bytes", line=number)
        if window.advance():
            return [], True
        rest = window.buffer[window.start : window.end]
        window.drop(len(rest))
        if rest.strip():
            log.warning("%s: the last line does not end: perhaps it was cut", self._content.path)
        return [rest.replace(b"\t", b" ")] if rest.strip() else [], False

    def _words(self, number: int, lines: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
        """The first word of each line, and how many were not UTF-8."""

        def refuse(index: int, what: str) -> Exception:
            return broken(self._content.path, what, line=number + index, hint="Use errors: replace.")

        return decodable([line.partition(b" ")[0] for line in lines], self._options.errors, refuse)

    def _check_count(self, rows: int) -> None:
        if self.count is not None and rows != self.count:
            what = f"the header says {self.count:,} rows; there are {rows:,}"
            raise broken(self._content.path, what, hint="It was cut short, or its header is wrong.")
