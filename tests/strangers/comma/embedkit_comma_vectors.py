"""Word vectors in a table, as spreadsheets export it: `word,0,1,2`, then a row for each word."""

import csv
import io
from collections.abc import Iterator
from contextlib import contextmanager

from embedkit.plugin_api import Fault, VectorFileError, WordVectorFile, hookimpl


class CommaVectors:
    """A table with commas: a head `word,0,1,…`, then a word and its vector in each row."""

    def recognises(self, head: bytes) -> bool:
        """Return whether the head of the table is there."""
        return head.startswith(b"word,0,")

    def open(self, file: WordVectorFile) -> "Table":
        """Return the table, whose head has been read."""
        return Table(file)


class Table:
    """The rows of one file."""

    count = None
    dtype = "text"
    layout = "a table with commas"
    files = ()

    def __init__(self, file: WordVectorFile) -> None:
        self.file = file
        with self.cells() as rows:
            self.dim = len(next(rows)) - 1

    @contextmanager
    def cells(self) -> Iterator[Iterator[list[str]]]:
        """Open the file as rows of cells; what is wrong with them is a VectorFileError."""
        with self.file.open() as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            rows = csv.reader(text)
            try:
                yield rows
            except (ValueError, csv.Error) as error:
                where = f"{self.file.path}, row {rows.line_num}"
                raise VectorFileError(Fault(str(error), where)) from error

    def blocks(self):
        """Yield one word and its vector at a time."""
        import numpy as np

        with self.cells() as rows:
            next(rows)
            for word, *numbers in rows:
                yield [word], np.array([numbers], dtype=np.float32).reshape(1, self.dim)


@hookimpl
def register_vector_formats(register):
    """Register `comma-vectors`."""
    register("comma-vectors", CommaVectors)
