"""Separated values: CSV as in RFC 4180, and TSV, where tabs separate and quotes are characters."""

# No `from __future__ import annotations`: see labelled.py.
import csv
from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import chain
from typing import Annotated

from annotated_types import Len

from embedkit.plugin_api import DataError, Doc, Fault
from embedkit_readers.dialects import EXCELS_LINE, explain_header, key_of_delimiter
from embedkit_readers.labelled import ColumnFile, Row
from embedkit_readers.lines import LONGEST_LINE, Lines, TextFile, bare, without_blank_end

Fields = Iterator[tuple[int, list[str]]]
"""The line on which each row begins, and its fields."""

_LARGEST_FIELD = LONGEST_LINE - 1


@dataclass(frozen=True, kw_only=True)
class SeparatedFile(ColumnFile, TextFile):
    """A text file of rows with the fields in columns."""

    header: Annotated[bool, Doc("whether the first row has the names of the columns")] = True
    columns: Annotated[
        list[str] | None,
        Doc("the names of the columns in order: needed without a header, and used instead of one"),
    ] = None
    quoting: Annotated[bool, Doc("whether fields may be in double quotes, as in RFC 4180")] = True

    @property
    @abstractmethod
    def _separator(self) -> str:
        """Return the character between two fields."""

    def _rows(self) -> Iterator[Row]:
        fields = self._quoted() if self.quoting else self._split()
        names = self._stripped(self._names(fields))
        self._refuse_dialect(names)
        positions = self._positions(names, self._at(1) if self.header else self.path)
        for number, values in fields:
            if len(values) != len(names):
                raise DataError(Fault(_ragged(values, names), self._at(number)))
            yield self._row(self._at(number), {name: values[at] for name, at in positions.items()})

    def _names(self, fields: Fields) -> list[str]:
        """Return the names of the columns, and remove the header, if there is one, from `fields`."""
        if not self.header:
            if self.columns is None:
                raise DataError(Fault("without a header, `columns` must name the columns", self.path))
            return self.columns
        _, header = next(fields, (1, []))
        if not any(header):
            raise DataError(Fault("there is no header row", self._at(1), hint="Is it `header: false`?"))
        if self.columns is not None and len(self.columns) != len(header):
            raise DataError(Fault(_ragged(header, self.columns), self._at(1)))
        return self.columns or header

    def _stripped(self, names: list[str]) -> list[str]:
        """Return the names without surrounding white space, unless the recipe wants a name as it is."""
        return [name if name in self._wanted else name.strip(" \t\xa0\ufeff\u200b") for name in names]

    def _refuse_dialect(self, names: Sequence[str]) -> None:
        """Raise DataError, with the recipe key to set, if another dialect explains the header."""
        if self.header and self.columns is None and not {*self._wanted} <= {*names}:
            fault = explain_header(names, self._wanted, tabs=self._separator == "\t")
            if fault:
                raise DataError(replace(fault, where=self._at(1)))

    def _rows_of_lines(self) -> Lines:
        """Return the lines without Excel's own first line, such as `sep=;`.

        Raises DataError if that names another delimiter, or if another dialect explains the header.
        """
        lines = self._lines()
        first = next(lines, None)
        named = first and EXCELS_LINE.fullmatch(first[1])
        if named and named[1] != self._separator:
            keys = key_of_delimiter(named[1], self._separator == "\t")
            what = f"the first line says that {named[1]!r} separates the fields"
            raise DataError(Fault(what, self._at(1), hint=f"Write {keys}."))
        if first is None or named:
            return lines
        if self._separator not in first[1]:
            self._refuse_dialect([bare(first[1])])
        return chain([first], lines)

    def _split(self) -> Fields:
        lines = self._rows_of_lines()
        for number, line in lines:
            values = bare(line).split(self._separator)
            yield number, values
            if len(values) > 1:  # in a file of one column every line is a row, the last ones too
                break
        for number, line in without_blank_end(lines):
            yield number, bare(line).split(self._separator)

    def _quoted(self) -> Fields:
        lines = without_blank_end(self._rows_of_lines())
        first = next(lines, None)
        if first is None:
            return
        before = first[0] - 1
        rows = csv.reader(
            chain([first[1]], (line for _, line in lines)), delimiter=self._separator, strict=True
        )
        while (values := self._next(rows, start := before + rows.line_num + 1)) is not None:
            yield start, values

    def _next(self, rows: Iterator[list[str]], start: int) -> list[str] | None:
        try:
            with _any_field_size():
                return next(rows, None)
        except csv.Error as error:
            what = f"malformed CSV: {str(error).partition(' - ')[0]}"
            hint = "Quotes inside a quoted field are doubled; `quoting: false` takes quotes as they are."
            raise DataError(Fault(what, self._at(start), hint=hint)) from error


@dataclass(frozen=True, kw_only=True)
class CsvReader(SeparatedFile):
    """Comma-separated values, quoted as in RFC 4180: a field in double quotes may hold anything."""

    delimiter: Annotated[str, Len(1, 1), Doc("the character between two fields")] = ","

    @property
    def _separator(self) -> str:
        if self.delimiter in '"\r\n':
            raise DataError(Fault(f"{self.delimiter!r} cannot separate fields", where="delimiter"))
        return self.delimiter


@dataclass(frozen=True, kw_only=True)
class TsvReader(SeparatedFile):
    """Tab-separated values: every tab separates; quotes are ordinary characters unless `quoting` is set."""

    quoting: Annotated[bool, Doc("whether fields may be in double quotes, as in RFC 4180")] = False

    @property
    def _separator(self) -> str:
        return "\t"


def _ragged(values: Sequence[str], names: Sequence[str]) -> str:
    return f"the row has {_columns(len(values))}, expected {len(names)}: {', '.join(names)}"


def _columns(count: int) -> str:
    return "1 column" if count == 1 else f"{count} columns"


@contextmanager
def _any_field_size() -> Iterator[None]:
    """Let fields exceed the csv module's limit of 131,072 characters, which applies to the whole process."""
    before = csv.field_size_limit(_LARGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
