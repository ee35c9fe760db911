"""The rows of a table. NumPy is imported here, and this module when a file is opened."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from io import TextIOWrapper
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from embedkit.plugin_api import Fault, VectorFileError, WordVectorFile

Block = tuple[list[bytes], NDArray[np.float32]]

ROWS = 1000
"""Rows of a block."""


class Table:
    """Words and vectors of a CSV table, read anew for every pass."""

    count: int | None = None
    dtype = "text"
    layout = "a CSV table"
    files: Sequence[Path] = ()

    def __init__(self, file: WordVectorFile) -> None:
        self.file = file
        self.dim = len(next(self._rows(), [])) - 1
        if self.dim < 1:
            raise self._fault(1, "expected a heading `word,0,1,…`")

    def blocks(self) -> Iterator[Block]:
        """Yield words and vectors float32 [n, D]. Raises VectorFileError for a row of something else."""
        rows = islice(self._rows(), 1, None)
        first = 2
        while block := [*islice(rows, ROWS)]:
            vectors = [self._vector(row, number) for number, row in enumerate(block, first)]
            yield [row[0].encode("latin-1") for row in block], np.array(vectors)
            first += len(block)

    def _rows(self) -> Iterator[list[str]]:
        # Latin-1 keeps the bytes of words, which embedkit decodes: it knows what to do with invalid UTF-8.
        with self.file.open() as stream, TextIOWrapper(stream, encoding="latin-1", newline="") as text:
            reader = csv.reader(text, strict=True)
            try:
                yield from reader
            except csv.Error as error:
                raise self._fault(reader.line_num, str(error)) from error

    def _vector(self, row: Sequence[str], number: int) -> NDArray[np.float32]:
        if len(row) != 1 + self.dim:
            raise self._fault(number, f"expected a word and {self.dim} numbers, got {len(row)} cells")
        try:
            return np.array(row[1:], np.float32)
        except ValueError as error:
            raise self._fault(number, str(error)) from error

    def _fault(self, number: int, what: str) -> VectorFileError:
        return VectorFileError(Fault(what, where=f"{self.file.path}, row {number}"))
