"""The dialect of separated values: one in which the readers can read every row of a sample."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from embedkit.errors import DataError, Fault
from embedkit.recipe.document import Plain

DELIMITERS = ",;\t|"
"""Characters that may separate fields."""

Rows = list[list[str]]


@dataclass(frozen=True)
class Dialect:
    """The delimiter, and whether fields may stand in double quotes."""

    delimiter: str
    quoting: bool

    def rows(self, text: str, whole: bool) -> Rows | None:
        """Return the rows of a text, or None if a quote in it is malformed.

        A row at the end that is cut off is left out, unless the text is `whole`.
        """
        lines = text.rstrip("\r\n").split("\n")
        if not self.quoting:
            return [line.removesuffix("\r").split(self.delimiter) for line in lines]
        reader = csv.reader((f"{line}\n" for line in lines), delimiter=self.delimiter, strict=True)
        rows: Rows = []
        try:
            with _any_field_size():
                rows.extend(reader)
        except csv.Error as error:
            if whole or "unexpected end of data" not in str(error):
                return None
        return rows

    def spec(self) -> Plain:
        """Return the keys of a reader for this dialect, without its defaults."""
        if self.delimiter == "\t":
            return {"use": "tsv", **({"quoting": True} if self.quoting else {})}
        delimiter = {} if self.delimiter == "," else {"delimiter": self.delimiter}
        return {"use": "csv", **delimiter, **({} if self.quoting else {"quoting": False})}

    def said(self) -> list[str]:
        """Return what a reader's name does not tell, for the screen."""
        if self.delimiter == "\t":
            return ["quoted"] if self.quoting else []
        return [f"'{self.delimiter}'", *([] if self.quoting else ["not quoted"])]


@contextmanager
def _any_field_size() -> Iterator[None]:
    """Let fields be as long as a sample: the csv module has a limit, for the whole process."""
    before = csv.field_size_limit()
    csv.field_size_limit(max(before, 1 << 24))
    try:
        yield
    finally:
        csv.field_size_limit(before)


@dataclass(frozen=True)
class Reading:
    """The rows of a text in a dialect, all of the same width."""

    dialect: Dialect
    rows: Rows

    @property
    def width(self) -> int:
        """Return the number of columns."""
        return len(self.rows[0])


def find_readings(text: str, whole: bool, delimiters: str, where: str) -> list[Reading]:
    """Return the rows of the text in every dialect that fits all of them, at least one.

    Raises DataError if none fits. A text that is not `whole` may end within a row.
    """
    found = [reading for each in delimiters if (reading := _read(text, each, whole))]
    if not found:
        raise DataError(_misfit(text, max(delimiters, key=text.count), where))
    return sorted(found, key=lambda each: _within_text(text, each.dialect.delimiter))


def _within_text(text: str, delimiter: str) -> float:
    """Return how often a space follows the delimiter: within a text it does, between two fields seldom."""
    return text.count(f"{delimiter} ") / text.count(delimiter)


def _read(text: str, delimiter: str, whole: bool) -> Reading | None:
    """Return the rows if all have the same number of fields, more than one; if need be, without quoting."""
    plain, quoted = (
        Reading(dialect, rows)
        if (rows := dialect.rows(text, whole)) and len(rows[0]) > 1 and len({*map(len, rows)}) == 1
        else None
        for dialect in (Dialect(delimiter, quoting=False), Dialect(delimiter, quoting=True))
    )
    if plain is None or quoted is None:
        return quoted or plain
    if delimiter != "\t":
        return quoted  # a field in quotes may hold lines that would pass for rows
    if len(plain.rows) != len(quoted.rows):
        return quoted if quoted.width > plain.width else plain
    return quoted if _needs_quotes(plain.rows, quoted.rows) else plain


def _needs_quotes(plain: Rows, quoted: Rows) -> bool:
    """Return whether quotes are around fields, not in them: in all rows of a column, or with doubled ones."""
    doubled = any('""' in field[1:-1] for row in plain for field in row if field[:1] == field[-1:] == '"')
    columns = zip(zip(*plain, strict=True), zip(*quoted, strict=True), strict=True)
    return doubled or any(all(map(str.__ne__, before, after)) for before, after in columns)


def _misfit(text: str, delimiter: str, where: str) -> Fault:
    """Return a fault for the first row with another number of fields than the first, or a malformed quote."""
    if not any(each in text for each in DELIMITERS):
        hint = 'A row is a text and its label, such as: "a good film",positive'
        return Fault("has one column, and is no table of texts and labels", where, hint=hint)
    number, what = _first_misfit(text, delimiter)
    hint = (
        f"A text that holds {delimiter!r} has to be in double quotes, and quotes in it doubled.\n"
        "    If this is another format, name it with --format."
    )
    return Fault(what, f"{where}:{number}", hint=hint)


def _first_misfit(text: str, delimiter: str) -> tuple[int, str]:
    """Return the line of the first row that does not fit, and why."""
    reader = csv.reader((f"{line}\n" for line in text.split("\n")), delimiter=delimiter, strict=True)
    number, width = 1, 0
    try:
        with _any_field_size():
            for row in reader:
                if width and len(row) != width:
                    fields = "1 field" if len(row) == 1 else f"{len(row)} fields"
                    return number, f"the row has {fields} at {delimiter!r}, and the first row has {width}"
                number, width = reader.line_num + 1, len(row)
    except csv.Error as error:
        return number, f"malformed CSV: {str(error).partition(' - ')[0]}"
    return 1, f"the rows cannot be divided at {delimiter!r}"
