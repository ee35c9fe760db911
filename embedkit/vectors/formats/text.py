"""Text formats: one line per word, with the word and its values separated by spaces or tabs.

word2vec text, and so fastText's `.vec`, begins with a line `count dim`; GloVe text does not. Words may have
spaces: the last fields of a row are its values. A byte order mark and blank lines at the end are ignored.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from itertools import compress

from embedkit.files.compression import PLAIN
from embedkit.interfaces import Progress
from embedkit.vectors.faults import broken, broken_line
from embedkit.vectors.formats.first_rows import FirstRows
from embedkit.vectors.formats.sniff import SNIFF, identify
from embedkit.vectors.formats.text_faults import text_fault
from embedkit.vectors.formats.text_lines import LineReader, Lines, count_lines
from embedkit.vectors.formats.text_rows import RowReader, first_field
from embedkit.vectors.formats.word2vec_header import read_header
from embedkit.vectors.io.content import Content
from embedkit.vectors.lookup.records import MAX_WORD
from embedkit.vectors.lookup.words import decodable
from embedkit.vectors.reading import Block, Options
from embedkit.vectors.selection import ScanReport, Selection

MAX_VALUE = 40
"""Bytes that a value and the space before it may have on average."""

COUNTED = 1 << 28
"""Bytes of a compressed file in which lines are counted for an error; of a plain one 16 times as many."""


class Text:
    """A text file of word vectors, with or without a header."""

    def __init__(self, content: Content, options: Options, *, header: bool) -> None:
        self.name = "word2vec-text" if header else "glove-text"
        self.dtype, self.layout = "text", "lines"
        self._content = content
        self._options = options
        self._header = header
        self._check_format()
        first = FirstRows.of(content, header=header)
        if header:
            said = read_header(content, options.limit, lambda dim: 1 + 2 * dim, self._whole_rows)
            self.dim = said.dim
            self.count: int | None = min(said.vectors, options.limit or said.vectors)
        else:
            self.count, self.dim = None, first.dim()
        self._rows = RowReader(content.path, self.dim, options.errors, header=header)
        if header:
            first.check(self.dim, self._rows)

    def _check_format(self) -> None:
        """Raise VectorFileError if the file is known to be something else, or is not text."""
        head = self._content.head(SNIFF)
        found, fault = identify(head), None
        if found != self.name:
            fault = None if found else text_fault(head)
            if fault and fault.rows and not self._header:
                return
            what = f"this is {found}" if found else "not text in rows of a word and its values"
            what, hint = (fault.what, fault.hint) if fault else (what, None)
            raise broken(self._content.path, f"is not {self.name}: {what}", hint=hint)

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Read the file once from front to back, put the wanted rows into `selection`, and return a report.

        Raises VectorFileError, with the line, if a wanted row has the wrong number of values or if text is
        not UTF-8, and if the number of rows differs from the header.
        """
        import numpy as np

        slots = selection.slots
        firsts = {first_field(word) for word in slots}
        rows = replaced = 0
        for number, lines in self._lines(progress):
            words, wrong = self._words(number, lines)
            for index in compress(range(len(lines)), map(firsts.__contains__, words)):
                word, fields = self._rows.fields(words[index], lines[index], number + index)
                if word in slots or self._rows.may_be(lines[index], fields) in slots:
                    vector = self._rows.vector(word, fields, number + index)
                    selection.take(slots[word], rows + index, vector.view(np.uint8).data)
            rows += len(lines)
            replaced += wrong
        return ScanReport(rows, selection.duplicates(), replaced, verified=self._options.limit is None)

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all rows in file order. Raises VectorFileError, with the line, if a row is wrong."""
        import numpy as np

        rows = 0
        for number, lines in self._lines(progress):
            firsts, _ = self._words(number, lines)
            words, numerals, vectors = [], [], np.empty((len(lines), self.dim), np.float32)
            for index, (first, line) in enumerate(zip(firsts, lines, strict=True)):
                word, fields = self._rows.fields(first, line, number + index)
                vectors[index] = self._rows.vector(word, fields, number + index)
                words.append(word)
                numerals.append(b" ".join(fields))
            if words:
                yield Block(rows, words, vectors, numerals)
            rows += len(lines)

    def _lines(self, progress: Progress) -> Iterator[Lines]:
        """Yield the lines that hold the rows, in parts.

        Raises VectorFileError at the end if their number differs from the header.
        """
        rows = 0
        left = self._options.limit if self._options.limit is not None else sys.maxsize
        reader = LineReader(self._content, MAX_WORD + MAX_VALUE * self.dim)
        for number, lines in reader.lines(progress):
            skipped = 1 if self._header and number == 1 else 0
            part = Lines(number + skipped, lines[skipped : skipped + left - rows])
            yield part
            rows += len(part.lines)
            if rows >= left:
                break
        self._check_count(rows, reader.ended)

    def _words(self, number: int, lines: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
        """Return the first field of each line, and how many of them were not UTF-8."""

        def refuse(index: int, what: str) -> Exception:
            return broken_line(self._content.path, what, number + index, hint="Use errors: replace.")

        return decodable([first_field(line) for line in lines], self._options.errors, refuse)

    def _check_count(self, rows: int, ended: bool) -> None:
        if self.count is None or rows == self.count:
            return
        what = f"the header says {self.count:,} rows; there are {rows:,}"
        if rows > self.count:
            hint = f"Its header is wrong, or `limit: {self.count}` reads so many."
        else:
            hint = _limit_hint(rows if ended else rows - 1, ended)
        raise broken(self._content.path, what, hint=hint)

    def _whole_rows(self) -> str:
        """Return a hint for a file that is smaller than its header says, from a count of its lines."""
        most = COUNTED * (16 if self._content.compression is PLAIN else 1)
        lines = count_lines(self._content, most)
        if lines is None:
            return "It was cut short: `limit` reads only so many rows."
        return _limit_hint(lines - 1, ended=True)


def _limit_hint(whole: int, ended: bool) -> str:
    if whole < 1:
        return "It was cut short, or it is of another format."
    last = "the last one whole" if ended else "but for the last, which does not end"
    return (
        f"It was cut short, or its header is wrong. `limit: {whole}` reads the rows that are there, {last}."
    )
