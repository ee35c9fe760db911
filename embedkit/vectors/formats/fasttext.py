"""fastText's `.bin`: a model with a vector for each word and for each bucket of subwords.

A word's vector is the mean of its own row and its subwords' rows, so that out-of-vocabulary words have one,
too.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from embedkit.files.system import read_at
from embedkit.interfaces import Lookup, Progress, no_progress
from embedkit.vectors.faults import broken
from embedkit.vectors.formats.fasttext_header import QUANTIZED, exactly, read_header
from embedkit.vectors.formats.subwords import subword_hashes
from embedkit.vectors.io.content import Content
from embedkit.vectors.io.windows import Window, windows
from embedkit.vectors.lookup.records import MAX_WORD
from embedkit.vectors.lookup.words import decodable
from embedkit.vectors.reading import Block, Options
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray, IntArray

_MATRIX = struct.Struct("<2q")
_ENTRY = re.compile(rb"([^\0]{0,%d}+)\0.{8}[\0\1]|.++" % MAX_WORD, re.DOTALL)
BLOCK = 512
"""Words whose rows are in memory at once."""


class FastText:
    """A fastText model whose header has been checked."""

    name = "fasttext"
    dtype = "float32"

    def __init__(self, content: Content, options: Options) -> None:
        self._content = content
        self._options = options
        self._header = read_header(content)
        self.dim = self._header.dim
        self.count = min(self._header.words, options.limit or self._header.words)
        self._matrix: int | None = None
        buckets = f"{self._header.bucket:,} rows of subwords" if self._header.longest else "no subwords"
        self.layout = f"model with {buckets}"
        if self._header.least > content.size:
            self._refuse_small()

    def _refuse_small(self) -> None:
        """Raise VectorFileError: a file that is smaller than its vectors is quantized or cut."""
        for _ in self._dictionary(no_progress):
            pass
        header, size = self._header, self._content.size
        said = f"the header says {header.words:,} words of {header.dim:,} dimensions, {self.layout}"
        what = f"{said}: at least {header.least:,} bytes; the file has {size:,}"
        raise broken(self._content.path, what)

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Read the dictionary, put the vectors of the wanted words into `selection`, and return a report.

        Raises VectorFileError if the model is cut or quantized, or if a word is not UTF-8.
        """
        rows: dict[int, int] = {}
        replaced = 0
        for first, words in self._dictionary(progress):
            known, wrong = self._decoded(first, words)
            replaced += wrong
            for index, word in enumerate(known[: max(0, self.count - first)]):
                slot = selection.slots.get(word)
                if slot is not None:
                    rows.setdefault(slot, first + index)
        keys = {slot: word for word, slot in selection.slots.items()}
        slots = [*rows]
        for begin in range(0, len(slots), BLOCK):
            part = slots[begin : begin + BLOCK]
            vectors = self._vectors([keys[slot].decode() for slot in part], [rows[slot] for slot in part])
            for slot, vector in zip(part, vectors, strict=True):
                selection.take(slot, rows[slot], vector.data.cast("B"))
        return ScanReport(self.count, selection.duplicates(), replaced, verified=True)

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all words in file order with their vectors. Raises VectorFileError as `scan` does."""
        parts = [(first, self._decoded(first, words)[0]) for first, words in self._dictionary(progress)]
        for first, words in parts:
            known = words[: max(0, self.count - first)]
            for i in range(0, len(known), BLOCK):
                part = known[i : i + BLOCK]
                rows = range(first + i, first + i + len(part))
                yield Block(first + i, part, self._vectors([word.decode() for word in part], rows))

    def subword(self, words: Sequence[str]) -> Lookup:
        """Return vectors of out-of-vocabulary words: the means of the rows of their subwords.

        `found` is False for a word that has no subwords. Raises VectorFileError as `scan` does.
        """
        import numpy as np

        if self._matrix is None:
            for _ in self._dictionary(no_progress):
                pass
        parts = [self._vectors(words[i : i + BLOCK], None) for i in range(0, len(words), BLOCK)]
        vectors = np.concatenate([np.zeros((0, self.dim), np.float32), *parts])
        found = np.array([any(True for _ in self._subwords(word)) for word in words], bool)
        return Lookup(vectors, found, np.full(len(words), -1, np.int64))

    def _subwords(self, word: str) -> Iterator[int]:
        """Yield the rows of the matrix that belong to the subwords of a word."""
        header = self._header
        if header.longest:
            for value in subword_hashes(word, header.shortest, header.longest, not header.flagged):
                yield header.words + value % header.bucket

    def _vectors(self, words: Sequence[str], rows: Sequence[int] | None) -> FloatArray:
        import numpy as np

        own_rows = [[row] for row in rows] if rows is not None else [[]] * len(words)
        wanted = [[*own, *self._subwords(word)] for own, word in zip(own_rows, words, strict=True)]
        flat = np.array([row for own in wanted for row in own], np.int64)
        table, places = self._rows(flat)
        vectors = np.zeros((len(words), self.dim), np.float32)
        begin = 0
        for vector, own in zip(vectors, wanted, strict=True):
            if own:
                with np.errstate(all="ignore"):  # what is not finite is refused with its word
                    vector[:] = table[places[begin : begin + len(own)]].mean(axis=0, dtype=np.float32)
            begin += len(own)
        return vectors

    def _rows(self, wanted: IntArray) -> tuple[FloatArray, IntArray]:
        """Return the distinct rows of the matrix in `wanted`, and the index of each of `wanted` in these."""
        import numpy as np

        assert self._matrix is not None
        rows, places = np.unique(wanted, return_inverse=True)
        size = 4 * self.dim
        with self._content.reading(), self._content.path.open("rb", buffering=0) as file:
            data = b"".join(read_at(file, size, self._matrix + row * size) for row in rows.tolist())
        return np.frombuffer(data, "<f4").reshape(-1, self.dim), places

    def _dictionary(self, progress: Progress) -> Iterator[tuple[int, Sequence[bytes]]]:
        """Yield the words in parts, each with the row of its first word, then set the place of the matrix."""
        entries = self._header.words + self._header.labels
        done = 0
        with windows(self._content, MAX_WORD + 10, progress) as window:
            window.advance()
            window.drop(self._header.size)
            while done < entries:
                found = self._next_entries(window, done)[: entries - done]
                window.drop(sum(map(len, found)) + 10 * len(found))
                yield done, found[: max(0, self._header.words - done)]
                done += len(found)
            self._matrix = self._check_matrix(window.offset)

    def _next_entries(self, window: Window, done: int) -> list[bytes]:
        while True:
            found = _ENTRY.findall(window.buffer, window.start, window.end)
            size = sum(map(len, found)) + 10 * len(found)
            if found and size > window.end - window.start:
                found.pop()
            if found:
                return found
            if window.end - window.start > MAX_WORD + 10 or not window.advance():
                what = "the dictionary is cut or damaged"
                raise broken(self._content.path, what, record=done + 1, offset=window.offset)

    def _decoded(self, first: int, words: Sequence[bytes]) -> tuple[Sequence[bytes], int]:
        def refuse(index: int, what: str) -> Exception:
            hint = "Use errors: replace."
            return broken(self._content.path, what, record=first + index + 1, hint=hint)

        return decodable(words, self._options.errors, refuse)

    def _check_matrix(self, offset: int) -> int:
        flag = 1 if self._header.flagged else 0
        with self._content.reading(), self._content.path.open("rb", buffering=0) as file:
            data = exactly(file, self._content, offset, flag + _MATRIX.size)
        if any(data[:flag]):
            raise broken(self._content.path, QUANTIZED)
        rows, dim = _MATRIX.unpack(data[flag:])
        begin = offset + flag + _MATRIX.size
        needed = self._header.words + (self._header.bucket if self._header.longest else 0)
        if dim != self.dim or rows < needed:
            what = f"has a matrix of {rows:,} x {dim:,} where at least {needed:,} x {self.dim:,} belongs"
            raise broken(self._content.path, what, offset=offset)
        if begin + 4 * rows * dim > self._content.size:
            raise broken(self._content.path, "the file is cut within the vectors", offset=self._content.size)
        return begin
