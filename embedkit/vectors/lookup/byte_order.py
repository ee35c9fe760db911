"""word2vec binary files with big-endian values, as Java writes them: detected by the first vectors' norms."""

from __future__ import annotations

import logging
import math
import struct
from collections.abc import Iterator
from typing import TYPE_CHECKING

from embedkit.vectors.lookup.records import LINE_ENDS, MAX_WORD

if TYPE_CHECKING:
    from embedkit.interfaces import Progress
    from embedkit.vectors.io.content import Content
    from embedkit.vectors.reading import Block, Reader
    from embedkit.vectors.selection import ScanReport, Selection

log = logging.getLogger(__name__)

RECORDS = 16
"""Records that are looked at."""

LEAST_VALUES = 8
"""Numbers below which nothing is said of their order."""

BIG_ENDIAN = "numbers big-endian"
"""How the layout of such a file ends."""


def is_big_endian(content: Content, begin: int, dim: int) -> bool:
    """Return whether the first vectors of a word2vec binary file have plausible norms only as big-endian.

    The records begin at byte `begin`.
    """
    vectors = [data for data in _first_vectors(content, begin, dim) if any(data)]
    if len(vectors) * dim < LEAST_VALUES:
        return False
    little, big = ([math.hypot(*struct.unpack(f"{order}{dim}f", data)) for data in vectors] for order in "<>")
    ordinary = sum(1e-6 <= length <= 1e6 for length in little)
    return ordinary <= len(little) / 4 and all(1e-3 <= length <= 1e4 for length in big)


def _first_vectors(content: Content, begin: int, dim: int) -> Iterator[bytes]:
    head = content.head(begin + max(1 << 16, MAX_WORD + 4 * dim + 2))
    at = begin
    for _ in range(RECORDS):
        while head[at : at + 1] and head[at] in LINE_ENDS:
            at += 1
        space = head.find(b" ", at, at + MAX_WORD + 1)
        at = space + 1 + 4 * dim
        if space < 0 or at > len(head):
            return
        yield head[space + 1 : at]


class BigEndianReader:
    """Reads through `reader`, which takes the values for little-endian, and corrects their byte order.

    The cache keeps the bytes as they are in the file.
    """

    def __init__(self, reader: Reader, path: object) -> None:
        self.name, self.count, self.dim, self.dtype = reader.name, reader.count, reader.dim, reader.dtype
        self._reader = reader
        self._path = path

    @property
    def layout(self) -> str:
        """Return the layout of the file, and its byte order."""
        return f"{self._reader.layout}, {BIG_ENDIAN}"

    def scan(self, selection: Selection, progress: Progress) -> ScanReport:
        """Put the wanted rows into `selection`, warn of the byte order, and return a report.

        Raises as `reader` does.
        """
        log.warning("%s: its numbers are big-endian, as Java writes them, and are read so", self._path)
        report = self._reader.scan(selection, progress)
        selection.turn_round()
        return report

    def blocks(self, progress: Progress) -> Iterator[Block]:
        """Yield all rows in file order. Raises as `reader` does."""
        for block in self._reader.blocks(progress):
            yield block._replace(vectors=block.vectors.byteswap())
