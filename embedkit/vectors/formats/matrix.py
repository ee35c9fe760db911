"""Embedding matrices with a separate list of words: safetensors and NumPy files."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.files.spans import read_parts
from embedkit.files.system import read_at
from embedkit.interfaces import Progress
from embedkit.vectors.faults import broken
from embedkit.vectors.io.content import Content
from embedkit.vectors.lookup.records import MAX_WORD
from embedkit.vectors.lookup.words import decodable
from embedkit.vectors.reading import Block, Options
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

SIZES = {"<f4": 4, "<f2": 2, "<f8": 8, ">f4": 4, ">f2": 2, ">f8": 8, "bf16": 2, "|i1": 1}
"""Bytes of a value in the types that can be read."""

DTYPES = {"f4": "float32", "f2": "float16", "f8": "float64", "16": "bfloat16", "i1": "int8"}
"""By the last two characters of a type."""

BLOCK = 1 << 20


@dataclass(frozen=True)
class Matrix:
    """An embedding matrix: `count` x `dim` values of `dtype`, in C order, from byte `offset` on."""

    offset: int
    count: int
    dim: int
    dtype: str

    @property
    def row_size(self) -> int:
        """Return the number of bytes of a row."""
        return self.dim * SIZES[self.dtype]

    def decode(self, data: bytes | memoryview) -> FloatArray:
        """Convert the bytes of n rows to vectors, float32 [n, dim]."""
        import numpy as np

        if self.dtype == "bf16":
            values = (np.frombuffer(data, "<u2").astype("<u4") << 16).view("<f4")
        else:
            values = np.frombuffer(data, self.dtype)
        with np.errstate(over="ignore"):  # what is infinite in float32 is refused with its word
            return values.astype(np.float32, copy=False).reshape(-1, self.dim)


class MatrixReader:
    """Reads an embedding matrix from a plain file.

    `words` yields the words as UTF-8, in parts and in row order. `words_file` is the separate file that holds
    the words; None if they are in the same file as the matrix.
    """

    def __init__(
        self,
        name: str,
        content: Content,
        options: Options,
        matrix: Matrix,
        words: Callable[[], Iterator[Sequence[bytes]]],
        words_file: Path | None = None,
    ) -> None:
        self.name = name
        self.dtype = DTYPES[matrix.dtype[-2:]]
        self.layout = "matrix"
        self.dim = matrix.dim
        self.count = min(matrix.count, options.limit or matrix.count)
        self._content = content
        self._options = options
        self.matrix = matrix
        self._words = words
        self.words_file = words_file
        if matrix.offset + matrix.count * matrix.row_size > content.size:
            raise broken(
                content.path, f"the file is cut: {matrix.count:,} x {matrix.dim:,} values do not fit"
            )

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Read the words, put the wanted rows into `selection`, and return a report.

        Raises VectorFileError if the number of words differs from the number of rows, or if a word is not
        UTF-8.
        """
        replaced = 0
        places: list[tuple[int, int]] = []
        for row, words, wrong in self._parts():
            replaced += wrong
            hits = compress(range(len(words)), map(selection.slots.__contains__, words))
            places += [(row + index, selection.slots[words[index]]) for index in hits]
        self._take(places, selection, progress)
        return ScanReport(self.count, selection.duplicates(), replaced, verified=self._options.limit is None)

    def _take(self, places: Sequence[tuple[int, int]], selection: Selection, progress: Progress) -> None:
        """Put the rows at `places`, pairs of a row and its slot, into `selection`, in file order.

        Raises VectorFileError if the file was cut in the meantime.
        """
        import numpy as np

        rows, slots = np.array(places, np.int64).reshape(-1, 2).T
        size, path = self.matrix.row_size, self._content.path
        begins = self.matrix.offset + rows * size
        try:
            with self._content.reading(), path.open("rb", buffering=0) as file:
                for parts in read_parts(file, begins, begins + size):
                    some = slice(parts.first, parts.last)
                    vectors = self.matrix.decode(parts.rows(0, size).data.cast("B"))
                    selection.take_rows(slots[some], rows[some], vectors)
                    progress(parts.last, len(places))
        except EOFError as error:
            raise broken(path, f"the file is cut: {error}") from error

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all rows in file order. Raises VectorFileError as `scan` does."""
        size = max(1, BLOCK // self.matrix.row_size)
        with self._content.reading(), self._content.path.open("rb", buffering=0) as file:
            for row, words, _ in self._parts():
                for begin in range(0, len(words), size):
                    part = words[begin : begin + size]
                    first = row + begin
                    data = read_at(file, len(part) * self.matrix.row_size, self._offset(first))
                    yield Block(first, part, self.matrix.decode(data))
                    progress(first + len(part), self.count)

    def _offset(self, row: int) -> int:
        return self.matrix.offset + row * self.matrix.row_size

    def _parts(self) -> Iterator[tuple[int, Sequence[bytes], int]]:
        """Yield the words in parts: the row of the first word, the words, and how many were not UTF-8."""
        row = 0
        for part in self._words():

            def refuse(index: int, what: str, row: int = row) -> Exception:
                return broken(self._content.path, what, record=row + index + 1, hint="Use errors: replace.")

            words, wrong = decodable(part, self._options.errors, refuse)
            yield row, words[: max(0, self.count - row)], wrong
            row += len(part)
        if row != self.matrix.count:
            what = f"has {row:,} words for {self.matrix.count:,} rows"
            raise broken(self._content.path, what, hint="The words belong to another matrix, or were cut.")


def words_in_lines(content: Content, begin: int, size: int) -> Iterator[Sequence[bytes]]:
    """Yield the lines in the `size` bytes from `begin` on, in parts.

    A newline at the very end begins no line. Raises VectorFileError if a line is too long for a word.
    """
    rest = b""
    with content.reading(), content.path.open("rb", buffering=0) as file:
        for at in range(begin, begin + size, BLOCK):
            *lines, rest = (rest + read_at(file, min(BLOCK, begin + size - at), at)).split(b"\n")
            if max(map(len, [*lines, rest])) > MAX_WORD:
                what = f"holds a word of more than {MAX_WORD:,} bytes"
                raise broken(content.path, what, hint="The words are to be lines: has it line ends?")
            yield lines
    if rest:
        yield [rest]
