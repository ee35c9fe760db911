"""Errors about a word-vector file, with the place of the fault."""

from __future__ import annotations

from pathlib import Path

from embedkit.errors import Fault, VectorFileError


def broken(
    path: Path,
    what: str,
    *,
    record: int | None = None,
    line: int | None = None,
    offset: int | None = None,
    hint: str | None = None,
) -> VectorFileError:
    """Return a VectorFileError about `path`, with the place of the fault.

    `record` and `line` count from 1; `offset` is a byte of the uncompressed file, from 0.
    """
    places = []
    if record is not None:
        places.append(f"record {record:,}")
    if line is not None:
        places.append(f"line {line:,}")
    if offset is not None:
        places.append(f"byte {offset:,}")
    where = ", ".join([str(path), *places])
    return VectorFileError(Fault(what, where, hint=hint))
