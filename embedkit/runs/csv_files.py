"""The CSV files of a run: the one place where they are written and read, all in the same dialect.

Cells are quoted as in RFC 4180, including cells with a lone carriage return, and lines end in LF, so that
every text survives a round trip. https://www.rfc-editor.org/rfc/rfc4180
"""

from __future__ import annotations

import csv
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from embedkit.errors import Fault, RunError
from embedkit.runs import layout
from embedkit.runs.token_columns import DECODE

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd
    from numpy.typing import NDArray

LARGEST_FIELD = 2**31 - 1
BLOCK = 4096
"""Rows that are turned into columns at once."""

LISTS = frozenset({*DECODE, "gained", "lost"})
"""Columns that hold lists: of what is said of tokens, or JSON."""

_WORDS = ("a", "b", "c", "expected")
TEXTS: Mapping[str, Collection[str]] = {
    layout.PREDICTIONS: {"split", "label", "predicted", "text"},
    layout.VOCABULARY: {"word", "origin", "via"},
    layout.DROPPED: {"word"},
    layout.UNSEEN: {"word", "origin", "via"},
    layout.HISTORY: {"split"},
    layout.DRIFT: {"word", "origin"},
    layout.SIMILARITY: {"set", "first", "second", "found_first", "found_second"},
    layout.ANALOGIES: {"set", "section", "predicted", *_WORDS, *(f"found_{word}" for word in _WORDS)},
}
"""By file the columns that hold text, whatever it looks like; but for `LISTS`, the others hold numbers."""


class _LineFeeds:
    """Ends rows in LF. The csv module quotes both CR and LF only if its own rows end in CR LF."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file

    def write(self, row: str) -> int:
        return self._file.write(row.removesuffix("\r\n") + "\n")


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Write a CSV file in UTF-8: one header line, then `rows`; None is written as an empty cell."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(_LineFeeds(file), lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows(rows)


def read_rows(path: Path) -> Iterator[list[str]]:
    """Yield the header of a CSV file, then its rows; cells may be of any length.

    Raises RunError, with the line number, if the file is empty, not UTF-8 or not CSV, or if a row is not as
    long as the header. Raises OSError if the file cannot be read.
    """
    width = None
    csv.field_size_limit(LARGEST_FIELD)  # the module has one limit for the whole process, by default 131,072
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file, strict=True)
        try:
            for row in reader:
                width = len(row) if width is None else width
                if len(row) != width:
                    raise _damaged(path, f"{len(row)} cells where the header has {width}", reader.line_num)
                yield row
        except csv.Error as error:
            raise _damaged(path, f"not CSV: {error}", reader.line_num) from error
        except UnicodeDecodeError as error:
            raise _damaged(path, "not UTF-8", reader.line_num + 1) from error
    if width is None:
        raise _damaged(path, "it is empty", 1)


def read_mappings(path: Path) -> Iterator[dict[str, str]]:
    """Yield each row as a dictionary, keyed by column name. Raises the errors of `read_rows`."""
    rows = read_rows(path)
    header = next(rows)
    yield from (dict(zip(header, row, strict=True)) for row in rows)


def read_frame(
    path: Path, columns: Collection[str] | None = None, wanted: Collection[int] | None = None
) -> pd.DataFrame:
    """Read one of the files in `TEXTS` into a DataFrame: text columns, lists, and int64 or float64 numbers.

    `columns` and `wanted` (row positions) restrict what is returned; with `wanted`, the index holds the
    positions. An empty cell is NaN in a column of numbers and None in a column of lists. Raises the errors of
    `read_rows`, and RunError for a cell that should hold a number or a list and does not.
    """
    import numpy as np
    import pandas as pd

    rows = read_rows(path)
    header = next(rows)
    if len({*header}) < len(header):
        raise _damaged(path, "a column stands there twice", 1)
    read: dict[str, list[Any]] = {name: [] for name in header if columns is None or name in columns}
    kept = None if wanted is None else sorted(wanted)
    if kept is not None:
        chosen = {*kept}
        rows = (row for place, row in enumerate(rows) if place in chosen)
    while block := [*islice(rows, BLOCK)]:
        for name, cells in zip(header, zip(*block, strict=True), strict=True):
            if name in read:
                read[name] += _values(path, name, cells)
    frame = pd.DataFrame({name: _column(path, name, values) for name, values in read.items()})
    return frame if kept is None else frame.set_axis(np.array(kept, np.int64))


def _values(path: Path, name: str, cells: Sequence[str]) -> Iterable[Any]:
    """Parse the cells of one column. Numbers come as one array, which takes less memory.

    Raises RunError if a cell cannot be parsed.
    """
    try:
        if name in LISTS:
            if name in DECODE:
                return [*map(DECODE[name], cells)]
            return [json.loads(cell) if cell else None for cell in cells]
        return cells if name in TEXTS[path.name] else [_numbers(cells)]
    except (ValueError, RecursionError) as error:
        raise RunError(Fault(f"damaged: column '{name}': {error}", where=str(path))) from error


def _numbers(cells: Sequence[str]) -> NDArray[np.int64] | NDArray[np.float64]:
    import numpy as np

    try:
        return np.array([*map(int, cells)], np.int64)
    except (ValueError, OverflowError):
        return np.array([float(cell) if cell else np.nan for cell in cells], np.float64)


def _column(path: Path, name: str, values: Sequence[Any]) -> Any:
    import numpy as np
    import pandas as pd

    if name in LISTS:
        return pd.Series(values, dtype=object)
    if name in TEXTS[path.name]:
        return pd.Series(values, dtype=str)
    return np.concatenate(values) if values else np.array([], np.int64)


def _damaged(path: Path, what: str, line: int) -> RunError:
    return RunError(Fault(f"damaged: {what}", where=f"{path}:{line}"))
