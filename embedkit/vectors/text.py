"""Text formats: a line for each word, the word and its values with a space between them.

word2vec text, which fastText's `.vec` is too, begins with a line `count dim`; GloVe text does not, and may
have spaces in words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import compress
from typing import NamedTuple

from embedkit.errors import VectorFileError
from embedkit.interfaces import Progress
from embedkit.vectors.content import Content
from embedkit.vectors.faults import broken
from embedkit.vectors.reading import Options
from embedkit.vectors.records import MAX_WORD
from embedkit.vectors.selection import ScanReport, Selection
from embedkit.vectors.sniff import HEAD, identify, text_format
from embedkit.vectors.windows import Window, windows
from embedkit.vectors.word2vec_header import read_header
from embedkit.vectors.words import decodable

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
        firsts = {word.partition(b" ")[0] for word in selection.slots}
        rows = replaced = 0
        for number, lines in self._lines(progress):
            if self._options.limit is not None:
                lines = lines[: self._options.limit - rows]
            words, wrong = self._words(number, lines)
            replaced += wrong
            for index in compress(range(len(lines)), map(firsts.__contains__, words)):
                self._take(selection, words[index], lines[index], number + index, rows + index)
            rows += len(lines)
            if rows == self._options.limit:
                break
        self._check_count(rows)
        return ScanReport(rows, selection.duplicates(), replaced, verified=self._options.limit is None)

    def _lines(self, progress: Progress) -> Iterator[Lines]:
        keep = MAX_WORD + MAX_VALUE * self.dim
        number = 1
        with windows(self._content, keep, progress) as window:
            more = True
            while more:
                lines, more = self._next_lines(window, keep, number)
                skipped = 1 if self._header and number == 1 and lines else 0
                yield Lines(number + skipped, lines[skipped:])
                number += len(lines)

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
        return [rest.replace(b"\t", b" ")] if rest.strip() else [], False

    def _words(self, number: int, lines: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
        """The first word of each line, and how many were not UTF-8."""

        def refuse(index: int, what: str) -> Exception:
            return broken(self._content.path, what, line=number + index, hint="Use errors: replace.")

        return decodable([line.partition(b" ")[0] for line in lines], self._options.errors, refuse)

    def _take(self, selection: Selection, first: bytes, line: bytes, number: int, row: int) -> None:
        """Keep the row where all of its word, and not only its beginning, is wanted."""
        import numpy as np

        fields = line.rstrip(b" \r").rsplit(b" ", self.dim)
        spaces = fields[0].count(b" ")
        word = b" ".join([first, *fields[0].split(b" ")[1:]])
        if len(fields) <= self.dim or (spaces and (self._header or _number(fields[0].rpartition(b" ")[2]))):
            count = len(fields) - 1 + spaces
            raise self._wrong_row(f"the row of {first.decode()!r} has {count} values, not {self.dim}", number)
        if word not in selection.slots:
            return
        values = [_number(field) for field in fields[1:]]
        if None in values:
            bad = fields[1 + values.index(None)]
            raise self._wrong_row(
                f"the row of {first.decode()!r} has {bad[:40]!r} in place of a number", number
            )
        with np.errstate(over="ignore"):  # what is infinite in float32 is refused with its word
            vector = np.array(values, "<f4")
        selection.take(selection.slots[word], row, vector.view(np.uint8).data)

    def _wrong_row(self, what: str, number: int) -> VectorFileError:
        return broken(self._content.path, what, line=number)

    def _check_count(self, rows: int) -> None:
        if self.count is not None and rows != self.count:
            what = f"the header says {self.count:,} rows; there are {rows:,}"
            raise broken(self._content.path, what, hint="It was cut short, or its header is wrong.")


def _number(field: bytes) -> float | None:
    """The number that `field` is. Python also reads `1_0`; a file of vectors does not mean it."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return None
