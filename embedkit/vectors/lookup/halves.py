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
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from embedkit.errors import VectorFileError
from embedkit.interfaces import Progress, no_progress
from embedkit.vectors.io.content import Content, examine
from embedkit.vectors.lookup.index import IndexBuilder
from embedkit.vectors.lookup.parts import Half, guess, scan_part
from embedkit.vectors.selection import ScanReport, Selection

if TYPE_CHECKING:
    from numpy.typing import NDArray

log = logging.getLogger(__name__)

WORTH_HALVING = 64 * 2**20
"""Bytes of a plain file from which on a second process saves time."""

CHILD = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[1]); "
    "from embedkit.vectors.lookup.halves import answer; answer()"
)


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
        log.info("%s: read by one process: the halves do not add up to the header's count", content.path)
        return None
    _merge(found, rows, selection, builder)
    progress(content.size, content.size)
    return ScanReport(whole.count, selection.duplicates(), replaced + int(found["replaced"]), verified=True)


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
