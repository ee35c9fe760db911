"""The rows of a CSV file that a run wrote, one after another, however long a text in them is."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

LARGEST_FIELD = 2**31 - 1


def read_rows(path: Path) -> Iterator[list[str]]:
    """The header, then the rows. Raises OSError where the file cannot be read."""
    with _any_field_size(), path.open(encoding="utf-8", newline="") as file:
        yield from csv.reader(file)


def read_mappings(path: Path) -> Iterator[dict[str, str]]:
    """The rows by the names in the header."""
    rows = read_rows(path)
    header = next(rows)
    yield from (dict(zip(header, row, strict=True)) for row in rows)


@contextmanager
def _any_field_size() -> Iterator[None]:
    """Lifts the csv module's bound on a field, 131,072 characters, which is one for the whole process."""
    before = csv.field_size_limit(LARGEST_FIELD)
    try:
        yield
    finally:
        csv.field_size_limit(before)
