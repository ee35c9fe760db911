"""The predictions of a run: predictions.csv or, for many texts, predictions.parquet with the same columns.

Token columns are lists in the Parquet file; `token_columns` says how the CSV file encodes them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError
from embedkit.runs import layout
from embedkit.runs.csv_files import read_frame, read_mappings, write_rows
from embedkit.runs.token_columns import DECODE, encode

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

MANY = 100_000
"""Texts up to which the predictions are a CSV file."""

MANY_PROBABILITIES = 1_000_000
"""Probabilities, one for each text and class, up to which the predictions are a CSV file of about 20 MB."""

BLOCK = 1 << 14
"""Rows that are held at once."""

BLOCK_CELLS = 1 << 21
"""Cells that are held at once, where rows are long."""

_TEXTS = ("split", "label", "predicted", "text")
_SHARES = ("oov_share", "content_oov_share")


def write_predictions(
    directory: Path, header: Sequence[str], rows: Iterable[Sequence[object]], count: int
) -> Path:
    """Write `count` rows to a CSV or, if there are many, a Parquet file, and return its path."""
    if count <= MANY and count * sum(map(_is_of_class, header)) <= MANY_PROBABILITIES:
        write_rows(directory / layout.PREDICTIONS, header, (encode(header, row) for row in rows))
        return directory / layout.PREDICTIONS
    _write_parquet(directory / layout.PREDICTIONS_PARQUET, header, rows)
    return directory / layout.PREDICTIONS_PARQUET


def _write_parquet(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    import pyarrow as pa
    from pyarrow import parquet

    schema = pa.schema([(name, _type(name)) for name in header])
    waiting = iter(rows)
    with parquet.ParquetWriter(path, schema, compression="zstd") as writer:
        while block := [*islice(waiting, _rows_at_once(header))]:
            columns = [
                pa.array(values, field.type)
                for field, values in zip(schema, zip(*block, strict=True), strict=True)
            ]
            writer.write_table(pa.Table.from_arrays(columns, schema=schema))


def _type(name: str) -> pa.DataType:
    import pyarrow as pa

    if name in _TEXTS:
        return pa.string()
    if name == "token_content":
        return pa.list_(pa.int8())
    if name == "token_pieces":
        return pa.list_(pa.int32())
    if name in DECODE:
        return pa.list_(pa.string())
    return pa.float64() if _is_float(name) else pa.int64()


def predictions_file(directory: Path) -> Path:
    """Return the path of the predictions in a run directory: Parquet if there is such a file, else CSV."""
    parquet = directory / layout.PREDICTIONS_PARQUET
    return parquet if parquet.is_file() else directory / layout.PREDICTIONS


def read_predictions(
    path: Path, columns: Collection[str] | None = None, rows: Collection[int] | None = None
) -> pd.DataFrame:
    """Return the predictions as a DataFrame, indexed by position; `columns` and `rows` select a part.

    Raises RunError if the file is damaged.
    """
    if path.name == layout.PREDICTIONS:
        return read_frame(path, columns, rows)
    import pandas as pd

    header, batches = _batches(path, columns)
    return pd.concat([_frame(header, *placed) for placed in _chosen(batches, rows)])


def _chosen(
    batches: Iterable[pa.RecordBatch], rows: Collection[int] | None
) -> Iterator[tuple[Sequence[int], pa.RecordBatch]]:
    """Yield each batch with the positions of its rows, restricted to the positions in `rows` if given."""
    import pyarrow as pa

    begin = 0
    wanted = None if rows is None else sorted(rows)
    for batch in batches:
        places = range(begin, begin + batch.num_rows)
        if wanted is None:
            yield places, batch
        else:
            own = [place for place in wanted if place in places]
            yield own, batch.take(pa.array([place - begin for place in own], pa.int64()))
        begin = places.stop


def _frame(header: Sequence[str], places: Sequence[int], batch: pa.RecordBatch) -> pd.DataFrame:
    import numpy as np
    import pandas as pd

    frame = pd.DataFrame({name: _column(name, batch.column(name)) for name in header})
    return frame.set_axis(np.array(places, np.int64))


def _column(name: str, values: pa.Array) -> pd.Series:
    import pandas as pd

    if name in DECODE:
        return pd.Series(values.to_pylist(), dtype=object)
    if name in _TEXTS:
        return pd.Series(values.fill_null("").to_pylist(), dtype=str)
    return pd.Series(values.to_numpy(zero_copy_only=False))


def read_rows(path: Path) -> tuple[list[str], Iterator[list[Any]]]:
    """Return the column names and an iterator over the rows of a predictions file.

    The rows have the form that `write_predictions` takes.

    Raises RunError, at once or during iteration, if the file is damaged.
    """
    if path.name == layout.PREDICTIONS:
        mappings = read_mappings(path)
        first = next(mappings, None)
        rows = chain([first] if first else [], mappings)
        header = [*first] if first else []
        return header, ([_decoded(path, name, cell) for name, cell in row.items()] for row in rows)
    header, batches = _batches(path, None)
    return header, ([*row.values()] for batch in batches for row in batch.to_pylist())


def _decoded(path: Path, name: str, cell: str) -> Any:
    if name in _TEXTS:
        return cell
    try:
        if name in DECODE:
            return DECODE[name](cell)
        if name in _SHARES and not cell:
            return None
        return float(cell) if _is_float(name) else int(cell)
    except ValueError as error:
        raise RunError(Fault(f"damaged: column '{name}': {error}", where=str(path))) from error


def _is_float(name: str) -> bool:
    return name in (*_SHARES, "probability") or _is_of_class(name)


def _is_of_class(name: str) -> bool:
    """Return whether a column holds the probabilities of one class."""
    return name.startswith("p_")


def _rows_at_once(header: Sequence[str]) -> int:
    return max(1, min(BLOCK, BLOCK_CELLS // max(1, len(header))))


def _batches(path: Path, columns: Collection[str] | None) -> tuple[list[str], Iterator[pa.RecordBatch]]:
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path)
    except pa.ArrowException as error:
        raise _damaged(path, error) from error
    header = [name for name in file.schema_arrow.names if columns is None or name in columns]

    def read() -> Iterator[pa.RecordBatch]:
        try:
            yield from file.iter_batches(_rows_at_once(header), columns=header)
        except (pa.ArrowException, OSError) as error:
            raise _damaged(path, error) from error
        finally:
            file.close()

    return header, read()


def _damaged(path: Path, error: Exception) -> RunError:
    return RunError(Fault(f"damaged: {error}", where=str(path)))
