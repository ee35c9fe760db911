"""A plain word2vec binary file read by two processes, each a half of it: for files of gigabytes.

Where the second half begins is guessed, as no record says where it is. What the other process finds there
counts only where the first half ends exactly at the guess and the records of both add up to the header's
count. Otherwise nothing is taken from it, and the caller reads the file by itself: what is found, and every
error, is what one process gives.
"""

from __future__ import annotations

import io
import json
import logging
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, BinaryIO

from embedkit.errors import VectorFileError
from embedkit.interfaces import Progress, no_progress
from embedkit.vectors.content import Content, examine
from embedkit.vectors.gathering import Batch
from embedkit.vectors.index import IndexBuilder
from embedkit.vectors.reading import Errors
from embedkit.vectors.records import LINE_ENDS, MAX_WORD, Framing
from embedkit.vectors.selection import ScanReport, Selection
from embedkit.vectors.windows import windows
from embedkit.vectors.words import WordReader

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from embedkit.vectors.compression import Stream

log = logging.getLogger(__name__)

WORTH_HALVING = 64 * 2**20
"""Bytes of a plain file from which on a second process saves time."""

CONVINCING = 16
"""Records that must follow one another for a guess."""

CHILD = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); import embedkit.vectors.halves as h; h.answer()"
)


@dataclass(frozen=True)
class Part(Content):
    """The bytes of a plain file from `begin` up to `end`."""

    begin: int
    end: int

    @contextmanager
    def stream(self) -> Iterator[tuple[Stream, BinaryIO]]:
        """The bytes of the part, and the file below them."""
        with super().stream() as (_, raw):
            raw.seek(self.begin)
            yield _Until(raw, self.end), raw


@dataclass(frozen=True)
class _Until:
    raw: BinaryIO
    end: int

    def readinto(self, buffer: memoryview, /) -> int | None:
        return self.raw.readinto(buffer[: max(0, self.end - self.raw.tell())])  # type: ignore[attr-defined,no-any-return]


@dataclass(frozen=True)
class Half:
    """What is to be read: records of `dim` dimensions from `begin` up to `end`, at most `count` of them."""

    begin: int
    end: int
    dim: int
    count: int
    errors: Errors


def scan_halves(
    content: Content, whole: Half, selection: Selection, progress: Progress, builder: IndexBuilder | None
) -> ScanReport | None:
    """Scan the file by two processes; None, and a `selection` to be forgotten, where that is not sure."""
    middle = guess(content, whole.dim)
    if middle is None:
        log.info("%s: read by one process: no record was found in the middle", content.path)
        return None
    first = Half(whole.begin, middle, whole.dim, whole.count, whole.errors)
    second = Half(middle, whole.end, whole.dim, whole.count, whole.errors)
    try:
        with _other_process(content, second, selection, index=builder is not None) as other:
            rows, replaced = scan_part(content, first, selection, builder, _twice(progress))
            found = _result(other)
    except (VectorFileError, OSError, ValueError) as error:
        log.info("%s: read by one process: %s", content.path, error)
        return None
    if rows + int(found["count"]) != whole.count:
        return None
    _merge(found, rows, selection, builder)
    progress(content.size, content.size)
    return ScanReport(whole.count, selection.duplicates(), replaced + int(found["replaced"]), verified=True)


