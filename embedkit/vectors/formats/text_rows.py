"""Splits a line of a text file into its word and its values, and checks both."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING

from embedkit.vectors.faults import broken_line
from embedkit.vectors.formats.numerals import number
from embedkit.vectors.formats.text_faults import fields_hint
from embedkit.vectors.lookup.words import decodable
from embedkit.vectors.reading import Errors

if TYPE_CHECKING:
    from embedkit.interfaces import FloatArray

BLANKS = b" \t"
"""Characters that separate the fields of a row; several in a row count as one."""

SHOWN = 60


class RowReader:
    """Reads rows of `dim` values; everything before the values is the word, with its spaces and tabs.

    If the file has a `header` with `dim`, every such row can be read in one way only. Without a header, a row
    whose word ends in a number may instead have one value too many, and is refused unless a tab separates
    word and values.
    """

    def __init__(self, path: Path, dim: int, errors: Errors, *, header: bool) -> None:
        self._path = path
        self.dim = dim
        self._errors = errors
        self._header = header

    def fields(self, first: bytes, line: bytes, number: int) -> tuple[bytes, Sequence[bytes]]:
        """Return the word of line `number`, whose first field is `first`, and its values as they are written.

        If there are too few or too many values, the word is `first`, and `vector` refuses the row.
        """
        fields = line.rsplit(None, self.dim)
        if len(fields) <= self.dim:
            if first.strip() or len(fields) < self.dim:
                return first, fields[1:]
            return line[: len(line) - len(line.lstrip()) - 1], fields
        before = fields[0]
        if first == before:
            return first, fields[1:]
        if line[len(before)] not in BLANKS:  # a word may end in other white space than parts fields
            behind = line[len(before) :]
            before += behind[: len(behind) - len(behind.lstrip())].rstrip(BLANKS)
        if not self._header and self._too_many(line, before):
            return first, [*before.split(), *fields[1:]][1:]
        return self._word(before, number), fields[1:]

    def may_be(self, line: bytes, fields: Sequence[bytes]) -> bytes:
        """Return everything before the first number of the line, for `fields` that are not `dim` numbers.

        This is the word of a row that lost a value, if the word has spaces. For a row that is whole, returns
        a newline, which is no word of any file.
        """
        if len(fields) == self.dim and number(fields[0]) is not None:
            return b"\n"
        words = takewhile(lambda field: number(field) is None, line.split())
        return b" ".join(words)

    @staticmethod
    def _too_many(line: bytes, before: bytes) -> bool:
        """Return whether the row may have a value too many: the word ends in a number, and no tab follows."""
        parts = before.split()
        tab = line[len(before) : len(before) + 1] == b"\t" and b"\t" not in line[len(before) + 1 :].rstrip()
        return len(parts) > 1 and number(parts[-1]) is not None and not tab

    def _word(self, spaced: bytes, number: int) -> bytes:
        def refuse(_index: int, what: str) -> Exception:
            return broken_line(self._path, what, number, hint="Use errors: replace.")

        return b" ".join(decodable(spaced.split(b" "), self._errors, refuse)[0])

    def vector(self, word: bytes, fields: Sequence[bytes], line: int) -> FloatArray:
        """Return the values of `word`, float32 [dim].

        Raises VectorFileError if there are too few or too many, or if one is not a number.
        """
        import numpy as np

        if len(fields) != self.dim:
            what = f"the row of {_shown(word)} has {len(fields)} values, not {self.dim}"
            raise broken_line(self._path, what, line, hint=fields_hint(b" ".join([word, *fields])))
        values = [number(field) for field in fields]
        if None in values:
            bad = fields[values.index(None)]
            what = f"the row of {_shown(word)} has {bad[:40]!r} in place of a number"
            raise broken_line(self._path, what, line, hint=fields_hint(b" ".join([word, *fields])))
        with np.errstate(over="ignore"):  # what is infinite in float32 is refused with its word
            return np.array(values, "<f4")


def first_field(line: bytes) -> bytes:
    """Return the part of a line, or of a word, before its first space or tab."""
    first = line.partition(b" ")[0]
    return first.partition(b"\t")[0] if b"\t" in first else first


def _shown(word: bytes) -> str:
    text = word.decode(errors="replace")
    return repr(text if len(text) <= SHOWN else f"{text[:SHOWN]}…")
