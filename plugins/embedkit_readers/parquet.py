"""Parquet files, read a batch of rows at a time."""

# No `from __future__ import annotations`: see labelled.py.
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.errors import DataError, Fault
from embedkit_readers.labelled import ColumnFile, Row

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile


@dataclass(frozen=True, kw_only=True)
class ParquetReader(ColumnFile):
    """A Parquet file: texts are strings; labels are strings, integers, booleans or categories of these."""

    def _rows(self) -> Iterator[Row]:
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

        try:
            with ParquetFile(self.path) as file:
                self._positions(file.schema_arrow.names, self.path)
                for number, (text, label) in enumerate(self._pairs(file), start=1):
                    yield Row(f"{self.path}: row {number}", text, label)
        except (ArrowException, OSError) as error:
            raise DataError(Fault(f"not a readable Parquet file: {error}", self.path)) from error

    def _pairs(self, file: "ParquetFile") -> Iterator[tuple[object, object]]:
        for batch in file.iter_batches(columns=self._wanted):
            texts, labels = batch.column(self.text), batch.column(self._wanted[-1])
            yield from zip(texts.to_pylist(), labels.to_pylist(), strict=True)
