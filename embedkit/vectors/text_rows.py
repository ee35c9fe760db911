"""A line of a text file taken apart: its word and its values, both checked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.vectors.faults import broken
from embedkit.vectors.reading import Errors
from embedkit.vectors.words import decodable

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray


class RowReader:
    """Reads rows of `dim` values. Where `spaces` are allowed, all before the values is the word."""

    def __init__(self, path: Path, dim: int, errors: Errors, *, spaces: bool) -> None:
        self._path = path
        self._dim = dim
        self._errors = errors
        self._spaces = spaces

    def fields(self, first: bytes, line: bytes, number: int) -> tuple[bytes, list[bytes]]:
        """The whole word of line `number`, whose first field is `first`, and its values as they stand.

        Raises VectorFileError where there are too few values, or too many.
        """
        before, *fields = line.rstrip(b" \r").rsplit(b" ", self._dim)
        spaces = before.count(b" ")
        too_many = spaces and (not self._spaces or _number(before.rpartition(b" ")[2]) is not None)
        if len(fields) < self._dim or too_many:
            what = f"the row of {first.decode()!r} has {len(fields) + spaces} values, not {self._dim}"
            raise broken(self._path, what, line=number)
        return (self._word(before, number) if spaces else first), fields

    def _word(self, spaced: bytes, number: int) -> bytes:
        def refuse(_index: int, what: str) -> Exception:
            return broken(self._path, what, line=number, hint="Use errors: replace.")

        return b" ".join(decodable(spaced.split(b" "), self._errors, refuse)[0])

    def vector(self, word: bytes, fields: Sequence[bytes], number: int) -> FloatArray:
        """float32 [dim] of the values of `word`. Raises VectorFileError where one is no number."""
        import numpy as np

        values = [_number(field) for field in fields]
        if None in values:
            bad = fields[values.index(None)]
            what = f"the row of {word.decode()!r} has {bad[:40]!r} in place of a number"
            raise broken(self._path, what, line=number)
        with np.errstate(over="ignore"):  # what is infinite in float32 is refused with its word
            return np.array(values, "<f4")


def _number(field: bytes) -> float | None:
    """The number that `field` is. Python also reads `1_0`; a file of vectors does not mean it."""
    try:
        return None if b"_" in field else float(field)
    except ValueError:
        return None
