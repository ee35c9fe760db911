"""A safetensors copy of a compressed or text file, kept in the cache: lookups of any words are then fast.

Beside the copy lies an index, as for a plain file, with a CRC-32 of each row. A lookup reads only the wanted
rows of the copy, and compares their words and their CRC-32, so that a changed copy is never used.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from functools import partial
from io import FileIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedkit.errors import VectorFileError
from embedkit.files.arrays import ArrayStream, DamagedError
from embedkit.files.spans import read_parts
from embedkit.interfaces import Progress, no_progress
from embedkit.vectors.io.content import Content, examine
from embedkit.vectors.lookup.index import CHECKED, Index, IndexBuilder, Places, Words, whole_parts
from embedkit.vectors.lookup.row_cache import Kept, mark_used
from embedkit.vectors.reading import READING, Reader
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from embedkit.vectors.formats.matrix import Matrix, MatrixReader

    Arrays = dict[str, NDArray[Any]]

log = logging.getLogger(__name__)


class ConvertedReader:
    """Reads the wanted rows from a converted copy in the cache, which the first scan writes.

    `besides` is what the copy depends on besides the file, such as the version of a plugin.
    """

    def __init__(self, content: Content, reader: Reader, besides: str = "") -> None:
        self.name, self.count, self.dim = reader.name, reader.count, reader.dim
        self.dtype = reader.dtype
        self.blocks = reader.blocks
        self._content = content
        self._reader = reader
        self._detail = f"{READING} {reader.name} {besides}".strip()

    @property
    def layout(self) -> str:
        """Return the layout of the original file."""
        return self._reader.layout

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Put the wanted rows into `selection`, from an intact copy if there is one or one can be written.

        Otherwise the original file is read.
        """
        kept = Kept(self._content, "copy", self._detail)
        copy = kept.path.with_name(f"{kept.path.name}.safetensors")
        reports: list[ScanReport] = []

        def answer(arrays: ArrayStream) -> None:
            reports.append(_select(copy, arrays, selection))

        if kept.stream(answer):
            return reports[0]
        selection.forget()
        if self._convert(kept, copy, progress) and kept.stream(answer):
            return reports[0]
        selection.forget()
        return self._reader.scan(selection, progress)

    def _convert(self, kept: Kept, copy: Path, progress: Progress) -> bool:
        """Write the copy and its index; return False if they cannot be written."""
        from embedkit.vectors.formats.writing import Rows, write_rows

        rows = Rows(self.dim, partial(self._reader.blocks, progress))

        def write() -> int:
            write_rows(rows, [copy], "safetensors", durable=False)
            return copy.stat().st_size

        try:
            return kept.write("converted copy", write) and kept.keep(_index(copy))
        except (VectorFileError, OSError) as error:  # of the copy, or the file: reading it has the reason
            log.warning("%s: the converted copy could not be written: %s", copy, error)
            return False


def _opened(copy: Path) -> MatrixReader:
    from embedkit.vectors.formats.safetensors_file import open_own

    return open_own(examine(copy))


def _index(copy: Path) -> Arrays:
    """Return the index of the copy: the byte at which each word begins, and the CRC-32 of each row."""
    import numpy as np

    reader = _opened(copy)
    builder = IndexBuilder(reader.count)
    begin = reader.matrix.offset + reader.count * reader.matrix.row_size  # where embedkit writes the words
    for block in reader.blocks(no_progress):
        ends = begin + np.cumsum([len(word) + 1 for word in block.words])
        builder.add(block.row, b" ".join(map(_key, block.words)), np.concatenate([[begin], ends[:-1]]))
        begin = int(ends[-1])
    return {**builder.arrays(), "checks": np.fromiter(_checks(copy, reader.matrix), "<u4", reader.count)}


def _checks(copy: Path, matrix: Matrix) -> Iterator[int]:
    from isal import isal_zlib

    with copy.open("rb") as file:
        file.seek(matrix.offset)
        for _ in range(matrix.count):
            yield isal_zlib.crc32(file.read(matrix.row_size))


def _select(copy: Path, arrays: ArrayStream, selection: Selection) -> ScanReport:
    """Put the wanted rows of the copy into `selection`. Raises DamagedError if the copy was changed."""
    import numpy as np

    index = Index(arrays, CHECKED)
    words, of_words = selection.keys()
    slots, places = np.array(of_words, np.int64), index.places([*map(_key, words)])
    try:
        matrix = _opened(copy).matrix
    except VectorFileError as error:
        raise DamagedError(f"the copy is damaged: {error}") from error
    with copy.open("rb", buffering=0) as file, whole_parts("the copy"):
        places = _confirmed(file, places, words)
        begins = matrix.offset + places.rows * matrix.row_size
        for parts in read_parts(file, begins, begins + matrix.row_size):
            some = slice(parts.first, parts.last)
            data = parts.rows(0, matrix.row_size)
            _check_rows(data, places.checks[some])
            vectors = matrix.decode(data.data.cast("B"))
            selection.take_rows(slots[places.words[some]], places.rows[some], vectors)
    mark_used(copy)
    return ScanReport(index.count, selection.duplicates(), replaced=0, verified=True)


def _confirmed(file: FileIO, places: Places, words: Sequence[bytes]) -> Places:
    """Return the places at which the copy has the word. Raises DamagedError as `Words.confirm` does."""
    import numpy as np

    lengths = np.fromiter(map(len, words), np.int64, len(words))[places.words] + 1
    right = np.ones(len(lengths), np.bool_)
    for parts in read_parts(file, places.offsets, places.offsets + lengths):
        some = slice(parts.first, parts.last)
        confirmed = Words(file, b"\n").confirm(parts, places.part(some), words, lengths[some])
        if not isinstance(confirmed, slice):
            right[some] = confirmed
    return places if right.all() else places.part(right)


def _check_rows(rows: NDArray[np.uint8], checks: NDArray[np.uint32]) -> None:
    """Raise DamagedError unless each row has the CRC-32 recorded for it."""
    from isal import isal_zlib

    data: list[bytes] = rows.view(f"V{rows.shape[1]}").ravel().tolist()  # numpy is slow to give a row
    if [*map(isal_zlib.crc32, data)] != checks.tolist():
        raise DamagedError("a row of the copy was changed")


def _key(word: bytes) -> bytes:
    """Replace the spaces in a word by zero bytes, because the hash function takes words joined by spaces.

    Words that are found are compared in full.
    """
    return word.replace(b" ", b"\0")
