"""The first rows of a text file, checked when it is opened: a fault that they share is reported once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from embedkit.vectors.faults import broken_line
from embedkit.vectors.formats.numerals import row_width, trailing_numbers
from embedkit.vectors.formats.sniff import BOM, complete_lines, is_blank
from embedkit.vectors.formats.text_faults import EXPECTED, is_header_row, is_matrix, shown
from embedkit.vectors.formats.text_rows import RowReader, first_field
from embedkit.vectors.io.content import Content

SEEN = 1 << 20
"""Bytes that are looked at, and in which the first line must end."""

ROWS = 16

MATRIX = (
    "The words are perhaps in another file, such as metadata.tsv or words.lst: save the matrix as .npy, and "
    "the words beside it, one a line, in a file of the same name that ends in .words."
)


@dataclass(frozen=True)
class FirstRows:
    """The first lines after any header, from line `number` on; `rows` are the fields of each line."""

    path: Path
    number: int
    lines: Sequence[bytes]
    rows: Sequence[Sequence[bytes]]

    @classmethod
    def of(cls, content: Content, *, header: bool) -> FirstRows:
        """Read the first rows of a file.

        Raises VectorFileError if the first line is blank or does not end.
        """
        head = content.head(SEEN)
        ended, number = len(head) < SEEN, 2 if header else 1
        lines = complete_lines(head.removeprefix(BOM), ended)[number - 1 : number - 1 + ROWS]
        if not lines and not ended:
            raise broken_line(content.path, f"the line is longer than {SEEN:,} bytes", number)
        if lines and is_blank(lines[0]):
            raise broken_line(content.path, "the line is empty", number)
        return cls(content.path, number, lines, [fields for line in lines if (fields := line.split())])

    def dim(self) -> int:
        """Return the number of values that most rows have.

        Raises VectorFileError if the first line is a header row, or if the rows have no words.
        """
        widths = [row_width(fields) for fields in self.rows]
        dim = Counter(widths).most_common(1)[0][0]
        if len(self.rows) > 1 and (is_header_row(self.rows) or widths[0] < dim):
            what = f"this is {shown(self.lines[0])}, not {EXPECTED}"
            seems = f"from line 2 on it looks like glove-text of {max(widths[1:])} dimensions"
            hint = "If that is a header row, remove it: tail -n +2 FILE >NEW"
            raise broken_line(self.path, f"{what}; {seems}", 1, hint=hint)
        if is_matrix(self.rows):
            raise broken_line(self.path, "every row begins with a number, and has no word", 1, hint=MATRIX)
        return dim

    def check(self, dim: int, reader: RowReader) -> None:
        """Raise VectorFileError if no row has a word and `dim` values, or if all rows have more values."""
        widths = {row_width(fields) for fields in self.rows}
        if len(self.rows) > 1 and len(widths) == 1 and min(widths) > dim and not self._end_in_naturals(dim):
            what = f"the header says {dim:,} dimensions; the rows have {min(widths):,} numbers"
            raise broken_line(self.path, what, self.number, hint="The header is `count dim`, in this order.")
        if not self.rows or any(len(f) > dim and trailing_numbers(f) >= dim for f in self.rows):
            return
        if all(len(fields) == trailing_numbers(fields) == dim for fields in self.rows):
            what = f"every row has {dim:,} numbers, and no word"
            raise broken_line(self.path, what, self.number, hint=MATRIX)
        line = self.lines[0]
        reader.vector(*reader.fields(first_field(line), line, self.number), self.number)

    def _end_in_naturals(self, dim: int) -> bool:
        """Return whether the words of all rows end in a natural number, as `Apollo 11` and `Apollo 13` do."""
        return all(fields[-dim - 1].isdigit() for fields in self.rows)
