"""Parquet files, read in batches of rows."""

# No `from __future__ import annotations`: see labelled.py.
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from embedkit.plugin_api import PLAIN, DataError, Fault, compression_of_file, no_text, open_bytes
from embedkit_readers.labelled import ColumnFile, Row

if TYPE_CHECKING:
    from pyarrow.parquet import ParquetFile


ENOUGH = 8192
"""Bytes that tell what a file is."""


@dataclass(frozen=True, kw_only=True)
class ParquetReader(ColumnFile):
    """A Parquet file: texts are strings; labels are strings, integers, booleans or categories of these."""

    def _rows(self) -> Iterator[Row]:
        self._refuse_others()
        from pyarrow import ArrowException
        from pyarrow.parquet import ParquetFile

        try:
            with ParquetFile(self.path) as file:
                self._positions(file.schema_arrow.names, self.path)
                for number, fields in enumerate(self._records(file), start=1):
                    yield self._row(f"{self.path}: row {number}", fields)
        except (ArrowException, OSError) as error:
            raise DataError(Fault(f"not a readable Parquet file: {error}", self.path)) from error

    def _refuse_others(self) -> None:
        """Raise DataError unless this is a regular, uncompressed file in the Parquet format."""
        compression = compression_of_file(self.path)
        if compression is not PLAIN:
            what = f"is a {compression.name} file, and Parquet is read as it is"
            raise DataError(Fault(what, self.path, hint="Decompress it: Parquet is compressed inside."))
        with open_bytes(self.path) as file:
            head = file.read(ENOUGH)
        if not head.startswith(b"PAR1"):
            named = no_text(head, self.path)
            hint = named.hint if named else "Text files are read with `use: csv`, `tsv` or `jsonl`."
            what = f": it {named.what.partition(',')[0]}" if named else ""
            raise DataError(Fault(f"does not begin as a Parquet file does{what}", self.path, hint=hint))

    def _records(self, file: "ParquetFile") -> Iterator[dict[str, object]]:
        for batch in file.iter_batches(columns=[*dict.fromkeys(self._wanted)]):
            yield from batch.to_pylist()