def guess(content: Content, dim: int) -> int | None:
    """A byte in the middle of the file at which a record seems to begin."""
    size = 4 * dim
    with content.path.open("rb") as file:
        file.seek(content.size // 2)
        data = file.read((CONVINCING + 2) * (size + 64) + MAX_WORD)
    space = data.find(b" ")
    while 0 <= space < 2 * size + MAX_WORD:
        if _convincing(data, space + 1 + size, size):
            return content.size // 2 + space + 1 + size
        space = data.find(b" ", space + 1)
    return None


def _convincing(data: bytes, begin: int, size: int) -> bool:
    for _ in range(CONVINCING):
        space = data.find(b" ", begin, begin + MAX_WORD + 1)
        if space < 0 or not data[begin:space].decode(errors="replace").strip("\r\n").isprintable():
            return False
        begin = space + 1 + size
    return begin <= len(data)


def scan_part(
    content: Content, half: Half, selection: Selection, builder: IndexBuilder | None, progress: Progress
) -> tuple[int, int]:
    """How many records the half has, all of which must be whole, and of how many words bytes were replaced.

    Raises VectorFileError for what one process would name better, and ValueError where the half does not end
    with a record.
    """
    part = Part(content.path, content.size, content.compression, half.begin, half.end)
    framing, reader, row = Framing(half.dim), WordReader(content.path, half.errors), 0
    with windows(part, framing.max_size, progress) as window:
        window.offset = half.begin
        while window.advance():
            while (records := framing.records(window).only(half.count - row)).raw:
                words = reader.words(records, row, window.offset - window.start)
                Batch(row, words, records, window).gather(selection, builder)
                row += len(records.raw)
                window.drop(records.size)
            if window.end - window.start >= framing.max_size:
                break
        if window.buffer[window.start : window.end].strip(LINE_ENDS):
            raise ValueError("the halves do not meet between two records")
    return row, reader.replaced


def _twice(progress: Progress) -> Progress:
    """Tells of both halves what is known of one."""
    return lambda done, total: progress(min(2 * done, total or 2 * done), total)


@contextmanager
def _other_process(
    content: Content, half: Half, selection: Selection, *, index: bool
) -> Iterator[subprocess.Popen[bytes]]:
    asked = {
        "path": str(content.path),
        "half": asdict(half),
        "words": [word.decode() for word in selection.slots],
        "index": index,
    }
    command = [sys.executable, "-c", CHILD, json.dumps(sys.path)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, **pipes) as process:  # type: ignore[call-overload]  # noqa: S603
        try:
            process.stdin.write(json.dumps(asked).encode())
            process.stdin.close()
            yield process
        finally:
            process.kill()


def _result(process: subprocess.Popen[bytes]) -> Mapping[str, NDArray[Any]]:
    """What the other process found. Raises ValueError where it gave none."""
    import numpy as np

    assert process.stdout, "its output is a pipe"
    data = process.stdout.read()
    if process.wait():
        raise ValueError("the second half holds what is better told from the beginning")
    return np.load(io.BytesIO(data), allow_pickle=False)  # type: ignore[no-any-return]


def answer() -> None:
    """What the other process does: scan the half that is asked for on standard input, write what it found."""
    import numpy as np

    asked = json.load(sys.stdin.buffer)
    half = Half(**asked["half"])
    selection = Selection(asked["words"], half.dim)
    builder = IndexBuilder(half.count) if asked["index"] else None
    try:
        count, replaced = scan_part(examine(asked["path"]), half, selection, builder, no_progress)
    except (VectorFileError, ValueError):
        sys.exit(1)
    report = ScanReport(count, (), replaced, verified=True)
    places = builder.places(count) if builder else {}
    found = {"count": np.array(count), "replaced": np.array(replaced), **selection.arrays(report), **places}
    np.savez(sys.stdout.buffer, **found)  # type: ignore[arg-type]


def _merge(
    found: Mapping[str, NDArray[Any]], rows: int, selection: Selection, builder: IndexBuilder | None
) -> None:
    """Add what the other process found after the first `rows`."""
    slots = [*selection.slots.values()]
    for slot, row, vector in zip(
        found["slots"].tolist(), found["rows"].tolist(), found["vectors"], strict=True
    ):
        selection.take(slots[slot], rows + row, vector.data.cast("B"))
    selection.repeat(slots[slot] for slot in found["repeated"].tolist())
    if builder:
        builder.put(rows, found["hashes"], found["offsets"])
