"""Separated values: their dialect, header and columns."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from embedkit.data.finding.columns import Roles, choose_columns
from embedkit.data.finding.dialect import DELIMITERS, Reading, find_readings
from embedkit.data.finding.found import Column, Found, Wishes
from embedkit.data.finding.header import has_header
from embedkit.data.finding.records import coded
from embedkit.data.finding.sample import Sample
from embedkit.data.finding.saying import said
from embedkit.errors import DataError, Fault

ROWS = 3_000
"""Rows of the head that columns are chosen by."""

ROWS_OF_PIECE = 200

FITTING = 0.9
"""Share of the rows of a piece that must have the right width."""

EXCELS_LINE = re.compile(r'"?sep=(.)"?\r?\n', re.IGNORECASE)
"""Excel's own first line, which names the delimiter; readers skip it."""

BLANK = " \t\xa0\ufeff\u200b"
"""White space around the names of a header, which readers drop."""

_DELIMITERS_OF: Mapping[str | None, str] = {"tsv": "\t", "csv": ",;|"}


@dataclass(frozen=True)
class _Table:
    """The rows of a sample in one dialect, and what follows from them."""

    reading: Reading
    names: list[str]
    header: bool
    roles: Roles


def find_table(sample: Sample, wishes: Wishes) -> Found:
    """Return the reader of a table. Raises DataError if its dialect or columns cannot be found out."""
    encoding = sample.encoding()
    table = _table(sample, encoding, wishes)
    headed = {} if table.header else {"header": False, "columns": table.names}
    dialect = table.reading.dialect
    spec = {**dialect.spec(), "path": sample.path, **coded(encoding), **headed, **table.roles.spec()}
    how = [*dialect.said(), encoding, "header" if table.header else "no header"]
    return Found(spec, said(sample.path, spec["use"], how, table.roles))


def _table(sample: Sample, encoding: str, wishes: Wishes) -> _Table:
    """Return the table in the first dialect in which there are columns of texts and labels.

    Raises the DataError of the first dialect if there is none.
    """
    text = sample.text(encoding)
    excels = EXCELS_LINE.match(text)
    delimiters = excels[1] if excels else _DELIMITERS_OF.get(wishes.format, DELIMITERS)
    text = text[excels.end() :] if excels else text
    first: DataError | None = None
    for reading in find_readings(text, sample.whole, delimiters, sample.path):
        try:
            return _in_dialect(reading, sample, encoding, wishes)
        except DataError as error:
            first = first or error
    assert first is not None
    raise first


def _in_dialect(reading: Reading, sample: Sample, encoding: str, wishes: Wishes) -> _Table:
    if len(reading.rows) == 1 and sample.whole:
        raise DataError(Fault("has one row, and texts with two labels or more are needed", sample.path))
    header = has_header(reading.rows, wishes, sample.path)
    names = [f"column{number}" for number in range(1, reading.width + 1)]
    if header:
        names = [name.strip(BLANK) for name in reading.rows[0]]
    body = [*reading.rows[header : ROWS + 1], *_further(sample, encoding, reading)]
    columns = [Column(name, [row[at] for row in body]) for at, name in enumerate(names)]
    return _Table(reading, names, header, choose_columns(columns, wishes, sample.whole, sample.path))


def _further(sample: Sample, encoding: str, reading: Reading) -> Iterator[list[str]]:
    """Yield rows of the pieces beyond the head; of a piece that begins within a quoted field, none."""
    for text in sample.further(encoding):
        rows = reading.dialect.rows(text, False) or []
        fitting = [row for row in rows if len(row) == reading.width]
        if len(fitting) >= FITTING * len(rows):
            yield from fitting[:ROWS_OF_PIECE]
