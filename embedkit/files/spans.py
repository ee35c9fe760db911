"""Many short parts of a file, read in few long ones where they lie close together."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import FileIO

from embedkit.files.system import read_at

GAP = 1 << 14
"""Bytes between two parts that are read along: copying them takes as long as asking the system once more."""

LONGEST = 1 << 20
"""Bytes that are read at once, unless one part alone is longer."""

SMALL = 1 << 16

Span = tuple[int, int]
"""The byte where a part begins, and the one after its last."""


def read_spans(file: FileIO, spans: Iterable[Span]) -> Iterator[memoryview]:
    """Yield the bytes of each part in turn, each good until the next is asked for.

    A part is shorter where the file ends before. They are best given in the order of the file, whose position
    is moved. Raises OSError where the file cannot be read.
    """
    buffer = memoryview(bytearray(LONGEST))
    group: list[Span] = []
    begin = end = 0
    for span in spans:
        if group and not (begin <= span[0] <= end + GAP and max(end, span[1]) - begin <= LONGEST):
            yield from _read(file, group, begin, end, buffer)
            group = []
        if not group:
            begin = end = span[0]
        group.append(span)
        end = max(end, span[1])
    if group:
        yield from _read(file, group, begin, end, buffer)


def _read(file: FileIO, group: list[Span], begin: int, end: int, buffer: memoryview) -> Iterator[memoryview]:
    """Yield the parts of one group, which `begin` and `end` enclose."""
    size = end - begin
    data = _fill(file, begin, buffer[:size]) if SMALL < size <= LONGEST else _fresh(file, begin, size)
    for first, last in group:
        yield data[first - begin : last - begin]


def _fresh(file: FileIO, begin: int, size: int) -> memoryview:
    return memoryview(read_at(file, size, begin))


def _fill(file: FileIO, begin: int, view: memoryview) -> memoryview:
    """Read into memory that is used again and again: new memory takes as long to get as it takes to fill."""
    file.seek(begin)
    done = 0
    while done < len(view):
        count = file.readinto(view[done:])
        if not count:
            break
        done += count
    return view[:done]
