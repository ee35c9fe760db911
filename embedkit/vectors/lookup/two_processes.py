"""Reads a plain word2vec binary file in two processes, one half in each: for files of gigabytes.

The beginning of the second half is a guess, since nothing in the file marks a record. The result of the other
process counts only if the first half ends exactly at the guess and the records of both halves add up to the
header's count. Otherwise it is discarded and the caller reads the whole file by itself: results and errors
are always those of a single process.
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
    "from embedkit.vectors.lookup.two_processes import answer; answer()"
)


def scan_halves(
    content: Content, whole: Half, selection: Selection, progress: Progress, builder: IndexBuilder | None
) -> ScanReport | None:
    """Read the file in two processes, put the wanted rows into `selection`, and return a report.

    Returns None if the result is not certain; then the caller must `forget` the rows in `selection`.
    """
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
    """Return a callback that reports twice the progress of one half, for both halves."""
    return lambda done, total: progress(min(2 * done, total or 2 * done), total)


@contextmanager
def _other_process(
    content: Content, half: Half, selection: Selection, *, index: bool
) -> Iterator[subprocess.Popen[bytes]]:
    asked = {
        "path": str(content.path),
        "half": asdict(half),
        "words": [word.decode() for word in selection.keys()[0]],
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
    """Return the result of the other process. Raises ValueError if it ended with an error."""
    import numpy as np

    assert process.stdout, "its output is a pipe"
    data = process.stdout.read()
    if process.wait():
        raise ValueError("the second half holds what is better told from the beginning")
    return np.load(io.BytesIO(data), allow_pickle=False)  # type: ignore[no-any-return]


def answer() -> None:
    """Read a request from standard input, scan that half, and write the result to standard output.

    This is what the other process runs; it exits with status 1 if the half cannot be read.
    """
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
    """Add the result of the other process, whose rows follow the first `rows`."""
    slots = selection.keys()[1]
    for slot, row, vector in zip(
        found["slots"].tolist(), found["rows"].tolist(), found["vectors"], strict=True
    ):
        selection.take(slots[slot], rows + row, vector.data.cast("B"))
    selection.repeat(slots[slot] for slot in found["repeated"].tolist())
    if builder:
        builder.put(rows, found["hashes"], found["offsets"])
